// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package payload

import (
	"bytes"
	"io"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
)

// eventScriptAPI is the event of a script API envelope, without blanks around it.
const eventScriptAPI = "SCRIPT_API_MONITORING"

// byteOrderMark is written before UTF-8 text by some platforms.
const byteOrderMark = "\ufeff"

// Decoder reads the bodies of one data type. It is reusable, and not safe for concurrent use.
type Decoder struct {
	dataType DataType
	zone     *time.Location
	yield    func(*Record) error

	body     source // the body, or the JSON that it holds as a string
	valid    source // a copy of an object of it, where that holds invalid UTF-8
	metadata source // an envelope's metadata
	object   object // the object read last
	record   Record
	envelope Record    // the envelope around it
	shared   *Envelope // the part of the envelope that its records share
	inner    []byte    // the envelope's metadata without its escapes

	readable  int    // records read in this body
	wrongType *Error // the first record that was of the other data type
	stopped   error  // the error with which yield ended the reading
}

// NewDecoder returns a Decoder for the bodies of one data type. Times that do not name a zone are in the given one.
func NewDecoder(dataType DataType, zone *time.Location) *Decoder {
	return &Decoder{
		dataType: dataType, zone: zone,
		body: source{dataType: dataType}, valid: source{dataType: dataType}, metadata: source{dataType: dataType},
	}
}

// Decode reads a body and yields its records in order, the unreadable ones included. An [*Error] says that the body is not
// JSON, or not a payload of this data type; the caller must then discard the records that were yielded before. If yield
// returns an error, the reading ends and Decode returns the same error.
func (d *Decoder) Decode(body []byte, yield func(*Record) error) error {
	d.yield, d.readable, d.wrongType, d.stopped = yield, 0, nil, nil
	defer d.release()

	text := bytes.TrimPrefix(body, []byte(byteOrderMark))
	err := d.decode(text)
	problem, ok := err.(*Error) //nolint:errorlint // never wrapped
	if ok && d.stopped == nil && problem.Part == partBody && problem.Offset > 0 {
		problem.Offset += int64(len(body) - len(text))
	}
	return err
}

func (d *Decoder) decode(text []byte) error {
	d.body.open(partBody, text)
	if d.body.json.PeekKind() == '"' {
		inner, err := d.body.json.ReadValue()
		if err == nil {
			err = d.body.expectEnd()
		}
		if err != nil {
			return d.asError(&d.body, err)
		}
		d.body.open(partString, unquoteText(inner))
	}
	if err := d.decodeRecords(&d.body, d.decodeElement); err != nil {
		return err
	}
	if d.readable == 0 && d.wrongType != nil {
		return d.wrongType
	}
	return nil
}

// maxIdle is the room that an idle Decoder keeps.
const maxIdle = 64 << 10

// release drops the references to records, so that an idle Decoder holds no body.
func (d *Decoder) release() {
	d.yield, d.wrongType, d.stopped, d.shared = nil, nil, nil, nil
	d.record.reset(d.dataType)
	d.envelope.reset(d.dataType)
	d.body.close()
	d.valid.close()
	d.metadata.close()
	if clear(d.inner); cap(d.inner) > maxIdle {
		d.inner = nil
	}
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
		err = s.expectEnd()
	}
	return d.asError(s, err)
}

