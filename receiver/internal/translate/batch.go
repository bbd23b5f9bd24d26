// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package translate

import (
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/pmetric"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/cxone-otel/cxonereceiver/receiver/internal/payload"
)

// Signal is one of the three that a delivery is translated to.
type Signal uint8

// The signals, in the order in which a delivery reaches the pipelines.
const (
	SignalMetrics Signal = iota
	SignalTraces
	SignalLogs

	NumSignals
)

// String returns the signal's name.
func (s Signal) String() string { return [NumSignals]string{"metrics", "traces", "logs"}[s] }

// Signals says which signals have a pipeline; the others are not produced. Aggregates are the Observations.
type Signals struct{ Metrics, Traces, Logs, Aggregates bool }

// Batch gathers the telemetry of a delivery, or of a part of it.
type Batch struct {
	Metrics pmetric.Metrics
	Traces  ptrace.Traces
	Logs    plog.Logs
	Stats   Stats
	// Observations are for the aggregated metrics, one for each readable record.
	Observations []Observation

	translator *Translator
	want       Signals
	received   pcommon.Timestamp
	identity   identity
	groups     map[resourceKey]*group
	newest     *group // the group of the last record
	first      group  // most deliveries have only this one
	envelope   envelope
	line       []byte // for the summary lines
	labels     labels // for the observations

	// Room for what a Batch prepares: one allocation rather than three.
	scratchRoom [2048]byte
	lineRoom    [128]byte
}

// Stats is what the receiver's own telemetry counts of a delivery.
type Stats struct {
	// Accepted and Unreadable count records.
	Accepted, Unreadable int
	// UnknownFields counts the fields that this release does not know.
	UnknownFields int
	// UnreadableFields are the known fields whose values could not be read, and the times that another time replaced.
	UnreadableFields []UnreadableField
	// Implausible counts records by reason.
	Implausible [NumImplausible]int
	// MosAndRFactor counts the call legs that have both.
	MosAndRFactor int
	// Lags are the seconds from each record's own time to its receipt.
	Lags []float64
}

// UnreadableField is a known field whose values could not be read.
type UnreadableField struct {
	// Name is the field's name, as the vendor prints it.
	Name string
	// Count is how many of its values could not be read.
	Count int
	// Form is the form of the first such value. It does not show the value.
	Form string
}

// NewBatch starts the telemetry of a delivery that was received at this time.
func (t *Translator) NewBatch(received time.Time, want Signals) *Batch {
	return t.newBatch(pcommon.NewTimestampFromTime(received), want)
}

func (t *Translator) newBatch(received pcommon.Timestamp, want Signals) *Batch {
	b := &Batch{
		translator: t,
		want:       want,
		received:   received,
	}
	b.identity = identity{namespace: t.options.Namespace, scratch: b.scratchRoom[:0]}
	b.line = b.lineRoom[:0]
	if want.Metrics {
		b.Metrics = pmetric.NewMetrics()
	}
	if want.Traces {
		b.Traces = ptrace.NewTraces()
	}
	if want.Logs {
		b.Logs = plog.NewLogs()
	}
	return b
}

// Next starts the telemetry of the delivery's next part. The counts so far are kept.
func (b *Batch) Next() *Batch {
	next := b.translator.newBatch(b.received, b.want)
	next.Stats, next.envelope = b.Stats, b.envelope
	return next
}

// Add translates a record.
func (b *Batch) Add(rec *payload.Record) {
	b.Stats.UnknownFields += rec.NumUnknown
	b.open(rec.Envelope)
	if rec.Err != nil {
		b.Stats.Unreadable++
		b.addUnreadable(rec)
		return
	}
	b.Stats.Accepted++
	if rec.Type == payload.VoiceQuality {
		b.addVoice(rec)
	} else {
		b.addScript(rec)
	}
}

// countUnreadable counts the known fields of a record that could not be read. The field of the record's own time also
// counts if it was not given and another time replaced it.
func (b *Batch) countUnreadable(rec *payload.Record, own payload.Field, source string) {
	for _, f := range rec.Unreadable() {
		b.Stats.addUnreadable(f.Name(rec.Type), rec.Get(f))
	}
	if v := rec.Get(own); source != "" && !v.Unreadable {
		b.Stats.addUnreadable(own.Name(rec.Type), v)
	}
	if v := rec.Get(payload.EnvelopeTimestamp); v.Unreadable { // a record without its envelope has one too
		b.Stats.addUnreadable(payload.EnvelopeTimestamp.Name(rec.Type), v)
	}
}

func (s *Stats) addUnreadable(name string, v *payload.Value) {
	for i := range s.UnreadableFields {
		if s.UnreadableFields[i].Name == name {
			s.UnreadableFields[i].Count++
			return
		}
	}
	s.UnreadableFields = append(s.UnreadableFields, UnreadableField{Name: name, Count: 1, Form: v.Form()})
}

