// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package test

import (
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pmetric"
)

const (
	cumulative = pmetric.AggregationTemporalityCumulative
	delta      = pmetric.AggregationTemporalityDelta
)

// aggregating is a whole configuration without authentication. It emits the aggregated metrics every second, to the files
// and for a scrape. The traces go to a backend, whose answer is that of the pipeline.
func aggregating(b *backend, temporality, receiver string) string {
	config := strings.Replace(with(open+"    retry_after: 1s\n    aggregation: {interval: 1s, temporality: "+temporality+"}\n"+receiver),
		`file/traces: {path: "${DIR}/traces.jsonl", flush_interval: 20ms}`,
		`otlp: {endpoint: "`+b.address+`", tls: {insecure: true}, compression: none, sending_queue: {enabled: false}, retry_on_failure: `+
			`{enabled: false}}`, 1)
	config = strings.Replace(config, "exporters: [file/traces]", "exporters: [otlp]", 1)
	if temporality == "delta" { // no Prometheus takes it
		config = strings.Replace(config, "[file/metrics, prometheus]", "[file/metrics]", 1)
	}
	return config
}

// refuseNowAndThen makes a pipeline refuse from time to time, until it is told to stop.
func refuseNowAndThen(s *signalBackend) (stop func()) {
	quit := make(chan struct{})
	var refusing sync.WaitGroup
	refusing.Go(func() {
		for n := int32(0); ; n++ {
			select {
			case <-quit:
				s.code.Store(grpcOK)
				return
			case <-time.After(50 * time.Millisecond):
				s.code.Store(n % 2 * grpcUnavailable)
			}
		}
	})
	return func() { close(quit); refusing.Wait() }
}

// startSeededLoad starts a load of more than 10,000 calls and 10,000 API calls with repeats among them.
func startSeededLoad(t testing.TB, address string) *loader {
	t.Helper()
	return startLoad(t, "http://"+address, "--count", "2000", "--batch", "20", "--seed", "13", "--duplicate-ratio", "0.05",
		"--retry-for", "0", "--workers", "128")
}

const seededRecords = 10_000

// awaitLedger waits for the log records of a load, and for their metrics.
func awaitLedger(t *testing.T, c *collector, want func() []record, got func() aggregates) aggregates {
	t.Helper()
	var ledger aggregates
	c.waitFor(func() bool {
		ledger = ledgerOf(want())
		emitted := got()
		return emitted.total("cxone_calls") == ledger.total("cxone_calls") &&
			emitted.total("cxone_script_api_calls") == ledger.total("cxone_script_api_calls")
	}, "the aggregated metrics")
	return ledger
}

// TestAggregatesEqualTheLedger delivers more than 10,000 calls and 10,000 API calls, with repeats and with deliveries that
// a pipeline refuses at first. Every count, sum and bucket must be that of the ledger.
func TestAggregatesEqualTheLedger(t *testing.T) {
	t.Parallel()
	for _, temporality := range []string{"cumulative", "delta"} {
		t.Run(temporality, func(t *testing.T) {
			t.Parallel()
			b := newBackend(t)
			c := start(t, aggregating(b, temporality, ""))
			calm := refuseNowAndThen(&b.traces)
			still := func() {}
			if temporality == "cumulative" {
				still = c.watchScrapes()
			}
			result := startSeededLoad(t, c.address).wait()
			calm()
			require.Positive(t, result.Retries, "deliveries that were refused and tried again")
			require.Positive(t, result.Duplicates, "repeats")
			records := c.awaitRecords(result.Records)

			ledger := awaitLedger(t, c, func() []record { return records }, func() aggregates { return c.exported(pmetricTemporality(temporality)) })
			still()
			require.Greater(t, ledger.total("cxone_calls"), float64(seededRecords))
			require.Greater(t, ledger.total("cxone_script_api_calls"), float64(seededRecords))
			requireLedger(t, ledger, c.exported(pmetricTemporality(temporality)), "by OTLP, "+temporality)
			if temporality == "cumulative" {
				c.waitFor(func() bool { return c.scraped().total("cxone_calls") == ledger.total("cxone_calls") }, "the scrape")
				requireLedger(t, ledger, c.scraped(), "in the scrape")
			}
			fmt.Printf("%-62s %d series of %.0f calls and %.0f API calls equal the ledger; %d retries, %d repeats\n",
				"aggregated metrics, "+temporality+":", len(ledger), ledger.total("cxone_calls"), ledger.total("cxone_script_api_calls"),
				result.Retries, result.Duplicates)
		})
	}
}

