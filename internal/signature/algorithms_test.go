// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package signature

import (
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"github.com/cxone-otel/cxonereceiver/internal/signature/refusal"
)

const opensslDirectory = "../../testdata/signature/openssl/"

// "A hash is generated, then the hash is encrypted with the private key": what Java's Cipher("RSA") and openssl make of that.
// printf 'me\n%s\n1700000000000\n{"contactID":"123"}' https://telemetry.example.com/cxone/voice-quality | openssl dgst -sha256 -binary
// | openssl pkeyutl -sign -inkey rsa.key.pem | base64 -w0, with | xxd -p -c 64 | tr -d '\n' or | base64 -w0 in between.
func TestAHashEncryptedWithThePrivateKey(t *testing.T) {
	for name, vector := range map[string]struct{ signedString, value string }{
		"the bare digest": {
			`{({consumer_id}\n{url}\n{timestamp}\n{body})|sha256}`,
			"myrCgwilD+y7SyAjwVvWzoaA3edzqdU/W6SoGJsXRBTOEPGLOeoyCsMvkwiqbpZkFZmN4nsJ7n7Fqo7L+pXRgrGDdKFiiXsHZeqOsaR3D1/fA3ZJZbHry8//nCIzyMMLob" +
				"Pfi/fMjzlVA/0Ptq3b/Kd7CwxIR61j64842urxGLlbX66dv0nf0a7KbkiqstkPL0oolQBBW0mALQuDkE9gozpfJ0cB1eKJvHYuJM5/ZIQ3yOiQzr08SpRve0DEyjwj2sd" +
				"235ImebtSKLIEBMcUZoMDZnD5U9oAix+HjjAV8x86ZuPmEcmpq4BE3gVmZINig5ObTvcaoEfbq29r4i7aZQ==",
		},
		"its hex": {
			`{({consumer_id}\n{url}\n{timestamp}\n{body})|sha256|hex}`,
			"RCaafvJVKr7FrPp1XPxdETtqh9vRD2NFJmyL9E8ygKc9YB0Y+d+sdMzS0icBMQ/hUQ7g48xBWRxjOB2kgTHl4JV7kf4r68lO/YQEsPU4bF43SZX9G3B26LRvPYLXr362y3" +
				"1Jq9LEB3FIqIzH5i+eRgBu5OEcvuWjsWcazTmqA7nm2WRshd6pn7B9zsUOKTDLkIVOQv1hRHp4+XPaFCwfmuFsHOg0T6Kk2j0XLxODSdPClJ2Lk+Xw4wiajFCFMGGfoBl" +
				"Jw/x6O/L43t3WTn1yPFdAVjtWW/hk161+6/t0axmvADKySQyPHL8w09EY3E+q/hKvaE+m0Q3dQJG8rIXCGg==",
		},
		"its base64": {
			`{({consumer_id}\n{url}\n{timestamp}\n{body})|sha256|base64}`,
			"bcQ63d+fSuafXPCqttAewAlswv8VbLw5Fil/o0rW2KrPAYueaCx+tii70IVLFwn9uadYvKvwegFUlLPPAUOfoFIdtWuIF0cfZN5t5mPg53bIPAmrrJNet5Dcrqmwt7Ard0" +
				"0eBqnRlf5johgjJMPgTd5KTkPHIq5tPXuBkK+YdMoyNuZBRQFCAjSO1IkXIz6qOBzsM7fQceH0qgOnN24LVbyHBLdUqQzxeQwj9Qirfa/zPjhjD/GWr9cNaeLjBfXnCgQ" +
				"D0fNWnRLKd4MZ/fPTYXusIJ3WG4UYFyYcQIfdLWuBeoQFLJRwkxQrmhd3dlB9RhasxI/DEnxtvmu2b48j2g==",
		},
		"SHA-512": {
			`{({consumer_id}\n{url}\n{timestamp}\n{body})|sha512}`,
			"HRuxAe8kL9SFTYADP3ydirHCXCGq/O5186SKDHjfzdCuCDezz/j+ttWjGvyy+lwqM29I4IFgl/VFlbZjAVzQosbJzB/5WDbrAaQVewvKBsszpPb7JgyUIfTMANBCYxnhmt" +
				"i0YTaAeSkqU0y78xCQw2knP46ds2vNuCJq+Nqs6LcenOKQz4m8yYQYOmB0S4jlsfPBM/McYanOjbgPQxYSQGS1SMPlzOR/fXh9HVmTtR92MNYHcAsFciW0v90/ce+msHu" +
				"Dwf8q23LG39TtKh0MTmnYgcoPTkulWUVW/7KB3N8L3m70vGKILjbnD6eU2BnYuU84ch0ybg/hmbds1pA01Q==",
		},
	} {
		t.Run(name, func(t *testing.T) {
			config := fromYAML(t, `{url: "`+testURL+`", keys: [{version: "1", algorithm: rsa_raw, public_key_file: `+opensslDirectory+
				`rsa.pub.pem}]}`)
			config.SignedString = vector.signedString
			verifier := newVerifier(t, config)
			received := func() *http.Request {
				r := newRequest(t, http.MethodPost, testURL)
				for header, value := range map[string]string{
					"X-Consumer-Id": "me",
					"X-Key-Version": "1",
					"X-Timestamp":   "1700000000000",
					"X-Signature":   vector.value,
				} {
					r.Header.Set(header, value)
				}
				return overTheWire(t, r)
			}
			_, err := judge(verifier, received(), testBody, testNow)
			require.NoError(t, err)
			_, err = judge(verifier, received(), testBody+" ", testNow)
			assert.Contains(t, requireRefused(t, err, refusal.ReasonBadSignature).Hint(), "the key fits, the signed string differs: look at "+
				"signature.url and signed_string")
			later := received()
			later.Header.Set("X-Timestamp", "1700000000001")
			_, err = judge(verifier, later, testBody, testNow)
			requireRefused(t, err, refusal.ReasonBadSignature)
			for _, other := range []string{"rsa_sha256", "rsa_sha512", "rsa_pss_sha256"} {
				config.Keys[0].Algorithm = other
				_, err := judge(newVerifier(t, config), received(), testBody, testNow)
				requireRefused(t, err, refusal.ReasonBadSignature)
			}
		})
	}
	t.Run("warnings", func(t *testing.T) {
		config := fromYAML(t, `{url: "`+testURL+`", keys: [{version: "1", algorithm: rsa_raw, public_key_file: x}]}`)
		const short = "rsa_raw signs 64 bytes at most, and signed_string has the whole {body}"
		for signedString, warned := range map[string]bool{
			config.SignedString: true, "{({timestamp}{body})|hex}": true, "{body|trim}": true,
			"{({timestamp}{body})|sha256}": false, "{timestamp}.{body|sha256|hex}": false, "{({body})|sha1|base64}": false,
		} {
			config.SignedString = signedString
			said := strings.Join(Warnings(config), "\n")
			assert.Equal(t, warned, strings.Contains(said, short), signedString)
			assert.Contains(t, said, "rsa_raw signs a string without saying how it was hashed")
		}
	})
	t.Run("a string of more than 64 bytes", func(t *testing.T) {
		config := fromYAML(t, `{keys: [{version: "1", algorithm: rsa_raw, public_key_file: `+opensslDirectory+`rsa.pub.pem}]}`)
		_, err := NewSigner(config, Callback{}, SigningKey{Version: "1", Consumer: "me", PrivateKey: pairFor("rsa_raw")})
		require.NoError(t, err)
		signer, _ := NewSigner(config, Callback{}, SigningKey{Version: "1", Consumer: "me", PrivateKey: pairFor("rsa_raw")})
		requireError(t, signer.Sign(newRequest(t, http.MethodPost, testURL), []byte(testBody), testNow),
			"rsa_raw signs from 1 to 64 bytes", "end it with a hash")
	})
}

