// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package search

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"

	"github.com/cxone-otel/cxonereceiver/internal/signature"
)

// listedHeaders returns the names of the headers that a request lists as signed, and the list as it was sent. The list is
// in the field SignedHeaders or headers of the signature's value, or in a header of such a name.
func (m *partMaker) listedHeaders() (names []string, list string) {
	for _, f := range append(m.site.valueFields(), fieldsOf(m.captures)...) {
		name := strings.ReplaceAll(f.name(), "-", "")
		if !f.constant() || name != "headers" && !strings.HasSuffix(name, "signedheaders") && !strings.HasSuffix(name, "signatureheaders") {
			continue
		}
		return strings.FieldsFunc(f.texts[0], func(r rune) bool { return strings.ContainsRune("; ,", r) }), f.texts[0]
	}
	return nil, ""
}

// headerPart returns the part for a header that is listed as signed: {timestamp} for a time, and so on.
func (m *partMaker) headerPart(name string) (part, bool) {
	if strings.EqualFold(name, "host") {
		p := atom("{header:Host}", 0)
		p.values = m.render(&p)
		return p, true
	}
	for _, p := range m.bound {
		if strings.EqualFold(p.wire, name) {
			return p, true
		}
	}
	for i := range m.choices {
		if p := m.choices[i].parts[0]; strings.EqualFold(p.wire, name) {
			if p.role != roleNone {
				p.template = p.roleTemplate
			}
			return p, true
		}
	}
	return part{}, false
}

// joined makes one part of several pieces.
func (m *partMaker) joined(cost int, pieces ...part) part {
	all := part{cost: cost, values: make([][]byte, len(m.captures))}
	var configures []func(*signature.Config)
	for _, p := range pieces {
		all.template += escape(p.before) + p.template + escape(p.after)
		for i := range all.values {
			all.values[i] = slices.Concat(all.values[i], []byte(p.before), p.values[i], []byte(p.after))
		}
		if p.configure != nil {
			configures = append(configures, p.configure)
		}
	}
	all.configure = func(c *signature.Config) {
		for _, configure := range configures {
			configure(c)
		}
	}
	return all
}

// piece is a part with a text in front of it.
func (m *partMaker) piece(before, template string) part {
	p := atom(template, 0)
	if p.values = m.render(&p); p.values == nil {
		p = m.literal("", 0)
	}
	p.before = before
	return p
}

// hashed is the SHA-256 of a part, in hex.
func hashed(p part) part {
	one := p
	one.template, one.values = wrapper{filters: "sha256|hex"}.around(p.template), nil
	for _, value := range p.values {
		sum := sha256.Sum256(value)
		one.values = append(one.values, []byte(hex.EncodeToString(sum[:])))
	}
	return one
}

// canonicalRequests are requests in lines: method, path, query, the headers that the request lists as signed, their names,
// and the body's hash. Either they are signed, or their hash is.
func (m *partMaker) canonicalRequests() []part {
	names, list := m.listedHeaders()
	var headers []part
	for _, name := range names {
		p, ok := m.headerPart(name)
		if !ok {
			return nil // a pseudo-header of HTTP signatures before RFC 9421
		}
		p.before = strings.ToLower(name) + ":" + p.before
		p.after += "\n"
		headers = append(headers, p)
	}
	var all []part
	for _, query := range []string{"\n", ""} {
		for _, behind := range []string{"\n" + list + "\n", list + "\n", "\n", ""} {
			for _, body := range []string{"{body|sha256|hex}", "{body|sha256|base64}", "{body}"} {
				if list == "" && behind != "" {
					continue
				}
				pieces := []part{m.piece("", "{method}"), m.piece("\n", "{path}")}
				if query != "" {
					pieces = append(pieces, m.piece("\n", "{query}"))
				}
				pieces[len(pieces)-1].after = "\n"
				pieces = append(append(pieces, headers...), m.piece(behind, body))
				if list == "" {
					all = append(all, hashed(m.joined(3, pieces...)))
					continue
				}
				whole := m.joined(1, pieces...)
				all = append(all, whole, hashed(whole))
			}
		}
	}
	return all
}

// namedHeaders is the string of HTTP signatures before RFC 9421: `name: value` for each name that the signature lists.
func (m *partMaker) namedHeaders() []part {
	names, list := m.listedHeaders()
	if list == "" {
		return nil
	}
	var pieces []part
	for i, name := range names {
		p, ok := m.headerPart(strings.Trim(name, "()"))
		if name == "(request-target)" {
			p, ok = m.joined(0, m.piece("", "{method|lower}"), m.piece(" ", "{path}")), true
			if query := m.piece("?", "{query}"); !allEmpty(query.values) {
				p = m.joined(0, p, query)
			}
		}
		if !ok {
			return nil
		}
		p.before = strings.ToLower(name) + ": " + p.before
		if i > 0 {
			p.before = "\n" + p.before
		}
		pieces = append(pieces, p)
	}
	return []part{m.joined(0, pieces...)}
}
