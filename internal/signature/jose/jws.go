// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package jose

import (
	"bytes"
	"encoding/base64"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/cxone-otel/cxonereceiver/internal/signature/keys"
	"github.com/cxone-otel/cxonereceiver/internal/signature/parts"
	"github.com/cxone-otel/cxonereceiver/internal/signature/refusal"
)

// Detached signs and verifies detached JSON Web Signatures of the body.
type Detached struct{ base }

// NewDetached makes the method. Unless namesKey is set, a signature may leave kid out.
func NewDetached(namesKey bool, layout *parts.Layout) *Detached {
	layout.Token = true
	return &Detached{base{layout, namesKey, algorithms()}}
}

const lookAtBody = "the body, which something on the way may have changed"

// Check makes the checks that are cheap and need no body, and returns the one that decides.
func (d *Detached) Check(m *parts.Message, ring *keys.Ring) (decide func(body []byte) *refusal.Error, refused *refusal.Error) {
	signature, refused := d.read(m)
	if refused != nil {
		return nil, refused
	}
	key, refused := d.find(m, ring, signature)
	if refused != nil {
		return nil, refused
	}
	return func(body []byte) *refusal.Error {
		return verify(key, signature, &keys.Content{Write: signingInput(m.Token, signature, body)}, lookAtBody)
	}, nil
}

// signingInput writes the signed bytes of a detached signature: the header as it was sent, and the body, encoded unless b64
// is false. The body is not copied.
func signingInput(token string, signature *jose.JSONWebSignature, body []byte) func(io.Writer) {
	head, _, _ := strings.Cut(token, ".")
	plain := header(signature).ExtraHeaders[headerBase64] == false
	return func(w io.Writer) {
		_, _ = io.WriteString(w, head+".")
		if plain {
			_, _ = w.Write(body)
			return
		}
		encoded := base64.NewEncoder(base64.RawURLEncoding, w)
		_, _ = encoded.Write(body)
		_ = encoded.Close() // the writers are hashes and buffers, which do not fail
	}
}

func (d *Detached) read(m *parts.Message) (*jose.JSONWebSignature, *refusal.Error) {
	if refused := d.layout.Read(m); refused != nil {
		return nil, refused
	}
	signature, err := jose.ParseDetached(m.Token, []byte{}, d.known)
	if err != nil {
		return nil, refuseParsing(err, "detached JSON Web Signature")
	}
	return signature, checkCritical(header(signature), headerBase64)
}

// Explain reads a request past every mistake, and returns the string that its signature should be of.
func (d *Detached) Explain(m *parts.Message, body []byte) ([]byte, *refusal.Error) {
	refused := d.layout.ReadAll(m)
	signature, err := jose.ParseDetached(m.Token, []byte{}, d.known)
	if err != nil {
		if refused == nil {
			refused = refuseParsing(err, "detached JSON Web Signature")
		}
		return nil, refused
	}
	m.Version, m.Signatures = header(signature).KeyID, [][]byte{signature.Signatures[0].Signature}
	var signed bytes.Buffer
	signingInput(m.Token, signature, body)(&signed)
	return signed.Bytes(), refused
}

// Sign signs the body.
func (d *Detached) Sign(r *http.Request, body []byte, key *keys.SigningKey, now time.Time) error {
	m := d.layout.Write(r, key.Version, key.Consumer, now)
	signature, err := sign(key, body, "")
	if err != nil {
		return err
	}
	text, err := signature.DetachedCompactSerialize()
	if err == nil {
		d.layout.WriteToken(m, text)
	}
	return err
}

// Covers reports whether an attacker cannot change this part of a request. The signature covers only the body and the key's
// version.
func (d *Detached) Covers(part parts.Name) bool {
	return slices.Contains([]parts.Name{parts.Body, parts.KeyVersion}, part)
}

// SignsHost is false: the host is not signed.
func (d *Detached) SignsHost() bool { return false }

// Warnings returns none: Covers says what is not signed.
func (d *Detached) Warnings() []string { return nil }
