// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package translate

import (
	"bytes"
	"io"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/cxone-otel/cxonereceiver/receiver/internal/payload"
)

// raw returns the raw text of a record that could not be read, with privacy applied. Within JSON, and within strings
// that hold JSON, the names of fields tell what is personal; in other text only digit runs and addresses can be
// recognised.
func (p *Privacy) raw(text string) string {
	switch {
	case looksLikeJSON(text):
		return orRedacted(p.redact(text, true))
	case strings.HasPrefix(text, `"`):
		content, _ := jsontext.AppendUnquote(nil, text) // valid; halves of surrogate pairs become U+FFFD
		clean := p.held(string(content), true)
		if !looksLikeJSON(string(content)) {
			clean = p.plain(string(content))
		}
		if clean == string(content) {
			return text
		}
		quoted, _ := jsontext.AppendQuote(nil, clean) // valid
		return string(quoted)
	default:
		return p.plain(text)
	}
}

// text returns the text of a field that is not personal itself, but may hold JSON with personal members.
func (p *Privacy) text(s string, json bool) string {
	if json {
		return p.json(s)
	}
	return p.held(s, false)
}

// json returns JSON text with privacy applied to each member whose name is that of a personal field, at any depth. Text
// with nothing personal in it is returned as it is.
func (p *Privacy) json(text string) string { return orRedacted(p.redact(text, false)) }

// held applies privacy to JSON that a string holds, as an envelope's metadata does.
func (p *Privacy) held(s string, raw bool) string {
	if !looksLikeJSON(s) {
		return s
	}
	clean, err := p.redact(s, raw)
	switch {
	case err == nil:
		return clean
	case raw:
		return p.plain(s)
	default:
		return s
	}
}

// plain masks each run of seven digits or more in text that is no JSON, and treats each address as an API's endpoint.
func (p *Privacy) plain(s string) string {
	const end = " \t\r\n\"<>"
	var b strings.Builder
	for {
		i := strings.Index(s, "://")
		if i < 0 {
			break
		}
		i = strings.LastIndexAny(s[:i], end) + 1
		b.WriteString(s[:i])
		s = s[i:]
		size := strings.IndexAny(s, end)
		if size < 0 {
			size = len(s)
		}
		b.WriteString(p.url(s[:size]))
		s = s[size:]
	}
	b.WriteString(s)
	if p.PhoneNumbers == PolicyKeep {
		return b.String()
	}
	return maskDigitRuns(b.String())
}

func looksLikeJSON(s string) bool {
	s = strings.TrimLeft(s, " \t\r\n")
	return s != "" && (s[0] == '{' || s[0] == '[')
}

// orRedacted is for text that was read as JSON before, so that there is no error.
func orRedacted(clean string, err error) string {
	if err != nil {
		return redacted
	}
	return clean
}

// redact copies JSON text with privacy applied. raw says that it is a record that could not be read: there, members that
// nobody knows are extra fields, and strings that only look like JSON are text.
func (p *Privacy) redact(text string, raw bool) (string, error) {
	var out bytes.Buffer
	r := redactor{
		privacy: p,
		raw:     raw,
		in: jsontext.NewDecoder(bytes.NewBufferString(text),
			jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true)),
		out: jsontext.NewEncoder(&out,
			jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true)),
	}
	if err := r.value(); err != nil {
		return "", err
	}
	if !r.changed {
		return text, nil
	}
	return strings.TrimSuffix(out.String(), "\n"), nil
}

type redactor struct {
	privacy *Privacy
	raw     bool
	in      *jsontext.Decoder
	out     *jsontext.Encoder
	changed bool
}

// value copies the next value. It is not recursive: nesting is the decoder's business.
func (r *redactor) value() error {
	for {
		token, err := r.in.ReadToken()
		if err == io.EOF { //nolint:errorlint // never wrapped
			return nil
		}
		if err != nil {
			return err
		}
		if token.Kind() == '"' {
			content := token.String()
			if kind, length := r.in.StackIndex(r.in.StackDepth()); kind == '{' && length%2 == 1 {
				err = r.member(content)
			} else {
				err = r.text(content)
			}
		} else {
			err = r.out.WriteToken(token)
		}
		if err != nil {
			return err
		}
	}
}

// text copies a string, which may hold JSON.
func (r *redactor) text(content string) error {
	clean := r.privacy.held(content, r.raw)
	r.changed = r.changed || clean != content
	return r.out.WriteToken(jsontext.String(clean))
}

// member copies a member's name, and its value too where it is personal, is to be left out, or has no extra fields in it.
func (r *redactor) member(name string) error {
	field, known := payload.FieldByName(name)
	dropsUnknown := r.raw && r.privacy.ExtraFields == PolicyDrop
	switch {
	case !known && dropsUnknown:
		r.changed = true
		return r.in.SkipValue()
	case known && isPersonal(field):
		return r.personal(name, field)
	}
	if err := r.out.WriteToken(jsontext.String(name)); err != nil {
		return err
	}
	if next := r.in.PeekKind(); !dropsUnknown || next != '{' && next != '[' || strings.EqualFold(name, "metadata") {
		return nil // the value comes next
	}
	value, err := r.in.ReadValue()
	if err != nil {
		return err
	}
	clean := r.privacy.json(string(value))
	r.changed = r.changed || clean != string(value)
	return r.out.WriteValue(jsontext.Value(clean))
}

// personal copies a personal field with what its policy leaves of it.
func (r *redactor) personal(name string, field payload.Field) error {
	value, err := r.in.ReadValue()
	if err != nil {
		return err
	}
	kind := value.Kind()
	text := string(value)
	if kind == '"' {
		content, _ := jsontext.AppendUnquote(nil, value) // valid; halves of surrogate pairs become U+FFFD
		text = string(content)
	}
	clean := text
	if kind != 'n' {
		clean = r.privacy.field(field, text, kind == '{' || kind == '[')
	}
	if clean == "" && text != "" {
		r.changed = true
		return nil
	}
	if err := r.out.WriteToken(jsontext.String(name)); err != nil {
		return err
	}
	if clean == text {
		return r.out.WriteValue(value.Clone())
	}
	r.changed = true
	return r.out.WriteToken(jsontext.String(clean))
}

func isPersonal(f payload.Field) bool {
	switch f {
	case payload.From, payload.To, payload.Agent, payload.APIEndpoint, payload.APIResponseMessage:
		return true
	default:
		return false
	}
}
