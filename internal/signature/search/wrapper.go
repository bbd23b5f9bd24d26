// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package search

import (
	"strings"

	"github.com/cxone-otel/cxonereceiver/internal/signature/template"
)

// wrapper is a change of the whole string before it is signed: a group with filters.
type wrapper struct {
	filters string // as in a template; empty for the string itself
	cost    int
	length  int // of its output; 0 if that depends on the string
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

// wrappersFor are those that an opening can have. If an RSA signature names no hash, its content has the length of a
// wrapper's output.
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

// around returns a template with the wrapper around it.
func (w wrapper) around(template string) string {
	if w.filters == "" {
		return template
	}
	return "{(" + strings.NewReplacer("(", `\(`, ")", `\)`).Replace(template) + ")|" + w.filters + "}"
}

// newApply returns a function that applies the wrapper, with memory of its own; nil for the string itself.
func (w wrapper) newApply() func([]byte) []byte {
	if w.filters == "" {
		return nil
	}
	apply := template.Filters(w.filters)
	var buffer []byte
	return func(value []byte) []byte {
		buffer = append(buffer[:0], value...)
		return apply(buffer)
	}
}
