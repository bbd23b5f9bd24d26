// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package translate

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pmetric"
)

// distributed translates legs under the options, and returns the metrics by name.
func distributed(t *testing.T, change func(*Options), body string) map[string]pmetric.Metric {
	t.Helper()
	o := defaults()
	distribute(&o)
	change(&o)
	byName := map[string]pmetric.Metric{}
	for _, rm := range voice(t, o, body).Metrics.ResourceMetrics().All() {
		for _, sm := range rm.ScopeMetrics().All() {
			for _, m := range sm.Metrics().All() {
				byName[m.Name()] = m
			}
		}
	}
	return byName
}

func TestABoundBelongsToTheBucketBelowIt(t *testing.T) {
	for value, bucket := range map[string]int{"3.5": 0, "3.6": 0, "3.61": 1, "4": 1, "4.4": 2, "5": 2} {
		m := distributed(t, func(o *Options) { o.Figures[Mos].Bounds = []float64{3.6, 4} }, `{"ContactId": 1, "AvgMos": `+value+`}`)
		point := m["cxone.call.mos.distribution"].Histogram().DataPoints().At(0)
		want := []uint64{0, 0, 0}
		want[bucket] = 1
		assert.Equal(t, want, point.BucketCounts().AsRaw(), value)
		assert.Equal(t, []float64{3.6, 4}, point.ExplicitBounds().AsRaw())
	}
}

func TestEachRecordIsAPointAndACall(t *testing.T) {
	m := distributed(t, func(*Options) {}, `[{"ContactId": 1, "AvgMos": 4, "AvgRtt": 20, "Disposition": "Sold"}, {"ContactId": 2, "AvgMos": 0, "AvgRtt": 0}, {"ContactId": 3, "AvgMos": 4}]`)
	assert.Equal(t, 2, m["cxone.call.mos.distribution"].Histogram().DataPoints().Len(), "zero is not on the scale")
	assert.Equal(t, 2, m["cxone.call.rtt.distribution"].Histogram().DataPoints().Len(), "zero is a value, and null is none")
	assert.NotContains(t, m, "cxone.call.jitter.distribution")
	calls := m["cxone.calls"].Sum()
	require.Equal(t, 3, calls.DataPoints().Len(), "a call without figures is one")
	assert.True(t, calls.IsMonotonic())
	assert.Equal(t, pmetric.AggregationTemporalityDelta, calls.AggregationTemporality())
	classes := []string{}
	for _, p := range calls.DataPoints().All() {
		assert.Equal(t, int64(1), p.IntValue())
		class, _ := p.Attributes().Get("cxone.call.disposition.class")
		classes = append(classes, class.Str())
	}
	assert.Equal(t, []string{"given", "none", "none"}, classes)
}

func TestADistributionNeedsNoGauge(t *testing.T) {
	m := distributed(t, func(o *Options) { o.Figures[Mos].Metric = false }, `{"ContactId": 1, "AvgMos": 4}`)
	assert.NotContains(t, m, "cxone.call.mos")
	assert.Contains(t, m, "cxone.call.mos.distribution")
}

// TestBucketIndex holds the index against the definition: a bucket's values are above base^index and at most
// base^(index+1), of which the logarithm is index/2^scale.
func TestBucketIndex(t *testing.T) {
	const width = 1.0 / (1 << exponentialScale)
	for v, index := range map[float64]int32{1: -1, 2: 1<<20 - 1, 0.5: -1<<20 - 1, 4: 2<<20 - 1} {
		assert.Equal(t, index, bucketIndex(v), "a power of two is a bound: %v", v)
	}
	random := rand.New(rand.NewPCG(1, 2)) //nolint:gosec // to be repeatable
	values := []float64{math.SmallestNonzeroFloat64, math.MaxFloat64, 0.898, 4.3, 561}
	for range 1000 {
		values = append(values, math.Exp(random.NormFloat64()*20))
	}
	for _, v := range values {
		index := float64(bucketIndex(v))
		assert.LessOrEqual(t, index*width, math.Log2(v)+1e-9, v)
		assert.GreaterOrEqual(t, (index+1)*width, math.Log2(v)-1e-9, v)
	}
}

func TestDefaultBounds(t *testing.T) {
	for f := range NumFigures {
		bounds := f.DefaultBounds()
		require.NotEmpty(t, bounds, f)
		assert.True(t, slices.IsSorted(bounds), f)
		assert.Len(t, slices.Compact(slices.Clone(bounds)), len(bounds), f)
	}
}
