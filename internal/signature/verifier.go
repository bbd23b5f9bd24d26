// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package signature

import (
	"net/http"
	"time"

	"github.com/cxone-otel/cxonereceiver/internal/signature/parts"
	"github.com/cxone-otel/cxonereceiver/internal/signature/refusal"
)

// Verifier judges the requests of one callback. It is safe for concurrent use.
type Verifier struct {
	scheme  *scheme
	keyring *Keyring
}

// NewVerifier makes a verifier of a configuration, with a keyring of the same configuration. The error is that of
// Config.Validate, or says that the callback's SignatureURL is not a URL.
func NewVerifier(config *Config, keyring *Keyring, callback Callback) (*Verifier, error) {
	made, err := newScheme(config, callback)
	if err != nil {
		return nil, err
	}
	return &Verifier{scheme: made, keyring: keyring}, nil
}

// Attempt is a request that has passed the cheap checks. Verify decides about it. It refers to the request's headers, so it
// is valid as long as the request is, and for one goroutine.
type Attempt struct {
	scheme  *scheme
	message *parts.Message
	decide  func(body []byte) *refusal.Error
}

// Consumer returns the consumer that the request names; empty if the scheme has none. It is not verified until Verify has
// returned nil.
func (a *Attempt) Consumer() string { return a.message.Consumer }

// Check makes the checks that are cheap and need no body: presence and duplicates, consumer, timestamp, key version, the
// signature's length. Its error is an *Error. If no key has the version, it waits, up to a second, until the key files are
// read again; the request's context ends that wait.
func (v *Verifier) Check(r *http.Request, now time.Time) (*Attempt, error) {
	m := parts.NewMessage(r, v.scheme.layout.Origin, now)
	decide, refused := v.scheme.method.Check(m, v.keyring)
	if refused != nil {
		return nil, v.scheme.complete(refused, m)
	}
	return &Attempt{scheme: v.scheme, message: m, decide: decide}, nil
}

// Verify makes the one expensive check: whether one of the keys made one of the signatures for this body. The body must be
// the one that was sent, still compressed. Its error is an *Error.
func (a *Attempt) Verify(body []byte) error {
	if refused := a.decide(body); refused != nil {
		return a.scheme.complete(refused, a.message)
	}
	return nil
}

// complete adds to a refusal what is known of its sender.
func (s *scheme) complete(refused *refusal.Error, m *parts.Message) error {
	refused.Consumer = refusal.Cut(m.Consumer)
	refused.KeyVersion = refusal.Cut(m.Version)
	if refused.Reason == refusal.ReasonMissing {
		refused.SetHint(func() string { return arrivedHint(m.Request.Header, s.name) })
	}
	return refused
}
