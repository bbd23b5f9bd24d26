// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package aggregate

import (
	"errors"
	"fmt"
	"math"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pmetric"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/trace"

	"github.com/cxone-otel/cxonereceiver/receiver/internal/payload"
	"github.com/cxone-otel/cxonereceiver/receiver/internal/translate"
)

// defaults are the settings of the default configuration.
func defaults() Settings {
	s := Settings{
		APIBounds: DefaultAPIBounds(), MaxSeries: 2000, ScopeName: "test/receiver", ScopeVersion: "1.2.3", SchemaURL: translate.SchemaURL,
		Resource: map[string]string{"service.name": "cxone", "service.instance.id": "one"},
	}
	for _, f := range []translate.Figure{translate.Mos, translate.Jitter, translate.PacketLoss, translate.RTT, translate.Duration} {
		s.Bounds[f] = f.DefaultBounds()
	}
	return s
}

func aggregator(t testing.TB, change func(*Settings)) *Aggregator {
	t.Helper()
	s := defaults()
	change(&s)
	a, err := New(s)
	require.NoError(t, err)
	return a
}

var nan = math.NaN()

// call is an observation of a call leg of a skill with a MOS and a duration.
func call(skill string, mos, duration float64) translate.Observation {
	o := translate.Observation{Type: payload.VoiceQuality, Attributes: attribute.NewSet(attribute.String("cxone.skill.name", skill))}
	o.Counted = attribute.NewSet(attribute.String("cxone.skill.name", skill), attribute.Bool("cxone.call.degraded", false))
	for f := range o.Figures {
		o.Figures[f] = nan
	}
	o.Figures[translate.Mos], o.Figures[translate.Duration] = mos, duration
	return o
}

// emit returns what is emitted, by the metrics' names.
func emit(t testing.TB, a *Aggregator) map[string]pmetric.Metric {
	t.Helper()
	byName := map[string]pmetric.Metric{}
	require.NoError(t, a.Emit(t.Context(), func(md pmetric.Metrics) error {
		for _, m := range md.ResourceMetrics().At(0).ScopeMetrics().At(0).Metrics().All() {
			byName[m.Name()] = m
		}
		return nil
	}))
	return byName
}

func unchanged(*Settings) {}

func delta(s *Settings)       { s.Delta = true }
func exponential(s *Settings) { s.Exponential = true }

func TestABoundBelongsToTheBucketBelowIt(t *testing.T) {
	a := aggregator(t, func(s *Settings) { s.Bounds[translate.Mos] = []float64{3.6, 4} })
	for _, mos := range []float64{3.5, 3.6, 3.61, 4, 4.4} {
		a.Count([]translate.Observation{call("a", mos, nan)})
	}
	h := emit(t, a)["cxone.call.mos.distribution"].Histogram()
	point := h.DataPoints().At(0)
	assert.Equal(t, []uint64{2, 2, 1}, point.BucketCounts().AsRaw())
	assert.Equal(t, []float64{3.6, 4}, point.ExplicitBounds().AsRaw())
	assert.EqualValues(t, 5, point.Count())
	assert.InDelta(t, 19.11, point.Sum(), 1e-9)
	assert.InDelta(t, 3.5, point.Min(), 0)
	assert.InDelta(t, 4.4, point.Max(), 0)
}

