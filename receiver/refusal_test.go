// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package receiver

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"github.com/cxone-otel/cxonereceiver/internal/signature"
)

// TestEveryRefusalIsLogged has a request for each kind of refusal: its line, and what it is counted as.
func TestEveryRefusalIsLogged(t *testing.T) {
	const secret = "+18018675309"
	length := fmt.Sprintf("Content-Length: %d\r\n", len(leg))
	post := func(target, headers, body string) string {
		return "POST " + target + " HTTP/1.1\r\nHost: example.org\r\n" + headers + "\r\n" + body
	}
	for name, tc := range map[string]struct {
		request string
		change  func(*Config)
		want    map[string]any
		outcome string
	}{
		"another path": {
			request: post("/cxone/voice-qualty?from="+secret, length, leg), outcome: "not_found",
			want: map[string]any{
				"data_type": "unknown", "status": int64(404), "reason": "not_found", "answer": "no such path",
				"path": "/cxone/voice-qualty", "nearest_path": voicePath,
			},
		},
		"another path, long and with control characters": {
			request: post("/"+strings.Repeat("x", 5000)+"%1b", length, leg), outcome: "not_found",
			want: map[string]any{"status": int64(404), "path": "/" + strings.Repeat("x", maxQuoted-1)},
		},
		"another path, with telephone numbers": {
			request: post("/cxone/"+secret+"/801%20867%205309", length, leg), outcome: "not_found",
			want: map[string]any{"status": int64(404), "path": "/cxone/+****5309/****5309"},
		},
		"options of the server": {
			request: "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", outcome: "not_found",
			want: map[string]any{"path": "*", "status": int64(404)},
		},
		"another method": {
			request: "GET " + scriptPath + " HTTP/1.1\r\nHost: a\r\n\r\n", outcome: "method_not_allowed",
			want: map[string]any{"data_type": "script_api", "status": int64(405), "reason": "method_not_allowed", "method": "GET"},
		},
		"not JSON": {
			request: post(voicePath, "Content-Length: 17\r\n", `{"From":"`+secret[:7]+`"`), outcome: "malformed",
			want: map[string]any{
				"data_type": "voice_quality",
				"status":    int64(400),
				"reason":    "malformed",
				"answer":    "not valid JSON: it ends too early at byte 17",
			},
		},
		"the other callback's content": {
			request: post(scriptPath, length, leg), outcome: "malformed",
			want: map[string]any{"data_type": "script_api", "status": int64(400), "reason": "wrong_callback"},
		},
		"a body that ends early": {
			request: post(voicePath, "Content-Length: 1000\r\n", `{"From":"`+secret), outcome: "malformed",
			want: map[string]any{"status": int64(400), "reason": "incomplete_body"},
		},
		"chunks that are none": {
			request: post(voicePath, "Transfer-Encoding: chunked\r\n", "zz\r\n"), outcome: "malformed",
			want: map[string]any{
				"status": int64(400), "reason": "incomplete_body",
				"answer": "the body did not arrive whole: the sender ended it early, or its chunks are not as HTTP has them",
			},
		},
		"declared too large": {
			request: post(voicePath, "Content-Length: 100000000\r\n", ""), outcome: "too_large",
			want: map[string]any{
				"status": int64(413),
				"reason": "too_large",
				"answer": "the body may have 8388608 bytes at most, compressed or not",
			},
		},
		"an encoding that is not known": {
			request: post(voicePath, length+"Content-Encoding: br\r\n", leg), outcome: "malformed",
			want: map[string]any{
				"status": int64(415),
				"reason": "unsupported_encoding",
				"answer": "unsupported Content-Encoding; supported: gzip, deflate, zstd",
			},
		},
		"an encoding where none is taken": {
			request: post(voicePath, length+"Content-Encoding: gzip\r\n", leg), outcome: "malformed",
			change: func(cfg *Config) { cfg.CompressionAlgorithms = nil },
			want:   map[string]any{"status": int64(415), "answer": "unsupported Content-Encoding; supported: identity"},
		},
		"not what its encoding says": {
			request: post(voicePath, length+"Content-Encoding: gzip\r\n", leg), outcome: "malformed",
			want: map[string]any{"status": int64(400), "reason": "bad_compression"},
		},
		"no room": {
			request: post(voicePath, length, leg), outcome: "refused",
			change: func(cfg *Config) { cfg.MaxRequestBodySize, cfg.MaxInflightBytes = 10, 10 },
			want:   map[string]any{"status": int64(413), "reason": "too_large"},
		},
		"no signature": {
			request: post(voicePath, length+"X-Slack-Signature: "+secret+"\r\n", leg), outcome: "unauthenticated",
			want: map[string]any{
				"data_type": "voice_quality", "status": int64(401), "reason": "missing", "answer": "authentication failed", "path": voicePath,
				"hint": `headers that came: ["X-Slack-Signature"]; they look like scheme: slack`,
			},
		},
		"a wrong signature": {
			request: post(voicePath, length+rawSignature("other"), leg), outcome: "unauthenticated",
			want: map[string]any{"status": int64(401), "reason": "bad_signature"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			var r *running
			if tc.outcome == "unauthenticated" {
				r = bodySigned(t, tc.change)
			} else {
				cfg := testConfig()
				if tc.change != nil {
					tc.change(cfg)
				}
				r = run(t, cfg)
			}
			r.logs.TakeAll()
			r.raw(tc.request)
			lines := r.logs.FilterLevelExact(zapcore.WarnLevel).All()
			require.Len(t, lines, 1)
			got := lines[0].ContextMap()
			assert.Equal(t, "refused a delivery: "+got["reason"].(string), lines[0].Message)
			for key, value := range tc.want {
				assert.Equal(t, value, got[key], key)
			}
			host, _, err := net.SplitHostPort(got["remote_address"].(string))
			require.NoError(t, err)
			assert.Equal(t, "127.0.0.1", host)
			assert.NotContains(t, r.logged(), secret[1:])
			if name != "no room" {
				assert.EqualValues(t, 1, r.counted("otelcol_receiver_cxone_deliveries", "outcome", tc.outcome))
			}
		})
	}
}

