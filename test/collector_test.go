// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

// Package test runs the real collector, built by `make build`, with real HTTP and TLS and real exporters, and checks what
// it exports.
package test

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const (
	voicePath  = "/cxone/voice-quality"
	scriptPath = "/cxone/script-api"
)

// program finds one of the programs that `make build` makes.
func program(t testing.TB, variable, name string) string {
	t.Helper()
	path := os.Getenv(variable)
	if path == "" {
		path = filepath.Join("..", "bin", name)
	}
	path, err := filepath.Abs(path)
	require.NoError(t, err)
	_, err = os.Stat(path)
	require.NoError(t, err, "run `make build` first")
	return path
}

func collectorProgram(t testing.TB) string { return program(t, "CXONE_COLLECTOR", "otelcol-cxone") }

// safeBuffer is a program's output, which can be read while it is written.
type safeBuffer struct {
	mu   sync.Mutex
	data bytes.Buffer
}

func (b *safeBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.data.Write(p)
}

func (b *safeBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.data.String()
}

// collector is a running collector.
type collector struct {
	t         testing.TB
	cmd       *exec.Cmd
	dir       string
	address   string // of the cxone receiver
	telemetry string // the collector's own metrics
	scrape    string // the Prometheus exporter
	log       safeBuffer
	ready     time.Time // zero until it listens; from then on it must end without an error
	ended     chan error
	client    *http.Client
}

// nextPort is the port that freePort tries next. It is below the ports that the system gives to connections, of which these
// tests make many, and differs in each run.
var nextPort atomic.Uint32

func init() { nextPort.Store(10000 + rand.Uint32N(20000)) }

// freePort returns a port that nothing listens on, and that it has not returned before.
func freePort(t testing.TB) string {
	t.Helper()
	for range 1000 {
		port := strconv.FormatUint(uint64(nextPort.Add(1)), 10)
		l, err := net.Listen("tcp", "127.0.0.1:"+port)
		if err == nil {
			l.Close()
			return port
		}
	}
	require.FailNow(t, "no free port")
	return ""
}

// base is a whole configuration without the receiver's own keys. All signals go to files in the collector's directory.
const base = `
receivers:
  cxone:
    endpoint: 127.0.0.1:${PORT}
${RECEIVER}
exporters:
  file/metrics: {path: "${DIR}/metrics.jsonl", flush_interval: 20ms}
  file/traces: {path: "${DIR}/traces.jsonl", flush_interval: 20ms}
  file/logs: {path: "${DIR}/logs.jsonl", flush_interval: 20ms}
  prometheus: {endpoint: 127.0.0.1:${SCRAPE}, resource_to_telemetry_conversion: {enabled: true}}
service:
  pipelines:
    metrics: {receivers: [cxone], exporters: [file/metrics, prometheus]}
    traces: {receivers: [cxone], exporters: [file/traces]}
    logs: {receivers: [cxone], exporters: [file/logs]}
` + telemetryConfig

const telemetryConfig = `
  telemetry:
    logs: {level: debug}
    metrics:
      level: detailed
      readers: [{pull: {exporter: {prometheus: {host: 127.0.0.1, port: ${TELEMETRY}, without_type_suffix: true, without_units: true}}}}]
`

// open accepts deliveries from anybody.
const open = "    allow_unauthenticated: true\n"

// with returns the base configuration with keys of the receiver, indented as such.
func with(receiver string) string { return strings.ReplaceAll(base, "${RECEIVER}\n", receiver) }

// start starts a collector and waits until it is ready and the receiver listens. When the test ends, the collector must end
// without an error. It must log at level info at least.
func start(t testing.TB, config string) *collector {
	t.Helper()
	return startWith(t, nil, config)
}

// startWith is start with further arguments.
func startWith(t testing.TB, args []string, config string) *collector {
	t.Helper()
	c := launchWith(t, args, config)
	c.waitReady(1)
	return c
}

// waitReady waits until the collector has logged this many times that it is ready, and listens.
func (c *collector) waitReady(times int) {
	c.t.Helper()
	c.waitFor(func() bool { return strings.Count(c.log.String(), readyText) >= times }, "the collector to be ready")
	c.waitListening()
	c.ready = time.Now()
}

func (c *collector) waitListening() {
	c.t.Helper()
	c.waitFor(func() bool {
		conn, err := net.Dial("tcp", c.address)
		if err == nil {
			conn.Close()
		}
		return err == nil
	}, "the receiver to listen")
}

// launch starts a collector without waiting. It may end in any way.
func launch(t testing.TB, config string) *collector {
	t.Helper()
	return launchWith(t, nil, config)
}

