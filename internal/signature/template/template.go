// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package template

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"golang.org/x/net/http/httpguts"

	"github.com/cxone-otel/cxonereceiver/internal/signature/refusal"
)

// atom is what a piece of a template stands for.
type atom uint8

const (
	atomLiteral atom = iota
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
	atomHeader
	atomParameter
	atomField
)

// atoms gives each atom its name; those after atomNonce take one more name after a colon.
var atoms = []string{
	atomMethod: "method", atomScheme: "scheme", atomAuthority: "authority", atomPath: "path", atomQuery: "query",
	atomURL: "url", atomBody: "body", atomTimestamp: "timestamp", atomKeyVersion: "key_version",
	atomConsumer: "consumer_id", atomNonce: "nonce", atomHeader: "header", atomParameter: "query", atomField: "field",
}

const (
	knownAtoms = "{method} {scheme} {authority} {path} {query} {url} {body} {timestamp} {key_version} {consumer_id} {nonce} " +
		"{header:Name} {query:name} {field:name}"
	knownFilters = "trim lower upper sha1 sha256 sha512 md5 hex base64 base64url urldecode"
	knownEscapes = `\n \t \\ \{ \}`
)

// piece is a literal, or an atom with what is done to its value.
type piece struct {
	atom    atom
	text    string // a literal's text, or the name after the colon (a header's in canonical form)
	filters []filter
}

// Template is a signed string's template, parsed and checked.
type Template struct {
	pieces []piece
}

// Parse reads a signed string's template. Its errors name the byte at which the fault is, counted from 0.
func Parse(text string) (*Template, error) {
	parsed := &Template{}
	var literal strings.Builder
	for i := 0; i < len(text); {
		switch text[i] {
		case '\\':
			escaped, err := unescape(text, i)
			if err != nil {
				return nil, err
			}
			literal.WriteByte(escaped)
			i += 2
		case '{':
			parsed.addLiteral(&literal)
			end := strings.IndexByte(text[i:], '}')
			if end < 0 {
				return nil, fmt.Errorf(`the { at byte %d is never closed; write \{ for the character itself`, i)
			}
			next, err := parsePiece(text[i+1:i+end], i)
			if err != nil {
				return nil, err
			}
			parsed.pieces = append(parsed.pieces, next)
			i += end + 1
		default:
			literal.WriteByte(text[i])
			i++
		}
	}
	parsed.addLiteral(&literal)
	if !slices.ContainsFunc(parsed.pieces, func(p piece) bool { return p.atom != atomLiteral }) {
		return nil, errors.New("holds nothing of the request, so one signature would do for every request; known atoms are " + knownAtoms)
	}
	return parsed, nil
}

func unescape(text string, at int) (byte, error) {
	if at+1 < len(text) {
		switch text[at+1] {
		case 'n':
			return '\n', nil
		case 't':
			return '\t', nil
		case '\\', '{', '}':
			return text[at+1], nil
		}
	}
	return 0, fmt.Errorf(`unknown escape at byte %d; known escapes are %s`, at, knownEscapes)
}

func (t *Template) addLiteral(literal *strings.Builder) {
	if literal.Len() > 0 {
		t.pieces = append(t.pieces, piece{atom: atomLiteral, text: literal.String()})
		literal.Reset()
	}
}

// parsePiece reads what stands between braces; at is the byte of the opening one.
func parsePiece(inner string, at int) (piece, error) {
	parts := strings.Split(inner, "|")
	name, argument, hasArgument := strings.Cut(parts[0], ":")
	parsed := piece{text: argument}
	if parsed.atom = atomNamed(name, hasArgument); parsed.atom == atomLiteral {
		return piece{}, fmt.Errorf("unknown atom {%s} at byte %d; known atoms are %s", refusal.Cut(parts[0]), at, knownAtoms)
	}
	if hasArgument && argument == "" {
		return piece{}, fmt.Errorf("{%s:} at byte %d names nothing; write {%s:name}", name, at, name)
	}
	if parsed.atom == atomHeader {
		if !httpguts.ValidHeaderFieldName(argument) {
			return piece{}, fmt.Errorf("{%s} at byte %d does not name a header", refusal.Cut(parts[0]), at)
		}
		parsed.text = http.CanonicalHeaderKey(argument)
	}
	for _, name := range parts[1:] {
		step, ok := filterNamed(name)
		if !ok {
			return piece{}, fmt.Errorf("unknown filter %q in {%s} at byte %d; known filters are %s", refusal.Cut(name), refusal.Cut(inner), at, knownFilters)
		}
		parsed.filters = append(parsed.filters, step)
	}
	return parsed, nil
}

// atomNamed returns atomLiteral for a name that is no atom's.
func atomNamed(name string, hasArgument bool) atom {
	for kind, known := range atoms {
		takesArgument := atom(kind) > atomNonce
		if known != "" && known == name && takesArgument == hasArgument {
			return atom(kind)
		}
	}
	return atomLiteral
}

// String is the piece as it is written in a template.
func (p *piece) String() string {
	if p.atom > atomNonce {
		return "{" + atoms[p.atom] + ":" + p.text + "}"
	}
	return "{" + atoms[p.atom] + "}"
}

// uses reports whether any of the atoms is in the template.
func (t *Template) uses(wanted ...atom) bool {
	return slices.ContainsFunc(t.pieces, func(p piece) bool { return slices.Contains(wanted, p.atom) })
}