// Items returns how many items a signal has: data points, spans or log records.
func (b *Batch) Items(s Signal) int {
	switch {
	case s == SignalMetrics && b.want.Metrics:
		return b.Metrics.DataPointCount()
	case s == SignalTraces && b.want.Traces:
		return b.Traces.SpanCount()
	case s == SignalLogs && b.want.Logs:
		return b.Logs.LogRecordCount()
	default:
		return 0
	}
}

// resourceKey is the part of a record that decides its resource.
type resourceKey struct{ businessUnit, cluster string }

// group is the telemetry of one resource.
type group struct {
	key     resourceKey
	metrics pmetric.MetricSlice
	points  [NumFigures]pmetric.NumberDataPointSlice
	begun   [NumFigures]bool
	spans   ptrace.SpanSlice
	hasSpan bool
	logs    plog.LogRecordSlice
	hasLog  bool
	scoped  bool // whether metrics has its scope
}

func (b *Batch) groupOf(rec *payload.Record) *group {
	var key resourceKey
	if b.translator.options.Resource.BusinessUnit {
		key.businessUnit = rec.Text(payload.BusinessUnit)
	}
	if b.translator.options.Resource.Cluster {
		key.cluster = rec.Text(payload.Cluster)
	}
	if b.newest == nil {
		b.newest = &b.first
		b.newest.key = key
		return b.newest
	}
	if b.newest.key == key {
		return b.newest
	}
	if b.groups == nil { // most deliveries do not need it
		b.groups = map[resourceKey]*group{b.newest.key: b.newest}
	}
	g, ok := b.groups[key]
	if !ok {
		g = &group{key: key}
		b.groups[key] = g
	}
	b.newest = g
	return g
}

func (b *Batch) fillResource(resource pcommon.Resource, key resourceKey) {
	attrs := resource.Attributes()
	attrs.EnsureCapacity(3)
	if b.translator.options.Resource.ServiceName {
		attrs.PutStr(keyServiceName, b.translator.options.ServiceName)
	}
	putStr(attrs, keyBusinessUnit, key.businessUnit)
	putStr(attrs, keyCluster, key.cluster)
}

func (b *Batch) fillScope(scope pcommon.InstrumentationScope) {
	scope.SetName(b.translator.options.ScopeName)
	scope.SetVersion(b.translator.options.ScopeVersion)
}

// metricsOf returns a resource's metrics. It begins them if there are none.
func (b *Batch) metricsOf(g *group) pmetric.MetricSlice {
	if !g.scoped {
		rm := b.Metrics.ResourceMetrics().AppendEmpty()
		rm.SetSchemaUrl(SchemaURL)
		b.fillResource(rm.Resource(), resourceKey{cut(g.key.businessUnit, maxMetricText), cut(g.key.cluster, maxMetricText)})
		sm := rm.ScopeMetrics().AppendEmpty()
		sm.SetSchemaUrl(SchemaURL)
		b.fillScope(sm.Scope())
		g.metrics, g.scoped = sm.Metrics(), true
		g.metrics.EnsureCapacity(int(NumFigures))
	}
	return g.metrics
}

// newPoint appends a point to the figure's gauge.
func (b *Batch) newPoint(g *group, f Figure) pmetric.NumberDataPoint {
	if !g.begun[f] {
		m := b.metricsOf(g).AppendEmpty()
		m.SetName(figures[f].key)
		m.SetUnit(figures[f].unit)
		m.SetDescription(figures[f].description)
		g.points[f], g.begun[f] = m.SetEmptyGauge().DataPoints(), true
	}
	return g.points[f].AppendEmpty()
}

func (b *Batch) newSpan(g *group) ptrace.Span {
	if !g.hasSpan {
		rs := b.Traces.ResourceSpans().AppendEmpty()
		rs.SetSchemaUrl(SchemaURL)
		b.fillResource(rs.Resource(), g.key)
		ss := rs.ScopeSpans().AppendEmpty()
		ss.SetSchemaUrl(SchemaURL)
		b.fillScope(ss.Scope())
		g.spans, g.hasSpan = ss.Spans(), true
	}
	return g.spans.AppendEmpty()
}

func (b *Batch) newLog(g *group) plog.LogRecord {
	if !g.hasLog {
		rl := b.Logs.ResourceLogs().AppendEmpty()
		rl.SetSchemaUrl(SchemaURL)
		b.fillResource(rl.Resource(), g.key)
		sl := rl.ScopeLogs().AppendEmpty()
		sl.SetSchemaUrl(SchemaURL)
		b.fillScope(sl.Scope())
		g.logs, g.hasLog = sl.LogRecords(), true
	}
	return g.logs.AppendEmpty()
}

// contact begins a record's span and log record, as far as they are wanted. They have the same attributes, which are made
// once and copied.
func (b *Batch) contact(g *group, fill func(pcommon.Map)) (log plog.LogRecord, span ptrace.Span) {
	if b.want.Logs {
		log = b.newLog(g)
		fill(log.Attributes())
	}
	switch {
	case b.want.Traces && b.want.Logs:
		span = b.newSpan(g)
		log.Attributes().CopyTo(span.Attributes())
	case b.want.Traces:
		span = b.newSpan(g)
		fill(span.Attributes())
	}
	return log, span
}
