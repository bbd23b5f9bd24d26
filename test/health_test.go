// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// probe asks the health check as a load balancer does: without a certificate, and only for the status code.
func (c *collector) probe(path string) int {
	c.t.Helper()
	resp, err := http.Get("http://" + c.scrape + path)
	if err != nil {
		return 0
	}
	resp.Body.Close()
	return resp.StatusCode
}

// TestHealthUnderMutualTLS has a load balancer without a client certificate, which asks a port of its own.
func TestHealthUnderMutualTLS(t *testing.T) {
	t.Parallel()
	ours, vendor := newAuthority(t, "ours"), newAuthority(t, "vendor")
	c := start(t, strings.NewReplacer("service:", `extensions:
  health_check: {endpoint: "127.0.0.1:${SCRAPE}"}
service:
  extensions: [health_check]`, "  prometheus: {endpoint: 127.0.0.1:${SCRAPE}, resource_to_telemetry_conversion: {enabled: true}}\n", "",
		", prometheus]", "]").Replace(with(serverTLS(ours.server("receiver"), vendor.file))))
	_, err := c.postTLS(ours.httpsClient(), voicePath, leg)
	assert.Error(t, err, "the receiver's own port wants a certificate")
	assert.Equal(t, http.StatusOK, c.probe("/"))
}

// TestHealthWhileThePipelineRefuses follows docs/health.md: OK, Recoverable, OK, as a load balancer sees it.
func TestHealthWhileThePipelineRefuses(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	config := strings.Replace(toBackend(b, anybody), "service:", `extensions:
  health_check:
    use_v2: true
    http: {endpoint: "127.0.0.1:${SCRAPE}"}
    component_health: {include_recoverable_errors: true, recovery_duration: 0s}
service:
  extensions: [health_check]`, 1)
	c := startWith(t, []string{"--feature-gates=extension.healthcheck.useComponentStatus"}, config)
	c.waitFor(func() bool { return c.probe("/status") == http.StatusOK }, "200 once all is up")

	b.answerAll(grpcUnavailable)
	require.Equal(t, tryAgain, c.post(voicePath, leg).String())
	c.waitFor(func() bool { return c.probe("/status") == http.StatusInternalServerError }, "500 while the pipeline refuses")
	b.traces.code.Store(grpcOK)
	require.Equal(t, tryAgain, c.post(voicePath, leg).String())
	assert.Equal(t, http.StatusInternalServerError, c.probe("/status"), "logs and metrics are still refused")
	b.answerAll(grpcOK)
	require.Equal(t, oneAccepted, c.post(voicePath, leg).String())
	c.waitFor(func() bool { return c.probe("/status") == http.StatusOK }, "200 once it accepts again")
}
