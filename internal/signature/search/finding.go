// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package search

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"go.opentelemetry.io/collector/confmap"

	"github.com/cxone-otel/cxonereceiver/internal/signature"
)

// Finding is a scheme with which the receiver's own code verifies every captured request.
type Finding struct {
	// Scheme is the preset's name, or custom.
	Scheme string
	// YAML is the block to paste under the receiver's name: `signature:` and what belongs under it.
	YAML string
	// Config is the configuration of the block.
	Config *signature.Config
	// Names are the names of the requests that verify.
	Names []string
	// SignedStrings are the signed strings, by request. They contain the bodies, so they are for the operator only.
	SignedStrings []string
	// Now says what would happen to the captured requests and to fresh ones now, a sentence each.
	Now []string
	// Certainty says what is certain about the finding and what is a guess, a sentence each.
	Certainty []string
}

// NearMiss is a string that was signed, but that the receiver cannot build from the request that arrived.
type NearMiss struct {
	// Where is the signature's place.
	Where string
	// SignedString is the template of the string, as if the request had not been changed.
	SignedString string
	// Faults say what changed the request, and what to do.
	Faults []string
}

// composition is a string that fits, as its parts and separators.
type composition struct {
	*stringSearch
	parts      []*part
	separators []string
	trailer    string
	misses     []int // the requests that it does not fit
	foundAt    int   // the level at which it was found
}

// conclude makes a finding or a near miss of a string that fits. It returns nil if the receiver would refuse the
// configuration.
func (s *run) conclude(c *composition) *hit {
	config := c.config()
	if faults := c.faults(); len(faults) > 0 {
		return &hit{nearMiss: &NearMiss{Where: c.site.String(), SignedString: config.SignedString, Faults: faults}}
	}
	material := signature.KeyConfig{Algorithm: c.opening.algorithm, PublicKeyFile: s.key.file}
	if c.opening.secret != nil {
		material = signature.KeyConfig{Algorithm: c.opening.algorithm, SecretFile: s.key.file, SecretEncoding: c.opening.secret.encoding}
	}
	for _, config := range []signature.Config{s.withPartsOfURL(config), config} {
		config.Keys = s.keysFor(&config, material)
		if finding, err := s.prove(&config); err == nil {
			finding.Certainty = s.certainty(c)
			return &hit{finding: finding}
		}
	}
	return nil
}

// config writes a composition as a configuration. If there are two parts of one role, the second is an ordinary header or
// parameter.
func (c *composition) config() signature.Config {
	config := c.site.baseConfig()
	taken := map[role]bool{}
	var template strings.Builder
	for i, p := range c.parts {
		fragment, configure := p.template, p.configure
		switch {
		case p.role != roleNone && taken[p.role]:
			configure = nil
		case p.role != roleNone:
			fragment, taken[p.role] = p.roleTemplate, true
		}
		template.WriteString(escape(c.separators[i]) + escape(p.before) + fragment + escape(p.after))
		if configure != nil {
			configure(&config)
		}
	}
	template.WriteString(escape(c.trailer))
	config.SignedString = c.wrapper.around(template.String())
	return config
}

// withPartsOfURL gives the parameters of a URL that is signed as a whole their roles: a time must be recent, a version
// chooses the key, and so on.
func (s *run) withPartsOfURL(config signature.Config) signature.Config {
	signsQuery := strings.Contains(config.SignedString, "{query}") || config.URL == "" && strings.Contains(config.SignedString, "{url")
	if !signsQuery {
		return config
	}
	for _, f := range fieldsOf(s.captures) {
		if f.location.Query == "" || f.location == config.Value.Location {
			continue
		}
		places := map[role]*signature.LocationConfig{
			roleConsumer: &config.Consumer, roleNonce: &config.Nonce, roleTimestamp: &config.Timestamp.Location, roleVersion: &config.KeyVersion,
		}
		kind := s.options.roleOf(f)
		if place := places[kind]; place != nil && !place.IsSet() {
			*place = f.location
			if kind == roleTimestamp {
				f.timeForm().set(&config.Timestamp)
			}
		}
	}
	return config
}

func (c *composition) faults() []string {
	var faults []string
	for _, p := range c.parts {
		if p.fault != "" {
			faults = append(faults, p.fault)
		}
	}
	return faults
}