func TestNamesUnitsAndAttributes(t *testing.T) {
	a := aggregator(t, unchanged)
	start := time.Now()
	api := translate.Observation{
		Type:       payload.ScriptAPI,
		Seconds:    1.5,
		Attributes: attribute.NewSet(attribute.String("server.address", "a.example")),
	}
	api.Counted = attribute.NewSet(attribute.String("server.address", "a.example"), attribute.Int64("http.response.status_code", 503))
	a.Count([]translate.Observation{call("a", 4, 60), call("a", nan, nan), api, {Type: payload.ScriptAPI, Seconds: nan}})
	require.NoError(t, a.Emit(t.Context(), func(md pmetric.Metrics) error {
		rm := md.ResourceMetrics().At(0)
		assert.Equal(t, map[string]any{"service.name": "cxone", "service.instance.id": "one"}, rm.Resource().Attributes().AsRaw())
		assert.Equal(t, translate.SchemaURL, rm.SchemaUrl())
		assert.Equal(t, "test/receiver", rm.ScopeMetrics().At(0).Scope().Name())
		assert.Equal(t, "1.2.3", rm.ScopeMetrics().At(0).Scope().Version())
		return nil
	}))
	m := emit(t, a)
	units := map[string]string{}
	for name, one := range m {
		units[name] = one.Unit()
		assert.NotEmpty(t, one.Description(), name)
	}
	assert.Equal(t, map[string]string{
		"cxone.call.mos.distribution": "{score}", "cxone.call.duration.distribution": "s",
		"cxone.calls": "{call}", "cxone.script.api.duration": "s", "cxone.script.api.calls": "{call}",
	}, units)
	calls := m["cxone.calls"].Sum()
	assert.True(t, calls.IsMonotonic())
	assert.Equal(t, pmetric.AggregationTemporalityCumulative, calls.AggregationTemporality())
	point := calls.DataPoints().At(0)
	assert.EqualValues(t, 2, point.IntValue(), "a call without figures is one")
	assert.Equal(t, map[string]any{"cxone.skill.name": "a", "cxone.call.degraded": false}, point.Attributes().AsRaw())
	assert.WithinRange(t, point.StartTimestamp().AsTime(), start.Add(-time.Minute), start)
	assert.WithinRange(t, point.Timestamp().AsTime(), start, time.Now())
	assert.EqualValues(t, 1, m["cxone.call.mos.distribution"].Histogram().DataPoints().At(0).Count())
	assert.Equal(t, 2, m["cxone.script.api.calls"].Sum().DataPoints().Len(), "an API call without responseTime is counted")
	assert.Equal(t, 1, m["cxone.script.api.duration"].Histogram().DataPoints().Len())
}

func TestDeltasAreWhatCameSince(t *testing.T) {
	a := aggregator(t, delta)
	a.Count([]translate.Observation{call("a", 4, 60), call("b", 4, 60)})
	first := emit(t, a)["cxone.calls"].Sum()
	assert.Equal(t, pmetric.AggregationTemporalityDelta, first.AggregationTemporality())
	assert.Equal(t, 2, first.DataPoints().Len())
	assert.Empty(t, emit(t, a), "nothing came, nothing is emitted")
	a.Count([]translate.Observation{call("a", 3, 60)})
	second := emit(t, a)
	require.Equal(t, 1, second["cxone.calls"].Sum().DataPoints().Len())
	assert.EqualValues(t, 1, second["cxone.calls"].Sum().DataPoints().At(0).IntValue())
	assert.GreaterOrEqual(t, second["cxone.calls"].Sum().DataPoints().At(0).StartTimestamp(),
		first.DataPoints().At(0).Timestamp(), "deltas do not overlap")
	assert.InDelta(t, 3, second["cxone.call.mos.distribution"].Histogram().DataPoints().At(0).Sum(), 0)
}

func TestARefusedDeltaComesAgainAsItWas(t *testing.T) {
	a := aggregator(t, delta)
	refusal := errors.New("refused")
	a.Count([]translate.Observation{call("a", 4, 60)})
	require.ErrorIs(t, a.Emit(t.Context(), func(md pmetric.Metrics) error {
		md.ResourceMetrics().RemoveIf(func(pmetric.ResourceMetrics) bool { return true }) // as a processor may, before it refuses
		return refusal
	}), refusal)
	for range 3 {
		a.Count([]translate.Observation{call("a", 4, 60)})
		require.ErrorIs(t, a.Emit(t.Context(), func(pmetric.Metrics) error { return refusal }), refusal)
	}
	var counts []int64
	require.NoError(t, a.Emit(t.Context(), func(md pmetric.Metrics) error {
		for _, m := range md.ResourceMetrics().At(0).ScopeMetrics().At(0).Metrics().All() {
			if m.Name() == "cxone.calls" {
				counts = append(counts, m.Sum().DataPoints().At(0).IntValue())
			}
		}
		return nil
	}))
	assert.Equal(t, []int64{1, 3}, counts)
}

