// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package keys

import (
	"slices"
	"strings"
	"time"

	"go.opentelemetry.io/collector/config/configopaque"
	"go.opentelemetry.io/collector/confmap"

	"github.com/cxone-otel/cxonereceiver/internal/signature/refusal"
)

// The encodings that a secret may have.
const (
	encodingRaw    = "raw"
	encodingBase64 = "base64"
	encodingHex    = "hex"
)

var secretEncodings = []string{encodingRaw, encodingBase64, encodingHex}

// Config is one key: its version, its algorithm, and where its material is.
type Config struct {
	// Version must equal the request's key version, byte for byte. A single key may leave it out if the scheme carries no
	// version. If the scheme carries none and there are several keys, it is the key's name in logs.
	Version string `mapstructure:"version"`
	// ConsumerID binds the key to one consumer. Default: none, which means any consumer.
	ConsumerID string `mapstructure:"consumer_id"`
	// Algorithm is one of [Names]. Default: the preset's; custom and rfc9421 have none.
	Algorithm string `mapstructure:"algorithm"`
	// PublicKeyFile holds a public key: PEM or bare base64 of an SPKI, a PKCS#1 key or a certificate, or a JWK.
	PublicKeyFile string `mapstructure:"public_key_file"`
	// Secret is an HMAC secret, at least 16 bytes when decoded.
	Secret configopaque.String `mapstructure:"secret"`
	// SecretFile holds an HMAC secret. Line ends at the end of the file do not count.
	SecretFile string `mapstructure:"secret_file"`
	// SecretEncoding is raw, base64 or hex. Default raw; base64 for standard_webhooks.
	SecretEncoding string `mapstructure:"secret_encoding"`
	// NotBefore and NotAfter limit the key's use. Each is a time of RFC 3339, or a YAML date without quotes. Default: no
	// limit.
	NotBefore string `mapstructure:"not_before"`
	NotAfter  string `mapstructure:"not_after"`

	_ struct{}
}

// Unmarshal accepts dates without quotes. YAML reads these as times rather than as texts.
func (k *Config) Unmarshal(conf *confmap.Conf) error {
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
	type plain Config
	return conf.Unmarshal((*plain)(k))
}

// Check adds the mistakes in a key that can be found without a file. The scheme decides which versions and consumers are
// allowed.
func (k *Config) Check(p *refusal.Problems, path string) {
	k.checkMaterial(p, path)
	before, err := parseDate(k.NotBefore)
	if err != nil {
		p.Add(path+".not_before", "%w", err)
	}
	after, err := parseDate(k.NotAfter)
	if err != nil {
		p.Add(path+".not_after", "%w", err)
	}
	if !before.IsZero() && !after.IsZero() && !before.Before(after) {
		p.Add(path+".not_after", "not after not_before, so the key would never be used")
	}
}

// checkMaterial checks that a key has one source of material and that it fits the algorithm.
func (k *Config) checkMaterial(p *refusal.Problems, path string) {
	kind := AlgorithmNamed(k.Algorithm)
	if k.Algorithm == "" {
		p.Add(path+".algorithm", "missing; choose the sender's, one of %s", strings.Join(Names(), ", "))
		return
	}
	if kind == nil {
		p.Add(path+".algorithm", "unknown algorithm %q; known algorithms are %s", k.Algorithm, strings.Join(Names(), ", "))
		return
	}
	if !slices.Contains(secretEncodings, k.SecretEncoding) && k.SecretEncoding != "" {
		p.Add(path+".secret_encoding", "unknown encoding %q; known encodings are %s", k.SecretEncoding, strings.Join(secretEncodings, ", "))
	}
	hasPublic, hasSecret, hasSecretFile := k.PublicKeyFile != "", k.Secret != "", k.SecretFile != ""
	if !kind.Symmetric() {
		switch {
		case hasSecret || hasSecretFile:
			p.Add(path, "%s verifies with a public key: give public_key_file, and no secret", k.Algorithm)
		case !hasPublic:
			p.Add(path+".public_key_file", "missing; %s verifies with a public key", k.Algorithm)
		}
		return
	}
	switch {
	case hasPublic:
		p.Add(path+".public_key_file",
			"%s verifies with a shared secret: give secret or secret_file; under a public key anyone could sign", k.Algorithm)
	case hasSecret && hasSecretFile:
		p.Add(path, "secret and secret_file exclude each other; give one")
	case !hasSecret && !hasSecretFile:
		p.Add(path+".secret", "missing or empty; give secret or secret_file (of secret: ${env:NAME}, the variable has to be set)")
	case hasSecret:
		if _, err := ParseSecret(string(k.Secret), k.SecretEncoding); err != nil {
			p.Add(path+".secret", "%w", err)
		}
	}
}
