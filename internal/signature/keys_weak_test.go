// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package signature

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cxone-otel/cxonereceiver/internal/signature/keys"
)

func TestWeakAndWrongKeysAreRefusedWhenLoaded(t *testing.T) {
	smallRSA, err := rsa.GenerateKey(rand.Reader, 1024)
	require.NoError(t, err)
	p224, err := ecdsa.GenerateKey(elliptic.P224(), rand.Reader)
	require.NoError(t, err)
	pairs := keyPairs()
	withExponent := func(e int) crypto.PublicKey {
		return &rsa.PublicKey{N: pairs["rsa"].Public().(*rsa.PublicKey).N, E: e}
	}
	for name, test := range map[string]struct {
		algorithm string
		public    crypto.PublicKey
		want      string
	}{
		"small RSA":         {"rsa_sha256", smallRSA.Public(), "the RSA key has 1024 bits; from 2048"},
		"small RSA for PSS": {"rsa_pss_sha512", smallRSA.Public(), "the RSA key has 1024 bits"},
		"P-224":             {"ecdsa_sha256", p224.Public(), "needs a key on curve P-256, P-384 or P-521, this is a key on curve P-224"},
		"exponent 1":        {"rsa_sha256", withExponent(1), "the RSA key has the public exponent 1, with which signatures can be forged"},
		"exponent 2":        {"rsa_pss_sha256", withExponent(2), "public exponent 2"},
		"an even exponent":  {"rsa_raw", withExponent(65536), "public exponent 65536"},
		"small RSA, raw":    {"rsa_raw", smallRSA.Public(), "the RSA key has 1024 bits"},
		"RSA for ECDSA":     {"ecdsa_sha256", pairs["rsa"].Public(), "this is an RSA key of 2048 bits"},
		"ECDSA for RSA":     {"rsa_sha256", pairs["p256"].Public(), "rsa_sha256 needs an RSA key"},
		"Ed25519 for RSA":   {"rsa_pss_sha256", pairs["ed25519"].Public(), "this is an Ed25519 key"},
		"RSA for Ed25519":   {"ed25519", pairs["rsa"].Public(), "needs an Ed25519 key"},
	} {
		t.Run(name, func(t *testing.T) {
			config := fromYAML(t, `keys: [{version: a, algorithm: `+test.algorithm+`, public_key_file: '`+
				writeFile(t, publicPEM(t, test.public))+`'}]`)
			ring, err := NewKeyring(config, KeyringOptions{})
			require.NoError(t, err)
			requireError(t, ring.Load(), "keys[0]", test.want)
		})
	}
	t.Run("a small RSA key as a secret", func(t *testing.T) {
		der, err := x509.MarshalPKIXPublicKey(smallRSA.Public())
		require.NoError(t, err)
		for _, secret := range []string{base64.StdEncoding.EncodeToString(der), string(der)} {
			_, err = keys.ParseSecret(secret, "raw")
			require.ErrorIs(t, err, keys.ErrPublicKeyAsSecret)
		}
		_, err = keys.ParseSecret(base64.StdEncoding.EncodeToString(der), "base64")
		require.ErrorIs(t, err, keys.ErrPublicKeyAsSecret)
		_, err = keys.ParseSecret(hex.EncodeToString(der), "hex")
		require.ErrorIs(t, err, keys.ErrPublicKeyAsSecret)
	})
	t.Run("a public key file as a secret file", func(t *testing.T) {
		config := fromYAML(t, `{scheme: github, keys: [{secret_file: `+rsaPublicFile+`}]}`)
		ring, err := NewKeyring(config, KeyringOptions{})
		require.NoError(t, err)
		require.ErrorIs(t, ring.Load(), keys.ErrPublicKeyAsSecret)
	})
}
