// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package signature

import (
	"fmt"

	"github.com/cxone-otel/cxonereceiver/internal/signature/keys"
	"github.com/cxone-otel/cxonereceiver/internal/signature/refusal"
	"github.com/cxone-otel/cxonereceiver/internal/signature/template"
)

// The types of package keys that callers of this package need.
type (
	// Keyring holds the keys of a configuration and keeps them up to date.
	Keyring = keys.Ring
	// KeyringOptions are what a Keyring reports to others.
	KeyringOptions = keys.RingOptions
)

// The outcomes that KeyringOptions.OnReload gets.
const (
	ReloadSuccess = keys.ReloadSuccess
	ReloadFailure = keys.ReloadFailure
)

// NewKeyring prepares the keys of a configuration without reading a file. It returns the errors of Config.Validate about
// `keys`.
func NewKeyring(config *Config, options KeyringOptions) (*Keyring, error) {
	if err := config.validateKeys(); err != nil {
		return nil, err
	}
	options.Accept = config.kind().accepts
	return keys.NewRing(config.Keys, config.RefreshInterval, options)
}

// maxKeysTried is how many keys may have signed one request, if the scheme does not say which. Every forgery costs a
// verification with each of them.
const maxKeysTried = 8

func (c *Config) validateKeys() error {
	var p refusal.Problems
	if len(c.Keys) == 0 {
		p.Add("keys",
			"there are none, so every request would be refused; give at least one with algorithm and public_key_file, secret or secret_file")
	}
	seen := map[keys.ID]int{}
	perConsumer := map[string]int{}
	for i := range c.Keys {
		k := &c.Keys[i]
		path := fmt.Sprintf("keys[%d]", i)
		id := keys.ID{Version: k.Version, Consumer: k.ConsumerID}
		if first, ok := seen[id]; ok {
			p.Add(path,
				"keys[%d] has version %q and consumer_id %q too; give each key a version of its own", first, refusal.Cut(k.Version),
				refusal.Cut(k.ConsumerID))
		} else {
			seen[id] = i
		}
		perConsumer[k.ConsumerID]++
		c.checkKey(&p, path, k)
	}
	for consumer, count := range perConsumer {
		if consumer != "" {
			count += perConsumer[""]
		}
		if !c.kind().namesKey(c) && count > maxKeysTried {
			p.Add("keys",
				"the scheme carries no key version, so %d keys would have to be tried for each request; at most %d for a consumer", count, maxKeysTried)
			break
		}
	}
	return p.Err()
}

func (c *Config) checkKey(p *refusal.Problems, path string, k *KeyConfig) {
	switch {
	case k.Version != "":
	case c.KeyVersion.IsSet():
		p.Add(path+".version", "missing; the scheme carries a key version (%s), and this key is never used without one", c.KeyVersion.Place())
	case len(c.Keys) > 1:
		p.Add(path+".version", "missing; with several keys each needs a name")
	}
	if k.ConsumerID != "" && !c.carriesConsumer() && k.ConsumerID != c.ConsumerID {
		p.Add(path+".consumer_id",
			"the scheme carries no consumer, so this key would never be used; name consumer.header, or leave consumer_id out")
	}
	if k.ConsumerID != "" && c.ConsumerID != "" && k.ConsumerID != c.ConsumerID {
		p.Add(path+".consumer_id", "signature.consumer_id accepts another consumer only, so this key would never be used")
	}
	if a := keys.AlgorithmNamed(k.Algorithm); a != nil {
		if err := c.kind().takes(c, a); err != nil {
			p.Add(path+".algorithm", "%w", err)
		}
	}
	k.Check(p, path)
}

// checkSecretAtom checks that the template contains the secret if, and only if, the algorithm is a plain digest.
func (c *Config) checkSecretAtom(a *keys.Algorithm) error {
	parsed, err := template.Parse(c.SignedString)
	if err != nil {
		return nil //nolint:nilerr // the error of signed_string says it
	}
	switch uses := parsed.UsesSecret(); {
	case a.SignsSecret() && !uses:
		return fmt.Errorf(
			"%s is a plain digest, which anyone can make of a signed_string without {secret}; add it where the sender has it, or choose "+
				"an hmac algorithm", a.Name)
	case uses && !a.SignsSecret():
		return fmt.Errorf(
			"signed_string uses {secret}, which only a plain digest signs, and this is %s; take it out, or choose digest_sha256 or "+
				"digest_sha512", a.Name)
	}
	return nil
}
