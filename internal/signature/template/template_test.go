// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package template

import (
	"bytes"
	"crypto/sha256"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cxone-otel/cxonereceiver/internal/signature/parts"
	"github.com/cxone-otel/cxonereceiver/internal/signature/signaturetest"
)

// templateRequest is a request with something of everything, as a server reads it.
func templateRequest(t testing.TB) *parts.Message {
	r := signaturetest.Request(t, "POST /a%2Fb/?x=1&y=%2f+z&sig=t%3D12%2C%20v1%3Daa%20%2C%20v1%3Dbb HTTP/1.1\r\nHost: Inner.example:8443\r\n"+
		"X-Mixed:  Value  \r\nX-Encoded: a%20b+c%zz\r\nTime: 1700000000\r\nVersion: v7\r\nConsumer: Consumer\r\nNonce: n-1\r\n\r\n")
	value := parts.Value{
		Location:  parts.Location{Query: "sig"},
		Format:    parts.FormatPairs,
		Separator: ",",
		Select:    []string{"v1"},
		Encoding:  parts.EncodingHex,
	}
	layout := parts.NewLayout(value, parts.Timestamp{Location: parts.Location{Header: "Time"}, Unit: "s"},
		parts.Location{Header: "Version"}, parts.Location{Header: "Consumer"}, parts.Location{Header: "Nonce"})
	m := parts.NewMessage(r, parts.OriginOf(""), time.Time{})
	refused := layout.Read(m)
	require.Nil(t, refused)
	return m
}

func TestTemplatesRender(t *testing.T) {
	const body = " Body\n"
	for text, wanted := range map[string]string{
		`{method}`:                      "POST",
		`{scheme}://{authority}`:        "https://Inner.example:8443",
		`{path}?{query}`:                "/a%2Fb/?x=1&y=%2f+z",
		`{url}`:                         "https://Inner.example:8443/a%2Fb/?x=1&y=%2f+z",
		`{timestamp}.{body}`:            "1700000000." + body,
		`{key_version}/{consumer_id}`:   "v7/Consumer",
		`{nonce|upper}`:                 "N-1",
		`{header:x-mixed}`:              "Value",
		`{header:Host}`:                 "Inner.example:8443",
		`{header:X-Encoded|urldecode}`:  "a b c%zz",
		`{query:y}`:                     "%2f+z",
		`{query:y|urldecode}`:           "/ z",
		`{field:t}{field:v1}`:           "12aa",
		`\n\t\\\{\}{method}}`:           "\n\t\\{}POST}",
		"line\n{method}":                "line\nPOST",
		`{body|trim}`:                   "Body",
		`{body|lower}`:                  " body\n",
		`{body|trim|upper|hex}`:         "424f4459",
		`{body|base64}`:                 "IEJvZHkK",
		`{consumer_id|lower|base64url}`: "Y29uc3VtZXI",
		// openssl: printf ' Body\n' | openssl dgst -sha256 -hex, and so on
		`{body|sha256|hex}`:         "1f8fb4490831ed248a7a79f3db2ec43648867c28c1e38ab7305c9fd447bdb2ac",
		`{body|sha1|hex}`:           "c6b1e58e0c28561cb3a37d262c8610f00f71d21c",
		`{body|md5|base64}`:         "bOJ87Y6aLDbzev/F3plUBA==",
		`{body|sha512|base64url}`:   "jNoVjRiZhnA1zfPgzmzRWIZzRJmIGS4MfQx3W2I_x9_tF4G2KvCUD9-lrioGqj6dPPvNs6cyxjNVdwkAH2REhg",
		`{body|sha256|sha256|hex}`:  "955f54885530e848531d7b46971a2f1eb270fded3841c369040ac455ae68831a",
		`{timestamp|sha256|base64}`: "PztDE+cafhy/vDWTFPw9406rkKPUQXYcrhD8sqarof8=",
		`{body|sha256|hex}{body}`:   "1f8fb4490831ed248a7a79f3db2ec43648867c28c1e38ab7305c9fd447bdb2ac Body\n",
	} {
		t.Run(text, func(t *testing.T) {
			parsed, err := Parse(text)
			require.NoError(t, err)
			rendered := parsed.renderer(templateRequest(t), []byte(body)).whole()
			assert.Equal(t, wanted, string(rendered))
		})
	}
}

