// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package parts

import (
	"crypto/rand"
	"net/http"
	"strings"
	"time"
)

// Write puts the parts into a request, all but the signature, and returns what a verifier then reads. A nonce that the
// request has already is kept; everything else is replaced.
func (l *Layout) Write(r *http.Request, version, consumer string, now time.Time) *Message {
	if r.Header == nil {
		r.Header = http.Header{}
	}
	m := &Message{
		Request: r, Origin: l.Origin, Now: now, format: &l.Value,
		Version: version, Consumer: consumer, Timestamp: l.Timestamp.Text(now),
	}
	l.consumer.put(r, m.Consumer)
	l.timestamp.put(r, m.Timestamp)
	l.version.put(r, m.Version)
	m.Target = TargetOf(r)
	m.Nonce, _ = l.nonce.read(m, "nonce")
	if m.Nonce == "" && l.nonce.IsSet() {
		m.Nonce = "msg_" + rand.Text()
		l.nonce.put(r, m.Nonce)
	}
	m.Target = TargetOf(r).Without(l.ownParameter())
	m.value = l.fieldsOf(m)
	return m
}

// WriteSignature puts the signature into the request that Write has made ready.
func (l *Layout) WriteSignature(m *Message, signature []byte) {
	encoded := l.Value.Prefix + encodeSignature(signature, l.Value.Encoding)
	if l.Value.Format == FormatPairs {
		encoded = l.Value.Select[0] + "=" + encoded
		if m.value != "" {
			encoded = m.value + l.Value.Separator + encoded
		}
	}
	l.signature.put(m.Request, encoded)
}

// fieldsOf returns the fields of pairs that come before the signature.
func (l *Layout) fieldsOf(m *Message) string {
	var fields []string
	for _, part := range []struct {
		place Place
		value string
	}{{l.timestamp, m.Timestamp}, {l.version, m.Version}, {l.consumer, m.Consumer}, {l.nonce, m.Nonce}} {
		if part.place.kind == placeField {
			fields = append(fields, part.place.name+"="+part.value)
		}
	}
	return strings.Join(fields, l.Value.Separator)
}

// put sets a header or a query parameter. Fields of pairs come with the signature.
func (p Place) put(r *http.Request, value string) {
	switch p.kind {
	case placeHeader:
		r.Header.Set(p.name, value)
	case placeQuery:
		r.RequestURI = "" // it is the server's, and would hide the change from TargetOf
		query := removeParameter(r.URL.RawQuery, p.name)
		if query != "" {
			query += "&"
		}
		r.URL.RawQuery = query + escapeParameter(p.name) + "=" + escapeParameter(value)
	}
}
