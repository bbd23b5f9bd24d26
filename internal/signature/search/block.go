// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package search

import (
	"bytes"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/cxone-otel/cxonereceiver/internal/signature"
)

// block is a signature.Config as a person would write it: what the scheme says already is left out.
type block struct {
	Scheme       string         `yaml:"scheme"`
	URL          string         `yaml:"url,omitempty"`
	ConsumerID   string         `yaml:"consumer_id,omitempty"`
	Keys         []keyBlock     `yaml:"keys"`
	SignedString string         `yaml:"signed_string,omitempty"`
	Value        any            `yaml:"value,flow,omitempty"` // a *valueBlock or a *tokenPlace
	Timestamp    *locationBlock `yaml:"timestamp,flow,omitempty"`
	KeyVersion   *locationBlock `yaml:"key_version,flow,omitempty"`
	Consumer     *locationBlock `yaml:"consumer,flow,omitempty"`
	Nonce        *locationBlock `yaml:"nonce,flow,omitempty"`
	Components   []string       `yaml:"components,flow,omitempty"`
	JWT          *tokenBlock    `yaml:"jwt,omitempty"`
}

type keyBlock struct {
	Version        quoted `yaml:"version,omitempty"`
	Algorithm      string `yaml:"algorithm"`
	PublicKeyFile  string `yaml:"public_key_file,omitempty"`
	SecretFile     string `yaml:"secret_file,omitempty"`
	SecretEncoding string `yaml:"secret_encoding,omitempty"`
}

type locationBlock struct {
	Header string `yaml:"header,omitempty"`
	Query  string `yaml:"query,omitempty"`
	Field  string `yaml:"field,omitempty"`
	Unit   string `yaml:"unit,omitempty"`
	Layout string `yaml:"layout,omitempty"`
	// MaxAge and MaxFuture are written where they are not the defaults.
	MaxAge    string `yaml:"max_age,omitempty"`
	MaxFuture string `yaml:"max_future,omitempty"`
}

type valueBlock struct {
	Header    string   `yaml:"header,omitempty"`
	Query     string   `yaml:"query,omitempty"`
	Format    string   `yaml:"format,omitempty"`
	Separator string   `yaml:"separator,omitempty"`
	Select    []string `yaml:"select,flow,omitempty"`
	Prefix    string   `yaml:"prefix,omitempty"`
	Encoding  string   `yaml:"encoding"`
}

// quoted is text that looks like a number.
type quoted string

// MarshalYAML keeps the quotes, since a version is text.
func (q quoted) MarshalYAML() (any, error) {
	return &yaml.Node{Kind: yaml.ScalarNode, Style: yaml.DoubleQuotedStyle, Value: string(q)}, nil
}

// callbackBlock is what one callback says for itself.
type callbackBlock struct {
	SignatureURL string `yaml:"signature_url"`
}

// blockOf writes a configuration's signature block, and what belongs beside it.
func blockOf(config *signature.Config, scriptURL string) (string, error) {
	b := block{Scheme: config.Scheme, URL: config.URL, ConsumerID: config.ConsumerID}
	for i := range config.Keys {
		k := &config.Keys[i]
		b.Keys = append(b.Keys, keyBlock{quoted(k.Version), k.Algorithm, k.PublicKeyFile, k.SecretFile, k.SecretEncoding})
	}
	if preset, _ := signature.Preset(config.Scheme); !slices.Equal(preset.Components, config.Components) {
		b.Components = config.Components
	}
	switch config.Scheme {
	case signature.SchemeCustom:
		b.spellOut(config)
	case signature.SchemeJWS, signature.SchemeJWT:
		b.writeToken(config)
	}
	b.writeWindow(config)
	var whole struct {
		Signature    block          `yaml:"signature"`
		ScriptAPI    *callbackBlock `yaml:"script_api,flow,omitempty"`
		ReplayWindow *replayBlock   `yaml:"replay_window,flow,omitempty"`
	}
	whole.Signature = b
	if scriptURL != "" {
		whole.ScriptAPI = &callbackBlock{scriptURL}
	}
	if longest := config.Timestamp.MaxAge + config.Timestamp.MaxFuture; config.IsTimed() && longest > defaultReplayTTL {
		whole.ReplayWindow = &replayBlock{longest.String()}
	}
	var out bytes.Buffer
	encoder := yaml.NewEncoder(&out)
	encoder.SetIndent(2)
	err := encoder.Encode(whole)
	return out.String(), err
}

