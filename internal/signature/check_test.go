// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package signature

import (
	"encoding/base64"
	"encoding/hex"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cxone-otel/cxonereceiver/internal/signature/refusal"
)

// inEveryPart is a scheme that has and covers every part.
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
			r.URL.RawQuery = name + "=" + url.QueryEscape(r.Header.Get(name))
			r.Header.Del(name)
		}
	}
	for name, test := range map[string]struct {
		change func(*http.Request)
		reason Reason
	}{
		"nothing": {func(*http.Request) {}, ""},

		"another URL":       {func(r *http.Request) { r.URL.Path = "/cxone/script-api" }, refusal.ReasonBadSignature},
		"another query":     {func(r *http.Request) { r.URL.RawQuery = "a=1" }, refusal.ReasonBadSignature},
		"another host":      {func(r *http.Request) { r.Host = "evil.example" }, refusal.ReasonBadSignature},
		"another method":    {func(r *http.Request) { r.Method = http.MethodPut }, refusal.ReasonBadSignature},
		"another time":      {set("X-Timestamp", "1700000000001"), refusal.ReasonBadSignature},
		"another version":   {set("X-Key-Version", "2"), refusal.ReasonBadSignature},
		"another consumer":  {set("X-Consumer", "bob"), refusal.ReasonBadSignature},
		"another nonce":     {set("X-Nonce", "n"), refusal.ReasonBadSignature},
		"another header":    {set("X-Extra", "extra "+"x"), refusal.ReasonBadSignature},
		"another signature": {set("X-Signature", base64.StdEncoding.EncodeToString(make([]byte, 32))), refusal.ReasonBadSignature},

		"no signature": {drop("X-Signature"), refusal.ReasonMissing}, "no timestamp": {drop("X-Timestamp"), refusal.ReasonMissing},
		"no version": {drop("X-Key-Version"), refusal.ReasonMissing}, "no consumer": {drop("X-Consumer"), refusal.ReasonMissing},
		"no nonce": {drop("X-Nonce"), refusal.ReasonMissing}, "no signed header": {drop("X-Extra"), refusal.ReasonMissing},
		"an empty signature": {
			set("X-Signature", ""),
			refusal.ReasonMissing,
		}, "an empty timestamp": {set("X-Timestamp", ""), refusal.ReasonMissing},
		"an empty version": {
			set("X-Key-Version", ""),
			refusal.ReasonMissing,
		}, "an empty consumer": {set("X-Consumer", ""), refusal.ReasonMissing},
		"the signature in the query": {intoQuery("X-Signature"), refusal.ReasonMissing},
		"the timestamp in the query": {intoQuery("X-Timestamp"), refusal.ReasonMissing},

		"two signatures": {add("X-Signature"), refusal.ReasonDuplicate}, "two timestamps": {add("X-Timestamp"), refusal.ReasonDuplicate},
		"two versions": {add("X-Key-Version"), refusal.ReasonDuplicate}, "two consumers": {add("X-Consumer"), refusal.ReasonDuplicate},
		"two nonces": {add("X-Nonce"), refusal.ReasonDuplicate}, "two signed headers": {add("X-Extra"), refusal.ReasonDuplicate},

		"a short signature": {set("X-Signature", "AAAA"), refusal.ReasonMalformed},
		"a long signature":  {set("X-Signature", strings.Repeat("AAAA", 20)), refusal.ReasonMalformed},
		"a huge signature":  {set("X-Signature", strings.Repeat("AAAA", 2000)), refusal.ReasonMalformed},
		"hex for base64":    {set("X-Signature", hex.EncodeToString(make([]byte, 32))), refusal.ReasonMalformed},
		"not base64":        {set("X-Signature", "!!!!"), refusal.ReasonMalformed},
		"two with a comma": {
			func(r *http.Request) { s := r.Header.Get("X-Signature"); r.Header.Set("X-Signature", s+", "+s) },
			refusal.ReasonMalformed,
		},
		"a truncated base64": {func(r *http.Request) { r.Header.Set("X-Signature", r.Header.Get("X-Signature")[:40]) }, refusal.ReasonMalformed},

		"an unknown version":       {set("X-Key-Version", "3"), refusal.ReasonUnknownKey},
		"a version with a blank":   {set("X-Key-Version", "1 1"), refusal.ReasonUnknownKey},
		"a version in other words": {set("X-Key-Version", "01"), refusal.ReasonUnknownKey},
		"an expired version":       {set("X-Key-Version", "past"), refusal.ReasonExpiredKey},
		"a version to come":        {set("X-Key-Version", "next"), refusal.ReasonNotYetValidKey},
		"an unknown consumer with a version that is bound to others": {set("X-Consumer", "mallory"), refusal.ReasonUnknownKey},

		"a stale timestamp":      {set("X-Timestamp", "1699990000000"), refusal.ReasonStale},
		"a future timestamp":     {set("X-Timestamp", "1700000061000"), refusal.ReasonFuture},
		"a timestamp in seconds": {set("X-Timestamp", "1700000000"), refusal.ReasonStale},
		"a timestamp in words":   {set("X-Timestamp", "now"), refusal.ReasonMalformed},
		"a negative timestamp":   {set("X-Timestamp", "-1700000000000"), refusal.ReasonMalformed},
		"a signed timestamp":     {set("X-Timestamp", "+1700000000000"), refusal.ReasonMalformed},
		"an overflowing one":     {set("X-Timestamp", "18446744073709551616"), refusal.ReasonMalformed},
		"one beyond all years":   {set("X-Timestamp", "9223372036854775807"), refusal.ReasonFuture},
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
	refusal := requireRefused(t, err, refusal.ReasonBadSignature)
	assert.Equal(t, "alice", refusal.Consumer)
	assert.Equal(t, "1", refusal.KeyVersion)
}
