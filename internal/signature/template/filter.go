// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package template

import (
	"bytes"
	"crypto"
	_ "crypto/md5" //nolint:gosec // some schemes sign the MD5 of a body; Warnings says so
	"encoding/base64"
	"encoding/hex"
	"slices"

	"github.com/cxone-otel/cxonereceiver/internal/signature/parts"
)

// filter is one step of what a template does to a value.
type filter uint8

const (
	filterTrim filter = iota
	filterLower
	filterUpper
	filterHex
	filterBase64
	filterBase64URL
	filterURLDecode
	filterSHA1
	filterSHA256
	filterSHA512
	filterMD5
)

var filterNames = []string{
	filterTrim: "trim", filterLower: "lower", filterUpper: "upper", filterHex: "hex", filterBase64: "base64",
	filterBase64URL: "base64url", filterURLDecode: "urldecode", filterSHA1: "sha1", filterSHA256: "sha256",
	filterSHA512: "sha512", filterMD5: "md5",
}

const whiteSpace = " \t\r\n"

func filterNamed(name string) (filter, bool) {
	i := slices.Index(filterNames, name)
	return filter(max(i, 0)), i >= 0 //nolint:gosec // an index into a short list
}

// hash returns the hash function of a filter that is one, and 0 for the others.
func (f filter) hash() crypto.Hash {
	switch f {
	case filterSHA1:
		return crypto.SHA1
	case filterSHA256:
		return crypto.SHA256
	case filterSHA512:
		return crypto.SHA512
	case filterMD5:
		return crypto.MD5
	default:
		return 0
	}
}

// applyFilters changes the value that begins at start, which is the last thing in buffer, and returns the buffer.
func applyFilters(buffer []byte, start int, filters []filter) []byte {
	for _, f := range filters {
		buffer = f.apply(buffer, start)
	}
	return buffer
}

func (f filter) apply(buffer []byte, start int) []byte {
	value := buffer[start:]
	switch f {
	case filterTrim:
		return append(buffer[:start], bytes.Trim(value, whiteSpace)...)
	case filterLower:
		for i, c := range value {
			if c >= 'A' && c <= 'Z' {
				value[i] = c + 'a' - 'A'
			}
		}
		return buffer
	case filterUpper:
		for i, c := range value {
			if c >= 'a' && c <= 'z' {
				value[i] = c + 'A' - 'a'
			}
		}
		return buffer
	case filterHex:
		return replaceTail(hex.AppendEncode(buffer, value), start, len(buffer))
	case filterBase64:
		return replaceTail(base64.StdEncoding.AppendEncode(buffer, value), start, len(buffer))
	case filterBase64URL:
		return replaceTail(base64.RawURLEncoding.AppendEncode(buffer, value), start, len(buffer))
	case filterURLDecode:
		return buffer[:start+parts.URLDecode(value, true)]
	default:
		state := f.hash().New()
		state.Write(value)
		return state.Sum(buffer[:start])
	}
}

// replaceTail moves what was appended at from to start, over the value that it was made from.
func replaceTail(buffer []byte, start, from int) []byte {
	return append(buffer[:start], buffer[from:]...)
}
