// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package test

import (
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const leg = `{"ContactId": 1, "AvgMos": 4.2, "EndDateTime": "2026-01-02T03:04:05Z"}`

// shrink compresses a body; z is gzip or zlib.
func shrink(t testing.TB, encoding, body string) string {
	t.Helper()
	var b bytes.Buffer
	var w io.WriteCloser = gzip.NewWriter(&b)
	if encoding == "deflate" {
		w = zlib.NewWriter(&b)
	}
	_, err := io.WriteString(w, body)
	require.NoError(t, err)
	require.NoError(t, w.Close())
	return b.String()
}

func TestAnswers(t *testing.T) {
	t.Parallel()
	c := start(t, with(open+"    max_request_body_size: 100000\n"))
	bomb := strings.Repeat(" ", 1<<20)
	for _, tc := range []struct {
		name, method, path, body string
		header                   []string
		answer                   string
	}{
		{name: "a leg", path: voicePath, body: leg, answer: `200 {"accepted": 1}`},
		{name: "a repeat", path: voicePath, body: leg, answer: `200 {"accepted": 1, "duplicate": true}`},
		{name: "several", path: voicePath, body: `[` + leg + `,{"ContactId": 2}]`, answer: `200 {"accepted": 2}`},
		{name: "none", path: voicePath, body: `[]`, answer: `200 {"accepted": 0}`},
		{
			name:   "an envelope with none",
			path:   scriptPath,
			body:   `{"event": "SCRIPT_API_MONITORING ", "metadata": "[]"}`,
			answer: `200 {"accepted": 0}`,
		},
		{name: "encoded twice", path: voicePath, body: `"{\"ContactId\": 3}"`, answer: `200 {"accepted": 1}`},
		{name: "metadata as an array", path: scriptPath, body: `{"metadata": [{"contactId": "4"}]}`, answer: `200 {"accepted": 1}`},
		{name: "metadata as an object", path: scriptPath, body: `{"metadata": {"contactId": "5"}}`, answer: `200 {"accepted": 1}`},
		{name: "a record without its envelope", path: scriptPath, body: `{"contactId": "6"}`, answer: `200 {"accepted": 1}`},
		{name: "one bad record of two", path: voicePath, body: `[{"ContactId": 7}, 8]`, answer: `200 {"accepted": 1, "unreadable": 1}`},
		{
			name:   "any Content-Type",
			path:   voicePath,
			body:   `{"ContactId": 9}`,
			header: []string{"Content-Type", "text/plain"},
			answer: `200 {"accepted": 1}`,
		},
		{
			name:   "gzip",
			path:   voicePath,
			body:   shrink(t, "gzip", `{"ContactId": 10}`),
			header: []string{"Content-Encoding", "gzip"},
			answer: `200 {"accepted": 1}`,
		},
		{
			name:   "deflate",
			path:   voicePath,
			body:   shrink(t, "deflate", `{"ContactId": 11}`),
			header: []string{"Content-Encoding", "deflate"},
			answer: `200 {"accepted": 1}`,
		},
		{name: "another path", path: "/", body: leg, answer: `404 {"error": "no such path"}`},
		{name: "a trailing slash", path: voicePath + "/", body: leg, answer: `404 {"error": "no such path"}`},
		{name: "GET", method: http.MethodGet, path: voicePath, answer: `405 {"error": "deliver with POST"}`},
		{
			name:   "no JSON",
			path:   voicePath,
			body:   `hello`,
			answer: `400 {"error": "not valid JSON: invalid character 'h' at start of value at byte 0"}`,
		},
		{name: "broken off", path: voicePath, body: `{"ContactId": 1`, answer: `400 {"error": "not valid JSON: it ends too early at byte 15"}`},
		{name: "empty", path: voicePath, body: ``, answer: `400 {"error": "not valid JSON: it ends too early at byte 0"}`},
		{
			name:   "an empty object",
			path:   voicePath,
			body:   `{}`,
			answer: `400 {"error": "an object without one known field of the voice_quality payload"}`,
		},
		{
			name:   "no known field",
			path:   scriptPath,
			body:   `{"a": 1}`,
			answer: `400 {"error": "an object without one known field of the script_api payload"}`,
		},
		{
			name:   "metadata that is no JSON",
			path:   scriptPath,
			body:   `{"metadata": "x"}`,
			answer: `400 {"error": "metadata: not valid JSON: invalid character 'x' at start of value at byte 0"}`,
		},
		{
			name: "voice on the script path",
			path: scriptPath,
			body: payload(t, "voice_quality.json"),
			answer: `400 {"error": "this is the voice_quality payload, and this is the callback for script_api; the right path is ` +
				`/cxone/voice-quality"}`,
		},
		{
			name: "script on the voice path",
			path: voicePath,
			body: payload(t, "script_api.json"),
			answer: `400 {"error": "this is the script_api payload, and this is the callback for voice_quality; the right path is ` +
				`/cxone/script-api"}`,
		},
		{name: "a long body", path: voicePath, body: bomb, answer: `413 {"error": "the body may have 100000 bytes at most, compressed or not"}`},
		{
			name:   "a long body, decompressed",
			path:   voicePath,
			body:   shrink(t, "gzip", bomb),
			header: []string{"Content-Encoding", "gzip"},
			answer: `413 {"error": "the body may have 100000 bytes at most, compressed or not"}`,
		},
		{
			name:   "not the encoding it says",
			path:   voicePath,
			body:   leg,
			header: []string{"Content-Encoding", "gzip"},
			answer: `400 {"error": "the body is not valid gzip"}`,
		},
		{
			name:   "another encoding",
			path:   voicePath,
			body:   leg,
			header: []string{"Content-Encoding", "br"},
			answer: `415 {"error": "unsupported Content-Encoding; supported: gzip, deflate, zstd"}`,
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			method := tc.method
			if method == "" {
				method = http.MethodPost
			}
			req, err := http.NewRequest(method, "http://"+c.address+tc.path, strings.NewReader(tc.body))
			require.NoError(t, err)
			for i := 0; i+1 < len(tc.header); i += 2 {
				req.Header.Set(tc.header[i], tc.header[i+1])
			}
			a := c.do(req)
			assert.Equal(t, tc.answer, a.String())
			assert.Equal(t, "application/json", a.header.Get("Content-Type"))
			if a.status == http.StatusMethodNotAllowed {
				assert.Equal(t, "POST", a.header.Get("Allow"))
			}
		})
	}
}

