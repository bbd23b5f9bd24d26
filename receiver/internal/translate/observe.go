// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package translate

import (
	"math"
	"strings"

	"go.opentelemetry.io/collector/pdata/pcommon"
	attr "go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/trace"

	"github.com/cxone-otel/cxonereceiver/receiver/internal/payload"
)

// Observation is the part of a readable record that the aggregated metrics need. It holds nothing of the delivery's body.
type Observation struct {
	Type payload.DataType
	// Attributes are those of the record's histograms.
	Attributes attr.Set
	// Counted are the attributes of the record's count: those of the histograms and more.
	Counted attr.Set
	// Span is the record's span, for exemplars. It is not valid for call legs without contact spans.
	Span trace.SpanContext
	// Figures has a call leg's figures in the metrics' units. It is NaN for values that no histogram can hold.
	Figures [NumFigures]float64
	// Seconds is an API call's duration. It is NaN if no histogram can hold it.
	Seconds float64
}

// Observed names the attributes of the aggregated metrics, besides those that they always have.
type Observed struct {
	// Call names attributes of call legs, Script those of API calls.
	Call, Script []string
}

// maxObserved is more than any figure can be. Sums of larger values would not stay exact, and would finally be infinite.
const maxObserved = 1e12

// observable returns a value that a histogram can hold, and NaN otherwise. A negative value would make the histogram's sum
// fall, which a backend takes for a restart.
func observable(v float64, measured bool) float64 {
	if !measured || !(v >= 0 && v <= maxObserved) {
		return math.NaN()
	}
	return v
}

// observeLeg notes a call leg for the aggregated metrics.
func (l *leg) observe() {
	var o Observation
	o.Type = payload.VoiceQuality
	for f := range NumFigures {
		o.Figures[f] = observable(l.values[f], l.measured[f])
	}
	if l.batch.translator.options.ContactSpans {
		o.Span = spanContext(l.trace, l.span)
	}
	labels := l.batch.labels.begin(l.batch, l.rec)
	for _, i := range l.batch.translator.observedPlan {
		labels.add(voiceAttributes[i].key, l.texts[i])
	}
	labels.more()
	labels.add(keyQuality, l.quality())
	labels.add(keyDisconnectReason, l.rec.Text(payload.DisconnectReason))
	var degraded uint16
	for f := range NumFigures {
		if l.isDegraded(f) {
			degraded = 1
		}
	}
	o.Attributes, o.Counted = labels.sets(&l.batch.translator.observedSets, attr.Bool(keyDegraded, degraded == 1), degraded)
	l.batch.Observations = append(l.batch.Observations, o)
}

// observeCall notes an API call for the aggregated metrics.
func (c *call) observe(traceID pcommon.TraceID, spanID pcommon.SpanID) {
	var o Observation
	o.Type = payload.ScriptAPI
	o.Seconds = observable(c.seconds, c.hasDuration)
	o.Span = spanContext(traceID, spanID)
	labels := c.batch.labels.begin(c.batch, c.rec)
	for _, key := range c.batch.translator.options.Observed.Script {
		labels.add(key, c.metricText(key))
	}
	errorType := ""
	if c.failed() {
		errorType = c.errorType()
	}
	labels.add(keyErrorType, errorType)
	labels.more()
	var status attr.KeyValue
	var code uint16
	if c.code >= 100 && c.code <= 599 {
		status, code = attr.Int64(keyStatusCode, c.code), uint16(c.code)
	}
	o.Attributes, o.Counted = labels.sets(&c.batch.translator.observedSets, status, code)
	c.batch.Observations = append(c.batch.Observations, o)
}

// metricText returns an attribute of an API call by its name; "" means that the attribute is left out.
func (c *call) metricText(key string) string {
	switch key {
	case keyServerAddress:
		if c.address != nil {
			return c.address.Hostname()
		}
		return ""
	case keyURLPath:
		if c.address != nil {
			return c.address.EscapedPath()
		}
		return ""
	case keyScriptID:
		id, _, _ := strings.Cut(c.rec.Text(payload.ScriptIDVersion), "/")
		return id
	}
	for i := range scriptAttributes {
		if scriptAttributes[i].key == key {
			return c.rec.Text(scriptAttributes[i].field)
		}
	}
	return ""
}

func spanContext(traceID pcommon.TraceID, spanID pcommon.SpanID) trace.SpanContext {
	return trace.NewSpanContext(trace.SpanContextConfig{
		TraceID: trace.TraceID(traceID), SpanID: trace.SpanID(spanID), TraceFlags: trace.FlagsSampled,
	})
}
