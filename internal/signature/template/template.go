// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package template

import (
	"iter"
	"slices"

	"github.com/cxone-otel/cxonereceiver/internal/signature/parts"
)

// atom is what a piece of a template stands for.
type atom uint8

const (
	atomLiteral atom = iota
	atomGroup
	atomMethod
	atomScheme
	atomAuthority
	atomPath
	atomQuery
	atomURL
	atomBody
	atomTimestamp
	atomKeyVersion
	atomConsumer
	atomNonce
	atomSecret
	atomHeader
	atomParameter
	atomField
)

// atoms gives each atom its name; those after atomSecret take one more name after a colon.
var atoms = []string{
	atomMethod: "method", atomScheme: "scheme", atomAuthority: "authority", atomPath: "path", atomQuery: "query",
	atomURL: "url", atomBody: "body", atomTimestamp: "timestamp", atomKeyVersion: "key_version",
	atomConsumer: "consumer_id", atomNonce: "nonce", atomSecret: "secret",
	atomHeader: "header", atomParameter: "query", atomField: "field",
}

// takesName reports whether an atom is followed by a name, as {header:Name} is.
func (a atom) takesName() bool { return a > atomSecret }

// piece is a literal, an atom or a group, with what is done to its value.
type piece struct {
	atom    atom
	text    string  // a literal's text, or the name after the colon (a header's in canonical form)
	group   []piece // of a group
	source  string  // the piece as it is written, for a person
	filters []filter
}

// String is the piece as it is written in a template, without its filters.
func (p *piece) String() string { return p.source }

// isFixed reports whether the value always has the same length, so that no byte of it can pass for one of its neighbour's.
func (p *piece) isFixed() bool {
	hashed := slices.IndexFunc(p.filters, func(f filter) bool { return f.hash() != 0 })
	return hashed >= 0 && !slices.ContainsFunc(p.filters[hashed:], func(f filter) bool { return !f.keepsLength() })
}

// Template is a signed string's template, parsed and checked.
type Template struct {
	pieces []piece
}

// all goes through the pieces, those of groups among them.
func (t *Template) all() iter.Seq[*piece] {
	return func(yield func(*piece) bool) { walk(t.pieces, yield) }
}

func walk(pieces []piece, yield func(*piece) bool) bool {
	for i := range pieces {
		if !yield(&pieces[i]) || !walk(pieces[i].group, yield) {
			return false
		}
	}
	return true
}

// uses reports whether any of the atoms is in the template.
func (t *Template) uses(wanted ...atom) bool {
	for p := range t.all() {
		if slices.Contains(wanted, p.atom) {
			return true
		}
	}
	return false
}

// Uses reports whether the string has this part.
func (t *Template) Uses(part parts.Name) bool { return t.uses(atomNamed(string(part), false)) }

// UsesFields reports whether the string has a field of the signature's own value.
func (t *Template) UsesFields() bool { return t.uses(atomField) }

// HasWholeBody reports whether the string has the body itself rather than its digest.
func (t *Template) HasWholeBody() bool { return hasWholeBody(t.pieces) }

func hasWholeBody(pieces []piece) bool {
	return slices.ContainsFunc(pieces, func(p piece) bool {
		return !p.isFixed() && (p.atom == atomBody || hasWholeBody(p.group))
	})
}

// UsesSecret reports whether the string has the key's secret.
func (t *Template) UsesSecret() bool { return t.uses(atomSecret) }
