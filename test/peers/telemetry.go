// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"fmt"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/pmetric"
	"go.opentelemetry.io/collector/pdata/ptrace"
)

// builder builds the telemetry that this receiver makes of a delivery, from constants: those of its first record, for each
// record. All capacities are known.
type builder struct {
	resource, scope []attribute // the scope's are its name and version
	schema          string
	figures         []figure // nil without metrics
	span            ptrace.Span
	spanAttributes  []attribute
	log             plog.LogRecord
	logAttributes   []attribute // those that the span does not have
}

// figure is a gauge and its point.
type figure struct {
	name, unit, description string
	point                   pmetric.NumberDataPoint
	attributes              []attribute
	exemplar                pmetric.Exemplar
}

// attribute is one that was read from pdata.
type attribute struct {
	key   string
	kind  pcommon.ValueType
	text  string
	whole int64
	float float64
}

// newBuilder lets this receiver translate a delivery, and keeps what its first record gives.
func newBuilder(ctx context.Context, delivery request) (*builder, error) {
	metrics, traces, logs, err := telemetryOf(ctx, delivery)
	if err != nil {
		return nil, err
	}
	b := &builder{}
	if metrics.DataPointCount() > 0 {
		if err = b.takeFigures(metrics.ResourceMetrics().At(0).ScopeMetrics().At(0).Metrics()); err != nil {
			return nil, err
		}
	}
	resource := traces.ResourceSpans().At(0)
	scope := resource.ScopeSpans().At(0)
	b.schema = scope.SchemaUrl()
	b.scope = []attribute{{key: scope.Scope().Name(), text: scope.Scope().Version()}}
	if b.resource, err = attributesOf(resource.Resource().Attributes()); err != nil {
		return nil, err
	}
	b.span = scope.Spans().At(0)
	if b.spanAttributes, err = attributesOf(b.span.Attributes()); err != nil {
		return nil, err
	}
	b.log = logs.ResourceLogs().At(0).ScopeLogs().At(0).LogRecords().At(0)
	all, err := attributesOf(b.log.Attributes())
	b.logAttributes = all[len(b.spanAttributes):]
	return b, err
}

func (b *builder) takeFigures(metrics pmetric.MetricSlice) error {
	for _, m := range metrics.All() {
		point := m.Gauge().DataPoints().At(0)
		attributes, err := attributesOf(point.Attributes())
		if err != nil {
			return err
		}
		b.figures = append(b.figures, figure{m.Name(), m.Unit(), m.Description(), point, attributes, point.Exemplars().At(0)})
	}
	return nil
}

func attributesOf(attrs pcommon.Map) ([]attribute, error) {
	all := make([]attribute, 0, attrs.Len())
	for key, value := range attrs.All() {
		a := attribute{key: key, kind: value.Type()}
		switch a.kind {
		case pcommon.ValueTypeStr:
			a.text = value.Str()
		case pcommon.ValueTypeInt:
			a.whole = value.Int()
		case pcommon.ValueTypeDouble:
			a.float = value.Double()
		default:
			return nil, fmt.Errorf("%s is of a kind that the floor does not build: %s", key, a.kind)
		}
		all = append(all, a)
	}
	return all, nil
}

func put(attrs pcommon.Map, all []attribute) {
	for i := range all {
		a := &all[i]
		switch a.kind {
		case pcommon.ValueTypeStr:
			attrs.PutStr(a.key, a.text)
		case pcommon.ValueTypeInt:
			attrs.PutInt(a.key, a.whole)
		default:
			attrs.PutDouble(a.key, a.float)
		}
	}
}

func (b *builder) fill(resource pcommon.Resource, scope pcommon.InstrumentationScope) {
	resource.Attributes().EnsureCapacity(len(b.resource))
	put(resource.Attributes(), b.resource)
	scope.SetName(b.scope[0].key)
	scope.SetVersion(b.scope[0].text)
}

const numFigures = 11 // at most

// telemetry is a delivery's telemetry while it is built.
type telemetry struct {
	metrics pmetric.Metrics
	traces  ptrace.Traces
	logs    plog.Logs

	points  [numFigures]pmetric.NumberDataPointSlice
	spans   ptrace.SpanSlice
	records plog.LogRecordSlice
}

