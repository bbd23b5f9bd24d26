// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package test

import (
	"fmt"
	"io"
	"math"
	"net/http"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/pmetric"
)

// prometheusExample is examples/prometheus.yaml in this test's directory and on its ports, open to anybody, with the
// metrics as they leave the receiver in a file besides.
func prometheusExample(t *testing.T, receiver string) string {
	t.Helper()
	text, err := os.ReadFile("../examples/prometheus.yaml")
	require.NoError(t, err)
	config := string(text)
	signature := regexp.MustCompile(`(?m)^    signature:\n      keys: .*\n`)
	require.Regexp(t, signature, config)
	config = signature.ReplaceAllString(config, open+receiver)
	for from, to := range map[string]string{
		"${env:CXONE_ENDPOINT:-localhost:8443}":            "127.0.0.1:${PORT}",
		"${env:CXONE_PROMETHEUS_ENDPOINT:-localhost:8889}": "127.0.0.1:${SCRAPE}",
		"${env:CXONE_OUTPUT:-cxone-telemetry}":             "${DIR}",
		"${env:CXONE_HEALTH_ENDPOINT:-localhost:13133}":    "127.0.0.1:0",
		`"${env:CXONE_TELEMETRY_PORT:-8888}"`:              "${TELEMETRY}",
		"create_directory: true":                           "flush_interval: 20ms",
		"exporters:\n":                                     "exporters:\n  file/metrics: {path: \"${DIR}/metrics.jsonl\", flush_interval: 20ms}\n",
		"  pipelines:\n":                                   "  pipelines:\n    metrics/otlp: {receivers: [cxone], exporters: [file/metrics]}\n",
	} {
		require.Contains(t, config, from)
		config = strings.ReplaceAll(config, from, to)
	}
	return config
}

// openMetrics scrapes as a Prometheus does that stores exemplars.
func (c *collector) openMetrics() string {
	c.t.Helper()
	request, err := http.NewRequest(http.MethodGet, "http://"+c.scrape+"/metrics", http.NoBody)
	require.NoError(c.t, err)
	request.Header.Set("Accept", "application/openmetrics-text; version=1.0.0")
	response, err := http.DefaultClient.Do(request)
	require.NoError(c.t, err)
	defer response.Body.Close()
	page, err := io.ReadAll(response.Body)
	require.NoError(c.t, err)
	return string(page)
}

// distributionFigures are those of examples/prometheus.yaml, and what Prometheus' names end with.
var distributionFigures = map[string]string{
	"mos": "", "r_factor": "", "packet_loss": "", "jitter": "_seconds", "rtt": "_seconds", "duration": "_seconds", "ring_time": "_seconds", "setup_time": "_seconds",
}

// TestEveryCallIsCounted delivers 10,000 calls, and wants every one of them in the histograms: in those of a Prometheus
// scrape and in those that leave by OTLP. It shows what the same scrape has of the gauges.
func TestEveryCallIsCounted(t *testing.T) {
	t.Parallel()
	c := start(t, prometheusExample(t, "    script_api: null\n"))
	const calls = 10_000
	l := startLoad(t, "http://"+c.address, "--count", "1000", "--batch", "10", "--seed", "1", "--config", c.dir+"/collector.yaml")
	require.Equal(t, calls, l.wait().Records)
	c.waitFor(func() bool { sum, _ := series(c.openMetrics(), "cxone_calls_total"); return sum >= calls }, "the calls")

	// What was measured stands on the log records, one for each call.
	records := c.records()
	require.Len(t, records, calls)
	page := c.openMetrics()
	sum, _ := series(page, "cxone_calls_total")
	assert.InDelta(t, calls, sum, 0, "calls in the scrape")
	otlp := c.histograms()
	for figure, unit := range distributionFigures {
		want := measuredIn(t, records, "cxone.call."+figure)
		count, _ := series(page, "cxone_call_"+figure+"_distribution"+unit+"_count")
		total, _ := series(page, "cxone_call_"+figure+"_distribution"+unit+"_sum")
		assert.InDelta(t, want.count, count, 0, "%s in the scrape", figure)
		assert.InEpsilon(t, want.sum, total, 1e-9, "%s in the scrape", figure)
		got := otlp["cxone.call."+figure+".distribution"]
		assert.InDelta(t, want.count, got.count, 0, "%s by OTLP", figure)
		assert.InEpsilon(t, want.sum, got.sum, 1e-9, "%s by OTLP", figure)
	}
	_, gauges := series(page, "cxone_call_duration_seconds")
	assert.Positive(t, gauges)
	assert.Less(t, gauges, calls/10)
	fmt.Printf("%-62s of %d calls, one scrape sees %d as gauges and %.0f in the distribution\n", "gauges and distributions:", calls, gauges, sum)
}

