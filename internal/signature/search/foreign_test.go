// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package search

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// signedBy is one of the calls, signed over time and body with an algorithm and keys.
func signedBy(t *testing.T, number int, algorithm string, keys *senderKeys) Capture {
	t.Helper()
	c := calls()[number]
	c.t, c.keys = t, keys
	inHeader(c, b64(c.sign(algorithm, timeAndBody(c))))
	return c.request(t, []string{"1.http", "2.http", "3.http"}[number])
}

func TestForeignCapturesAreSetAside(t *testing.T) {
	for _, algorithm := range []string{"rsa_sha256", "hmac_sha256"} {
		for name, foreign := range map[string]func() Capture{
			"without a signature": func() Capture { return calls()[1].request(t, "2.http") },
			"of another sender":   func() Capture { return signedBy(t, 1, algorithm, others()) },
			"of a scanner": func() Capture {
				c := calls()[1].bare()
				c.set("Authorization", "Basic YWRtaW46YWRtaW4=")
				return c.request(t, "2.http")
			},
		} {
			t.Run(algorithm+" "+name, func(t *testing.T) {
				captures := []Capture{signedBy(t, 0, algorithm, ours()), foreign(), signedBy(t, 2, algorithm, ours())}
				result := search(t, keyOf(t, algorithm), Options{}, captures...)
				require.NotNil(t, result.Finding)
				assert.Equal(t, `{timestamp}.{body}`, result.Finding.Config.SignedString)
				require.Len(t, result.SetAside, 1)
				assert.Equal(t, "2.http", result.SetAside[0].Name)
				assert.NotEmpty(t, result.SetAside[0].Why)
				assert.Equal(t, []string{"1.http", "3.http"}, result.Finding.Names)
			})
		}
	}
}

func TestTheClockIsToldFromAnExpiry(t *testing.T) {
	for name, test := range map[string]struct {
		header string
		ahead  time.Duration
		want   string
		yaml   []string
	}{
		"right": {"X-Timestamp", 0, "authentic, but", nil},
		"ahead": {"X-Timestamp", 3 * time.Minute, "the sender's clock is 3m0s ahead", []string{"max_future: 4m0s"}},
		"an expiry": {
			"X-Valid-Until",
			10 * time.Minute,
			"it is when the request expires",
			[]string{"max_future: 11m0s", "replay_window: {ttl: 21m0s}"},
		},
		"behind": {
			"X-Timestamp",
			-20 * time.Minute,
			"the sender's clock is behind",
			[]string{"max_age: 21m0s", "replay_window: {ttl: 22m0s}"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			var captures []Capture
			for _, c := range calls()[:2] {
				captured := c.at
				c.at = c.at.Add(test.ahead)
				c.bare().set(test.header, c.ms())
				inHeader(c, b64(sign(t, "hmac_sha256", timeAndBody(c))))
				one := c.request(t, "a")
				one.At = captured
				captures = append(captures, one)
			}
			result := search(t, keyOf(t, "hmac_sha256"), Options{}, captures...)
			require.NotNil(t, result.Finding)
			assert.Contains(t, strings.Join(result.Finding.Now, "\n"), test.want)
			for _, line := range test.yaml {
				assert.Contains(t, result.Finding.YAML, line)
			}
			startedWith(t, result.Finding.YAML)
		})
	}
}

func TestTheWrongKindOfKeyIsNamed(t *testing.T) {
	for name, test := range map[string]struct {
		signs, key, want string
	}{
		"an HMAC for RSA":   {"hmac_sha256", "rsa_sha256", "this looks like an HMAC"},
		"an HMAC for ECDSA": {"hmac_sha384", "ecdsa_sha256", "keygen signature --algorithm hmac_sha384"},
		"RSA for an HMAC":   {"rsa_sha256", "hmac_sha256", "this looks like an RSA signature of 2048 bits"},
		"RSA for Ed25519":   {"rsa_sha256", "ed25519", "this looks like an RSA signature of 2048 bits"},
		"ECDSA for an HMAC": {"ecdsa_sha256", "hmac_sha256", "this looks like an ECDSA signature"},
	} {
		t.Run(name, func(t *testing.T) {
			captures := []Capture{signedBy(t, 0, test.signs, ours()), signedBy(t, 1, test.signs, ours())}
			result := search(t, keyOf(t, test.key), Options{MaxCandidates: 2000}, captures...)
			require.Nil(t, result.Finding)
			assert.Contains(t, strings.Join(result.Hints, "\n"), test.want)
		})
	}
	file := filepath.Join(t.TempDir(), "v1.key.pem")
	require.NoError(t, os.WriteFile(file, []byte(ours().pemSecret()), 0o600))
	_, err := PublicKey(file)
	require.ErrorContains(t, err, "openssl pkey -in "+file+" -pubout")
}

func TestHintsDoNotContradictEachOther(t *testing.T) {
	c := calls()[0]
	c.t = t
	inHeader(c, b64(c.sign("rsa_raw", strings.Repeat("x", 100)))) // the key fits, and no algorithm does
	result := search(t, keyOf(t, "rsa_sha256"), Options{MaxCandidates: 1000}, c.request(t, "a"))
	require.Nil(t, result.Finding)
	assert.True(t, result.Sites[0].KeyFits)
	assert.Contains(t, result.Sites[0].Opened, "opens with this key")
	assert.Contains(t, result.Hints[0], "The key is right")
	assert.NotContains(t, strings.Join(result.Hints, "\n"), "opens none")
}

func TestBothCallbacksHaveOneConfiguration(t *testing.T) {
	const voice, script = "https://hooks.example.org/nice/a", "https://hooks.example.org/nice/b"
	var captures []Capture
	for i, c := range calls() {
		inHeader(c, b64(sign(t, "rsa_sha256", lines(c.ms(), []string{voice, script, voice}[i], c.body))))
		captures = append(captures, c.request(t, "a"))
	}
	options := Options{SignatureURL: voice, ScriptURL: script}
	result := search(t, keyOf(t, "rsa_sha256"), options, captures[:2]...)
	require.NotNil(t, result.Finding)
	assert.Contains(t, result.Finding.YAML, "url: "+voice)
	assert.Contains(t, result.Finding.YAML, "script_api: {signature_url: '"+script+"'}")
	requireAccepts(t, result.Finding.YAML, captures...)
}

func TestAURLOfTheRequestIsNotPinned(t *testing.T) {
	var captures []Capture
	for _, c := range calls() {
		inHeader(c, b64(sign(t, "rsa_sha256", lines(c.ms(), "https://hooks.example.org"+c.path, c.body))))
		captures = append(captures, c.request(t, "a"))
	}
	result := search(t, keyOf(t, "rsa_sha256"), Options{SignatureURL: "https://hooks.example.org/cxone/voice-quality"}, captures[:2]...)
	require.NotNil(t, result.Finding)
	assert.NotContains(t, result.Finding.YAML, " url:")
	requireAccepts(t, result.Finding.YAML, captures...)
}
