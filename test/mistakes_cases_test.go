// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// mistake is a mistake between a sender and a collector, and what the operator sees of it.
type mistake struct {
	name   string
	do     func(c *collector)
	line   []string // texts that one line of the log contains
	metric string   // without otelcol_
	labels []string
}

// mistakesOfRequests need only a collector that accepts deliveries from anybody.
func mistakesOfRequests(t *testing.T) []mistake {
	post := func(path, body string, header ...string) func(*collector) {
		return func(c *collector) { c.post(path, body, header...) }
	}
	raw := func(request string) func(*collector) {
		return func(c *collector) {
			conn, err := net.Dial("tcp", c.address)
			require.NoError(t, err)
			defer conn.Close()
			_, err = io.WriteString(conn, request)
			require.NoError(t, err)
			require.NoError(t, conn.(*net.TCPConn).CloseWrite())
			_, _ = io.ReadAll(conn)
		}
	}
	refused := func(status int, reason string, more ...string) []string {
		return append([]string{"refused a delivery: " + reason, fmt.Sprintf(`"status": %d`, status), `"remote_address": "127.0.0.1:`}, more...)
	}
	const deliveries, voice, script, unknown = "receiver_cxone_deliveries",
		`data_type="voice_quality"`, `data_type="script_api"`, `data_type="unknown"`
	malformed, notFound, method := `outcome="malformed"`, `outcome="not_found"`, `outcome="method_not_allowed"`
	long := strings.Repeat(" ", 100_001)
	return []mistake{
		{
			"a mistyped path",
			post("/cxone/voice-qualty", leg),
			refused(404, "not_found", `"path": "/cxone/voice-qualty"`, `"nearest_path": "`+voicePath+`"`),
			deliveries,
			[]string{unknown, notFound},
		},
		{
			"a slash too many",
			post(scriptPath+"/", leg),
			refused(404, "not_found", `"path": "`+scriptPath+`/"`, `"nearest_path": "`+scriptPath+`"`),
			deliveries,
			[]string{unknown, notFound},
		},
		{"no path at all", post("/", leg), refused(404, "not_found", `"path": "/"`), deliveries, []string{unknown, notFound}},
		{
			"a browser",
			func(c *collector) { c.get(c.address) },
			refused(404, "not_found", `"path": "/metrics"`),
			deliveries,
			[]string{unknown, notFound},
		},
		{
			"OPTIONS of the server",
			raw("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n"),
			refused(404, "not_found", `"path": "*"`),
			deliveries,
			[]string{unknown, notFound},
		},
		{
			"GET",
			raw("GET " + voicePath + " HTTP/1.1\r\nHost: a\r\n\r\n"),
			refused(405, "method_not_allowed", `"method": "GET"`),
			deliveries,
			[]string{voice, method},
		},
		{
			"PUT",
			raw("PUT " + scriptPath + " HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n"),
			refused(405, "method_not_allowed", `"method": "PUT"`),
			deliveries,
			[]string{script, method},
		},
		{
			"a form instead of JSON",
			post(voicePath, "ContactId=1&AvgMos=4"),
			refused(400, "malformed", "not valid JSON"),
			deliveries,
			[]string{voice, malformed},
		},
		{"XML", post(scriptPath, "<metadata/>"), refused(400, "malformed", "not valid JSON"), deliveries, []string{script, malformed}},
		{"no body", post(voicePath, ""), refused(400, "malformed", "it ends too early"), deliveries, []string{voice, malformed}},
		{
			"an envelope without records",
			post(scriptPath, `{"source":"NICE","event":"SCRIPT_API_MONITORING "}`),
			refused(400, "malformed", "metadata"),
			deliveries,
			[]string{script, malformed},
		},
		{
			"a form field's content as a number",
			post(scriptPath, `{"metadata":5}`),
			refused(400, "malformed", "metadata"),
			deliveries,
			[]string{script, malformed},
		},
		{
			"call legs at the other callback",
			post(scriptPath, leg),
			refused(400, "wrong_callback", "the right path is "+voicePath),
			deliveries,
			[]string{script, malformed},
		},
		{
			"API calls at the other callback",
			post(voicePath, payload(t, "script_api.json")),
			refused(400, "wrong_callback", "the right path is "+scriptPath),
			deliveries,
			[]string{voice, malformed},
		},
		{
			"a body that ends early",
			raw("POST " + voicePath + " HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n{"),
			refused(400, "incomplete_body", "the sender ended it early"),
			deliveries,
			[]string{voice, malformed},
		},
		{
			"declared too large",
			post(voicePath, long),
			refused(413, "too_large", "100000 bytes at most"),
			deliveries,
			[]string{voice, `outcome="too_large"`},
		},
		{
			"too large once decompressed",
			post(voicePath, shrink(t, "gzip", long), "Content-Encoding", "gzip"),
			refused(413, "too_large", "100000 bytes at most"),
			deliveries,
			[]string{voice, `outcome="too_large"`},
		},
		{
			"an encoding that nobody knows",
			post(voicePath, leg, "Content-Encoding", "br"),
			refused(415, "unsupported_encoding", "gzip, deflate, zstd"),
			deliveries,
			[]string{voice, malformed},
		},
		{
			"not compressed as it says",
			post(voicePath, leg, "Content-Encoding", "gzip"),
			refused(400, "bad_compression", "not valid gzip"),
			deliveries,
			[]string{voice, malformed},
		},
		{
			"https:// where TLS is not configured",
			raw("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n"),
			[]string{"refused a delivery: bad_request", "https:// without tls here"},
			deliveries,
			[]string{unknown, malformed},
		},
		{
			"40 KiB of headers",
			raw("POST " + voicePath + " HTTP/1.1\r\nHost: a\r\nX-Big: " + strings.Repeat("a", 40<<10) + "\r\n\r\n"),
			[]string{"refused a delivery: bad_request", "over 32 KiB"},
			deliveries,
			[]string{unknown, malformed},
		},
	}
}

