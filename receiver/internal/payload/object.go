// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package payload

import (
	"slices"
	"time"

	"github.com/go-json-experiment/json/jsontext"
)

// span is the place of a value in a text. No value is empty, so the zero span means that there is no value.
type span struct{ start, end int }

func (p span) of(text []byte) []byte { return text[p.start:p.end] }

// within returns the span's text, as a part of the text of an object that starts at base.
func (p span) within(object string, base int) string { return object[p.start-base : p.end-base] }

// member is the place of an unknown field. The hash of its name, without regard to case, makes it cheap to find names that
// come twice.
type member struct {
	name, value span
	hash        uint64
}

// object is the result of one pass over a JSON object: the places of its values. The values are read afterwards, and of
// each name only the last.
type object struct {
	dataType DataType
	raw      span
	values   [numFields]span
	found    []Field // those with a value
	unknown  []member

	own        int // fields of this data type, the envelope's included
	ofEnvelope int // fields of the envelope
	shared     int // fields that both data types have
	foreign    int // fields of the other data type
	numUnknown int // fields that are not of this data type

	expected int  // the index, in the vendor's order, of the field that should come next
	compact  bool // there is no insignificant white space
}

// read reads the next object of the text into o.
func (o *object) read(s *source, dataType DataType) error {
	*o = object{dataType: dataType, found: o.found[:0], unknown: o.unknown[:0]}
	bytes, nested := len("{"), false // bytes of the object without white space
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
		if k := value.Kind(); k == '{' || k == '[' {
			if depth(value)+s.json.StackDepth() > maxDepth {
				return tooDeep(s)
			}
			nested = true
		}
		bytes += len(name) + len(":") + len(value) + len(",")
		o.add(s, nameSpan, spanBefore(s, value))
	}
	if _, err := s.json.ReadToken(); err != nil {
		return err
	}
	o.raw.end = int(s.json.InputOffset())
	o.compact = !nested && o.raw.end-o.raw.start == bytes // the last member's comma is the closing brace
	return nil
}

// spanBefore returns the place of the value that was just read.
func spanBefore(s *source, value jsontext.Value) span {
	end := int(s.json.InputOffset())
	return span{end - len(value), end}
}

// add notes a member by its name. Within an envelope's metadata, the envelope's own fields are unknown.
func (o *object) add(s *source, name, value span) {
	field := o.field(name.of(s.text))
	if field >= envelopeSource && s.part == partMetadata {
		field = unknownField
	}
	switch {
	case field == unknownField:
		bare := bareName(s.text, name)
		if schemas[o.dataType.other()].lookup(bare) != unknownField {
			o.foreign++
		}
		o.addUnknown(s.text, bare, member{name, value, foldedHash(bare)})
		return
	case schemas[o.dataType].shared[field]:
		o.shared++
	default:
		o.own++
		if field >= envelopeSource {
			o.ofEnvelope++
		}
	}
	if o.values[field].end == 0 {
		o.found = append(o.found, field)
	}
	o.values[field] = value
}

// field finds the field of a name. Senders mostly keep to one order; then no name is looked up.
func (o *object) field(name []byte) Field {
	known := schemas[o.dataType]
	if o.expected < len(known.quoted) && string(name) == known.quoted[o.expected] {
		o.expected++
		return known.fields[o.expected-1]
	}
	field := known.lookup(unquoteText(name))
	if field != unknownField {
		o.expected = known.places[field] + 1
	}
	return field
}

// bareName returns a member's name in the form in which names are compared: without its quotes, its escapes and the blanks
// around it.
func bareName(text []byte, name span) []byte {
	return bare(unquoteText(name.of(text)))
}

// addUnknown keeps an unknown member, and at most MaxUnknown of them. If two names are the same, without regard to case and
// to blanks around them, the last member counts.
func (o *object) addUnknown(text, bare []byte, m member) {
	for i := range o.unknown {
		if o.unknown[i].hash == m.hash && foldedEqual(bareName(text, o.unknown[i].name), bare) {
			o.unknown[i] = m
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
	r.Raw, r.compact = string(o.raw.of(text)), o.compact
	specs := &schemas[o.dataType].specs
	r.given = append(r.given, o.found...)
	for _, field := range o.found {
		if p := o.values[field]; field != EnvelopeMetadata {
			v := &r.values[field]
			v.read(p.within(r.Raw, o.raw.start), specs[field].kind, zone)
			r.bad = r.bad || v.Unreadable
		}
	}
	r.NumUnknown = o.numUnknown
	for _, m := range o.unknown {
		name := unquote(m.name.within(r.Raw, o.raw.start))
		r.addUnknown(name, readValue(m.value.within(r.Raw, o.raw.start), anything, nil))
	}
	r.NumDropped = o.numUnknown - len(o.unknown)
	r.EnvelopeNanos, _ = r.Nanos(EnvelopeTimestamp)
}

// fillEnvelope reads the envelope's values into an empty record. Unlike fill, it copies each value, since most of an
// envelope is its metadata, and the records have copies of that.
func (r *Record) fillEnvelope(o *object, text []byte, zone *time.Location) {
	specs := &schemas[o.dataType].specs
	r.given = append(r.given, o.found...)
	for _, field := range o.found {
		if p := o.values[field]; field != EnvelopeMetadata && field != envelopeSource {
			r.values[field].read(string(p.of(text)), specs[field].kind, zone)
		}
	}
	r.NumUnknown = o.numUnknown
	r.NumDropped = o.numUnknown - len(o.unknown)
	for _, m := range o.unknown {
		r.addUnknown(unquote(string(m.name.of(text))), readValue(string(m.value.of(text)), anything, nil))
	}
	r.EnvelopeNanos, _ = r.Nanos(EnvelopeTimestamp)
	r.adoptStrays(0)
}

// addUnknown adds an unknown field to the record's.
func (r *Record) addUnknown(name string, value Value) {
	if len(r.Unknown) == MaxUnknown {
		r.NumDropped++
		return
	}
	r.Unknown = append(r.Unknown, Member{Name: name, Text: value.Text, JSON: value.Kind == '{' || value.Kind == '['})
}

// adoptStrays turns everything in an envelope but its own known fields into unknown fields: record fields in the wrong
// place, an event of another name, a timestamp that cannot be read. So nothing is lost, and nothing depends on it. In a
// record without an envelope, only the envelope's fields, which are the last ones, can be strays.
func (r *Record) adoptStrays(from Field) {
	for field := from; field < numFields; field++ {
		v := &r.values[field]
		switch {
		case v.Kind == 0, field == envelopeSource:
		case field == envelopeEvent && isEvent(v.Text):
		case field == EnvelopeTimestamp && !v.Unreadable:
		default:
			r.NumUnknown++
			r.addUnknown(field.Name(r.Type), *v)
		}
	}
}

// share returns the part of an envelope that all of its records share; nil if there is nothing.
func (r *Record) share() *Envelope {
	timestamp := r.Get(EnvelopeTimestamp)
	if len(r.Unknown) == 0 && !timestamp.Unreadable {
		return nil
	}
	return &Envelope{Unknown: slices.Clone(r.Unknown), NumDropped: r.NumDropped, Timestamp: *timestamp}
}

// adopt sets on a record what its envelope shares with all of its records. The envelope's unknown fields are counted with
// its first record only.
func (d *Decoder) adopt(r *Record) {
	r.EnvelopeNanos = d.envelope.EnvelopeNanos
	r.Envelope = d.shared
	r.NumUnknown += d.envelope.NumUnknown
	d.envelope.NumUnknown = 0
}
