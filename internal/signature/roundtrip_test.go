// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package signature

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cxone-otel/cxonereceiver/internal/signature/keys"
)

// signedWith is a scheme's configuration with one key, and a signer for it.
func signedWith(t testing.TB, config Config, algorithm string) (*Verifier, *Signer) {
	t.Helper()
	consumer, version := "", ""
	if config.carriesConsumer() {
		consumer = "consumer-1"
	}
	if config.KeyVersion.IsSet() || config.Scheme == SchemeRFC9421 {
		version = "7"
	}
	verifying, signing := keyFor(t, algorithm, version, "")
	signing.Consumer = consumer
	config.Keys = []KeyConfig{verifying}
	signer, err := NewSigner(&config, Callback{}, signing)
	require.NoError(t, err)
	return newVerifier(t, &config), signer
}

// suited is a signed string that an algorithm can sign: rsa_raw signs short ones, and a digest needs the secret.
func suited(signedString, algorithm string) string {
	switch {
	case algorithm == "rsa_raw":
		return "{(" + signedString + ")|sha256}"
	case strings.HasPrefix(algorithm, "digest"):
		return signedString + "{secret}"
	default:
		return signedString
	}
}

func TestEverySchemeVerifiesWhatItSignsUnderEveryAlgorithm(t *testing.T) {
	for _, name := range Schemes() {
		for _, algorithm := range Algorithms() {
			if a := keys.AlgorithmNamed(algorithm); name == SchemeRFC9421 && a.RFC9421 == "" || strings.HasPrefix(name, "jw") && a.JOSE == "" {
				continue
			}
			t.Run(name+"/"+algorithm, func(t *testing.T) {
				config, ok := Preset(name)
				require.True(t, ok)
				if name == SchemeCustom {
					config.SignedString = "{method} {url} {body|sha512|base64url}"
					config.Value.Header = "X-Sig"
				}
				switch name {
				case SchemeJWT:
					config.JWT = JWTConfig{ConsumerClaim: "iss"}
					config.JWT.BodyClaim.Name, config.JWT.BodyClaim.Hash, config.JWT.BodyClaim.Encoding = "body", "sha512", "base64url"
				default:
					config.SignedString = suited(config.SignedString, algorithm)
				}
				verifier, signer := signedWith(t, config, algorithm)
				r := newRequest(t, http.MethodPost, testURL+"?a=1&b=2")
				require.NoError(t, signer.Sign(r, []byte(testBody), testNow))
				received := overTheWire(t, r)
				attempt, err := judge(verifier, received, testBody, testNow)
				require.NoError(t, err)
				if config.carriesConsumer() {
					assert.Equal(t, "consumer-1", attempt.Consumer())
				}
				if covered, _ := Coverage(&config); slices.Contains(covered, "body") {
					_, err = judge(verifier, received, testBody+" ", testNow)
					require.True(t, isRefusal(err), "a changed body must be refused")
				}
			})
		}
	}
}

func TestPartsMayTravelInTheQuery(t *testing.T) {
	for name, template := range map[string]string{
		"signed URL from the request":   `{url}\n{timestamp}\n{key_version}\n{consumer_id}\n{nonce}\n{body}`,
		"signed query":                  `{query}\n{body}`,
		"signed parameters, decoded":    `{query:ts|urldecode}\n{query:who|urldecode}\n{timestamp}{body}`,
		"signed parameters as they are": `{query:ts}\n{body}`,
	} {
		t.Run(name, func(t *testing.T) {
			config := fromYAML(t, `
scheme: monitoring_gateway
value: {query: sig}
timestamp: {query: ts, unit: rfc3339}
key_version: {query: v}
consumer: {query: who}
nonce: {query: n}
`)
			config.SignedString = template
			verifying, signing := keyFor(t, "rsa_sha256", "7", "")
			signing.Consumer = "a consumer & co"
			config.Keys = []KeyConfig{verifying}
			signer, err := NewSigner(config, Callback{}, signing)
			require.NoError(t, err)
			r := newRequest(t, http.MethodPost, testURL+"?x=%2Fy")
			require.NoError(t, signer.Sign(r, []byte(testBody), testNow))
			require.NoError(t, signer.Sign(r, []byte(testBody), testNow), "signing again replaces the signature")
			received := overTheWire(t, r)
			attempt, err := judge(newVerifier(t, config), received, testBody, testNow)
			require.NoError(t, err)
			assert.Equal(t, "a consumer & co", attempt.Consumer())
		})
	}
}

func TestListAndPairsVerifyWhatTheySign(t *testing.T) {
	for name, yaml := range map[string]string{
		"list with a prefix": `
scheme: custom
signed_string: "{timestamp}.{body}"
timestamp: {header: T}
value: {header: S, format: list, separator: " ", prefix: "v1,"}
`,
		"pairs with every field": `
scheme: custom
signed_string: "{field:t}.{key_version}.{consumer_id}.{nonce}.{body}"
value: {header: S, format: pairs, separator: ";", select: [v1, v0], encoding: hex}
timestamp: {field: t, unit: s}
key_version: {field: k}
consumer: {field: c}
nonce: {field: n}
`,
		"pairs with the signature alone": `
scheme: custom
signed_string: "{body}"
value: {query: S, format: pairs, select: [sig], prefix: "sha256:", encoding: hex}
`,
	} {
		t.Run(name, func(t *testing.T) {
			config := fromYAML(t, yaml)
			if config.KeyVersion.Field == "k" {
				config.Consumer.Field = "c"
			}
			verifier, signer := signedWith(t, *config, "hmac_sha256")
			r := newRequest(t, http.MethodPost, testURL)
			require.NoError(t, signer.Sign(r, []byte(testBody), testNow))
			_, err := judge(verifier, overTheWire(t, r), testBody, testNow)
			require.NoError(t, err)
		})
	}
}
