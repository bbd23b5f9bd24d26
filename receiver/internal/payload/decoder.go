// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package payload

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"
)

// maxDepth is how many levels of objects and arrays a JSON text may nest.
const maxDepth = 100

// eventScriptAPI is the envelope's event, once trimmed.
const eventScriptAPI = "SCRIPT_API_MONITORING"

var options = []jsontext.Options{
	jsontext.AllowDuplicateNames(true), // the last counts
	jsontext.AllowInvalidUTF8(true),    // replaced before decoding; this is for escaped halves of surrogate pairs
}

// Decoder reads the bodies of one data type. It is reusable, and not safe for concurrent use.
type Decoder struct {
	dataType DataType
	zone     *time.Location
	yield    func(*Record) error

	body     source // the body, or the JSON that it holds as a string
	metadata source // an envelope's metadata
	object   object // the object read last
	record   Record
	envelope Record

	readable  int    // records read in this body
	wrongType *Error // the first record that was of the other data type
}

// source is a JSON text being read.
type source struct {
	part   string
	text   []byte
	buffer bytes.Buffer
	json   jsontext.Decoder
}

func (s *source) open(part string, text []byte) {
	s.part, s.text = part, text
	s.buffer = *bytes.NewBuffer(text)
	s.json.Reset(&s.buffer, options...)
}

// close forgets the text, so that an idle Decoder holds no body.
func (s *source) close() { s.open(partBody, nil) }

func (s *source) errorf(format string, args ...any) *Error {
	return &Error{Offset: -1, Part: s.part, Reason: fmt.Sprintf(format, args...)}
}

func (s *source) syntaxError(err error) *Error { return syntaxError(err, s.part, len(s.text)) }

// NewDecoder returns a Decoder for the bodies of one data type. The zone is that of the script API's times, which carry
// none.
func NewDecoder(dataType DataType, zone *time.Location) *Decoder {
	return &Decoder{dataType: dataType, zone: zone}
}

// Decode reads a body and yields its records in order, the unreadable ones included. An [*Error] says that the body is
// no JSON, or not this data type's payload at all; whatever was yielded before is then to be thrown away. An error that
// yield returns ends the reading and is returned as it is.
func (d *Decoder) Decode(body []byte, yield func(*Record) error) error {
	d.yield, d.readable, d.wrongType = yield, 0, nil
	defer d.release()

	text := validUTF8(bytes.TrimPrefix(body, []byte("\ufeff")))
	d.body.open(partBody, text)
	if d.body.json.PeekKind() == '"' {
		inner, err := d.body.json.ReadValue()
		if err == nil {
			err = d.expectEnd(&d.body)
		}
		if err != nil {
			return d.body.syntaxError(err)
		}
		d.body.open(partString, []byte(unquote(string(inner))))
	}
	if err := d.decodeRecords(&d.body, d.decodeElement); err != nil {
		return err
	}
	if d.readable == 0 && d.wrongType != nil {
		return d.wrongType
	}
	return nil
}

// release drops what the records point to, so that an idle Decoder holds no body.
func (d *Decoder) release() {
	d.yield = nil
	d.record.reset(d.dataType)
	d.envelope.reset(d.dataType)
	d.body.close()
	d.metadata.close()
}

// decodeRecords reads one object, or an array of them, to the end of the text.
func (d *Decoder) decodeRecords(s *source, element func(s *source, alone bool) error) error {
	var err error
	switch kind := s.json.PeekKind(); kind {
	case '{':
		err = element(s, true)
	case '[':
		if _, err = s.json.ReadToken(); err != nil {
			return s.syntaxError(err)
		}
		for err == nil && s.json.PeekKind() != ']' {
			err = element(s, false)
		}
		if err == nil {
			_, err = s.json.ReadToken()
		}
	case jsontext.KindInvalid:
		_, err = s.json.ReadToken()
	default:
		if _, err = s.json.ReadValue(); err != nil {
			return s.syntaxError(err)
		}
		return s.errorf("%s where an object or an array of objects was expected", kindName(kind))
	}
	if err == nil {
		err = d.expectEnd(s)
	}
	return d.asError(s, err)
}

// asError words the JSON decoder's errors and leaves the others alone.
func (d *Decoder) asError(s *source, err error) error {
	switch err.(type) { //nolint:errorlint // exactly what this package and yield returned
	case nil:
		return nil
	case *jsontext.SyntacticError:
		return s.syntaxError(err)
	default:
		if err == io.EOF || err == io.ErrUnexpectedEOF { //nolint:errorlint // the decoder's own
			return s.syntaxError(err)
		}
		return err
	}
}

