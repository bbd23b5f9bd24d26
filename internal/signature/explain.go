// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package signature

import (
	"net/http"
	"time"

	"github.com/cxone-otel/cxonereceiver/internal/signature/keys"
)

// Explanation shows an operator how a request was read. It holds the body: it is for the operator's own terminal, never for
// a log or an answer.
type Explanation struct {
	// SignedString is what the signature should be over, as far as the request's parts could be read.
	SignedString []byte
	// Consumer, KeyVersion, Timestamp and Nonce are the parts as they travelled, empty where they could not be read.
	Consumer, KeyVersion, Timestamp, Nonce string
	// Signatures are the lengths, in bytes, of the signatures that were found.
	Signatures []int
	// Refusal is what Check or Verify says of the request; nil if it is authentic.
	Refusal error
}

// ExplainToOperator verifies a request and shows the string that it was held against, whatever the outcome, so that a
// person can compare it with what the sender says it signs. For a command on the operator's own machine only.
func (v *Verifier) ExplainToOperator(r *http.Request, body []byte, now time.Time) Explanation {
	attempt, err := v.Check(r, now)
	if err == nil {
		err = attempt.Verify(body)
	}
	m, signed, _ := v.scheme.explain(r, body)
	e := Explanation{
		SignedString: signed,
		Consumer:     m.Consumer, KeyVersion: m.Version, Timestamp: m.Timestamp, Nonce: m.Nonce,
		Refusal: err,
	}
	for _, signature := range m.Signatures {
		e.Signatures = append(e.Signatures, len(signature))
	}
	return e
}

// What follows is for the search for an unknown scheme (package search).

// Render returns the string that a signature of this request should be over, by a configuration whose keys may be missing.
// It holds the body. The error says which part the request lacks, or what Config.Validate would say of the scheme.
func Render(config *Config, r *http.Request, body []byte) ([]byte, error) {
	s, err := newScheme(config, Callback{})
	if err != nil {
		return nil, err
	}
	_, signed, refused := s.explain(r, body)
	if refused != nil {
		return nil, refused
	}
	return signed, nil
}

// Algorithms returns the names that a key's algorithm may have.
func Algorithms() []string { return keys.Names() }
