// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package payload

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// Error explains why a body, or one of its records, is not a payload of its callback. Its text names the place, and quotes
// at most a single character of the body.
type Error struct {
	// Offset is the position in bytes within the JSON text that Part names; -1 if the mistake has no single place.
	Offset int64
	// Part is "" for the body, "metadata" for an envelope's metadata and "string" for a body encoded twice.
	Part string
	// Field is the known field whose value has the mistake, as the vendor prints it; "" outside known fields.
	Field string
	// Reason is the mistake.
	Reason string
	// WrongType is set if the records are of the other data type. They belong to the callback of Found.
	WrongType bool
	// Found is the data type of the records, if WrongType is set.
	Found DataType
}

func (e *Error) Error() string {
	var at string
	if e.Offset >= 0 {
		at = fmt.Sprintf(" at byte %d", e.Offset)
	}
	if e.Field != "" {
		at += ", in " + e.Field
	}
	switch e.Part {
	case partMetadata:
		return fmt.Sprintf("metadata: %s%s", e.Reason, at)
	case partString:
		return fmt.Sprintf("the JSON held as a string: %s%s", e.Reason, at)
	default:
		return e.Reason + at
	}
}

const (
	partBody     = ""
	partMetadata = "metadata"
	partString   = "string"
)

// syntaxError explains the JSON decoder's error.
func (s *source) syntaxError(err error) *Error {
	var syntactic *jsontext.SyntacticError
	switch {
	case errors.As(err, &syntactic):
		reason := "not valid JSON: " + syntactic.Err.Error()
		if errors.Is(syntactic.Err, io.ErrUnexpectedEOF) {
			reason = "not valid JSON: it ends too early"
		} else if strings.HasSuffix(reason, " in string") { // the decoder quotes up to twelve characters of an escape
			reason = "not valid JSON: invalid escape in a string"
		}
		return &Error{Offset: syntactic.ByteOffset, Part: s.part, Field: s.dataType.innermostField(syntactic.JSONPointer), Reason: reason}
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return &Error{Offset: int64(len(s.text)), Part: s.part, Reason: "not valid JSON: it ends too early"}
	default:
		return &Error{Offset: -1, Part: s.part, Reason: "not valid JSON"}
	}
}

// innermostField returns the innermost known field that a place is in: a field of this data type, or else of the other one.
// Unknown names are not returned, since they are the sender's words.
func (t DataType) innermostField(place jsontext.Pointer) string {
	name := ""
	for token := range place.Tokens() {
		for _, named := range []DataType{t.other(), t} {
			if field := schemas[named].lookup([]byte(token)); field != unknownField {
				name = field.Name(named)
			}
		}
	}
	return name
}