// TestOfManyRequestsTheRefusedComeAgain has a pipeline that refuses every third request.
func TestOfManyRequestsTheRefusedComeAgain(t *testing.T) {
	for name, change := range map[string]func(*Settings){"cumulative": unchanged, "delta": delta} {
		a := aggregator(t, func(s *Settings) { change(s); s.MaxSeries = 3*requestPoints + 10 })
		for i := range 3*requestPoints + 10 {
			a.Count([]translate.Observation{call(fmt.Sprint(i), 4, nan)})
		}
		calls, refuses, skills := 0, true, map[string]int64{}
		emit := func() error {
			return a.Emit(t.Context(), func(md pmetric.Metrics) error {
				if calls++; refuses && calls%3 == 0 {
					return errors.New("refused")
				}
				for _, m := range md.ResourceMetrics().At(0).ScopeMetrics().At(0).Metrics().All() {
					if m.Type() != pmetric.MetricTypeSum {
						continue
					}
					for _, p := range m.Sum().DataPoints().All() {
						skill, _ := p.Attributes().Get("cxone.skill.name")
						if !a.settings.Delta {
							skills[skill.Str()] = 0
						}
						skills[skill.Str()] += p.IntValue()
					}
				}
				return nil
			})
		}
		for emit() != nil {
			require.Less(t, calls, 100)
			refuses = a.settings.Delta // less is left of a delta each time
		}
		assert.Len(t, skills, 3*requestPoints+10, name)
		for skill, n := range skills {
			assert.EqualValues(t, 1, n, "%s %s", name, skill)
		}
	}
}

func TestExponentialHistograms(t *testing.T) {
	for _, change := range []func(*Settings){exponential, func(s *Settings) { exponential(s); delta(s) }} {
		a := aggregator(t, change)
		for _, mos := range []float64{4, 4, 2, 0} {
			a.Count([]translate.Observation{call("a", mos, nan)})
		}
		m := emit(t, a)["cxone.call.mos.distribution"]
		require.Equal(t, pmetric.MetricTypeExponentialHistogram, m.Type())
		p := m.ExponentialHistogram().DataPoints().At(0)
		assert.EqualValues(t, 4, p.Count())
		assert.InDelta(t, 10, p.Sum(), 0)
		assert.EqualValues(t, 1, p.ZeroCount())
		base := math.Pow(2, math.Pow(2, -float64(p.Scale())))
		in := map[float64]uint64{}
		for i, n := range p.Positive().BucketCounts().All() {
			lower := math.Pow(base, float64(p.Positive().Offset())+float64(i))
			for _, v := range []float64{4, 2} {
				if n > 0 && v > lower*(1-1e-9) && v <= lower*base*(1+1e-9) {
					in[v] += n
				}
			}
		}
		assert.Equal(t, map[float64]uint64{4: 2, 2: 1}, in)
	}
}

func TestExemplarsAreTheNewestOfTheirBucket(t *testing.T) {
	for name, change := range map[string]func(*Settings){"explicit": unchanged, "exponential": exponential, "delta": delta} {
		a := aggregator(t, change)
		for i, mos := range []float64{4.3, 2.2, 4.3, nan} {
			o := call("a", mos, nan)
			o.Span = spanOf(byte(i + 1))
			a.Count([]translate.Observation{o})
		}
		a.Count([]translate.Observation{call("a", 1.5, nan)}) // a call leg without a span
		m := emit(t, a)
		var exemplars pmetric.ExemplarSlice
		if mos := m["cxone.call.mos.distribution"]; mos.Type() == pmetric.MetricTypeHistogram {
			exemplars = mos.Histogram().DataPoints().At(0).Exemplars()
		} else {
			exemplars = mos.ExponentialHistogram().DataPoints().At(0).Exemplars()
		}
		got := map[float64]string{}
		for _, e := range exemplars.All() {
			got[e.DoubleValue()] = e.TraceID().String() + " " + e.SpanID().String()
			assert.WithinDuration(t, time.Now(), e.Timestamp().AsTime(), time.Minute)
		}
		assert.Equal(t, map[float64]string{
			4.3: "03000000000000000000000000000000 0300000000000000", 2.2: "02000000000000000000000000000000 0200000000000000",
		}, got, name)
		assert.Positive(t, m["cxone.calls"].Sum().DataPoints().At(0).Exemplars().Len(), name)
	}
}

func spanOf(id byte) trace.SpanContext {
	return trace.NewSpanContext(trace.SpanContextConfig{TraceID: trace.TraceID{id}, SpanID: trace.SpanID{id}, TraceFlags: trace.FlagsSampled})
}

