// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package receiver

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/config/configoptional"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/pmetric"
	"go.opentelemetry.io/collector/receiver/receivertest"

	"github.com/cxone-otel/cxonereceiver/receiver/internal/metadata"
)

// withoutGauges is a configuration in which the metrics pipeline gets only the aggregated metrics.
func withoutGauges(change func(*AggregationConfig)) *Config {
	cfg := testConfig()
	cfg.VoiceQuality.Get().Gauges = false
	change(cfg.Aggregation.Get())
	return cfg
}

func unchanged(*AggregationConfig) {}

// taken is a metrics pipeline that keeps the points of sums and histograms by metric. It refuses when a test tells it to.
type taken struct {
	refusal error
	panics  bool
	calls   int
	points  map[string][]tallied
	last    pmetric.Metrics
}

type tallied struct {
	count      uint64
	sum        float64
	attributes map[string]any
}

func (p *taken) consumer(t *testing.T) consumer.Metrics {
	t.Helper()
	c, err := consumer.NewMetrics(func(_ context.Context, md pmetric.Metrics) error {
		p.calls++
		if p.panics {
			panic("metrics")
		}
		if p.refusal == nil {
			p.last = md
			p.points = tally(p.points, md)
		}
		return p.refusal
	})
	require.NoError(t, err)
	return c
}

// tally adds points to those of a metric. Of cumulative points only the newest count.
func tally(all map[string][]tallied, md pmetric.Metrics) map[string][]tallied {
	delta := len(all) > 0
	byName := map[string][]tallied{}
	for _, m := range md.ResourceMetrics().At(0).ScopeMetrics().At(0).Metrics().All() {
		var points []tallied
		switch m.Type() {
		case pmetric.MetricTypeSum:
			delta = delta && m.Sum().AggregationTemporality() == pmetric.AggregationTemporalityDelta
			for _, p := range m.Sum().DataPoints().All() {
				points = append(points, tallied{uint64(p.IntValue()), float64(p.IntValue()), p.Attributes().AsRaw()})
			}
		case pmetric.MetricTypeHistogram:
			for _, p := range m.Histogram().DataPoints().All() {
				points = append(points, tallied{p.Count(), p.Sum(), p.Attributes().AsRaw()})
			}
		case pmetric.MetricTypeExponentialHistogram:
			for _, p := range m.ExponentialHistogram().DataPoints().All() {
				points = append(points, tallied{p.Count(), p.Sum(), p.Attributes().AsRaw()})
			}
		default:
		}
		byName[m.Name()] = points
	}
	if !delta {
		return byName
	}
	for name, points := range byName {
		all[name] = append(all[name], points...)
	}
	return all
}

func (p *taken) total(metric string) (count uint64, sum float64) {
	for _, point := range p.points[metric] {
		count, sum = count+point.count, sum+point.sum
	}
	return count, sum
}

func (p *taken) wants(t *testing.T, metric string, count int, sum float64) {
	t.Helper()
	gotCount, gotSum := p.total(metric)
	assert.EqualValues(t, count, gotCount, metric)
	assert.InDelta(t, sum, gotSum, 1e-9*max(1, sum), metric)
}

func TestEachRecordIsCountedOnceWhenAllPipelinesAccepted(t *testing.T) {
	for _, temporality := range []string{temporalityCumulative, temporalityDelta} {
		t.Run(temporality, func(t *testing.T) {
			const n = 4*partRecords + 10
			s, metrics := &stumbling{refuse: map[int]error{2: errTransient, 5: errTransient}}, &taken{}
			p := s.pipelines(t)
			p.metrics = metrics.consumer(t)
			r := runWith(t, withoutGauges(func(c *AggregationConfig) { c.Temporality = temporality }), p, componenttest.NewNopHost())
			for i, want := range []int{503, 503, 200, 200} {
				code, _, _ := r.post(voicePath, legs(n))
				assert.Equal(t, want, code)
				require.NoError(t, r.receiver.emitter.emit(t.Context()))
				counted := []int{partRecords, 3 * partRecords, n, n}[i]
				metrics.wants(t, "cxone.calls", counted, float64(counted))
				metrics.wants(t, "cxone.call.mos.distribution", counted, 4.1*float64(counted))
			}
		})
	}
}