func pmetricTemporality(name string) pmetric.AggregationTemporality {
	if name == "delta" {
		return delta
	}
	return cumulative
}

// awaitRecords waits until this many log records were exported, and returns them.
func (c *collector) awaitRecords(n int) []record {
	c.t.Helper()
	var all []record
	c.waitFor(func() bool { all = c.records(); return len(all) >= n }, "the log records")
	require.Len(c.t, all, n)
	return all
}

// TestAggregatesOfTwoReplicas adds up the metrics of two replicas behind a balancer.
func TestAggregatesOfTwoReplicas(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	one, other := start(t, aggregating(b, "cumulative", "")), start(t, aggregating(b, "cumulative", ""))
	still, stillOther := one.watchScrapes(), other.watchScrapes()
	balancer := newRelay(t, 0, 0, one.address, other.address)
	result := startSeededLoad(t, balancer.address).wait()
	require.Positive(t, result.Records)
	both := func() aggregates { return one.exported(cumulative).add(other.exported(cumulative)) }
	ledger := awaitLedger(t, one, func() []record { return append(one.records(), other.records()...) }, both)
	still()
	stillOther()
	requireLedger(t, ledger, both(), "of both")
	assert.Positive(t, one.exported(cumulative).total("cxone_calls"))
	assert.Positive(t, other.exported(cumulative).total("cxone_calls"))
}

// metricsBackend accepts metrics by OTLP over HTTP, or refuses them.
type metricsBackend struct {
	address string
	refuse  atomic.Bool
	refused atomic.Int32
	mu      sync.Mutex
	taken   []pmetric.Metrics
}

func newMetricsBackend(t testing.TB) *metricsBackend {
	t.Helper()
	b := &metricsBackend{}
	server := httptest.NewServer(b)
	t.Cleanup(server.Close)
	b.address = server.Listener.Addr().String()
	return b
}

func (b *metricsBackend) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	metrics := pmetric.NewMetrics()
	if err == nil {
		metrics, err = (&pmetric.ProtoUnmarshaler{}).UnmarshalMetrics(body) // an export request has the same fields
	}
	if err != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	if b.refuse.Load() {
		b.refused.Add(1)
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.taken = append(b.taken, metrics)
	w.Header().Set("Content-Type", "application/x-protobuf")
}

func (b *metricsBackend) all() []pmetric.Metrics {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.taken)
}

// aggregatingOverHTTP is a whole configuration whose metrics pipeline sends the aggregated metrics to a backend every
// second. The backend's answer is that of the pipeline.
func aggregatingOverHTTP(b *metricsBackend, temporality string) string {
	return strings.NewReplacer("BACKEND", b.address, "TEMPORALITY", temporality).Replace(`
receivers:
  cxone:
    endpoint: 127.0.0.1:${PORT}
    allow_unauthenticated: true
    voice_quality: {gauges: false}
    aggregation: {interval: 1s, temporality: TEMPORALITY}
exporters:
  otlp_http: {endpoint: "http://BACKEND", compression: none, sending_queue: {enabled: false}, retry_on_failure: {enabled: false}}
  file/logs: {path: "${DIR}/logs.jsonl", append: true, flush_interval: 20ms}
service:
  pipelines:
    metrics: {receivers: [cxone], exporters: [otlp_http]}
    logs: {receivers: [cxone], exporters: [file/logs]}
` + telemetryConfig)
}

// refusedFor is a short form of the ten minutes for which a backend may be away.
var refusedFor = max(8*time.Second, soakFor)

// TestAggregatesOutliveARefusal has a metrics pipeline that refuses while records keep coming. Nothing is lost, and one or
// two requests are pending, however long it lasts.
func TestAggregatesOutliveARefusal(t *testing.T) {
	t.Parallel()
	for _, temporality := range []string{"cumulative", "delta"} {
		t.Run(temporality, func(t *testing.T) {
			t.Parallel()
			b := newMetricsBackend(t)
			c := start(t, aggregatingOverHTTP(b, temporality))
			b.refuse.Store(true)
			l := startLoad(t, "http://"+c.address, "--rate", "100", "--duration", refusedFor.String(), "--batch", "5", "--seed", "14")
			result := l.wait()
			assert.Zero(t, result.Retries, "deliveries go on: nothing of them is in the metrics pipeline")
			refused := b.refused.Load()
			assert.Greater(t, refused, int32(refusedFor.Seconds()/2))
			assert.Empty(t, b.all())
			b.refuse.Store(false)
			got := func() aggregates { return addUp(t, b.all(), pmetricTemporality(temporality)) }
			ledger := awaitLedger(t, c, c.records, got)
			requireLedger(t, ledger, got(), "after the refusal")
			assert.Equal(t, result.Records, int(ledger.total("cxone_calls")+ledger.total("cxone_script_api_calls")))
			if temporality == "delta" {
				assert.LessOrEqual(t, len(b.all()), 3, "what was pending was merged")
			}
			fmt.Printf("%-62s %d emissions refused, %d records, none missing; %d requests in the end\n",
				"a metrics pipeline refuses, "+temporality+":", refused, result.Records, len(b.all()))
		})
	}
}