// tally is how many values there are, and their sum.
type tally struct{ count, sum float64 }

func measuredIn(t *testing.T, records []record, attribute string) (all tally) {
	t.Helper()
	for _, r := range records {
		if v, ok := r.Attributes().Get(attribute); ok {
			require.Equal(t, pcommon.ValueTypeDouble, v.Type())
			all.count++
			all.sum += v.Double()
		}
	}
	return all
}

// histograms adds up what the receiver's histograms have in the file.
func (c *collector) histograms() map[string]tally {
	c.t.Helper()
	all := map[string]tally{}
	for _, line := range c.lines("metrics.jsonl") {
		d, err := (&pmetric.JSONUnmarshaler{}).UnmarshalMetrics(line)
		require.NoError(c.t, err)
		for _, rm := range d.ResourceMetrics().All() {
			for _, sm := range rm.ScopeMetrics().All() {
				for _, m := range sm.Metrics().All() {
					if m.Type() != pmetric.MetricTypeHistogram {
						continue
					}
					require.Equal(c.t, pmetric.AggregationTemporalityDelta, m.Histogram().AggregationTemporality())
					sum := all[m.Name()]
					for _, p := range m.Histogram().DataPoints().All() {
						sum.count += float64(p.Count())
						sum.sum += p.Sum()
					}
					all[m.Name()] = sum
				}
			}
		}
	}
	return all
}

var exemplar = regexp.MustCompile(`(?m)^(cxone_(?:legs|api)_duration_seconds_bucket)(\{.*\}) [0-9.e+]+ # \{(.*)\} `)

// TestExemplarsLeadToTheTrace follows the exemplars of a scrape to the spans that they name: from poor calls to a poor call,
// and from failed API calls to one that failed.
func TestExemplarsLeadToTheTrace(t *testing.T) {
	t.Parallel()
	c := start(t, prometheusExample(t, ""))
	l := startLoad(t, "http://"+c.address, "--count", "300", "--batch", "10", "--seed", "1", "--scenario", "rush-hour")
	l.wait()
	var page string
	c.waitFor(func() bool {
		page = c.openMetrics()
		legs, _ := series(page, "cxone_legs_duration_seconds_count")
		calls, _ := series(page, "cxone_api_duration_seconds_count")
		return legs+calls >= 3000
	}, "the spans' metrics")
	spans := map[string]span{}
	for _, s := range c.spans() {
		spans[s.TraceID().String()+s.SpanID().String()] = s
	}
	followed := map[string]int{}
	for _, match := range exemplar.FindAllStringSubmatch(page, -1) {
		labels, ids := match[2], match[3]
		s, ok := spans[label(ids, "trace_id")+label(ids, "span_id")]
		require.True(t, ok, "%s names no span that arrived", match[0])
		switch {
		case strings.Contains(labels, `cxone_call_quality="bad"`):
			mos, _ := s.Attributes().Get("cxone.call.mos")
			assert.Less(t, mos.Double(), 3.1)
			followed["poor"]++
		case strings.Contains(labels, `cxone_script_api_status_class="5xx"`):
			status, _ := s.Attributes().Get("http.response.status_code")
			assert.InDelta(t, 5, math.Floor(float64(status.Int())/100), 0)
			followed["5xx"]++
		case strings.Contains(labels, `cxone_script_api_status_class="cxone_internal"`):
			assert.Equal(t, "cxone_internal", str(t, s.Attributes(), "error.type"))
			followed["internal"]++
		}
	}
	assert.Positive(t, followed["poor"], page)
	assert.Positive(t, followed["5xx"])
	assert.Contains(t, page, `cxone_call_mos_distribution_bucket`)
	assert.Regexp(t, `cxone_call_mos_distribution_bucket\{.*\} [0-9.e+]+ # \{.*trace_id="`, page, "the distribution's own exemplars arrive")
}

// label reads one label's value.
func label(labels, name string) string {
	_, rest, _ := strings.Cut(labels, name+`="`)
	value, _, _ := strings.Cut(rest, `"`)
	return value
}
