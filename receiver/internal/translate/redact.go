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

// raw returns the raw text of a record that could not be read, with privacy applied. Within JSON the names of fields
// tell what is personal; in other text only digit runs can be recognised, and they are masked.
func (p *Privacy) raw(text string) string {
	if text == "" || (text[0] != '{' && text[0] != '[') {
		if p.PhoneNumbers == PolicyKeep {
			return text
		}
		return maskDigitRuns(text)
	}
	return p.json(text)
}

// json returns JSON text with privacy applied to each member whose name is that of a personal field, at any depth. Text
// with nothing personal in it is returned as it is.
func (p *Privacy) json(text string) string {
	var out bytes.Buffer
	r := redactor{
		privacy: p,
		in: jsontext.NewDecoder(bytes.NewBufferString(text),
			jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true)),
		out: jsontext.NewEncoder(&out,
			jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true)),
	}
	if err := r.value(); err != nil {
		return redacted // cannot happen to text that was read as JSON before
	}
	if !r.changed {
		return text
	}
	return strings.TrimSuffix(out.String(), "\n")
}

type redactor struct {
	privacy *Privacy
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
		if kind, length := r.in.StackIndex(r.in.StackDepth()); kind == '{' && length%2 == 1 && token.Kind() == '"' {
			if err := r.member(token.String()); err != nil {
				return err
			}
			continue
		}
		if err := r.out.WriteToken(token); err != nil {
			return err
		}
	}
}

// member copies a member's name, and its value too where it is personal or is to be left out.
func (r *redactor) member(name string) error {
	field, known := payload.FieldByName(name)
	if (!known && r.privacy.ExtraFields == PolicyKeep) || (known && !isPersonal(field)) {
		return r.out.WriteToken(jsontext.String(name))
	}
	value, err := r.in.ReadValue()
	r.changed = true
	if err != nil || !known {
		return err
	}
	kind := value.Kind()
	text := string(value)
	switch kind {
	case 'n':
	case '"':
		content, _ := jsontext.AppendUnquote(nil, value) // valid; halves of surrogate pairs become U+FFFD
		text = string(content)
		fallthrough
	default:
		text = r.privacy.field(field, text, kind == '{' || kind == '[')
		if text == "" {
			return nil
		}
	}
	if err := r.out.WriteToken(jsontext.String(name)); err != nil {
		return err
	}
	if kind == 'n' {
		return r.out.WriteToken(jsontext.Null)
	}
	return r.out.WriteToken(jsontext.String(text))
}

func isPersonal(f payload.Field) bool {
	switch f {
	case payload.From, payload.To, payload.Agent, payload.APIEndpoint, payload.APIResponseMessage:
		return true
	default:
		return false
	}
}
