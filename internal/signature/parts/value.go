// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package parts

import (
	"encoding/base64"
	"encoding/hex"
	"errors"
	"iter"
	"slices"
	"strings"
)

const (
	// The formats that a signature's value may have.
	FormatPlain = "plain"
	FormatList  = "list"
	FormatPairs = "pairs"

	// The encodings that a signature may have.
	EncodingBase64 = "base64"
	EncodingHex    = "hex"

	// MaxSignatures is how many signatures one request may carry. A rotation needs two; more is work for us at no cost to
	// the sender.
	MaxSignatures = 8
)

// What Value.Format and Value.Encoding may be.
var (
	Formats   = []string{FormatPlain, FormatList, FormatPairs}
	Encodings = []string{EncodingBase64, EncodingHex}
)

var (
	errEncoding = errors.New("is not in its encoding")
	errTooMany  = errors.New("holds too many signatures")
	errPrefix   = errors.New("has not the prefix of its scheme")
)

// Value says where the signature is and how it is written.
type Value struct {
	Location `mapstructure:",squash"`
	// Format is plain (one signature), list (several, any may match) or pairs (`t=...,v1=...`).
	Format string `mapstructure:"format"`
	// Separator stands between the elements of a list or of pairs. Default a comma.
	Separator string `mapstructure:"separator"`
	// Select names the keys of pairs that hold signatures.
	Select []string `mapstructure:"select"`
	// Prefix stands before the encoded signature. A list's elements without it are passed over.
	Prefix string `mapstructure:"prefix"`
	// Encoding is base64 (either alphabet, padded or not) or hex.
	Encoding string `mapstructure:"encoding"`
}

// Signatures takes the decoded signatures out of the value of a header or parameter, at most MaxSignatures. Its errors say
// what is wrong, not with which value.
func (v *Value) Signatures(text string) ([][]byte, error) {
	var s signatures
	err := s.read(v, text)
	return s, err
}

// Fields goes through the named fields of a value whose format has such.
func (v *Value) Fields(text string) iter.Seq2[string, string] {
	return func(yield func(string, string) bool) {
		if v.Format != FormatPairs {
			return
		}
		for element := range strings.SplitSeq(text, v.Separator) {
			name, value, ok := strings.Cut(element, "=")
			if ok && !yield(TrimSpace(name), TrimSpace(value)) {
				return
			}
		}
	}
}

// signatures are those that one request carries, decoded.
type signatures [][]byte

func (s *signatures) read(value *Value, text string) error {
	switch value.Format {
	case FormatList:
		for element := range strings.SplitSeq(text, value.Separator) {
			if err := s.add(value, TrimSpace(element)); err != nil {
				return err
			}
		}
	case FormatPairs:
		for name, one := range value.Fields(text) {
			if !slices.Contains(value.Select, name) {
				continue
			}
			if err := s.add(value, one); err != nil {
				return err
			}
		}
	default:
		if !strings.HasPrefix(text, value.Prefix) {
			return errPrefix
		}
		return s.add(value, text)
	}
	return nil
}

// add decodes one signature. An element without the prefix is another scheme's, and is passed over.
func (s *signatures) add(value *Value, element string) error {
	encoded, ok := strings.CutPrefix(element, value.Prefix)
	if !ok || element == "" {
		return nil
	}
	if len(*s) == MaxSignatures {
		return errTooMany
	}
	signature, err := decodeSignature(encoded, value.Encoding)
	if err != nil {
		return errEncoding
	}
	*s = append(*s, signature)
	return nil
}

// decodeSignature decodes one signature. base64 may use either alphabet and be padded or not, since senders
// differ; other than that it is strict, so that one signature has few spellings.
func decodeSignature(text, encoding string) ([]byte, error) {
	if encoding == EncodingHex {
		return hex.DecodeString(text)
	}
	var padded, urlAlphabet bool
	for _, c := range []byte(text) {
		switch c {
		case '=':
			padded = true
		case '-', '_':
			urlAlphabet = true
		case '\r', '\n':
			return nil, errEncoding // encoding/base64 would skip them
		}
	}
	return base64Of(urlAlphabet, padded).DecodeString(text)
}

var (
	strictStd    = base64.StdEncoding.Strict()
	strictRawStd = base64.RawStdEncoding.Strict()
	strictURL    = base64.URLEncoding.Strict()
	strictRawURL = base64.RawURLEncoding.Strict()
)

func base64Of(urlAlphabet, padded bool) *base64.Encoding {
	switch {
	case urlAlphabet && padded:
		return strictURL
	case urlAlphabet:
		return strictRawURL
	case padded:
		return strictStd
	default:
		return strictRawStd
	}
}

// encodeSignature is how a signer writes a signature.
func encodeSignature(signature []byte, encoding string) string {
	if encoding == EncodingHex {
		return hex.EncodeToString(signature)
	}
	return base64.StdEncoding.EncodeToString(signature)
}
