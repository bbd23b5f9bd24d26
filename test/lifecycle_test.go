// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package test

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestAPortThatIsTaken(t *testing.T) {
	t.Parallel()
	first := start(t, with(open))
	second := launch(t, fmt.Sprintf(`
receivers: {cxone: {endpoint: %q, allow_unauthenticated: true}}
exporters: {nop: {}}
service:
  pipelines: {logs: {receivers: [cxone], exporters: [nop]}}
`+telemetryConfig, first.address))
	err := <-second.ended
	second.ended <- err
	assert.Error(t, err)
	assert.Contains(t, second.log.String(), "cannot listen on endpoint "+first.address)
}

func TestADataTypeThatIsWrittenOutNeedsAPipeline(t *testing.T) {
	t.Parallel()
	c := launch(t, `
receivers: {cxone: {endpoint: "127.0.0.1:${PORT}", allow_unauthenticated: true, script_api: {time_zone: UTC}, aggregation: null}}
exporters: {nop: {}}
service:
  pipelines: {metrics: {receivers: [cxone], exporters: [nop]}}
`+telemetryConfig)
	err := <-c.ended
	c.ended <- err
	assert.Error(t, err)
	assert.Contains(t, c.log.String(), "script_api is configured, but none of its signals has a pipeline")
}

// TestShutdown ends a collector while one delivery is in the pipeline and another is still arriving.
func TestShutdown(t *testing.T) {
	t.Parallel()
	entered, release := make(chan struct{}), make(chan struct{})
	backend := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		close(entered)
		<-release
	}))
	defer backend.Close()
	c := start(t, fmt.Sprintf(`
receivers: {cxone: {endpoint: "127.0.0.1:${PORT}", allow_unauthenticated: true}}
exporters:
  otlp_http: {endpoint: %q, sending_queue: {enabled: false}, retry_on_failure: {enabled: false}}
service:
  pipelines: {logs: {receivers: [cxone], exporters: [otlp_http]}}
`+telemetryConfig, backend.URL))

	inFlight := make(chan answer, 1)
	go func() { inFlight <- c.post(voicePath, leg) }()
	<-entered
	slow, err := net.Dial("tcp", c.address)
	require.NoError(t, err)
	defer slow.Close()
	_, err = fmt.Fprintf(slow, "POST %s HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n{", voicePath)
	require.NoError(t, err)
	time.Sleep(50 * time.Millisecond)

	begun := time.Now()
	require.NoError(t, c.cmd.Process.Signal(syscall.SIGTERM))
	c.waitLog("Starting shutdown")
	assert.Eventually(t, func() bool {
		conn, err := net.Dial("tcp", c.address)
		if err == nil {
			conn.Close()
		}
		return err != nil
	}, 5*time.Second, 10*time.Millisecond, "new deliveries are refused")
	close(release)
	assert.Equal(t, `200 {"accepted": 1}`, (<-inFlight).String(), "what was in flight is finished")
	require.NoError(t, slow.SetReadDeadline(time.Now().Add(10*time.Second)))
	text, _ := io.ReadAll(slow)
	assert.Contains(t, string(text), "503", "a slow sender is told to come back")
	require.NoError(t, c.stop())
	assert.Less(t, time.Since(begun), 15*time.Second)
	assert.Greater(t, time.Since(begun), time.Second, "the slow sender had its time of grace")
}
