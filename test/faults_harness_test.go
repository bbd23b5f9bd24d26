// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package test

import (
	"bytes"
	"io"
	"net"
	"net/http"
	"os/exec"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The tests of faults have the same parts: `cxonectl load` with a ledger, the collector with queues on disk, and a
// collector that writes its telemetry to files as the backend. While the load lasts, something fails. In the end,
// everything that the ledger has as acknowledged must be in the files.
//
// CXONE_SOAK=10m makes the load this much longer, and repeats the fault meanwhile (`make soak FOR=10m`).

// sinkConfig is the backend: a collector with OTLP over gRPC. sinkOfHTTP is one over HTTP.
var sinkConfig, sinkOfHTTP = strings.ReplaceAll(sinkTemplate, "PROTOCOL", "grpc"), strings.ReplaceAll(sinkTemplate, "PROTOCOL", "http")

const sinkTemplate = `
receivers:
  otlp: {protocols: {PROTOCOL: {endpoint: "127.0.0.1:${PORT}"}}}
exporters:
  file/metrics: {path: "${DIR}/metrics.jsonl", append: true, flush_interval: 100ms}
  file/traces: {path: "${DIR}/traces.jsonl", append: true, flush_interval: 100ms}
  file/logs: {path: "${DIR}/logs.jsonl", append: true, flush_interval: 100ms}
service:
  pipelines:
    metrics: {receivers: [otlp], exporters: [file/metrics]}
    traces: {receivers: [otlp], exporters: [file/traces]}
    logs: {receivers: [otlp], exporters: [file/logs]}
  telemetry: {metrics: {level: none}}
`

// queuedConfig is the tested collector. RECEIVER are further keys of the receiver, each after a comma. QUEUE are those of
// the sending queue, which is on disk unless they change that. SINK is the exporter's address.
const queuedConfig = `
receivers:
  cxone: {endpoint: "127.0.0.1:${PORT}", retry_after: 1s, voice_quality: {metric_attributes: [cxone.contact.id]} RECEIVER}
extensions:
  file_storage: {directory: "${DIR}/queue", create_directory: true}
exporters:
  otlp_grpc:
    endpoint: SINK
    tls: {insecure: true}
    compression: none
    retry_on_failure: {initial_interval: 100ms, max_interval: 1s, max_elapsed_time: 0s}
    sending_queue: {batch: {flush_timeout: 100ms, min_size: 200, max_size: 1000}, QUEUE}
service:
  extensions: [file_storage]
  pipelines:
    metrics: {receivers: [cxone], exporters: [otlp_grpc]}
    traces: {receivers: [cxone], exporters: [otlp_grpc]}
    logs: {receivers: [cxone], exporters: [otlp_grpc]}
  telemetry:
    logs: {disable_stacktrace: true}
    metrics:
      level: normal
      readers: [{pull: {exporter: {prometheus: {host: 127.0.0.1, port: ${TELEMETRY}, without_type_suffix: true, without_units: true}}}}]
`

// onDisk is a queue with room for everything in these tests.
const onDisk = "storage: file_storage, queue_size: 100000"

// queued returns queuedConfig with its placeholders replaced.
func queued(sink, receiver, queue string) string {
	return strings.NewReplacer("RECEIVER", receiver, "QUEUE", queue, "SINK", `"`+sink+`"`).Replace(queuedConfig)
}

// loadFor is how long a load lasts: long enough for some faults, and longer in a soak.
const loadFor = 6 * time.Second

// startLoadFor starts a load of the usual length at a rate. It has repeats and tries without end.
func startLoadFor(t testing.TB, endpoint, rate string, args ...string) *loader {
	t.Helper()
	return startLoad(t, endpoint, append([]string{
		"--rate", rate, "--duration", (loadFor + soakFor).String(), "--duplicate-ratio", "0.02", "--retry-for", "0", "--workers", "64",
	}, args...)...)
}

// strike waits until a load has begun, and then makes a fault happen now and then, twice at least, while the load lasts.
func strike(pause time.Duration, fault func()) {
	end := time.Now().Add(loadFor + soakFor - pause)
	for n := 0; n < 2 || time.Now().Before(end); n++ {
		time.Sleep(pause)
		fault()
	}
}

// requireNothingLost waits for the load's end and for the telemetry, and checks the account.
func requireNothingLost(t testing.TB, name, dir string, loads ...*loader) (result loadResult, a account) {
	t.Helper()
	for _, l := range loads {
		result = l.wait()
		require.Zero(t, result.GivenUp+result.Unexpected)
	}
	a = awaitAccount(t, name, dir, loads...)
	require.Positive(t, a.acknowledged)
	assert.Equal(t, a.acknowledged, a.arrived, "nothing that was acknowledged is lost")
	assert.Zero(t, a.doubled, "nothing is there twice in different words")
	return result, a
}

// kill ends a collector as an accident would.
func (c *collector) kill() {
	c.t.Helper()
	c.ready = time.Time{}
	require.NoError(c.t, c.cmd.Process.Kill())
	_ = c.awaitEnd()
}

// end ends a collector as a service manager would.
func (c *collector) end() {
	c.t.Helper()
	require.NoError(c.t, c.stop())
	c.ready = time.Time{}
}

// awaitEnd waits until the collector ends by itself, and returns its error; nil if it goes on.
func (c *collector) awaitEnd() error {
	select {
	case err := <-c.ended:
		c.ended <- err
		return err
	case <-time.After(30 * time.Second):
		return nil
	}
}

// again starts a collector that has ended, with the same configuration, ports and files.
func (c *collector) again() {
	c.t.Helper()
	before := strings.Count(c.log.String(), readyText)
	cmd := exec.Command(c.cmd.Path, c.cmd.Args[1:]...)
	cmd.Env = c.cmd.Env
	c.start(cmd)
	c.waitReady(before + 1)
}

// reload makes a collector read its configuration again.
func (c *collector) reload() {
	c.t.Helper()
	time.Sleep(time.Until(c.ready.Add(signalGrace)))
	before := strings.Count(c.log.String(), servedText)
	require.NoError(c.t, c.cmd.Process.Signal(syscall.SIGHUP))
	c.waitFor(func() bool { return strings.Count(c.log.String(), servedText) >= before+2 }, "both callbacks to be served again")
	c.waitListening()
}

const servedText = "serving a callback"

// relay is a plain TCP balancer. Each connection goes to the next of its backends, or to the one after it if that one
// refuses. It can limit the rate of bytes. It can also hold answers back for a while; if their backend ends meanwhile, they
// are lost.
type relay struct {
	address  string
	backends []string
	served   []atomic.Int64 // connections of each
	next     atomic.Uint64
	rate     int64         // bytes a second that all connections may send together; 0 is no limit
	hold     time.Duration // of answers

	mu   sync.Mutex
	free time.Time // when the next byte may be sent
}

func newRelay(t testing.TB, rate int64, hold time.Duration, backends ...string) *relay {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	r := &relay{address: listener.Addr().String(), backends: backends, served: make([]atomic.Int64, len(backends)), rate: rate, hold: hold}
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go r.serve(conn)
		}
	}()
	t.Cleanup(func() { listener.Close() })
	return r
}

