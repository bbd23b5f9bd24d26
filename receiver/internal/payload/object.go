// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package payload

import (
	"bytes"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"
)

// span is where a value lies in a text. No value is empty, so the zero span is none.
type span struct{ start, end int }

func (p span) of(text []byte) []byte { return text[p.start:p.end] }

// within returns the span's text, as a part of the text of an object that starts at base.
func (p span) within(object string, base int) string { return object[p.start-base : p.end-base] }

// member is where a field that is not known lies.
type member struct{ name, value span }

// object is what one pass over a JSON object finds: where the values lie. Values are read afterwards, and only the last
// of each name.
type object struct {
	dataType DataType
	raw      span
	values   [numFields]span
	unknown  []member

	own        int // fields of this data type, the envelope's included
	ofEnvelope int // fields of the envelope
	shared     int // fields that both data types have
	foreign    int // fields of the other data type
	numUnknown int // fields that are not of this data type
}

// read reads the object that comes next in place of what was there.
func (o *object) read(s *source, dataType DataType) error {
	*o = object{dataType: dataType, unknown: o.unknown[:0]}
	if _, err := s.json.ReadToken(); err != nil {
		return err
	}
	o.raw.start = int(s.json.InputOffset()) - 1
	for s.json.PeekKind() != '}' {
		name, err := s.json.ReadValue()
		if err != nil {
			return err
		}
		nameSpan := spanBefore(s, name)
		value, err := s.json.ReadValue()
		if err != nil {
			return err
		}
		if k := value.Kind(); (k == '{' || k == '[') && depth(value)+s.json.StackDepth() > maxDepth {
			return tooDeep(s)
		}
		o.add(s.text, nameSpan, spanBefore(s, value))
	}
	if _, err := s.json.ReadToken(); err != nil {
		return err
	}
	o.raw.end = int(s.json.InputOffset())
	return nil
}

// spanBefore returns where the value that was just read lies.
func spanBefore(s *source, value jsontext.Value) span {
	end := int(s.json.InputOffset())
	return span{end - len(value), end}
}

// add notes a member by its name.
func (o *object) add(text []byte, name, value span) {
	bare := text[name.start+1 : name.end-1]
	if bytes.IndexByte(bare, '\\') >= 0 {
		bare = []byte(unquote(string(name.of(text))))
	}
	field := schemas[o.dataType].lookup(bare)
	inOther := schemas[o.dataType.other()].lookup(bare) != unknownField
	switch {
	case field == unknownField:
		if inOther {
			o.foreign++
		}
		o.addUnknown(text, member{name, value})
		return
	case inOther:
		o.shared++
	default:
		o.own++
		if field >= envelopeSource {
			o.ofEnvelope++
		}
	}
	o.values[field] = value
}

// addUnknown keeps a member that is not known, at most MaxUnknown of them; of two with the same name the last counts.
func (o *object) addUnknown(text []byte, m member) {
	for i := range o.unknown {
		if bytes.Equal(o.unknown[i].name.of(text), m.name.of(text)) {
			o.unknown[i].value = m.value
			return
		}
	}
	o.numUnknown++
	if len(o.unknown) < MaxUnknown {
		o.unknown = append(o.unknown, m)
	}
}

// fill reads the object's values into an empty record. The record's strings are parts of one copy of the object's text.
func (r *Record) fill(o *object, text []byte, zone *time.Location) {
	r.Raw = string(o.raw.of(text))
	specs := &schemas[o.dataType].specs
	for field := range numFields {
		if p := o.values[field]; p.end > 0 && field != envelopeMetadata {
			r.values[field] = readValue(p.within(r.Raw, o.raw.start), specs[field].kind, zone)
		}
	}
	r.NumUnknown = o.numUnknown
	for _, m := range o.unknown {
		name := unquote(m.name.within(r.Raw, o.raw.start))
		value := readValue(m.value.within(r.Raw, o.raw.start), anything, nil)
		r.Unknown = append(r.Unknown, Member{Name: name, Text: value.Text, JSON: value.Kind == '{' || value.Kind == '['})
	}
	r.NumDropped = o.numUnknown - len(o.unknown)
	r.EnvelopeNanos, _ = r.Nanos(envelopeTimestamp)
}

// adoptStrays turns what an envelope holds besides its own known fields into unknown fields: record fields in the wrong
// place, an event of another name, a timestamp that cannot be read. Nothing of them is lost, and nothing depends on them.
func (r *Record) adoptStrays() {
	for field := range numFields {
		v := &r.values[field]
		switch {
		case v.Kind == 0, field == envelopeSource:
		case field == envelopeEvent && isEvent(v.Text):
		case field == envelopeTimestamp && !v.Unreadable:
		default:
			r.NumUnknown++
			r.Unknown = append(r.Unknown, Member{Name: field.Name(r.Type), Text: v.Text, JSON: v.Kind == '{' || v.Kind == '['})
		}
	}
}

// adopt gives a record what its envelope holds for all of its records. The envelope's unknown fields are counted with
// its first record only.
func (r *Record) adopt(envelope *Record) {
	r.EnvelopeNanos = envelope.EnvelopeNanos
	r.NumUnknown += envelope.NumUnknown
	envelope.NumUnknown = 0
	for _, m := range envelope.Unknown {
		if len(r.Unknown) == MaxUnknown {
			r.NumDropped++
			continue
		}
		r.Unknown = append(r.Unknown, Member{strings.Clone(m.Name), strings.Clone(m.Text), m.JSON})
	}
}
