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

// leg is a call leg that is being translated.
type leg struct {
	batch    *Batch
	rec      *payload.Record
	times    times
	measured [NumFigures]bool
	values   [NumFigures]float64 // in the metrics' units
	trace    pcommon.TraceID
	span     pcommon.SpanID
	texts    [len(voiceAttributes)]string // of the attributes
	given    int                          // attributes that have one, and figures that were measured
}

func (b *Batch) addVoice(rec *payload.Record) {
	l := &leg{batch: b, rec: rec, times: b.voiceTimes(rec)}
	for f := range NumFigures {
		if l.values[f], l.measured[f] = l.measure(f); l.measured[f] {
			l.given++
		}
	}
	for i := range voiceAttributes {
		if l.texts[i] = voiceAttributes[i].text(rec, &b.translator.options.Privacy); l.texts[i] != "" {
			l.given++
		}
	}
	l.trace = b.identity.trace(rec)
	l.span = b.identity.legSpan(rec)

	l.judge()
	b.countUnreadable(rec, payload.EndDateTime, l.times.source)
	g := b.groupOf(rec)
	if b.want.Metrics {
		l.addPoints(g)
	}
	if b.want.Aggregates {
		l.observe()
	}
	log, span := b.contact(g, l.fill)
	if b.want.Traces {
		l.fillSpan(span)
	}
	if b.want.Logs {
		l.fillLog(log)
	}
}

// measure returns a figure in its metric's unit, and whether it was measured.
func (l *leg) measure(f Figure) (value float64, measured bool) {
	value, measured = l.rec.Number(figures[f].field)
	options := &l.batch.translator.options.Figures[f]
	if !measured || (value == 0 && options.ZeroIsUnmeasured) {
		return 0, false
	}
	value = options.Unit.To(l.rec.Get(figures[f].field).Text, value)
	if math.IsInf(value, 0) {
		l.rec.SetUnreadable(figures[f].field) // too large for a number once converted
		return 0, false
	}
	return value, true
}

// addPoints adds a data point for each figure. Gauges mostly share their attributes, so the texts are made once. Copying the
// attributes from one point to the next costs as much as setting the texts, since pdata allocates each value either way.
func (l *leg) addPoints(g *group) {
	var room [16]named
	texts, stale := room[:0], true
	for f := range NumFigures {
		stale = stale || !l.batch.translator.samePlan[f]
		if !l.measured[f] || !l.batch.translator.options.Figures[f].Metric {
			continue
		}
		if stale {
			texts, stale = l.appendTexts(texts[:0], l.batch.translator.plans[f]), false
		}
		point := l.batch.newPoint(g, f)
		point.SetTimestamp(l.times.end)
		point.SetStartTimestamp(min(l.times.start, l.times.end))
		point.SetDoubleValue(l.values[f])
		attrs := point.Attributes()
		attrs.EnsureCapacity(len(texts))
		for i := range texts {
			attrs.PutStr(texts[i].key, texts[i].text)
		}
		l.addExemplar(point.Exemplars(), l.values[f])
	}
}

// named is an attribute that several points get.
type named struct{ key, text string }

// appendTexts appends the attributes of a plan, and the source of the time stamps.
func (l *leg) appendTexts(texts []named, plan []int) []named {
	for _, i := range plan {
		if text := cut(l.texts[i], maxMetricText); text != "" {
			texts = append(texts, named{voiceAttributes[i].key, text})
		}
	}
	if l.times.source != "" {
		texts = append(texts, named{keyTimestampSource, l.times.source})
	}
	return texts
}

// addExemplar refers from a metric to the call's trace.
func (l *leg) addExemplar(exemplars pmetric.ExemplarSlice, v float64) {
	if !l.batch.translator.options.ContactSpans {
		return
	}
	exemplar := exemplars.AppendEmpty()
	exemplar.SetTimestamp(l.times.end)
	exemplar.SetDoubleValue(v)
	exemplar.SetTraceID(l.trace)
	exemplar.SetSpanID(l.span)
}

// fill sets the attributes that the contact span and the log record share.
func (l *leg) fill(attrs pcommon.Map) {
	attrs.EnsureCapacity(l.given + 2) // quality, and the uid of the log record; seldom more
	for i := range voiceAttributes {
		putStr(attrs, voiceAttributes[i].key, l.texts[i])
	}
	for f := range NumFigures {
		if l.measured[f] {
			attrs.PutDouble(figures[f].key, l.values[f])
		}
	}
	attrs.PutStr(keyQuality, l.quality())
	l.putSpearline(attrs)
	putStr(attrs, keyTimestampSource, l.times.source)
}

// putSpearline sets spearlineAnalysis, whose form is not published: as a map if it is an object.
func (l *leg) putSpearline(attrs pcommon.Map) {
	v := l.rec.Get(payload.SpearlineAnalysis)
	switch v.Kind {
	case 0:
	case '"':
		attrs.PutStr(keySpearline, l.batch.translator.options.Privacy.Text(v.Text, false))
	default:
		putJSON(attrs.PutEmpty(keySpearline), l.batch.translator.options.Privacy.JSON(v.Text))
	}
}

func (l *leg) fillSpan(span ptrace.Span) {
	span.SetTraceID(l.trace)
	span.SetSpanID(l.span)
	contact, master := l.rec.Text(payload.ContactID), l.rec.Text(payload.MasterContactID)
	if master != "" && master != contact {
		span.SetParentSpanID(l.batch.identity.contactSpan(master))
	}
	span.SetName(contactSpanName)
	span.SetKind(ptrace.SpanKindInternal)
	start, end := l.times.span()
	span.SetStartTimestamp(start)
	span.SetEndTimestamp(end)
}

func (l *leg) fillLog(lr plog.LogRecord) {
	lr.SetEventName(eventCall)
	lr.SetTimestamp(l.times.end)
	lr.SetTraceID(l.trace)
	lr.SetSpanID(l.span)
	lr.Body().SetStr(l.summary())
	setSeverity(lr, plog.SeverityNumberInfo)
	l.markDegraded(lr)
	l.batch.finishLog(lr, l.rec)
}

// markDegraded makes the log record a warning if a figure is beyond its threshold, and names the figures.
func (l *leg) markDegraded(lr plog.LogRecord) {
	var degraded pcommon.Slice
	found := false
	for f := range NumFigures {
		if !l.isDegraded(f) {
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

// isDegraded reports whether a figure is beyond its threshold. A figure that is better when higher is degraded at its
// threshold too: in a histogram, calls at a bound count with those below.
func (l *leg) isDegraded(f Figure) bool {
	threshold := l.batch.translator.options.Figures[f].Threshold
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
