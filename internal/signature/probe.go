// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package signature

import (
	"crypto"
	"net/http"
	"time"

	"github.com/dunglas/httpsfv"
)

// What follows is for the search for an unknown scheme (package search). It reads requests with the code that verifies
// them, so that whatever the search finds, the receiver reads the same way.

// TimeUnits returns every value that TimestampConfig.Unit may have.
func TimeUnits() []string { return unitNames }

// ParseTime reads a timestamp in one of the TimeUnits.
func ParseTime(text, unit string) (time.Time, error) { return parseTime(text, unit) }

// Signatures takes the decoded signatures out of the value of a header or query parameter, at most eight.
func (v *ValueConfig) Signatures(text string) ([][]byte, error) {
	var found signatures
	if err := found.read(v, text); err != nil {
		return nil, err
	}
	return found.all(), nil
}

// Render returns the string that a signature of this request should be over, by a configuration whose keys may be missing.
// It holds the body. The error says which part the request lacks, or what Config.Validate would say of the scheme.
func Render(config *Config, r *http.Request, body []byte) ([]byte, error) {
	s, err := newScheme(config, Callback{})
	if err != nil {
		return nil, err
	}
	a := &Attempt{scheme: s, message: message{request: r, target: targetOf(r), origin: s.origin, separator: s.value.Separator}}
	m := &a.message
	if refusal := a.readSignatures(); refusal != nil {
		return nil, refusal
	}
	if refusal := a.readConsumer(); refusal != nil {
		return nil, refusal
	}
	for _, part := range []struct {
		place place
		name  string
		into  *string
	}{{s.version, "key version", &m.version}, {s.timestamp, "timestamp", &m.timestamp}, {s.nonce, "nonce", &m.nonce}} {
		value, refusal := part.place.read(m, part.name)
		if refusal != nil {
			return nil, refusal
		}
		*part.into = value
	}
	if refusal := s.checkAtoms(m); refusal != nil {
		return nil, refusal
	}
	return render(&content{template: s.template, message: m, body: body}), nil
}

// PlausibleSignature says whether a signature of this length can be by a key of this algorithm; the key is nil for an HMAC.
func PlausibleSignature(algorithm string, public crypto.PublicKey, signature []byte) bool {
	a := algorithmNamed(algorithm)
	return a != nil && a.plausible(public, signature)
}

// VerifyMessage says whether a public key's owner signed a message under one of the Algorithms. HMAC algorithms verify
// nothing here.
func VerifyMessage(algorithm string, public crypto.PublicKey, message, signature []byte) bool {
	a := algorithmNamed(algorithm)
	if a == nil || a.checkPublic(public) != nil || !a.plausible(public, signature) {
		return false
	}
	if a.family != familyEd25519 {
		message = a.digest.append(nil, message)
	}
	return a.verifyPublic(public, message, signature)
}

// CoveredComponents returns what the first RFC 9421 signature of a request says that it covers, in the form of
// Config.Components; nil if the request has none that can be read.
func CoveredComponents(r *http.Request) []string {
	inputs, refusal := readDictionary(r, headerSignatureInput)
	if refusal != nil || len(inputs.Names()) == 0 {
		return nil
	}
	member, _ := inputs.Get(inputs.Names()[0])
	input, ok := member.(httpsfv.InnerList)
	if !ok {
		return nil
	}
	covered, refusal := coveredComponents(input)
	if refusal != nil {
		return nil
	}
	return covered
}