// asError turns the JSON decoder's errors into an *Error. Other errors stay as they are.
func (d *Decoder) asError(s *source, err error) error {
	if d.stopped != nil {
		return d.stopped
	}
	switch err.(type) { //nolint:errorlint // exactly those that this package and yield return
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

// decodeElement reads one element of a body: a record, or an envelope with records.
func (d *Decoder) decodeElement(s *source, alone bool) error {
	if s.json.PeekKind() != '{' {
		return d.decodeOther(s)
	}
	if d.dataType == VoiceQuality {
		return d.decodeRecord(s, alone)
	}
	s, err := d.readObject(s)
	if err != nil {
		return err
	}
	o := &d.object
	metadata := o.values[EnvelopeMetadata].of(s.text)
	switch {
	case len(metadata) > 0 && metadata[0] != 'n' && string(metadata) != `""`:
		return d.decodeEnvelope(s, metadata, alone)
	case o.own > 0 && o.own == o.ofEnvelope && o.shared == 0:
		return d.fail(s, alone, s.errorf("the envelope has no metadata, so there is no record in it"))
	default:
		return d.yieldObject(s, alone)
	}
}

// decodeRecord reads one record. The caller knows that it is an object.
func (d *Decoder) decodeRecord(s *source, alone bool) error {
	s, err := d.readObject(s)
	if err != nil {
		return err
	}
	return d.yieldObject(s, alone)
}

// readObject reads the next object, and returns the text that it is in. If the object holds invalid UTF-8, that is a valid
// copy of the object alone: a copy of the whole body could take three times its memory.
func (d *Decoder) readObject(s *source) (*source, error) {
	if err := d.object.read(s, d.dataType); err != nil {
		return nil, err
	}
	raw := d.object.raw.of(s.text)
	if utf8.Valid(raw) {
		return s, nil
	}
	d.valid.open(s.part, validUTF8(raw))
	return &d.valid, d.object.read(&d.valid, d.dataType)
}

// decodeEnvelope reads the records within an envelope. The records take over its time stamp and its unknown fields. If
// there are several envelopes and the metadata of one cannot be read, that envelope becomes an unreadable record, so that
// the others are not lost.
func (d *Decoder) decodeEnvelope(s *source, metadata []byte, alone bool) error {
	text := metadata
	switch metadata[0] {
	case '"':
		clear(d.inner) // of the envelope before
		d.inner = appendUnquoted(d.inner[:0], metadata)
		text = d.inner
	case '[', '{':
	default:
		return d.fail(s, alone, &Error{Offset: -1, Part: partMetadata, Reason: kindName(jsontext.Kind(metadata[0])) +
			" where an array of records, or a string that holds one, was expected"})
	}
	if !alone {
		d.metadata.open(partMetadata, text)
		if err := d.metadata.check(); err != nil {
			return d.fail(s, alone, err)
		}
	}
	d.envelope.reset(d.dataType)
	d.envelope.fillEnvelope(&d.object, s.text, d.zone)
	d.shared = d.envelope.share()
	d.metadata.open(partMetadata, text)
	return d.decodeRecords(&d.metadata, func(s *source, _ bool) error {
		if s.json.PeekKind() != '{' {
			return d.decodeOther(s)
		}
		return d.decodeRecord(s, false)
	})
}

// yieldObject yields an object as a record. An object of the other data type becomes an unreadable record.
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
		d.adopt(&d.record)
	} else if o.ofEnvelope > 0 {
		d.record.adoptStrays(envelopeSource)
	}
	return d.give(&d.record)
}

// give passes a record to yield, and keeps yield's error apart from this package's errors.
func (d *Decoder) give(rec *Record) error {
	d.stopped = d.yield(rec)
	return d.stopped
}

// fail refuses the body if the object is all of it, and otherwise yields an unreadable record.
func (d *Decoder) fail(s *source, alone bool, why *Error) error {
	if alone {
		return why
	}
	return d.yieldUnreadable(s, string(d.object.raw.of(s.text)), why)
}

// decodeOther yields an element that is not an object.
func (d *Decoder) decodeOther(s *source) error {
	raw, err := s.json.ReadValue()
	if err != nil {
		return err
	}
	if depth(raw)+s.json.StackDepth() > maxDepth {
		return tooDeep(s)
	}
	return d.yieldUnreadable(s, string(validUTF8(raw)), s.errorf("%s where a record was expected", kindName(raw.Kind())))
}

func (d *Decoder) yieldUnreadable(s *source, raw string, why *Error) error {
	d.record.reset(d.dataType)
	d.record.Raw = raw
	d.record.Err = why
	if s.part == partMetadata {
		d.adopt(&d.record)
	}
	return d.give(&d.record)
}

// isEvent reports whether an envelope's event is the one that belongs to this payload.
func isEvent(event string) bool { return strings.TrimSpace(event) == eventScriptAPI }