// TestAggregatesOfAStop stops collectors under load, one of them as a service manager does, and starts them again.
func TestAggregatesOfAStop(t *testing.T) {
	t.Parallel()
	for _, temporality := range []string{"cumulative", "delta"} {
		t.Run(temporality, func(t *testing.T) {
			t.Parallel()
			b := newMetricsBackend(t)
			c := start(t, aggregatingOverHTTP(b, temporality))
			l := startLoad(t, "http://"+c.address, "--rate", "200", "--duration", "6s", "--batch", "5", "--seed", "15", "--retry-for", "0")
			for range 2 {
				time.Sleep(1500 * time.Millisecond)
				c.end()
				c.again()
				c.reload()
			}
			result := l.wait()
			got := func() aggregates { return addUp(t, b.all(), pmetricTemporality(temporality)) }
			ledger := awaitLedger(t, c, c.records, got)
			requireLedger(t, ledger, got(), "after stops")
			fmt.Printf("%-62s %d records, none missing\n", "stopped and reloaded under load, "+temporality+":", result.Records)
		})
	}
}

// TestAggregatesOfACrash kills a collector under load. The aggregated metrics may lack only records of the last interval.
// Spans and log records are complete.
func TestAggregatesOfACrash(t *testing.T) {
	t.Parallel()
	b := newMetricsBackend(t)
	config := strings.Replace(aggregatingOverHTTP(b, "cumulative"), "append: true, flush_interval: 20ms", "rotation: {max_megabytes: 1000}", 1)
	c := start(t, config)
	l := startLoad(t, "http://"+c.address, "--rate", "200", "--duration", "6s", "--batch", "5", "--seed", "16", "--retry-for", "0")
	late := 0
	for range 2 {
		time.Sleep(1700 * time.Millisecond)
		c.kill()
		killed := time.Now()
		for _, r := range c.records() {
			if killed.Sub(r.ObservedTimestamp().AsTime()) < time.Second+200*time.Millisecond {
				late++
			}
		}
		c.again()
	}
	result := l.wait()
	c.end()
	records := c.records()
	acknowledged := acknowledgedKeys([]*loader{l})
	for i := range records {
		delete(acknowledged, keyOf(records[i].Attributes()))
	}
	assert.Empty(t, acknowledged, "what was acknowledged has a log record")
	got := addUp(t, b.all(), cumulative)
	missing := float64(len(records)) - got.total("cxone_calls") - got.total("cxone_script_api_calls")
	assert.LessOrEqual(t, missing, float64(late), "what was taken within the last interval")
	fmt.Printf("%-62s of %d records %.0f are missing in the aggregated metrics, of %d in the last intervals\n",
		"killed twice under load:", result.Records, missing, late)
}

