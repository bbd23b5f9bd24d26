// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package test

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/pmetric"
)

// away is how long a backend is away. In a soak it is longer than the five minutes after which an exporter gives up by
// default.
func away() time.Duration {
	if soakFor > 0 {
		return 6 * time.Minute
	}
	return 3 * time.Second
}

// turns are two of the examples with a backend, others each day. CXONE_EXAMPLES names them, such as "grafana-cloud
// datadog".
func turns() []string {
	if names := strings.Fields(os.Getenv("CXONE_EXAMPLES")); len(names) > 0 {
		return names
	}
	var all []string
	for name, e := range exports {
		if len(e.hosts) > 0 {
			all = append(all, strings.TrimSuffix(name, ".yaml"))
		}
	}
	slices.Sort(all)
	day := time.Now().YearDay()
	return []string{all[day%len(all)], all[(day+1)%len(all)]}
}

// toSink makes an example send to a sink, whatever paths its backend has.
func (e export) toSink(sink *collector, directory string) []string {
	var env []string
	for _, variable := range e.env("http://"+sink.address, directory) {
		name, value, _ := strings.Cut(variable, "=")
		switch {
		case name == "SPLUNK_METRICS_ENDPOINT":
			value = "http://" + sink.address + "/v1/metrics"
		case name == "SPLUNK_TRACES_ENDPOINT":
			value = "http://" + sink.address + "/v1/traces"
		case strings.HasPrefix(value, "http://"):
			value = "http://" + sink.address
		}
		env = append(env, name+"="+value)
	}
	return env
}

// TestFaultShippedBackendAway takes the backend away from unchanged examples under load. What was acknowledged arrives, and
// the counts are those of the ledger.
func TestFaultShippedBackendAway(t *testing.T) {
	t.Parallel()
	keys := signatureKeys(t)
	for _, name := range turns() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sink := start(t, sinkOfHTTP)
			e := startExample(t, name+".yaml", keys, append(exports[name+".yaml"].toSink(sink, t.TempDir()), "CXONE_TELEMETRY_PORT="+freePort(t))...)
			lasts := (away() + loadFor + soakFor).String()
			l := startLoadFor(t, "http://"+e.address, "20", append(signAs(keys), "--duration", lasts)...)
			time.Sleep(2 * time.Second)
			sink.end()
			time.Sleep(away())
			sink.again()
			result := l.wait()
			require.Zero(t, result.GivenUp+result.Unexpected)
			assert.Equal(t, map[string]int{"200": result.Deliveries}, result.Answers, "the senders notice nothing")

			arrived := newArrivals(t, sink.dir)
			arrived.withoutGauges = true
			a := arrived.await("backend away for "+away().String()+" behind "+name+".yaml", l)
			require.Positive(t, a.acknowledged)
			assert.Equal(t, a.acknowledged, a.arrived, "nothing that was acknowledged is lost")
			assert.Zero(t, a.doubled)
			legs, calls := acknowledgedRecords(l)
			want := map[string]int64{"cxone.calls": legs, "cxone.script.api.calls": calls}
			assert.Eventually(t, func() bool { return maps.Equal(want, countsIn(t, filepath.Join(sink.dir, "metrics.jsonl"))) },
				time.Minute, time.Second, "the counts to be the ledger's")
		})
	}
}

// acknowledgedRecords counts the records in a ledger, by kind. Repeats that were answered as such are not counted again.
func acknowledgedRecords(loads ...*loader) (legs, calls int64) {
	for key := range acknowledgedKeys(loads) {
		if key.MessageID != "" {
			calls++
		} else if key.ContactID != "" {
			legs++
		}
	}
	return legs, calls
}

// countsIn adds up the counts in a sink's file: deltas as they came, and of cumulative series the last of each.
func countsIn(t *testing.T, file string) map[string]int64 {
	t.Helper()
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	counts := newCounts()
	for _, line := range wholeLines(text) {
		metrics, err := (&pmetric.JSONUnmarshaler{}).UnmarshalMetrics(line)
		require.NoError(t, err)
		counts.add(metrics)
	}
	assert.Empty(t, counts.fell, "no series goes down")
	return counts.sums()
}

// counts are the monotonic sums of calls, by series.
type counts struct {
	series    map[string]int64
	metric    map[string]string
	instances map[string]bool
	fell      []string
}

func newCounts() *counts {
	return &counts{series: map[string]int64{}, metric: map[string]string{}, instances: map[string]bool{}}
}

func (c *counts) add(metrics pmetric.Metrics) {
	for _, rm := range metrics.ResourceMetrics().All() {
		for _, sm := range rm.ScopeMetrics().All() {
			for _, m := range sm.Metrics().All() {
				if m.Type() != pmetric.MetricTypeSum || !strings.HasPrefix(m.Name(), "cxone.") {
					continue
				}
				if id, ok := rm.Resource().Attributes().Get("service.instance.id"); ok {
					c.instances[id.AsString()] = true
				}
				for _, p := range m.Sum().DataPoints().All() {
					c.addPoint(rm.Resource(), m, p)
				}
			}
		}
	}
}

func (c *counts) addPoint(resource pcommon.Resource, m pmetric.Metric, p pmetric.NumberDataPoint) {
	key := strings.Join([]string{m.Name(), textOf(resource.Attributes()), textOf(p.Attributes())}, "\n")
	c.metric[key] = m.Name()
	if m.Sum().AggregationTemporality() == delta {
		c.series[key] += p.IntValue()
		return
	}
	if p.IntValue() < c.series[key] {
		c.fell = append(c.fell, key)
	}
	c.series[key] = p.IntValue()
}

func (c *counts) sums() map[string]int64 {
	sums := map[string]int64{}
	for key, value := range c.series {
		sums[c.metric[key]] += value
	}
	return sums
}

// textOf is a map's content in an order of its own.
func textOf(attributes pcommon.Map) string {
	value := pcommon.NewValueMap()
	attributes.CopyTo(value.Map())
	return value.AsString() // JSON, whose keys are in order
}
