// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package search

import (
	"bytes"
	"fmt"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
)

const anewFault = "the sender signs the JSON %s, and another writing of it arrived: something on the way, or the sender itself, " +
	"writes the JSON anew; ask the sender to sign the bytes that it sends"

// writtenAnew are the ways in which libraries write JSON. If a body was signed in one way and arrived in another, it cannot
// be verified. The exceptions are signatures of the compact or the canonical form, for which there are filters.
func writtenAnew() []change {
	var all []change
	add := func(how string, options ...jsontext.Options) {
		all = append(all, change{strings.Replace(anewFault, "%s", how, 1), func(c Capture) []byte { return rewritten(c.Body, options...) }})
	}
	for _, escapes := range []struct {
		how     string
		options []jsontext.Options
	}{
		{"", nil},
		{" and with <, > and & escaped", []jsontext.Options{jsontext.EscapeForHTML(true)}},
	} {
		with := func(more ...jsontext.Options) []jsontext.Options { return append(more, escapes.options...) }
		add("without white space"+escapes.how, with(jsontext.CanonicalizeRawFloats(false))...)
		for _, step := range []struct{ how, text string }{{"two blanks", "  "}, {"four blanks", "    "}, {"tabs", "\t"}} {
			add("indented by "+step.how+escapes.how, with(jsontext.Multiline(true), jsontext.WithIndent(step.text))...)
			all = append(all, all[len(all)-1].then("with line ends CR LF", withCRLF))
		}
		add("with a blank behind every comma and colon, as Python does"+escapes.how,
			with(jsontext.SpaceAfterComma(true), jsontext.SpaceAfterColon(true))...)
		add("with a blank behind every colon"+escapes.how, with(jsontext.SpaceAfterColon(true))...)
		add("with a blank behind every comma"+escapes.how, with(jsontext.SpaceAfterComma(true))...)
	}
	add("with its names sorted and blanks", jsontext.CanonicalizeRawInts(false), jsontext.ReorderRawObjects(true),
		jsontext.SpaceAfterComma(true), jsontext.SpaceAfterColon(true))
	compact := all[0]
	all = append(all,
		compact.then("with blanks around every colon", func(text []byte) []byte { return outsideStrings(text, ":", " : ") }),
		compact.then("with every slash escaped, as PHP does",
			func(text []byte) []byte { return bytes.ReplaceAll(text, []byte("/"), []byte("\\/")) }),
		compact.then("with everything but ASCII escaped", escapeNonASCII))
	return all
}

func withCRLF(text []byte) []byte { return bytes.ReplaceAll(text, []byte("\n"), []byte("\r\n")) }

// then returns the change followed by another step.
func (c change) then(how string, next func([]byte) []byte) change {
	return change{strings.Replace(c.fault, ", and another", ", "+how+", and another", 1), func(captured Capture) []byte {
		text := c.undo(captured)
		if text == nil {
			return nil
		}
		return next(text)
	}}
}

// rewritten writes JSON with other white space and escapes; nil if the body is not JSON.
func rewritten(body []byte, options ...jsontext.Options) []byte {
	value := jsontext.Value(bytes.TrimSpace(bytes.Clone(body)))
	if value.Format(append([]jsontext.Options{jsontext.PreserveRawStrings(false)}, options...)...) != nil {
		return nil
	}
	return value
}

// outsideStrings replaces a character outside JSON strings.
func outsideStrings(text []byte, old, replacement string) []byte {
	var out []byte
	inString, escaped := false, false
	for _, c := range text {
		if !inString && string(c) == old {
			out = append(out, replacement...)
			continue
		}
		out = append(out, c)
		switch {
		case escaped:
			escaped = false
		case c == '\\':
			escaped = inString
		case c == '"':
			inString = !inString
		}
	}
	return out
}

// escapeNonASCII writes characters that are not ASCII as \u and four digits, as many libraries do.
func escapeNonASCII(text []byte) []byte {
	var out []byte
	for _, r := range string(text) {
		if r < 0x80 {
			out = utf8.AppendRune(out, r)
			continue
		}
		for _, unit := range utf16.Encode([]rune{r}) {
			out = fmt.Appendf(out, "\\u%04x", unit)
		}
	}
	return out
}
