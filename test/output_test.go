// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/pmetric"
	"go.opentelemetry.io/collector/pdata/ptrace"
)

// point is a data point with its metric and resource.
type point struct {
	pmetric.NumberDataPoint
	name, unit string
	resource   pcommon.Map
}

// span is a span with its resource.
type span struct {
	ptrace.Span
	resource pcommon.Map
}

// record is a log record with its resource.
type record struct {
	plog.LogRecord
	resource pcommon.Map
}

// lines returns the whole lines of an exporter's file.
func (c *collector) lines(name string) [][]byte {
	c.t.Helper()
	data, err := os.ReadFile(filepath.Join(c.dir, name))
	if os.IsNotExist(err) {
		return nil
	}
	require.NoError(c.t, err)
	data = data[:bytes.LastIndexByte(data, '\n')+1]
	return bytes.Split(bytes.TrimSpace(data), []byte("\n"))
}

func (c *collector) points() []point {
	var all []point
	for _, line := range c.lines("metrics.jsonl") {
		if len(line) == 0 {
			continue
		}
		d, err := (&pmetric.JSONUnmarshaler{}).UnmarshalMetrics(line)
		require.NoError(c.t, err)
		for _, rm := range d.ResourceMetrics().All() {
			for _, sm := range rm.ScopeMetrics().All() {
				for _, m := range sm.Metrics().All() {
					if m.Type() != pmetric.MetricTypeGauge { // aggregated metrics
						continue
					}
					for _, p := range m.Gauge().DataPoints().All() {
						all = append(all, point{p, m.Name(), m.Unit(), rm.Resource().Attributes()})
					}
				}
			}
		}
	}
	return all
}

func (c *collector) spans() []span {
	var all []span
	for _, line := range c.lines("traces.jsonl") {
		if len(line) == 0 {
			continue
		}
		d, err := (&ptrace.JSONUnmarshaler{}).UnmarshalTraces(line)
		require.NoError(c.t, err)
		for _, rs := range d.ResourceSpans().All() {
			for _, ss := range rs.ScopeSpans().All() {
				for _, s := range ss.Spans().All() {
					all = append(all, span{s, rs.Resource().Attributes()})
				}
			}
		}
	}
	return all
}

func (c *collector) records() []record {
	var all []record
	for _, line := range c.lines("logs.jsonl") {
		if len(line) == 0 {
			continue
		}
		d, err := (&plog.JSONUnmarshaler{}).UnmarshalLogs(line)
		require.NoError(c.t, err)
		for _, rl := range d.ResourceLogs().All() {
			for _, sl := range rl.ScopeLogs().All() {
				for _, lr := range sl.LogRecords().All() {
					all = append(all, record{lr, rl.Resource().Attributes()})
				}
			}
		}
	}
	return all
}

// await waits until this many points, spans and log records were exported.
func (c *collector) await(points, spans, records int) {
	c.t.Helper()
	c.waitFor(func() bool {
		return len(c.points()) >= points && len(c.spans()) >= spans && len(c.records()) >= records
	}, "the telemetry")
	require.Len(c.t, c.points(), points)
	require.Len(c.t, c.spans(), spans)
	require.Len(c.t, c.records(), records)
}

// str returns a string attribute.
func str(t testing.TB, attrs pcommon.Map, key string) string {
	t.Helper()
	v, ok := attrs.Get(key)
	require.True(t, ok, "attribute %s", key)
	return v.AsString()
}
