// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package signature

import (
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/dunglas/httpsfv"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/config/configopaque"
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
			attempt, err := judge(verifier, r, body, now)
			require.NoError(t, err)
			assert.True(t, strings.HasPrefix(attempt.KeyVersion(), "test-"), attempt.KeyVersion())

			base, err := os.ReadFile(rfcDirectory + vector.name + ".base")
			require.NoError(t, err)
			assert.Equal(t, string(base), string(verifier.ExplainToOperator(r, []byte(body), now).SignedString))
			tampered, _ := rfcRequest(t, vector.name)
			tampered.Header.Set("Date", "Tue, 20 Apr 2021 02:07:57 GMT")
			tampered.Header.Add("Accept", "text/html")
			tampered.Host, tampered.Method = "evil.example", http.MethodPut
			_, err = judge(verifier, tampered, body, now)
			requireRefused(t, err, ReasonBadSignature)
		})
	}
}

// B.2.1 covers nothing at all. Its signature is right, and has to be refused.
func TestRFC9421MinimalSignatureIsNotEnough(t *testing.T) {
	r, body := rfcRequest(t, "b21")
	_, err := judge(newVerifier(t, rfcConfig(t, `["@method"]`)), r, body, time.Unix(1618884473, 0))
	requireRefused(t, err, ReasonNotCovered)
	config := rfcConfig(t, `["@method"]`)
	config.Components = []string{}
	requireError(t, config.Validate(), "components: empty")

	// The signature itself is right all the same.
	m := &message{request: r, target: targetOf(r)}
	inputs, refusal := readDictionary(r, headerSignatureInput)
	require.Nil(t, refusal)
	values, refusal := readDictionary(r, headerSignature)
	require.Nil(t, refusal)
	base, signature := labelOf(t, m, inputs, values, "sig-b21")
	file, err := os.ReadFile(rfcDirectory + "b21.base")
	require.NoError(t, err)
	assert.Equal(t, string(file), string(base))
	data, err := os.ReadFile(rfcDirectory + "test-key-rsa-pss.pub.pem")
	require.NoError(t, err)
	public, err := ParsePublicKey(data)
	require.NoError(t, err)
	pss := algorithmNamed("rsa_pss_sha512")
	assert.True(t, pss.verifyPublic(public, pss.digest.append(nil, base), signature))
}

// A signer with the RFC's key and parameters writes the RFC's signature, where the algorithm is deterministic.
func TestRFC9421SignerUsesTheRFCsSignatureBase(t *testing.T) {
	for _, name := range []string{"b25", "b26", "b4"} {
		r, body := rfcRequest(t, name)
		inputs, refusal := readDictionary(r, headerSignatureInput)
		require.Nil(t, refusal)
		values, refusal := readDictionary(r, headerSignature)
		require.Nil(t, refusal)
		label := inputs.Names()[0]
		base, signature := labelOf(t, &message{request: r, target: targetOf(r)}, inputs, values, label)
		signer := &Signer{scheme: &scheme{}}
		if name == "b25" {
			secret, err := ParseSecret(rfcShared, "base64")
			require.NoError(t, err)
			signer.algorithm, signer.key.Secret = algorithmNamed("hmac_sha256"), secret
		} else {
			data, err := os.ReadFile(rfcDirectory + "test-key-ed25519.key.pem")
			require.NoError(t, err)
			signer.algorithm = algorithmNamed("ed25519")
			signer.key.PrivateKey, err = ParsePrivateKey(data)
			require.NoError(t, err)
		}
		made, err := signer.sign(&content{base: base, body: []byte(body)})
		require.NoError(t, err)
		assert.Equal(t, signature, made, name)
	}
}

