// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package jose

import (
	"errors"

	"github.com/go-jose/go-jose/v4"

	"github.com/cxone-otel/cxonereceiver/internal/signature/keys"
	"github.com/cxone-otel/cxonereceiver/internal/signature/parts"
	"github.com/cxone-otel/cxonereceiver/internal/signature/refusal"
)

// The registered header parameters that go-jose does not check.
const (
	headerCritical = "crit"
	headerBase64   = "b64"
)

// algorithms are those that go-jose accepts in a token. The key decides which of them is right.
func algorithms() []jose.SignatureAlgorithm {
	var known []jose.SignatureAlgorithm
	for _, name := range keys.Names(keys.IsJOSE) {
		known = append(known, jose.SignatureAlgorithm(keys.AlgorithmNamed(name).JOSE))
	}
	return known
}

// base is the common part of both methods.
type base struct {
	layout   *parts.Layout
	namesKey bool
	known    []jose.SignatureAlgorithm
}

// header returns the protected header: there is no other in compact form.
func header(signature *jose.JSONWebSignature) *jose.Header { return &signature.Signatures[0].Protected }

// refuseParsing returns the reason why a text is not a token, without quoting it.
func refuseParsing(err error, what string) *refusal.Error {
	var unexpected *jose.ErrUnexpectedSignatureAlgorithm
	if errors.As(err, &unexpected) && unexpected.Got != "" {
		return refusal.New(refusal.ReasonWrongAlgorithm, "the %s says alg %s, which no key can have", what, refusal.Quote(string(unexpected.Got)))
	}
	return refusal.New(refusal.ReasonMalformed, "not a %s in compact form", what)
}

// checkCritical refuses critical parameters that are not known. b64 is the only one that is known, and only if it is
// allowed.
func checkCritical(h *jose.Header, allowed string) *refusal.Error {
	named := map[string]bool{}
	if value, ok := h.ExtraHeaders[headerCritical]; ok {
		list, _ := value.([]any)
		for _, name := range list {
			text, _ := name.(string)
			named[text] = true
			if text != allowed || text == "" {
				return refusal.New(refusal.ReasonMalformed, "the token says that %s is critical, which is not understood here", refusal.Quote(text))
			}
		}
		if len(list) == 0 {
			return refusal.New(refusal.ReasonMalformed, "the token's list of critical headers cannot be read")
		}
	}
	if value, ok := h.ExtraHeaders[headerBase64]; ok {
		if _, isBool := value.(bool); !isBool || !named[headerBase64] {
			return refusal.New(refusal.ReasonMalformed,
				"the token has a header b64 that is not a boolean, or is not among its critical headers (RFC 7797)")
		}
	}
	return nil
}

// find finds the key that kid names, and compares the algorithm with the key's.
func (b *base) find(m *parts.Message, ring *keys.Ring, signature *jose.JSONWebSignature) (*keys.Key, *refusal.Error) {
	h := header(signature)
	m.Version = h.KeyID
	if m.Version == "" && b.namesKey {
		return nil, refusal.New(refusal.ReasonMissing, "the token has no header kid, which names the key's version")
	}
	found, refused := ring.Find(m.Request.Context(), keys.ID{Version: m.Version, Consumer: m.Consumer}, b.namesKey, m.Now)
	if refused != nil {
		return nil, refused
	}
	k := found[0]
	if h.Algorithm != k.JOSE() {
		return nil, refusal.New(refusal.ReasonWrongAlgorithm, "the token says alg %s; key version %s is pinned to %s (%s)",
			refusal.Quote(h.Algorithm), refusal.Quote(k.ID.Version), k.JOSE(), k.Algorithm.Name)
	}
	if value := signature.Signatures[0].Signature; !k.PlausibleRaw(value) {
		return nil, refusal.New(refusal.ReasonMalformed, "the signature's length cannot be right for %s", keys.Describe(found))
	}
	return k, nil
}

// verify decides whether the key made the signature of a string, under the key's own algorithm.
func verify(key *keys.Key, signature *jose.JSONWebSignature, signed *keys.Content, lookAt string) *refusal.Error {
	signatures := [][]byte{signature.Signatures[0].Signature}
	if key.Verify(signed, signatures) {
		return nil
	}
	tried := []*keys.Key{key}
	refused := refusal.New(refusal.ReasonBadSignature, "the key that the token names did not make its signature (%s)", keys.Describe(tried))
	refused.SetHint(func() string { return keys.Fault(tried, signatures, lookAt) })
	return refused
}

// signer makes go-jose sign with a key of ours.
type signer struct{ key *keys.SigningKey }

// Public implements jose.OpaqueSigner. Our tokens contain no key.
func (s signer) Public() *jose.JSONWebKey { return nil }

// Algs implements jose.OpaqueSigner.
func (s signer) Algs() []jose.SignatureAlgorithm {
	return []jose.SignatureAlgorithm{jose.SignatureAlgorithm(keys.AlgorithmNamed(s.key.Algorithm).JOSE)}
}

// SignPayload implements jose.OpaqueSigner.
func (s signer) SignPayload(payload []byte, _ jose.SignatureAlgorithm) ([]byte, error) {
	return s.key.SignRaw(payload)
}

// sign signs a payload, with the key's version as kid.
func sign(key *keys.SigningKey, payload []byte, kind string) (*jose.JSONWebSignature, error) {
	s := signer{key}
	options := &jose.SignerOptions{}
	if key.Version != "" {
		options.WithHeader("kid", key.Version)
	}
	if kind != "" {
		options.WithType(jose.ContentType(kind))
	}
	made, err := jose.NewSigner(jose.SigningKey{Algorithm: s.Algs()[0], Key: s}, options)
	if err != nil {
		return nil, err
	}
	return made.Sign(payload)
}
