// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package translate

import (
	"math"
	"slices"

	"go.opentelemetry.io/collector/pdata/pmetric"

	"github.com/cxone-otel/cxonereceiver/receiver/internal/payload"
)

// Distributions keep what gauges lose: a gauge has one value for each set of attributes, so that of two calls of one skill
// between two scrapes the later one is left. A histogram counts both. Each record gives a point of its own, with delta
// temporality, so that nothing has to be remembered from one delivery to the next.

// distribution is what a figure's histogram is made with.
type distribution struct {
	bounds []float64
	counts []uint64 // all zero, to copy from
}

// The buckets' bounds by default, in the metric's unit. Those of MOS and R-factor are the classes of ITU-T G.107 and G.109
// and what is alerted on; those of jitter, loss and round-trip time have the thresholds of G.114 and of the vendor in
// them; the others cover what a call can be.
var defaultBounds = [NumFigures][]float64{
	Mos:            {1, 2, 2.5, 2.6, 3.1, 3.5, 3.6, 4, 4.2, 4.3, 4.4, 4.5},
	RFactor:        {50, 60, 70, 80, 90, 93, 100},
	Score:          {1, 1.5, 2, 2.5, 3, 3.5, 4, 4.5},
	Jitter:         {.001, .005, .01, .02, .03, .05, .06, .1, .3, 1},
	PacketLoss:     {0, .001, .003, .005, .01, .025, .03, .05, .1, .4},
	RTT:            {.05, .1, .15, .2, .3, .4, .5, .75, 1},
	Bitrate:        {8e3, 16e3, 24e3, 32e3, 48e3, 64e3, 96e3, 128e3, 256e3},
	Duration:       {5, 15, 30, 60, 120, 180, 300, 600, 900, 1800, 3600},
	RingTime:       {1, 2, 5, 10, 15, 20, 30, 45, 60, 120},
	SetupTime:      {.1, .25, .5, 1, 1.5, 2, 3, 5, 10, 30},
	DisconnectTime: {.05, .1, .25, .5, 1, 2.5, 5, 10, 30},
}

// DefaultBounds returns the upper bounds of the figure's buckets, in the metric's unit.
func (f Figure) DefaultBounds() []float64 { return slices.Clone(defaultBounds[f]) }

const (
	distributionSuffix = ".distribution"

	callsName        = "cxone.calls"
	callsUnit        = "{call}"
	callsDescription = "Call legs: one for each record."

	keyDispositionClass = "cxone.call.disposition.class"
	dispositionGiven    = "given"
	dispositionNone     = "none"
)

// distributionSlices are a resource's histograms, and its count of calls.
type distributionSlices struct {
	explicit    [NumFigures]pmetric.HistogramDataPointSlice
	exponential [NumFigures]pmetric.ExponentialHistogramDataPointSlice
	begun       [NumFigures]bool
	calls       pmetric.NumberDataPointSlice
	counted     bool
}

// addDistributions adds a histogram point for each measured figure that has a distribution, and counts the call.
func (b *Batch) addDistributions(g *group, l *leg) {
	if g.distributions == nil {
		g.distributions = &distributionSlices{}
	}
	for f := range NumFigures {
		if l.measured[f] && b.translator.distributions[f] != nil {
			if b.translator.options.ExponentialHistograms {
				b.addExponential(g, l, f)
			} else {
				b.addExplicit(g, l, f)
			}
		}
	}
	b.countCall(g, l)
}

