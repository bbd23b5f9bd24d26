// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
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

// TestNoMistakeIsSilent makes each mistake with a collector that logs at level info. A line says what is wrong, and a
// metric counts it. No line contains a secret, a signature, a body or a whole telephone number.
func TestNoMistakeIsSilent(t *testing.T) {
	t.Parallel()
	at := func(config string) string { return strings.Replace(config, "level: debug", "level: info", 1) }
	made, logs := 0, ""
	for name, group := range map[string]struct {
		config   string
		mistakes []mistake
	}{
		"requests":   {with(open + "    max_request_body_size: 100000\n"), mistakesOfRequests(t)},
		"content":    {with(open), mistakesOfContent(t)},
		"signatures": {with(signedByUs), mistakesOfSignatures(t)},
	} {
		made += len(group.mistakes)
		t.Run(name, func(t *testing.T) {
			c := start(t, at(group.config))
			for _, m := range group.mistakes {
				before, logged := 0.0, len(c.log.String())
				if m.labels != nil {
					before = c.own(m.metric, m.labels...)
				} else {
					logged = 0 // lines of an earlier mistake
				}
				m.do(c)
				c.waitFor(func() bool { return lineWithAll(c.log.String()[logged:], m.line) != "" }, m.name+" to be logged")
				if m.labels != nil {
					c.waitFor(func() bool { return c.own(m.metric, m.labels...) > before }, m.name+" to be counted")
				}
			}
			logs += c.log.String()
			for _, secret := range []string{sharedSecret, "AvgMos\":", "8675309"} {
				assert.NotContains(t, c.log.String(), secret)
			}
		})
	}
	assert.GreaterOrEqual(t, made, 40)
	checkTroubleshooting(t, logs)
}

// checkTroubleshooting compares the log lines of docs/troubleshooting.md with those of collectors, and lines about other
// mistakes with the texts in the sources.
func checkTroubleshooting(t *testing.T, logs string) {
	t.Helper()
	page, err := os.ReadFile(filepath.Join("..", "docs", "troubleshooting.md"))
	require.NoError(t, err)
	sources := sourcesOf(t, filepath.Join("..", "receiver"), filepath.Join("..", "internal"))
	inBlock, held := false, 0
	for line := range strings.Lines(string(page)) {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "```") {
			inBlock = line == "```log"
			continue
		}
		if !inBlock {
			continue
		}
		held++
		pieces := strings.Split(line, " ... ")
		if lineWithAll(logs, pieces) != "" {
			continue
		}
		if pieces[0] == "warn" || pieces[0] == "info" {
			pieces = pieces[1:]
		}
		for _, piece := range pieces {
			message, reason, _ := strings.Cut(piece, ": ")
			named := (message == "refused a TLS handshake" || message == "refused a delivery") && strings.Contains(sources, strconv.Quote(reason))
			assert.True(t, named || strings.Contains(sources, piece), "docs/troubleshooting.md has a line that no collector prints: %s", line)
		}
	}
	assert.Greater(t, held, 20)
}

// sourcesOf returns the text of the Go files below some directories, tests left out.
func sourcesOf(t *testing.T, directories ...string) string {
	t.Helper()
	var all strings.Builder
	for _, directory := range directories {
		require.NoError(t, filepath.WalkDir(directory, func(path string, _ fs.DirEntry, err error) error {
			if err != nil || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
				return err
			}
			text, err := os.ReadFile(path)
			all.Write(text)
			return err
		}))
	}
	return all.String()
}

// lineWithAll returns the first line that contains all of these texts.
func lineWithAll(log string, texts []string) string {
	for line := range strings.Lines(log) {
		all := true
		for _, text := range texts {
			all = all && strings.Contains(line, text)
		}
		if all {
			return line
		}
	}
	return ""
}

