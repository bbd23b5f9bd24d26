// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package rfc9421

import (
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/dunglas/httpsfv"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cxone-otel/cxonereceiver/internal/signature/keys"
	"github.com/cxone-otel/cxonereceiver/internal/signature/parts"
	"github.com/cxone-otel/cxonereceiver/internal/signature/refusal"
	"github.com/cxone-otel/cxonereceiver/internal/signature/signaturetest"
)

const rfcDirectory = "../../../testdata/signature/rfc9421/"

// rfcShared is test-shared-secret of RFC 9421 appendix B.1.5.
const rfcShared = "uzvJfB4u3N0Jy4T7NZ75MDVcr8zSTInedJtkgcu46YW4XByzNJjxBdtjUkdJPBtbmHhIDi6pcl8jsasjlTMtDQ=="

// rfcMessage reads a request of the RFC.
func rfcMessage(t *testing.T, name string) *parts.Message {
	t.Helper()
	data, err := os.ReadFile(rfcDirectory + name + ".http")
	require.NoError(t, err)
	head, _, _ := strings.Cut(string(data), "\n\n")
	r := signaturetest.Request(t, strings.ReplaceAll(head, "\n", "\r\n")+"\r\n\r\n")
	return parts.NewMessage(r, parts.Origin{}, time.Time{})
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
		reason  refusal.Reason
	}{
		"sha-256":                       {[]string{sha256}, ""},
		"sha-512":                       {[]string{sha512}, ""},
		"both":                          {[]string{sha256 + ", " + sha512}, ""},
		"both on two lines":             {[]string{sha256, sha512}, ""},
		"an unknown one is passed over": {[]string{"unixsum=:AAA=:, " + sha512}, ""},
		"another body's":                {[]string{other}, refusal.ReasonBadDigest},
		"one right and one wrong":       {[]string{sha512 + ", " + other}, refusal.ReasonBadDigest},
		"md5 only":                      {[]string{"md5=:Sd/dVLAcvNLSq16eXua5uQ==:"}, refusal.ReasonMalformed},
		"not bytes":                     {[]string{`sha-256="RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg="`}, refusal.ReasonMalformed},
		"not a dictionary":              {[]string{`sha-256=:`}, refusal.ReasonMalformed},
		"cut":                           {[]string{"sha-256=:RK/0qy18MlBSVnWgjwz6lZEWjP8=:"}, refusal.ReasonBadDigest},
		"empty":                         {[]string{""}, refusal.ReasonMalformed},
		"none":                          {nil, refusal.ReasonMalformed},
	} {
		t.Run(name, func(t *testing.T) {
			r := &http.Request{Header: http.Header{"Content-Digest": test.headers}}
			refused := checkContentDigest(r, []byte(body))
			if test.reason == "" {
				assert.Nil(t, refused)
				return
			}
			require.NotNil(t, refused)
			assert.Equal(t, test.reason, refused.Reason)
		})
	}
}

func TestRFC9421QueryParametersAreEncodedAsFormFields(t *testing.T) {
	// The last five are the examples of RFC 9421 section 2.2.8.
	m := &parts.Message{Target: parts.Target{
		Query: "a=1&b=x+y&c=%7E%2a&d=&param=value&foo=bar&baz=batman&qux=&var=this%20is%20a%20big%0Amultiline%20value&" +
			"bar=with+plus+whitespace&fa%C3%A7ade%22%3A%20=something",
		HasQuery: true,
	}}
	for name, wanted := range map[string]string{
		"a": "1", "b": "x%20y", "c": "%7E*", "d": "", "baz": "batman", "qux": "", "param": "value",
		"var": "this%20is%20a%20big%0Amultiline%20value", "bar": "with%20plus%20whitespace", "fa%C3%A7ade%22%3A%20": "something",
	} {
		value, refused := queryParameter(m, name)
		require.Nil(t, refused, name)
		assert.Equal(t, wanted, value, name)
	}
	m.Target.Query = "a=1&%61=2"
	_, refused := queryParameter(m, "a")
	require.NotNil(t, refused)
	assert.Equal(t, refusal.ReasonDuplicate, refused.Reason)
}

func TestRFC9421AuthorityIsNormalised(t *testing.T) {
	for _, test := range []struct{ url, host, wanted string }{
		{"", "Example.COM", "example.com"},
		{"", "example.com:443", "example.com"},
		{"", "example.com:8443", "example.com:8443"},
		{"https://Public.example:443/x", "inner:8080", "public.example"},
		{"http://public.example:80/x", "inner:8080", "public.example"},
	} {
		m := &parts.Message{Origin: parts.OriginOf(test.url), Request: &http.Request{Host: test.host}}
		assert.Equal(t, test.wanted, normalAuthority(m))
	}
}

// A signer with the RFC's key and parameters writes the RFC's signature, where the algorithm is deterministic.
func TestRFC9421SignerUsesTheRFCsSignatureBase(t *testing.T) {
	for _, name := range []string{"b25", "b26", "b4"} {
		m := rfcMessage(t, name)
		inputs, refused := readDictionary(m, headerSignatureInput)
		require.Nil(t, refused)
		values, refused := readDictionary(m, headerSignature)
		require.Nil(t, refused)
		label := inputs.Names()[0]
		base, signature := labelOf(t, m, inputs, values, label)
		key := keys.SigningKey{Algorithm: "ed25519"}
		if name == "b25" {
			secret, err := keys.ParseSecret(rfcShared, "base64")
			require.NoError(t, err)
			key.Algorithm, key.Secret = "hmac_sha256", secret
		} else {
			data, err := os.ReadFile(rfcDirectory + "test-key-ed25519.key.pem")
			require.NoError(t, err)
			key.PrivateKey, err = keys.ParsePrivateKey(data)
			require.NoError(t, err)
		}
		made, err := key.Sign(base)
		require.NoError(t, err)
		assert.Equal(t, signature, made, name)
	}
}

func labelOf(t *testing.T, m *parts.Message, inputs, values *httpsfv.Dictionary, label string) (base, signature []byte) {
	t.Helper()
	member, _ := inputs.Get(label)
	input, ok := member.(httpsfv.InnerList)
	require.True(t, ok)
	base, refused := signatureBase(m, input)
	require.Nil(t, refused)
	member, _ = values.Get(label)
	item, ok := member.(httpsfv.Item)
	require.True(t, ok)
	signature, ok = item.Value.([]byte)
	require.True(t, ok)
	return base, signature
}

// The signature of B.2.1 covers nothing, so a verifier refuses it. Its bytes are right nevertheless.
func TestTheMinimalSignatureIsRight(t *testing.T) {
	m := rfcMessage(t, "b21")
	inputs, refused := readDictionary(m, headerSignatureInput)
	require.Nil(t, refused)
	values, refused := readDictionary(m, headerSignature)
	require.Nil(t, refused)
	base, signature := labelOf(t, m, inputs, values, "sig-b21")
	file, err := os.ReadFile(rfcDirectory + "b21.base")
	require.NoError(t, err)
	assert.Equal(t, string(file), string(base))
	data, err := os.ReadFile(rfcDirectory + "test-key-rsa-pss.pub.pem")
	require.NoError(t, err)
	public, err := keys.ParsePublicKey(data)
	require.NoError(t, err)
	assert.True(t, keys.VerifyMessage("rsa_pss_sha512", public, base, signature))
}