// TestSeriesOfCombinations counts the data points and the Prometheus series for numbers of combinations of attributes.
// docs/telemetry.md must have the same numbers.
func TestSeriesOfCombinations(t *testing.T) {
	t.Parallel()
	docs, err := os.ReadFile("../docs/telemetry.md")
	require.NoError(t, err)
	for _, tc := range []struct{ name, settings string }{
		{"as it is by default", ""},
		{"`figures: [mos]`", ", figures: [mos]"},
		{"`figures: [mos]`, `buckets: {mos: [3.1, 3.6, 4]}`", ", figures: [mos], buckets: {mos: [3.1, 3.6, 4]}"},
		{"`figures: []`: counts only", ", figures: []"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			c := start(t, with(open+"    voice_quality: {gauges: false}\n    aggregation: {interval: 3s"+tc.settings+"}\n"))
			first := 0
			for _, n := range []int{10, 100, 1000} {
				c.deliverCombinations(first, n)
				first = n
				c.waitFor(func() bool {
					calls, _ := series(c.get(c.scrape), "cxone_calls_total")
					apis, _ := series(c.get(c.scrape), "cxone_script_api_calls_total")
					return calls == float64(3*n) && apis == float64(2*n)
				}, "the scrape")
				// The file for OTLP may be a moment behind the scrape.
				var row string
				if !assert.Eventually(t, func() bool {
					all := slices.Collect(maps.Keys(c.exported(cumulative)))
					page := slices.Collect(strings.Lines(c.get(c.scrape)))
					row = fmt.Sprintf("| %s | %d | %d | %d | %d | %d |\n", tc.name, n,
						beginning(all, "cxone_call"), beginning(page, "cxone_call"), beginning(all, "cxone_script"), beginning(page, "cxone_script"))
					return strings.Contains(string(docs), row)
				}, time.Minute, 500*time.Millisecond, "docs/telemetry.md has another row than what was counted") {
					t.Log(row)
				}
			}
		})
	}
}

// deliverCombinations delivers calls of three qualities for each skill, and API calls with two answers for each script.
func (c *collector) deliverCombinations(from, to int) {
	c.t.Helper()
	var calls, apis []string
	for i := from; i < to; i++ {
		for reason, mos := range []float64{4.2, 3.5, 2.9} {
			calls = append(calls, fmt.Sprintf(`{"ContactId": %d, "BusinessUnit": 7, "SkillName": "Skill %d", "TeamName": "Team", `+
				`"DisconnectReason": "%d", "AvgMos": %g,`+
				`"AvgJitter": 5, "AvgPktLoss": 0.1, "AvgRtt": 60, "Callduration": 200}`, 3*i+reason, i, reason, mos))
		}
		for _, code := range []int{200, 503} {
			apis = append(apis, fmt.Sprintf(`{"contactId": %d, "busNo": 7, "scriptName": "Script %d", "actionLabel": "Call", "apiEndpoint": `+
				`"https://a.example/",`+
				`"apiResponseCode": "%d", "responseTime": 1}`, i, i, code))
		}
	}
	require.Equal(c.t, 200, c.post(voicePath, "["+strings.Join(calls, ",")+"]").status)
	require.Equal(c.t, 200, c.post(scriptPath, `{"metadata": [`+strings.Join(apis, ",")+"]}").status)
}

// beginning counts the texts with a prefix.
func beginning(all []string, with string) (n int) {
	for _, text := range all {
		if strings.HasPrefix(text, with) {
			n++
		}
	}
	return n
}

// TestMemoryOfManySkills has two collectors accept 100,000 call legs, one of a single skill and one of as many skills.
func TestMemoryOfManySkills(t *testing.T) {
	t.Parallel()
	const legs, each = 100_000, 1000
	peaks := map[string]int{}
	for _, kind := range []string{"one", "many"} {
		b := newMetricsBackend(t)
		c := start(t, strings.Replace(aggregatingOverHTTP(b, "cumulative"), "interval: 1s", "interval: 3s", 1))
		for first := 0; first < legs; first += each {
			records := make([]string, each)
			for i := range records {
				skill := "Skill"
				if kind == "many" {
					skill = fmt.Sprintf("Skill %d", first+i)
				}
				records[i] = fmt.Sprintf(`{"ContactId": %d, "SkillName": "%s", "AvgMos": %g, "AvgJitter": 5, "AvgPktLoss": 0.1, "AvgRtt": 60, `+
					`"Callduration": %d}`,
					first+i, skill, 1+float64(i%40)/10, i)
			}
			require.Equal(t, 200, c.post(voicePath, "["+strings.Join(records, ",")+"]").status)
		}
		time.Sleep(7 * time.Second) // for two emissions
		peaks[kind] = c.peakMemory()
		got := addUp(t, b.all(), cumulative)
		assert.InDelta(t, legs, got.total("cxone_calls"), 0)
		assert.InDelta(t, legs, got.total("cxone_call_mos_distribution"), 0)
		assert.Equal(t, kind == "many", got["cxone_calls otel_metric_overflow=\"true\""] != nil)
	}
	more := peaks["many"] - peaks["one"]
	assert.Less(t, more, 64, "MiB")
	fmt.Printf("%-62s %d MiB at most with one skill, %d MiB with 100,000\n", "memory of many skills:", peaks["one"], peaks["many"])
}
