// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package parts

import (
	"net/http"
	"strings"

	"github.com/cxone-otel/cxonereceiver/internal/signature/refusal"
)

// Location says where a part of a scheme is: in a header, a query parameter, or a field of a signature value whose format
// is `pairs` or `positions`. At most one is set. If none is set, the scheme does not have this part.
type Location struct {
	Header string `mapstructure:"header"`
	Query  string `mapstructure:"query"`
	Field  string `mapstructure:"field"`
}

// IsSet reports whether the scheme has this part.
func (l Location) IsSet() bool { return l != Location{} }

type placeKind uint8

const (
	placeNone placeKind = iota
	placeHeader
	placeQuery
	placeField
)

// Place is a Location that is prepared for look-ups. The zero Place is nowhere.
type Place struct {
	kind placeKind
	name string // a header's in canonical form
}

// Place prepares a location.
func (l Location) Place() Place {
	switch {
	case l.Header != "":
		return Place{placeHeader, http.CanonicalHeaderKey(l.Header)}
	case l.Query != "":
		return Place{placeQuery, l.Query}
	case l.Field != "":
		return Place{placeField, l.Field}
	default:
		return Place{}
	}
}

// IsSet reports whether the place is somewhere.
func (p Place) IsSet() bool { return p.kind != placeNone }

// InQuery reports whether the place is a query parameter.
func (p Place) InQuery() bool { return p.kind == placeQuery }

func (p Place) header() string {
	if p.kind != placeHeader {
		return ""
	}
	return strings.ToLower(p.name)
}

// String names the place for a log: "header X-Signature".
func (p Place) String() string {
	switch p.kind {
	case placeHeader:
		return "header " + p.name
	case placeQuery:
		return "query parameter " + p.name
	case placeField:
		return "field " + p.name + " of the signature"
	default:
		return "nowhere"
	}
}

// read returns the part at this place. A part that comes twice is refused, even if one of the two is right: a server behind
// or in front of the receiver may read the other.
func (p Place) read(m *Message, part string) (string, *refusal.Error) {
	var value string
	var count int
	switch p.kind {
	case placeHeader:
		value, count = m.Header(p.name)
	case placeQuery:
		value, count = m.Target.Parameter(p.name)
		value = unescapeParameter(value)
	case placeField:
		value, count = m.Field(p.name)
	case placeNone:
		return "", nil
	}
	if count > 1 {
		return "", refusal.New(refusal.ReasonDuplicate, "%s came %d times: %s", part, count, p)
	}
	if value == "" {
		return "", refusal.New(refusal.ReasonMissing, "no %s: %s is %s", part, p, absentOrEmpty(count))
	}
	if strings.ContainsFunc(value, isControl) {
		return "", refusal.New(refusal.ReasonMalformed, "%s holds control characters: %s", part, p)
	}
	return value, nil
}

func absentOrEmpty(count int) string {
	if count == 0 {
		return "not there"
	}
	return "empty"
}

// isControl reports whether a header cannot contain a character. A percent-encoded parameter can: a line end in one part
// could then pose as the line end between two parts.
func isControl(r rune) bool { return r < ' ' || r == 0x7f }
