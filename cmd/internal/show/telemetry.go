// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package show

import (
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/pmetric"
	"go.opentelemetry.io/collector/pdata/ptrace"
)

// Telemetry is what a collector has exported, without resources.
type Telemetry struct {
	Metrics []pmetric.Metric
	Spans   []ptrace.Span
	Logs    []plog.LogRecord
	// GaugePoints are the points of single calls. AllPoints also counts those of the metrics over all calls.
	GaugePoints, AllPoints int
}

// AddMetrics adds metrics.
func (t *Telemetry) AddMetrics(metrics pmetric.Metrics) {
	for _, resource := range metrics.ResourceMetrics().All() {
		for _, scope := range resource.ScopeMetrics().All() {
			for _, metric := range scope.Metrics().All() {
				t.Metrics = append(t.Metrics, metric)
				if metric.Type() == pmetric.MetricTypeGauge {
					t.GaugePoints += metric.Gauge().DataPoints().Len()
				}
			}
		}
	}
	t.AllPoints += metrics.DataPointCount()
}

// AddTraces adds spans.
func (t *Telemetry) AddTraces(traces ptrace.Traces) {
	for _, resource := range traces.ResourceSpans().All() {
		for _, scope := range resource.ScopeSpans().All() {
			for _, span := range scope.Spans().All() {
				t.Spans = append(t.Spans, span)
			}
		}
	}
}

// AddLogs adds log records.
func (t *Telemetry) AddLogs(logs plog.Logs) {
	for _, resource := range logs.ResourceLogs().All() {
		for _, scope := range resource.ScopeLogs().All() {
			for _, record := range scope.LogRecords().All() {
				t.Logs = append(t.Logs, record)
			}
		}
	}
}
