// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package signature

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// templateRequest is a request with something of everything, as a server reads it.
func templateRequest(t testing.TB) *message {
	r := parseRequest(t, "POST /a%2Fb/?x=1&y=%2f+z&sig=abc HTTP/1.1\r\nHost: Inner.example:8443\r\nX-Mixed:  Value  \r\nX-Encoded: a%20b+c%zz\r\n\r\n")
	return &message{
		request: r, target: targetOf(r).without("sig"), origin: originOf(""), separator: ",",
		timestamp: "1700000000", version: "v7", consumer: "Consumer", nonce: "n-1", pairs: "t=12, v1=aa , v1=bb",
	}
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
			parsed, err := parseTemplate(text)
			require.NoError(t, err)
			rendered := render(&content{template: parsed, message: templateRequest(t), body: []byte(body)})
			assert.Equal(t, wanted, string(rendered))
		})
	}
}

func TestTemplatesTakeTheOperatorsWordOverTheHost(t *testing.T) {
	m := templateRequest(t)
	m.origin = originOf("HTTPS://Public.example/hook?x=1")
	parsed, err := parseTemplate(`{scheme} {authority} {url} {path}`)
	require.NoError(t, err)
	rendered := render(&content{template: parsed, message: m})
	assert.Equal(t, "https Public.example HTTPS://Public.example/hook?x=1 /a%2Fb/", string(rendered))
}

func TestTemplatesRenderTheTargetAsItTravelled(t *testing.T) {
	parsed, err := parseTemplate(`{path} {query} {url}`)
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
		r := parseRequest(t, "POST "+line+" HTTP/1.1\r\nHost: h\r\n\r\n")
		rendered := render(&content{template: parsed, message: &message{request: r, target: targetOf(r), origin: originOf("")}})
		assert.Equal(t, wanted, string(rendered), line)
	}
}

func TestTheSignaturesOwnParameterIsNotSigned(t *testing.T) {
	for query, wanted := range map[string]string{
		"sig=x":             "https://h/p",
		"a=1&sig=x":         "https://h/p?a=1",
		"sig=x&a=1":         "https://h/p?a=1",
		"a=1&s%69g=x&b":     "https://h/p?a=1&b",
		"a=1&signature=x":   "https://h/p?a=1&signature=x",
		"a=%zz&sig=x&%zz=1": "https://h/p?a=%zz&%zz=1",
	} {
		r := parseRequest(t, "POST /p?"+query+" HTTP/1.1\r\nHost: h\r\n\r\n")
		m := &message{request: r, target: targetOf(r).without("sig"), origin: originOf("")}
		assert.Equal(t, wanted, string(m.appendURL(nil)), query)
	}
}

// Each digest of the body is computed once, whatever the template says and however many keys are tried.
func TestTheBodyIsHashedOnce(t *testing.T) {
	ws := new(workspace)
	first := string(ws.bodyDigest(digestSHA256, []byte("one")))
	assert.Equal(t, first, string(ws.bodyDigest(digestSHA256, []byte("two"))), "the second call reads what the first computed")
	ws.release()
	for range 100 { // the pool gives this one back sooner or later, and it must have forgotten
		ws, _ := workspaces.Get().(*workspace)
		require.NotEqual(t, first, string(ws.bodyDigest(digestSHA256, []byte("two"))))
		ws.release()
	}
}

func TestLargeWorkspacesAreNotKept(t *testing.T) {
	ws := &workspace{scratch: make([]byte, 0, scratchLimit+1)}
	ws.bodies[0].done = true
	ws.release()
	assert.True(t, ws.bodies[0].done, "dropped as it was, not cleared for the pool")
}

func FuzzTemplate(f *testing.F) {
	for i := range presets {
		f.Add(presets[i].signedString)
	}
	for _, seed := range []string{
		``, `{`, `}`, `{}`, `\`, `\n`, `{body|}`, `{body||hex}`, `{header:}`, `{header:a:b}`, `{query:a|urldecode|trim}`, `{field:t}{body|sha256|hex|upper}`,
		`{body|md5|base64|lower|base64url}`, `{url|urldecode|urldecode}`, "\x00{method}\xff", strings.Repeat("{body}", 100), `{body|hex|hex|hex|hex}`,
	} {
		f.Add(seed)
	}
	m := templateRequest(f)
	f.Fuzz(func(t *testing.T, text string) {
		if strings.Count(text, "|") > 8 || strings.Count(text, "{") > 200 {
			t.Skip("hex doubles, so a thousand filters need all memory; whoever writes the configuration can do worse")
		}
		parsed, err := parseTemplate(text)
		if err != nil {
			if !strings.Contains(err.Error(), "byte") && !strings.Contains(err.Error(), "nothing of the request") {
				t.Fatalf("an error that says not where: %v", err)
			}
			return
		}
		one := render(&content{template: parsed, message: m, body: []byte("body")})
		two := render(&content{template: parsed, message: m, body: []byte("body")})
		if string(one) != string(two) {
			t.Fatal("rendering has a memory")
		}
		state := digestSHA256.borrow()
		defer digestSHA256.giveBack(state)
		new(workspace).write(&content{template: parsed, message: m, body: []byte("body")}, state)
		if string(state.Sum(nil)) != string(digestSHA256.append(nil, one)) {
			t.Fatal("what is hashed piece by piece is not what is rendered whole")
		}
	})
}

func TestHeaderNamesWithDotsAndUnderscoresInAnyCase(t *testing.T) {
	for _, sent := range []string{"WM_SEC.AUTH_SIGNATURE", "wm_sec.auth_signature", "Wm_Sec.Auth_Signature"} {
		r := parseRequest(t, "POST / HTTP/1.1\r\nHost: h\r\n"+sent+": value\r\n\r\n")
		for _, configured := range []string{"WM_SEC.AUTH_SIGNATURE", "wm_Sec.auth_Signature"} {
			value, count := headerValue(r, http.CanonicalHeaderKey(configured))
			assert.Equal(t, "value", value)
			assert.Equal(t, 1, count)
		}
	}
}
