// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package signature

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestSigningKeysAreChecked(t *testing.T) {
	gateway, github, rfc := fromYAML(t, `{}`), fromYAML(t, `scheme: github`), fromYAML(t, `scheme: rfc9421`)
	rsaKey := keyPairs()["rsa"]
	for name, test := range map[string]struct {
		config *Config
		key    SigningKey
		want   string
	}{
		"no algorithm":        {gateway, SigningKey{Version: "1"}, `no key of the configuration has version "1"`},
		"unknown algorithm":   {gateway, SigningKey{Algorithm: "x"}, `unknown algorithm "x"; known`},
		"no version":          {gateway, SigningKey{Algorithm: "rsa_sha256", Consumer: "c", PrivateKey: rsaKey}, "carries a key version"},
		"no consumer":         {gateway, SigningKey{Algorithm: "rsa_sha256", Version: "1", PrivateKey: rsaKey}, "carries a consumer"},
		"no private key":      {github, SigningKey{Algorithm: "rsa_sha256"}, "signs with a private key"},
		"no secret":           {github, SigningKey{Algorithm: "hmac_sha256"}, "fewer than 16 bytes"},
		"another kind of key": {github, SigningKey{Algorithm: "ecdsa_sha256", PrivateKey: rsaKey}, "needs a key on curve P-256, P-384 or P-521"},
		"RFC 9421":            {rfc, SigningKey{Algorithm: "hmac_sha1", Secret: []byte(testSecret)}, "not an algorithm of RFC 9421"},
		"a bad configuration": {&Config{Scheme: "x"}, SigningKey{}, "scheme: unknown scheme"},
	} {
		_, err := NewSigner(test.config, Callback{}, test.key)
		requireError(t, err, test.want)
		assert.NotContains(t, err.Error(), testSecret, name)
	}
	_, err := NewSigner(gateway, Callback{SignatureURL: "nonsense"}, SigningKey{})
	requireError(t, err, `signature_url: "nonsense" is not a whole URL`)
	config := fromYAML(t, `{scheme: github, signed_string: '{header:X-Absent}', keys: [{secret: `+testSecret+`}]}`)
	signer, err := NewSigner(config, Callback{}, SigningKey{Secret: []byte(testSecret)})
	require.NoError(t, err, "the algorithm is the configuration's")
	requireError(t, signer.Sign(newRequest(t, "POST", testURL), nil, testNow), "cannot sign", "{header:X-Absent} is signed but not there")
}

// An operator is shown the same for signing as for verifying, under every scheme.
func TestTheSignedStringIsTheSameOnBothSides(t *testing.T) {
	for _, name := range Schemes() {
		t.Run(name, func(t *testing.T) {
			config := mustPreset(name)
			algorithm := "hmac_sha256"
			switch name {
			case SchemeCustom:
				config.SignedString, config.Value.Header = "{url} {body}", "X-Sig"
			case SchemeRFC9421:
				algorithm = "ecdsa_sha256"
				config.Components = append(config.Components, "@authority", "@scheme", "@request-target", "@path", "@query",
					`@query-param;name="a"`, "host", "content-length")
			}
			verifier, signer := signedWith(t, config, algorithm)
			r := newRequest(t, http.MethodPost, testURL+"?a=b%20c")
			if config.Nonce.Header != "" {
				r.Header.Set(config.Nonce.Header, "msg_1")
			}
			require.NoError(t, signer.Sign(r, []byte(testBody), testNow))
			shown, err := Render(&config, r, []byte(testBody))
			require.NoError(t, err)
			r.ContentLength = int64(len(testBody))
			r.Body = io.NopCloser(strings.NewReader(testBody))
			e := verifier.ExplainToOperator(overTheWire(t, r), []byte(testBody), testNow)
			require.NoError(t, e.Refusal)
			assert.Equal(t, string(shown), string(e.SignedString))
		})
	}
}

func TestRequestsThatCannotBeSigned(t *testing.T) {
	config := fromYAML(t, `{scheme: rfc9421, components: [x-absent], keys: [{algorithm: hmac_sha256, secret: `+testSecret+`}]}`)
	signer, err := NewSigner(config, Callback{}, SigningKey{Secret: []byte(testSecret)})
	require.NoError(t, err)
	requireError(t, signer.Sign(newRequest(t, http.MethodPost, testURL), nil, testNow), "cannot sign", "covered but not there")
	_, err = NewVerifier(config, nil, Callback{SignatureURL: "ftp://x"})
	requireError(t, err, "signature_url")
}
