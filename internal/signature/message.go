// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package signature

import (
	"bytes"
	"crypto/hmac"
	"hash"
	"io"
	"net/http"
	"strings"
	"sync"
)

// message is what a template reads: a request, and the values of the scheme's parts as they travelled.
type message struct {
	request   *http.Request
	target    target
	origin    origin
	timestamp string
	version   string
	consumer  string
	nonce     string
	// pairs is the signature's whole value where its format is pairs; {field:name} reads it.
	pairs     string
	separator string
}

// appendAtom appends the value of any piece but the body.
func (m *message) appendAtom(dst []byte, p *piece) []byte {
	switch p.atom {
	case atomLiteral:
		return append(dst, p.text...)
	case atomMethod:
		return append(dst, m.request.Method...)
	case atomScheme:
		return append(dst, m.origin.scheme...)
	case atomAuthority:
		return append(dst, m.authority()...)
	case atomPath:
		return append(dst, m.target.path...)
	case atomQuery:
		return append(dst, m.target.query...)
	case atomURL:
		return m.appendURL(dst)
	case atomTimestamp:
		return append(dst, m.timestamp...)
	case atomKeyVersion:
		return append(dst, m.version...)
	case atomConsumer:
		return append(dst, m.consumer...)
	case atomNonce:
		return append(dst, m.nonce...)
	case atomHeader:
		value, _ := headerValue(m.request, p.text)
		return append(dst, value...)
	case atomParameter:
		value, _ := m.target.parameter(p.text)
		return append(dst, value...)
	case atomField:
		value, _ := pairField(m.pairs, m.separator, p.text)
		return append(dst, value...)
	default:
		return dst
	}
}

func (m *message) authority() string {
	if m.origin.authority != "" {
		return m.origin.authority
	}
	return hostOf(m.request)
}

func (m *message) appendURL(dst []byte) []byte {
	if m.origin.url != "" {
		return append(dst, m.origin.url...)
	}
	dst = append(dst, "https://"...)
	dst = append(dst, hostOf(m.request)...)
	dst = append(dst, m.target.path...)
	if m.target.hasQuery {
		dst = append(dst, '?')
		dst = append(dst, m.target.query...)
	}
	return dst
}

// headerValue looks a header up by its canonical name, and returns its first value and how often it came. net/http brings
// every name to that form, WM_SEC.AUTH_SIGNATURE to Wm_sec.auth_signature for one, whatever case it was sent in; it takes
// Host out of the header.
func headerValue(r *http.Request, canonical string) (value string, count int) {
	if canonical == "Host" {
		return hostOf(r), 1
	}
	values := r.Header[canonical]
	if len(values) == 0 {
		return "", 0
	}
	return values[0], len(values)
}

// pairField looks a field up in `t=...,v1=...`, and returns its value and how often it came.
func pairField(pairs, separator, name string) (value string, count int) {
	for element := range strings.SplitSeq(pairs, separator) {
		key, text, ok := strings.Cut(element, "=")
		if !ok || strings.Trim(key, whiteSpace) != name {
			continue
		}
		if count == 0 {
			value = strings.Trim(text, whiteSpace)
		}
		count++
	}
	return value, count
}

// workspace is the memory that one verification needs; a pool hands it on, so that a request allocates next to nothing.
type workspace struct {
	scratch []byte
	whole   bytes.Buffer // the signed string in one piece, for Ed25519
	bodies  [digestCount]sum
	signed  [digestCount]sum
}

// sum is a digest that is computed when first asked for.
type sum struct {
	done  bool
	size  int
	bytes [64]byte
}

func (s *sum) set(state hash.Hash) {
	s.size = len(state.Sum(s.bytes[:0]))
	s.done = true
}

var workspaces = sync.Pool{New: func() any { return new(workspace) }}

// scratchLimit keeps one large request from making a large buffer live forever, in bytes.
const scratchLimit = 256 << 10

func (ws *workspace) release() {
	if cap(ws.scratch) > scratchLimit || ws.whole.Cap() > scratchLimit {
		return
	}
	for i := range ws.bodies {
		ws.bodies[i].done = false
	}
	ws.forget()
	workspaces.Put(ws)
}

