// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package translate

import (
	"slices"

	"go.opentelemetry.io/collector/pdata/pcommon"

	"github.com/cxone-otel/cxonereceiver/receiver/internal/payload"
)

// extra is an unknown field as it is exported.
type extra struct{ name, key, text string }

// extraOf returns an unknown field as it is exported. It may be a field of the other payload, and so personal.
func (b *Batch) extraOf(m *payload.Member) extra {
	policies := &b.translator.options.Privacy
	e := extra{name: m.Name, key: prefixExtra + cut(m.Name, maxText)}
	if f, known := payload.FieldByName(m.Name); known {
		e.text = cut(policies.Field(f, m.Text, m.JSON), maxText)
	} else {
		e.text = cut(policies.Text(m.Text, m.JSON), maxText)
	}
	return e
}

func (e extra) put(attrs pcommon.Map) { putStr(attrs, e.key, e.text) }

// maxEnvelopes is how many bytes the fields of envelopes take of a delivery's output, in all records together. One envelope
// can have many records, so a small body could otherwise become very large.
const maxEnvelopes = 64 << 10

// envelope is the part of an envelope that its records share. Its fields are prepared once, however many records there are.
type envelope struct {
	of     *payload.Envelope
	extras []extra
	taken  int // bytes of maxEnvelopes
}

// open prepares the envelope of the next record, unless it is that of the record before.
func (b *Batch) open(of *payload.Envelope) {
	if of == nil || of == b.envelope.of {
		return
	}
	b.envelope.of, b.envelope.extras = of, nil
	if of.Timestamp.Unreadable {
		b.Stats.addUnreadable(payload.EnvelopeTimestamp.Name(payload.ScriptAPI), &of.Timestamp)
	}
	if b.want.Logs {
		for i := range of.Unknown {
			b.envelope.extras = append(b.envelope.extras, b.extraOf(&of.Unknown[i]))
		}
	}
}

// putEnvelope adds the fields of a record's envelope to its log record while there is room, and returns how many it left
// out. If the record has a field of the same name, the record's field counts.
func (b *Batch) putEnvelope(attrs pcommon.Map, rec *payload.Record) (dropped int) {
	if rec.Envelope == nil {
		return 0
	}
	dropped = rec.Envelope.NumDropped
	fields := len(rec.Unknown)
	for _, e := range b.envelope.extras {
		size := len(e.key) + len(e.text)
		if fields == payload.MaxUnknown || b.envelope.taken+size > maxEnvelopes || has(rec.Unknown, e.name) {
			dropped++
			continue
		}
		e.put(attrs)
		fields++
		b.envelope.taken += size
	}
	return dropped
}

func has(members []payload.Member, name string) bool {
	return slices.ContainsFunc(members, func(m payload.Member) bool { return m.Name == name })
}
