// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/pmetric"
	"go.opentelemetry.io/collector/pdata/ptrace"
)

// TestFloor holds the floor to the telemetry that this receiver makes of the same delivery: as many points, attributes,
// exemplars, spans and log records, in as many bytes.
func TestFloor(t *testing.T) {
	for name, delivery := range map[string]func(int) request{"voice": voice, "script": script} {
		for _, n := range []int{1, 100} {
			t.Run(fmt.Sprint(name, n), func(t *testing.T) {
				metrics, traces, logs, err := telemetryOf(t.Context(), delivery(n))
				require.NoError(t, err)
				m, tr, l := new(consumertest.MetricsSink), new(consumertest.TracesSink), new(consumertest.LogsSink)
				f, err := newFloor(t.Context(), delivery(n), m, tr, l)
				require.NoError(t, err)

				body := delivery(n).body(1)
				request := httptest.NewRequest(http.MethodPost, "/", bytes.NewReader(body))
				for key, value := range signed(body) {
					request.Header.Set(key, value)
				}
				answer := httptest.NewRecorder()
				f.ServeHTTP(answer, request)
				assert.Equal(t, fmt.Sprintf("{\"accepted\": %d}\n", n), answer.Body.String())

				if metrics.DataPointCount() > 0 {
					require.Len(t, m.AllMetrics(), 1)
					assert.Equal(t, measureMetrics(metrics), measureMetrics(m.AllMetrics()[0]))
				} else {
					assert.Empty(t, m.AllMetrics())
				}
				require.Len(t, tr.AllTraces(), 1)
				assert.Equal(t, measureTraces(traces), measureTraces(tr.AllTraces()[0]))
				require.Len(t, l.AllLogs(), 1)
				assert.Equal(t, measureLogs(logs), measureLogs(l.AllLogs()[0]))

				request = httptest.NewRequest(http.MethodPost, "/", bytes.NewReader(body))
				request.Header.Set("X-Hub-Signature-256", signedWith("another secret", body)["X-Hub-Signature-256"])
				answer = httptest.NewRecorder()
				f.ServeHTTP(answer, request)
				assert.Equal(t, http.StatusUnauthorized, answer.Code)
			})
		}
	}
}

// size is how much there is of a signal.
type size struct{ items, attributes, exemplars, bytes int }

func measureMetrics(metrics pmetric.Metrics) size {
	s := size{bytes: (&pmetric.ProtoMarshaler{}).MetricsSize(metrics)}
	for _, resource := range metrics.ResourceMetrics().All() {
		s.attributes += resource.Resource().Attributes().Len()
		for _, scope := range resource.ScopeMetrics().All() {
			for _, m := range scope.Metrics().All() {
				for _, point := range m.Gauge().DataPoints().All() {
					s.items++
					s.attributes += point.Attributes().Len()
					s.exemplars += point.Exemplars().Len()
				}
			}
		}
	}
	return s
}

func measureTraces(traces ptrace.Traces) size {
	s := size{bytes: (&ptrace.ProtoMarshaler{}).TracesSize(traces)}
	for _, resource := range traces.ResourceSpans().All() {
		s.attributes += resource.Resource().Attributes().Len()
		for _, scope := range resource.ScopeSpans().All() {
			for _, span := range scope.Spans().All() {
				s.items++
				s.attributes += span.Attributes().Len()
			}
		}
	}
	return s
}

func measureLogs(logs plog.Logs) size {
	s := size{bytes: (&plog.ProtoMarshaler{}).LogsSize(logs)}
	for _, resource := range logs.ResourceLogs().All() {
		s.attributes += resource.Resource().Attributes().Len()
		for _, scope := range resource.ScopeLogs().All() {
			for _, log := range scope.LogRecords().All() {
				s.items++
				s.attributes += log.Attributes().Len()
			}
		}
	}
	return s
}