// forget drops what was computed of the signed string, before the next one.
func (ws *workspace) forget() {
	for i := range ws.signed {
		ws.signed[i].done = false
	}
	ws.whole.Reset()
}

// content is what a signature signs: a template's rendering, or the signature base of RFC 9421.
type content struct {
	template *template
	message  *message
	body     []byte
	base     []byte
}

// write feeds the signed string to a hash or a buffer. Small pieces are gathered; the body is passed on as it is.
func (ws *workspace) write(c *content, w io.Writer) {
	if c.template == nil {
		_, _ = w.Write(c.base)
		return
	}
	ws.scratch = ws.scratch[:0]
	for i := range c.template.pieces {
		p := &c.template.pieces[i]
		if p.atom == atomBody {
			ws.writeBody(c.body, p.filters, w)
			continue
		}
		start := len(ws.scratch)
		ws.scratch = c.message.appendAtom(ws.scratch, p)
		ws.scratch = applyFilters(ws.scratch, start, p.filters)
	}
	ws.flush(w)
}

func (ws *workspace) flush(w io.Writer) {
	_, _ = w.Write(ws.scratch)
	ws.scratch = ws.scratch[:0]
}

// writeBody passes the body on, or its digest. Only filters that change a whole body (lower, hex, ...) make a copy of it.
func (ws *workspace) writeBody(body []byte, filters []filter, w io.Writer) {
	if len(filters) == 0 {
		ws.flush(w)
		_, _ = w.Write(body)
		return
	}
	start := len(ws.scratch)
	if kind, ok := filters[0].digest(); ok {
		ws.scratch = append(ws.scratch, ws.bodyDigest(kind, body)...)
		filters = filters[1:]
	} else {
		ws.scratch = append(ws.scratch, body...)
	}
	ws.scratch = applyFilters(ws.scratch, start, filters)
}

// bodyDigest hashes the body once, however often and for however many keys it is asked for.
func (ws *workspace) bodyDigest(kind digest, body []byte) []byte {
	s := &ws.bodies[kind]
	if !s.done {
		state := kind.borrow()
		state.Write(body)
		s.set(state)
		kind.giveBack(state)
	}
	return s.bytes[:s.size]
}

// digest returns the digest of the signed string, computed once for all keys and signatures.
func (ws *workspace) digest(kind digest, c *content) []byte {
	s := &ws.signed[kind]
	if !s.done {
		state := kind.borrow()
		ws.write(c, state)
		s.set(state)
		kind.giveBack(state)
	}
	return s.bytes[:s.size]
}

// message returns the signed string in one piece.
func (ws *workspace) message(c *content) []byte {
	if ws.whole.Len() == 0 {
		ws.whole.Grow(len(c.body) + len(c.base) + 512) // once, rather than by doubling
		ws.write(c, &ws.whole)
	}
	return ws.whole.Bytes()
}

// mac returns the HMAC of the signed string under a key's secret; it is valid until the next call.
func (ws *workspace) mac(key *key, c *content) []byte {
	state := key.macs.Get().(hash.Hash) //nolint:forcetypeassert // the pool's New gives nothing else
	defer key.macs.Put(state)
	state.Reset()
	ws.write(c, state)
	ws.scratch = state.Sum(ws.scratch[:0])
	return ws.scratch
}

// verify says whether this key made one of the signatures over this content. HMACs are compared in constant time.
func (ws *workspace) verify(key *key, c *content, signatures [][]byte) bool {
	var signed []byte
	switch key.algorithm.family {
	case familyHMAC:
		expected := ws.mac(key, c)
		for _, signature := range signatures {
			if hmac.Equal(expected, signature) {
				return true
			}
		}
		return false
	case familyEd25519:
		signed = ws.message(c)
	default:
		signed = ws.digest(key.algorithm.digest, c)
	}
	for _, signature := range signatures {
		if key.algorithm.plausible(key.public, signature) && key.algorithm.verifyPublic(key.public, signed, signature) {
			return true
		}
	}
	return false
}
