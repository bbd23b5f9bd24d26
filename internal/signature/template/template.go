// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package template

import (
	"iter"
	"slices"

	"github.com/cxone-otel/cxonereceiver/internal/signature/parts"
)

// atom is the kind of a piece of a template.
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

// atoms are the names of the atoms. Those after atomSecret need another name after a colon.
var atoms = []string{
	atomMethod: "method", atomScheme: "scheme", atomAuthority: "authority", atomPath: "path", atomQuery: "query",
	atomURL: "url", atomBody: "body", atomTimestamp: "timestamp", atomKeyVersion: "key_version",
	atomConsumer: "consumer_id", atomNonce: "nonce", atomSecret: "secret",
	atomHeader: "header", atomParameter: "query", atomField: "field",
}

// takesName reports whether an atom needs a name, as in {header:Name}.
func (a atom) takesName() bool { return a > atomSecret }

// piece is a literal, an atom or a group, with the filters for its value.
type piece struct {
	atom    atom
	text    string  // a literal's text, or the name after the colon (a header's in canonical form)
	group   []piece // of a group
	source  string  // the piece as it is written
	filters []filter
}

// String returns the piece as it is written in a template, without its filters.
func (p *piece) String() string { return p.source }

// isFixed reports whether the value always has the same length, so that none of its bytes can pass for its neighbour's.
func (p *piece) isFixed() bool {
	hashed := slices.IndexFunc(p.filters, func(f filter) bool { return f.hash() != 0 })
	return hashed >= 0 && !slices.ContainsFunc(p.filters[hashed:], func(f filter) bool { return !f.keepsLength() })
}

// Template is the parsed and checked template of a signed string.
type Template struct {
	pieces []piece
}

// all iterates over the pieces, also those in groups.
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

// Uses reports whether the string contains this part.
func (t *Template) Uses(part parts.Name) bool { return t.uses(atomNamed(string(part), false)) }

// UsesFields reports whether the string contains a field of the signature's own value.
func (t *Template) UsesFields() bool { return t.uses(atomField) }

// HasWholeBody reports whether the string contains the body itself rather than its digest.
func (t *Template) HasWholeBody() bool { return hasWholeBody(t.pieces) }

func hasWholeBody(pieces []piece) bool {
	return slices.ContainsFunc(pieces, func(p piece) bool {
		return !p.isFixed() && (p.atom == atomBody || hasWholeBody(p.group))
	})
}

// UsesSecret reports whether the string contains the key's secret.
func (t *Template) UsesSecret() bool { return t.uses(atomSecret) }