func TestWhatAPipelineRefusedForGoodIsNotCounted(t *testing.T) {
	const n = 3 * partRecords
	s, metrics := &stumbling{refuse: map[int]error{2: errPermanent, 3: errTransient}}, &taken{}
	p := s.pipelines(t)
	p.metrics = metrics.consumer(t)
	r := runWith(t, withoutGauges(unchanged), p, componenttest.NewNopHost())
	for _, want := range []int{503, 400, 400} {
		code, _, _ := r.post(voicePath, legs(n))
		assert.Equal(t, want, code)
	}
	require.NoError(t, r.receiver.emitter.emit(t.Context()))
	metrics.wants(t, "cxone.calls", n-partRecords, n-partRecords)
}

func TestRefusedEmissionsLoseNothing(t *testing.T) {
	for _, temporality := range []string{temporalityCumulative, temporalityDelta} {
		for _, refusal := range []error{errTransient, errPermanent} {
			t.Run(fmt.Sprint(temporality, refusal), func(t *testing.T) {
				metrics := &taken{refusal: refusal}
				cfg := withoutGauges(func(c *AggregationConfig) { c.Temporality = temporality })
				r := runWith(t, cfg, pipelines{metrics: metrics.consumer(t)}, componenttest.NewNopHost())
				const rounds = 20
				for i := range rounds {
					code, text, _ := r.post(voicePath, fmt.Sprintf(`{"ContactId": %d, "AvgMos": 4.1}`, i+1))
					require.Equal(t, 200, code, text)
					require.Error(t, r.receiver.emitter.emit(t.Context()))
				}
				metrics.refusal, metrics.panics = nil, true
				require.ErrorIs(t, r.receiver.emitter.emit(t.Context()), errPanic)
				metrics.panics, metrics.calls = false, 0
				require.NoError(t, r.receiver.emitter.emit(t.Context()))
				metrics.wants(t, "cxone.calls", rounds, rounds)
				metrics.wants(t, "cxone.call.mos.distribution", rounds, 4.1*rounds)
				assert.LessOrEqual(t, metrics.calls, 2, "what was refused was merged")
			})
		}
	}
}

func TestShutdownEmitsWhatIsThere(t *testing.T) {
	metrics := &taken{}
	r := runWith(t, withoutGauges(unchanged), pipelines{metrics: metrics.consumer(t)}, componenttest.NewNopHost())
	r.post(voicePath, legs(7))
	r.post(scriptPath, payloadFile(t, "script_api.json"))
	assert.Zero(t, metrics.calls)
	require.NoError(t, r.receiver.Shutdown(t.Context()))
	metrics.wants(t, "cxone.calls", 7, 7)
	metrics.wants(t, "cxone.script.api.calls", 1, 1)
}

// TestShutdownTriesAgain has a pipeline that is busy for a moment while the receiver stops.
func TestShutdownTriesAgain(t *testing.T) {
	metrics := &taken{}
	busy, err := consumer.NewMetrics(func(ctx context.Context, md pmetric.Metrics) error {
		if metrics.calls < 2 {
			metrics.calls++
			return errTransient
		}
		return metrics.consumer(t).ConsumeMetrics(ctx, md)
	})
	require.NoError(t, err)
	r := runWith(t, withoutGauges(unchanged), pipelines{metrics: busy}, componenttest.NewNopHost())
	r.post(voicePath, legs(7))
	require.NoError(t, r.receiver.Shutdown(t.Context()))
	metrics.wants(t, "cxone.calls", 7, 7)
}

