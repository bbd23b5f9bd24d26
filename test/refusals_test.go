// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

// TestMalformedBodies has a case for each body that is refused with 400. The answer says what was wrong, and where.
func TestMalformedBodies(t *testing.T) {
	t.Parallel()
	c := start(t, with(open))
	deep := strings.Repeat("[", 101) + strings.Repeat("]", 101)
	for _, tc := range []struct {
		name, path, body string
		says             []string
	}{
		{"an unfinished object", voicePath, `{"ContactId":1,`, []string{"byte 15"}},
		{"a comma too many", voicePath, `{"ContactId":1,}`, []string{"byte 14"}},
		{"something after the end", voicePath, `{"ContactId":1} x`, []string{"byte 16"}},
		{"two objects", voicePath, `{"ContactId":1}{"ContactId":2}`, []string{"byte"}},
		{"a bad second element", voicePath, `[{"ContactId":1},{"ContactId":}]`, []string{"byte 30"}},
		{"a number", voicePath, `5`, []string{"number"}},
		{"null", voicePath, `null`, []string{"null"}},
		{"true", scriptPath, `true`, []string{"object"}},
		{"a string that holds no JSON", voicePath, `"hello"`, []string{"byte"}},
		{"a string that holds a string", voicePath, `"\"{}\""`, []string{"string"}},
		{"a bare word for a number", voicePath, `{"AvgMos": NaN}`, []string{"byte 11"}},
		{"single quotes", voicePath, `{'ContactId': 1}`, []string{"byte 1"}},
		{"deeper than 100 levels", voicePath, `{"spearlineAnalysis":` + deep + `}`, []string{"100"}},
		{
			"deeper than 100 levels in metadata",
			scriptPath,
			`{"metadata":` + fmt.Sprintf("%q", `[{"contactId":`+deep+`}]`) + `}`,
			[]string{"100", "metadata"},
		},
		{"an empty object", scriptPath, `{}`, []string{"known field", "script_api"}},
		{
			"an envelope without metadata",
			scriptPath,
			`{"source":"NICE","event":"SCRIPT_API_MONITORING ","timestamp":"4/20/2024 06:13:37 AM"}`,
			[]string{"metadata"},
		},
		{"metadata that is cut off", scriptPath, `{"metadata":"[{\"contactId\":\"1\"}"}`, []string{"metadata", "byte"}},
		{"metadata that is a number", scriptPath, `{"metadata":5}`, []string{"metadata"}},
		{"voice where script API calls belong", scriptPath, `{"ContactId":1,"AvgMos":4,"Agent":"x"}`, []string{voicePath}},
		{
			"script API calls where voice belongs",
			voicePath,
			`{"metadata":[{"contactId":1}],"event":"SCRIPT_API_MONITORING "}`,
			[]string{scriptPath},
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			a := c.post(tc.path, tc.body)
			assert.Equal(t, http.StatusBadRequest, a.status, a.text)
			for _, says := range append(tc.says, `{"error": "`) {
				assert.Contains(t, a.text, says)
			}
		})
	}
	c.await(0, 0, 0)
	assert.InDelta(t, 20, c.own("receiver_cxone_deliveries", `outcome="malformed"`), 0)
}

// TestPathsMatchExactly sends targets unchanged. Only the two paths, byte for byte, are served, and none is redirected.
func TestPathsMatchExactly(t *testing.T) {
	t.Parallel()
	c := start(t, with(open))
	for _, target := range []string{
		"/" + voicePath, "/a/.." + voicePath, "/." + voicePath, "/%2e" + voicePath, voicePath + "/", voicePath + "//", voicePath + "/.",
		"/cxone//voice-quality", "/cxone/voice%2Dquality", "/cxone%2fvoice-quality", "/CXONE/voice-quality", voicePath +
			"%00", voicePath + ";a=b",
		"/", "//", "/cxone", "/cxone/", "/metrics", "/favicon.ico", "*", "http://a/elsewhere",
	} {
		t.Run(target, func(t *testing.T) {
			a := c.raw(fmt.Sprintf("POST %s HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n%s", target, len(leg), leg))
			assert.Equal(t, `404 {"error": "no such path"}`, a.String())
			assert.Empty(t, a.header.Get("Location"))
		})
	}
	c.await(0, 0, 0)
	for i, target := range []string{voicePath, voicePath + "?a=b", "http://elsewhere.example.org" + voicePath} {
		body := fmt.Sprintf(`{"ContactId": "path-%d"}`, i)
		a := c.raw(fmt.Sprintf("POST %s HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n%s", target, len(body), body))
		assert.Equal(t, oneAccepted, a.String(), target)
	}
}

