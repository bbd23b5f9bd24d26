// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package signature

import (
	"time"

	"go.opentelemetry.io/collector/config/configopaque"
	"go.opentelemetry.io/collector/confmap"
)

const (
	defaultRefreshInterval = 5 * time.Minute
	defaultMaxAge          = 10 * time.Minute
	defaultMaxFuture       = time.Minute
	defaultMaxFiles        = 20
)

// Config is the receiver's `signature:` block: a scheme by name, its keys, and whatever of the scheme's parts the user sets
// differently. Get one by unmarshaling (which starts from the scheme's preset) or from [Preset].
type Config struct {
	// Scheme is a preset's name, `custom` (starts empty) or `rfc9421`. Default monitoring_gateway.
	Scheme string `mapstructure:"scheme"`
	// URL is the vendor form's SIGNATURE URL, for all callbacks; a callback's signature_url overrides it. Default none:
	// {url} is then built from the request's Host.
	URL string `mapstructure:"url"`
	// ConsumerID, when set, is the only consumer that requests may name. Default none.
	ConsumerID string `mapstructure:"consumer_id"`
	// RefreshInterval is the vendor form's REFRESH RATE: how often key files are read again. Default 5m, at least 1s.
	RefreshInterval time.Duration `mapstructure:"refresh_interval"`
	// Keys are the keys that may have signed a request, several at once for a rotation's overlap.
	Keys []KeyConfig `mapstructure:"keys"`
	// SignedString is the template of the string that is signed; see template.go for the language.
	SignedString string `mapstructure:"signed_string"`
	// Value says where the signature is and how it is written.
	Value ValueConfig `mapstructure:"value"`
	// Timestamp says where the time of signing is, and how old it may be.
	Timestamp TimestampConfig `mapstructure:"timestamp"`
	// KeyVersion says where the version of the key is that signed.
	KeyVersion LocationConfig `mapstructure:"key_version"`
	// Consumer says where the consumer is that the request is meant for.
	Consumer LocationConfig `mapstructure:"consumer"`
	// Nonce says where the request's own identifier is.
	Nonce LocationConfig `mapstructure:"nonce"`
	// Components are what an RFC 9421 signature must cover, each `name` or `name|name` where any one will do. Scheme rfc9421
	// only. Default @method, @target-uri|@path|@request-target, content-digest.
	Components []string `mapstructure:"components"`
	// CaptureRejected writes refused requests to files. The receiver does that; it is off by default.
	CaptureRejected CaptureConfig `mapstructure:"capture_rejected"`

	_ struct{}
}

// KeyConfig is one key: what it is called, what it does, where its material is.
type KeyConfig struct {
	// Version is what the request's key version must equal, byte for byte. It may be left out for a single key under a
	// scheme that carries no version; with several keys it is the key's name in logs.
	Version string `mapstructure:"version"`
	// ConsumerID binds the key to one consumer. Default none: any consumer.
	ConsumerID string `mapstructure:"consumer_id"`
	// Algorithm is one of [Algorithms]. Default: the preset's; custom and rfc9421 have none.
	Algorithm string `mapstructure:"algorithm"`
	// PublicKeyFile holds a public key: PEM or bare base64 of an SPKI, a PKCS#1 key or a certificate, or a JWK.
	PublicKeyFile string `mapstructure:"public_key_file"`
	// Secret is an HMAC secret, at least 16 bytes when decoded.
	Secret configopaque.String `mapstructure:"secret"`
	// SecretFile holds an HMAC secret; line ends at its end do not count.
	SecretFile string `mapstructure:"secret_file"`
	// SecretEncoding is raw, base64 or hex. Default raw; base64 for standard_webhooks.
	SecretEncoding string `mapstructure:"secret_encoding"`
	// NotBefore and NotAfter bound the key's use, RFC 3339. Default unbounded.
	NotBefore string `mapstructure:"not_before"`
	NotAfter  string `mapstructure:"not_after"`

	_ struct{}
}

// LocationConfig says where a part of the scheme travels: a header, a query parameter, or a field of a signature value
// whose format is `pairs`. At most one is set; none means that the scheme has no such part.
type LocationConfig struct {
	Header string `mapstructure:"header"`
	Query  string `mapstructure:"query"`
	Field  string `mapstructure:"field"`
}