// TestShutdownCutsAnEmissionOff has a pipeline that does not answer an emission before its time is over.
func TestShutdownCutsAnEmissionOff(t *testing.T) {
	entered := make(chan struct{}, 100)
	stuck, err := consumer.NewMetrics(func(ctx context.Context, _ pmetric.Metrics) error {
		entered <- struct{}{}
		<-ctx.Done()
		return ctx.Err()
	})
	require.NoError(t, err)
	cfg := withoutGauges(func(c *AggregationConfig) { c.Interval = time.Second })
	r := runWith(t, cfg, pipelines{metrics: stuck}, componenttest.NewNopHost())
	r.post(voicePath, leg)
	<-entered
	r.receiver.emitter.grace = 500 * time.Millisecond
	begun := time.Now()
	require.NoError(t, r.receiver.Shutdown(t.Context()))
	assert.Less(t, time.Since(begun), 4*time.Second)
	assert.Equal(t, 1, r.logs.FilterMessageSnippet("aggregated metrics were lost").Len())
}

func TestEmissionAtTheInterval(t *testing.T) {
	metrics := new(consumertest.MetricsSink)
	cfg := withoutGauges(func(c *AggregationConfig) { c.Interval = time.Second })
	r := runWith(t, cfg, pipelines{metrics: metrics}, componenttest.NewNopHost())
	r.post(voicePath, legs(7))
	require.Eventually(t, func() bool { return metrics.DataPointCount() > 0 }, 10*time.Second, 10*time.Millisecond)
}

func TestTheResourceIsTheCollectors(t *testing.T) {
	metrics := &taken{}
	r := runWith(t, withoutGauges(unchanged), pipelines{metrics: metrics.consumer(t)}, componenttest.NewNopHost())
	r.post(voicePath, leg)
	require.NoError(t, r.receiver.emitter.emit(t.Context()))
	attributes := metrics.last.ResourceMetrics().At(0).Resource().Attributes().AsRaw()
	assert.Len(t, attributes, 2)
	assert.Equal(t, "cxone", attributes["service.name"])
	assert.NotEmpty(t, attributes["service.instance.id"], "replicas differ even where the collector has no service.instance.id")

	r.receiver.settings.Resource = pcommon.NewResource()
	r.receiver.settings.Resource.Attributes().PutStr("service.instance.id", "replica-1")
	assert.Equal(t, "replica-1", instanceID(r.receiver))
}

func TestWhatHasAMetricsPipelineOnly(t *testing.T) {
	off := func(c *Config) { c.Aggregation = configoptional.None[AggregationConfig]() }
	for name, tc := range map[string]struct {
		change        func(*Config)
		voice, script int
	}{
		"by default":                     {func(*Config) {}, 200, 200},
		"aggregation off":                {off, 200, 404},
		"gauges off":                     {func(c *Config) { c.VoiceQuality.Get().Gauges = false }, 200, 200},
		"neither gauges nor aggregation": {func(c *Config) { off(c); c.VoiceQuality.Get().Gauges = false }, 404, 404},
	} {
		t.Run(name, func(t *testing.T) {
			cfg := testConfig()
			tc.change(cfg)
			sink := new(consumertest.MetricsSink)
			r := runWith(t, cfg, pipelines{metrics: sink}, componenttest.NewNopHost())
			code, _, _ := r.post(voicePath, leg)
			assert.Equal(t, tc.voice, code)
			code, _, _ = r.post(scriptPath, payloadFile(t, "script_api.json"))
			assert.Equal(t, tc.script, code)
			if tc.script != 200 {
				return
			}
			_, text, _ := r.post(scriptPath, payloadFile(t, "script_api.json"))
			assert.Contains(t, text, "duplicate", "what was only counted is remembered too")
		})
	}
}

func TestAScriptAPIWithoutAMetricIsRefusedWhereItIsWritten(t *testing.T) {
	cfg, err := load(t, "{allow_unauthenticated: true, endpoint: '127.0.0.1:0', script_api: {}, aggregation: null}")
	require.NoError(t, err)
	r, err := newReceiver(receivertest.NewNopSettings(metadata.Type), cfg)
	require.NoError(t, err)
	r.next.metrics = consumertest.NewNop()
	err = r.Start(t.Context(), componenttest.NewNopHost())
	require.ErrorContains(t, err, "script_api is configured, but none of its signals has a pipeline (traces, logs)")
	require.NoError(t, r.Shutdown(t.Context()))
}

