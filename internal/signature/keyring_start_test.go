// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package signature

import (
	"context"
	"net/http"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cxone-otel/cxonereceiver/internal/signature/keys"
	"github.com/cxone-otel/cxonereceiver/internal/signature/refusal"
)

func TestShutdownLeavesNothingRunning(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		public, private := newPair(t)
		mounted := &rotation{directory: t.TempDir()}
		mounted.swap(t, map[string][]byte{"1": public})
		config := gatewayWith(t, mounted.directory, "1")
		files := &disk{}
		ring, verifier := newRing(t, config, KeyringOptions{ReadFile: files.read})
		ring.Shutdown() // before Start
		require.NoError(t, ring.Start(t.Context()))
		ring.Shutdown()
		ring.Shutdown()
		read := files.reads.Load()
		_, err := verifier.Check(signedBy(t, config, "2", private), testNow)
		requireRefused(t, err, refusal.ReasonUnknownKey)
		_, err = judge(verifier, signedBy(t, config, "1", private), testBody, testNow)
		require.NoError(t, err, "requests in flight can still be verified")
		assert.Equal(t, read, files.reads.Load())
	})
	synctest.Test(t, func(t *testing.T) {
		public, _ := newPair(t)
		mounted := &rotation{directory: t.TempDir()}
		mounted.swap(t, map[string][]byte{"1": public})
		ctx, cancel := context.WithCancel(t.Context())
		ring, _ := newRing(t, gatewayWith(t, mounted.directory, "1"), KeyringOptions{})
		require.NoError(t, ring.Start(ctx))
		cancel() // synctest waits for running goroutines
	})
}

func TestStartRefusesWithoutAUsableKey(t *testing.T) {
	public, _ := newPair(t)
	good := writeFile(t, public)
	for name, test := range map[string]struct {
		keys string
		want string
	}{
		"no file":     {`[{version: a, algorithm: ed25519, public_key_file: /nonexistent/key}]`, "/nonexistent/key"},
		"a directory": {`[{version: a, algorithm: ed25519, public_key_file: ` + t.TempDir() + `}]`, "is a directory"},
		"no end":      {`[{version: a, algorithm: ed25519, public_key_file: /dev/zero}]`, "larger than 65536 bytes"},
		"all expired": {
			`[{version: a, algorithm: ed25519, public_key_file: ` + good + `, not_after: 2020-01-01T00:00:00Z}]`,
			`key version "a": its not_after, 2020-01-01T00:00:00Z, has passed`,
		},
		"one good, one wrong": {
			`[{version: a, algorithm: ed25519, public_key_file: ` + good + `}, {version: b, algorithm: rsa_sha256, public_key_file: ` + good + `}]`,
			"keys[1]",
		},
	} {
		t.Run(name, func(t *testing.T) {
			ring, _ := newRing(t, fromYAML(t, `keys: `+test.keys), KeyringOptions{})
			err := ring.Start(t.Context())
			requireError(t, err, test.want)
			ring.Shutdown()
		})
	}
	_, err := NewKeyring(fromYAML(t, `{}`), KeyringOptions{})
	requireError(t, err, "keys: there are none")
	ring, _ := newRing(t, fromYAML(t, `keys: [{version: a, algorithm: ed25519, public_key_file: /nonexistent/key}]`), KeyringOptions{})
	require.ErrorIs(t, ring.Load(), keys.ErrNoUsableKey)
	later, _ := newRing(t, fromYAML(t, `keys: [{version: a, algorithm: ed25519, public_key_file: `+good+
		`, not_before: 2099-01-01T00:00:00Z}]`), KeyringOptions{})
	require.NoError(t, later.Load(), "a key whose time will come is a key")
}

func TestSecretFilesLoseTheirLineEnd(t *testing.T) {
	config := fromYAML(t, `{scheme: github, keys: [{secret_file: `+writeFile(t, []byte(testSecret+"\r\n"))+`}]}`)
	signer, err := NewSigner(config, Callback{}, SigningKey{Secret: []byte(testSecret)})
	require.NoError(t, err)
	r := newRequest(t, http.MethodPost, testURL)
	require.NoError(t, signer.Sign(r, []byte(testBody), testNow))
	_, err = judge(newVerifier(t, config), r, testBody, testNow)
	require.NoError(t, err)
}

// If a scheme carries no version, every key is tried, within its dates.
func TestWithoutVersionsEveryKeyIsTried(t *testing.T) {
	config := fromYAML(t, `
scheme: github
keys:
  - {version: old, secret: old-0123456789abcdef, not_after: 2023-11-01T00:00:00Z}
  - {version: now, secret: now-0123456789abcdef}
  - {version: new, secret: new-0123456789abcdef}
  - {version: next, secret: next-0123456789abcdef, not_before: 2023-12-01T00:00:00Z}
`)
	verifier := newVerifier(t, config)
	for version, accepted := range map[string]bool{"old": false, "now": true, "new": true, "next": false} {
		signer, err := NewSigner(config, Callback{}, SigningKey{Version: version, Secret: []byte(version + "-0123456789abcdef")})
		require.NoError(t, err)
		r := newRequest(t, http.MethodPost, testURL)
		require.NoError(t, signer.Sign(r, []byte(testBody), testNow))
		_, err = judge(verifier, r, testBody, testNow)
		if !accepted {
			requireRefused(t, err, refusal.ReasonBadSignature)
			continue
		}
		require.NoError(t, err)
	}
	r := newRequest(t, http.MethodPost, testURL)
	r.Header.Set("X-Hub-Signature-256", "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17")
	expired := fromYAML(t, `{scheme: github, keys: [{secret: `+testSecret+`, not_before: 2023-12-01T00:00:00Z}]}`)
	_, err := newVerifier(t, expired).Check(r, testNow)
	requireRefused(t, err, refusal.ReasonNotYetValidKey)
}