// TestMistakesOfThePipeline has a pipeline that refuses, and a receiver without room.
func TestMistakesOfThePipeline(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	c := start(t, strings.Replace(toBackend(b, anybody), "level: debug", "level: info", 1))
	for code, want := range map[int32][]string{
		grpcUnavailable:     {"refused a delivery: pipeline", `"status": 503`, `"answer": "try again"`},
		grpcInvalidArgument: {"refused a delivery: pipeline", `"status": 400`, `"answer": "rejected by the pipeline"`},
	} {
		b.answerAll(code)
		c.post(voicePath, fmt.Sprintf(`{"ContactId": "code-%d"}`, code))
		c.waitFor(func() bool { return lineWithAll(c.log.String(), want) != "" }, fmt.Sprint(code))
		c.waitFor(func() bool {
			return lineWithAll(c.log.String(), []string{"the pipeline refused a delivery", `"signal": "traces"`, `"error":`}) != ""
		}, "the pipeline's own words")
	}
	assert.Positive(t, c.own("receiver_cxone_deliveries", `outcome="refused"`))
	assert.Positive(t, c.own("receiver_cxone_deliveries", `outcome="rejected"`))
}

// TestTheCommandsAdvice checks the command's advice after an operator's mistakes with a new receiver.
func TestTheCommandsAdvice(t *testing.T) {
	t.Parallel()
	c := start(t, with(signedByUs))
	endpoint := "http://" + c.address
	for name, tc := range map[string]struct {
		arguments []string
		says      string
	}{
		"unsigned":      {[]string{"send", "sample-voice", "--endpoint", endpoint}, "401: the receiver wants to know who delivers"},
		"a wrong path":  {[]string{"send", "sample-voice", "--endpoint", endpoint, "--voice-path", "/cxone/voice"}, "404: nothing is served at"},
		"a wrong port":  {[]string{"check", "http://127.0.0.1:" + freePort(t) + voicePath}, "connection refused"},
		"the same path": {[]string{"check", endpoint + "/cxone/voice"}, "404"},
	} {
		t.Run(name, func(t *testing.T) {
			output, _ := cxonectl(t, nil, tc.arguments...)
			assert.Contains(t, output, tc.says)
		})
	}
}

// TestAHundredThousandRefusals in a minute have few lines, whatever their reasons.
func TestAHundredThousandRefusals(t *testing.T) {
	t.Parallel()
	c := start(t, strings.Replace(with(signedByUs), "level: debug", "level: info", 1))
	before := strings.Count(c.log.String(), "\n")
	kinds := []string{
		"GET /elsewhere HTTP/1.1\r\nHost: a\r\n\r\n",
		"GET " + voicePath + " HTTP/1.1\r\nHost: a\r\n\r\n",
		"POST " + voicePath + " HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n",
		"POST " + scriptPath + " HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nX-Signature: AAAA\r\nX-Timestamp: 1\r\nX-Key-Version: " +
			"1\r\nX-Consumer-Id: us\r\n\r\n",
		"POST " + scriptPath + " HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nX-Signature: AAAA\r\nX-Timestamp: 1\r\nX-Key-Version: " +
			"1\r\nX-Consumer-Id: us\r\nX-Consumer-Id: us\r\n\r\n",
	}
	const refusals = 100_000
	begun := time.Now()
	conn, err := net.Dial("tcp", c.address)
	require.NoError(t, err)
	defer conn.Close()
	go func() {
		batch := strings.Repeat(strings.Join(kinds, ""), 20)
		for range refusals / (20 * len(kinds)) {
			if _, err := io.WriteString(conn, batch); err != nil {
				return
			}
		}
		_ = conn.(*net.TCPConn).CloseWrite()
	}()
	read, err := io.Copy(io.Discard, conn)
	require.NoError(t, err)
	took := time.Since(begun)
	lines := strings.Count(c.log.String(), "\n") - before
	t.Logf("%d refusals in %v (%d bytes of answers): %d lines", refusals, took.Round(time.Millisecond), read, lines)
	sum := c.own("receiver_cxone_deliveries", `outcome="unauthenticated"`) + c.own("receiver_cxone_deliveries", `outcome="not_found"`) +
		c.own("receiver_cxone_deliveries", `outcome="method_not_allowed"`)
	assert.InDelta(t, refusals, sum, 0)
	assert.Less(t, lines, 200)
	assert.Positive(t, lines)
	require.Less(t, took, time.Minute)
}

