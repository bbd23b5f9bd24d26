// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package signature

import (
	"net/http"
	"time"

	"github.com/cxone-otel/cxonereceiver/internal/signature/keys"
)

// Explanation shows an operator how a request was read. It holds the body, so it is for the operator's own terminal, and
// never for a log or an answer.
type Explanation struct {
	// SignedString is the string that should have been signed, as far as the request's parts could be read.
	SignedString []byte
	// Consumer, KeyVersion, Timestamp and Nonce are the parts as they were sent. They are empty if they could not be read.
	Consumer, KeyVersion, Timestamp, Nonce string
	// Signatures are the lengths, in bytes, of the signatures that were found.
	Signatures []int
	// Refusal is the error of Check or Verify; nil if the request is authentic.
	Refusal error
}

// ExplainToOperator verifies a request and returns the string that its signature was compared with, whatever the outcome,
// so that a person can compare it with what the sender signs. It is only for a command on the operator's own machine.
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

// The rest is for the search for an unknown scheme (package search).

// Render returns the string that a signature of this request should be of, by a configuration that may have no keys. It
// holds the body. The error names the part that the request lacks, or is that of Config.Validate.
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
