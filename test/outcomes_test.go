// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package test

import (
	"crypto/tls"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestEveryOutcomeIsCounted has a delivery for each outcome, and checks that nothing else is counted.
func TestEveryOutcomeIsCounted(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	ours, vendor := newAuthority(t, "ours"), newAuthority(t, "vendor")
	server, gateway, colleague := ours.server("receiver"), vendor.client("gateway"), vendor.client("colleague")
	keys := fmt.Sprintf(`, max_request_body_size: 100000, auth: {authenticator: basicauth},
		tls: {cert_file: %q, key_file: %q, client_ca_file: %q}, client_certificate: {allowed_subject_names: [gateway]}`,
		server.certFile, server.keyFile, vendor.file)
	c := start(t, strings.Replace(toBackend(b, keys), "service:", `extensions: {basicauth: {htpasswd: {inline: "vendor:password"}}}
service:
  extensions: [basicauth]`, 1))
	client := ours.httpsClient(gateway.tls)
	post := func(certificate tls.Certificate, password, body string) int {
		use := client
		if certificate.Leaf != gateway.tls.Leaf {
			use = ours.httpsClient(certificate)
		}
		return c.postAs(use, password, body)
	}

	for _, tc := range []struct {
		outcome     string
		certificate tls.Certificate
		password    string
		body        string
		backend     int32
		status      int
	}{
		{"accepted", gateway.tls, "password", leg, grpcOK, 200},
		{"duplicate", gateway.tls, "password", leg, grpcOK, 200},
		{"unauthenticated", gateway.tls, "guess", leg, grpcOK, 401},
		{"forbidden", colleague.tls, "password", leg, grpcOK, 403},
		{"malformed", gateway.tls, "password", "{", grpcOK, 400},
		{"too_large", gateway.tls, "password", strings.Repeat(" ", 100001), grpcOK, 413},
		{"refused", gateway.tls, "password", leg + " ", grpcUnavailable, 503},
		{"rejected", gateway.tls, "password", leg + "  ", grpcInvalidArgument, 400},
	} {
		t.Run(tc.outcome, func(t *testing.T) {
			b.answerAll(tc.backend)
			before := c.outcomes()
			require.Equal(t, tc.status, post(tc.certificate, tc.password, tc.body))
			before[tc.outcome]++
			assert.Equal(t, before, c.outcomes())
		})
	}
	assert.InDelta(t, 1, c.own("receiver_cxone_authentication_failures", `reason="server_auth"`, `data_type="voice_quality"`), 0)
	assert.NotContains(t, c.log.String(), "password")
}

// outcomes are the deliveries that were counted, by outcome.
func (c *collector) outcomes() map[string]float64 {
	c.t.Helper()
	page, counted := c.get(c.telemetry), map[string]float64{}
	for _, outcome := range []string{
		"accepted", "duplicate", "unauthenticated", "forbidden", "malformed", "too_large", "refused", "rejected",
		"not_found", "method_not_allowed",
	} {
		sum, count := series(page, "otelcol_receiver_cxone_deliveries", `outcome="`+outcome+`"`, `data_type="voice_quality"`)
		assert.Equal(c.t, 1, count, "a series for %s, from the start", outcome)
		counted[outcome] = sum
	}
	return counted
}

// TestTheCollectorsStandardMetrics finds the metrics that the collector has for every receiver.
func TestTheCollectorsStandardMetrics(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	c := start(t, toBackend(b, anybody))
	require.Equal(t, 200, c.post(voicePath, payload(t, "voice_quality.json")).status)
	require.Equal(t, 200, c.post(scriptPath, payload(t, "script_api.json")).status)
	b.answerAll(grpcUnavailable)
	require.Equal(t, 503, c.post(voicePath, payload(t, "voice_quality.json")+" ").status)
	page := c.get(c.telemetry)
	for name, want := range map[string]float64{
		"otelcol_receiver_accepted_metric_points": 4, "otelcol_receiver_accepted_spans": 2, "otelcol_receiver_accepted_log_records": 2,
		"otelcol_receiver_refused_metric_points": 4, "otelcol_receiver_refused_spans": 1, "otelcol_receiver_refused_log_records": 1,
	} {
		sum, _ := series(page, name, `receiver="cxone"`, `transport="http"`)
		assert.InDelta(t, want, sum, 0, name)
	}
	count, _ := series(page, "http_server_request_duration_count", `http_response_status_code="200"`)
	assert.InDelta(t, 2, count, 0, "confighttp's server metrics")
	lag, _ := series(page, "otelcol_receiver_cxone_delivery_lag_count")
	assert.InDelta(t, 2, lag, 0)
	for _, dataType := range []string{"voice_quality", "script_api"} {
		at, _ := series(page, "otelcol_receiver_cxone_last_accepted_time", `data_type="`+dataType+`"`)
		assert.Greater(t, at, 1.7e9)
	}
	odd, _ := series(page, "otelcol_receiver_cxone_implausible_records", `reason="duration_exceeds_leg"`)
	assert.InDelta(t, 1, odd, 0, "the vendor's own sample contradicts itself")
}
