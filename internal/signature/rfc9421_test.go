// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package signature

import (
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/config/configopaque"

	"github.com/cxone-otel/cxonereceiver/internal/signature/refusal"
)

const rfcDirectory = "../../testdata/signature/rfc9421/"

// rfcShared is test-shared-secret of RFC 9421 appendix B.1.5.
const rfcShared = "uzvJfB4u3N0Jy4T7NZ75MDVcr8zSTInedJtkgcu46YW4XByzNJjxBdtjUkdJPBtbmHhIDi6pcl8jsasjlTMtDQ=="

// rfcConfig is a configuration with the keys of appendix B.1.
func rfcConfig(t testing.TB, components string) *Config {
	return fromYAML(t, `
scheme: rfc9421
components: `+components+`
keys:
  - {version: test-key-rsa, algorithm: rsa_sha256, public_key_file: `+rfcDirectory+`test-key-rsa.pub.pem}
  - {version: test-key-rsa-pss, algorithm: rsa_pss_sha512, public_key_file: `+rfcDirectory+`test-key-rsa-pss.pub.pem}
  - {version: test-key-ecc-p256, algorithm: ecdsa_sha256, public_key_file: `+rfcDirectory+`test-key-ecc-p256.pub.pem}
  - {version: test-key-ed25519, algorithm: ed25519, public_key_file: `+rfcDirectory+`test-key-ed25519.pub.pem}
  - {version: test-shared-secret, algorithm: hmac_sha256, secret_encoding: base64, secret: "`+rfcShared+`"}
`)
}

// rfcRequest reads a vector: a request and its body.
func rfcRequest(t testing.TB, name string) (*http.Request, string) {
	t.Helper()
	data, err := os.ReadFile(rfcDirectory + name + ".http")
	require.NoError(t, err)
	head, body, ok := strings.Cut(string(data), "\n\n")
	require.True(t, ok)
	return parseRequest(t, strings.ReplaceAll(head, "\n", "\r\n")+"\r\n\r\n"), strings.TrimSuffix(body, "\n")
}

var rfcVectors = []struct {
	name, section, components string
	at                        int64
}{
	{"b22", "B.2.2 selective covered components", `["@authority", content-digest, '@query-param;name="Pet"']`, 1618884473},
	{"b23", "B.2.3 full coverage", `["@method", "@path", content-digest]`, 1618884473},
	{"b25", "B.2.5 HMAC", `[date, "@authority", content-type]`, 1618884473},
	{"b26", "B.2.6 Ed25519", `["@method", "@target-uri|@path", content-length]`, 1618884473},
	{"b3", "B.3 TLS-terminating proxy, ECDSA P-256", `["@path", "@query", client-cert]`, 1618884473},
	{"b4", "B.4 message transformations", `["@method", "@path", accept]`, 1618884473},
	{"s43", "4.3 proxy's signature, RSA v1.5", `["@method", "@path|@target-uri", content-digest, forwarded]`, 1618884480},
}

func TestRFC9421Vectors(t *testing.T) {
	for _, vector := range rfcVectors {
		t.Run(vector.section, func(t *testing.T) {
			verifier := newVerifier(t, rfcConfig(t, vector.components))
			now := time.Unix(vector.at, 0).Add(30 * time.Second)
			r, body := rfcRequest(t, vector.name)
			_, err := judge(verifier, r, body, now)
			require.NoError(t, err)

			base, err := os.ReadFile(rfcDirectory + vector.name + ".base")
			require.NoError(t, err)
			assert.Equal(t, string(base), string(verifier.ExplainToOperator(r, []byte(body), now).SignedString))
			tampered, _ := rfcRequest(t, vector.name)
			tampered.Header.Set("Date", "Tue, 20 Apr 2021 02:07:57 GMT")
			tampered.Header.Add("Accept", "text/html")
			tampered.Host, tampered.Method = "evil.example", http.MethodPut
			_, err = judge(verifier, tampered, body, now)
			requireRefused(t, err, refusal.ReasonBadSignature)
		})
	}
}

// B.2.1 covers nothing. Its signature is right, and must be refused.
func TestRFC9421MinimalSignatureIsNotEnough(t *testing.T) {
	r, body := rfcRequest(t, "b21")
	_, err := judge(newVerifier(t, rfcConfig(t, `["@method"]`)), r, body, time.Unix(1618884473, 0))
	requireRefused(t, err, refusal.ReasonNotCovered)
	config := rfcConfig(t, `["@method"]`)
	config.Components = []string{}
	requireError(t, config.Validate(), "components: empty")
}

