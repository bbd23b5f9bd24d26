// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package test

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pmetric"
	"go.yaml.in/yaml/v3"
)

// vendor stands for all backends of an example: it takes what is posted to it, and remembers where to, and with which
// headers.
type vendor struct {
	url    string
	mu     sync.Mutex
	came   map[string]http.Header
	kinds  map[string]pmetric.AggregationTemporality // of the metrics that came by OTLP and have one
	failed error
}

func newVendor(t *testing.T) *vendor {
	t.Helper()
	v := &vendor{came: map[string]http.Header{}, kinds: map[string]pmetric.AggregationTemporality{}}
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		v.mu.Lock()
		defer v.mu.Unlock()
		if len(body) > 0 {
			v.came[r.URL.Path] = r.Header
		}
		if strings.HasSuffix(r.URL.Path, "/metrics") {
			v.failed = errors.Join(v.failed, v.readMetrics(body, r.Header))
		}
	}))
	t.Cleanup(server.Close)
	v.url = server.URL
	return v
}

// readMetrics notes the temporality of the metrics in an OTLP request.
func (v *vendor) readMetrics(body []byte, header http.Header) error {
	if header.Get("Content-Encoding") == "gzip" {
		reader, err := gzip.NewReader(bytes.NewReader(body))
		if err != nil {
			return err
		}
		if body, err = io.ReadAll(reader); err != nil {
			return err
		}
	}
	all, err := (&pmetric.ProtoUnmarshaler{}).UnmarshalMetrics(body)
	if err != nil {
		return err
	}
	for _, rm := range all.ResourceMetrics().All() {
		for _, sm := range rm.ScopeMetrics().All() {
			for _, m := range sm.Metrics().All() {
				switch m.Type() {
				case pmetric.MetricTypeHistogram:
					v.kinds[m.Name()] = m.Histogram().AggregationTemporality()
				case pmetric.MetricTypeSum:
					v.kinds[m.Name()] = m.Sum().AggregationTemporality()
				}
			}
		}
	}
	return nil
}

// temporality returns that of a metric.
func (v *vendor) temporality(metric string) pmetric.AggregationTemporality {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.kinds[metric]
}

func (v *vendor) paths() []string {
	v.mu.Lock()
	defer v.mu.Unlock()
	return slices.Sorted(maps.Keys(v.came))
}

func (v *vendor) header(path, name string) string {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.came[path].Get(name)
}

// exports are the examples that export, where each sends what, and the header that lets it in.
var exports = map[string]struct {
	env    func(url, directory string) []string
	paths  []string
	header string
	value  string
}{
	"grafana-stack.yaml": {
		env: func(url, _ string) []string {
			return []string{"CXONE_METRICS_ENDPOINT=" + url + "/api/v1/write", "CXONE_TEMPO_ENDPOINT=" + url, "CXONE_LOKI_ENDPOINT=" + url + "/otlp"}
		},
		paths: []string{"/api/v1/write", "/otlp/v1/logs", "/v1/traces"},
	},
	"grafana-cloud.yaml": {
		env: func(url, _ string) []string {
			return []string{"GRAFANA_CLOUD_OTLP_ENDPOINT=" + url + "/otlp", "GRAFANA_CLOUD_INSTANCE_ID=12", "GRAFANA_CLOUD_API_KEY=secret"}
		},
		paths:  []string{"/otlp/v1/logs", "/otlp/v1/metrics", "/otlp/v1/traces"},
		header: "Authorization", value: "Basic MTI6c2VjcmV0",
	},
	"datadog.yaml": {
		env: func(url, _ string) []string {
			return []string{
				"DD_OTLP_METRICS_ENDPOINT=" + url + "/v1/metrics", "DD_OTLP_TRACES_ENDPOINT=" + url + "/v1/traces",
				"DD_OTLP_LOGS_ENDPOINT=" + url + "/v1/logs", "DD_API_KEY=secret",
			}
		},
		paths:  []string{"/v1/logs", "/v1/metrics", "/v1/traces"},
		header: "Dd-Api-Key", value: "secret",
	},
	"elastic.yaml": {
		env: func(url, _ string) []string {
			return []string{"ELASTIC_OTLP_ENDPOINT=" + url, "ELASTIC_API_KEY=secret"}
		},
		paths:  []string{"/v1/logs", "/v1/metrics", "/v1/traces"},
		header: "Authorization", value: "ApiKey secret",
	},
	"splunk.yaml": {
		env: func(url, _ string) []string {
			return []string{"SPLUNK_INGEST_URL=" + url, "SPLUNK_COLLECTOR_ENDPOINT=" + url, "SPLUNK_ACCESS_TOKEN=secret"}
		},
		paths: []string{"/v1/logs", "/v2/datapoint/otlp", "/v2/trace/otlp"},
	},
	"prometheus.yaml":   {env: func(_, directory string) []string { return []string{"CXONE_OUTPUT=" + directory} }},
	"file-archive.yaml": {env: func(_, directory string) []string { return []string{"CXONE_ARCHIVE=" + directory} }},
}

