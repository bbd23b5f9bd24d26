// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package signature

import (
	"bufio"
	"bytes"
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/confmap"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	testSecret = "0123456789abcdef0123456789abcdef"
	testURL    = "https://telemetry.example.com/cxone/voice-quality"
	testBody   = `{"contactID":"123"}`
)

// testNow is the time of every test that does not say otherwise.
var testNow = time.Unix(1700000000, 0).UTC()

// keyPairs makes one key pair per family; RSA takes a while.
var keyPairs = sync.OnceValue(func() map[string]crypto.Signer {
	rsaKey, err := rsa.GenerateKey(rand.Reader, 2048)
	must(err)
	p256, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(err)
	p384, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	must(err)
	_, edKey, err := ed25519.GenerateKey(rand.Reader)
	must(err)
	return map[string]crypto.Signer{"rsa": rsaKey, "p256": p256, "p384": p384, "ed25519": edKey}
})

func must(err error) {
	if err != nil {
		panic(err)
	}
}

func pairFor(algorithm string) crypto.Signer {
	switch {
	case strings.HasPrefix(algorithm, "rsa"):
		return keyPairs()["rsa"]
	case algorithm == "ecdsa_sha256":
		return keyPairs()["p256"]
	case algorithm == "ecdsa_sha384":
		return keyPairs()["p384"]
	case algorithm == "ed25519":
		return keyPairs()["ed25519"]
	default:
		return nil
	}
}

func publicPEM(t testing.TB, public crypto.PublicKey) []byte {
	t.Helper()
	der, err := x509.MarshalPKIXPublicKey(public)
	require.NoError(t, err)
	return pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})
}

func writeFile(t testing.TB, data []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "key.pem")
	require.NoError(t, os.WriteFile(path, data, 0o600))
	return path
}

// fromYAML reads a configuration as the collector does.
func fromYAML(t testing.TB, text string) *Config {
	t.Helper()
	config, err := decodeYAML(text)
	require.NoError(t, err)
	return config
}

func decodeYAML(text string) (*Config, error) {
	retrieved, err := confmap.NewRetrievedFromYAML([]byte(text))
	if err != nil {
		return nil, err
	}
	conf, err := retrieved.AsConf()
	if err != nil {
		return nil, err
	}
	var config Config
	return &config, config.Unmarshal(conf)
}

// keyFor returns both halves of a key: what goes into the configuration, and what signs.
func keyFor(t testing.TB, algorithm, version, consumer string) (KeyConfig, SigningKey) {
	t.Helper()
	verifying := KeyConfig{Version: version, ConsumerID: consumer, Algorithm: algorithm, SecretEncoding: "raw"}
	signing := SigningKey{Version: version, Consumer: consumer, Algorithm: algorithm}
	if pair := pairFor(algorithm); pair != nil {
		verifying.PublicKeyFile = writeFile(t, publicPEM(t, pair.Public()))
		signing.PrivateKey = pair
	} else {
		verifying.Secret = testSecret
		signing.Secret = []byte(testSecret)
	}
	return verifying, signing
}

func newVerifier(t testing.TB, config *Config) *Verifier {
	t.Helper()
	require.NoError(t, config.Validate())
	ring, err := NewKeyring(config, KeyringOptions{})
	require.NoError(t, err)
	require.NoError(t, ring.Load())
	verifier, err := NewVerifier(config, ring, Callback{})
	require.NoError(t, err)
	return verifier
}

func newRequest(t testing.TB, method, target string) *http.Request {
	t.Helper()
	r, err := http.NewRequestWithContext(context.Background(), method, target, http.NoBody)
	require.NoError(t, err)
	return r
}

// overTheWire is the request as a server reads it: header names in canonical form, RequestURI set.
func overTheWire(t testing.TB, r *http.Request) *http.Request {
	t.Helper()
	var wire bytes.Buffer
	require.NoError(t, r.Write(&wire))
	return parseRequest(t, wire.String())
}

func parseRequest(t testing.TB, wire string) *http.Request {
	t.Helper()
	r, err := http.ReadRequest(bufio.NewReader(strings.NewReader(wire)))
	require.NoError(t, err)
	return r
}

// judge does both steps.
func judge(v *Verifier, r *http.Request, body string, now time.Time) (*Attempt, error) {
	attempt, err := v.Check(r, now)
	if err != nil {
		return nil, err
	}
	return attempt, attempt.Verify([]byte(body))
}

// requireRefused checks that a request is refused for this reason, and that no secret or signature is in what is said.
func requireRefused(t testing.TB, err error, reason Reason) *Error {
	t.Helper()
	var refusal *Error
	require.ErrorAs(t, err, &refusal)
	require.Equal(t, reason, refusal.Reason, refusal.Error())
	require.NotContains(t, refusal.Error()+refusal.Hint(), testSecret)
	return refusal
}

func requireError(t testing.TB, err error, parts ...string) {
	t.Helper()
	require.Error(t, err)
	for _, part := range parts {
		require.ErrorContains(t, err, part)
	}
}

func isRefusal(err error) bool {
	var refusal *Error
	return errors.As(err, &refusal)
}