func TestRFC9421Refusals(t *testing.T) {
	config := rfcConfig(t, `["@method", "@target-uri|@path", content-digest]`)
	config.Keys[4].SecretEncoding, config.Keys[4].Secret = "raw", configopaque.String(testSecret)
	verifier := newVerifier(t, config)
	signer, err := NewSigner(config, Callback{}, SigningKey{Version: "test-shared-secret", Secret: []byte(testSecret)})
	require.NoError(t, err)
	signed := func() *http.Request {
		r := newRequest(t, http.MethodPost, testURL+"?a=1")
		require.NoError(t, signer.Sign(r, []byte(testBody), testNow))
		return r
	}
	edit := func(name, old, replacement string) func(*http.Request) {
		return func(r *http.Request) {
			require.Contains(t, r.Header.Get(name), old)
			r.Header.Set(name, strings.Replace(r.Header.Get(name), old, replacement, 1))
		}
	}
	for name, test := range map[string]struct {
		change func(*http.Request)
		reason Reason
	}{
		"nothing changed":         {func(*http.Request) {}, ""},
		"a second, foreign label": {edit("Signature-Input", "sig1=", `proxy=("@method");created=1;keyid="x", sig1=`), ""},
		"no signature":            {func(r *http.Request) { r.Header.Del("Signature") }, refusal.ReasonMissing},
		"no input":                {func(r *http.Request) { r.Header.Del("Signature-Input") }, refusal.ReasonMissing},
		"empty":                   {func(r *http.Request) { r.Header.Set("Signature-Input", "") }, refusal.ReasonMissing},
		"two lines":               {func(r *http.Request) { r.Header.Add("Signature", "sig2=:AAAA:") }, ""},
		"two lines of each": {func(r *http.Request) {
			r.Header.Add("Signature", "sig2=:AAAA:")
			r.Header.Add("Signature-Input", `sig2=("@method");created=1`)
		}, ""},
		"another line first": {func(r *http.Request) { r.Header["Signature"] = []string{"sig2=:AAAA:", r.Header.Get("Signature")} }, ""},
		"one label in two lines": {
			func(r *http.Request) { r.Header["Signature"] = []string{"sig1=:AAAA:", r.Header.Get("Signature")} },
			refusal.ReasonDuplicate,
		},
		"one input in two lines": {
			func(r *http.Request) { r.Header.Add("Signature-Input", `sig1=("@method");created=1700000000`) },
			refusal.ReasonDuplicate,
		},
		"a line that is broken":     {func(r *http.Request) { r.Header.Add("Signature-Input", "sig2=(") }, refusal.ReasonMalformed},
		"a member in two lines":     {func(r *http.Request) { r.Header["Signature"] = []string{"sig1=:AA", "AA:"} }, refusal.ReasonMalformed},
		"another label":             {edit("Signature", "sig1", "sig2"), refusal.ReasonMissing},
		"not a byte sequence":       {func(r *http.Request) { r.Header.Set("Signature", `sig1="abc"`) }, refusal.ReasonMissing},
		"not a list":                {func(r *http.Request) { r.Header.Set("Signature-Input", `sig1=1`) }, refusal.ReasonMalformed},
		"not structured":            {func(r *http.Request) { r.Header.Set("Signature-Input", `sig1=(`) }, refusal.ReasonMalformed},
		"method not covered":        {edit("Signature-Input", `"@method" `, ``), refusal.ReasonNotCovered},
		"digest not covered":        {edit("Signature-Input", ` "content-digest"`, ``), refusal.ReasonNotCovered},
		"covered twice":             {edit("Signature-Input", `"@method"`, `"@method" "@method"`), refusal.ReasonMalformed},
		"a field's parameter":       {edit("Signature-Input", `"content-digest"`, `"content-digest";sf`), refusal.ReasonMalformed},
		"a request's component":     {edit("Signature-Input", `"@method"`, `"@method";req`), refusal.ReasonMalformed},
		"a response's component":    {edit("Signature-Input", `"@method"`, `"@method" "@status"`), refusal.ReasonMalformed},
		"an upper-case field":       {edit("Signature-Input", `"content-digest"`, `"Content-Digest"`), refusal.ReasonMalformed},
		"an unknown component":      {edit("Signature-Input", `"@method"`, `"@method" "@everything"`), refusal.ReasonMalformed},
		"a field that is not there": {edit("Signature-Input", `"@method"`, `"@method" "x-absent"`), refusal.ReasonMissing},
		"a parameter not there":     {edit("Signature-Input", `"@method"`, `"@method" "@query-param";name="b"`), refusal.ReasonMissing},
		"another component added":   {edit("Signature-Input", `"@method"`, `"@method" "@query-param";name="a"`), refusal.ReasonBadSignature},
		"no created":                {edit("Signature-Input", `;created=1700000000`, ``), refusal.ReasonMissing},
		"created is a string":       {edit("Signature-Input", `created=1700000000`, `created="1700000000"`), refusal.ReasonMalformed},
		"created before 1970":       {edit("Signature-Input", `created=1700000000`, `created=-1`), refusal.ReasonMalformed},
		"stale":                     {edit("Signature-Input", `created=1700000000`, `created=1600000000`), refusal.ReasonStale},
		"future":                    {edit("Signature-Input", `created=1700000000`, `created=1700009999`), refusal.ReasonFuture},
		"created changed":           {edit("Signature-Input", `created=1700000000`, `created=1700000001`), refusal.ReasonBadSignature},
		"expired":                   {edit("Signature-Input", `;keyid`, `;expires=1699999999;keyid`), refusal.ReasonStale},
		"expires is a string":       {edit("Signature-Input", `;keyid`, `;expires="x";keyid`), refusal.ReasonMalformed},
		"no keyid":                  {edit("Signature-Input", `;keyid="test-shared-secret"`, ``), refusal.ReasonMissing},
		"keyid is a token":          {edit("Signature-Input", `keyid="test-shared-secret"`, `keyid=a`), refusal.ReasonMalformed},
		"unknown keyid":             {edit("Signature-Input", `keyid="test-shared-secret"`, `keyid="nobody"`), refusal.ReasonUnknownKey},
		"another key's algorithm":   {edit("Signature-Input", `alg="hmac-sha256"`, `alg="ed25519"`), refusal.ReasonWrongAlgorithm},
		"alg is not a string":       {edit("Signature-Input", `alg="hmac-sha256"`, `alg=1`), refusal.ReasonWrongAlgorithm},
		"another key": {
			edit("Signature-Input", `keyid="test-shared-secret";alg="hmac-sha256"`, `keyid="test-key-rsa"`),
			refusal.ReasonMalformed,
		},
		"a short signature":  {func(r *http.Request) { r.Header.Set("Signature", "sig1=:AAAA:") }, refusal.ReasonMalformed},
		"an empty signature": {func(r *http.Request) { r.Header.Set("Signature", "sig1=::") }, refusal.ReasonMalformed},
		"another target":     {func(r *http.Request) { r.URL.Path = "/other" }, refusal.ReasonBadSignature},
		"another query":      {func(r *http.Request) { r.URL.RawQuery = "a=2" }, refusal.ReasonBadSignature},
		"another method":     {func(r *http.Request) { r.Method = http.MethodPut }, refusal.ReasonBadSignature},
		"another digest":     {edit("Content-Digest", "sha-256", "sha-512"), refusal.ReasonBadSignature},
		"too many labels": {func(r *http.Request) {
			r.Header.Set("Signature-Input", strings.Join(strings.Split("abcdefghi", ""), ", "))
		}, refusal.ReasonMalformed},
	} {
		t.Run(name, func(t *testing.T) {
			r := signed()
			test.change(r)
			_, err := judge(verifier, overTheWire(t, r), testBody, testNow)
			requireOutcome(t, err, test.reason)
		})
	}
	_, err = judge(verifier, overTheWire(t, signed()), testBody+" ", testNow)
	requireRefused(t, err, refusal.ReasonBadDigest)
}

func TestRFC9421OneKeyWithoutAVersionNeedsNoKeyID(t *testing.T) {
	config := fromYAML(t, `{scheme: rfc9421, keys: [{algorithm: hmac_sha256, secret: `+testSecret+`}]}`)
	signer, err := NewSigner(config, Callback{}, SigningKey{Secret: []byte(testSecret)})
	require.NoError(t, err)
	r := newRequest(t, http.MethodPost, testURL)
	require.NoError(t, signer.Sign(r, []byte(testBody), testNow))
	assert.NotContains(t, r.Header.Get("Signature-Input"), "keyid")
	_, err = judge(newVerifier(t, config), overTheWire(t, r), testBody, testNow)
	require.NoError(t, err)
}
