// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package search

import (
	"bytes"
	"slices"
	"strings"

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
	Value        *valueBlock    `yaml:"value,flow,omitempty"`
	Timestamp    *locationBlock `yaml:"timestamp,flow,omitempty"`
	KeyVersion   *locationBlock `yaml:"key_version,flow,omitempty"`
	Consumer     *locationBlock `yaml:"consumer,flow,omitempty"`
	Nonce        *locationBlock `yaml:"nonce,flow,omitempty"`
	Components   []string       `yaml:"components,flow,omitempty"`
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

// blockOf writes a configuration's signature block.
func blockOf(config *signature.Config) (string, error) {
	b := block{Scheme: config.Scheme, URL: config.URL, ConsumerID: config.ConsumerID}
	for i := range config.Keys {
		k := &config.Keys[i]
		b.Keys = append(b.Keys, keyBlock{quoted(k.Version), k.Algorithm, k.PublicKeyFile, k.SecretFile, k.SecretEncoding})
	}
	if preset, _ := signature.Preset(config.Scheme); !slices.Equal(preset.Components, config.Components) {
		b.Components = config.Components
	}
	if config.Scheme == signature.SchemeCustom {
		b.spellOut(config)
	}
	var out bytes.Buffer
	encoder := yaml.NewEncoder(&out)
	encoder.SetIndent(2)
	err := encoder.Encode(struct {
		Signature block `yaml:"signature"`
	}{b})
	return out.String(), err
}

// spellOut writes what a preset would say.
func (b *block) spellOut(config *signature.Config) {
	b.SignedString = config.SignedString
	v := &config.Value
	b.Value = &valueBlock{Header: v.Header, Query: v.Query, Prefix: v.Prefix, Encoding: v.Encoding, Select: v.Select}
	if v.Format != "plain" {
		b.Value.Format, b.Value.Separator = v.Format, v.Separator
	}
	if b.Timestamp = locationOf(config.Timestamp.Location); b.Timestamp != nil {
		b.Timestamp.Unit = config.Timestamp.Unit
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
