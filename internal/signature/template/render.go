// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package template

import (
	"bytes"
	"io"
	"slices"

	"github.com/cxone-otel/cxonereceiver/internal/signature/keys"
	"github.com/cxone-otel/cxonereceiver/internal/signature/parts"
	"github.com/cxone-otel/cxonereceiver/internal/signature/refusal"
)

// renderer makes the string of a template for one request. It gathers small pieces, and passes the body on as it is.
type renderer struct {
	template *Template
	message  *parts.Message
	body     []byte
	hashed   *keys.Content // the body, where the template hashes it
	secret   []byte        // the key's, where the string holds it
	scratch  []byte
	// refused is the reason why the string cannot be made. The written part must then be ignored.
	refused *refusal.Error
}

func (t *Template) renderer(m *parts.Message, body []byte) *renderer {
	return &renderer{template: t, message: m, body: body}
}

// whole returns the string in one piece.
func (r *renderer) whole() []byte {
	var text bytes.Buffer
	r.write(&text)
	return text.Bytes()
}

func (r *renderer) write(w io.Writer) {
	r.scratch = r.scratch[:0]
	r.pieces(r.template.pieces, w)
	r.flush(w)
}

func (r *renderer) flush(w io.Writer) {
	_, _ = w.Write(r.scratch)
	r.scratch = r.scratch[:0]
}

func (r *renderer) pieces(pieces []piece, w io.Writer) {
	for i := range pieces {
		p := &pieces[i]
		switch {
		case p.atom == atomBody && len(p.filters) == 0:
			r.flush(w)
			_, _ = w.Write(r.body)
		case p.atom == atomGroup && len(p.filters) == 0:
			r.pieces(p.group, w)
		case p.atom == atomGroup:
			r.flush(w)
			r.group(p)
		default:
			r.small(p)
		}
	}
}

// group gathers the value of a group. If it is hashed first, it is not kept in memory.
func (r *renderer) group(p *piece) {
	if kind := p.filters[0].hash(); kind != 0 {
		state := kind.New()
		r.pieces(p.group, state)
		r.flush(state)
		r.filtered(state.Sum(nil), p, p.filters[1:])
		return
	}
	var text bytes.Buffer
	r.pieces(p.group, &text)
	r.flush(&text)
	r.filtered(text.Bytes(), p, p.filters)
}

// small gathers the value of an atom. Of the body it uses the digest, if the first filter is a hash; other filters need a
// copy of the body.
func (r *renderer) small(p *piece) {
	if r.hashed == nil { // most templates are the body alone
		r.scratch, r.hashed = slices.Grow(r.scratch, 512), keys.Bytes(r.body)
	}
	switch {
	case len(p.filters) == 0:
		r.scratch = r.append(r.scratch, p)
	case p.atom == atomBody && p.filters[0].hash() != 0:
		r.filtered(bytes.Clone(r.hashed.Digest(p.filters[0].hash())), p, p.filters[1:])
	default:
		r.filtered(r.append(nil, p), p, p.filters)
	}
}

func (r *renderer) filtered(value []byte, p *piece, filters []filter) {
	var err error
	for _, f := range filters {
		if value, err = f.apply(value); err != nil {
			r.refused = refusal.New(refusal.ReasonMalformed, "%s %v, so %s cannot be signed", p, err, filterNames[f])
			return
		}
	}
	r.scratch = append(r.scratch, value...)
}

// append appends the value of an atom or a literal.
func (r *renderer) append(dst []byte, p *piece) []byte {
	m := r.message
	var value string
	switch p.atom {
	case atomBody:
		return append(dst, r.body...)
	case atomSecret:
		return append(dst, r.secret...)
	case atomURL:
		return m.AppendURL(dst)
	case atomLiteral:
		value = p.text
	case atomMethod:
		value = m.Request.Method
	case atomScheme:
		value = m.Origin.Scheme
	case atomAuthority:
		value = m.Authority()
	case atomPath:
		value = m.Target.Path
	case atomQuery:
		value = m.Target.Query
	case atomTimestamp:
		value = m.Timestamp
	case atomKeyVersion:
		value = m.Version
	case atomConsumer:
		value = m.Consumer
	case atomNonce:
		value = m.Nonce
	default:
		value, _ = p.lookUp(m)
	}
	return append(dst, value...)
}

// lookUp returns the value of a header, a query parameter or a field, and how often it came.
func (p *piece) lookUp(m *parts.Message) (value string, count int) {
	switch p.atom {
	case atomHeader:
		return m.Header(p.text)
	case atomParameter:
		return m.Target.Parameter(p.text)
	case atomField:
		return m.Field(p.text)
	default:
		return "", 1
	}
}
