// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package capture

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestWhatAServerReceivedIsReadBack(t *testing.T) {
	var text bytes.Buffer
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body := new(bytes.Buffer)
		_, err := body.ReadFrom(r.Body)
		assert.NoError(t, err)
		assert.NoError(t, Write(&text, r, body.Bytes()))
	}))
	defer server.Close()
	const sent = "{\"a\":\r\n\t\"\u00e9\"}\n"
	req, err := http.NewRequest(http.MethodPost, server.URL+"/cxone/voice-quality?a=%20b&a=c",
		struct{ *strings.Reader }{strings.NewReader(sent)})
	require.NoError(t, err) // the struct hides the length, so the body is chunked
	req.Host = "hooks.example.org:8443"
	req.Header["WM_SEC.AUTH_SIGNATURE"] = []string{"AAA="}
	req.Header.Add("X-Two", "1")
	req.Header.Add("X-Two", "2")
	resp, err := server.Client().Do(req)
	require.NoError(t, err)
	resp.Body.Close()

	got, body, err := Read(bytes.NewReader(text.Bytes()))
	require.NoError(t, err)
	assert.Equal(t, sent, string(body))
	assert.Equal(t, "/cxone/voice-quality?a=%20b&a=c", got.RequestURI)
	assert.Equal(t, "hooks.example.org:8443", got.Host)
	assert.Equal(t, []string{"1", "2"}, got.Header.Values("X-Two"))
	assert.Equal(t, "AAA=", got.Header.Get("WM_SEC.AUTH_SIGNATURE"))
	assert.EqualValues(t, len(sent), got.ContentLength)

	var again bytes.Buffer
	require.NoError(t, Write(&again, got, body))
	assert.Equal(t, text.String(), again.String(), "reading and writing changes nothing")
}

func TestTextMadeByHand(t *testing.T) {
	req, body, err := Read(strings.NewReader("POST /a?b=c HTTP/1.1\nHost: h\nX-A: 1\n\n{\"a\":1}\n"))
	require.NoError(t, err)
	assert.Equal(t, "/a?b=c", req.RequestURI)
	assert.Equal(t, "1", req.Header.Get("X-A"))
	assert.Equal(t, "{\"a\":1}\n", string(body), "without Content-Length, the body is all that follows")
	assert.EqualValues(t, 8, req.ContentLength)

	_, body, err = Read(strings.NewReader("POST / HTTP/1.1\nHost: h\nContent-Length: 2\n\n{}\n"))
	require.NoError(t, err)
	assert.Equal(t, "{}", string(body), "what an editor adds at the end is not the body's")
}

func TestTextThatIsNoRequest(t *testing.T) {
	for name, text := range map[string]string{
		"empty":             "",
		"JSON":              "{}",
		"a short body":      "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nab",
		"only header lines": "POST / HTTP/1.1\r\nHost: a\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			_, _, err := Read(strings.NewReader(text))
			assert.Error(t, err)
		})
	}
}

func TestAFileIsNamedByItsTime(t *testing.T) {
	at := time.Date(2026, 1, 31, 12, 0, 1, 5000, time.FixedZone("", 3600))
	name := FileName(at, 7)
	assert.Equal(t, "rejected-20260131T110001.000005000-007.http", name)
	matches, err := filepath.Match(Pattern, name)
	assert.True(t, matches && err == nil)
	assert.True(t, at.Equal(TimeOf("captures/"+name)))
	for _, other := range []string{
		"",
		"a.http",
		"rejected-.http",
		"rejected-a.http",
		"20260131T110001-001.http",
		"rejected-20261331T110001-001.http",
	} {
		assert.Zero(t, TimeOf(other), other)
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte("POST /a?b=c HTTP/1.1\r\nHost: h\r\nX-A: 1\r\nContent-Length: 2\r\n\r\n{}"))
	f.Add([]byte("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		req, body, err := Read(bytes.NewReader(text))
		if err != nil || req.ProtoMajor != 1 {
			return
		}
		var written bytes.Buffer
		require.NoError(t, Write(&written, req, body))
		again, sameBody, err := Read(&written)
		if err != nil {
			return // a request target, for example, that only a lenient reader accepts
		}
		assert.Equal(t, body, sameBody)
		assert.Equal(t, req.Method, again.Method)
	})
}