func (b *Batch) addExplicit(g *group, l *leg, f Figure) {
	d := g.distributions
	if !d.begun[f] {
		h := b.newDistribution(g, f).SetEmptyHistogram()
		h.SetAggregationTemporality(pmetric.AggregationTemporalityDelta)
		d.explicit[f], d.begun[f] = h.DataPoints(), true
	}
	point := d.explicit[f].AppendEmpty()
	point.SetTimestamp(l.times.end)
	point.SetStartTimestamp(min(l.times.start, l.times.end))
	b.fillAttributes(point.Attributes(), l, b.translator.plans[f])

	v, made := l.values[f], b.translator.distributions[f]
	point.SetCount(1)
	point.SetSum(v)
	point.SetMin(v)
	point.SetMax(v)
	point.ExplicitBounds().FromRaw(made.bounds)
	point.BucketCounts().FromRaw(made.counts)
	bucket, _ := slices.BinarySearch(made.bounds, v) // a bound belongs to the bucket below it
	point.BucketCounts().SetAt(bucket, 1)
	b.addExemplar(point.Exemplars(), l, v)
}

func (b *Batch) addExponential(g *group, l *leg, f Figure) {
	d := g.distributions
	if !d.begun[f] {
		h := b.newDistribution(g, f).SetEmptyExponentialHistogram()
		h.SetAggregationTemporality(pmetric.AggregationTemporalityDelta)
		d.exponential[f], d.begun[f] = h.DataPoints(), true
	}
	point := d.exponential[f].AppendEmpty()
	point.SetTimestamp(l.times.end)
	point.SetStartTimestamp(min(l.times.start, l.times.end))
	b.fillAttributes(point.Attributes(), l, b.translator.plans[f])

	v := l.values[f]
	point.SetCount(1)
	point.SetSum(v)
	point.SetMin(v)
	point.SetMax(v)
	point.SetScale(exponentialScale)
	switch {
	case v > 0:
		fillBucket(point.Positive(), v)
	case v < 0:
		fillBucket(point.Negative(), -v)
	default:
		point.SetZeroCount(1)
	}
	b.addExemplar(point.Exemplars(), l, v)
}

// exponentialScale is the finest that the data model's SDKs use. Whoever adds points up coarsens it to what fits.
const exponentialScale = 20

func fillBucket(buckets pmetric.ExponentialHistogramDataPointBuckets, v float64) {
	buckets.SetOffset(bucketIndex(v))
	buckets.BucketCounts().FromRaw([]uint64{1})
}

// bucketIndex maps a positive value to its bucket, whose upper bound is inclusive: by the logarithm, but for powers of two,
// on which it must be exact (OpenTelemetry metrics data model, "All scales: use the logarithm function").
func bucketIndex(v float64) int32 {
	fraction, exponent := math.Frexp(v)
	if fraction == 0.5 {
		return int32((exponent-1)<<exponentialScale) - 1 //nolint:gosec // exponents have 11 bits
	}
	return int32(math.Ceil(math.Log2(v)*(1<<exponentialScale))) - 1
}

// newDistribution appends the figure's histogram.
func (b *Batch) newDistribution(g *group, f Figure) pmetric.Metric {
	m := b.metricsOf(g).AppendEmpty()
	m.SetName(figures[f].key + distributionSuffix)
	m.SetUnit(figures[f].unit)
	m.SetDescription(figures[f].description)
	return m
}

// countCall adds one to the calls with the record's few-valued attributes.
func (b *Batch) countCall(g *group, l *leg) {
	d := g.distributions
	if !d.counted {
		m := b.metricsOf(g).AppendEmpty()
		m.SetName(callsName)
		m.SetUnit(callsUnit)
		m.SetDescription(callsDescription)
		sum := m.SetEmptySum()
		sum.SetAggregationTemporality(pmetric.AggregationTemporalityDelta)
		sum.SetIsMonotonic(true)
		d.calls, d.counted = sum.DataPoints(), true
	}
	point := d.calls.AppendEmpty()
	point.SetTimestamp(l.times.end)
	point.SetStartTimestamp(min(l.times.start, l.times.end))
	point.SetIntValue(1)
	b.fillAttributes(point.Attributes(), l, b.translator.callPlan)
	class := dispositionNone
	if l.rec.Text(payload.Disposition) != "" {
		class = dispositionGiven
	}
	point.Attributes().PutStr(keyDispositionClass, class)
	b.addExemplar(point.Exemplars(), l, 1)
}
