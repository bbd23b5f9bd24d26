// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"crypto/rand"
	"errors"
	"net/http"
	"sync"
	"time"

	"github.com/cxone-otel/cxonereceiver/cmd/cxonectl/internal/delivery"
	"github.com/cxone-otel/cxonereceiver/cmd/cxonectl/internal/keygen"
	"github.com/cxone-otel/cxonereceiver/cmd/internal/collectorconfig"
	"github.com/cxone-otel/cxonereceiver/cmd/internal/story"
	"github.com/cxone-otel/cxonereceiver/internal/signature"
)

// sender signs deliveries with the customer's key, and forges signatures if a scenario needs that.
type sender struct {
	config   *signature.Config
	receiver *collectorconfig.Receiver
	key      signature.SigningKey
	// signers are nil if there is no key.
	signers map[story.DataType]*signature.Signer
	// unknown makes a key that the receiver does not have, with the version of one that it has.
	unknown func() (signature.SigningKey, error)
}

// signatureCallback is a callback as the signature's code needs it.
func signatureCallback(receiver *collectorconfig.Receiver, dataType story.DataType) signature.Callback {
	callback, _ := receiver.Callback(dataType)
	return signature.Callback{SignatureURL: callback.SignatureURL}
}

func (s *sender) makeSigners() error {
	switch {
	case s.config.Consumer.IsSet() && s.key.Consumer == "":
		return errors.New("the scheme names the consumer in every request: say which with --consumer-id")
	case s.config.KeyVersion.IsSet() && s.key.Version == "":
		return errors.New("the scheme names the key's version in every request: say which with --key-version")
	}
	s.signers = map[story.DataType]*signature.Signer{}
	for _, dataType := range []story.DataType{story.VoiceQuality, story.ScriptAPI} {
		signer, err := signature.NewSigner(s.config, signatureCallback(s.receiver, dataType), s.key)
		if err != nil {
			return err
		}
		s.signers[dataType] = signer
	}
	s.unknown = sync.OnceValues(func() (signature.SigningKey, error) { return anotherKey(s.key) })
	return nil
}

// sign returns the function that signs a delivery; nil if it is sent unsigned.
func (s *sender) sign(d *story.Delivery) (delivery.Sign, error) {
	if s == nil || d.Forgery == story.Unsigned {
		return nil, nil
	}
	if s.signers == nil {
		return nil, errNoKey
	}
	signer, err := s.signerFor(d)
	if err != nil {
		return nil, err
	}
	var age time.Duration
	if d.Forgery == story.Stale {
		age = s.config.Timestamp.MaxAge + time.Hour
	}
	return func(r *http.Request, body []byte) error { return signer.Sign(r, body, time.Now().Add(-age)) }, nil
}

func (s *sender) signerFor(d *story.Delivery) (*signature.Signer, error) {
	key := s.key
	switch d.Forgery {
	case story.BadSignature:
		var err error
		if key, err = s.unknown(); err != nil {
			return nil, err
		}
	case story.UnknownKey:
		key.Version = "no-such-version"
	default:
		return s.signers[d.Callback], nil
	}
	return signature.NewSigner(s.config, signatureCallback(s.receiver, d.Callback), key)
}

// applies returns why a forgery is not possible: nothing is signed, or the scheme lacks the part that it would forge.
func (s *sender) applies(forgery story.Forgery) error {
	if forgery == story.Genuine {
		return nil
	}
	if s == nil {
		return errors.New("deliveries are not signed here")
	}
	message := s.config.Scheme == signature.SchemeRFC9421
	switch {
	case s.signers == nil && forgery != story.Unsigned:
		return errNoKey
	case forgery == story.Stale && !s.config.Timestamp.IsSet() && !message:
		return errors.New("the scheme carries no timestamp")
	case forgery == story.UnknownKey && !s.config.KeyVersion.IsSet() && !message:
		return errors.New("the scheme carries no key version")
	default:
		return nil
	}
}

// anotherKey makes another key of the same kind and size, with the same version.
func anotherKey(key signature.SigningKey) (signature.SigningKey, error) {
	var err error
	if key.PrivateKey == nil {
		key.Secret = make([]byte, len(key.Secret))
		_, err = rand.Read(key.Secret)
		return key, err
	}
	key.PrivateKey, err = keygen.PairLike(key.PrivateKey.Public())
	return key, err
}
