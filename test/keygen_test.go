// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestAConfigurationThatKeygenWritesStarts makes whole configurations, starts the collector with each as it is (but for the
// ports, which others may have), and delivers to it.
func TestAConfigurationThatKeygenWritesStarts(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct{ keygen, send string }{
		"key pair": {"signature --out DIR", "--private-key-file DIR/v1.key.pem"},
		"secret":   {"signature --out DIR --algorithm hmac_sha256", ""},
		"mtls":     {"mtls --out DIR", "--ca-file DIR/ca.crt --cert-file DIR/client.crt --key-file DIR/client.key"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			directory := t.TempDir()
			in := func(arguments string) []string {
				return strings.Fields(strings.ReplaceAll(arguments, "DIR", directory))
			}
			file := filepath.Join(directory, "collector.yaml")
			output, err := cxonectl(t, nil, append(append([]string{"keygen"}, in(tc.keygen)...), "--write", file)...)
			require.NoError(t, err, output)

			endpoint := "localhost:" + freePort(t)
			log := &safeBuffer{}
			command := exec.Command(collectorProgram(t), "--config", file, "--set=receivers.cxone.endpoint="+endpoint,
				"--set=service.telemetry.metrics.level=none")
			command.Stdout, command.Stderr = log, log
			require.NoError(t, command.Start())
			t.Cleanup(func() {
				require.NoError(t, command.Process.Signal(os.Interrupt))
				require.NoError(t, command.Wait())
			})
			require.Eventually(t, func() bool { return strings.Contains(log.String(), "Everything is ready") }, 30*time.Second,
				20*time.Millisecond, "%s", log)
			output, err = cxonectl(t, nil, append(append([]string{"send"}, in(tc.send)...), "--config", file, "--config",
				"yaml:receivers::cxone::endpoint: "+endpoint)...)
			assert.NoError(t, err, output)
			assert.Contains(t, output, "every answer as expected")
		})
	}
}

func TestTheCommandKnowsItsVersion(t *testing.T) {
	t.Parallel()
	output, err := cxonectl(t, nil, "--version")
	require.NoError(t, err)
	assert.Regexp(t, `^cxonectl version \d+\.\d+\.\d+`, output)
}