// mistakesOfContent are deliveries that are accepted, although their content is not as it should be.
func mistakesOfContent(t *testing.T) []mistake {
	accepted := func(path, body string) func(*collector) {
		return func(c *collector) { require.Equal(t, 200, c.post(path, body).status) }
	}
	const fields, voice = "receiver_cxone_unreadable_fields", `data_type="voice_quality"`
	cannot := "a field's value cannot be read: "
	now := time.Now().UTC()
	call := func(i int, at time.Time) string {
		return fmt.Sprintf(`{"metadata":[{"contactId":"late-%d","actionName":"x","apiResponseCode":"200","dateTime":%q}]}`, i,
			at.Format("1/2/2006 3:04:05 PM"))
	}
	return []mistake{
		{
			"a time that is none",
			accepted(voicePath, `{"ContactId":3,"EndDateTime":"yesterday","StartDateTime":"2026-01-02T03:04:05Z"}`),
			[]string{cannot + "EndDateTime", `"came":`},
			fields,
			[]string{voice, `field="EndDateTime"`},
		},
		{
			"a decimal comma",
			accepted(voicePath, `{"ContactId":1,"AvgMos":"4,2"}`),
			[]string{cannot + "AvgMos", `"data_type": "voice_quality"`, `"came": "a string of the form`},
			fields,
			[]string{voice, `field="AvgMos"`},
		},
		{
			"a figure in words",
			accepted(voicePath, `{"ContactId":2,"AvgJitter":"low"}`),
			[]string{cannot + "AvgJitter", `"came":`},
			fields,
			[]string{voice, `field="AvgJitter"`},
		},
		{
			"a field of another form",
			accepted(voicePath, `{"ContactId":4,"AvgRtt":{"value":12}}`),
			[]string{cannot + "AvgRtt", `"came":`},
			fields,
			[]string{voice, `field="AvgRtt"`},
		},
		{
			"fields that nobody knows",
			accepted(voicePath, `{"ContactId":5,"Novelty":1}`),
			[]string{"fields that this release does not know", "cxone.extra.*"},
			"receiver_cxone_unknown_fields",
			[]string{voice},
		},
		{
			"records that are none",
			accepted(voicePath, `[{"Nope":1},2]`),
			[]string{"records that cannot be read are kept as log records", `"records": 2`},
			"receiver_cxone_records",
			[]string{voice, `outcome="unreadable"`},
		},
		{
			"a MOS outside its scale",
			accepted(voicePath, `{"ContactId":6,"AvgMos":42}`),
			[]string{"implausible records"},
			"receiver_cxone_implausible_records",
			[]string{voice},
		},
		{
			"a duration in another unit", accepted(voicePath, `{"ContactId":7,"Callduration":600000,"StartDateTime":"2026-01-02T03:00:00Z",`+
				`"EndDateTime":"2026-01-02T03:10:00Z"}`),
			[]string{"implausible records", `"reason": "duration_exceeds_leg"`},
			"receiver_cxone_implausible_records",
			[]string{voice, `reason="duration_exceeds_leg"`},
		},
		{"times of another zone", func(c *collector) {
			for i := range 20 {
				require.Equal(t, 200, c.post(scriptPath, call(i, now.Add(-5*time.Hour))).status)
			}
		}, []string{
			"script_api.time_zone is probably wrong",
			"UTC-05:00",
		}, "receiver_cxone_delivery_lag_count", []string{`data_type="script_api"`}},
	}
}

