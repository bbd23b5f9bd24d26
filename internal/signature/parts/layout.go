// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

// Package parts reads the parts of a scheme from a request, and writes them into one: the signature, the timestamp, the key
// version, the consumer and the nonce. Each is in a header, a query parameter or a field of the signature's value.
// Verifying, explaining and searching all use it, so that they read the same.
package parts

import (
	"strings"
	"time"

	"github.com/cxone-otel/cxonereceiver/internal/signature/refusal"
)

// Layout is where the parts of a scheme are.
type Layout struct {
	Value     Value
	Timestamp Timestamp
	// ConsumerID, if set, is the only consumer that a request may name. It is also the consumer of requests that name none.
	ConsumerID string
	// Token says that the signature's place holds a token. The package of the scheme reads it.
	Token bool
	// NeedsNonce says that the nonce is signed. A nonce that is not signed may be missing, but must not come twice.
	NeedsNonce bool
	// Origin is the configured part of the URL that is signed.
	Origin Origin

	signature, timestamp, version, consumer, nonce Place
}

// NewLayout prepares the locations.
func NewLayout(value Value, timestamp Timestamp, version, consumer, nonce Location) *Layout {
	timestamp.zone, _ = time.LoadLocation(timestamp.TimeZone) // an unknown zone was refused before
	return &Layout{
		Value:     value,
		Timestamp: timestamp,
		signature: value.Place(),
		timestamp: timestamp.Place(),
		version:   version.Place(),
		consumer:  consumer.Place(),
		nonce:     nonce.Place(),
	}
}

// HasVersion reports whether requests name the version of the key.
func (l *Layout) HasVersion() bool { return l.version.IsSet() }

// HasConsumer reports whether requests name their consumer.
func (l *Layout) HasConsumer() bool { return l.consumer.IsSet() }

// HasNonce reports whether requests have an identifier of their own.
func (l *Layout) HasNonce() bool { return l.nonce.IsSet() }

// PlaceOf returns where a part is; nowhere for the body, the URL and the method, which every request has.
func (l *Layout) PlaceOf(part Name) Place {
	switch part {
	case Time:
		return l.timestamp
	case KeyVersion:
		return l.version
	case Consumer:
		return l.consumer
	case Nonce:
		return l.nonce
	default:
		return Place{}
	}
}

// ConsumerHeader returns the header of the consumer in lower case, or "".
func (l *Layout) ConsumerHeader() string { return l.consumer.header() }

// Signature returns where the signature is.
func (l *Layout) Signature() Place { return l.signature }

// Read reads the parts, and stops at the first that cannot be read. The order is the one in which a missing part is
// reported best.
func (l *Layout) Read(m *Message) *refusal.Error {
	for _, read := range reads {
		if refused := read(l, m); refused != nil {
			return refused
		}
	}
	return nil
}

// ReadAll reads all parts that can be read, and returns the first refusal.
func (l *Layout) ReadAll(m *Message) (first *refusal.Error) {
	for _, read := range reads {
		if refused := read(l, m); first == nil {
			first = refused
		}
	}
	return first
}

var reads = []func(*Layout, *Message) *refusal.Error{
	(*Layout).readSignatures, (*Layout).readConsumer, (*Layout).readVersion, (*Layout).readTimestamp, (*Layout).readNonce,
}

func (l *Layout) readSignatures(m *Message) *refusal.Error {
	if !l.signature.IsSet() {
		return nil
	}
	text, refused := l.signature.read(m, "signature")
	m.Target = m.Target.Without(l.ownParameter())
	if refused != nil {
		return refused
	}
	if l.Token {
		prefix := l.Value.Prefix
		if len(text) < len(prefix) || !strings.EqualFold(text[:len(prefix)], prefix) { // the case of Bearer is free: RFC 9110, section 11.1
			return refusal.New(refusal.ReasonMissing, "no token after prefix %q: %s", prefix, l.signature)
		}
		m.Token = text[len(prefix):]
		return nil
	}
	m.value, m.format = text, &l.Value
	var err error
	if m.Signatures, err = l.Value.Signatures(text); err != nil {
		return refusal.New(refusal.ReasonMalformed, "the signature %v: %s", err, l.signature)
	}
	if len(m.Signatures) == 0 {
		return refusal.New(refusal.ReasonMissing, "no signature of this scheme in what came: %s, format %s, prefix %q, select %q",
			l.signature, l.Value.Format, l.Value.Prefix, l.Value.Select)
	}
	return nil
}

func (l *Layout) readConsumer(m *Message) (refused *refusal.Error) {
	if !l.consumer.IsSet() {
		m.Consumer = l.ConsumerID
		return nil
	}
	if m.Consumer, refused = l.consumer.read(m, "consumer"); refused != nil {
		return refused
	}
	if l.ConsumerID != "" && m.Consumer != l.ConsumerID {
		return refusal.New(refusal.ReasonUnknownConsumer, "consumer %s is not the one of consumer_id", refusal.Quote(m.Consumer))
	}
	return nil
}

func (l *Layout) readVersion(m *Message) (refused *refusal.Error) {
	m.Version, refused = l.version.read(m, "key version")
	return refused
}

func (l *Layout) readTimestamp(m *Message) (refused *refusal.Error) {
	if m.Timestamp, refused = l.timestamp.read(m, "timestamp"); refused != nil {
		return refused
	}
	if !l.timestamp.IsSet() || m.Now.IsZero() {
		return nil
	}
	_, refused = l.Timestamp.Within(m.Timestamp, m.Now)
	return refused
}

func (l *Layout) readNonce(m *Message) (refused *refusal.Error) {
	m.Nonce, refused = l.nonce.read(m, "nonce")
	if refused != nil && refused.Reason == refusal.ReasonMissing && !l.NeedsNonce {
		return nil
	}
	return refused
}

// ownParameter returns the query parameter of the signature itself.
func (l *Layout) ownParameter() string {
	if l.signature.kind == placeQuery {
		return l.signature.name
	}
	return ""
}
