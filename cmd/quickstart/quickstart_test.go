// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"net/http"
	"net/http/httptest"
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestCountBody(t *testing.T) {
	voiceSample, err := os.ReadFile("../../testdata/payloads/voice_quality.json")
	require.NoError(t, err)
	scriptSample, err := os.ReadFile("../../testdata/payloads/script_api.json")
	require.NoError(t, err)
	for name, c := range map[string]struct {
		dataType, body string
		want           counts
	}{
		"the vendor's voice sample":  {"voice_quality", string(voiceSample), counts{points: 4, spans: 1, logs: 1}},
		"the vendor's script sample": {"script_api", string(scriptSample), counts{spans: 1, logs: 1}},
		"null is not measured":       {"voice_quality", `{"AvgMos":4,"AvgRtt":null}`, counts{1, 1, 1}},
		"a bad neighbour":            {"voice_quality", `[{"AvgMos":4},"what",{"AvgRtt":0}]`, counts{2, 2, 3}},
		"several calls":              {"script_api", `{"metadata":"[{},{}]"}`, counts{0, 2, 2}},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := countBody(c.dataType, []byte(c.body))
			require.NoError(t, err)
			assert.Equal(t, c.want, got)
		})
	}
}

func TestEachSample(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte(`# HELP otelcol_receiver_accepted_spans_total Spans
# TYPE otelcol_receiver_accepted_spans_total counter
otelcol_receiver_accepted_spans_total{receiver="cxone",transport="http"} 31
otelcol_receiver_accepted_spans_total{receiver="otlp",transport="grpc"} 7
otelcol_receiver_accepted_log_records_total{receiver="cxone/eu"} 3e1
otelcol_receiver_accepted_metric_points_total{receiver="cxone"} 2
`))
	}))
	defer server.Close()
	got, err := ownCounts(t.Context(), server.URL)
	require.NoError(t, err)
	assert.Equal(t, counts{points: 2, spans: 31, logs: 30}, got)

	server.Config.Handler = http.NotFoundHandler()
	_, err = ownCounts(t.Context(), server.URL)
	require.ErrorContains(t, err, "404")
}
