// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package parts

import (
	"net/http"
	"strings"
	"time"
)

// Message is a request, with the values of its scheme's parts as they were sent, as far as they have been read.
type Message struct {
	Request *http.Request
	Target  Target
	Origin  Origin
	// Now is the time at which the request is judged. With the zero time, timestamps are not checked.
	Now time.Time

	Timestamp string
	Version   string
	Consumer  string
	Nonce     string
	// Signatures are the request's signatures, decoded.
	Signatures [][]byte
	// Token is the request's token without its prefix, if Layout.Token is set.
	Token string

	value  string // the signature's whole value; Field reads it
	format *Value
}

// NewMessage returns a message of which no part has been read.
func NewMessage(r *http.Request, origin Origin, now time.Time) *Message {
	return &Message{Request: r, Target: TargetOf(r), Origin: origin, Now: now}
}

// Authority returns the host that was signed: the configured one, or else the request's.
func (m *Message) Authority() string {
	if m.Origin.Authority != "" {
		return m.Origin.Authority
	}
	return HostOf(m.Request)
}

// AppendURL appends the URL that was signed.
func (m *Message) AppendURL(dst []byte) []byte {
	if m.Origin.URL != "" {
		return append(dst, m.Origin.URL...)
	}
	dst = append(dst, "https://"...)
	dst = append(dst, HostOf(m.Request)...)
	dst = append(dst, m.Target.Path...)
	if m.Target.HasQuery {
		dst = append(dst, '?')
		dst = append(dst, m.Target.Query...)
	}
	return dst
}

// Header looks up a header by its canonical name. It returns its first value and how often the header came. net/http brings
// every name to that form, for example WM_SEC.AUTH_SIGNATURE to Wm_sec.auth_signature. It removes Host from the headers.
func (m *Message) Header(canonical string) (value string, count int) {
	if canonical == "Host" {
		return HostOf(m.Request), 1
	}
	values := m.Request.Header[canonical]
	if len(values) == 0 {
		return "", 0
	}
	return values[0], len(values)
}

// Field looks up a field of the signature's value. It returns its value and how often it came.
func (m *Message) Field(name string) (value string, count int) {
	if m.format == nil {
		return "", 0
	}
	for field, text := range m.format.Fields(m.value) {
		if field != name {
			continue
		}
		if count == 0 {
			value = text
		}
		count++
	}
	return value, count
}

// WhiteSpace is the characters that are trimmed: space, tab, CR, LF.
const WhiteSpace = " \t\r\n"

// TrimSpace removes WhiteSpace from both ends.
func TrimSpace(text string) string { return strings.Trim(text, WhiteSpace) }

// Name is the name of a request's part in a configuration and in a warning.
type Name string

// The parts that a signature may cover.
const (
	Body       Name = "body"
	URL        Name = "url"
	Method     Name = "method"
	Time       Name = "timestamp"
	KeyVersion Name = "key_version"
	Consumer   Name = "consumer_id"
	Nonce      Name = "nonce"
)
