// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package parts

import (
	"errors"
	"iter"
	"slices"
	"strconv"
	"strings"
)

// The formats that a signature's value may have.
const (
	FormatPlain = "plain"
	FormatList  = "list"
	FormatPairs = "pairs"
	// FormatPositions is pairs whose names are their positions: 1, 2, ...
	FormatPositions = "positions"
)

// The encodings that a signature may have.
const (
	EncodingBase64 = "base64"
	EncodingHex    = "hex"
	// EncodingBase64OfHex is base64 around hex digits.
	EncodingBase64OfHex = "base64_of_hex"
)

// MaxSignatures is how many signatures one request may have. A rotation needs two. More would cost the receiver work, and
// the sender nothing.
const MaxSignatures = 8

// What Value.Format and Value.Encoding may be.
var (
	Formats   = []string{FormatPlain, FormatList, FormatPairs, FormatPositions}
	Encodings = []string{EncodingBase64, EncodingHex, EncodingBase64OfHex}
)

var (
	errEncoding = errors.New("is not in its encoding")
	errTooMany  = errors.New("holds too many signatures")
	errPrefix   = errors.New("does not have the prefix of its scheme")
)

// Value says where the signature is and how it is written.
type Value struct {
	Location `mapstructure:",squash"`
	// Format is plain (one signature), list (several, any may match), pairs (`t=...,v1=...`) or positions
	// (`1764259260.ab12...`, whose fields are called 1, 2, ...).
	Format string `mapstructure:"format"`
	// Separator separates the elements of every format but plain. Default: a comma.
	Separator string `mapstructure:"separator"`
	// Select names the fields of pairs or positions that hold signatures.
	Select []string `mapstructure:"select"`
	// Prefix is in front of the encoded signature, or of the whole value of pairs and positions. Elements without it are
	// ignored.
	Prefix string `mapstructure:"prefix"`
	// Encoding is base64 (either alphabet, padded or not), hex (also with a dash or a colon between all bytes) or
	// base64_of_hex.
	Encoding string `mapstructure:"encoding"`

	_ struct{}
}

// HasFields reports whether the value has fields beside the signature.
func (v *Value) HasFields() bool { return v.Format == FormatPairs || v.Format == FormatPositions }

// Signatures returns the decoded signatures in the value of a header or parameter, MaxSignatures at most. Its errors
// describe the mistake without quoting the value.
func (v *Value) Signatures(text string) ([][]byte, error) {
	var s signatures
	err := s.read(v, text)
	return s, err
}

// Fields iterates over the named fields of a value.
func (v *Value) Fields(text string) iter.Seq2[string, string] {
	return func(yield func(string, string) bool) {
		if !v.HasFields() {
			return
		}
		position := 0
		for element := range strings.SplitSeq(strings.TrimPrefix(text, v.Prefix), v.Separator) {
			position++
			name, value, ok := strconv.Itoa(position), element, true
			if v.Format == FormatPairs {
				name, value, ok = strings.Cut(element, "=")
				name, value = TrimSpace(name), unquote(TrimSpace(value))
			}
			if ok && !yield(name, value) {
				return
			}
		}
	}
}

// unquote removes a pair of double quotes.
func unquote(text string) string {
	if len(text) >= 2 && text[0] == '"' && text[len(text)-1] == '"' {
		return text[1 : len(text)-1]
	}
	return text
}

// signatures are those of one request, decoded.
type signatures [][]byte

func (s *signatures) read(value *Value, text string) error {
	if value.Format == FormatPlain || value.Format == "" {
		if !strings.HasPrefix(text, value.Prefix) {
			return errPrefix
		}
		return s.add(text, value.Prefix, value.Encoding)
	}
	// One match is enough, so a signature in the wrong encoding is an error only if there is no other.
	var broken error
	for element, prefix := range value.elements(text) {
		switch err := s.add(element, prefix, value.Encoding); {
		case errors.Is(err, errEncoding):
			broken = err
		case err != nil:
			return err
		}
	}
	if len(*s) > 0 {
		return nil
	}
	return broken
}

// elements iterates over the elements of a value that may be signatures, each with the prefix that it needs.
func (v *Value) elements(text string) iter.Seq2[string, string] {
	return func(yield func(element, prefix string) bool) {
		if !v.HasFields() {
			for element := range strings.SplitSeq(text, v.Separator) {
				if !yield(TrimSpace(element), v.Prefix) {
					return
				}
			}
			return
		}
		prefix := v.Prefix
		if strings.HasPrefix(text, prefix) {
			prefix = "" // the prefix of the whole, which Fields has removed
		}
		for name, element := range v.Fields(text) {
			if slices.Contains(v.Select, name) && !yield(element, prefix) {
				return
			}
		}
	}
}

// add decodes one signature. An element without the prefix belongs to another scheme and is ignored.
func (s *signatures) add(element, prefix, encoding string) error {
	encoded, ok := strings.CutPrefix(element, prefix)
	if !ok || element == "" {
		return nil
	}
	if len(*s) == MaxSignatures {
		return errTooMany
	}
	signature, err := decodeSignature(encoded, encoding)
	if err != nil {
		return errEncoding
	}
	*s = append(*s, signature)
	return nil
}
