// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package signature

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cxone-otel/cxonereceiver/internal/signature/refusal"
)

func TestConsumerID(t *testing.T) {
	config := fromYAML(t, inEveryPart)
	config.Keys = config.Keys[:1]
	r := overTheWire(t, signedByAlice(t, config))
	t.Run("another than the only one", func(t *testing.T) {
		config := *config
		config.ConsumerID = "carol"
		config.Keys = []KeyConfig{{Version: "1", Algorithm: "hmac_sha256", Secret: "alice-0123456789abcdef"}}
		_, err := judge(newVerifier(t, &config), r, testBody, testNow)
		requireRefused(t, err, refusal.ReasonUnknownConsumer)
	})
	t.Run("one that has no key", func(t *testing.T) {
		mallory := r.Clone(t.Context())
		mallory.Header.Set("X-Consumer", "mallory")
		_, err := judge(newVerifier(t, config), mallory, testBody, testNow)
		requireRefused(t, err, refusal.ReasonUnknownConsumer)
	})
	t.Run("signed but not carried", func(t *testing.T) {
		config := fromYAML(t, `{scheme: github, consumer_id: me, signed_string: '{consumer_id}.{body}', keys: [{secret: `+testSecret+`}]}`)
		signer, err := NewSigner(config, Callback{}, SigningKey{Secret: []byte(testSecret)})
		require.NoError(t, err)
		r := newRequest(t, http.MethodPost, testURL)
		require.NoError(t, signer.Sign(r, []byte(testBody), testNow))
		attempt, err := judge(newVerifier(t, config), overTheWire(t, r), testBody, testNow)
		require.NoError(t, err)
		assert.Equal(t, "me", attempt.Consumer())
	})
}

// The consumer decides whose key is used, also if versions are equal.
func TestAKeyOfAConsumersOwnComesBeforeOneForAll(t *testing.T) {
	config := fromYAML(t, inEveryPart)
	config.Keys[2].Version = "1"
	verifier := newVerifier(t, config)
	for consumer, secret := range map[string]string{
		"alice": "alice-0123456789abcdef",
		"bob":   "bobby-0123456789abcdef",
		"carol": "any-0123456789abcdef",
	} {
		for _, used := range []string{secret, "any-0123456789abcdef"} {
			signer, err := NewSigner(config, Callback{}, SigningKey{Version: "1", Consumer: consumer, Secret: []byte(used)})
			require.NoError(t, err)
			r := newRequest(t, http.MethodPost, testURL)
			r.Header.Set("X-Extra", "extra")
			require.NoError(t, signer.Sign(r, []byte(testBody), testNow))
			_, err = judge(verifier, overTheWire(t, r), testBody, testNow)
			assert.Equal(t, used == secret, err == nil, "%s with %s", consumer, used)
		}
	}
}

func TestQueryParametersMayNotComeTwice(t *testing.T) {
	config := fromYAML(t, `{scheme: github, value: {query: sig, prefix: ""}, signed_string: '{query:a}{body}', keys: [{secret: `+
		testSecret+`}]}`)
	verifier := newVerifier(t, config)
	signer, err := NewSigner(config, Callback{}, SigningKey{Secret: []byte(testSecret)})
	require.NoError(t, err)
	r := newRequest(t, http.MethodPost, testURL+"?a=1")
	require.NoError(t, signer.Sign(r, []byte(testBody), testNow))
	good := r.URL.RawQuery
	for query, reason := range map[string]Reason{
		good:                                   "",
		good + "&sig=00":                       refusal.ReasonDuplicate,
		"s%69g=00&" + good:                     refusal.ReasonDuplicate,
		good + "&a=1":                          refusal.ReasonDuplicate,
		good + "&%61=2":                        refusal.ReasonDuplicate,
		good + "&b=2":                          "",
		good + "&SIG=00":                       "",
		strings.Replace(good, "sig", "SIG", 1): refusal.ReasonMissing,
		"a=1&sig=":                             refusal.ReasonMissing,
		"a=1&sig":                              refusal.ReasonMissing,
		"a=1&sig=%00%0a":                       refusal.ReasonMalformed,
		"a=1&sig=zz":                           refusal.ReasonMalformed,
		strings.TrimPrefix(good, "a=1&"):       refusal.ReasonMissing,
	} {
		received := parseRequest(t, "POST /p?"+query+" HTTP/1.1\r\nHost: h\r\n\r\n")
		_, err := judge(verifier, received, testBody, testNow)
		requireOutcome(t, err, reason, query)
	}
	inHeader := parseRequest(t, "POST /p?a=1 HTTP/1.1\r\nHost: h\r\nSig: "+strings.TrimPrefix(good, "a=1&sig=")+"\r\n\r\n")
	_, err = judge(verifier, inHeader, testBody, testNow)
	requireRefused(t, err, refusal.ReasonMissing)
}

// A percent-encoded line end could move the border between two signed parts.
func TestPartsHoldNoControlCharacters(t *testing.T) {
	config := fromYAML(t, `{consumer: {query: c}, keys: [{version: "1", algorithm: hmac_sha256, secret: `+testSecret+`}]}`)
	verifier := newVerifier(t, config)
	for _, value := range []string{"a%0Ab", "a%0d", "%00", "%7f", "%1b[31m"} {
		r := parseRequest(t, "POST /p?c="+value+" HTTP/1.1\r\nHost: h\r\nX-Signature: "+strings.Repeat("A", 43)+"\r\n\r\n")
		_, err := verifier.Check(r, testNow)
		requireRefused(t, err, refusal.ReasonMalformed)
	}
}
