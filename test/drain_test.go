// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package test

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestSIGTERM has one delivery in the pipeline, one slow body that is completed in time, and one that is not.
func TestSIGTERM(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	b.holdAll()
	c := start(t, toBackend(b, anybody))
	inFlight := make(chan answer, 1)
	go func() { inFlight <- c.post(voicePath, leg) }()
	c.waitFor(func() bool { return b.calls() != [3]int32{} }, "the delivery to reach the pipeline")
	late := c.open("Content-Length: 16\r\n", `{"ContactId":`)
	defer late.Close()
	never := c.open("Content-Length: 1000\r\n", `{"ContactId":`)
	defer never.Close()
	time.Sleep(100 * time.Millisecond) // until the server has read everything so far

	begun := time.Now()
	require.NoError(t, c.cmd.Process.Signal(syscall.SIGTERM))
	c.waitLog("Starting shutdown")
	time.Sleep(200 * time.Millisecond)
	late.write(`12}`)
	a := late.answer()
	assert.Equal(t, http.StatusServiceUnavailable, a.status, "new deliveries are refused while those in flight are finished")
	assert.Contains(t, a.text, "shutting down")
	assert.Equal(t, "7", a.header.Get("Retry-After"))
	b.release()
	assert.Equal(t, oneAccepted, (<-inFlight).String())
	assert.Equal(t, http.StatusServiceUnavailable, never.answer().status)
	require.NoError(t, c.stop())
	assert.Less(t, time.Since(begun), 5*time.Second)
	assert.Equal(t, [3]int32{2, 1, 1}, b.calls(), "the one in flight and, at the end, the aggregated metrics; nothing else")
}

func TestSIGTERMWhileIdle(t *testing.T) {
	t.Parallel()
	c := start(t, with(open))
	require.Equal(t, oneAccepted, c.post(voicePath, leg).String()) // its connection is kept alive
	begun := time.Now()
	require.NoError(t, c.stop())
	assert.Less(t, time.Since(begun), 2*time.Second, "an idle connection holds nothing up")
}

// TestAConfigurationIsReloaded has the collector read a changed configuration. The receiver listens on the same port again.
func TestAConfigurationIsReloaded(t *testing.T) {
	t.Parallel()
	c := start(t, with(open+"    namespace: before\n"))
	require.Equal(t, oneAccepted, c.post(voicePath, leg).String())
	file := filepath.Join(c.dir, "collector.yaml")
	config, err := os.ReadFile(file)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(file, []byte(strings.Replace(string(config), "namespace: before", "namespace: after", 1)), 0o600))
	require.NoError(t, c.cmd.Process.Signal(syscall.SIGHUP))
	c.waitFor(func() bool { return strings.Count(c.log.String(), "serving a callback") == 4 }, "both callbacks to be served again")
	assert.Equal(t, oneAccepted, c.post(voicePath, leg).String(), "what was remembered went with the old configuration")
	c.waitFor(func() bool { return len(c.spans()) > 0 && c.spans()[len(c.spans())-1].TraceID().String() == afterTrace },
		"the new namespace's trace")
}

// afterTrace is H("cxone.trace.v1", "after", "1")[0:16].
var afterTrace = func() string {
	h := sha256.New()
	for _, part := range []string{"cxone.trace.v1", "after", "1"} {
		_ = binary.Write(h, binary.BigEndian, uint32(len(part)))
		h.Write([]byte(part))
	}
	return hex.EncodeToString(h.Sum(nil)[:16])
}()

// TestTwoReceivers runs two receivers in one collector, each with its own port and configuration.
func TestTwoReceivers(t *testing.T) {
	t.Parallel()
	other := freePort(t)
	c := start(t, `
receivers:
  cxone: {endpoint: "127.0.0.1:${PORT}", allow_unauthenticated: true, voice_quality: null}
  cxone/voice: {endpoint: "127.0.0.1:`+other+`", allow_unauthenticated: true, script_api: {enabled: false}, voice_quality: {path: /v}}
exporters:
  file/logs: {path: "${DIR}/logs.jsonl", flush_interval: 20ms}
service:
  pipelines: {logs: {receivers: [cxone, cxone/voice], exporters: [file/logs]}}
`+telemetryConfig)
	assert.Equal(t, 404, c.post(voicePath, leg).status, "switched off")
	assert.Equal(t, 200, c.post(scriptPath, `{"contactId": 1}`).status)
	c.address = "127.0.0.1:" + other
	assert.Equal(t, 404, c.post(scriptPath, `{"contactId": 1}`).status, "switched off")
	assert.Equal(t, 404, c.post(voicePath, leg).status, "another path is configured")
	assert.Equal(t, 200, c.post("/v", leg).status)
	assert.Contains(t, c.post("/v", `{"metadata": [{"contactId": 1}]}`).text, "not served here")
	c.await(0, 0, 2)
}
