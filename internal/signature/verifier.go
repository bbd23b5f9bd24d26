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

// NewVerifier makes a verifier of a configuration, with the keys of a keyring that was made from the same configuration.
// It returns what Config.Validate would say of the scheme, or that the callback's SignatureURL is no URL.
func NewVerifier(config *Config, keyring *Keyring, callback Callback) (*Verifier, error) {
	made, err := newScheme(config, callback)
	if err != nil {
		return nil, err
	}
	return &Verifier{scheme: made, keyring: keyring}, nil
}

// Attempt is a request that passed every cheap check; Verify decides. It refers to the request's headers, so it is good
// for as long as the request is, and for one goroutine.
type Attempt struct {
	scheme  *scheme
	message *parts.Message
	decide  func(body []byte) *refusal.Error
}

// Consumer is the consumer that the request names, empty if the scheme has none. It is the sender's word until Verify has
// returned nil.
func (a *Attempt) Consumer() string { return a.message.Consumer }

// Check does what is cheap and needs no body: presence and duplicates, consumer, timestamp, key version, the signature's
// length. Its error is an *Error. A key version that nobody has makes it wait, up to a second, for the key files to be read
// again; the request's context ends that wait.
func (v *Verifier) Check(r *http.Request, now time.Time) (*Attempt, error) {
	m := parts.NewMessage(r, v.scheme.layout.Origin, now)
	decide, refused := v.scheme.method.Check(m, v.keyring)
	if refused != nil {
		return nil, v.scheme.complete(refused, m)
	}
	return &Attempt{scheme: v.scheme, message: m, decide: decide}, nil
}

// Verify does the one expensive step: whether one of the keys made one of the signatures for this body, which has to be
// the body as it travelled, compressed if it was. Its error is an *Error.
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
