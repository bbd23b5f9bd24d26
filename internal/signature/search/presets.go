// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package search

import (
	"fmt"
	"slices"

	"github.com/cxone-otel/cxonereceiver/internal/signature"
	"github.com/cxone-otel/cxonereceiver/internal/signature/rfc9421"
)

// tryPresets tries every scheme that has a name, with each algorithm that the key can have.
func (s *run) tryPresets() *Finding {
	for _, scheme := range signature.Schemes() {
		if slices.Contains([]string{signature.SchemeCustom, signature.SchemeJWS, signature.SchemeJWT}, scheme) {
			continue // the last two were tried before, as tokens
		}
		for _, algorithm := range s.key.algorithms() {
			for _, material := range s.key.configs(algorithm) {
				if finding := s.tryPreset(scheme, material); finding != nil {
					return finding
				}
			}
		}
	}
	return nil
}

// tryPreset tries a scheme with the URL of the vendor's form and with that of the request. It also tries RFC 9421 with only
// the components that all requests cover.
func (s *run) tryPreset(scheme string, material signature.KeyConfig) *Finding {
	urls := []string{""}
	if s.options.SignatureURL != "" {
		urls = []string{s.options.SignatureURL, ""}
	}
	for _, url := range urls {
		config, _ := signature.Preset(scheme)
		config.URL = url
		if s.namesConsumer(&config) {
			config.ConsumerID = s.options.ConsumerID
		}
		config.Keys = s.keysFor(&config, material)
		finding, err := s.prove(&config)
		if err != nil && scheme == signature.SchemeRFC9421 {
			config.Components = s.coveredByAll()
			config.Keys[0].Version = ""
			finding, err = s.prove(&config)
		}
		if err == nil {
			finding.Certainty = []string{fmt.Sprintf("It is a documented scheme, %s, and %s by it to the byte.", scheme, s.verified())}
			if scheme == signature.DefaultScheme {
				finding.Certainty[0] = fmt.Sprintf("The receiver's default is confirmed: %s by it to the byte.", s.verified())
			}
			return finding
		}
	}
	return nil
}

func (s *run) verified() string {
	if len(s.captures) == 1 {
		return "the request verifies"
	}
	return fmt.Sprintf("all %d requests verify", len(s.captures))
}

// namesConsumer reports whether every request names the user's consumer.
func (s *run) namesConsumer(config *signature.Config) bool {
	return s.options.ConsumerID != "" && config.Consumer.Header != "" &&
		!slices.ContainsFunc(s.captures, func(c Capture) bool { return c.Request.Header.Get(config.Consumer.Header) != s.options.ConsumerID })
}

// coveredByAll are the components that the RFC 9421 signature of every request covers.
func (s *run) coveredByAll() []string {
	all := rfc9421.CoveredComponents(s.captures[0].Request)
	for _, c := range s.captures[1:] {
		covered := rfc9421.CoveredComponents(c.Request)
		all = slices.DeleteFunc(all, func(id string) bool { return !slices.Contains(covered, id) })
	}
	return all
}
