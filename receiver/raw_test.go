// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package receiver

import (
	"bufio"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/config/configopaque"
	"go.opentelemetry.io/collector/config/configoptional"

	"github.com/cxone-otel/cxonereceiver/internal/signature"
)

const rawSecret = "0123456789abcdef-raw"

// bodySigned is a receiver whose signature covers only the body, so that a test shows what the other checks let through.
func bodySigned(t *testing.T, change func(*Config)) *running {
	t.Helper()
	scheme, _ := signature.Preset("github")
	scheme.Keys = []signature.KeyConfig{{Algorithm: "hmac_sha256", Secret: configopaque.String(rawSecret), SecretEncoding: "raw"}}
	cfg := testConfig()
	cfg.AllowUnauthenticated = false
	cfg.Signature = configoptional.Some(SignatureConfig{Config: scheme})
	if change != nil {
		change(cfg)
	}
	return run(t, cfg)
}

func rawSignature(body string) string {
	mac := hmac.New(sha256.New, []byte(rawSecret))
	mac.Write([]byte(body))
	return "X-Hub-Signature-256: sha256=" + hex.EncodeToString(mac.Sum(nil)) + "\r\n"
}

// raw sends bytes as they are, and returns the answer's status and body; 0 if the connection was closed without one.
func (r *running) raw(request string) (status int, text string) {
	r.t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(r.url, "http://"))
	require.NoError(r.t, err)
	defer conn.Close()
	require.NoError(r.t, conn.SetDeadline(time.Now().Add(10*time.Second)))
	_, err = io.WriteString(conn, request)
	require.NoError(r.t, err)
	require.NoError(r.t, conn.(*net.TCPConn).CloseWrite())
	resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		return 0, err.Error()
	}
	defer resp.Body.Close()
	body, _ := io.ReadAll(resp.Body)
	return resp.StatusCode, strings.TrimSpace(string(body))
}

