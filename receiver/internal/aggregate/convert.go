// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package aggregate

import (
	"maps"
	"slices"
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/pmetric"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
)

// toMetrics returns a request as pdata. It is made anew for each try, since a pipeline may change metrics that it then
// refuses.
func (a *Aggregator) toMetrics(r request) pmetric.Metrics {
	md := pmetric.NewMetrics()
	rm := md.ResourceMetrics().AppendEmpty()
	rm.SetSchemaUrl(a.settings.SchemaURL)
	for _, key := range slices.Sorted(maps.Keys(a.settings.Resource)) {
		rm.Resource().Attributes().PutStr(key, a.settings.Resource[key])
	}
	sm := rm.ScopeMetrics().AppendEmpty()
	sm.SetSchemaUrl(a.settings.SchemaURL)
	sm.Scope().SetName(a.settings.ScopeName)
	sm.Scope().SetVersion(a.settings.ScopeVersion)
	for i := range r {
		fillMetric(sm.Metrics(), &r[i])
	}
	return md
}

// fillMetric appends a metric. Its type is one of the instruments that New makes.
func fillMetric(all pmetric.MetricSlice, from *metricdata.Metrics) {
	m := all.AppendEmpty()
	m.SetName(from.Name)
	m.SetUnit(from.Unit)
	m.SetDescription(from.Description)
	switch data := from.Data.(type) {
	case metricdata.Sum[int64]:
		fillSum(m.SetEmptySum(), data)
	case metricdata.Histogram[float64]:
		fillHistogram(m.SetEmptyHistogram(), data)
	case metricdata.ExponentialHistogram[float64]:
		fillExponential(m.SetEmptyExponentialHistogram(), data)
	}
}

func fillSum(to pmetric.Sum, from metricdata.Sum[int64]) {
	to.SetAggregationTemporality(temporality(from.Temporality))
	to.SetIsMonotonic(from.IsMonotonic)
	to.DataPoints().EnsureCapacity(len(from.DataPoints))
	for i := range from.DataPoints {
		p, point := &from.DataPoints[i], to.DataPoints().AppendEmpty()
		fillAttributes(point.Attributes(), &p.Attributes)
		point.SetStartTimestamp(timestamp(p.StartTime))
		point.SetTimestamp(timestamp(p.Time))
		point.SetIntValue(p.Value)
		fillExemplars(point.Exemplars(), p.Exemplars, pmetric.Exemplar.SetIntValue)
	}
}

func fillHistogram(to pmetric.Histogram, from metricdata.Histogram[float64]) {
	to.SetAggregationTemporality(temporality(from.Temporality))
	to.DataPoints().EnsureCapacity(len(from.DataPoints))
	for i := range from.DataPoints {
		p, point := &from.DataPoints[i], to.DataPoints().AppendEmpty()
		fillAttributes(point.Attributes(), &p.Attributes)
		point.SetStartTimestamp(timestamp(p.StartTime))
		point.SetTimestamp(timestamp(p.Time))
		point.SetCount(p.Count)
		point.SetSum(p.Sum)
		setExtrema(point, p.Min, p.Max)
		point.ExplicitBounds().FromRaw(p.Bounds)
		point.BucketCounts().FromRaw(p.BucketCounts)
		fillExemplars(point.Exemplars(), p.Exemplars, pmetric.Exemplar.SetDoubleValue)
	}
}

func fillExponential(to pmetric.ExponentialHistogram, from metricdata.ExponentialHistogram[float64]) {
	to.SetAggregationTemporality(temporality(from.Temporality))
	to.DataPoints().EnsureCapacity(len(from.DataPoints))
	for i := range from.DataPoints {
		p, point := &from.DataPoints[i], to.DataPoints().AppendEmpty()
		fillAttributes(point.Attributes(), &p.Attributes)
		point.SetStartTimestamp(timestamp(p.StartTime))
		point.SetTimestamp(timestamp(p.Time))
		point.SetCount(p.Count)
		point.SetSum(p.Sum)
		setExtrema(point, p.Min, p.Max)
		point.SetScale(p.Scale)
		point.SetZeroCount(p.ZeroCount)
		point.SetZeroThreshold(p.ZeroThreshold)
		fillBuckets(point.Positive(), p.PositiveBucket)
		fillBuckets(point.Negative(), p.NegativeBucket)
		fillExemplars(point.Exemplars(), p.Exemplars, pmetric.Exemplar.SetDoubleValue)
	}
}

func fillBuckets(to pmetric.ExponentialHistogramDataPointBuckets, from metricdata.ExponentialBucket) {
	to.SetOffset(from.Offset)
	to.BucketCounts().FromRaw(from.Counts)
}

// ranged is a data point of either kind of histogram.
type ranged interface {
	SetMin(v float64)
	SetMax(v float64)
}

// setExtrema sets the least and the largest value, if there are any.
func setExtrema(point ranged, least, most metricdata.Extrema[float64]) {
	if v, ok := least.Value(); ok {
		point.SetMin(v)
	}
	if v, ok := most.Value(); ok {
		point.SetMax(v)
	}
}

func fillExemplars[N int64 | float64](to pmetric.ExemplarSlice, from []metricdata.Exemplar[N], setValue func(pmetric.Exemplar, N)) {
	to.EnsureCapacity(len(from))
	for i := range from {
		e := to.AppendEmpty()
		e.SetTimestamp(timestamp(from[i].Time))
		setValue(e, from[i].Value)
		e.SetTraceID(pcommon.TraceID(from[i].TraceID))
		e.SetSpanID(pcommon.SpanID(from[i].SpanID))
	}
}

// fillAttributes copies the attributes. The overflow series has an attribute of the SDK's own.
func fillAttributes(to pcommon.Map, from *attribute.Set) {
	to.EnsureCapacity(from.Len())
	for i := range from.Len() {
		switch kv, _ := from.Get(i); kv.Value.Type() {
		case attribute.BOOL:
			to.PutBool(string(kv.Key), kv.Value.AsBool())
		case attribute.INT64:
			to.PutInt(string(kv.Key), kv.Value.AsInt64())
		default:
			to.PutStr(string(kv.Key), kv.Value.AsString())
		}
	}
}

func temporality(t metricdata.Temporality) pmetric.AggregationTemporality {
	if t == metricdata.DeltaTemporality {
		return pmetric.AggregationTemporalityDelta
	}
	return pmetric.AggregationTemporalityCumulative
}

func timestamp(t time.Time) pcommon.Timestamp { return pcommon.NewTimestampFromTime(t) }