// ValueConfig says where the signature is and how it is written.
type ValueConfig struct {
	LocationConfig `mapstructure:",squash"`
	// Format is plain (one signature), list (several, any may match) or pairs (`t=...,v1=...`).
	Format string `mapstructure:"format"`
	// Separator stands between the elements of a list or of pairs. Default a comma.
	Separator string `mapstructure:"separator"`
	// Select names the keys of pairs that hold signatures.
	Select []string `mapstructure:"select"`
	// Prefix stands before the encoded signature. A list's elements without it are passed over.
	Prefix string `mapstructure:"prefix"`
	// Encoding is base64 (either alphabet, padded or not) or hex.
	Encoding string `mapstructure:"encoding"`
}

// TimestampConfig says where the time of signing is and which times are accepted.
type TimestampConfig struct {
	LocationConfig `mapstructure:",squash"`
	// Unit is s, ms, us, ns (since 1970), rfc3339 or http_date.
	Unit string `mapstructure:"unit"`
	// MaxAge is how old a request may be. Default the larger of 10m and twice RefreshInterval, since a sender may use one
	// signature for a whole interval.
	MaxAge time.Duration `mapstructure:"max_age"`
	// MaxFuture is how far ahead of ours the sender's clock may be. Default 1m.
	MaxFuture time.Duration `mapstructure:"max_future"`
}

// CaptureConfig limits the capture of refused requests.
type CaptureConfig struct {
	// Directory is where the files go. Default none: off.
	Directory string `mapstructure:"directory"`
	// MaxFiles is the number of files at which capture stops. Default 20.
	MaxFiles int `mapstructure:"max_files"`
	// From limits capture to senders in these CIDR ranges. Default all.
	From []string `mapstructure:"from"`

	_ struct{}
}

// IsSet reports whether the scheme has this part.
func (l LocationConfig) IsSet() bool { return l != LocationConfig{} }

// IsTimed reports whether a signature is good for max_age only: the scheme has a timestamp, or is RFC 9421, whose
// signatures carry `created`.
func (c *Config) IsTimed() bool { return c.Timestamp.IsSet() || c.Scheme == SchemeRFC9421 }

// Unmarshal lays the user's keys, one by one, over the preset that `scheme` names. Naming a header, query or field clears
// the other two of that part, so that moving the signature into the query takes one line.
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
	// A type without methods keeps confmap from calling this method again.
	type plain Config
	if err := conf.Unmarshal((*plain)(c)); err != nil {
		return err
	}
	if !conf.IsSet("timestamp::max_age") {
		c.Timestamp.MaxAge = max(defaultMaxAge, 2*c.RefreshInterval)
	}
	for i := range c.Keys {
		c.Keys[i].fill(defaults)
	}
	return nil
}

// locations maps the configuration's keys to the locations under them.
func (c *Config) locations() map[string]*LocationConfig {
	return map[string]*LocationConfig{
		"value":       &c.Value.LocationConfig,
		"timestamp":   &c.Timestamp.LocationConfig,
		"key_version": &c.KeyVersion,
		"consumer":    &c.Consumer,
		"nonce":       &c.Nonce,
	}
}

func nonEmpty(conf *confmap.Conf, key string) bool {
	value := conf.Get(key)
	return value != nil && value != ""
}

// fill gives a key what its scheme says of keys.
func (k *KeyConfig) fill(defaults keyDefaults) {
	if k.Algorithm == "" {
		k.Algorithm = defaults.algorithm
	}
	if k.SecretEncoding == "" {
		k.SecretEncoding = defaults.secretEncoding
	}
}

// Unmarshal accepts dates without quotes, which YAML hands over as times rather than as text.
func (k *KeyConfig) Unmarshal(conf *confmap.Conf) error {
	for _, name := range []string{"not_before", "not_after"} {
		date, ok := conf.Get(name).(time.Time)
		if !ok {
			continue
		}
		text := confmap.NewFromStringMap(map[string]any{name: date.Format(time.RFC3339Nano)})
		if err := conf.Merge(text); err != nil {
			return err
		}
	}
	type plain KeyConfig
	return conf.Unmarshal((*plain)(k))
}
