// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package privacy

import (
	"io"
	"strings"
	"unicode"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/cxone-otel/cxonereceiver/receiver/internal/payload"
)

// Raw returns what may be shown of the raw text of a record that could not be read.
func (p *Policies) Raw(text string) string {
	clean, err := p.redact(text, true, 0)
	if err != nil {
		return p.unstructured(text)
	}
	return clean
}

// Text returns what may be shown of a field that is not personal itself, but may hold JSON with personal members. json says
// that the text is an object or an array.
func (p *Policies) Text(s string, json bool) string {
	if json {
		return p.JSON(s)
	}
	clean, held := p.held(s, false, 0)
	if !held {
		return s
	}
	return clean
}

// JSON applies the policies to each member of a JSON text that has the name of a personal field, at any depth. Text without
// personal data is returned as it is.
func (p *Policies) JSON(text string) string {
	clean, err := p.redact(text, false, 0)
	if err != nil {
		return p.unstructured(text)
	}
	return clean
}

// maxHeld is the length in bytes up to which a text within two nested strings is parsed. Parsing takes about four times the
// text's memory for each string around it.
const maxHeld = 64 << 10

// held applies the policies to JSON within a string, as in an envelope's metadata. It reports whether the string holds
// JSON, valid or broken. depth counts the strings around it.
func (p *Policies) held(s string, raw bool, depth int) (clean string, held bool) {
	text := strings.TrimLeftFunc(s, isBlank)
	if text == "" || strings.IndexByte(`{["`, text[0]) < 0 {
		return "", false
	}
	if depth > 0 && len(s) > maxHeld {
		return p.unstructured(s), true
	}
	clean, err := p.redact(text, raw, depth+1)
	switch {
	case err != nil && text[0] == '"':
		return "", false // a quotation
	case err != nil:
		return p.unstructured(s), true
	case clean == text:
		return s, true
	default:
		return clean, true
	}
}

// isBlank reports whether a character before JSON is invisible: white space, or a byte order mark.
func isBlank(r rune) bool { return unicode.IsSpace(r) || unicode.Is(unicode.Cf, r) }

// redact copies JSON text with the policies applied. raw says that the text is a record that could not be read. Then
// unknown members are extra fields, and text outside known fields is searched for numbers and addresses.
func (p *Policies) redact(text string, raw bool, depth int) (string, error) {
	var out strings.Builder
	out.Grow(len(text) + 1)
	r := redactor{
		policies: p,
		raw:      raw,
		depth:    depth,
		in:       jsontext.NewDecoder(strings.NewReader(text), jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true)),
		out:      jsontext.NewEncoder(&out, jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true)),
	}
	if err := r.copy(); err != nil {
		return "", err
	}
	if !r.changed {
		return text, nil
	}
	return strings.TrimSuffix(out.String(), "\n"), nil
}

// place is the place of a value in the text.
type place uint8

const (
	bare    place = iota // in no field: the text, or an array of it, or metadata
	extra                // in an unknown field
	known                // it is the value of a known field
	inKnown              // in an object or an array that is the value of a known field
)

type redactor struct {
	policies *Policies
	raw      bool
	depth    int // strings around the text
	in       *jsontext.Decoder
	out      *jsontext.Encoder
	changed  bool
	open     []place // of the objects and arrays that are being copied
	next     place   // of the value of the member that has begun
}

// copy copies the text. It is not recursive: the decoder keeps track of nesting.
func (r *redactor) copy() error {
	for {
		token, err := r.in.ReadToken()
		if err == io.EOF { //nolint:errorlint // never wrapped
			return nil
		}
		if err != nil {
			return err
		}
		switch token.Kind() {
		case '{', '[':
			r.open = append(r.open, inside(r.place()))
			err = r.out.WriteToken(token)
		case '}', ']':
			r.open = r.open[:len(r.open)-1]
			err = r.out.WriteToken(token)
		case '"':
			content := token.String()
			if kind, length := r.in.StackIndex(r.in.StackDepth()); kind == '{' && length%2 == 1 {
				err = r.member(content)
			} else {
				err = r.out.WriteToken(jsontext.String(r.clean(content, r.text(content))))
			}
		case '0':
			err = r.number(token)
		default:
			err = r.out.WriteToken(token)
		}
		if err != nil {
			return err
		}
	}
}

// place returns the place of the value that has just begun.
func (r *redactor) place() place {
	switch depth := len(r.open); {
	case depth == 0:
		return bare
	case r.inObject():
		return r.next
	default:
		return r.open[depth-1]
	}
}

func (r *redactor) inObject() bool {
	depth := len(r.open)
	kind, _ := r.in.StackIndex(depth)
	return kind == '{'
}

func inside(p place) place {
	if p == known {
		return inKnown
	}
	return p
}

// clean returns the clean text, and notes whether it differs from the text.
func (r *redactor) clean(text, clean string) string {
	r.changed = r.changed || clean != text
	return clean
}

// text returns what may be shown of a string.
func (r *redactor) text(content string) string {
	if clean, held := r.policies.held(content, r.raw, r.depth); held {
		return clean
	}
	switch place := r.place(); {
	case !r.raw || place == known:
		return content
	case place == bare:
		return r.policies.unstructured(content)
	default:
		return r.policies.recognised(content)
	}
}

// number copies a number. Outside known fields it may be a telephone number.
func (r *redactor) number(token jsontext.Token) error {
	literal := token.String()
	if r.raw && r.place() != known {
		clean := r.policies.recognised(literal)
		if r.place() == bare {
			clean = r.policies.unstructured(literal)
		}
		if clean != literal {
			r.changed = true
			return r.out.WriteToken(jsontext.String(clean))
		}
	}
	return r.out.WriteValue(jsontext.Value(literal))
}

// member copies a member's name. It copies the value too if that is personal or left out.
func (r *redactor) member(name string) error {
	field, isKnown := payload.FieldByName(name)
	within := r.open[len(r.open)-1]
	switch {
	case isKnown && kindOf(field) != impersonal:
		return r.personal(name, field)
	case isKnown && field == payload.EnvelopeMetadata:
		r.next = bare
	case isKnown:
		r.next = known
	case within == inKnown:
		r.next = inKnown
	case r.raw && r.policies.ExtraFields == Drop:
		r.changed = true
		return r.in.SkipValue()
	default:
		r.next = extra
	}
	if r.raw && !isKnown {
		name = r.clean(name, r.policies.recognised(name))
	}
	return r.out.WriteToken(jsontext.String(name))
}

// personal copies a personal field with its policy applied.
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
		clean = r.policies.Field(field, text, kind == '{' || kind == '[')
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