func TestTemplatesTakeTheOperatorsWordOverTheHost(t *testing.T) {
	m := templateRequest(t)
	m.Origin = parts.OriginOf("HTTPS://Public.example/hook?x=1")
	parsed, err := Parse(`{scheme} {authority} {url} {path}`)
	require.NoError(t, err)
	rendered := parsed.renderer(m, nil).whole()
	assert.Equal(t, "https Public.example HTTPS://Public.example/hook?x=1 /a%2Fb/", string(rendered))
}

func TestTemplatesRenderTheTargetAsItTravelled(t *testing.T) {
	parsed, err := Parse(`{path} {query} {url}`)
	require.NoError(t, err)
	for line, wanted := range map[string]string{
		"/":                          "/  https://h/",
		"/?":                         "/  https://h/?",
		"//path":                     "//path  https://h//path",
		"/a/../b":                    "/a/../b  https://h/a/../b",
		"/%2e/%2E":                   "/%2e/%2E  https://h/%2e/%2E",
		"/a?b=c?d&&e":                "/a b=c?d&&e https://h/a?b=c?d&&e",
		"http://other.example/a?b=c": "/a b=c https://other.example/a?b=c",
		"http://other.example":       "/  https://other.example/",
	} {
		r := signaturetest.Request(t, "POST "+line+" HTTP/1.1\r\nHost: h\r\n\r\n")
		rendered := parsed.renderer(parts.NewMessage(r, parts.OriginOf(""), time.Time{}), nil).whole()
		assert.Equal(t, wanted, string(rendered), line)
	}
}

func FuzzTemplate(f *testing.F) {
	for _, seed := range []string{
		``, `{`, `}`, `{}`, `\`, `\n`, `{body|}`, `{body||hex}`, `{header:}`, `{header:a:b}`, `{query:a|urldecode|trim}`,
		`{field:t}{body|sha256|hex|upper}`,
		`{body|md5|base64|lower|base64url}`, `{url|urldecode|urldecode}`, "\x00{method}\xff", strings.Repeat("{body}", 100),
		`{body|hex|hex|hex|hex}`,
		`{({method}\n{({body|json_canonical})|sha256|hex}\))|urlencode|utf16le|base64}`, `{(`, `{()}`, `{({body})`, `{({body})x}`,
		`{secret}{({query:x}{secret})|sha384}`,
	} {
		f.Add(seed, []byte(`{"a": [1, 2.0]}`))
	}
	m := templateRequest(f)
	f.Fuzz(func(t *testing.T, text string, body []byte) {
		if strings.Count(text, "|") > 8 || strings.Count(text, "{") > 200 {
			t.Skip("hex doubles, so a thousand filters need all memory; whoever writes the configuration can do worse")
		}
		parsed, err := Parse(text)
		if err != nil {
			if !strings.Contains(err.Error(), "byte") && !strings.Contains(err.Error(), "nothing of the request") {
				t.Fatalf("an error that says not where: %v", err)
			}
			return
		}
		one := parsed.renderer(m, body).whole()
		two := parsed.renderer(m, body).whole()
		if string(one) != string(two) {
			t.Fatal("rendering has a memory")
		}
		state := sha256.New()
		parsed.renderer(m, body).write(state)
		if whole := sha256.Sum256(one); !bytes.Equal(state.Sum(nil), whole[:]) {
			t.Fatal("what is hashed piece by piece is not what is rendered whole")
		}
	})
}
