// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package test

import (
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
