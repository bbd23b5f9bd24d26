// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package signature

import (
	"net/http"
	"strings"
)

type placeKind uint8

const (
	placeNone placeKind = iota
	placeHeader
	placeQuery
	placeField
)

// place is a LocationConfig made ready for looking up.
type place struct {
	kind placeKind
	name string // a header's in canonical form
}

func placeOf(l LocationConfig) place {
	switch {
	case l.Header != "":
		return place{placeHeader, http.CanonicalHeaderKey(l.Header)}
	case l.Query != "":
		return place{placeQuery, l.Query}
	case l.Field != "":
		return place{placeField, l.Field}
	default:
		return place{}
	}
}

// String names the place in a log: "header X-Signature".
func (p place) String() string {
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

// read returns the part that travels in this place. Twice is refused, even if one of the two is right: what stands behind
// us, or in front of us, may read the other.
func (p place) read(m *message, part string) (string, *Error) {
	var value string
	var count int
	switch p.kind {
	case placeHeader:
		value, count = headerValue(m.request, p.name)
	case placeQuery:
		value, count = m.target.parameter(p.name)
		value = unescapeParameter(value)
	case placeField:
		value, count = pairField(m.pairs, m.separator, p.name)
	case placeNone:
		return "", nil
	}
	if count > 1 {
		return "", refuse(ReasonDuplicate, "%s came %d times: %s", part, count, p)
	}
	if value == "" {
		return "", refuse(ReasonMissing, "no %s: %s is %s", part, p, absentOrEmpty(count))
	}
	if strings.ContainsFunc(value, isControl) {
		return "", refuse(ReasonMalformed, "%s holds control characters: %s", part, p)
	}
	return value, nil
}

func absentOrEmpty(count int) string {
	if count == 0 {
		return "not there"
	}
	return "empty"
}

// isControl finds what a header cannot carry but a percent-encoded parameter can: a line end in one part could pose as the
// line end between two.
func isControl(r rune) bool { return r < ' ' || r == 0x7f }
