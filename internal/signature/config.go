// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package signature

import (
	"cmp"
	"time"

	"go.opentelemetry.io/collector/confmap"

	"github.com/cxone-otel/cxonereceiver/internal/signature/jose"
	"github.com/cxone-otel/cxonereceiver/internal/signature/keys"
	"github.com/cxone-otel/cxonereceiver/internal/signature/parts"
)

const (
	defaultRefreshInterval = 5 * time.Minute
	defaultMaxAge          = 10 * time.Minute
	defaultMaxFuture       = time.Minute
)

// Config is a `signature:` block: the name of a scheme, its keys, and the parts of the scheme that the user changes.
// Unmarshal makes one from the scheme's preset; [Preset] returns one.
type Config struct {
	// Scheme is a preset's name, `custom` (starts empty), `rfc9421`, `jws` or `jwt`. Default monitoring_gateway.
	Scheme string `mapstructure:"scheme"`
	// URL is the vendor form's SIGNATURE URL, for all callbacks. A callback's signature_url overrides it. Default: none;
	// {url} is then built from the request's Host.
	URL string `mapstructure:"url"`
	// ConsumerID, if set, is the only consumer that requests may name. Default: none.
	ConsumerID string `mapstructure:"consumer_id"`
	// RefreshInterval is the vendor form's REFRESH RATE: how often key files are read again. Default 5m, at least 1s.
	RefreshInterval time.Duration `mapstructure:"refresh_interval"`
	// Keys are the keys that may have signed a request. While keys are rotated, there are several.
	Keys []KeyConfig `mapstructure:"keys"`
	// SignedString is the template of the string that is signed. Package template describes the language.
	SignedString string `mapstructure:"signed_string"`
	// Value says where the signature is and how it is written.
	Value ValueConfig `mapstructure:"value"`
	// Timestamp says where the time of signing is, and which times are accepted.
	Timestamp TimestampConfig `mapstructure:"timestamp"`
	// KeyVersion says where the version of the signing key is.
	KeyVersion LocationConfig `mapstructure:"key_version"`
	// Consumer says where the consumer of the request is.
	Consumer LocationConfig `mapstructure:"consumer"`
	// Nonce says where the request's own identifier is.
	Nonce LocationConfig `mapstructure:"nonce"`
	// Components are those that an RFC 9421 signature must cover. Each is a `name`, or `name|name` if one of them is
	// enough. Scheme rfc9421 only. Default: @method, @target-uri|@path|@request-target, content-digest.
	Components []string `mapstructure:"components"`
	// JWT says how the claims of a token are checked. Scheme jwt only.
	JWT JWTConfig `mapstructure:"jwt"`

	_ struct{}
}

// The blocks under Config. Each belongs to the package that reads what it describes.
type (
	// KeyConfig is one key.
	KeyConfig = keys.Config
	// LocationConfig says where a part of the scheme is in a request.
	LocationConfig = parts.Location
	// ValueConfig says where the signature is and how it is written.
	ValueConfig = parts.Value
	// TimestampConfig says where the time of signing is and which times are accepted.
	TimestampConfig = parts.Timestamp
	// JWTConfig says how the claims of a token are checked.
	JWTConfig = jose.TokenConfig
)

// IsTimed reports whether a signature is valid only for a time: the scheme has a timestamp, or each signature has one.
func (c *Config) IsTimed() bool { return c.kind().timed(c) }

// Unmarshal sets the user's keys, one by one, over the preset that `scheme` names. A header, query or field replaces the
// other two of that part, so that one line moves the signature into the query.
func (c *Config) Unmarshal(conf *confmap.Conf) error {
	named := struct {
		Scheme string `mapstructure:"scheme"`
	}{Scheme: DefaultScheme}
	if err := conf.Unmarshal(&named, confmap.WithIgnoreUnused()); err != nil {
		return err
	}
	preset, defaults := newConfig(named.Scheme)
	*c = preset
	c.Timestamp.MaxAge = 0
	for part, location := range c.locations() {
		sub, err := conf.Sub(part)
		if err != nil {
			return err
		}
		if nonEmpty(sub, "header") || nonEmpty(sub, "query") || nonEmpty(sub, "field") {
			*location = LocationConfig{}
		}
	}
	// The type has no methods, so that confmap does not call this one again.
	type plain Config
	if err := conf.Unmarshal((*plain)(c)); err != nil {
		return err
	}
	if claim := &c.JWT.BodyClaim; claim.Name != "" {
		claim.Hash, claim.Encoding = cmp.Or(claim.Hash, "sha256"), cmp.Or(claim.Encoding, parts.EncodingHex)
	}
	if conf.IsSet("timestamp::layout") && !conf.IsSet("timestamp::unit") {
		c.Timestamp.Unit = parts.UnitLayout
	}
	if !conf.IsSet("timestamp::max_age") {
		c.Timestamp.MaxAge = max(defaultMaxAge, 2*c.RefreshInterval)
	}
	for i := range c.Keys {
		fill(&c.Keys[i], defaults)
	}
	return nil
}

// locations maps the configuration's keys to the locations under them.
func (c *Config) locations() map[string]*LocationConfig {
	return map[string]*LocationConfig{
		"value":       &c.Value.Location,
		"timestamp":   &c.Timestamp.Location,
		"key_version": &c.KeyVersion,
		"consumer":    &c.Consumer,
		"nonce":       &c.Nonce,
	}
}

func nonEmpty(conf *confmap.Conf, key string) bool {
	value := conf.Get(key)
	return value != nil && value != ""
}

// fill sets on a key what its scheme sets for all keys.
func fill(k *KeyConfig, defaults keyDefaults) {
	if k.Algorithm == "" {
		k.Algorithm = defaults.algorithm
	}
	if k.SecretEncoding == "" {
		k.SecretEncoding = defaults.secretEncoding
	}
}