// TestThePipelinesErrors uses a real exporter, without queue and retry, and a backend that answers as told.
func TestThePipelinesErrors(t *testing.T) {
	t.Parallel()
	var status int
	backend := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) }))
	defer backend.Close()
	c := start(t, strings.ReplaceAll(`
receivers: {cxone: {endpoint: "127.0.0.1:${PORT}", allow_unauthenticated: true, retry_after: 7s}}
exporters:
  otlp_http: {endpoint: "BACKEND", sending_queue: {enabled: false}, retry_on_failure: {enabled: false}, compression: none}
service:
  pipelines: {logs: {receivers: [cxone], exporters: [otlp_http]}}
`+telemetryConfig, "BACKEND", backend.URL))
	for i, tc := range []struct {
		backend int
		answer  string
		retry   string
	}{
		{200, `200 {"accepted": 1}`, ""},
		{503, `503 {"error": "try again"}`, "7"},
		{500, `400 {"error": "rejected by the pipeline"}`, ""},
		{429, `503 {"error": "try again"}`, "7"},
		{400, `400 {"error": "rejected by the pipeline"}`, ""},
	} {
		t.Run(fmt.Sprint(tc.backend), func(t *testing.T) {
			status = tc.backend
			a := c.post(voicePath, fmt.Sprintf(`{"ContactId": %d}`, i))
			if tc.backend == 500 { // the exporter's own choice of a gRPC status decides
				assert.Contains(t, []int{400, 503}, a.status)
				return
			}
			assert.Equal(t, tc.answer, a.String())
			assert.Equal(t, tc.retry, a.header.Get("Retry-After"))
		})
	}
	t.Run("a retry after 503 is taken", func(t *testing.T) {
		status = 503
		assert.Equal(t, 503, c.post(voicePath, leg).status)
		status = 200
		assert.Equal(t, `200 {"accepted": 1}`, c.post(voicePath, leg).String())
		assert.Equal(t, `200 {"accepted": 1, "duplicate": true}`, c.post(voicePath, leg).String())
	})
}

func TestUnreadableRecords(t *testing.T) {
	t.Parallel()
	t.Run("are kept as log records", func(t *testing.T) {
		t.Parallel()
		c := start(t, with(open))
		assert.Equal(t, `200 {"accepted": 0, "unreadable": 2}`, c.post(voicePath, `[{"Nope": "+18018675309"}, "call 18018675309"]`).String())
		c.await(0, 0, 2)
		for i, body := range []string{`{"Nope":"+****5309"}`, `"call ****5309"`} {
			r := c.records()[i]
			assert.Equal(t, "cxone.record.unreadable", r.EventName())
			assert.Equal(t, "ERROR", r.SeverityText())
			assert.Equal(t, body, r.Body().Str())
			assert.NotEmpty(t, str(t, r.Attributes(), "cxone.record.error"))
			assert.NotEmpty(t, str(t, r.Attributes(), "log.record.uid"))
		}
	})
	t.Run("are refused where there is no logs pipeline to keep them", func(t *testing.T) {
		t.Parallel()
		c := start(t, `
receivers: {cxone: {endpoint: "127.0.0.1:${PORT}", allow_unauthenticated: true, aggregation: null}}
exporters: {nop: {}}
service:
  pipelines: {metrics: {receivers: [cxone], exporters: [nop]}}
`+telemetryConfig)
		assert.Equal(t, 400, c.post(voicePath, `[1, 2]`).status)
		assert.Equal(t, `200 {"accepted": 1, "unreadable": 1}`, c.post(voicePath, `[1, {"ContactId": 1}]`).String())
		c.waitLog("records that cannot be read were dropped")
		assert.Equal(t, 404, c.post(scriptPath, `{"contactId": 1}`).status, "script_api has nothing for metrics without aggregation")
		c.waitLog("a data type is not served")
	})
}
