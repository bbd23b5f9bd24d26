// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package test

import (
	"path/filepath"
	"strings"
	"testing"

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
			c := runCollector(t, directory, endpoint, nil, "--config", file, "--set=receivers.cxone.endpoint="+endpoint,
				"--set=service.telemetry.metrics.level=none")
			c.waitReady(1)
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