func launchWith(t testing.TB, args []string, config string, env ...string) *collector {
	t.Helper()
	ports, dir := map[string]string{}, t.TempDir()
	for _, name := range []string{"PORT", "SCRAPE", "TELEMETRY"} {
		ports[name] = freePort(t)
		config = strings.ReplaceAll(config, "${"+name+"}", ports[name])
	}
	file := filepath.Join(dir, "collector.yaml")
	require.NoError(t, os.WriteFile(file, []byte(strings.ReplaceAll(config, "${DIR}", dir)), 0o600))
	c := runCollector(t, dir, "127.0.0.1:"+ports["PORT"], env, append(args, "--config", file)...)
	c.telemetry, c.scrape = "127.0.0.1:"+ports["TELEMETRY"], "127.0.0.1:"+ports["SCRAPE"]
	return c
}

// runCollector starts the collector's program without waiting. It will listen on an address.
func runCollector(t testing.TB, dir, address string, env []string, args ...string) *collector {
	t.Helper()
	c := &collector{t: t, dir: dir, address: address, client: &http.Client{Timeout: time.Minute}}
	cmd := exec.Command(collectorProgram(t), args...)
	cmd.Env = append(os.Environ(), env...)
	c.run(cmd)
	return c
}

// run starts the collector's program. When the test ends, it is ended too. If it was ready, it must end without an error.
func (c *collector) run(cmd *exec.Cmd) {
	c.t.Helper()
	t := c.t
	c.start(cmd)
	t.Cleanup(func() {
		c.t = t // a subtest may have replaced it
		if err := c.stop(); !c.ready.IsZero() {
			assert.NoError(t, err, "what the collector ended with")
		}
		for _, crash := range []string{"panic:", "fatal error:", "DATA RACE"} {
			assert.NotContains(t, c.log.String(), crash)
		}
		if t.Failed() {
			text := c.log.String()
			t.Logf("the collector's log:\n%.10000s\n[...]\n%s", text, text[max(0, len(text)-20_000):])
		}
	})
}

func (c *collector) start(cmd *exec.Cmd) {
	c.t.Helper()
	cmd.Stdout, cmd.Stderr = &c.log, &c.log
	require.NoError(c.t, cmd.Start())
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	c.cmd, c.ended = cmd, ended
}

const readyText = "Everything is ready"

// signalGrace is the time between the log line that the collector is ready and its handling of signals. Before, they kill
// it.
const signalGrace = 100 * time.Millisecond

// stop ends the collector as a service manager would, and returns its error.
func (c *collector) stop() error {
	time.Sleep(time.Until(c.ready.Add(signalGrace)))
	_ = c.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case err := <-c.ended:
		c.ended <- err
		if strings.Contains(c.log.String(), "failed to shutdown meter provider: failed to upload metrics") {
			return nil // the backend of the collector's own metrics was away
		}
		return err
	case <-time.After(60 * time.Second):
		_ = c.cmd.Process.Signal(syscall.SIGQUIT) // for its goroutines to be seen in the log
		c.t.Error("the collector did not end within a minute")
		c.ended <- <-c.ended
		return nil
	}
}

func (c *collector) waitFor(condition func() bool, what string) {
	c.t.Helper()
	deadline := time.Now().Add(30 * time.Second)
	for !condition() {
		select {
		case err := <-c.ended:
			c.ended <- err
			require.FailNow(c.t, "the collector ended", "%v while waiting for %s:\n%s", err, what, c.log.String())
		case <-time.After(20 * time.Millisecond):
		}
		if time.Now().After(deadline) {
			require.FailNow(c.t, "waited too long for "+what, c.log.String())
		}
	}
}

// waitLog waits until the collector has logged a text.
func (c *collector) waitLog(text string) {
	c.t.Helper()
	c.waitFor(func() bool { return strings.Contains(c.log.String(), text) }, text+" in the log")
}

// answer is the answer to a sender.
type answer struct {
	status int
	text   string
	header http.Header
}

func (a answer) String() string { return fmt.Sprintf("%d %s", a.status, a.text) }

func (c *collector) post(path, body string, header ...string) answer {
	c.t.Helper()
	req, err := http.NewRequest(http.MethodPost, "http://"+c.address+path, strings.NewReader(body))
	require.NoError(c.t, err)
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Add(header[i], header[i+1])
	}
	return c.do(req)
}

func (c *collector) do(req *http.Request) answer {
	c.t.Helper()
	resp, err := c.client.Do(req)
	require.NoError(c.t, err)
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	require.NoError(c.t, err)
	return answer{resp.StatusCode, strings.TrimSpace(string(text)), resp.Header}
}

// get reads a page, for example the one that Prometheus scrapes.
func (c *collector) get(address string) string { return page(c.t, address) }

func page(t testing.TB, address string) string {
	t.Helper()
	resp, err := http.Get("http://" + address + "/metrics")
	if err != nil {
		return ""
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	return string(text)
}

// payload reads one of the vendor's two samples.
func payload(t testing.TB, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "testdata", "payloads", name))
	require.NoError(t, err)
	return string(text)
}