func TestOtherMethods(t *testing.T) {
	t.Parallel()
	c := start(t, with(open))
	for _, method := range []string{"GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "post", "PROPFIND"} {
		t.Run(method, func(t *testing.T) {
			req, err := http.NewRequest(method, "http://"+c.address+voicePath, nil)
			assert.NoError(t, err)
			a := c.do(req)
			assert.Equal(t, http.StatusMethodNotAllowed, a.status)
			assert.Equal(t, "POST", a.header.Get("Allow"))
			if method != "HEAD" {
				assert.Contains(t, a.text, `{"error": "`)
			}
			elsewhere, err := http.NewRequest(method, "http://"+c.address+"/elsewhere", nil)
			assert.NoError(t, err)
			assert.Equal(t, http.StatusNotFound, c.do(elsewhere).status, "the path comes before the method")
		})
	}
	c.await(0, 0, 0)
}

// TestTheOrderOfTheChecks has requests with two reasons to be refused. The one that is checked first decides.
func TestTheOrderOfTheChecks(t *testing.T) {
	t.Parallel()
	c := start(t, strings.ReplaceAll(with("    auth: {authenticator: basicauth}\n    max_request_body_size: 100000\n"), "service:\n",
		`extensions: {basicauth: {htpasswd: {inline: "vendor:password"}}}
service:
  extensions: [basicauth]
`))
	good := []string{"Authorization", "Basic dmVuZG9yOnBhc3N3b3Jk"}
	long := strings.Repeat("x", 100001)
	for _, tc := range []struct {
		name, method, path, body string
		header                   []string
		status                   int
	}{
		{"nobody, to no path", "POST", "/elsewhere", leg, nil, 401},
		{"nobody, by GET", "GET", voicePath, "", nil, 401},
		{"nobody, too long", "POST", voicePath, long, nil, 401},
		{"nobody, no JSON", "POST", voicePath, "x", nil, 401},
		{"no path, by GET", "GET", "/elsewhere", "", good, 404},
		{"no path, too long", "POST", "/elsewhere", long, good, 404},
		{"by PUT, too long", "PUT", voicePath, long, good, 405},
		{"too long, in an unknown encoding", "POST", voicePath, long, append([]string{"Content-Encoding", "br"}, good...), 413},
		{"an unknown encoding, and no JSON", "POST", voicePath, "x", append([]string{"Content-Encoding", "br"}, good...), 415},
		{"two encodings", "POST", voicePath, "x", append([]string{"Content-Encoding", "gzip, gzip"}, good...), 415},
		{
			"no JSON, too long once decompressed",
			"POST",
			voicePath,
			shrink(t, "gzip", long),
			append([]string{"Content-Encoding", "gzip"}, good...),
			413,
		},
		{"no JSON", "POST", voicePath, "x", good, 400},
		{"all is well", "POST", voicePath, leg, good, 200},
	} {
		t.Run(tc.name, func(t *testing.T) {
			req, err := http.NewRequest(tc.method, "http://"+c.address+tc.path, strings.NewReader(tc.body))
			assert.NoError(t, err)
			for i := 0; i+1 < len(tc.header); i += 2 {
				req.Header.Set(tc.header[i], tc.header[i+1])
			}
			a := c.do(req)
			assert.Equal(t, tc.status, a.status, a.text)
			if tc.status == http.StatusUnauthorized {
				assert.Equal(t, `{"error": "authentication failed"}`, a.text, "one constant text")
			}
		})
	}
	c.await(1, 1, 1)
	assert.NotContains(t, c.log.String(), "password")
}
