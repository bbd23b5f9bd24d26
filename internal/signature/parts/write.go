// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package parts

import (
	"crypto/rand"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Write writes all parts but the signature into a request, and returns them as a verifier reads them. A nonce in the
// request is kept; everything else is replaced.
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
	m.value = l.joined(l.fieldsOf(m))
	return m
}

// WriteSignature writes the signature into a request that Write has prepared.
func (l *Layout) WriteSignature(m *Message, signature []byte) {
	encoded := encodeSignature(signature, l.Value.Encoding)
	if l.Value.HasFields() {
		encoded = l.joined(append(l.fieldsOf(m), field{l.Value.Select[0], encoded}))
	}
	l.signature.put(m.Request, l.Value.Prefix+encoded)
}

// WriteToken writes a token into a request that Write has prepared.
func (l *Layout) WriteToken(m *Message, token string) {
	l.signature.put(m.Request, l.Value.Prefix+token)
}

// field is a part within the signature's value.
type field struct{ name, value string }

// fieldsOf returns the parts that are beside the signature in its value.
func (l *Layout) fieldsOf(m *Message) []field {
	var fields []field
	for _, part := range []struct {
		place Place
		value string
	}{{l.timestamp, m.Timestamp}, {l.version, m.Version}, {l.consumer, m.Consumer}, {l.nonce, m.Nonce}} {
		if part.place.kind == placeField {
			fields = append(fields, field{part.place.name, part.value})
		}
	}
	return fields
}

// joined writes fields in the value's format. A position without a field is empty.
func (l *Layout) joined(fields []field) string {
	var elements []string
	for _, f := range fields {
		if l.Value.Format == FormatPairs {
			elements = append(elements, f.name+"="+f.value)
			continue
		}
		position, _ := strconv.Atoi(f.name) // other names were refused with the configuration
		elements = append(elements, make([]string, max(0, position-len(elements)))...)
		elements[position-1] = f.value
	}
	return strings.Join(elements, l.Value.Separator)
}

// put sets a header or a query parameter. Fields of pairs are written with the signature.
func (p Place) put(r *http.Request, value string) {
	switch p.kind {
	case placeHeader:
		r.Header.Set(p.name, value)
	case placeQuery:
		r.RequestURI = "" // the server's; TargetOf would read it instead of the changed URL
		query := removeParameter(r.URL.RawQuery, p.name)
		if query != "" {
			query += "&"
		}
		r.URL.RawQuery = query + escapeParameter(p.name) + "=" + escapeParameter(value)
	}
}
