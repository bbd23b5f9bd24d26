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

// maxMembers bounds the maps that are made of JSON objects: pdata's maps are lists, so that filling one takes the square
// of its length.
const maxMembers = 256

var errTooWide = errors.New("too many members for a map")

// putJSON sets a value from valid JSON text: objects become maps, arrays slices; whole numbers stay whole, and one that
// no int64 holds stays text. An object too wide for a map leaves the whole value as text. The nesting is bounded by
// payload.
func putJSON(dst pcommon.Value, text string) {
	in := jsontext.NewDecoder(strings.NewReader(text), jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
	if err := readJSON(dst, in); err != nil {
		dst.SetStr(text)
	}
}

func readJSON(dst pcommon.Value, in *jsontext.Decoder) error {
	token, err := in.ReadToken()
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
		return readArray(dst.SetEmptySlice(), in)
	case '{':
		return readObject(dst.SetEmptyMap(), in)
	default: // null is an empty value
	}
	return nil
}

func readArray(dst pcommon.Slice, in *jsontext.Decoder) error {
	for in.PeekKind() != ']' {
		if err := readJSON(dst.AppendEmpty(), in); err != nil {
			return err
		}
	}
	_, err := in.ReadToken()
	return err
}

func readObject(dst pcommon.Map, in *jsontext.Decoder) error {
	for in.PeekKind() != '}' {
		if dst.Len() == maxMembers {
			return errTooWide
		}
		name, err := in.ReadToken()
		if err != nil {
			return err
		}
		if err := readJSON(dst.PutEmpty(name.String()), in); err != nil {
			return err
		}
	}
	_, err := in.ReadToken()
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
