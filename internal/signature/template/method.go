// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package template

import (
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/cxone-otel/cxonereceiver/internal/signature/keys"
	"github.com/cxone-otel/cxonereceiver/internal/signature/parts"
	"github.com/cxone-otel/cxonereceiver/internal/signature/refusal"
)

// Method signs and verifies the string of a template.
type Method struct {
	layout   *parts.Layout
	template *Template
}

// NewMethod makes the method of a template and a layout.
func NewMethod(text string, layout *parts.Layout) (*Method, error) {
	parsed, err := Parse(text)
	if err != nil {
		return nil, err
	}
	layout.NeedsNonce = parsed.uses(atomNonce)
	return &Method{layout: layout, template: parsed}, nil
}

// Check makes the checks that are cheap and need no body, and returns the one that decides.
func (t *Method) Check(m *parts.Message, ring *keys.Ring) (decide func(body []byte) *refusal.Error, refused *refusal.Error) {
	if refused := t.layout.Read(m); refused != nil {
		return nil, refused
	}
	if refused := t.template.checkAtoms(m); refused != nil {
		return nil, refused
	}
	found, refused := ring.Find(m.Request.Context(), keys.ID{Version: m.Version, Consumer: m.Consumer}, t.layout.HasVersion(), m.Now)
	if refused != nil {
		return nil, refused
	}
	if !slices.ContainsFunc(found, func(k *keys.Key) bool { return k.Plausible(m.Signatures) }) {
		return nil, refusal.New(refusal.ReasonMalformed,
			"the signature's length cannot be right for %s: %s", keys.Describe(found), t.layout.Signature())
	}
	return func(body []byte) *refusal.Error { return t.verify(m, found, body) }, nil
}

func (t *Method) verify(m *parts.Message, found []*keys.Key, body []byte) *refusal.Error {
	rendering := t.template.renderer(m, body)
	signed := &keys.Content{Write: rendering.write}
	for _, k := range found {
		if secret := k.StringSecret(); secret != nil {
			rendering.secret = secret
			signed = &keys.Content{Write: rendering.write} // each key has a string of its own
		}
		verified := k.UsableAt(m.Now) == "" && k.Verify(signed, m.Signatures)
		if rendering.refused != nil {
			return rendering.refused
		}
		if verified {
			return nil
		}
	}
	refused := refusal.New(refusal.ReasonBadSignature, "no key made this signature for this request (tried: %s)", keys.Describe(found))
	refused.SetHint(func() string { return keys.Fault(found, m.Signatures, "signature.url and signed_string") })
	return refused
}

// Explain reads a request past every mistake, and returns the string that its signature should be of.
func (t *Method) Explain(m *parts.Message, body []byte) ([]byte, *refusal.Error) {
	refused := t.layout.ReadAll(m)
	if refused == nil {
		refused = t.template.checkAtoms(m)
	}
	rendering := t.template.renderer(m, body)
	rendering.secret = []byte("{secret}") // never shown
	signed := rendering.whole()
	if refused == nil {
		refused = rendering.refused
	}
	return signed, refused
}

// Sign writes the parts and the signature into a request.
func (t *Method) Sign(r *http.Request, body []byte, key *keys.SigningKey, now time.Time) error {
	m := t.layout.Write(r, key.Version, key.Consumer, now)
	if refused := t.template.checkAtoms(m); refused != nil {
		return fmt.Errorf("cannot sign: %w", refused)
	}
	rendering := t.template.renderer(m, body)
	rendering.secret = key.StringSecret()
	signed := rendering.whole()
	if rendering.refused != nil {
		return fmt.Errorf("cannot sign: %w", rendering.refused)
	}
	signature, err := key.Sign(signed)
	if err != nil {
		return err
	}
	t.layout.WriteSignature(m, signature)
	return nil
}

// checkAtoms refuses values of the template that are missing, or come twice.
func (t *Template) checkAtoms(m *parts.Message) *refusal.Error {
	for p := range t.all() {
		_, count := p.lookUp(m)
		if count == 0 {
			return refusal.New(refusal.ReasonMissing, "%s is signed but not there", p)
		}
		if count > 1 {
			return refusal.New(refusal.ReasonDuplicate, "%s is signed but came %d times", p, count)
		}
	}
	return nil
}

// Covers reports whether an attacker cannot change this part of a request.
func (t *Method) Covers(part parts.Name) bool {
	if part == parts.URL {
		return t.template.uses(atomURL, atomPath)
	}
	return t.template.uses(atomNamed(string(part), false)) || t.coversPlace(t.layout.PlaceOf(part))
}

// coversPlace reports whether the string contains the value at a place: a header or a parameter by its own name, or the
// query as a whole.
func (t *Method) coversPlace(place parts.Place) bool {
	for p := range t.template.all() {
		var covered bool
		switch p.atom {
		case atomHeader:
			covered = place == parts.Location{Header: p.text}.Place()
		case atomParameter:
			covered = place == parts.Location{Query: p.text}.Place()
		case atomField:
			covered = place == parts.Location{Field: p.text}.Place()
		case atomQuery:
			covered = place.InQuery()
		case atomURL:
			covered = place.InQuery() && t.layout.Origin.URL == ""
		}
		if covered {
			return true
		}
	}
	return false
}

// SignsHost reports whether the string contains the host that the request was sent to.
func (t *Method) SignsHost() bool { return t.template.uses(atomURL, atomAuthority) }

// Warnings names what weakens the string.
func (t *Method) Warnings() []string {
	var found []string
	for p := range t.template.all() {
		if slices.Contains(p.filters, filterMD5) || slices.Contains(p.filters, filterSHA1) {
			found = append(found, fmt.Sprintf("signed_string hashes %s with MD5 or SHA-1, for which collisions can be made", p))
		}
	}
	return append(found, neighbours(t.template.pieces)...)
}

// neighbours warns of values without a separator between them.
func neighbours(pieces []piece) []string {
	var found []string
	for i := range pieces {
		p := &pieces[i]
		found = append(found, neighbours(p.group)...)
		if i == 0 || p.atom == atomLiteral || pieces[i-1].atom == atomLiteral || p.isFixed() || pieces[i-1].isFixed() {
			continue
		}
		found = append(found, fmt.Sprintf(
			"signed_string has nothing between %s and %s, so bytes can be moved from one to the other", &pieces[i-1], p))
	}
	return found
}
