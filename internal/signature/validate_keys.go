// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package signature

import (
	"fmt"
	"slices"
	"strings"
)

// maxKeysTried is how many keys may have signed one request under a scheme that does not say which. Each costs a
// verification for every forgery that comes in.
const maxKeysTried = 8

var secretEncodings = []string{"raw", encodingBase64, encodingHex}

// carriesVersion says whether a request names the version of the key that signed it.
func (c *Config) carriesVersion() bool {
	return c.KeyVersion.IsSet() || c.Scheme == SchemeRFC9421 && !c.hasOneNamelessKey()
}

func (c *Config) hasOneNamelessKey() bool { return len(c.Keys) == 1 && c.Keys[0].Version == "" }

func (c *Config) validateKeys() error {
	var p problems
	if len(c.Keys) == 0 {
		p.add("keys", "there are none, so every request would be refused; give at least one with algorithm and public_key_file, secret or secret_file")
	}
	seen := map[keyID]int{}
	perConsumer := map[string]int{}
	for i := range c.Keys {
		k := &c.Keys[i]
		path := fmt.Sprintf("keys[%d]", i)
		id := keyID{k.Version, k.ConsumerID}
		if first, ok := seen[id]; ok {
			p.add(path, "keys[%d] has version %q and consumer_id %q too; give each key a version of its own", first, cut(k.Version), cut(k.ConsumerID))
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
		if !c.carriesVersion() && count > maxKeysTried {
			p.add("keys", "the scheme carries no key version, so %d keys would have to be tried for each request; at most %d for a consumer", count, maxKeysTried)
			break
		}
	}
	return p.err()
}

func (c *Config) checkKey(p *problems, path string, k *KeyConfig) {
	switch {
	case k.Version != "":
	case c.KeyVersion.IsSet():
		p.add(path+".version", "missing; the scheme carries a key version (%s), and this key is never used without one", placeOf(c.KeyVersion))
	case len(c.Keys) > 1:
		p.add(path+".version", "missing; with several keys each needs a name")
	}
	if k.ConsumerID != "" && !c.Consumer.IsSet() && k.ConsumerID != c.ConsumerID {
		p.add(path+".consumer_id", "the scheme carries no consumer, so this key would never be used; name consumer.header, or leave consumer_id out")
	}
	if k.ConsumerID != "" && c.ConsumerID != "" && k.ConsumerID != c.ConsumerID {
		p.add(path+".consumer_id", "signature.consumer_id accepts another consumer only, so this key would never be used")
	}
	k.checkMaterial(p, path, c.Scheme)
	before, err := parseDate(k.NotBefore)
	if err != nil {
		p.add(path+".not_before", "%w", err)
	}
	after, err := parseDate(k.NotAfter)
	if err != nil {
		p.add(path+".not_after", "%w", err)
	}
	if !before.IsZero() && !after.IsZero() && !before.Before(after) {
		p.add(path+".not_after", "not after not_before, so the key would never be used")
	}
}

// checkMaterial checks that a key has one source of material and that it fits the algorithm.
func (k *KeyConfig) checkMaterial(p *problems, path, scheme string) {
	kind := algorithmNamed(k.Algorithm)
	if k.Algorithm == "" {
		p.add(path+".algorithm", "missing; choose the sender's, one of %s", strings.Join(Algorithms(), ", "))
		return
	}
	if kind == nil {
		p.add(path+".algorithm", "unknown algorithm %q; known algorithms are %s", k.Algorithm, strings.Join(Algorithms(), ", "))
		return
	}
	if scheme == SchemeRFC9421 && kind.rfc9421 == "" {
		p.add(path+".algorithm", "%s is not an algorithm of RFC 9421; those are %s", k.Algorithm, strings.Join(messageAlgorithms(), ", "))
	}
	if !slices.Contains(secretEncodings, k.SecretEncoding) && k.SecretEncoding != "" {
		p.add(path+".secret_encoding", "unknown encoding %q; known encodings are %s", k.SecretEncoding, strings.Join(secretEncodings, ", "))
	}
	hasPublic, hasSecret, hasSecretFile := k.PublicKeyFile != "", k.Secret != "", k.SecretFile != ""
	if kind.family != familyHMAC {
		switch {
		case hasSecret || hasSecretFile:
			p.add(path, "%s verifies with a public key: give public_key_file, and no secret", k.Algorithm)
		case !hasPublic:
			p.add(path+".public_key_file", "missing; %s verifies with a public key", k.Algorithm)
		}
		return
	}
	switch {
	case hasPublic:
		p.add(path+".public_key_file", "%s verifies with a shared secret: give secret or secret_file; under a public key anyone could sign", k.Algorithm)
	case hasSecret && hasSecretFile:
		p.add(path, "secret and secret_file exclude each other; give one")
	case !hasSecret && !hasSecretFile:
		p.add(path+".secret", "missing or empty; give secret or secret_file (of secret: ${env:NAME}, the variable has to be set)")
	case hasSecret:
		if _, err := ParseSecret(string(k.Secret), k.SecretEncoding); err != nil {
			p.add(path+".secret", "%w", err)
		}
	}
}

// messageAlgorithms are those that RFC 9421 registers.
func messageAlgorithms() []string {
	var names []string
	for i := range algorithms {
		if algorithms[i].rfc9421 != "" {
			names = append(names, algorithms[i].name)
		}
	}
	return names
}
