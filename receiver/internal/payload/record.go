// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package payload

import "github.com/go-json-experiment/json/jsontext"

// MaxUnknown is how many unknown fields a record keeps. Further ones are only counted.
const MaxUnknown = 64

// Record is one call leg or one script API call. A Decoder reuses it: it is valid until the yield function returns, but
// the strings in it stay valid.
type Record struct {
	// Type is the record's data type.
	Type DataType
	// Raw is the record's JSON as received, after undoing the encoding as a string; invalid UTF-8 is replaced by U+FFFD.
	Raw string
	// Err is the reason why a record cannot be read. Such a record has only Type, Raw and the fields of its envelope.
	Err error
	// Unknown are the fields that this release does not know, in the order received; MaxUnknown of them at most.
	Unknown []Member
	// Envelope is the part of the envelope that all of its records share; nil if there is nothing.
	Envelope *Envelope
	// NumUnknown counts all unknown fields, also those that are not in Unknown. An envelope's are counted with its first
	// record only.
	NumUnknown int
	// NumDropped counts the unknown fields that are not in Unknown.
	NumDropped int
	// EnvelopeNanos is the envelope's timestamp in Unix nanoseconds, 0 if there is none.
	EnvelopeNanos int64

	compact bool // Raw has no insignificant white space
	values  [numFields]Value
	given   []Field // the fields whose values may be set
	bad     bool    // some may be unreadable
}

// Envelope is everything in an envelope but its known fields and its records. It is read once, and is the same for all of
// its records.
type Envelope struct {
	// Unknown are its unknown fields, in the order received; MaxUnknown of them at most.
	Unknown []Member
	// NumDropped counts the unknown fields that are not in Unknown.
	NumDropped int
	// Timestamp is the envelope's time as received, which may be unreadable.
	Timestamp Value
}

// Member is an unknown field: its name, and its value as text.
type Member struct {
	Name string
	// Text is a string's content, or the JSON of any other value; "" for a value that is not given.
	Text string
	// JSON says that Text is an object or an array.
	JSON bool
}

// Value is a known field's value. The zero Value is a field that is not given: missing, null or "".
type Value struct {
	// Text is a string's content, or the JSON literal as received: an identifier keeps every digit.
	Text string
	// Number is the value of a numeric field, in the vendor's unit.
	Number float64
	// Nanos is the value of a time field, in Unix nanoseconds.
	Nanos int64
	// Kind is the JSON kind of the value as received; 0 for a field that is not given.
	Kind jsontext.Kind
	// Unreadable says that the field cannot have this value. Only Text and Kind are set then.
	Unreadable bool
}

// Get returns a field's value as received, readable or not.
func (r *Record) Get(f Field) *Value { return &r.values[f] }

// Text returns the text of a readable field, and "" if it is not given or cannot be read.
func (r *Record) Text(f Field) string {
	if v := &r.values[f]; !v.Unreadable {
		return v.Text
	}
	return ""
}

// Number returns a numeric field's value, and whether there is one.
func (r *Record) Number(f Field) (float64, bool) {
	v := &r.values[f]
	return v.Number, v.Kind != 0 && !v.Unreadable
}

// Nanos returns a time field's value in Unix nanoseconds, and whether there is one.
func (r *Record) Nanos(f Field) (int64, bool) {
	v := &r.values[f]
	return v.Nanos, v.Kind != 0 && !v.Unreadable
}

// SetUnreadable marks a field's value as one that cannot be used after all.
func (r *Record) SetUnreadable(f Field) { r.values[f].Unreadable, r.bad = true, true }

// Unreadable returns the known fields whose values could not be read.
func (r *Record) Unreadable() []Field {
	if !r.bad {
		return nil
	}
	var fields []Field
	for f := range envelopeSource {
		if r.values[f].Unreadable {
			fields = append(fields, f)
		}
	}
	return fields
}

// AppendCompact appends the record's compact JSON, from which identities are derived. It is Raw without insignificant white
// space; the order of keys, numbers and escapes stay the same.
func (r *Record) AppendCompact(dst []byte) []byte {
	if r.compact {
		return append(dst, r.Raw...)
	}
	start, inString := 0, false
	for i := 0; i < len(r.Raw); i++ {
		switch c := r.Raw[i]; {
		case inString:
			switch c {
			case '\\':
				i++
			case '"':
				inString = false
			}
		case c == '"':
			inString = true
		case c == ' ' || c == '\t' || c == '\n' || c == '\r':
			dst = append(dst, r.Raw[start:i]...)
			start = i + 1
		}
	}
	return append(dst, r.Raw[start:]...)
}

// reset empties the record for reuse.
func (r *Record) reset(t DataType) {
	clear(r.Unknown)
	for _, field := range r.given { // fewer than half of the fields; the others are empty
		r.values[field] = Value{}
	}
	r.Type, r.Raw, r.Err, r.Unknown, r.Envelope = t, "", nil, r.Unknown[:0], nil
	r.NumUnknown, r.NumDropped, r.EnvelopeNanos, r.compact, r.given, r.bad = 0, 0, 0, false, r.given[:0], false
}
