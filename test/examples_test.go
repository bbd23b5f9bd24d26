// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package test

import (
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// example is one of the configurations in examples/, started as it is.
type example struct {
	t        *testing.T
	config   string
	endpoint string
	health   string
	env      []string
	log      *safeBuffer
	command  *exec.Cmd
	ended    chan error
}

// cxonectl runs the operator's command.
func cxonectl(t *testing.T, env []string, arguments ...string) (output string, err error) {
	t.Helper()
	command := exec.Command(program(t, "CXONE_CTL", "cxonectl"), arguments...)
	command.Env = append(os.Environ(), env...)
	out, err := command.CombinedOutput()
	return string(out), err
}

func startExample(t *testing.T, name, keys string, env ...string) *example {
	t.Helper()
	return startExampleWith(t, name, keys, nil, env...)
}

// startExampleWith is startExample with further arguments.
func startExampleWith(t *testing.T, name, keys string, args []string, env ...string) *example {
	t.Helper()
	e := launchExample(t, name, keys, args, env...)
	e.awaitListening()
	return e
}

// launchExample starts an example without waiting for it. When the test ends it is ended, and must end well if it listened.
func launchExample(t *testing.T, name, keys string, args []string, env ...string) *example {
	t.Helper()
	e := &example{
		t: t, config: filepath.Join("..", "examples", name), endpoint: "localhost:" + freePort(t), health: "localhost:" + freePort(t),
		log: &safeBuffer{}, ended: make(chan error, 1),
	}
	e.env = append([]string{
		"CXONE_KEYS=" + keys, "CXONE_ENDPOINT=" + e.endpoint, "CXONE_HEALTH_ENDPOINT=" + e.health,
		"CXONE_PROMETHEUS_ENDPOINT=localhost:" + freePort(t), "CXONE_OUTPUT=" + t.TempDir(),
	}, env...)
	e.command = exec.Command(collectorProgram(t), append([]string{"--config", e.config}, args...)...)
	e.command.Env = append(os.Environ(), e.env...)
	e.command.Stdout, e.command.Stderr = e.log, e.log
	require.NoError(t, e.command.Start())
	go func() { e.ended <- e.command.Wait() }()
	t.Cleanup(func() {
		e.end()
		if t.Failed() {
			t.Log(e.log.String())
		}
	})
	return e
}

// awaitListening waits until the receiver listens. From then on the collector must end well.
func (e *example) awaitListening() {
	e.t.Helper()
	require.Eventually(e.t, func() bool {
		conn, err := net.Dial("tcp", e.endpoint)
		if err == nil {
			conn.Close()
		}
		return err == nil && strings.Contains(e.log.String(), readyText)
	}, 20*time.Second, 20*time.Millisecond, "it does not listen")
	time.Sleep(signalGrace)
}

// await waits for the collector's own end, and returns what it ended with.
func (e *example) await(most time.Duration) error {
	select {
	case err := <-e.ended:
		e.ended <- err
		return err
	case <-time.After(most):
		return nil
	}
}

// end ends the collector as a service manager would.
func (e *example) end() {
	e.t.Helper()
	_ = e.command.Process.Signal(syscall.SIGTERM)
	err := <-e.ended
	e.ended <- err
	const away = "failed to shutdown meter provider: failed to upload metrics" // the backend was, for the collector's own metrics
	if log := e.log.String(); strings.Contains(log, readyText) && !strings.Contains(log, away) {
		assert.NoError(e.t, err, "what the collector ended with")
	}
}

// TestOneConfigurationForEachMethod does what the head of each example says: make keys, start the collector, deliver.
func TestOneConfigurationForEachMethod(t *testing.T) {
	t.Parallel()
	keys := t.TempDir()
	for _, keygen := range [][]string{
		{"keygen", "signature", "--out", keys},
		{"keygen", "signature", "--out", keys, "--algorithm", "hmac_sha256"},
		{"keygen", "mtls", "--out", keys},
	} {
		output, err := cxonectl(t, nil, keygen...)
		require.NoError(t, err, output)
	}
	in := func(name string) string { return filepath.Join(keys, name) }
	sign := []string{"--private-key-file", in("v1.key.pem")} // a consumer that the receiver does not ask for has a name of the command's own
	present := []string{"--ca-file", in("ca.crt"), "--cert-file", in("client.crt"), "--key-file", in("client.key")}
	for name, tc := range map[string]struct {
		credentials []string
		tls         bool
	}{
		"signature.yaml":     {sign, false},
		"shared-secret.yaml": {nil, false}, // the command finds the secret in the configuration
		"mutual-tls.yaml":    {present, true},
		"both.yaml":          {append(append([]string{}, sign...), present...), true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := startExample(t, name, keys)
			output, err := cxonectl(t, e.env, append([]string{
				"send",
				"sample-voice",
				"sample-script",
				"journey",
				"--config",
				e.config,
			}, tc.credentials...)...)
			assert.NoError(t, err, output)
			scheme := "http://"
			if tc.tls {
				scheme = "https://"
			}
			resp, err := http.Post(scheme+e.endpoint+voicePath, "application/json", strings.NewReader(leg))
			if tc.tls {
				assert.Error(t, err, "whoever has no certificate does not even connect")
				return
			}
			require.NoError(t, err)
			resp.Body.Close()
			assert.Equal(t, 401, resp.StatusCode, "whoever has no key is refused")
		})
	}
}