func TestAggregationIsChecked(t *testing.T) {
	for text, want := range map[string]string{
		"{interval: 500ms}":                              "interval: 500ms is too short",
		"{interval: 15}":                                 "written with its unit",
		"{temporality: deltas}":                          "temporality: \"deltas\" is not known; it can be cumulative or delta",
		"{histograms: native}":                           "it can be explicit or exponential",
		"{figures: [moss]}":                              "figures: unknown figure \"moss\"",
		"{buckets: {moss: [1]}}":                         "the figures are mos",
		"{buckets: {score: [1, 2]}}":                     "buckets::score: it has no histogram; name it in aggregation::figures",
		"{buckets: {mos: []}}":                           "buckets::mos: it has 0 bounds",
		"{buckets: {script_api_duration: [2, 1]}}":       "buckets::script_api_duration: each bound must be a number above",
		"{buckets: {mos: [1, .nan]}}":                    "buckets::mos: each bound must be a number",
		"{histograms: exponential, buckets: {mos: [1]}}": "exponential histograms have no bounds to choose",
		"{attributes: [cxone.call.to]}": "attributes: \"cxone.call.to\" is not an " +
			"attribute that a metric of call legs can have",
		"{script_attributes: [url.full]}": "it can be one of cxone.script.name, cxone.action.id, cxone.action.name, " +
			"cxone.action.label, server.address, cxone.script.id, url.path",
		"{max_series: 0}": "max_series: 0 must be 1 or more",
		"{script_attributes: [cxone.skill.name], max_series: -1}":       "max_series: -1",
		"{figures: [], attributes: [], script_attributes: []}":          "",
		"{buckets: {mos: [3], script_api_duration: [1]}, interval: 1s}": "",
		"{enabled: false}": "",
		"null":             "",
	} {
		_, err := load(t, "{allow_unauthenticated: true, aggregation: "+text+"}")
		if want == "" {
			assert.NoError(t, err, text)
			continue
		}
		if assert.ErrorContains(t, err, want, text) {
			assert.ErrorContains(t, err, "aggregation", text)
		}
	}
}

func TestAggregationIsSwitchedOff(t *testing.T) {
	for _, text := range []string{"null", "{enabled: false}", "{enabled: false, interval: 20s}"} {
		cfg, err := load(t, "{allow_unauthenticated: true, aggregation: "+text+"}")
		require.NoError(t, err)
		assert.False(t, cfg.Aggregation.HasValue(), text)
	}
	cfg, err := load(t, "{allow_unauthenticated: true, aggregation: {buckets: {mos: [3]}, figures: [mos, score]}}")
	require.NoError(t, err)
	s := cfg.Aggregation.Get().settings()
	assert.Equal(t, []float64{3}, s.Bounds[0])
	assert.NotEmpty(t, s.Bounds[2])
	assert.Empty(t, s.Bounds[3])
	assert.Equal(t, 2000, s.MaxSeries)
}

func TestManySkillsStayWithinMaxSeries(t *testing.T) {
	metrics := &taken{}
	cfg := withoutGauges(func(c *AggregationConfig) { c.MaxSeries = 10; c.Attributes = []string{"cxone.skill.name"} })
	r := runWith(t, cfg, pipelines{metrics: metrics.consumer(t)}, componenttest.NewNopHost())
	records := make([]string, 500)
	for i := range records {
		records[i] = fmt.Sprintf(`{"ContactId": %d, "SkillName": "skill %d", "AvgMos": 4.1}`, i, i)
	}
	code, _, _ := r.post(voicePath, "["+strings.Join(records, ",")+"]")
	require.Equal(t, 200, code)
	require.NoError(t, r.receiver.emitter.emit(t.Context()))
	metrics.wants(t, "cxone.calls", 500, 500)
	metrics.wants(t, "cxone.call.mos.distribution", 500, 4.1*500)
	points := metrics.points["cxone.call.mos.distribution"]
	assert.Len(t, points, 11)
	beyond := 0
	for _, p := range points {
		if p.attributes["otel.metric.overflow"] == true {
			beyond++
			assert.EqualValues(t, 490, p.count)
		}
	}
	assert.Equal(t, 1, beyond)
}
