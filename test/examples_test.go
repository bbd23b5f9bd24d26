// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package test

import (
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// example is one of the configurations in examples/, started unchanged.
type example struct {
	*collector

	config string
	health string
	env    []string
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
	e.waitReady(1)
	return e
}

// launchExample starts an example without waiting for it.
func launchExample(t *testing.T, name, keys string, args []string, env ...string) *example {
	t.Helper()
	e := &example{config: filepath.Join("..", "examples", name), health: "localhost:" + freePort(t)}
	address := "localhost:" + freePort(t)
	e.env = append([]string{
		"CXONE_KEYS=" + keys, "CXONE_ENDPOINT=" + address, "CXONE_HEALTH_ENDPOINT=" + e.health,
		"CXONE_PROMETHEUS_ENDPOINT=localhost:" + freePort(t), "CXONE_OUTPUT=" + t.TempDir(),
	}, env...)
	e.collector = runCollector(t, keys, address, e.env, append([]string{"--config", e.config}, args...)...)
	return e
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
	sign := []string{"--private-key-file", in("v1.key.pem")} // the receiver asks for no consumer, so the command sends a name of its own
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
			resp, err := http.Post(scheme+e.address+voicePath, "application/json", strings.NewReader(leg))
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
