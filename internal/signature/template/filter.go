// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package template

import (
	"bytes"
	"crypto"
	_ "crypto/md5" //nolint:gosec // some schemes sign the MD5 of a body; Warnings says so
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"slices"
	"strings"
	"unicode/utf16"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/cxone-otel/cxonereceiver/internal/signature/parts"
)

// filter is one step of changing a value.
type filter uint8

const (
	filterTrim filter = iota
	filterLower
	filterUpper
	filterSHA1
	filterSHA256
	filterSHA384
	filterSHA512
	filterMD5
	filterHex
	filterBase64
	filterBase64URL
	filterURLDecode
	filterURLEncode
	filterUTF16LE
	filterJSONCompact
	filterJSONCanonical
)

var filterNames = []string{
	filterTrim: "trim", filterLower: "lower", filterUpper: "upper",
	filterSHA1: "sha1", filterSHA256: "sha256", filterSHA384: "sha384", filterSHA512: "sha512", filterMD5: "md5",
	filterHex: "hex", filterBase64: "base64", filterBase64URL: "base64url",
	filterURLDecode: "urldecode", filterURLEncode: "urlencode", filterUTF16LE: "utf16le",
	filterJSONCompact: "json_compact", filterJSONCanonical: "json_canonical",
}

func filterNamed(name string) (filter, bool) {
	i := slices.Index(filterNames, name)
	return filter(max(i, 0)), i >= 0 //nolint:gosec // an index into a short list
}

// hash returns the hash function of a filter, and 0 for a filter that is not one.
func (f filter) hash() crypto.Hash {
	switch f {
	case filterSHA1:
		return crypto.SHA1
	case filterSHA256:
		return crypto.SHA256
	case filterSHA384:
		return crypto.SHA384
	case filterSHA512:
		return crypto.SHA512
	case filterMD5:
		return crypto.MD5
	default:
		return 0
	}
}

// keepsLength reports whether values of equal length stay of equal length.
func (f filter) keepsLength() bool {
	return f.hash() != 0 || slices.Contains([]filter{filterLower, filterUpper, filterHex, filterBase64, filterBase64URL}, f)
}

// errNotJSON does not quote the value.
var errNotJSON = errors.New("is not JSON with each name once in an object")

// apply returns the filtered value. It may change the value in place. Only the JSON filters return errors.
func (f filter) apply(value []byte) ([]byte, error) {
	switch f {
	case filterTrim:
		return bytes.Trim(value, parts.WhiteSpace), nil
	case filterLower:
		return mapASCII(value, 'A', 'Z', 'a'-'A'), nil
	case filterUpper:
		return mapASCII(value, 'a', 'z', 'A'-'a'), nil
	case filterHex:
		return hex.AppendEncode(nil, value), nil
	case filterBase64:
		return base64.StdEncoding.AppendEncode(nil, value), nil
	case filterBase64URL:
		return base64.RawURLEncoding.AppendEncode(nil, value), nil
	case filterURLDecode:
		return value[:parts.URLDecode(value, true)], nil
	case filterURLEncode:
		return parts.URLEncode(value), nil
	case filterUTF16LE:
		return utf16LE(value), nil
	case filterJSONCompact, filterJSONCanonical:
		return f.applyJSON(value)
	default:
		state := f.hash().New()
		state.Write(value)
		return state.Sum(nil), nil
	}
}

// Filters returns a function that applies the filters of a template, such as "sha256|hex". JSON filters are not allowed. It
// may change a value in place.
func Filters(names string) func(value []byte) []byte {
	var filters []filter
	for name := range strings.SplitSeq(names, "|") {
		f, _ := filterNamed(name)
		filters = append(filters, f)
	}
	return func(value []byte) []byte {
		for _, f := range filters {
			value, _ = f.apply(value)
		}
		return value
	}
}

func mapASCII(value []byte, from, to byte, shift int) []byte {
	for i, c := range value {
		if c >= from && c <= to {
			value[i] = byte(int(c) + shift) //nolint:gosec // a letter's other case
		}
	}
	return value
}

// utf16LE writes UTF-8 as UTF-16, without a byte order mark. Invalid UTF-8 becomes U+FFFD.
func utf16LE(value []byte) []byte {
	units := utf16.Encode([]rune(string(value)))
	encoded := make([]byte, 0, 2*len(units))
	for _, unit := range units {
		encoded = binary.LittleEndian.AppendUint16(encoded, unit)
	}
	return encoded
}

// applyJSON writes JSON in another form. Two members of one name are refused, since readers differ in which of them counts.
func (f filter) applyJSON(value []byte) ([]byte, error) {
	text := jsontext.Value(value)
	var err error
	if f == filterJSONCompact {
		err = text.Compact(jsontext.AllowDuplicateNames(false))
	} else {
		err = text.Canonicalize()
	}
	if err != nil {
		return nil, errNotJSON // its own error quotes the value
	}
	return text, nil
}
