// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package payload

import (
	"bytes"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
)

// readValue reads a field's value from its JSON, in the form of its kind.
func readValue(json string, k kind, zone *time.Location) (v Value) {
	v.read(json, k, zone)
	return v
}

// read is readValue into an empty value. A record has 44 of them, which are not copied.
func (v *Value) read(json string, k kind, zone *time.Location) {
	content := json
	switch c := json[0]; c {
	case 'n':
		return
	case '"':
		if content = unquote(json); content == "" {
			return
		}
		v.Kind = '"'
	case '{', '[', 't', 'f':
		v.Kind, v.Text = jsontext.Kind(c), json
		v.Unreadable = k != anything && (k != text || c == '{' || c == '[')
		return
	default:
		v.Kind = '0'
	}
	v.Text = content
	switch k {
	case number:
		v.Number, v.Unreadable = readNumber(content)
	case moment:
		v.Nanos, v.Unreadable = readTime(content, zone)
	case identifier, text, anything:
	}
}

// readNumber reads a finite decimal number. strconv's parser would also take hexadecimal, underscores, infinities and NaN.
func readNumber(s string) (value float64, unreadable bool) {
	s = strings.TrimSpace(s)
	for i := range len(s) {
		if c := s[i]; (c < '0' || c > '9') && c != '.' && c != '-' && c != '+' && c != 'e' && c != 'E' {
			return 0, true
		}
	}
	value, err := strconv.ParseFloat(s, 64)
	if err != nil || math.IsInf(value, 0) {
		return 0, true
	}
	return value, false
}

// unquote returns the content of a valid JSON string. It is a part of the given text if there are no escapes.
func unquote(json string) string {
	if strings.IndexByte(json, '\\') < 0 {
		return json[1 : len(json)-1]
	}
	// An escaped half of a surrogate pair comes out as U+FFFD, with an error that says so.
	content, _ := jsontext.AppendUnquote(nil, json)
	return string(content)
}

// unquoteText returns the content of a valid JSON string. It is a part of the given text if there are no escapes.
func unquoteText(json []byte) []byte {
	if bytes.IndexByte(json, '\\') < 0 {
		return json[1 : len(json)-1]
	}
	return appendUnquoted(make([]byte, 0, len(json)), json)
}

// appendUnquoted appends the content of a valid JSON string.
func appendUnquoted(dst, json []byte) []byte {
	dst, _ = jsontext.AppendUnquote(slices.Grow(dst, len(json)), json) // as in unquote
	return dst
}

// validUTF8 replaces each invalid byte by U+FFFD, and leaves valid text untouched.
func validUTF8(b []byte) []byte {
	if utf8.Valid(b) {
		return b
	}
	size := 0 // counted first: a text that grows while it is copied would be there twice
	for i := 0; i < len(b); {
		r, width := utf8.DecodeRune(b[i:])
		size += utf8.RuneLen(r)
		i += width
	}
	valid := make([]byte, 0, size)
	for i := 0; i < len(b); {
		r, width := utf8.DecodeRune(b[i:])
		valid = utf8.AppendRune(valid, r)
		i += width
	}
	return valid
}

// depth returns how deeply a valid JSON value nests: 0 for a scalar.
func depth(json []byte) int {
	deepest, level, inString := 0, 0, false
	for i := 0; i < len(json); i++ {
		switch c := json[i]; {
		case inString:
			switch c {
			case '\\':
				i++
			case '"':
				inString = false
			}
		case c == '"':
			inString = true
		case c == '{' || c == '[':
			level++
			deepest = max(deepest, level)
		case c == '}' || c == ']':
			level--
		}
	}
	return deepest
}
