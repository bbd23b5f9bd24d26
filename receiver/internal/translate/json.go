// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package translate

import (
	"errors"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
	"go.opentelemetry.io/collector/pdata/pcommon"
)

// maxNodes bounds the telemetry of one JSON value: objects, arrays and scalars together. A small array of small numbers
// takes more than ten times its bytes as telemetry, and the time to fill a map grows with the square of its length.
const maxNodes = 256

var errTooManyNodes = errors.New("too many nodes for a value")

// putJSON sets a value from valid JSON text. Objects become maps, and arrays become slices. Whole numbers stay whole; one
// that an int64 cannot hold stays text. If there are more than maxNodes, the whole value is its text, which is cut. Package
// payload bounds the nesting.
func putJSON(dst pcommon.Value, text string) {
	r := jsonReader{in: jsontext.NewDecoder(strings.NewReader(text), jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))}
	if err := r.value(dst); err != nil {
		dst.SetStr(cut(text, maxText))
	}
}

type jsonReader struct {
	in    *jsontext.Decoder
	nodes int
}

func (r *jsonReader) value(dst pcommon.Value) error {
	if r.nodes++; r.nodes > maxNodes {
		return errTooManyNodes
	}
	token, err := r.in.ReadToken()
	if err != nil {
		return err
	}
	switch token.Kind() {
	case 't', 'f':
		dst.SetBool(token.Bool())
	case '"':
		dst.SetStr(token.String())
	case '0':
		setNumber(dst, token.String())
	case '[':
		return r.array(dst.SetEmptySlice())
	case '{':
		return r.object(dst.SetEmptyMap())
	default: // null is an empty value
	}
	return nil
}

func (r *jsonReader) array(dst pcommon.Slice) error {
	for r.in.PeekKind() != ']' {
		if err := r.value(dst.AppendEmpty()); err != nil {
			return err
		}
	}
	_, err := r.in.ReadToken()
	return err
}

func (r *jsonReader) object(dst pcommon.Map) error {
	for r.in.PeekKind() != '}' {
		name, err := r.in.ReadToken()
		if err != nil {
			return err
		}
		if err := r.value(dst.PutEmpty(name.String())); err != nil {
			return err
		}
	}
	_, err := r.in.ReadToken()
	return err
}

func setNumber(dst pcommon.Value, literal string) {
	if whole, err := strconv.ParseInt(literal, 10, 64); err == nil {
		dst.SetInt(whole)
		return
	}
	f, err := strconv.ParseFloat(literal, 64)
	if err != nil || !strings.ContainsAny(literal, ".eE") {
		dst.SetStr(literal)
		return
	}
	dst.SetDouble(f)
}