// The examples of RFC 9530 appendix A and B: {"hello": "world"} with a line feed.
func TestContentDigestOfRFC9530(t *testing.T) {
	const (
		body   = "{\"hello\": \"world\"}\n"
		sha256 = "sha-256=:RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg=:"
		sha512 = "sha-512=:YMAam51Jz/jOATT6/zvHrLVgOYTGFy1d6GJiOHTohq4yP+pgk4vf2aCsyRZOtw8MjkM7iw7yZ/WkppmM44T3qg==:"
		other  = "sha-256=:X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=:" // without the line feed
	)
	made, err := formatContentDigest([]byte(body))
	require.NoError(t, err)
	assert.Equal(t, sha256, made)
	for name, test := range map[string]struct {
		headers []string
		reason  Reason
	}{
		"sha-256":                       {[]string{sha256}, ""},
		"sha-512":                       {[]string{sha512}, ""},
		"both":                          {[]string{sha256 + ", " + sha512}, ""},
		"both on two lines":             {[]string{sha256, sha512}, ""},
		"an unknown one is passed over": {[]string{"unixsum=:AAA=:, " + sha512}, ""},
		"another body's":                {[]string{other}, ReasonBadDigest},
		"one right and one wrong":       {[]string{sha512 + ", " + other}, ReasonBadDigest},
		"md5 only":                      {[]string{"md5=:Sd/dVLAcvNLSq16eXua5uQ==:"}, ReasonMalformed},
		"not bytes":                     {[]string{`sha-256="RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg="`}, ReasonMalformed},
		"not a dictionary":              {[]string{`sha-256=:`}, ReasonMalformed},
		"cut":                           {[]string{"sha-256=:RK/0qy18MlBSVnWgjwz6lZEWjP8=:"}, ReasonBadDigest},
		"empty":                         {[]string{""}, ReasonMalformed},
		"none":                          {nil, ReasonMalformed},
	} {
		t.Run(name, func(t *testing.T) {
			r := &http.Request{Header: http.Header{"Content-Digest": test.headers}}
			refusal := checkContentDigest(new(workspace), r, []byte(body))
			if test.reason == "" {
				assert.Nil(t, refusal)
				return
			}
			require.NotNil(t, refusal)
			assert.Equal(t, test.reason, refusal.Reason)
		})
	}
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
		"nothing changed":           {func(*http.Request) {}, ""},
		"a second, foreign label":   {edit("Signature-Input", "sig1=", `proxy=("@method");created=1;keyid="x", sig1=`), ""},
		"no signature":              {func(r *http.Request) { r.Header.Del("Signature") }, ReasonMissing},
		"no input":                  {func(r *http.Request) { r.Header.Del("Signature-Input") }, ReasonMissing},
		"empty":                     {func(r *http.Request) { r.Header.Set("Signature-Input", "") }, ReasonMissing},
		"two lines":                 {func(r *http.Request) { r.Header.Add("Signature", "sig2=:AAAA:") }, ReasonDuplicate},
		"two input lines":           {func(r *http.Request) { r.Header.Add("Signature-Input", "sig2=()") }, ReasonDuplicate},
		"another label":             {edit("Signature", "sig1", "sig2"), ReasonMissing},
		"not a byte sequence":       {func(r *http.Request) { r.Header.Set("Signature", `sig1="abc"`) }, ReasonMissing},
		"not a list":                {func(r *http.Request) { r.Header.Set("Signature-Input", `sig1=1`) }, ReasonMalformed},
		"not structured":            {func(r *http.Request) { r.Header.Set("Signature-Input", `sig1=(`) }, ReasonMalformed},
		"method not covered":        {edit("Signature-Input", `"@method" `, ``), ReasonNotCovered},
		"digest not covered":        {edit("Signature-Input", ` "content-digest"`, ``), ReasonNotCovered},
		"covered twice":             {edit("Signature-Input", `"@method"`, `"@method" "@method"`), ReasonMalformed},
		"a field's parameter":       {edit("Signature-Input", `"content-digest"`, `"content-digest";sf`), ReasonMalformed},
		"a request's component":     {edit("Signature-Input", `"@method"`, `"@method";req`), ReasonMalformed},
		"a response's component":    {edit("Signature-Input", `"@method"`, `"@method" "@status"`), ReasonMalformed},
		"an upper-case field":       {edit("Signature-Input", `"content-digest"`, `"Content-Digest"`), ReasonMalformed},
		"an unknown component":      {edit("Signature-Input", `"@method"`, `"@method" "@everything"`), ReasonMalformed},
		"a field that is not there": {edit("Signature-Input", `"@method"`, `"@method" "x-absent"`), ReasonMissing},
		"a parameter not there":     {edit("Signature-Input", `"@method"`, `"@method" "@query-param";name="b"`), ReasonMissing},
		"another component added":   {edit("Signature-Input", `"@method"`, `"@method" "@query-param";name="a"`), ReasonBadSignature},
		"no created":                {edit("Signature-Input", `;created=1700000000`, ``), ReasonMissing},
		"created is a string":       {edit("Signature-Input", `created=1700000000`, `created="1700000000"`), ReasonMalformed},
		"created before 1970":       {edit("Signature-Input", `created=1700000000`, `created=-1`), ReasonMalformed},
		"stale":                     {edit("Signature-Input", `created=1700000000`, `created=1600000000`), ReasonStale},
		"future":                    {edit("Signature-Input", `created=1700000000`, `created=1700009999`), ReasonFuture},
		"created changed":           {edit("Signature-Input", `created=1700000000`, `created=1700000001`), ReasonBadSignature},
		"expired":                   {edit("Signature-Input", `;keyid`, `;expires=1699999999;keyid`), ReasonStale},
		"expires is a string":       {edit("Signature-Input", `;keyid`, `;expires="x";keyid`), ReasonMalformed},
		"no keyid":                  {edit("Signature-Input", `;keyid="test-shared-secret"`, ``), ReasonMissing},
		"keyid is a token":          {edit("Signature-Input", `keyid="test-shared-secret"`, `keyid=a`), ReasonMalformed},
		"unknown keyid":             {edit("Signature-Input", `keyid="test-shared-secret"`, `keyid="nobody"`), ReasonUnknownKey},
		"another key's algorithm":   {edit("Signature-Input", `alg="hmac-sha256"`, `alg="ed25519"`), ReasonWrongAlgorithm},
		"alg is not a string":       {edit("Signature-Input", `alg="hmac-sha256"`, `alg=1`), ReasonWrongAlgorithm},
		"another key":               {edit("Signature-Input", `keyid="test-shared-secret";alg="hmac-sha256"`, `keyid="test-key-rsa"`), ReasonMalformed},
		"a short signature":         {func(r *http.Request) { r.Header.Set("Signature", "sig1=:AAAA:") }, ReasonMalformed},
		"an empty signature":        {func(r *http.Request) { r.Header.Set("Signature", "sig1=::") }, ReasonMalformed},
		"another target":            {func(r *http.Request) { r.URL.Path = "/other" }, ReasonBadSignature},
		"another query":             {func(r *http.Request) { r.URL.RawQuery = "a=2" }, ReasonBadSignature},
		"another method":            {func(r *http.Request) { r.Method = http.MethodPut }, ReasonBadSignature},
		"another digest":            {edit("Content-Digest", "sha-256", "sha-512"), ReasonBadSignature},
		"too many labels": {func(r *http.Request) {
			r.Header.Set("Signature-Input", strings.Join(strings.Split("abcdefghi", ""), ", "))
		}, ReasonMalformed},
	} {
		t.Run(name, func(t *testing.T) {
			r := signed()
			test.change(r)
			_, err := judge(verifier, overTheWire(t, r), testBody, testNow)
			if test.reason == "" {
				require.NoError(t, err)
				return
			}
			requireRefused(t, err, test.reason)
		})
	}
	_, err = judge(verifier, overTheWire(t, signed()), testBody+" ", testNow)
	requireRefused(t, err, ReasonBadDigest)
}

