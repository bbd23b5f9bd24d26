// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package translate

import (
	"math"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/pmetric"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/cxone-otel/cxonereceiver/receiver/internal/payload"
)

const (
	contactSpanName = "contact"
	eventCall       = "cxone.call.completed"
)

// leg is a call leg on its way to the three signals.
type leg struct {
	rec      *payload.Record
	times    times
	measured [NumFigures]bool
	values   [NumFigures]float64 // in the metrics' units
	trace    pcommon.TraceID
	span     pcommon.SpanID
}

func (b *Batch) addVoice(rec *payload.Record) {
	l := &leg{rec: rec, times: b.voiceTimes(rec)}
	for f := range NumFigures {
		l.values[f], l.measured[f] = b.measure(rec, f)
	}
	l.trace = b.identity.trace(rec)
	l.span = b.identity.legSpan(rec)

	b.judgeLeg(l)
	b.countUnreadable(rec, payload.EndDateTime, l.times.source)
	g := b.groupOf(rec)
	if b.want.Metrics {
		b.addPoints(g, l)
	}
	if b.want.Aggregates {
		b.observeLeg(l)
	}
	if !b.want.Traces && !b.want.Logs {
		return
	}
	// Span and log record carry the same attributes: they are made once and copied.
	attrs := pcommon.NewMap()
	b.fillLeg(attrs, l)
	if b.want.Logs {
		lr := b.newLog(g)
		attrs.CopyTo(lr.Attributes())
		b.fillLegLog(lr, l)
	}
	if b.want.Traces {
		b.fillContactSpan(b.newSpan(g), l, attrs)
	}
}

// measure returns a figure in its metric's unit, and whether it was measured at all.
func (b *Batch) measure(rec *payload.Record, f Figure) (value float64, measured bool) {
	value, measured = rec.Number(figures[f].field)
	options := &b.translator.options.Figures[f]
	if !measured || (value == 0 && options.ZeroIsUnmeasured) {
		return 0, false
	}
	value = options.Unit.To(rec.Get(figures[f].field).Text, value)
	if math.IsInf(value, 0) {
		rec.Get(figures[f].field).Unreadable = true // too large for a number once converted
		return 0, false
	}
	return value, true
}

// addPoints adds a gauge's point for each figure. Gauges mostly share their attributes, so that a set is copied from the
// point before.
func (b *Batch) addPoints(g *group, l *leg) {
	var previous pcommon.Map
	copyable := false
	for f := range NumFigures {
		copyable = copyable && b.translator.samePlan[f]
		if !l.measured[f] || !b.translator.options.Figures[f].Metric {
			continue
		}
		point := b.newPoint(g, f)
		point.SetTimestamp(l.times.end)
		point.SetStartTimestamp(min(l.times.start, l.times.end))
		point.SetDoubleValue(l.values[f])
		if copyable {
			previous.CopyTo(point.Attributes())
		} else {
			b.fillAttributes(point.Attributes(), l, b.translator.plans[f])
		}
		previous, copyable = point.Attributes(), true

		b.addExemplar(point.Exemplars(), l, l.values[f])
	}
}

// fillAttributes sets the attributes of a plan, and where the time stamps come from.
func (b *Batch) fillAttributes(attrs pcommon.Map, l *leg, plan []int) {
	attrs.EnsureCapacity(len(plan) + 1)
	for _, i := range plan {
		putStr(attrs, voiceAttributes[i].key, cut(voiceAttributes[i].text(l.rec, &b.translator.options.Privacy), maxMetricText))
	}
	putStr(attrs, keyTimestampSource, l.times.source)
}

// addExemplar points from a metric to the call's trace.
func (b *Batch) addExemplar(exemplars pmetric.ExemplarSlice, l *leg, v float64) {
	if !b.translator.options.ContactSpans {
		return
	}
	exemplar := exemplars.AppendEmpty()
	exemplar.SetTimestamp(l.times.end)
	exemplar.SetDoubleValue(v)
	exemplar.SetTraceID(l.trace)
	exemplar.SetSpanID(l.span)
}

// fillLeg sets what the contact span and the log record have in common.
func (b *Batch) fillLeg(attrs pcommon.Map, l *leg) {
	attrs.EnsureCapacity(len(voiceAttributes) + int(NumFigures) + 3)
	for i := range voiceAttributes {
		putStr(attrs, voiceAttributes[i].key, voiceAttributes[i].text(l.rec, &b.translator.options.Privacy))
	}
	for f := range NumFigures {
		if l.measured[f] {
			attrs.PutDouble(figures[f].key, l.values[f])
		}
	}
	attrs.PutStr(keyQuality, b.quality(l))
	b.putSpearline(attrs, l.rec)
	putStr(attrs, keyTimestampSource, l.times.source)
}

// putSpearline sets spearlineAnalysis, of which nothing is published: a map where it is one.
func (b *Batch) putSpearline(attrs pcommon.Map, rec *payload.Record) {
	v := rec.Get(payload.SpearlineAnalysis)
	switch v.Kind {
	case 0:
	case '"':
		attrs.PutStr(keySpearline, b.translator.options.Privacy.Text(v.Text, false))
	default:
		putJSON(attrs.PutEmpty(keySpearline), b.translator.options.Privacy.JSON(v.Text))
	}
}

func (b *Batch) fillContactSpan(span ptrace.Span, l *leg, attrs pcommon.Map) {
	span.SetTraceID(l.trace)
	span.SetSpanID(l.span)
	contact, master := l.rec.Text(payload.ContactID), l.rec.Text(payload.MasterContactID)
	if master != "" && master != contact {
		span.SetParentSpanID(b.identity.contactSpan(master))
	}
	span.SetName(contactSpanName)
	span.SetKind(ptrace.SpanKindInternal)
	start, end := l.times.span()
	span.SetStartTimestamp(start)
	span.SetEndTimestamp(end)
	attrs.MoveTo(span.Attributes())
}

func (b *Batch) fillLegLog(lr plog.LogRecord, l *leg) {
	lr.SetEventName(eventCall)
	lr.SetTimestamp(l.times.end)
	lr.SetTraceID(l.trace)
	lr.SetSpanID(l.span)
	lr.Body().SetStr(b.legSummary(l))
	setSeverity(lr, plog.SeverityNumberInfo)
	b.markDegraded(lr, l)
	b.finishLog(lr, l.rec)
}

// markDegraded makes the log record a warning where a figure crossed its threshold, and says which.
func (b *Batch) markDegraded(lr plog.LogRecord, l *leg) {
	var degraded pcommon.Slice
	found := false
	for f := range NumFigures {
		if !b.isDegraded(l, f) {
			continue
		}
		if !found {
			found = true
			setSeverity(lr, plog.SeverityNumberWarn)
			degraded = lr.Attributes().PutEmptySlice(keyDegradedBy)
		}
		degraded.AppendEmpty().SetStr(f.String())
	}
}

// isDegraded says whether a figure crossed its threshold: the one that is better when higher lies at or below it, as in a
// histogram the calls at a bound count with those below.
func (b *Batch) isDegraded(l *leg, f Figure) bool {
	threshold := b.translator.options.Figures[f].Threshold
	if !l.measured[f] || threshold == 0 {
		return false
	}
	switch figures[f].worse {
	case below:
		return l.values[f] <= threshold
	case above:
		return l.values[f] > threshold
	default:
		return false
	}
}
