// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package signature

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"encoding/asn1"
	"errors"
	"fmt"
	"math/big"
	"net/http"
	"slices"
	"strings"
	"time"
)

// SigningKey is the sender's half of a key.
type SigningKey struct {
	// Version and Consumer are what the request will say of itself.
	Version  string
	Consumer string
	// Algorithm is one of [Algorithms]. Empty: that of the configuration's key with this version and consumer.
	Algorithm string
	// PrivateKey signs under every algorithm but HMAC, which takes the decoded Secret.
	PrivateKey crypto.Signer
	Secret     []byte

	_ struct{}
}

// Signer signs requests as a sender would, with the code that verifies them. It is safe for concurrent use if its private
// key is.
type Signer struct {
	scheme    *scheme
	key       SigningKey
	algorithm *algorithm
}

// NewSigner makes a signer for a configuration's scheme, whose keys may be missing. The key's consumer defaults to
// Config.ConsumerID. It returns what Config.Validate would say of the scheme, or what is wrong with the key.
func NewSigner(config *Config, callback Callback, key SigningKey) (*Signer, error) {
	made, err := newScheme(config, callback)
	if err != nil {
		return nil, err
	}
	if key.Consumer == "" {
		key.Consumer = config.ConsumerID
	}
	if key.Algorithm == "" {
		i := slices.IndexFunc(config.Keys, func(k KeyConfig) bool {
			return k.Version == key.Version && (k.ConsumerID == key.Consumer || k.ConsumerID == "")
		})
		if i < 0 {
			return nil, fmt.Errorf("signing key: no algorithm given, and no key of the configuration has version %q", cut(key.Version))
		}
		key.Algorithm = config.Keys[i].Algorithm
	}
	s := &Signer{scheme: made, key: key, algorithm: algorithmNamed(key.Algorithm)}
	if err := s.checkKey(); err != nil {
		return nil, fmt.Errorf("signing key: %w", err)
	}
	return s, nil
}

func (s *Signer) checkKey() error {
	switch {
	case s.algorithm == nil:
		return fmt.Errorf("unknown algorithm %q; known algorithms are %s", s.key.Algorithm, strings.Join(Algorithms(), ", "))
	case s.scheme.components != nil && s.algorithm.rfc9421 == "":
		return fmt.Errorf("%s is not an algorithm of RFC 9421; those are %s", s.key.Algorithm, strings.Join(messageAlgorithms(), ", "))
	case s.scheme.version.kind != placeNone && s.key.Version == "":
		return errors.New("the scheme carries a key version, and this key has none")
	case s.scheme.consumer.kind != placeNone && s.key.Consumer == "":
		return errors.New("the scheme carries a consumer, and this key has none")
	case s.algorithm.family == familyHMAC && len(s.key.Secret) < minSecretBytes:
		return ErrShortSecret
	case s.algorithm.family == familyHMAC:
		return nil
	case s.key.PrivateKey == nil:
		return fmt.Errorf("%s signs with a private key, and there is none", s.key.Algorithm)
	}
	return s.algorithm.checkPublic(s.key.PrivateKey.Public())
}

// Sign adds to a request what the verifier will read: headers, query parameters, and the signature over them and this
// body, which it does not attach. A nonce that the request has already is kept. Signing again replaces everything else.
func (s *Signer) Sign(r *http.Request, body []byte, now time.Time) error {
	if s.scheme.components != nil {
		return s.signMessage(r, body, now)
	}
	m := s.prepare(r, now)
	if err := s.signable(m); err != nil {
		return err
	}
	signed, err := s.sign(&content{template: s.scheme.template, message: m, body: body})
	if err != nil {
		return err
	}
	s.put(r, s.scheme.signature, s.signatureValue(m, signed))
	return nil
}

// SignedString returns the string that Sign would sign, for the operator's own eyes: it holds the body, and under some
// schemes all that a forger needs but the key.
func (s *Signer) SignedString(r *http.Request, body []byte, now time.Time) ([]byte, error) {
	r = r.Clone(r.Context())
	if s.scheme.components != nil {
		m := s.prepare(r, now)
		input, err := s.messageInput(r, body, now)
		if err != nil {
			return nil, err
		}
		base, refusal := m.signatureBase(input)
		if refusal != nil {
			return nil, refusal
		}
		return base, nil
	}
	m := s.prepare(r, now)
	if err := s.signable(m); err != nil {
		return nil, err
	}
	return render(&content{template: s.scheme.template, message: m, body: body}), nil
}

