// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package payload

import (
	"bytes"
	"fmt"
	"io"

	"github.com/go-json-experiment/json/jsontext"
)

// maxDepth is how deep objects and arrays may be nested in a JSON text.
const maxDepth = 100

var options = []jsontext.Options{
	jsontext.AllowDuplicateNames(true), // the last counts
	jsontext.AllowInvalidUTF8(true),    // replaced in a copy of the object; and this is for escaped halves of surrogate pairs
}

// source is a JSON text being read.
type source struct {
	dataType DataType // of the callback
	part     string
	text     []byte
	buffer   bytes.Buffer
	json     jsontext.Decoder
}

func (s *source) open(part string, text []byte) {
	s.part, s.text = part, text
	s.buffer = *bytes.NewBuffer(text)
	s.json.Reset(&s.buffer, options...)
}

// close forgets the text, so that an idle Decoder holds no body.
func (s *source) close() {
	if s.text != nil {
		s.open(partBody, nil)
	}
}

func (s *source) errorf(format string, args ...any) *Error {
	return &Error{Offset: -1, Part: s.part, Reason: fmt.Sprintf(format, args...)}
}

// expectEnd returns an error if anything follows the text's one value.
func (s *source) expectEnd() error {
	end := s.json.InputOffset()
	_, err := s.json.ReadToken()
	if err == nil {
		return &Error{Offset: end, Part: s.part, Reason: "not valid JSON: more data follows the first value"}
	}
	if err == io.EOF { //nolint:errorlint // never wrapped
		return nil
	}
	return err
}

// check returns the error, if any, with which decodeRecords would stop before the end of the text.
func (s *source) check() *Error {
	value, err := s.json.ReadValue()
	if err == nil {
		err = s.expectEnd()
	}
	if err != nil {
		if problem, ok := err.(*Error); ok { //nolint:errorlint // expectEnd's own
			return problem
		}
		return s.syntaxError(err)
	}
	if kind := value.Kind(); kind != '{' && kind != '[' {
		return s.errorf("%s where an object or an array of objects was expected", kindName(kind))
	}
	if depth(value) > maxDepth {
		return tooDeep(s)
	}
	return nil
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
		return "a number" // the Kind was made from a number's first byte
	}
}
