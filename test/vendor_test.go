// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package test

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/pmetric"
	"go.opentelemetry.io/collector/pdata/ptrace"
)

// vendor is the backend of any example. It accepts OTLP over HTTP, and notes the paths, the headers and the content.
type vendor struct {
	url    string
	server *httptest.Server

	mu       sync.Mutex
	headers  map[string]http.Header // by path
	requests map[string]int         // with the metrics of calls, spans or log records in them, by path
	items    map[string]int         // spans, log records and points of calls, by path
	all      int                    // requests, also those of the collector's own metrics
	empty    int                    // requests without content
	seen     map[string]seenMetric
	points   []pmetric.Metrics
	spans    map[string]int // by trace and span ID
	records  map[string]int // by log.record.uid
	failed   error
}

// seenMetric is what the vendor has noted of a metric.
type seenMetric struct {
	kind        pmetric.MetricType
	temporality pmetric.AggregationTemporality
	resource    map[string]any
	attributes  map[string]bool // names, of all its points
}

func newVendor(t *testing.T) *vendor {
	t.Helper()
	v := &vendor{
		headers: map[string]http.Header{}, requests: map[string]int{}, items: map[string]int{}, seen: map[string]seenMetric{},
		spans: map[string]int{}, records: map[string]int{},
	}
	v.server = httptest.NewServer(v)
	t.Cleanup(v.server.Close)
	v.url = v.server.URL
	return v
}

func (v *vendor) ServeHTTP(_ http.ResponseWriter, r *http.Request) {
	body, err := readBody(r)
	v.mu.Lock()
	defer v.mu.Unlock()
	v.failed = errors.Join(v.failed, err)
	v.all++
	if len(body) == 0 {
		v.empty++
		return
	}
	var items int
	switch path := r.URL.Path; {
	case strings.Contains(path, "metric"), strings.Contains(path, "datapoint"):
		items, err = v.readMetrics(body)
	case strings.Contains(path, "trace"):
		items, err = v.readTraces(body)
	case strings.Contains(path, "logs"):
		items, err = v.readLogs(body)
	}
	v.failed = errors.Join(v.failed, err)
	if items > 0 {
		v.headers[r.URL.Path] = r.Header
		v.requests[r.URL.Path]++
		v.items[r.URL.Path] += items
	}
}

func readBody(r *http.Request) ([]byte, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil || r.Header.Get("Content-Encoding") != "gzip" {
		return body, err
	}
	reader, err := gzip.NewReader(bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	return io.ReadAll(reader)
}

// readMetrics notes metrics, and returns the number of points of calls. The collector's own metrics do not count.
func (v *vendor) readMetrics(body []byte) (points int, err error) {
	all, err := (&pmetric.ProtoUnmarshaler{}).UnmarshalMetrics(body)
	if err != nil {
		return 0, err
	}
	if all.DataPointCount() == 0 {
		v.empty++
	}
	for _, rm := range all.ResourceMetrics().All() {
		for _, sm := range rm.ScopeMetrics().All() {
			for _, m := range sm.Metrics().All() {
				seen := seenMetric{kind: m.Type(), resource: rm.Resource().Attributes().AsRaw(), attributes: v.seen[m.Name()].attributes}
				if seen.attributes == nil {
					seen.attributes = map[string]bool{}
				}
				seen.read(m)
				v.seen[m.Name()] = seen
				if strings.HasPrefix(m.Name(), "cxone.") {
					points++
				}
			}
		}
	}
	if points > 0 {
		v.points = append(v.points, all)
	}
	return points, nil
}

// read notes a metric's temporality, and the names of its points' attributes.
func (s *seenMetric) read(m pmetric.Metric) {
	note := func(attributes pcommon.Map) {
		for name := range attributes.All() {
			s.attributes[name] = true
		}
	}
	switch m.Type() {
	case pmetric.MetricTypeHistogram:
		s.temporality = m.Histogram().AggregationTemporality()
		for _, p := range m.Histogram().DataPoints().All() {
			note(p.Attributes())
		}
	case pmetric.MetricTypeExponentialHistogram:
		s.temporality = m.ExponentialHistogram().AggregationTemporality()
		for _, p := range m.ExponentialHistogram().DataPoints().All() {
			note(p.Attributes())
		}
	case pmetric.MetricTypeSum:
		s.temporality = m.Sum().AggregationTemporality()
		for _, p := range m.Sum().DataPoints().All() {
			note(p.Attributes())
		}
	case pmetric.MetricTypeGauge:
		for _, p := range m.Gauge().DataPoints().All() {
			note(p.Attributes())
		}
	}
}

func (v *vendor) readTraces(body []byte) (int, error) {
	all, err := (&ptrace.ProtoUnmarshaler{}).UnmarshalTraces(body)
	if err != nil {
		return 0, err
	}
	for _, rs := range all.ResourceSpans().All() {
		for _, ss := range rs.ScopeSpans().All() {
			for _, span := range ss.Spans().All() {
				v.spans[span.TraceID().String()+span.SpanID().String()]++
			}
		}
	}
	if all.SpanCount() == 0 {
		v.empty++
	}
	return all.SpanCount(), nil
}

func (v *vendor) readLogs(body []byte) (int, error) {
	all, err := (&plog.ProtoUnmarshaler{}).UnmarshalLogs(body)
	if err != nil {
		return 0, err
	}
	for _, rl := range all.ResourceLogs().All() {
		for _, sl := range rl.ScopeLogs().All() {
			for _, record := range sl.LogRecords().All() {
				uid, _ := record.Attributes().Get("log.record.uid")
				v.records[uid.AsString()]++
			}
		}
	}
	if all.LogRecordCount() == 0 {
		v.empty++
	}
	return all.LogRecordCount(), nil
}

// came reports whether a metric was received.
func (v *vendor) came(metric string) bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	_, came := v.seen[metric]
	return came
}

// temporality returns a metric's temporality.
func (v *vendor) temporality(metric string) pmetric.AggregationTemporality {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.seen[metric].temporality
}

func (v *vendor) kind(metric string) pmetric.MetricType {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.seen[metric].kind
}

// resource returns the attributes of a metric's resource.
func (v *vendor) resource(metric string) map[string]any {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.seen[metric].resource
}

func (v *vendor) failure() error {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.failed
}

// paths are those that received telemetry of calls.
func (v *vendor) paths() []string {
	v.mu.Lock()
	defer v.mu.Unlock()
	return slices.Sorted(maps.Keys(v.headers))
}

func (v *vendor) header(path, name string) string {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.headers[path].Get(name)
}
