// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package signature

import (
	"bytes"
	"context"
	"crypto"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/confmap"
	"go.uber.org/goleak"

	"github.com/cxone-otel/cxonereceiver/internal/signature/signaturetest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	testSecret = signaturetest.Secret
	testURL    = "https://telemetry.example.com/cxone/voice-quality"
	testBody   = `{"contactID":"123"}`
)

// testNow is the time of every test that sets no other.
var testNow = time.Unix(1700000000, 0).UTC()

func keyPairs() map[string]crypto.Signer { return signaturetest.KeyPairs() }

func pairFor(algorithm string) crypto.Signer { return signaturetest.PairFor(algorithm) }

func publicPEM(t testing.TB, public crypto.PublicKey) []byte {
	return signaturetest.PublicPEM(t, public)
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

// keyFor returns both halves of a key: the configuration's, and the signer's.
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

// overTheWire returns the request as a server reads it: header names in canonical form, RequestURI set.
func overTheWire(t testing.TB, r *http.Request) *http.Request {
	t.Helper()
	var wire bytes.Buffer
	require.NoError(t, r.Write(&wire))
	return parseRequest(t, wire.String())
}

func parseRequest(t testing.TB, wire string) *http.Request { return signaturetest.Request(t, wire) }

// judge does both steps of verifying.
func judge(v *Verifier, r *http.Request, body string, now time.Time) (*Attempt, error) {
	attempt, err := v.Check(r, now)
	if err != nil {
		return nil, err
	}
	return attempt, attempt.Verify([]byte(body))
}

// requireRefused checks that a request is refused for this reason, and that the error contains no secret or signature.
func requireRefused(t testing.TB, err error, reason Reason) *Error {
	t.Helper()
	var refusal *Error
	require.ErrorAs(t, err, &refusal)
	require.Equal(t, reason, refusal.Reason, refusal.Error())
	require.NotContains(t, refusal.Error()+refusal.Hint(), testSecret)
	return refusal
}

// requireOutcome is requireRefused, but that an empty reason is that of a request which is accepted.
func requireOutcome(t testing.TB, err error, reason Reason, about ...any) {
	t.Helper()
	if reason == "" {
		require.NoError(t, err, about...)
	} else {
		requireRefused(t, err, reason)
	}
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