// TestAChunkedRequestEndsItsConnection checks a rule of RFC 9112, section 6.1: what follows a request with both
// Content-Length and Transfer-Encoding may be smuggled in.
func TestAChunkedRequestEndsItsConnection(t *testing.T) {
	r := run(t, testConfig())
	conn, err := net.Dial("tcp", strings.TrimPrefix(r.url, "http://"))
	require.NoError(t, err)
	defer conn.Close()
	require.NoError(t, conn.SetDeadline(time.Now().Add(10*time.Second)))
	smuggled := "POST " + voicePath + " HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n[]"
	_, err = fmt.Fprintf(conn,
		"POST %s HTTP/1.1\r\nHost: a\r\nContent-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n[]\r\n0\r\n\r\n%s", voicePath, smuggled)
	require.NoError(t, err)
	reader := bufio.NewReader(conn)
	resp, err := http.ReadResponse(reader, nil)
	require.NoError(t, err)
	_, err = io.Copy(io.Discard, resp.Body)
	require.NoError(t, err)
	resp.Body.Close()
	assert.Equal(t, 200, resp.StatusCode)
	assert.True(t, resp.Close)
	_, err = reader.ReadByte()
	assert.ErrorIs(t, err, io.EOF, "the request that follows is not answered")
}

func TestNearestPath(t *testing.T) {
	callbacks := []*callback{{path: voicePath}, {path: scriptPath}}
	for path, want := range map[string]string{
		"/cxone/voice-qualty": voicePath, "/cxone/script_api": scriptPath, "/script-api": scriptPath, "/voice": voicePath,
		"/cxone/script-api/": scriptPath,
	} {
		assert.Equal(t, want, nearestPath(path, callbacks), path)
	}
	assert.Empty(t, nearestPath("/", nil))
}

// TestForeignHosts checks that they do not reach the HTTP server's metrics, but reach the check of the signature.
func TestForeignHosts(t *testing.T) {
	r := run(t, testConfig())
	for i := range 50 {
		req, err := http.NewRequest(http.MethodPost, r.url+voicePath, strings.NewReader(leg))
		require.NoError(t, err)
		req.Host = fmt.Sprintf("host-%d.example.org", i)
		code, _, _ := r.do(req)
		assert.Equal(t, 200, code)
	}
	m, err := r.tel.GetMetric("http.server.request.duration")
	require.NoError(t, err)
	text := fmt.Sprint(m.Data)
	assert.NotContains(t, text, "host-1.example.org")
	assert.Contains(t, text, "server.address")
}

// TestRequestsThatNoHandlerSees has requests that net/http refuses without reporting them.
func TestRequestsThatNoHandlerSees(t *testing.T) {
	for name, request := range map[string]string{
		"a TLS handshake":        "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
		"no Host":                "POST " + voicePath + " HTTP/1.1\r\nContent-Length: 2\r\n\r\n[]",
		"40 KiB of headers":      "POST " + voicePath + " HTTP/1.1\r\nHost: a\r\nX-Big: " + strings.Repeat("a", 40<<10) + "\r\n\r\n",
		"headers that never end": "POST " + voicePath + " HTTP/1.1\r\nHost: a\r\nX-Signature: +18018675309",
		"a PROXY header":         "PROXY TCP4 192.0.2.1 192.0.2.2 1 2\r\nPOST " + voicePath + " HTTP/1.1\r\nHost: a\r\n\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			r := run(t, testConfig())
			r.raw(request)
			require.Eventually(t, func() bool { return r.logs.FilterMessage("refused a delivery: bad_request").Len() == 1 },
				5*time.Second, time.Millisecond)
			assert.EqualValues(t, 1, r.counted("otelcol_receiver_cxone_deliveries", "outcome", "malformed"))
			assert.NotContains(t, r.logged(), "8018675309")
		})
	}
	for name, request := range map[string]string{
		"a good request": "POST " + voicePath + " HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n[]",
		"a probe":        "",
	} {
		t.Run(name, func(t *testing.T) {
			r := run(t, testConfig())
			r.raw(request)
			r.post(voicePath, "[]")
			time.Sleep(20 * time.Millisecond)
			assert.Zero(t, r.logs.FilterMessage("refused a delivery: bad_request").Len())
		})
	}
}

func TestAHintIsMadeForAWrittenLineOnly(t *testing.T) {
	hint := lazyHint(func() string { t.Error("made for a line that is not written"); return "" })
	zap.NewNop().Warn("sampled out", zap.Inline(hint))
}

// TestWhatASignatureLeavesOutIsExplained for every part.
func TestWhatASignatureLeavesOutIsExplained(t *testing.T) {
	scheme := fullScheme()
	scheme.SignedString = `{secret}`
	scheme.Nonce.Header = "X-Nonce"
	covered, missing := signature.Coverage(&scheme)
	for _, part := range append(covered, missing...) {
		assert.Contains(t, explainUncovered([]string{part}), part+": ")
	}
	for _, part := range []string{"body", "url", "method", "timestamp", "key_version", "consumer_id", "nonce"} {
		assert.NotEmpty(t, uncovered[part], part)
	}
	assert.Equal(t, "method: only POST is taken, so that nothing is gained", explainUncovered([]string{"method", "unheard of"}))
}
