// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

// Package signaturetest has what the tests of the signature packages share.
package signaturetest

import (
	"bufio"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// Secret is a secret for tests.
const Secret = "0123456789abcdef0123456789abcdef"

// KeyPairs returns one key pair of each kind, the same ones each time.
var KeyPairs = sync.OnceValue(NewKeyPairs)

// NewKeyPairs makes one key pair of each kind: rsa, p256, p384, p521 and ed25519.
func NewKeyPairs() map[string]crypto.Signer {
	rsaKey, err := rsa.GenerateKey(rand.Reader, 2048)
	must(err)
	pairs := map[string]crypto.Signer{"rsa": rsaKey}
	for name, curve := range map[string]elliptic.Curve{"p256": elliptic.P256(), "p384": elliptic.P384(), "p521": elliptic.P521()} {
		pairs[name], err = ecdsa.GenerateKey(curve, rand.Reader)
		must(err)
	}
	_, pairs["ed25519"], err = ed25519.GenerateKey(rand.Reader)
	must(err)
	return pairs
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}

// PairFor returns a key pair for an algorithm, nil for one with a secret.
func PairFor(algorithm string) crypto.Signer {
	family, hash, _ := strings.Cut(algorithm, "_")
	curves := map[string]string{"sha256": "p256", "sha384": "p384", "sha512": "p521"}
	switch family {
	case "rsa", "ed25519":
		return KeyPairs()[family]
	case "ecdsa":
		return KeyPairs()[curves[hash]]
	default:
		return nil
	}
}

// PublicPEM writes a public key in the usual form.
func PublicPEM(t testing.TB, public crypto.PublicKey) []byte {
	t.Helper()
	der, err := x509.MarshalPKIXPublicKey(public)
	require.NoError(t, err)
	return pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})
}

// Request reads a request as a server does: header names in canonical form, RequestURI set.
func Request(t testing.TB, wire string) *http.Request {
	t.Helper()
	r, err := http.ReadRequest(bufio.NewReader(strings.NewReader(wire)))
	require.NoError(t, err)
	return r
}
