// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package signature

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/cxone-otel/cxonereceiver/internal/signature/keys"
	"github.com/cxone-otel/cxonereceiver/internal/signature/refusal"
)

// SigningKey is the sender's half of a key.
type SigningKey = keys.SigningKey

// Signer signs requests as a sender does, with the same code that verifies them. It is safe for concurrent use if its
// private key is.
type Signer struct {
	scheme *scheme
	key    SigningKey
}

// NewSigner makes a signer for a configuration's scheme. The configuration may have no keys. The key's consumer defaults to
// Config.ConsumerID. The error is that of Config.Validate, or about the key.
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
			return nil, fmt.Errorf("signing key: no algorithm given, and no key of the configuration has version %q", refusal.Cut(key.Version))
		}
		key.Algorithm = config.Keys[i].Algorithm
	}
	s := &Signer{scheme: made, key: key}
	if err := s.checkKey(config, config.kind()); err != nil {
		return nil, fmt.Errorf("signing key: %w", err)
	}
	return s, nil
}

func (s *Signer) checkKey(config *Config, kind *kind) error {
	a := keys.AlgorithmNamed(s.key.Algorithm)
	if a == nil {
		return s.key.Check()
	}
	switch err := kind.takes(config, a); {
	case err != nil:
		return err
	case s.scheme.layout.HasVersion() && s.key.Version == "":
		return errors.New("the scheme carries a key version, and this key has none")
	case config.carriesConsumer() && s.key.Consumer == "":
		return errors.New("the scheme carries a consumer, and this key has none")
	}
	return s.key.Check()
}

// Sign adds to a request everything that the verifier reads: headers, query parameters, and the signature of these and of
// the body, which it does not attach. A nonce in the request is kept. If the request was signed before, everything else is
// replaced.
func (s *Signer) Sign(r *http.Request, body []byte, now time.Time) error {
	return s.scheme.method.Sign(r, body, &s.key, now)
}