// TestEachExportArrives starts each example as it is, delivers to it, and wants all signals where they belong.
func TestEachExportArrives(t *testing.T) {
	t.Parallel()
	keys := t.TempDir()
	output, err := cxonectl(t, nil, "keygen", "signature", "--out", keys)
	require.NoError(t, err, output)
	for name, tc := range exports {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			v, directory := newVendor(t), t.TempDir()
			prometheus := "localhost:" + freePort(t)
			telemetry := freePort(t)
			env := append(tc.env(v.url, directory), "CXONE_QUEUE="+filepath.Join(directory, "queue"),
				"CXONE_PROMETHEUS_ENDPOINT="+prometheus, "CXONE_TELEMETRY_PORT="+telemetry)
			e := startExample(t, name, keys, env...)
			output, err := cxonectl(t, e.env, "send", "sample-voice", "sample-script", "journey", "degraded-call", "api-5xx",
				"--config", e.config, "--private-key-file", filepath.Join(keys, "v1.key.pem"), "--consumer-id", "anybody")
			require.NoError(t, err, output)
			own := page(t, "localhost:"+telemetry)
			assert.Contains(t, own, `otelcol_receiver_cxone_deliveries{data_type="voice_quality",outcome="accepted"}`)
			assert.Contains(t, page(t, e.health), "Server available")

			require.Eventually(t, func() bool { return len(v.paths()) >= len(tc.paths) }, time.Minute, 50*time.Millisecond, "got only %s", v.paths())
			assert.Equal(t, tc.paths, append([]string(nil), v.paths()...))
			for _, path := range tc.paths {
				if tc.header != "" {
					assert.Equal(t, tc.value, v.header(path, tc.header), path)
				}
			}
			temporality := pmetric.AggregationTemporalityDelta
			switch name {
			case "grafana-cloud.yaml":
				temporality = pmetric.AggregationTemporalityCumulative
				fallthrough
			case "datadog.yaml", "elastic.yaml":
				for _, metric := range []string{"cxone.calls", "cxone.call.mos.distribution", "cxone.legs.duration", "cxone.legs.calls", "cxone.api.duration", "cxone.api.calls", "cxone.api.errors", "cxone.calls.degraded"} {
					assert.Eventually(t, func() bool { return v.temporality(metric) == temporality }, time.Minute, 50*time.Millisecond, "%s: %s", metric, v.temporality(metric))
				}
				assert.NoError(t, v.failed)
			case "splunk.yaml":
				assert.Equal(t, "secret", v.header("/v2/trace/otlp", "X-SF-Token"))
				assert.Empty(t, v.header("/v1/logs", "X-SF-Token"), "the token is not for others")
			case "prometheus.yaml":
				for _, metric := range []string{"cxone_calls_total", "cxone_call_mos_distribution_bucket", "cxone_legs_duration_seconds_bucket", "cxone_api_calls_total", "cxone_calls_degraded_total", "cxone_api_errors_total", "cxone_call_mos"} {
					assert.Eventually(t, func() bool {
						_, n := series(page(t, prometheus), metric)
						return n > 0
					}, time.Minute, 100*time.Millisecond, metric)
				}
			case "file-archive.yaml":
				for _, signal := range []string{"metrics", "traces", "logs"} {
					text, err := os.ReadFile(filepath.Join(directory, signal+".jsonl"))
					assert.NoError(t, err)
					assert.Positive(t, bytes.Count(text, []byte("\n")), signal)
				}
			}
		})
	}
}

// TestExamplesAreAlike compares what the examples that export have in common, so that none is forgotten when one is changed.
func TestExamplesAreAlike(t *testing.T) {
	t.Parallel()
	read := func(name string) (all map[string]map[string]any) {
		text, err := os.ReadFile(filepath.Join("..", "examples", name))
		require.NoError(t, err)
		require.NoError(t, yaml.Unmarshal(text, &all), name)
		for _, connector := range all["connectors"] {
			delete(connector.(map[string]any), "aggregation_temporality") // the backend's wish
		}
		return all
	}
	model := read("prometheus.yaml")
	for name := range exports {
		other := read(name)
		assert.Equal(t, model["receivers"], other["receivers"], name)
		for _, section := range []string{"processors", "connectors"} {
			for key, value := range other[section] {
				assert.Equal(t, model[section][key], value, "%s: %s::%s is not as in prometheus.yaml", name, section, key)
			}
		}
		assert.Equal(t, model["extensions"]["health_check"], other["extensions"]["health_check"], name)
		assert.Equal(t, model["service"]["telemetry"], other["service"]["telemetry"], name)
	}
}

// page reads what an address has to say.
func page(t *testing.T, address string) string {
	t.Helper()
	response, err := http.Get("http://" + address + "/metrics")
	if err != nil {
		return ""
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	return string(text)
}