func render(c *content) []byte {
	var text bytes.Buffer
	new(workspace).write(c, &text)
	return text.Bytes()
}

// prepare puts the parts into the request, all but the signature, and returns what the template then reads.
func (s *Signer) prepare(r *http.Request, now time.Time) *message {
	if r.Header == nil {
		r.Header = http.Header{}
	}
	m := &message{
		request: r, origin: s.scheme.origin, separator: s.scheme.value.Separator,
		version: s.key.Version, consumer: s.key.Consumer, timestamp: formatTime(now, s.scheme.window.unit),
	}
	s.put(r, s.scheme.consumer, m.consumer)
	s.put(r, s.scheme.timestamp, m.timestamp)
	s.put(r, s.scheme.version, m.version)
	m.target = targetOf(r)
	m.nonce, _ = s.scheme.nonce.read(m, "nonce")
	if m.nonce == "" && s.scheme.nonce.kind != placeNone {
		m.nonce = "msg_" + rand.Text()
		s.put(r, s.scheme.nonce, m.nonce)
	}
	m.target = targetOf(r).without(s.scheme.ownParameter())
	m.pairs = s.pairsWithout(m)
	return m
}

// put sets a header or a query parameter. Fields of pairs come with the signature.
func (s *Signer) put(r *http.Request, at place, value string) {
	switch at.kind {
	case placeHeader:
		r.Header.Set(at.name, value)
	case placeQuery:
		r.RequestURI = "" // it is the server's, and would hide the change from targetOf
		query := removeParameter(r.URL.RawQuery, at.name)
		if query != "" {
			query += "&"
		}
		r.URL.RawQuery = query + escapeParameter(at.name) + "=" + escapeParameter(value)
	}
}

// pairsWithout returns the fields of pairs that come before the signature.
func (s *Signer) pairsWithout(m *message) string {
	var fields []string
	for _, part := range []struct {
		place place
		value string
	}{{s.scheme.timestamp, m.timestamp}, {s.scheme.version, m.version}, {s.scheme.consumer, m.consumer}, {s.scheme.nonce, m.nonce}} {
		if part.place.kind == placeField {
			fields = append(fields, part.place.name+"="+part.value)
		}
	}
	return strings.Join(fields, s.scheme.value.Separator)
}

// signable says why a request cannot be signed: something that is signed is not in it.
func (s *Signer) signable(m *message) error {
	if refusal := s.scheme.checkAtoms(m); refusal != nil {
		return fmt.Errorf("cannot sign: %w", refusal)
	}
	return nil
}

// signatureValue is what goes into the signature's header or parameter.
func (s *Signer) signatureValue(m *message, signature []byte) string {
	encoded := s.scheme.value.Prefix + encodeSignature(signature, s.scheme.value.Encoding)
	if s.scheme.value.Format != formatPairs {
		return encoded
	}
	field := s.scheme.value.Select[0] + "=" + encoded
	if m.pairs == "" {
		return field
	}
	return m.pairs + s.scheme.value.Separator + field
}

// sign makes the signature, in the form that a standard library gives it: DER for ECDSA.
func (s *Signer) sign(c *content) ([]byte, error) {
	signed := render(c)
	kind := s.algorithm.digest
	var options crypto.SignerOpts = kind.hash()
	switch s.algorithm.family {
	case familyHMAC:
		state := hmac.New(kind.maker(), s.key.Secret)
		state.Write(signed)
		return state.Sum(nil), nil
	case familyEd25519:
		return s.key.PrivateKey.Sign(rand.Reader, signed, &ed25519.Options{})
	case familyRSAPSS:
		options = &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthEqualsHash, Hash: kind.hash()}
	}
	return s.key.PrivateKey.Sign(rand.Reader, kind.append(nil, signed), options)
}

// rawECDSA rewrites a DER signature as r‖s, which RFC 9421 wants.
func rawECDSA(key *ecdsa.PublicKey, der []byte) ([]byte, error) {
	var pair struct{ R, S *big.Int }
	if _, err := asn1.Unmarshal(der, &pair); err != nil {
		return nil, err
	}
	n := coordinateSize(key.Curve)
	raw := make([]byte, 2*n)
	pair.R.FillBytes(raw[:n])
	pair.S.FillBytes(raw[n:])
	return raw, nil
}
