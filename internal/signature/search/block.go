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

// defaultReplayTTL is the receiver's default. max_age and max_future together must not be longer.
const defaultReplayTTL = 15 * time.Minute

// blockOf writes a configuration's signature block as a person would, without the keys that the scheme sets, and the keys
// that belong beside it.
func blockOf(config *signature.Config, scriptURL string) (string, error) {
	usual, _ := signature.Preset(config.Scheme)
	components := config.Components
	if slices.Equal(usual.Components, components) {
		components = nil
	}
	entries := []entry{
		{"scheme", config.Scheme}, {"url", config.URL}, {"consumer_id", config.ConsumerID}, {"keys", keyList(config.Keys)},
	}
	switch config.Scheme {
	case signature.SchemeCustom:
		entries = append(entries, entry{"signed_string", config.SignedString}, entry{"value", valueOf(&config.Value)})
	case signature.SchemeJWS, signature.SchemeJWT:
		entries = append(entries, entry{"value", tokenOf(&config.Value, &usual.Value)})
	}
	entries = append(entries, entry{"timestamp", timestampOf(config, &usual)})
	if config.Scheme == signature.SchemeCustom {
		entries = append(entries, entry{"key_version", flow(locationOf(config.KeyVersion)...)},
			entry{"consumer", flow(locationOf(config.Consumer)...)}, entry{"nonce", flow(locationOf(config.Nonce)...)})
	}
	entries = append(entries, entry{"components", components}, entry{"jwt", claimsOf(&config.JWT)})

	ttl := ""
	if longest := config.Timestamp.MaxAge + config.Timestamp.MaxFuture; config.IsTimed() && longest > defaultReplayTTL {
		ttl = longest.String()
	}
	var out bytes.Buffer
	encoder := yaml.NewEncoder(&out)
	encoder.SetIndent(2)
	err := encoder.Encode(mapping(entry{"signature", mapping(entries...)}, entry{"script_api", flow(entry{"signature_url", scriptURL})},
		entry{"replay_window", flow(entry{"ttl", ttl})}))
	return out.String(), err
}

func keyList(all []signature.KeyConfig) *yaml.Node {
	list := &yaml.Node{Kind: yaml.SequenceNode}
	for i := range all {
		k := &all[i]
		var version *yaml.Node
		if k.Version != "" {
			version = quoted(k.Version) // a text that looks like a number
		}
		list.Content = append(list.Content, mapping(entry{"version", version}, entry{"algorithm", k.Algorithm},
			entry{"public_key_file", k.PublicKeyFile}, entry{"secret_file", k.SecretFile}, entry{"secret_encoding", k.SecretEncoding}))
	}
	return list
}

func locationOf(l signature.LocationConfig) []entry {
	return []entry{{"header", l.Header}, {"query", l.Query}, {"field", l.Field}}
}

func valueOf(v *signature.ValueConfig) *yaml.Node {
	format, separator := v.Format, v.Separator
	if format == "plain" {
		format, separator = "", ""
	}
	return flow(entry{"header", v.Header}, entry{"query", v.Query}, entry{"format", format}, entry{"separator", separator},
		entry{"select", v.Select}, entry{"prefix", v.Prefix}, entry{"encoding", v.Encoding})
}

// tokenOf writes where a token is. An empty prefix may have to be written.
func tokenOf(v, usual *signature.ValueConfig) *yaml.Node {
	if v.Location == usual.Location && v.Prefix == usual.Prefix {
		return nil
	}
	prefix := any(v.Prefix)
	if v.Prefix == "" {
		prefix = quoted("")
	}
	return flow(entry{"header", v.Header}, entry{"query", v.Query}, entry{"prefix", prefix})
}

// timestampOf writes which times are accepted, if these are not the default.
func timestampOf(config, usual *signature.Config) *yaml.Node {
	var entries []entry
	t := config.Timestamp
	if config.Scheme == signature.SchemeCustom && t.IsSet() {
		entries = append(locationOf(t.Location), entry{"unit", t.Unit}, entry{"layout", t.Layout})
	}
	if t.MaxAge != usual.Timestamp.MaxAge {
		entries = append(entries, entry{"max_age", t.MaxAge.String()})
	}
	if t.MaxFuture != usual.Timestamp.MaxFuture {
		entries = append(entries, entry{"max_future", t.MaxFuture.String()})
	}
	return flow(entries...)
}

// claimsOf writes the checks of a token's claims.
func claimsOf(jwt *signature.JWTConfig) *yaml.Node {
	claim := &jwt.BodyClaim
	body := flow(entry{"name", claim.Name}, entry{"hash", claim.Hash}, entry{"encoding", claim.Encoding})
	if claim.Name == "" {
		body = nil
	}
	return mapping(entry{"consumer_claim", jwt.ConsumerClaim}, entry{"body_claim", body})
}

// entry is a key and its value: a text, texts or a node. An empty value is not written.
type entry struct {
	key   string
	value any
}

// mapping writes entries in their order, a line each. It returns nil if there are none.
func mapping(entries ...entry) *yaml.Node {
	node := &yaml.Node{Kind: yaml.MappingNode}
	for _, e := range entries {
		var value *yaml.Node
		switch v := e.value.(type) {
		case *yaml.Node:
			value = v
		case string:
			value = text(v)
		case []string:
			if len(v) > 0 {
				value = &yaml.Node{Kind: yaml.SequenceNode, Style: yaml.FlowStyle}
				for _, one := range v {
					value.Content = append(value.Content, text(one))
				}
			}
		}
		if value != nil {
			node.Content = append(node.Content, text(e.key), value)
		}
	}
	if len(node.Content) == 0 {
		return nil
	}
	return node
}

// flow writes entries in one line.
func flow(entries ...entry) *yaml.Node {
	node := mapping(entries...)
	if node != nil {
		node.Style = yaml.FlowStyle
	}
	return node
}

func text(value string) *yaml.Node {
	if value == "" {
		return nil
	}
	node := &yaml.Node{}
	node.SetString(value)
	return node
}

func quoted(value string) *yaml.Node {
	return &yaml.Node{Kind: yaml.ScalarNode, Style: yaml.DoubleQuotedStyle, Value: value}
}

// forCollector escapes what the collector would take for a variable: ${env:NAME}, or a $ in a prefix.
func forCollector(text string) string { return strings.ReplaceAll(text, "$", "$$") }