func TestRFC9421QueryParametersAreEncodedAsFormFields(t *testing.T) {
	// The last five are the examples of RFC 9421 section 2.2.8.
	m := &message{target: target{query: "a=1&b=x+y&c=%7E%2a&d=&param=value&foo=bar&baz=batman&qux=&var=this%20is%20a%20big%0Amultiline%20value&bar=with+plus+whitespace&fa%C3%A7ade%22%3A%20=something", hasQuery: true}}
	for name, wanted := range map[string]string{
		"a": "1", "b": "x%20y", "c": "%7E*", "d": "", "baz": "batman", "qux": "", "param": "value",
		"var": "this%20is%20a%20big%0Amultiline%20value", "bar": "with%20plus%20whitespace", "fa%C3%A7ade%22%3A%20": "something",
	} {
		value, refusal := m.queryParameter(name)
		require.Nil(t, refusal, name)
		assert.Equal(t, wanted, value, name)
	}
	m.target.query = "a=1&%61=2"
	_, refusal := m.queryParameter("a")
	require.NotNil(t, refusal)
	assert.Equal(t, ReasonDuplicate, refusal.Reason)
}

func TestRFC9421AuthorityIsNormalised(t *testing.T) {
	for _, test := range []struct{ url, host, wanted string }{
		{"", "Example.COM", "example.com"},
		{"", "example.com:443", "example.com"},
		{"", "example.com:8443", "example.com:8443"},
		{"https://Public.example:443/x", "inner:8080", "public.example"},
		{"http://public.example:80/x", "inner:8080", "public.example"},
	} {
		m := &message{origin: originOf(test.url), request: &http.Request{Host: test.host}}
		assert.Equal(t, test.wanted, m.normalAuthority())
	}
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

func labelOf(t *testing.T, m *message, inputs, values *httpsfv.Dictionary, label string) (base, signature []byte) {
	t.Helper()
	member, _ := inputs.Get(label)
	input, ok := member.(httpsfv.InnerList)
	require.True(t, ok)
	base, refusal := m.signatureBase(input)
	require.Nil(t, refusal)
	member, _ = values.Get(label)
	item, ok := member.(httpsfv.Item)
	require.True(t, ok)
	signature, ok = item.Value.([]byte)
	require.True(t, ok)
	return base, signature
}
