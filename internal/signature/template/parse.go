// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package template

import (
	"errors"
	"fmt"
	"net/http"
	"strings"

	"golang.org/x/net/http/httpguts"

	"github.com/cxone-otel/cxonereceiver/internal/signature/refusal"
)

const (
	knownAtoms = "{method} {scheme} {authority} {path} {query} {url} {body} {timestamp} {key_version} {consumer_id} {nonce} {secret} " +
		"{header:Name} {query:name} {field:name} {(a group of them)|filter}"
	knownEscapes = `\n \t \\ \{ \} \( \)`
)

// maxDepth bounds how deep groups can be nested.
const maxDepth = 8

// Parse reads the template of a signed string. Its errors name the byte of the mistake, counted from 0.
func Parse(text string) (*Template, error) {
	p := parser{text: text}
	pieces, err := p.pieces(0)
	if err != nil {
		return nil, err
	}
	parsed := &Template{pieces: pieces}
	for one := range parsed.all() {
		if one.atom != atomLiteral && one.atom != atomGroup && one.atom != atomSecret {
			return parsed, nil
		}
	}
	return nil, errors.New("holds nothing of the request, so one signature would do for every request; known atoms are " + knownAtoms)
}

// parser reads a template from left to right.
type parser struct {
	text string
	at   int
}

// pieces reads to the end of the text or, within a group, to its closing parenthesis.
func (p *parser) pieces(depth int) ([]piece, error) {
	var found []piece
	var literal strings.Builder
	endLiteral := func() {
		if literal.Len() > 0 {
			found = append(found, piece{atom: atomLiteral, text: literal.String()})
			literal.Reset()
		}
	}
	for p.at < len(p.text) {
		switch c := p.text[p.at]; {
		case c == '\\':
			escaped, err := p.escape()
			if err != nil {
				return nil, err
			}
			literal.WriteByte(escaped)
		case c == '{':
			endLiteral()
			next, err := p.piece(depth)
			if err != nil {
				return nil, err
			}
			found = append(found, next)
		case c == ')' && depth > 0:
			endLiteral()
			return found, nil
		default:
			literal.WriteByte(c)
			p.at++
		}
	}
	endLiteral()
	return found, nil
}

func (p *parser) escape() (byte, error) {
	if p.at+1 < len(p.text) {
		c := p.text[p.at+1]
		switch c {
		case 'n':
			c = '\n'
		case 't':
			c = '\t'
		case '\\', '{', '}', '(', ')':
		default:
			return 0, p.unknownEscape()
		}
		p.at += 2
		return c, nil
	}
	return 0, p.unknownEscape()
}

func (p *parser) unknownEscape() error {
	return fmt.Errorf(`unknown escape at byte %d; known escapes are %s`, p.at, knownEscapes)
}

// piece reads an atom or a group, from its opening to its closing brace.
func (p *parser) piece(depth int) (piece, error) {
	start := p.at
	if strings.HasPrefix(p.text[start:], "{(") {
		return p.group(depth + 1)
	}
	inner, err := p.untilBrace(start)
	if err != nil {
		return piece{}, err
	}
	name, filters, _ := strings.Cut(strings.TrimPrefix(inner, "{"), "|")
	parsed, err := parseAtom(name, start)
	if err != nil {
		return piece{}, err
	}
	parsed.filters, err = parseFilters(filters, strings.Contains(inner, "|"), inner+"}", start)
	return parsed, err
}

// untilBrace returns the text up to the next closing brace, and goes past it.
func (p *parser) untilBrace(opened int) (string, error) {
	end := strings.IndexByte(p.text[p.at:], '}')
	if end < 0 {
		return "", fmt.Errorf(`the { at byte %d is never closed; write \{ for the character itself`, opened)
	}
	text := p.text[p.at : p.at+end]
	p.at += end + 1
	return text, nil
}

func (p *parser) group(depth int) (piece, error) {
	start := p.at
	if depth > maxDepth {
		return piece{}, fmt.Errorf("the group at byte %d stands in %d others; at most %d", start, depth-1, maxDepth-1)
	}
	p.at += len("{(")
	inner, err := p.pieces(depth)
	if err != nil {
		return piece{}, err
	}
	if p.at == len(p.text) {
		return piece{}, fmt.Errorf(`the {( at byte %d is never closed; write \{ for the character itself`, start)
	}
	p.at++ // the closing parenthesis
	after := p.at
	text, err := p.untilBrace(start)
	if err != nil {
		return piece{}, err
	}
	filters, found := strings.CutPrefix(text, "|")
	if text != "" && !found {
		return piece{}, fmt.Errorf(`the ) at byte %d ends the group, and | or } has to follow; write \) for the character itself`, after-1)
	}
	parsed := piece{atom: atomGroup, group: inner, source: p.text[start:after] + "}"}
	parsed.filters, err = parseFilters(filters, found, parsed.source, start)
	return parsed, err
}

func parseAtom(text string, at int) (piece, error) {
	name, argument, hasArgument := strings.Cut(text, ":")
	parsed := piece{atom: atomNamed(name, hasArgument), text: argument, source: "{" + text + "}"}
	switch {
	case parsed.atom == atomLiteral:
		return piece{}, fmt.Errorf("unknown atom {%s} at byte %d; known atoms are %s", refusal.Cut(text), at, knownAtoms)
	case hasArgument && argument == "":
		return piece{}, fmt.Errorf("{%s:} at byte %d names nothing; write {%s:name}", name, at, name)
	case parsed.atom == atomHeader && !httpguts.ValidHeaderFieldName(argument):
		return piece{}, fmt.Errorf("{%s} at byte %d does not name a header", refusal.Cut(text), at)
	case parsed.atom == atomHeader:
		parsed.text = http.CanonicalHeaderKey(argument)
		parsed.source = "{header:" + parsed.text + "}"
	}
	return parsed, nil
}

func parseFilters(text string, there bool, of string, at int) ([]filter, error) {
	if !there {
		return nil, nil
	}
	var filters []filter
	for name := range strings.SplitSeq(text, "|") {
		step, ok := filterNamed(name)
		if !ok {
			return nil, fmt.Errorf("unknown filter %q in %s at byte %d; known filters are %s",
				refusal.Cut(name), refusal.Cut(of), at, strings.Join(filterNames, " "))
		}
		filters = append(filters, step)
	}
	return filters, nil
}

// atomNamed returns the atom of a name, or atomLiteral.
func atomNamed(name string, hasArgument bool) atom {
	for kind, known := range atoms {
		if known != "" && known == name && atom(kind).takesName() == hasArgument {
			return atom(kind)
		}
	}
	return atomLiteral
}
