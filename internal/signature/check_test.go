// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package signature

import (
	"encoding/base64"
	"encoding/hex"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// inEveryPart is a scheme that carries and covers everything there is.
const inEveryPart = `
scheme: custom
signed_string: '{consumer_id}\n{url}\n{method}\n{timestamp}\n{key_version}\n{nonce}\n{header:X-Extra}\n{body}'
value: {header: X-Signature}
timestamp: {header: X-Timestamp}
key_version: {header: X-Key-Version}
consumer: {header: X-Consumer}
nonce: {header: X-Nonce}
keys:
  - {version: "1", consumer_id: alice, algorithm: hmac_sha256, secret: alice-0123456789abcdef}
  - {version: "1", consumer_id: bob, algorithm: hmac_sha256, secret: bobby-0123456789abcdef}
  - {version: "2", algorithm: hmac_sha256, secret: any-0123456789abcdef}
  - {version: past, algorithm: hmac_sha256, secret: past-0123456789abcdef, not_after: 2023-11-01T00:00:00Z}
  - {version: next, algorithm: hmac_sha256, secret: next-0123456789abcdef, not_before: 2023-12-01T00:00:00Z}
`

func signedByAlice(t testing.TB, config *Config) *http.Request {
	t.Helper()
	signer, err := NewSigner(config, Callback{}, SigningKey{Version: "1", Consumer: "alice", Secret: []byte("alice-0123456789abcdef")})
	require.NoError(t, err)
	r := newRequest(t, http.MethodPost, testURL)
	r.Header.Set("X-Extra", "extra")
	require.NoError(t, signer.Sign(r, []byte(testBody), testNow))
	return r
}

func TestEveryAttackOnAHeaderIsRefusedForItsReason(t *testing.T) {
	config := fromYAML(t, inEveryPart)
	verifier := newVerifier(t, config)
	set := func(name, value string) func(*http.Request) {
		return func(r *http.Request) { r.Header.Set(name, value) }
	}
	add := func(name string) func(*http.Request) {
		return func(r *http.Request) { r.Header.Add(name, r.Header.Get(name)) }
	}
	drop := func(name string) func(*http.Request) { return func(r *http.Request) { r.Header.Del(name) } }
	intoQuery := func(name string) func(*http.Request) {
		return func(r *http.Request) {
			r.URL.RawQuery = name + "=" + escapeParameter(r.Header.Get(name))
			r.Header.Del(name)
		}
	}
	for name, test := range map[string]struct {
		change func(*http.Request)
		reason Reason
	}{
		"nothing": {func(*http.Request) {}, ""},

		"another URL":       {func(r *http.Request) { r.URL.Path = "/cxone/script-api" }, ReasonBadSignature},
		"another query":     {func(r *http.Request) { r.URL.RawQuery = "a=1" }, ReasonBadSignature},
		"another host":      {func(r *http.Request) { r.Host = "evil.example" }, ReasonBadSignature},
		"another method":    {func(r *http.Request) { r.Method = http.MethodPut }, ReasonBadSignature},
		"another time":      {set("X-Timestamp", "1700000000001"), ReasonBadSignature},
		"another version":   {set("X-Key-Version", "2"), ReasonBadSignature},
		"another consumer":  {set("X-Consumer", "bob"), ReasonBadSignature},
		"another nonce":     {set("X-Nonce", "n"), ReasonBadSignature},
		"another header":    {set("X-Extra", "extra "+"x"), ReasonBadSignature},
		"another signature": {set("X-Signature", base64.StdEncoding.EncodeToString(make([]byte, 32))), ReasonBadSignature},

		"no signature": {drop("X-Signature"), ReasonMissing}, "no timestamp": {drop("X-Timestamp"), ReasonMissing},
		"no version": {drop("X-Key-Version"), ReasonMissing}, "no consumer": {drop("X-Consumer"), ReasonMissing},
		"no nonce": {drop("X-Nonce"), ReasonMissing}, "no signed header": {drop("X-Extra"), ReasonMissing},
		"an empty signature": {set("X-Signature", ""), ReasonMissing}, "an empty timestamp": {set("X-Timestamp", ""), ReasonMissing},
		"an empty version": {set("X-Key-Version", ""), ReasonMissing}, "an empty consumer": {set("X-Consumer", ""), ReasonMissing},
		"the signature in the query": {intoQuery("X-Signature"), ReasonMissing},
		"the timestamp in the query": {intoQuery("X-Timestamp"), ReasonMissing},

		"two signatures": {add("X-Signature"), ReasonDuplicate}, "two timestamps": {add("X-Timestamp"), ReasonDuplicate},
		"two versions": {add("X-Key-Version"), ReasonDuplicate}, "two consumers": {add("X-Consumer"), ReasonDuplicate},
		"two nonces": {add("X-Nonce"), ReasonDuplicate}, "two signed headers": {add("X-Extra"), ReasonDuplicate},

		"a short signature":  {set("X-Signature", "AAAA"), ReasonMalformed},
		"a long signature":   {set("X-Signature", strings.Repeat("AAAA", 20)), ReasonMalformed},
		"a huge signature":   {set("X-Signature", strings.Repeat("AAAA", 2000)), ReasonMalformed},
		"hex for base64":     {set("X-Signature", hex.EncodeToString(make([]byte, 32))), ReasonMalformed},
		"not base64":         {set("X-Signature", "!!!!"), ReasonMalformed},
		"two with a comma":   {func(r *http.Request) { s := r.Header.Get("X-Signature"); r.Header.Set("X-Signature", s+", "+s) }, ReasonMalformed},
		"a truncated base64": {func(r *http.Request) { r.Header.Set("X-Signature", r.Header.Get("X-Signature")[:40]) }, ReasonMalformed},

		"an unknown version":                                {set("X-Key-Version", "3"), ReasonUnknownKey},
		"a version with a blank":                            {set("X-Key-Version", "1 1"), ReasonUnknownKey},
		"a version in other words":                          {set("X-Key-Version", "01"), ReasonUnknownKey},
		"an expired version":                                {set("X-Key-Version", "past"), ReasonExpiredKey},
		"a version to come":                                 {set("X-Key-Version", "next"), ReasonNotYetValidKey},
		"a stranger with a version that is bound to others": {set("X-Consumer", "mallory"), ReasonUnknownKey},

		"a stale timestamp":      {set("X-Timestamp", "1699990000000"), ReasonStale},
		"a future timestamp":     {set("X-Timestamp", "1700000061000"), ReasonFuture},
		"a timestamp in seconds": {set("X-Timestamp", "1700000000"), ReasonStale},
		"a timestamp in words":   {set("X-Timestamp", "now"), ReasonMalformed},
		"a negative timestamp":   {set("X-Timestamp", "-1700000000000"), ReasonMalformed},
		"a signed timestamp":     {set("X-Timestamp", "+1700000000000"), ReasonMalformed},
		"an overflowing one":     {set("X-Timestamp", "18446744073709551616"), ReasonMalformed},
		"one beyond all years":   {set("X-Timestamp", "9223372036854775807"), ReasonFuture},
	} {
		t.Run(name, func(t *testing.T) {
			r := signedByAlice(t, config)
			test.change(r)
			_, err := judge(verifier, overTheWire(t, r), testBody, testNow)
			if test.reason == "" {
				require.NoError(t, err)
				return
			}
			refusal := requireRefused(t, err, test.reason)
			assert.NotContains(t, refusal.Error()+refusal.Hint(), r.Header.Get("X-Signature")+"!", "no signature in a log")
			if value := r.Header.Get("X-Signature"); len(value) > 8 {
				assert.NotContains(t, refusal.Error()+refusal.Hint(), value)
			}
		})
	}
	_, err := judge(verifier, overTheWire(t, signedByAlice(t, config)), testBody+"\n", testNow)
	refusal := requireRefused(t, err, ReasonBadSignature)
	assert.Equal(t, "alice", refusal.Consumer)
	assert.Equal(t, "1", refusal.KeyVersion)
}
