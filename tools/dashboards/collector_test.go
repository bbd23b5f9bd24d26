// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

const root = "../.."

// program finds one of the programs that `make build` makes.
func program(t *testing.T, variable, name string) string {
	t.Helper()
	path := os.Getenv(variable)
	if path == "" {
		path = filepath.Join(root, "bin", name)
	}
	path, err := filepath.Abs(path)
	require.NoError(t, err)
	require.FileExists(t, path, "run `make build` first")
	return path
}

// example is a collector that runs with one of the configurations in examples/.
type example struct {
	t                *testing.T
	config           string
	directory        string
	telemetry        string
	scrape, endpoint string
	env              []string
}

// start starts the collector with an example, as it is but for what emits sooner than it would for a customer, and for further
// configuration. backend takes what it sends by OTLP over HTTP.
func start(t *testing.T, name, backend string, further ...string) *example {
	t.Helper()
	e := &example{t: t, config: filepath.Join(root, "examples", name), directory: t.TempDir()}
	receiver, telemetry := free(t), free(t)
	e.endpoint, e.telemetry, e.scrape = "localhost:"+receiver, "localhost:"+telemetry, "localhost:"+free(t)
	e.env = append(os.Environ(), "CXONE_KEYS="+e.directory, "CXONE_ENDPOINT="+e.endpoint, "CXONE_HEALTH_ENDPOINT=localhost:"+free(t),
		"CXONE_TELEMETRY_PORT="+telemetry, "CXONE_PROMETHEUS_ENDPOINT="+e.scrape, "CXONE_OUTPUT="+e.directory, "CXONE_QUEUE="+e.directory,
		"CXONE_METRICS_ENDPOINT="+backend+"/otlp", "CXONE_TEMPO_ENDPOINT="+
			backend, "CXONE_LOKI_ENDPOINT="+backend, "OTEL_METRIC_EXPORT_INTERVAL=1000")
	e.cxonectl("keygen", "signature", "--out", e.directory)
	args := []string{
		"--config", e.config, "--config", "yaml:receivers::cxone::aggregation::interval: 1s",
		"--config", `yaml:receivers::cxone::signature::keys: [{version: "1", public_key_file: "` + e.directory +
			`/v1.pub.pem", not_after: "2036-01-01T00:00:00Z"}]`,
	}
	for _, config := range further {
		args = append(args, "--config", config)
	}
	run(t, e.directory, e.env, args...)
	listening(t, e.endpoint)
	return e
}

// run runs a collector until the test ends.
func run(t *testing.T, directory string, env []string, args ...string) {
	t.Helper()
	log, err := os.Create(filepath.Join(directory, "log"))
	require.NoError(t, err)
	command := exec.Command(program(t, "CXONE_COLLECTOR", "otelcol-cxone"), args...)
	command.Env, command.Stdout, command.Stderr = env, log, log
	require.NoError(t, command.Start())
	t.Cleanup(func() {
		_ = command.Process.Signal(os.Interrupt)
		_ = command.Wait()
		if t.Failed() {
			text, _ := os.ReadFile(log.Name())
			t.Logf("%.10000s", text)
		}
	})
}

// listening waits until something listens at an address.
func listening(t *testing.T, address string) {
	t.Helper()
	require.Eventually(t, func() bool {
		conn, err := net.Dial("tcp", address)
		if err == nil {
			conn.Close()
		}
		return err == nil
	}, time.Minute, 20*time.Millisecond, "something to listen at %s", address)
}

// free returns a port that nothing listens on, below those that the system gives to connections.
func free(t *testing.T) string {
	t.Helper()
	for range 100 {
		port := strconv.Itoa(30000 + rand.IntN(2700))
		if l, err := net.Listen("tcp", "localhost:"+port); err == nil {
			l.Close()
			return port
		}
	}
	require.FailNow(t, "no free port")
	return ""
}

// cxonectl runs the operator's command; its status doesn't matter, since some of what it is to send is refused.
func (e *example) cxonectl(arguments ...string) (output []byte) {
	e.t.Helper()
	ctx, cancel := context.WithTimeout(e.t.Context(), 5*time.Minute)
	defer cancel()
	command := exec.CommandContext(ctx, program(e.t, "CXONE_CTL", "cxonectl"), arguments...)
	command.Env = e.env
	var log bytes.Buffer
	command.Stderr = &log
	output, err := command.Output()
	if status := (*exec.ExitError)(nil); errors.As(err, &status) && status.ExitCode() == 1 {
		err = nil
	}
	require.NoError(e.t, err, "%s%s", output, log.String())
	return output
}

// load delivers a rush hour, with all that can go wrong in it.
func (e *example) load(seed string) {
	e.t.Helper()
	sign := []string{"--config", e.config, "--private-key-file", filepath.Join(e.directory, "v1.key.pem"), "--consumer-id", "anybody"}
	e.cxonectl(append([]string{
		"load", "--count", "400", "--batch", "3", "--seed", seed, "--scenario", "rush-hour", "--duplicate-ratio",
		"0.02", "--invalid-ratio", "0.05",
	}, sign...)...)
	e.cxonectl(append([]string{
		"send", "unknown-fields", "degraded-call", "api-4xx", "api-5xx", "api-minus-one", "malformed", "oversized",
	}, sign...)...)
	e.refused()
	body := filepath.Join(e.directory, "unreadable.json")
	require.NoError(e.t, os.WriteFile(body, []byte(`{"ContactId": "`+seed+`", "AvgMos": "four", "EndDateTime": "yesterday"}`), 0o600))
	e.send(e.cxonectl(append([]string{"sign", "--body", body, "--request"}, sign...)...))
}

// refused asks for what is not there, and in a way that is not served.
func (e *example) refused() {
	e.t.Helper()
	for range 2 {
		for _, path := range []string{"/nowhere", "/cxone/voice-quality"} {
			response, err := http.Get("http://" + e.endpoint + path)
			require.NoError(e.t, err)
			response.Body.Close()
			require.GreaterOrEqual(e.t, response.StatusCode, 404)
		}
	}
}

// send sends a request as it is.
func (e *example) send(request []byte) {
	e.t.Helper()
	conn, err := net.Dial("tcp", e.endpoint)
	require.NoError(e.t, err)
	defer conn.Close()
	_, err = conn.Write(request)
	require.NoError(e.t, err)
	response, err := http.ReadResponse(bufio.NewReader(conn), nil)
	require.NoError(e.t, err)
	response.Body.Close()
	require.Equal(e.t, http.StatusOK, response.StatusCode)
}

func get(t *testing.T, address string) []byte {
	t.Helper()
	response, err := http.Get("http://" + address + "/metrics")
	require.NoError(t, err)
	defer response.Body.Close()
	page, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	return page
}