func TestSeriesBeyondTheLimit(t *testing.T) {
	for _, change := range []func(*Settings){unchanged, delta, exponential} {
		a := aggregator(t, func(s *Settings) { change(s); s.MaxSeries = 3 })
		for _, skill := range []string{"a", "b", "c", "a"} {
			a.Count([]translate.Observation{call(skill, 4, nan)})
		}
		assert.Equal(t, 3, emit(t, a)["cxone.calls"].Sum().DataPoints().Len(), "as many as max_series stand for themselves")
		for _, skill := range []string{"a", "b", "c", "d", "e", "a"} {
			a.Count([]translate.Observation{call(skill, 4, nan)})
		}
		counts := map[string]int64{}
		for _, p := range emit(t, a)["cxone.calls"].Sum().DataPoints().All() {
			if v, ok := p.Attributes().Get("otel.metric.overflow"); ok {
				assert.Equal(t, "true", v.AsString())
				assert.Equal(t, 1, p.Attributes().Len())
				counts["beyond"] += p.IntValue()
				continue
			}
			v, _ := p.Attributes().Get("cxone.skill.name")
			counts[v.Str()] += p.IntValue()
		}
		assert.EqualValues(t, 2, counts["beyond"])
		assert.Len(t, counts, 4)
	}
}

func TestCountingGoesOnWhileItIsEmitted(t *testing.T) {
	for _, change := range []func(*Settings){unchanged, delta} {
		a := aggregator(t, change)
		const workers, each = 4, 2000
		var counting sync.WaitGroup
		for range workers {
			counting.Go(func() {
				for i := range each {
					o := call("a", 1+float64(i%4), nan)
					o.Span = spanOf(byte(i))
					a.Count([]translate.Observation{o})
				}
			})
		}
		done := make(chan struct{})
		go func() { counting.Wait(); close(done) }()
		var sum, newest uint64
		take := func() {
			for _, p := range histogramPoints(emit(t, a)["cxone.call.mos.distribution"]) {
				sum, newest = sum+p.Count(), p.Count()
			}
		}
		for running := true; running; {
			select {
			case <-done:
				running = false
			default:
			}
			take()
		}
		if !a.settings.Delta {
			sum = newest
		}
		assert.EqualValues(t, workers*each, sum)
	}
}

func histogramPoints(m pmetric.Metric) []pmetric.HistogramDataPoint {
	if m == (pmetric.Metric{}) {
		return nil
	}
	var all []pmetric.HistogramDataPoint
	for _, p := range m.Histogram().DataPoints().All() {
		all = append(all, p)
	}
	return all
}

// TestMemoryOfManySkills counts 100,000 calls of as many skills, with five figures each.
func TestMemoryOfManySkills(t *testing.T) {
	for name, change := range map[string]func(*Settings){"explicit": unchanged, "exponential": exponential} {
		t.Run(name, func(t *testing.T) {
			a := aggregator(t, change)
			before := heap()
			for i := range 100_000 {
				o := call(fmt.Sprintf("skill %d", i), 1+float64(i%41)/10, float64(i%5000))
				for _, f := range []translate.Figure{translate.Jitter, translate.PacketLoss, translate.RTT} {
					o.Figures[f] = float64(i%1000) / 1000
				}
				o.Span = spanOf(byte(i))
				a.Count([]translate.Observation{o})
			}
			counted := heap() - before
			var emitted int64
			requests, points := 0, 0
			require.NoError(t, a.Emit(t.Context(), func(md pmetric.Metrics) error {
				if requests%6 == 0 { // a collection of garbage takes its time
					emitted = max(emitted, heap()-before)
				}
				requests, points = requests+1, points+md.DataPointCount()
				assert.LessOrEqual(t, md.DataPointCount(), requestPoints)
				return nil
			}))
			assert.Equal(t, 6*2001, points)
			assert.Equal(t, 13, requests)
			t.Logf("%d KiB counted, %d KiB while it is emitted", counted>>10, emitted>>10)
			assert.Less(t, counted, int64(16<<20))
			assert.Less(t, emitted, int64(32<<20))
			runtime.KeepAlive(a)
		})
	}
}

func heap() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc) //nolint:gosec // bytes of this process
}

func BenchmarkCount(b *testing.B) {
	leg := call("a", 4.1, 300)
	for _, f := range []translate.Figure{translate.Jitter, translate.PacketLoss, translate.RTT} {
		leg.Figures[f] = .05
	}
	leg.Span = spanOf(1)
	api := translate.Observation{Type: payload.ScriptAPI, Seconds: 1.5, Attributes: leg.Attributes, Counted: leg.Counted, Span: leg.Span}
	for name, o := range map[string]translate.Observation{"voice": leg, "script": api} {
		b.Run(name, func(b *testing.B) {
			a := aggregator(b, unchanged)
			records := []translate.Observation{o}
			b.ReportAllocs()
			for b.Loop() {
				a.Count(records)
			}
		})
	}
}