// build builds the telemetry of that many records, one after the other: a receiver does not know how many there are before it has
// read them.
func (b *builder) build(records int) telemetry {
	t := telemetry{traces: ptrace.NewTraces(), logs: plog.NewLogs()}
	if b.figures != nil {
		b.beginMetrics(&t, records)
	}
	rs := t.traces.ResourceSpans().AppendEmpty()
	rs.SetSchemaUrl(b.schema)
	ss := rs.ScopeSpans().AppendEmpty()
	ss.SetSchemaUrl(b.schema)
	b.fill(rs.Resource(), ss.Scope())
	t.spans = ss.Spans()
	t.spans.EnsureCapacity(records)
	rl := t.logs.ResourceLogs().AppendEmpty()
	rl.SetSchemaUrl(b.schema)
	sl := rl.ScopeLogs().AppendEmpty()
	sl.SetSchemaUrl(b.schema)
	b.fill(rl.Resource(), sl.Scope())
	t.records = sl.LogRecords()
	t.records.EnsureCapacity(records)
	for range records {
		for i := range b.figures {
			b.figures[i].build(t.points[i].AppendEmpty())
		}
		b.contact(t.spans.AppendEmpty(), t.records.AppendEmpty())
	}
	return t
}

func (b *builder) beginMetrics(t *telemetry, records int) {
	t.metrics = pmetric.NewMetrics()
	resource := t.metrics.ResourceMetrics().AppendEmpty()
	resource.SetSchemaUrl(b.schema)
	scope := resource.ScopeMetrics().AppendEmpty()
	scope.SetSchemaUrl(b.schema)
	b.fill(resource.Resource(), scope.Scope())
	gauges := scope.Metrics()
	gauges.EnsureCapacity(len(b.figures))
	for i := range b.figures {
		gauge := gauges.AppendEmpty()
		gauge.SetName(b.figures[i].name)
		gauge.SetUnit(b.figures[i].unit)
		gauge.SetDescription(b.figures[i].description)
		t.points[i] = gauge.SetEmptyGauge().DataPoints()
		t.points[i].EnsureCapacity(records)
	}
}

func (f *figure) build(point pmetric.NumberDataPoint) {
	point.SetTimestamp(f.point.Timestamp())
	point.SetStartTimestamp(f.point.StartTimestamp())
	point.SetDoubleValue(f.point.DoubleValue())
	point.Attributes().EnsureCapacity(len(f.attributes))
	put(point.Attributes(), f.attributes)
	exemplar := point.Exemplars().AppendEmpty()
	exemplar.SetTimestamp(f.exemplar.Timestamp())
	exemplar.SetDoubleValue(f.exemplar.DoubleValue())
	exemplar.SetTraceID(f.exemplar.TraceID())
	exemplar.SetSpanID(f.exemplar.SpanID())
}

// contact makes a span and a log record. Their attributes are made once, and copied.
func (b *builder) contact(span ptrace.Span, log plog.LogRecord) {
	b.fillSpan(span)
	b.fillLog(log)
	log.Attributes().EnsureCapacity(len(b.spanAttributes) + len(b.logAttributes))
	put(log.Attributes(), b.spanAttributes)
	log.Attributes().CopyTo(span.Attributes())
	put(log.Attributes(), b.logAttributes)
}

func (b *builder) fillSpan(span ptrace.Span) {
	span.SetTraceID(b.span.TraceID())
	span.SetSpanID(b.span.SpanID())
	span.SetParentSpanID(b.span.ParentSpanID())
	span.SetName(b.span.Name())
	span.SetKind(b.span.Kind())
	span.SetStartTimestamp(b.span.StartTimestamp())
	span.SetEndTimestamp(b.span.EndTimestamp())
}

func (b *builder) fillLog(log plog.LogRecord) {
	log.SetEventName(b.log.EventName())
	log.SetTimestamp(b.log.Timestamp())
	log.SetObservedTimestamp(b.log.ObservedTimestamp())
	log.SetSeverityNumber(b.log.SeverityNumber())
	log.SetSeverityText(b.log.SeverityText())
	log.SetTraceID(b.log.TraceID())
	log.SetSpanID(b.log.SpanID())
	log.Body().SetStr(b.log.Body().Str())
}
