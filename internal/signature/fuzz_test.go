// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package signature

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"unicode"

	"github.com/stretchr/testify/require"
)

// fuzzVerifiers has a verifier for each way to read a request: plain, list, pairs, query, and message signatures.
func fuzzVerifiers(f *testing.F) []*Verifier {
	f.Helper()
	var verifiers []*Verifier
	for _, yaml := range []string{
		inEveryPart,
		`{scheme: standard_webhooks, value: {header: X-Signature}, timestamp: {header: X-Timestamp}, nonce: {header: X-Nonce}, keys: ` +
			`[{secret: MDEyMzQ1Njc4OWFiY2RlZg==}]}`,
		`{scheme: stripe, value: {header: X-Signature}, signed_string: '{field:t}{field:x}{body}', keys: [{secret: ` + testSecret + `}]}`,
		`{scheme: custom, value: {query: sig, encoding: hex}, timestamp: {query: ts, unit: rfc3339}, consumer: {query: c},
		  key_version: {query: v},
		  signed_string: '{url}{query}{query:a|urldecode}{timestamp}{body|sha256|hex}',
		    keys: [{version: "1", algorithm: hmac_sha512, secret: ` + testSecret + `}]}`,
		`{scheme: rfc9421, components: ["@method", "@query|@path"], keys: [{version: "1", algorithm: hmac_sha256, secret: ` + testSecret + `}]}`,
	} {
		verifiers = append(verifiers, newVerifier(f, fromYAML(f, yaml)))
	}
	return verifiers
}

// FuzzExtract gives headers and queries to every way of reading them. No key of these verifiers has signed anything, so
// nothing may be accepted. Nothing may panic, and every refusal must be an *Error that repeats no signature.
func FuzzExtract(f *testing.F) {
	verifiers := fuzzVerifiers(f)
	f.Add("AAAA", "1700000000000", "1", "alice", "n", `sig1=("@method" "@path");created=1700000000;keyid="1"`,
		"a=1&sig=00&ts=2023-11-14T22:13:20Z&c=c&v=1")
	f.Add("v1,AAAA v1,BBBB", "1700000000", "", "", "", `sig1=:AAAA:`, "a=%zz&a=&&=&sig")
	f.Add("t=1700000000,v1=00,x=1", "x", "2", "bob", "", `sig1=()`, "a=1;b=2")
	f.Add(strings.Repeat("A", 43), "9223372036854775807", "past", "", "\x00", `a=("@query-param";name="a" "@query" `+
		`"x-timestamp");created=1700000000;keyid="1";alg="hmac-sha256";expires=1`, "?")
	f.Fuzz(func(t *testing.T, signature, timestamp, version, consumer, nonce, input, query string) {
		r := &http.Request{
			Method: http.MethodPost, Host: "h", RequestURI: "/p?" + query, URL: &url.URL{Path: "/p", RawQuery: query},
			Header: http.Header{
				"X-Signature": {signature}, "X-Timestamp": {timestamp}, "X-Key-Version": {version}, "X-Consumer": {consumer}, "X-Nonce": {nonce},
				"X-Extra": {"extra"}, "Signature-Input": {input}, "Signature": {signature},
			},
		}
		for i, verifier := range verifiers {
			attempt, err := verifier.Check(r, testNow)
			if err == nil {
				err = attempt.Verify([]byte(testBody))
			}
			var refusal *Error
			if !errors.As(err, &refusal) {
				t.Fatalf("verifier %d: not a refusal: %v", i, err)
			}
			if text := refusal.Error() + refusal.Hint(); len(signature) > 64 && strings.Contains(text, signature) {
				t.Fatalf("verifier %d: the signature is in the log: %s", i, text)
			}
			_ = verifier.ExplainToOperator(r, []byte(testBody), testNow)
		}
	})
}

// A right signature is accepted, whatever is in the parts that it covers. It is refused as soon as one bit changes.
func FuzzSignedParts(f *testing.F) {
	config := fromYAML(f, inEveryPart)
	verifier := newVerifier(f, config)
	signer, err := NewSigner(config, Callback{}, SigningKey{Version: "1", Consumer: "alice", Secret: []byte("alice-0123456789abcdef")})
	require.NoError(f, err)
	f.Add("extra", "n", "/p", []byte(testBody), uint16(3))
	f.Add("{body}\\n", "a\tb", "//x/../y?a=1&b", []byte{0, 255}, uint16(0))
	f.Fuzz(func(t *testing.T, extra, nonce, target string, body []byte, flip uint16) {
		if strings.ContainsFunc(nonce, unicode.IsControl) || nonce == "" || !strings.HasPrefix(target, "/") {
			t.Skip("no request of a server looks like this")
		}
		path, query, _ := strings.Cut(target, "?")
		r := &http.Request{
			Method:     http.MethodPost,
			Host:       "h",
			RequestURI: target,
			URL:        &url.URL{Path: path, RawQuery: query},
			Header:     http.Header{},
		}
		r.Header.Set("X-Extra", extra)
		r.Header.Set("X-Nonce", nonce)
		require.NoError(t, signer.Sign(r, body, testNow))
		_, err := judge(verifier, r, string(body), testNow)
		require.NoError(t, err)
		if len(body) == 0 {
			return
		}
		body[int(flip)%len(body)] ^= 1 << (flip % 8)
		_, err = judge(verifier, r, string(body), testNow)
		require.Error(t, err)
	})
}
