// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package search

import (
	"crypto/md5"  //nolint:gosec // some senders hash with it before they sign
	"crypto/sha1" //nolint:gosec // as above
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"hash"
	"strings"

	"github.com/cxone-otel/cxonereceiver/internal/signature/parts"
)

// wrapper is what is done to the whole string before it is signed: a group with filters.
type wrapper struct {
	filters string // as a template has them, empty for the string itself
	cost    int
	length  int // of what it makes, 0 where that depends
}

var wrappers = []wrapper{
	{filters: ""},
	{"sha256|hex", 2, 64},
	{"sha256", 2, 32},
	{"sha256|base64", 3, 44},
	{"sha512|hex", 3, 128},
	{"sha512", 2, 64},
	{"sha1|hex", 3, 40},
	{"md5|hex", 3, 32},
	{"base64", 3, 0},
	{"urlencode", 3, 0},
	{"sha256|hex|upper", 4, 64},
	{"sha384|hex", 4, 96},
	{"sha512|base64", 4, 88},
	{"lower", 4, 0},
	{"utf16le", 3, 0},
	{"hex", 4, 0},
	{"upper", 5, 0},
	{"sha1", 5, 20},
	{"sha1|base64", 5, 28},
	{"sha384", 5, 48},
	{"sha384|base64", 5, 64},
	{"md5", 5, 16},
	{"md5|base64", 5, 24},
	{"md5|hex|upper", 5, 32},
	{"sha1|hex|upper", 5, 40},
}

// wrappersFor are those that an opening can have. What an RSA signature holds that names no hash has the length of the
// wrapper that it is made with.
func wrappersFor(o *opening) []wrapper {
	if o.raw == 0 {
		return wrappers
	}
	var fitting []wrapper
	for _, w := range wrappers {
		if w.length == 0 || w.length == o.raw {
			if w.length == o.raw {
				w.cost = 0
			}
			fitting = append(fitting, w)
		}
	}
	return fitting
}

// around makes a template of one that is signed without the wrapper.
func (w wrapper) around(template string) string {
	if w.filters == "" {
		return template
	}
	return "{(" + strings.NewReplacer("(", `\(`, ")", `\)`).Replace(template) + ")|" + w.filters + "}"
}

// newApply returns a function that does it, with memory of its own, or nil for the string itself.
func (w wrapper) newApply() func([]byte) []byte {
	if w.filters == "" {
		return nil
	}
	var steps []func([]byte) []byte
	for name := range strings.SplitSeq(w.filters, "|") {
		steps = append(steps, newStep(name))
	}
	return func(value []byte) []byte {
		for _, step := range steps {
			value = step(value)
		}
		return value
	}
}

var stepHashes = map[string]func() hash.Hash{
	"md5":    md5.New,
	"sha1":   sha1.New,
	"sha256": sha256.New,
	"sha384": sha512.New384,
	"sha512": sha512.New,
}

func newStep(name string) func([]byte) []byte {
	var buffer []byte
	if newHash := stepHashes[name]; newHash != nil {
		state := newHash()
		return func(value []byte) []byte {
			state.Reset()
			state.Write(value)
			buffer = state.Sum(buffer[:0])
			return buffer
		}
	}
	appendTo := map[string]func(dst, value []byte) []byte{
		"hex":       hex.AppendEncode,
		"base64":    base64.StdEncoding.AppendEncode,
		"urlencode": func(_, value []byte) []byte { return parts.URLEncode(value) },
		"lower":     func(dst, value []byte) []byte { return mapped(dst, value, 'A', 'Z', 'a'-'A') },
		"upper":     func(dst, value []byte) []byte { return mapped(dst, value, 'a', 'z', 'A'-'a') },
		"utf16le": func(dst, value []byte) []byte {
			for _, c := range value {
				dst = append(dst, c, 0)
			}
			return dst
		},
	}[name]
	return func(value []byte) []byte {
		buffer = appendTo(buffer[:0], value)
		return buffer
	}
}

// mapped appends a value whose letters from one to another are shifted.
func mapped(dst, value []byte, from, to byte, shift int) []byte {
	for _, c := range value {
		if c >= from && c <= to {
			c = byte(int(c) + shift) //nolint:gosec // a letter shifted to a letter
		}
		dst = append(dst, c)
	}
	return dst
}
