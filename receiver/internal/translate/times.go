// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package translate

import (
	"math"

	"go.opentelemetry.io/collector/pdata/pcommon"

	"github.com/cxone-otel/cxonereceiver/receiver/internal/payload"
)

// The sources of a time stamp that is not the record's own: values of cxone.timestamp.source.
const (
	sourceEnvelope = "envelope"
	sourceStart    = "start"
	sourceReceipt  = "receipt"
)

// times are those of a record. start is 0 if it is not known; source is "" if the record has a time of its own.
type times struct {
	start, end pcommon.Timestamp
	source     string
}

// voiceTimes returns a call leg's times: a missing end falls back to the start, and then to the time of receipt.
func (b *Batch) voiceTimes(rec *payload.Record) times {
	start, hasStart := rec.Nanos(payload.StartDateTime)
	end, hasEnd := rec.Nanos(payload.EndDateTime)
	var t times
	if hasStart {
		t.start = timestamp(start)
	}
	switch {
	case hasEnd:
		t.end = timestamp(end)
	case hasStart:
		t.end, t.source = t.start, sourceStart
	default:
		t.end, t.source = b.received, sourceReceipt
	}
	return t
}

// scriptTime returns the time of a script API record: dateTime, or else the envelope's time, or else that of receipt.
func (b *Batch) scriptTime(rec *payload.Record) (at pcommon.Timestamp, source string) {
	if nanos, ok := rec.Nanos(payload.DateTime); ok {
		return timestamp(nanos), ""
	}
	return b.envelopeTime(rec)
}

func (b *Batch) envelopeTime(rec *payload.Record) (at pcommon.Timestamp, source string) {
	if rec.EnvelopeNanos > 0 {
		return timestamp(rec.EnvelopeNanos), sourceEnvelope
	}
	return b.received, sourceReceipt
}

// span returns the times of a leg's span. An end before the start makes a span without length.
func (t times) span() (start, end pcommon.Timestamp) {
	start = t.start
	if start == 0 {
		start = t.end
	}
	return start, max(start, t.end)
}

// scriptSpan returns the times of an API call's span around its dateTime. A response time that is negative, or so large
// that no time stamp can hold the other end, makes a span without length.
func scriptSpan(at pcommon.Timestamp, seconds float64, atIsStart bool) (start, end pcommon.Timestamp) {
	nanos := math.Round(seconds * 1e9)
	switch {
	case nanos <= 0:
		return at, at
	case atIsStart && nanos < math.MaxInt64-float64(at):
		return at, at + pcommon.Timestamp(nanos)
	case !atIsStart && nanos < float64(at):
		return at - pcommon.Timestamp(nanos), at
	default:
		return at, at
	}
}

// timestamp converts Unix nanoseconds. Package payload returns only those of 1970 to 2261.
func timestamp(nanos int64) pcommon.Timestamp {
	return pcommon.Timestamp(nanos) //nolint:gosec // not negative
}