// TestForeignHostsMakeNoSeries sends another Host and another method with each request, while own telemetry is most
// detailed.
func TestForeignHostsMakeNoSeries(t *testing.T) {
	t.Parallel()
	c := start(t, with(open))
	send := func(from, to int) {
		for i := from; i < to; i++ {
			req, err := http.NewRequest(http.MethodPost, "http://"+c.address+voicePath, strings.NewReader(leg))
			require.NoError(t, err)
			req.Host = fmt.Sprintf("host-%d.example.org", i)
			require.Equal(t, 200, c.do(req).status)
			req, err = http.NewRequest(fmt.Sprint("METHOD", i), "http://"+c.address+voicePath, nil)
			require.NoError(t, err)
			require.Equal(t, 405, c.do(req).status)
		}
	}
	send(0, 2) // an accepted delivery, and a repeat
	before := strings.Count(c.get(c.telemetry), "\n")
	send(2, 500)
	page := c.get(c.telemetry)
	t.Logf("%d lines of own telemetry before, %d after 498 more Hosts", before, strings.Count(page, "\n"))
	assert.Less(t, strings.Count(page, "\n"), before+20)
	assert.NotContains(t, page, "host-1.example.org")
	assert.Contains(t, page, "http_server_request_duration")
}

// TestMistakesAtTheStart end the collector, or are logged, with what to do.
func TestMistakesAtTheStart(t *testing.T) {
	t.Parallel()
	writable := filepath.Join(t.TempDir(), "captures")
	require.NoError(t, os.Mkdir(writable, 0o700))
	require.NoError(t, os.Chmod(writable, 0o777))
	key := `{version: "1", algorithm: hmac_sha256, secret: "` + sharedSecret + `"}`
	withoutTraces := strings.NewReplacer("    traces: {receivers: [cxone], exporters: [file/traces]}\n", "",
		"    logs: {receivers: [cxone], exporters: [file/logs]}\n", "")
	for name, tc := range map[string]struct {
		config string
		says   []string
	}{
		"a directory that everybody writes to": {
			with("    signature: {keys: [" + key + "], capture_rejected: {directory: " + writable + "}}\n"),
			[]string{"everybody may write to " + writable, "chmod 700"},
		},
		"a key file that is not there": {
			with(`    signature: {keys: [{version: "1", public_key_file: missing.pem}]}` + "\n"),
			[]string{"no usable key", "missing.pem"},
		},
		"a number for a text": {
			with("    signature: {consumer_id: 4711, keys: [" + key + "]}\n"),
			[]string{"consumer_id", "quote"},
		},
		"a mistyped key":             {with(open + "    max_inflight_byte: 1\n"), []string{"max_inflight_byte", "max_inflight_bytes"}},
		"nothing that authenticates": {with("    namespace: a\n"), []string{"no authentication", "allow_unauthenticated: true"}},
		"a data type without a pipeline": {
			withoutTraces.Replace(with(open + "    aggregation: null\n    script_api: {path: /calls}\n")),
			[]string{"script_api is configured, but none of its signals has a pipeline", "traces, logs"},
		},
		"a data type that is not served": {
			withoutTraces.Replace(with(open + "    aggregation: null\n")),
			[]string{"a data type is not served", `"data_type": "script_api"`},
		},
		"no authentication, on purpose": {with(open), []string{"deliveries are taken from anybody"}},
		"a signature without the body": {
			with("    signature: {scheme: walmart_service_registry, keys: [" + key + "]}\n"),
			[]string{"signature does not cover: body", "whoever sees one request can send any other body"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := launch(t, strings.Replace(tc.config, "level: debug", "level: info", 1))
			deadline := time.Now().Add(30 * time.Second)
			said := func() bool {
				for _, text := range tc.says {
					if !strings.Contains(c.log.String(), text) {
						return false
					}
				}
				return true
			}
			for !said() && time.Now().Before(deadline) {
				time.Sleep(20 * time.Millisecond)
			}
			for _, text := range tc.says {
				assert.Contains(t, c.log.String(), text)
			}
			assert.NotContains(t, c.log.String(), sharedSecret)
		})
	}
}
