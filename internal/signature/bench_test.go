// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package signature

import (
	"bytes"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"
)

// benchBody is as large as a voice quality delivery of a few hundred legs.
var benchBody = bytes.Repeat([]byte(`{"contactID":"123","mos":4.2},`), 2000)

func benchmarkVerify(b *testing.B, config Config, algorithm string) {
	verifier, signer := signedWith(b, config, algorithm)
	r := newRequest(b, http.MethodPost, testURL)
	require.NoError(b, signer.Sign(r, benchBody, testNow))
	b.SetBytes(int64(len(benchBody)))
	b.ReportAllocs()
	for b.Loop() {
		attempt, err := verifier.Check(r, testNow)
		if err == nil {
			err = attempt.Verify(benchBody)
		}
		if err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkVerify(b *testing.B) {
	for _, algorithm := range Algorithms() {
		b.Run(algorithm, func(b *testing.B) {
			config, _ := Preset("monitoring_gateway")
			config.SignedString = suited(config.SignedString, algorithm)
			benchmarkVerify(b, config, algorithm)
		})
	}
	b.Run("rfc9421/ed25519", func(b *testing.B) {
		config, _ := Preset(SchemeRFC9421)
		benchmarkVerify(b, config, "ed25519")
	})
	b.Run("jws/ed25519", func(b *testing.B) {
		config, _ := Preset(SchemeJWS)
		benchmarkVerify(b, config, "ed25519")
	})
	b.Run("jwt/ed25519", func(b *testing.B) {
		config, _ := Preset(SchemeJWT)
		config.JWT.BodyClaim.Name, config.JWT.BodyClaim.Hash, config.JWT.BodyClaim.Encoding = "body", "sha256", "hex"
		benchmarkVerify(b, config, "ed25519")
	})
}

// BenchmarkRefuse measures what a forgery costs before any arithmetic.
func BenchmarkRefuse(b *testing.B) {
	verifier, signer := signedWith(b, mustPreset("monitoring_gateway"), "rsa_sha256")
	for name, change := range map[string]func(*http.Request){
		"missing":   func(r *http.Request) { r.Header.Del("X-Signature") },
		"stale":     func(r *http.Request) { r.Header.Set("X-Timestamp", "1600000000000") },
		"malformed": func(r *http.Request) { r.Header.Set("X-Signature", "AAAA") },
	} {
		b.Run(name, func(b *testing.B) {
			r := newRequest(b, http.MethodPost, testURL)
			require.NoError(b, signer.Sign(r, benchBody, testNow))
			change(r)
			b.ReportAllocs()
			for b.Loop() {
				if _, err := verifier.Check(r, testNow); err == nil {
					b.Fatal("accepted")
				}
			}
		})
	}
}

func mustPreset(name string) Config {
	config, ok := Preset(name)
	if !ok {
		panic(name)
	}
	return config
}

// There must be few allocations, however long the body is.
func TestAllocationsOfAnHMACRequest(t *testing.T) {
	if raceEnabled {
		t.Skip("the race detector empties pools at random")
	}
	for _, name := range []string{"monitoring_gateway", "cxone_expert", "standard_webhooks", "github", "stripe", "slack", "shopify"} {
		verifier, signer := signedWith(t, mustPreset(name), "hmac_sha256")
		r := newRequest(t, http.MethodPost, testURL)
		require.NoError(t, signer.Sign(r, benchBody, testNow))
		allocations := testing.AllocsPerRun(200, func() {
			attempt, err := verifier.Check(r, testNow)
			if err != nil || attempt.Verify(benchBody) != nil {
				t.Fatal(err)
			}
		})
		require.LessOrEqual(t, allocations, 16.0, name)
	}
}