func TestRawRequests(t *testing.T) {
	length := fmt.Sprintf("Content-Length: %d\r\n", len(leg))
	chunked := "Transfer-Encoding: chunked\r\n"
	chunks := fmt.Sprintf("%x\r\n%s\r\n0\r\n\r\n", len(leg), leg)
	post := func(target, headers, body string) string {
		return "POST " + target + " HTTP/1.1\r\nHost: example.org\r\n" + headers + "\r\n" + body
	}
	signedHeader := rawSignature(leg)
	for name, tc := range map[string]struct {
		request string
		status  int
	}{
		"as it should be":                   {post(voicePath, signedHeader+length, leg), 200},
		"chunked":                           {post(voicePath, signedHeader+chunked, chunks), 200},
		"with a query that nobody asks for": {post(voicePath+"?a=b", signedHeader+length, leg), 200},
		"absolute form":                     {post("http://elsewhere.example.org"+voicePath, signedHeader+length, leg), 200},
		"absolute form of another path":     {post("http://example.org/else", signedHeader+length, leg), 404},
		"double slash":                      {post("/"+voicePath, signedHeader+length, leg), 404},
		"trailing slash":                    {post(voicePath+"/", signedHeader+length, leg), 404},
		"dots":                              {post("/a/.."+voicePath, signedHeader+length, leg), 404},
		"encoded dots":                      {post("/%2e"+voicePath, signedHeader+length, leg), 404},
		"needlessly encoded":                {post("/cxone/voice%2dquality", signedHeader+length, leg), 404},
		"another case":                      {post("/CXone/Voice-Quality", signedHeader+length, leg), 404},
		"encoded NUL":                       {post(voicePath+"%00", signedHeader+length, leg), 404},
		"asterisk form":                     {"OPTIONS * HTTP/1.1\r\nHost: example.org\r\n\r\n", 404},
		"Content-Length and chunked": {
			post(voicePath, signedHeader+length+chunked, chunks),
			200,
		}, // RFC 9112, 6.3: chunked it is, and the connection ends
		"two Content-Lengths that differ": {post(voicePath, signedHeader+length+"Content-Length: 5\r\n", leg), 400},
		"Content-Length that is a word":   {post(voicePath, signedHeader+"Content-Length: ten\r\n", leg), 400},
		"Content-Length too long":         {post(voicePath, signedHeader+"Content-Length: 10000\r\n", leg), 400},
		"Content-Length too short":        {post(voicePath, signedHeader+"Content-Length: 10\r\n", leg), 401},
		"bad chunk size":                  {post(voicePath, signedHeader+chunked, "zz\r\n"+leg), 400},
		"a chunk that ends early":         {post(voicePath, signedHeader+chunked, "fff\r\n"+leg), 400},
		"obs-fold of another header":      {post(voicePath, "X-Other: a\r\n b\r\n"+signedHeader+length, leg), 200},
		"header name with a space":        {post(voicePath, "X-Hub-Signature-256 : x\r\n"+signedHeader+length, leg), 400},
		"control characters in a header":  {post(voicePath, "X-Other: a\x1b[2J\r\n"+signedHeader+length, leg), 400},
		"signature after an empty one":    {post(voicePath, "X-Hub-Signature-256: \r\n"+signedHeader+length, leg), 401},
		"signature in a trailer": {
			post(voicePath, "Trailer: X-Hub-Signature-256\r\n"+chunked, strings.TrimSuffix(chunks, "\r\n")+signedHeader+"\r\n"),
			401,
		},
		"HTTP/1.0": {"POST " + voicePath + " HTTP/1.0\r\n" + signedHeader + length + "\r\n" + leg, 200},
		"no Host":  {"POST " + voicePath + " HTTP/1.1\r\n" + signedHeader + length + "\r\n" + leg, 400},
		"GET":      {"GET " + voicePath + " HTTP/1.1\r\nHost: example.org\r\n\r\n", 405},
		"method override": {
			"GET " + voicePath + " HTTP/1.1\r\nHost: example.org\r\nX-HTTP-Method-Override: POST\r\n" + signedHeader + length + "\r\n" + leg,
			405,
		},
		"40 KiB of headers":                  {post(voicePath, "X-Big: "+strings.Repeat("a", 40<<10)+"\r\n"+signedHeader+length, leg), 431},
		"a hundred thousand little headers":  {post(voicePath, strings.Repeat("a: b\r\n", 100000), ""), 431},
		"no HTTP at all":                     {"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", 400},
		"HTTP/2 without TLS":                 {"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 404},
		"a second request after a short one": {post(voicePath, length, leg) + post(voicePath, signedHeader+length, leg), 401},
	} {
		t.Run(name, func(t *testing.T) {
			r := bodySigned(t, nil)
			code, text := r.raw(tc.request)
			assert.Equal(t, tc.status, code, text)
			points, spans, records := r.emitted()
			switch {
			case tc.status == 200:
				assert.Equal(t, [3]int{1, 1, 1}, [3]int{points, spans, records})
			case name == "a second request after a short one": // it is pipelined, and good
			default:
				assert.Equal(t, [3]int{}, [3]int{points, spans, records})
			}
			assert.NotContains(t, r.logged(), "\x1b")
			assert.NotContains(t, r.logged(), rawSecret)
		})
	}
}

func TestMethodsAreAllowedByName(t *testing.T) {
	r := run(t, testConfig())
	for _, method := range []string{"GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "post", "BREW"} {
		req, err := http.NewRequest(method, r.url+voicePath, nil)
		require.NoError(t, err)
		code, _, header := r.do(req)
		assert.Equal(t, 405, code, method)
		assert.Equal(t, "POST", header.Get("Allow"), method)
	}
}

func TestSlowSendersHoldNoSlotAndLittleRoom(t *testing.T) {
	r := bodySigned(t, func(cfg *Config) {
		cfg.MaxConcurrentDeliveries = 1
		cfg.MaxInflightBytes = cfg.MaxRequestBodySize
	})
	const slow = 500
	var conns []net.Conn
	for range slow {
		conn, err := net.Dial("tcp", strings.TrimPrefix(r.url, "http://"))
		require.NoError(t, err)
		defer conn.Close()
		_, err = fmt.Fprintf(conn, "POST %s HTTP/1.1\r\nHost: a\r\n%sContent-Length: 8000000\r\n\r\n{", voicePath, rawSignature(leg))
		require.NoError(t, err)
		conns = append(conns, conn)
	}
	require.Eventually(t, func() bool { return r.receiver.endpoint.budget.used() == slow }, 10*time.Second, 10*time.Millisecond)
	code, text := r.raw("POST " + voicePath + " HTTP/1.1\r\nHost: a\r\n" + rawSignature(leg) +
		fmt.Sprintf("Content-Length: %d\r\n\r\n%s", len(leg), leg))
	assert.Equal(t, 200, code, text)
	for _, conn := range conns {
		conn.Close()
	}
	assert.Eventually(t, func() bool { return r.receiver.endpoint.budget.used() == 0 }, 10*time.Second, 10*time.Millisecond,
		"all of it is given back")
}

func TestNoRoom(t *testing.T) {
	r := bodySigned(t, func(cfg *Config) {
		cfg.MaxRequestBodySize = 10000
		cfg.MaxInflightBytes = 10000
	})
	others := r.receiver.endpoint.budget.newShare(-1)
	require.True(t, others.take(9990))
	defer others.release()
	code, text := r.raw("POST " + voicePath + " HTTP/1.1\r\nHost: a\r\n" + rawSignature(leg) +
		fmt.Sprintf("Content-Length: %d\r\n\r\n%s", len(leg), leg))
	assert.Equal(t, 503, code)
	assert.Equal(t, `{"error": "too many deliveries at once, try again"}`, text)
}

func TestVeryManySmallRecords(t *testing.T) {
	cfg := testConfig()
	cfg.MaxInflightBytes = 8 << 20
	r := run(t, cfg)
	body := "[" + strings.Repeat(`{"Poc":1},`, 8192) + "{}]"
	code, text, _ := r.post(voicePath, body)
	assert.Equal(t, 413, code)
	assert.Equal(t, `{"error": "a delivery may have 8192 records at most"}`, text)
	assert.Zero(t, r.receiver.endpoint.budget.used())

	code, text, _ = r.post(voicePath, "["+strings.Repeat(`{"Poc":1},`, 5000)+"{}]")
	assert.Equal(t, 200, code)
	assert.Equal(t, `{"accepted": 5000, "unreadable": 1}`, text)
	assert.Zero(t, r.receiver.endpoint.budget.used())
}

// TestSlowBodiesGiveWayWhenThereIsNoRoom has senders without a key that fill all of max_inflight_bytes with bodies that
// never end. Good senders must not be kept out until read_timeout.
func TestSlowBodiesGiveWayWhenThereIsNoRoom(t *testing.T) {
	r := bodySigned(t, func(cfg *Config) {
		cfg.MaxRequestBodySize = 16 << 10
		cfg.MaxInflightBytes = 16 << 10
		cfg.ReadTimeout, cfg.WriteTimeout = 10*time.Minute, 20*time.Minute
	})
	const slow = 4
	var conns []net.Conn
	for range slow {
		conn, err := net.Dial("tcp", strings.TrimPrefix(r.url, "http://"))
		require.NoError(t, err)
		defer conn.Close()
		_, err = fmt.Fprintf(conn, "POST %s HTTP/1.1\r\nHost: a\r\n%sContent-Length: 16000\r\n\r\n%4095s", voicePath, rawSignature(leg), "{")
		require.NoError(t, err)
		conns = append(conns, conn)
	}
	require.Eventually(t, func() bool { return r.receiver.endpoint.budget.used() == slow*4095 }, 10*time.Second, 10*time.Millisecond)
	good := "POST " + voicePath + " HTTP/1.1\r\nHost: a\r\n" + rawSignature(leg) + fmt.Sprintf("Content-Length: %d\r\n\r\n%s", len(leg), leg)
	code, _ := r.raw(good)
	require.Equal(t, 503, code, "none of them is slow yet")
	assert.Eventually(t, func() bool {
		code, _ := r.raw(good)
		return code == 200
	}, 20*time.Second, 100*time.Millisecond, "the sender's retry")
	for _, conn := range conns {
		require.NoError(t, conn.SetDeadline(time.Now().Add(10*time.Second)))
		resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
		require.NoError(t, err)
		resp.Body.Close()
		assert.Equal(t, 503, resp.StatusCode, "a slow sender may be a good one: it is asked to come back")
		assert.Equal(t, "5", resp.Header.Get("Retry-After"))
	}
	assert.Zero(t, r.receiver.endpoint.budget.used())
}