// keysFor makes a key for each version that the requests name.
func (s *run) keysFor(config *signature.Config, material signature.KeyConfig) []signature.KeyConfig {
	material.Version = s.options.KeyVersion
	versions := s.versions(config)
	if len(versions) == 0 {
		return []signature.KeyConfig{material}
	}
	var keys []signature.KeyConfig
	for _, version := range versions {
		material.Version = version
		keys = append(keys, material)
	}
	return keys
}

func (s *run) versions(config *signature.Config) []string {
	var versions []string
	for _, f := range fieldsOf(s.captures) {
		if f.location.Header != "" && strings.EqualFold(f.location.Header, config.KeyVersion.Header) ||
			f.location.Query != "" && f.location == config.KeyVersion {
			versions = append(versions, f.texts...)
		}
	}
	if config.KeyVersion.Field != "" {
		for _, c := range s.captures {
			if text, ok := fieldText(&config.Value, c.Request.Header.Get(config.Value.Header), config.KeyVersion.Field); ok {
				versions = append(versions, text)
			}
		}
	}
	slices.Sort(versions)
	return slices.Compact(versions)
}

// prove writes the configuration as YAML and reads it as the collector does. Then the receiver's verifier judges every
// request, at the time at which it was signed.
func (s *run) prove(config *signature.Config) (*Finding, error) {
	verifier, read, _, err := s.started(config, signature.Callback{})
	if err != nil {
		return nil, err
	}
	script := verifier
	if s.scriptURL(config) != "" {
		if script, _, _, err = s.started(config, signature.Callback{SignatureURL: s.options.ScriptURL}); err != nil {
			return nil, err
		}
	}
	finding := &Finding{Scheme: read.Scheme}
	var times []time.Time
	for _, c := range s.captures {
		s.tried.Add(1)
		verifier := verifier
		if s.options.urlFor(&c) == s.options.ScriptURL {
			verifier = script
		}
		e := verifier.ExplainToOperator(c.Request, c.Body, time.Now())
		at, err := read.Timestamp.Parse(e.Timestamp)
		known := err == nil
		if read.Scheme == signature.SchemeJWT {
			at, known = tokenTime(read, c)
		}
		if known {
			times = append(times, at)
			e = verifier.ExplainToOperator(c.Request, c.Body, at)
		}
		if e.Refusal != nil {
			return nil, fmt.Errorf("%s: %w", c.Name, e.Refusal)
		}
		finding.Names = append(finding.Names, c.Name)
		finding.SignedStrings = append(finding.SignedStrings, string(e.SignedString))
	}
	if len(times) == len(s.captures) {
		finding.Now = s.judgeClock(config, times)
	}
	_, finding.Config, finding.YAML, err = s.started(config, signature.Callback{})
	return finding, err
}

// scriptURL returns the signature_url of the script API's callback, if url is that of the other callback.
func (s *run) scriptURL(config *signature.Config) string {
	if config.URL == "" || config.URL != s.options.SignatureURL {
		return ""
	}
	return s.options.ScriptURL
}

// started prepares a configuration as the collector does before it listens.
func (s *run) started(config *signature.Config, callback signature.Callback) (*signature.Verifier, *signature.Config, string, error) {
	text, err := blockOf(config, s.scriptURL(config))
	if err != nil {
		return nil, nil, "", err
	}
	read, err := readBlock(text)
	if err != nil {
		return nil, nil, "", err
	}
	keyring, err := signature.NewKeyring(read, signature.KeyringOptions{})
	if err == nil {
		err = keyring.Load()
	}
	if err != nil {
		return nil, nil, "", err
	}
	verifier, err := signature.NewVerifier(read, keyring, callback)
	return verifier, read, forCollector(text), err
}

// readBlock reads a `signature:` block as the collector does.
func readBlock(text string) (*signature.Config, error) {
	retrieved, err := confmap.NewRetrievedFromYAML([]byte(text))
	if err != nil {
		return nil, err
	}
	conf, err := retrieved.AsConf()
	if err != nil {
		return nil, err
	}
	block, err := conf.Sub("signature")
	if err != nil {
		return nil, err
	}
	config := &signature.Config{}
	if err := config.Unmarshal(block); err != nil {
		return nil, err
	}
	return config, config.Validate()
}