func (r *relay) serve(from net.Conn) {
	defer from.Close()
	first := r.next.Add(1)
	for i := range r.backends {
		backend := (first + uint64(i)) % uint64(len(r.backends))
		to, err := net.Dial("tcp", r.backends[backend])
		if err != nil {
			continue
		}
		r.served[backend].Add(1)
		defer to.Close()
		go r.answer(from, to)
		_, _ = io.Copy(writerFunc(func(p []byte) (int, error) {
			r.take(len(p))
			return to.Write(p)
		}), from)
		return
	}
}

// answer sends answers back. When the backend ends, so does the connection, at once.
func (r *relay) answer(from, to net.Conn) {
	defer from.Close()
	buffer := make([]byte, 32<<10)
	for {
		n, err := to.Read(buffer)
		if err != nil {
			return
		}
		if r.hold == 0 {
			_, _ = from.Write(buffer[:n])
			continue
		}
		held := bytes.Clone(buffer[:n])
		time.AfterFunc(r.hold, func() { _, _ = from.Write(held) })
	}
}

// take waits until this many bytes may be sent.
func (r *relay) take(n int) {
	if r.rate == 0 {
		return
	}
	r.mu.Lock()
	if now := time.Now(); r.free.Before(now) {
		r.free = now
	}
	wait := time.Until(r.free)
	r.free = r.free.Add(time.Duration(float64(n) / float64(r.rate) * float64(time.Second)))
	r.mu.Unlock()
	time.Sleep(wait)
}

type writerFunc func(p []byte) (int, error)

func (f writerFunc) Write(p []byte) (int, error) { return f(p) }

// receiverStatus reads the receiver's status from the health check, which must listen on the collector's scrape port.
func (c *collector) receiverStatus() string {
	c.t.Helper()
	resp, err := http.Get("http://" + c.scrape + "/status?verbose")
	if err != nil {
		return ""
	}
	defer resp.Body.Close()
	return statusOf(c.t, resp.Body, "pipeline:logs", "receiver:cxone")
}