// printf '1700000000000{"contactID":"123"}0123456789abcdef0123456789abcdef' | openssl dgst -sha256 -r, and -sha512 -binary | base64 -w0.
func TestAPlainDigestOfAStringWithTheSecret(t *testing.T) {
	for algorithm, vector := range map[string]struct{ encoding, value string }{
		"digest_sha256": {"hex", "d1ecb4cfad54868c1c12bb0e75e790e03c6fa7fedbf12374e53ba169f71d300a"},
		"digest_sha512": {"base64", "DPVuR7qdvt7Kiul0ve06ctIrOzawxQyOTDaWozG4QXp8La7rskqRrz8s5dEL9G8WVsB5jatZ/4hy3DsUgCUEUQ=="},
	} {
		config := fromYAML(t, `
scheme: custom
signed_string: "{timestamp}{body}{secret}"
value: {header: X-Sign, encoding: `+vector.encoding+`}
timestamp: {header: X-Time, unit: ms}
keys: [{version: old, algorithm: `+algorithm+`, secret: another-0123456789abcdef}, {version: new, algorithm: `+algorithm+
			`, secret: `+testSecret+`}]
`)
		verifier := newVerifier(t, config)
		r := newRequest(t, http.MethodPost, testURL)
		r.Header.Set("X-Time", "1700000000000")
		r.Header.Set("X-Sign", vector.value)
		_, err := judge(verifier, r, testBody, testNow)
		require.NoError(t, err, "each key has a string of its own")
		_, err = judge(verifier, r, testBody+" ", testNow)
		requireRefused(t, err, refusal.ReasonBadSignature)
		shown := string(verifier.ExplainToOperator(r, []byte(testBody), testNow).SignedString)
		assert.Equal(t, "1700000000000"+testBody+"{secret}", shown, "the secret is never shown")
		assert.Contains(t, Warnings(config)[1], algorithm+" is not made to sign with")
	}
	const digest = `scheme: custom
value: {header: S}
`
	for text, want := range map[string]string{
		digest + "signed_string: \"{timestamp}{body}\"\nkeys: [{algorithm: digest_sha256, secret: " + testSecret +
			"}]": "keys[0].algorithm: digest_sha256 is a plain digest, which anyone can make",
		digest + "signed_string: \"{body}{({secret})|md5|hex}\"\nkeys: [{algorithm: hmac_sha256, secret: " + testSecret +
			"}]": "keys[0].algorithm: signed_string uses {secret}, which only a plain digest signs",
	} {
		config, err := decodeYAML(text)
		require.NoError(t, err)
		requireError(t, config.Validate(), want)
		_, err = NewSigner(config, Callback{}, SigningKey{Algorithm: config.Keys[0].Algorithm, Secret: []byte(testSecret)})
		require.Error(t, err)
	}
}