// mistakesOfSignatures are the sender's, or are in the keys of either side.
func mistakesOfSignatures(t *testing.T) []mistake {
	const reason401 = `"status": 401`
	sign := func(change func(h map[string]string, signed *string)) func(*collector) {
		return func(c *collector) {
			at := strconv.FormatInt(time.Now().UnixMilli(), 10)
			h := map[string]string{"X-Consumer-Id": "us", "X-Timestamp": at, "X-Key-Version": "1"}
			signed := ""
			if change != nil {
				change(h, &signed)
			}
			if signed == "" {
				signed = h["X-Consumer-Id"] + "\nhttps://hooks.example.org/cxone\n" + h["X-Timestamp"] + "\n" + h["X-Key-Version"] + "\n" + leg
			}
			mac := hmac.New(sha256.New, []byte(sharedSecret))
			mac.Write([]byte(signed))
			if _, given := h["X-Signature"]; !given {
				h["X-Signature"] = base64.StdEncoding.EncodeToString(mac.Sum(nil))
			}
			var header []string
			for name, value := range h {
				if value != "" {
					header = append(header, name, value)
				}
			}
			c.post(voicePath, leg, header...)
		}
	}
	failed := func(name, reason string, do func(*collector), more ...string) mistake {
		line := append([]string{
			"refused a delivery: " + reason,
			reason401,
			`"data_type": "voice_quality"`,
			`"remote_address": "127.0.0.1:`,
		}, more...)
		return mistake{name, do, line, "receiver_cxone_authentication_failures", []string{`data_type="voice_quality"`, `reason="` + reason + `"`}}
	}
	milli := func(d time.Duration) string { return strconv.FormatInt(time.Now().Add(d).UnixMilli(), 10) }
	set := func(name, value string) func(*collector) {
		return sign(func(h map[string]string, _ *string) { h[name] = value })
	}
	return []mistake{
		failed("no signature at all", "missing", func(c *collector) { c.post(voicePath, leg) }, "no header came but everyday ones"),
		failed("another scheme", "missing", func(c *collector) { c.post(voicePath, leg, "X-Slack-Signature", "v0=00") },
			"X-Slack-Signature", "they look like scheme: slack"),
		failed("a header that a proxy drops", "missing", set("X-Timestamp", ""), "X-Timestamp"),
		failed("a clock that is behind", "stale", set("X-Timestamp", milli(-time.Hour)), "max_age"),
		failed("a clock that is ahead", "future", set("X-Timestamp", milli(time.Hour)), "max_future"),
		failed("seconds for milliseconds", "stale", set("X-Timestamp", strconv.FormatInt(time.Now().Unix(), 10))),
		failed("a time that is none", "malformed", set("X-Timestamp", "now")),
		failed("a key version that nobody has", "unknown_key", set("X-Key-Version", "7"), `"key_version": "7"`),
		failed("another consumer", "unknown_consumer", set("X-Consumer-Id", "them"), `"consumer": "them"`),
		failed("a signature that is no base64", "malformed", set("X-Signature", "???")),
		failed("another URL", "bad_signature", sign(func(h map[string]string, signed *string) {
			*signed = h["X-Consumer-Id"] + "\nhttps://elsewhere.example.org/cxone\n" + h["X-Timestamp"] + "\n1\n" + leg
		})),
		failed("another body", "bad_signature", sign(func(h map[string]string, signed *string) {
			*signed = h["X-Consumer-Id"] + "\nhttps://hooks.example.org/cxone\n" + h["X-Timestamp"] + "\n1\n" + leg + "\n"
		})),
		{
			"a full capture directory",
			func(*collector) {},
			[]string{"refused requests are not captured any more", `"max_files": 2`},
			"receiver_cxone_authentication_failures",
			nil,
		},
	}
}

const signedByUs = `    signature:
      url: https://hooks.example.org/cxone
      consumer_id: us
      keys: [{version: "1", algorithm: hmac_sha256, secret: "` + sharedSecret + `"}]
      capture_rejected: {directory: "${DIR}/captures", max_files: 2}
`