// defaultReplayTTL is the receiver's: max_age and max_future together must not be longer.
const defaultReplayTTL = 15 * time.Minute

// tokenBlock says what the claims of a token are held against.
type tokenBlock struct {
	ConsumerClaim string      `yaml:"consumer_claim,omitempty"`
	BodyClaim     *claimBlock `yaml:"body_claim,flow,omitempty"`
}

// tokenPlace says where a token travels. Its prefix may have to be empty.
type tokenPlace struct {
	Header string `yaml:"header,omitempty"`
	Query  string `yaml:"query,omitempty"`
	Prefix string `yaml:"prefix"`
}

type claimBlock struct {
	Name     string `yaml:"name"`
	Hash     string `yaml:"hash"`
	Encoding string `yaml:"encoding"`
}

// writeToken writes where a token travels, and which of its claims are held against what.
func (b *block) writeToken(config *signature.Config) {
	usual, _ := signature.Preset(config.Scheme)
	if v := &config.Value; v.Location != usual.Value.Location || v.Prefix != usual.Value.Prefix {
		b.Value = &tokenPlace{v.Header, v.Query, v.Prefix}
	}
	if config.JWT == (signature.JWTConfig{}) {
		return
	}
	b.JWT = &tokenBlock{ConsumerClaim: config.JWT.ConsumerClaim}
	if claim := &config.JWT.BodyClaim; claim.Name != "" {
		b.JWT.BodyClaim = &claimBlock{claim.Name, claim.Hash, claim.Encoding}
	}
}

// replayBlock is the receiver's memory of what it has accepted.
type replayBlock struct {
	TTL string `yaml:"ttl"`
}

// writeWindow writes which times are accepted, where that is not the default.
func (b *block) writeWindow(config *signature.Config) {
	usual, _ := signature.Preset(config.Scheme)
	if config.Timestamp.MaxAge == usual.Timestamp.MaxAge && config.Timestamp.MaxFuture == usual.Timestamp.MaxFuture {
		return
	}
	if b.Timestamp == nil {
		b.Timestamp = &locationBlock{}
	}
	if config.Timestamp.MaxAge != usual.Timestamp.MaxAge {
		b.Timestamp.MaxAge = config.Timestamp.MaxAge.String()
	}
	if config.Timestamp.MaxFuture != usual.Timestamp.MaxFuture {
		b.Timestamp.MaxFuture = config.Timestamp.MaxFuture.String()
	}
}

// spellOut writes what a preset would say.
func (b *block) spellOut(config *signature.Config) {
	b.SignedString = config.SignedString
	v := &config.Value
	value := &valueBlock{Header: v.Header, Query: v.Query, Prefix: v.Prefix, Encoding: v.Encoding, Select: v.Select}
	if v.Format != "plain" {
		value.Format, value.Separator = v.Format, v.Separator
	}
	b.Value = value
	if b.Timestamp = locationOf(config.Timestamp.Location); b.Timestamp != nil {
		b.Timestamp.Unit, b.Timestamp.Layout = config.Timestamp.Unit, config.Timestamp.Layout
	}
	b.KeyVersion, b.Consumer, b.Nonce = locationOf(config.KeyVersion), locationOf(config.Consumer), locationOf(config.Nonce)
}

func locationOf(l signature.LocationConfig) *locationBlock {
	if !l.IsSet() {
		return nil
	}
	return &locationBlock{Header: l.Header, Query: l.Query, Field: l.Field}
}

// forCollector escapes what the collector would take for a variable: ${env:NAME}, or the bare $ in a prefix.
func forCollector(text string) string { return strings.ReplaceAll(text, "$", "$$") }