// The vendor's page calls the same thing a PRIVATE KEY and a secret that both sides know, so its text may be an HMAC
// secret.
// printf '{"contactID":"123"}' |
// openssl dgst -sha256 -mac HMAC -macopt hexkey:$(printf '%s' "$(cat ed25519.key.pem)" | xxd -p | tr -d '\n').
func TestThePrivateKeysTextAsAnHMACSecret(t *testing.T) {
	text, err := os.ReadFile(opensslDirectory + "ed25519.key.pem")
	require.NoError(t, err)
	config := fromYAML(t, `{scheme: github, keys: [{secret_file: `+opensslDirectory+`ed25519.key.pem}]}`)
	core, logs := observer.New(zap.WarnLevel)
	ring, verifier := newRing(t, config, KeyringOptions{Logger: zap.New(core)})
	require.NoError(t, ring.Load())
	require.Equal(t, 1, logs.FilterMessageSnippet("the text of a private key").Len())
	assert.NotContains(t, logs.All()[0].Message, string(text))
	r := newRequest(t, http.MethodPost, testURL)
	r.Header.Set("X-Hub-Signature-256", "sha256=b905004b982102e029adf5ba9d6186bcd9cd407b2a175cead7984a162cb57c11")
	_, err = judge(verifier, r, testBody, testNow)
	require.NoError(t, err)
	for _, public := range []string{"ed25519.pub.pem", "rsa.pub.pem"} {
		config.Keys[0].SecretFile = opensslDirectory + public
		ring, _ := newRing(t, config, KeyringOptions{})
		requireError(t, ring.Load(), "this is a public key or a certificate, not a shared secret")
	}
}

func TestOneCurveForEachNameOfAStandard(t *testing.T) {
	for curve, want := range map[string]string{"P-256": "", "P-384": "for keys of one curve only", "P-521": "for keys of one curve only"} {
		config := fromYAML(t, `{scheme: rfc9421, keys: [{algorithm: ecdsa_sha256, public_key_file: `+opensslDirectory+curve+`.pub.pem}]}`)
		ring, _ := newRing(t, config, KeyringOptions{})
		err := ring.Load()
		if want == "" {
			require.NoError(t, err)
			continue
		}
		requireError(t, err, want)
	}
}
