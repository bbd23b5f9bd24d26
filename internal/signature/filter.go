// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package signature

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"slices"
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

// digest returns the hash function of a filter that is one.
func (f filter) digest() (digest, bool) {
	switch f {
	case filterSHA1:
		return digestSHA1, true
	case filterSHA256:
		return digestSHA256, true
	case filterSHA512:
		return digestSHA512, true
	case filterMD5:
		return digestMD5, true
	default:
		return 0, false
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
		return buffer[:start+urlDecode(value, true)]
	default:
		kind, _ := f.digest()
		return replaceTail(kind.append(buffer, value), start, len(buffer))
	}
}

// replaceTail moves what was appended at from to start, over the value that it was made from.
func replaceTail(buffer []byte, start, from int) []byte {
	return append(buffer[:start], buffer[from:]...)
}

// urlDecode undoes percent-encoding in place and returns the new length. A broken escape stays as it is: nothing that a
// sender writes makes this fail, and what was not signed that way does not verify.
func urlDecode(value []byte, plusIsSpace bool) int {
	n := 0
	for i := 0; i < len(value); i, n = i+1, n+1 {
		switch {
		case value[i] == '%' && i+2 < len(value) && isHex(value[i+1]) && isHex(value[i+2]):
			value[n] = fromHex(value[i+1])<<4 | fromHex(value[i+2])
			i += 2
		case value[i] == '+' && plusIsSpace:
			value[n] = ' '
		default:
			value[n] = value[i]
		}
	}
	return n
}

func isHex(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F'
}

func fromHex(c byte) byte {
	switch {
	case c >= 'a':
		return c - 'a' + 10
	case c >= 'A':
		return c - 'A' + 10
	default:
		return c - '0'
	}
}
