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

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestWeakAndWrongKeysAreRefusedWhenLoaded(t *testing.T) {
	smallRSA, err := rsa.GenerateKey(rand.Reader, 1024)
	require.NoError(t, err)
	p521, err := ecdsa.GenerateKey(elliptic.P521(), rand.Reader)
	require.NoError(t, err)
	pairs := keyPairs()
	for name, test := range map[string]struct {
		algorithm string
		public    crypto.PublicKey
		want      string
	}{
		"small RSA":              {"rsa_sha256", smallRSA.Public(), "the RSA key has 1024 bits; from 2048"},
		"small RSA for PSS":      {"rsa_pss_sha512", smallRSA.Public(), "the RSA key has 1024 bits"},
		"P-384 for ecdsa_sha256": {"ecdsa_sha256", pairs["p384"].Public(), "needs a key on curve P-256, this is a key on curve P-384"},
		"P-256 for ecdsa_sha384": {"ecdsa_sha384", pairs["p256"].Public(), "needs a key on curve P-384"},
		"P-521":                  {"ecdsa_sha384", p521.Public(), "this is a key on curve P-521"},
		"RSA for ECDSA":          {"ecdsa_sha256", pairs["rsa"].Public(), "this is an RSA key of 2048 bits"},
		"ECDSA for RSA":          {"rsa_sha256", pairs["p256"].Public(), "rsa_sha256 needs an RSA key"},
		"Ed25519 for RSA":        {"rsa_pss_sha256", pairs["ed25519"].Public(), "this is an Ed25519 key"},
		"RSA for Ed25519":        {"ed25519", pairs["rsa"].Public(), "needs an Ed25519 key"},
	} {
		t.Run(name, func(t *testing.T) {
			config := fromYAML(t, `keys: [{version: a, algorithm: `+test.algorithm+`, public_key_file: `+writeFile(t, publicPEM(t, test.public))+`}]`)
			ring, err := NewKeyring(config, KeyringOptions{})
			require.NoError(t, err)
			requireError(t, ring.Load(), "keys[0]", test.want)
		})
	}
	t.Run("a small RSA key as a secret", func(t *testing.T) {
		der, err := x509.MarshalPKIXPublicKey(smallRSA.Public())
		require.NoError(t, err)
		for _, secret := range []string{base64.StdEncoding.EncodeToString(der), string(der)} {
			_, err = ParseSecret(secret, "raw")
			require.ErrorIs(t, err, ErrPublicKeyAsSecret)
		}
		_, err = ParseSecret(base64.StdEncoding.EncodeToString(der), "base64")
		require.ErrorIs(t, err, ErrPublicKeyAsSecret)
		_, err = ParseSecret(hex.EncodeToString(der), "hex")
		require.ErrorIs(t, err, ErrPublicKeyAsSecret)
	})
	t.Run("a public key file as a secret file", func(t *testing.T) {
		config := fromYAML(t, `{scheme: github, keys: [{secret_file: `+rsaPublicFile+`}]}`)
		ring, err := NewKeyring(config, KeyringOptions{})
		require.NoError(t, err)
		require.ErrorIs(t, ring.Load(), ErrPublicKeyAsSecret)
	})
}

func TestSecrets(t *testing.T) {
	for _, test := range []struct {
		text, encoding, want string
		err                  error
	}{
		{testSecret, "", testSecret, nil},
		{testSecret, "raw", testSecret, nil},
		{testSecret, "hex", "\x01\x23\x45\x67\x89\xab\xcd\xef\x01\x23\x45\x67\x89\xab\xcd\xef", nil},
		{" MDEyMzQ1Njc4OWFiY2RlZg== \n", "base64", "0123456789abcdef", nil},
		{"MDEyMzQ1Njc4OWFiY2RlZg", "base64", "0123456789abcdef", nil},
		{"whsec_MDEyMzQ1Njc4OWFiY2RlZg==", "base64", "0123456789abcdef", nil},
		{"whsec_MDEyMzQ1Njc4OWFiY2RlZg==", "raw", "whsec_MDEyMzQ1Njc4OWFiY2RlZg==", nil},
		{"", "raw", "", ErrShortSecret},
		{"fifteen-bytes-x", "raw", "", ErrShortSecret},
		{"whsec_", "base64", "", ErrSecretEncoding},
		{"?", "base64", "", ErrSecretEncoding},
		{"0", "hex", "", ErrSecretEncoding},
	} {
		secret, err := ParseSecret(test.text, test.encoding)
		require.ErrorIs(t, err, test.err, test.text)
		assert.Equal(t, test.want, string(secret))
	}
}
