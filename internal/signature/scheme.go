// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package signature

import (
	"fmt"
)

// Callback is what one of the receiver's endpoints says for itself.
type Callback struct {
	// SignatureURL is the URL as the vendor's form has it, which is what {url} stands for. Empty: Config.URL.
	SignatureURL string

	_ struct{}
}

// scheme is a configuration made ready for one callback; it signs as well as verifies.
type scheme struct {
	name       string
	value      ValueConfig
	signature  place
	timestamp  place
	version    place
	consumer   place
	nonce      place
	consumerID string
	window     clockWindow
	template   *template
	// components is what an RFC 9421 signature has to cover, and nil under every other scheme.
	components []requirement
	// namesKey: the request says which key signed it.
	namesKey bool
	origin   origin
}

func newScheme(config *Config, callback Callback) (*scheme, error) {
	if err := config.validateScheme(); err != nil {
		return nil, err
	}
	url := config.URL
	if callback.SignatureURL != "" {
		url = callback.SignatureURL
	}
	if err := checkURL(url); err != nil {
		return nil, fmt.Errorf("signature_url: %w", err)
	}
	made := &scheme{
		name:       config.Scheme,
		value:      config.Value,
		signature:  placeOf(config.Value.LocationConfig),
		timestamp:  placeOf(config.Timestamp.LocationConfig),
		version:    placeOf(config.KeyVersion),
		consumer:   placeOf(config.Consumer),
		nonce:      placeOf(config.Nonce),
		consumerID: config.ConsumerID,
		window:     clockWindow{config.Timestamp.Unit, config.Timestamp.MaxAge, config.Timestamp.MaxFuture},
		namesKey:   config.carriesVersion(),
		origin:     originOf(url),
	}
	var err error
	if config.Scheme == SchemeRFC9421 {
		made.components, err = parseRequirements(config.Components)
	} else {
		made.template, err = parseTemplate(config.SignedString)
	}
	return made, err
}

// ownParameter is the query parameter that the signature itself travels in.
func (s *scheme) ownParameter() string {
	if s.signature.kind == placeQuery {
		return s.signature.name
	}
	return ""
}

// needsNonce: a nonce that the signed string leaves out may be absent, but may not come twice.
func (s *scheme) needsNonce() bool { return s.template != nil && s.template.uses(atomNonce) }
