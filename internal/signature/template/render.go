// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package template

import (
	"bytes"
	"io"

	"github.com/cxone-otel/cxonereceiver/internal/signature/keys"
	"github.com/cxone-otel/cxonereceiver/internal/signature/parts"
)

// renderer makes a template's string of one request. Small pieces are gathered, and the body is passed on as it is.
type renderer struct {
	template *Template
	message  *parts.Message
	body     []byte
	hashed   *keys.Content // the body
	scratch  []byte
}

func (t *Template) renderer(m *parts.Message, body []byte) *renderer {
	return &renderer{template: t, message: m, body: body, hashed: keys.Bytes(body), scratch: make([]byte, 0, 512)}
}

// render returns the string in one piece.
func (t *Template) render(m *parts.Message, body []byte) []byte {
	var text bytes.Buffer
	t.renderer(m, body).write(&text)
	return text.Bytes()
}

func (r *renderer) write(w io.Writer) {
	r.scratch = r.scratch[:0]
	for i := range r.template.pieces {
		p := &r.template.pieces[i]
		if p.atom == atomBody {
			r.writeBody(p.filters, w)
			continue
		}
		start := len(r.scratch)
		r.scratch = p.append(r.scratch, r.message)
		r.scratch = applyFilters(r.scratch, start, p.filters)
	}
	r.flush(w)
}

func (r *renderer) flush(w io.Writer) {
	_, _ = w.Write(r.scratch)
	r.scratch = r.scratch[:0]
}

// writeBody passes the body on, or its digest. Only filters that change a whole body (lower, hex, ...) make a copy of it.
func (r *renderer) writeBody(filters []filter, w io.Writer) {
	if len(filters) == 0 {
		r.flush(w)
		_, _ = w.Write(r.body)
		return
	}
	start := len(r.scratch)
	if kind := filters[0].hash(); kind != 0 {
		r.scratch = append(r.scratch, r.hashed.Digest(kind)...)
		filters = filters[1:]
	} else {
		r.scratch = append(r.scratch, r.body...)
	}
	r.scratch = applyFilters(r.scratch, start, filters)
}

// append appends the value of any piece but the body.
func (p *piece) append(dst []byte, m *parts.Message) []byte {
	var value string
	switch p.atom {
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
	case atomURL:
		return m.AppendURL(dst)
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