func (d *Decoder) expectEnd(s *source) error {
	_, err := s.json.ReadToken()
	if err == nil {
		return &Error{Offset: s.json.InputOffset(), Part: s.part, Reason: "not valid JSON: more data follows the first value"}
	}
	if err == io.EOF { //nolint:errorlint // never wrapped
		return nil
	}
	return err
}

// decodeElement reads one element of a body: a record, or an envelope with records.
func (d *Decoder) decodeElement(s *source, alone bool) error {
	if s.json.PeekKind() != '{' {
		return d.decodeStranger(s)
	}
	if d.dataType == VoiceQuality {
		return d.decodeRecord(s, alone)
	}
	o := &d.object
	if err := o.read(s, d.dataType); err != nil {
		return err
	}
	metadata := o.values[envelopeMetadata].of(s.text)
	switch {
	case len(metadata) > 0 && metadata[0] != 'n' && string(metadata) != `""`:
		return d.decodeEnvelope(s, metadata)
	case o.own > 0 && o.own == o.ofEnvelope && o.shared == 0:
		return d.fail(s, alone, s.errorf("the envelope has no metadata, so there is no record in it"))
	default:
		return d.yieldObject(s, alone)
	}
}

// decodeRecord reads one record that is known to be an object.
func (d *Decoder) decodeRecord(s *source, alone bool) error {
	if err := d.object.read(s, d.dataType); err != nil {
		return err
	}
	return d.yieldObject(s, alone)
}

// decodeEnvelope reads the records within an envelope, which take its time stamp and its unknown fields along.
func (d *Decoder) decodeEnvelope(s *source, metadata []byte) error {
	d.envelope.reset(d.dataType)
	d.envelope.fill(&d.object, s.text, d.zone)
	d.envelope.adoptStrays()

	text := metadata
	switch metadata[0] {
	case '"':
		text = []byte(unquote(string(metadata)))
	case '[', '{':
	default:
		return &Error{Offset: -1, Part: partMetadata, Reason: kindName(jsontext.Kind(metadata[0])) +
			" where an array of records, or a string that holds one, was expected"}
	}
	d.metadata.open(partMetadata, text)
	return d.decodeRecords(&d.metadata, func(s *source, _ bool) error {
		if s.json.PeekKind() != '{' {
			return d.decodeStranger(s)
		}
		return d.decodeRecord(s, false)
	})
}

// yieldObject hands over an object as a record, or as an unreadable one where it is no record of this data type.
func (d *Decoder) yieldObject(s *source, alone bool) error {
	o := &d.object
	switch {
	case o.own == 0 && o.foreign > 0:
		other := d.dataType.other()
		wrong := s.errorf("this is the %s payload, and this is the callback for %s", other, d.dataType)
		wrong.WrongType, wrong.Found = true, other
		if d.wrongType == nil {
			d.wrongType = wrong
		}
		return d.fail(s, alone, wrong)
	case o.own == 0 && o.shared == 0:
		return d.fail(s, alone, s.errorf("an object without one known field of the %s payload", d.dataType))
	}
	d.readable++
	d.record.reset(d.dataType)
	d.record.fill(o, s.text, d.zone)
	if s.part == partMetadata {
		d.record.adopt(&d.envelope)
	}
	return d.yield(&d.record)
}

// fail refuses the body where the object is all of it, and yields an unreadable record otherwise.
func (d *Decoder) fail(s *source, alone bool, why *Error) error {
	if alone {
		return why
	}
	return d.yieldUnreadable(string(d.object.raw.of(s.text)), why)
}

// decodeStranger yields an element that is not even an object.
func (d *Decoder) decodeStranger(s *source) error {
	raw, err := s.json.ReadValue()
	if err != nil {
		return err
	}
	if depth(raw)+s.json.StackDepth() > maxDepth {
		return tooDeep(s)
	}
	return d.yieldUnreadable(string(raw), s.errorf("%s where a record was expected", kindName(raw.Kind())))
}

func (d *Decoder) yieldUnreadable(raw string, why *Error) error {
	d.record.reset(d.dataType)
	d.record.Raw = raw
	d.record.Err = why
	return d.yield(&d.record)
}

func tooDeep(s *source) *Error {
	return &Error{Offset: s.json.InputOffset(), Part: s.part, Reason: fmt.Sprintf("nested deeper than %d levels, up to here", maxDepth)}
}

func kindName(k jsontext.Kind) string {
	switch k {
	case 'n':
		return "null"
	case 't', 'f':
		return "a boolean"
	case '"':
		return "a string"
	case '0':
		return "a number"
	case '[':
		return "an array"
	case '{':
		return "an object"
	default:
		return "a number" // a Kind made from a number's first byte
	}
}

// isEvent says whether an envelope's event is the one that belongs to this payload.
func isEvent(event string) bool { return strings.TrimSpace(event) == eventScriptAPI }
