// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package payload

import (
	"bytes"
	"hash/maphash"
	"unicode"
)

// bare returns a name without the blanks and the invisible characters around it.
func bare(name []byte) []byte {
	if n := len(name); n == 0 || isVisibleASCII(name[0]) && isVisibleASCII(name[n-1]) {
		return name
	}
	return bytes.TrimFunc(name, isBlank)
}

func isVisibleASCII(c byte) bool { return ' ' < c && c < 0x7f }

// isBlank reports whether a character is white space of any kind, or invisible.
func isBlank(r rune) bool {
	if r < 0x80 {
		return r == ' ' || '\t' <= r && r <= '\r'
	}
	return unicode.IsSpace(r) || unicode.Is(unicode.Cf, r)
}

// seed keeps senders from choosing names whose hashes collide.
var seed = maphash.MakeSeed()

// foldedHash is the hash of a name without regard to ASCII case.
func foldedHash(name []byte) uint64 {
	var h maphash.Hash
	h.SetSeed(seed)
	for _, c := range name {
		_ = h.WriteByte(lowerASCII(c)) // never fails
	}
	return h.Sum64()
}

// foldedEqual compares names without regard to ASCII case, as known names are compared.
func foldedEqual(a, b []byte) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if lowerASCII(a[i]) != lowerASCII(b[i]) {
			return false
		}
	}
	return true
}

func lowerASCII(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		c += 'a' - 'A'
	}
	return c
}
