// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package translate

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"slices"

	"go.opentelemetry.io/collector/pdata/pcommon"

	"github.com/cxone-otel/cxonereceiver/receiver/internal/payload"
)

// The labels keep the kinds of identity apart, and have the version of the derivation.
const (
	labelTrace           = "cxone.trace.v1"
	labelContact         = "cxone.contact.v1"
	labelContactRecord   = "cxone.contact-record.v1"
	labelScriptAPI       = "cxone.script-api.v1"
	labelScriptAPIRecord = "cxone.script-api-record.v1"
	labelAnonymous       = "cxone.anonymous.v1"
	labelLog             = "cxone.log.v1"
)

// identity derives IDs from the payload, so that a delivery has the same IDs when it is repeated, and on another replica.
// An ID is the SHA-256 of the label and the parts. Each part is preceded by its length in four bytes, so that different
// lists of parts never have the same input. The published vectors are in testdata/identity_vectors.json.
type identity struct {
	namespace string
	scratch   []byte

	// What was derived last: the records of a delivery are often of one contact.
	traceOf, spanOf string
	lastTrace       pcommon.TraceID
	lastSpan        pcommon.SpanID
}

func (id *identity) derive(label string, parts ...string) [sha256.Size]byte {
	id.start(label)
	for _, part := range parts {
		id.add(part)
	}
	return sha256.Sum256(id.scratch)
}

func (id *identity) start(label string) {
	id.scratch = id.scratch[:0]
	id.add(label)
	id.add(id.namespace)
}

func (id *identity) add(part string) {
	id.scratch = binary.BigEndian.AppendUint32(id.scratch, uint32(len(part))) //nolint:gosec // a part is smaller than a body
	id.scratch = append(id.scratch, part...)
}

// deriveFrom derives an ID from the whole record, if the fields that tell records apart are missing.
func (id *identity) deriveFrom(label string, rec *payload.Record) [sha256.Size]byte {
	id.start(label)
	id.addCompact(rec)
	return sha256.Sum256(id.scratch)
}

// addCompact adds a record's compact JSON without making a string of it.
func (id *identity) addCompact(rec *payload.Record) {
	at := len(id.scratch)
	id.scratch = slices.Grow(id.scratch, 4+len(rec.Raw)) // at once: a large record would be there several times
	id.scratch = append(id.scratch, 0, 0, 0, 0)
	id.scratch = rec.AppendCompact(id.scratch)
	binary.BigEndian.PutUint32(id.scratch[at:], uint32(len(id.scratch)-at-4)) //nolint:gosec // a part is smaller than a body
}

// trace returns the trace of a record: one for each master contact, or one of its own if the record names no contact.
func (id *identity) trace(rec *payload.Record) pcommon.TraceID {
	contact := rec.Text(payload.MasterContactID)
	if contact == "" {
		contact = rec.Text(payload.ContactID)
	}
	if contact == "" {
		sum := id.deriveFrom(labelAnonymous, rec)
		return pcommon.TraceID(sum[:16])
	}
	if contact != id.traceOf {
		sum := id.derive(labelTrace, contact)
		id.traceOf, id.lastTrace = contact, pcommon.TraceID(sum[:16])
	}
	return id.lastTrace
}

// contactSpan returns the span of a contact's leg.
func (id *identity) contactSpan(contact string) pcommon.SpanID {
	if contact == "" || contact != id.spanOf {
		sum := id.derive(labelContact, contact)
		id.spanOf, id.lastSpan = contact, pcommon.SpanID(sum[:8])
	}
	return id.lastSpan
}

// legSpan returns the span of a call leg: that of its contact, or one of its own if the record names none.
func (id *identity) legSpan(rec *payload.Record) pcommon.SpanID {
	if contact := rec.Text(payload.ContactID); contact != "" {
		return id.contactSpan(contact)
	}
	sum := id.deriveFrom(labelContactRecord, rec)
	return pcommon.SpanID(sum[:8])
}

// scriptAPISpan returns the span of an API call, or one of its own if the fields that tell a contact's calls apart are
// missing.
func (id *identity) scriptAPISpan(rec *payload.Record) pcommon.SpanID {
	message, script := rec.Get(payload.MessageID).Text, rec.Get(payload.ScriptIDVersion).Text
	action, at := rec.Get(payload.ActionID).Text, rec.Get(payload.DateTime).Text
	var sum [sha256.Size]byte
	if message != "" || script != "" || action != "" || at != "" {
		sum = id.derive(labelScriptAPI, message, rec.Get(payload.ContactID).Text, script, action, at)
	} else {
		sum = id.deriveFrom(labelScriptAPIRecord, rec)
	}
	return pcommon.SpanID(sum[:8])
}

// logRecord returns the log.record.uid of a record, by which a backend can drop repeats.
func (id *identity) logRecord(rec *payload.Record) string {
	id.start(labelLog)
	id.add(rec.Type.String())
	id.addCompact(rec)
	sum := sha256.Sum256(id.scratch)
	var text [32]byte
	hex.Encode(text[:], sum[:16])
	return string(text[:])
}
