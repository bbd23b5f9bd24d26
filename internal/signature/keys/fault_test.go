// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package keys

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cxone-otel/cxonereceiver/internal/signature/signaturetest"
)

func TestAWrongKeyIsToldFromAWrongString(t *testing.T) {
	pair := signaturetest.KeyPairs()["rsa"]
	other, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	signedWith := func(key crypto.Signer, algorithm string) []byte {
		signature, err := (&SigningKey{Algorithm: algorithm, PrivateKey: key}).Sign([]byte("another string"))
		require.NoError(t, err)
		return signature
	}
	keyOf := func(algorithm string) []*Key {
		return []*Key{{Algorithm: AlgorithmNamed(algorithm), public: pair.Public()}}
	}
	const differs = "the key fits, the signed string differs: look at signature.url"
	for name, test := range map[string]struct {
		tried     []*Key
		signature []byte
		want      string
	}{
		"another string":          {keyOf("rsa_sha256"), signedWith(pair, "rsa_sha256"), differs},
		"another string, SHA-512": {keyOf("rsa_sha512"), signedWith(pair, "rsa_sha512"), differs},
		"another string, PSS":     {keyOf("rsa_pss_sha256"), signedWith(pair, "rsa_pss_sha256"), differs},
		"another hash": {
			keyOf("rsa_sha256"),
			signedWith(pair, "rsa_sha512"),
			"it signed with rsa_sha512, and its algorithm here is rsa_sha256",
		},
		"another padding":  {keyOf("rsa_sha256"), signedWith(pair, "rsa_pss_sha256"), "it signed with rsa_pss_sha256"},
		"another key":      {keyOf("rsa_sha256"), signedWith(other, "rsa_sha256"), "another key made it"},
		"another key, PSS": {keyOf("rsa_pss_sha256"), signedWith(other, "rsa_pss_sha256"), "another key made it"},
		"noise":            {keyOf("rsa_sha256"), make([]byte, 256), "another key made it"},
		"no RSA": {
			[]*Key{{Algorithm: AlgorithmNamed("ed25519"), public: signaturetest.KeyPairs()["ed25519"].Public()}},
			make([]byte, 64),
			"",
		},
		"nothing was tried": {make([]*Key, 0), make([]byte, 256), ""},
	} {
		t.Run(name, func(t *testing.T) {
			said := Fault(test.tried, [][]byte{test.signature}, "signature.url")
			assert.Contains(t, said, test.want)
			assert.Equal(t, test.want == "", said == "")
		})
	}
	many := make([][]byte, maxOpenings+1)
	assert.Empty(t, Fault(keyOf("rsa_sha256"), many, ""), "bounded")
}
