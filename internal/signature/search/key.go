// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package search

import (
	"cmp"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/cxone-otel/cxonereceiver/internal/signature"
	"github.com/cxone-otel/cxonereceiver/internal/signature/keys"
)

// Key is the public key or the secret with which the requests should verify.
type Key struct {
	file    string
	public  crypto.PublicKey // nil for a secret
	secrets []secret
}

// secret is one way to read a secret file: its encoding is not known.
type secret struct {
	encoding string
	bytes    []byte
}

// PublicKey reads a public key's file, in any form that the receiver accepts.
func PublicKey(file string) (*Key, error) {
	text, err := os.ReadFile(file) //nolint:gosec // the file that the user named
	if err != nil {
		return nil, err
	}
	public, err := keys.ParsePublicKey(text)
	if errors.Is(err, keys.ErrPrivateKey) {
		return nil, fmt.Errorf("%s: %w; its public half is what `openssl pkey -in %s -pubout` prints", file, err, file)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	k := &Key{file: absolute(file), public: public}
	if len(k.algorithms()) == 0 {
		return nil, fmt.Errorf("%s: no algorithm of the receiver takes this key: it has to be RSA of 2048 bits at least, on curve P-256, "+
			"P-384 or P-521, or Ed25519", file)
	}
	return k, nil
}

// SecretFile reads a secret's file. If no encoding is given (raw, base64 or hex), all that are possible are tried.
func SecretFile(file, encoding string) (*Key, error) {
	text, err := os.ReadFile(file) //nolint:gosec // the file that the user named
	if err != nil {
		return nil, err
	}
	encodings := []string{"raw", "base64", "hex"}
	if encoding != "" {
		encodings = []string{encoding}
	}
	k := &Key{file: absolute(file)}
	var problems []error
	for _, encoding := range encodings {
		decoded, err := keys.ParseSecret(keys.SecretText(text), encoding)
		if err != nil {
			problems = append(problems, fmt.Errorf("%s, read as %s: %w", file, encoding, err))
			continue
		}
		k.secrets = append(k.secrets, secret{encoding, decoded})
	}
	if len(k.secrets) == 0 {
		return nil, problems[0]
	}
	if errors.Is(errors.Join(problems...), keys.ErrPublicKeyAsSecret) {
		return nil, fmt.Errorf("%s: %w", file, keys.ErrPublicKeyAsSecret)
	}
	return k, nil
}

// absolute returns the path for a configuration: the collector's working directory is another one.
func absolute(file string) string {
	if path, err := filepath.Abs(file); err == nil {
		return path
	}
	return file
}

// algorithms returns the algorithms that this key can have, the one of its own size first.
func (k *Key) algorithms() []string {
	names := keys.Names(func(a *keys.Algorithm) bool {
		if k.public == nil {
			return a.Symmetric()
		}
		return a.CheckPublic(k.public) == nil
	})
	if public, ok := k.public.(*ecdsa.PublicKey); ok {
		usual := map[elliptic.Curve]string{
			elliptic.P256(): "ecdsa_sha256",
			elliptic.P384(): "ecdsa_sha384",
			elliptic.P521(): "ecdsa_sha512",
		}[public.Curve]
		slices.SortStableFunc(names, func(a, b string) int { return cmp.Compare(boolInt(a != usual), boolInt(b != usual)) })
	}
	return names
}

func boolInt(b bool) int {
	if b {
		return 1
	}
	return 0
}

// plausible reports whether a value of this length can be a signature of this key.
func (k *Key) plausible(value []byte) bool {
	for _, algorithm := range k.algorithms() {
		if keys.PlausibleSignature(algorithm, k.public, value) {
			return true
		}
	}
	return false
}

// configs are the ways to write this key into a configuration, for an algorithm.
func (k *Key) configs(algorithm string) []signature.KeyConfig {
	if k.public != nil {
		return []signature.KeyConfig{{Algorithm: algorithm, PublicKeyFile: k.file}}
	}
	var all []signature.KeyConfig
	for _, s := range k.secrets {
		all = append(all, signature.KeyConfig{Algorithm: algorithm, SecretFile: k.file, SecretEncoding: s.encoding})
	}
	return all
}
