// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package test

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pmetric"
	"go.yaml.in/yaml/v3"
)

// export is an example with a backend: the variables for the backend's addresses and credentials, and the paths of its
// requests.
type export struct {
	hosts       []string // variables with an address, each with the path after the backend's own
	credentials []string // variables with secrets, and others that are needed
	paths       []string
	header      string
	value       string
	temporality pmetric.AggregationTemporality
}

var exports = map[string]export{
	"datadog.yaml": {
		hosts: []string{"DD_OTLP_ENDPOINT="}, credentials: []string{"DD_API_KEY", "DD_ENV"},
		paths:  []string{"/v1/logs", "/v1/metrics", "/v1/traces"},
		header: "Dd-Api-Key", value: "secret", temporality: delta,
	},
	"elastic.yaml": {
		hosts: []string{"ELASTIC_OTLP_ENDPOINT="}, credentials: []string{"ELASTIC_API_KEY"},
		paths:  []string{"/v1/logs", "/v1/metrics", "/v1/traces"},
		header: "Authorization", value: "ApiKey secret", temporality: delta,
	},
	"grafana-cloud.yaml": {
		hosts: []string{"GRAFANA_CLOUD_OTLP_ENDPOINT=/otlp"}, credentials: []string{"GRAFANA_CLOUD_AUTH"},
		paths:  []string{"/otlp/v1/logs", "/otlp/v1/metrics", "/otlp/v1/traces"},
		header: "Authorization", value: "Basic secret", temporality: cumulative,
	},
	"grafana-stack.yaml": {
		hosts: []string{"CXONE_METRICS_ENDPOINT=/api/v1/otlp", "CXONE_TEMPO_ENDPOINT=", "CXONE_LOKI_ENDPOINT=/otlp"},
		paths: []string{"/api/v1/otlp/v1/metrics", "/otlp/v1/logs", "/v1/traces"}, temporality: cumulative,
	},
	"splunk.yaml": {
		hosts: []string{
			"SPLUNK_METRICS_ENDPOINT=/v2/datapoint/otlp", "SPLUNK_TRACES_ENDPOINT=/v2/trace/otlp", "SPLUNK_COLLECTOR_ENDPOINT=",
		},
		credentials: []string{"SPLUNK_ACCESS_TOKEN"},
		paths:       []string{"/v1/logs", "/v2/datapoint/otlp", "/v2/trace/otlp"}, temporality: cumulative,
	},
	"prometheus.yaml":   {},
	"file-archive.yaml": {},
}

// env are the variables of an example, for a backend and a directory.
func (e export) env(url, directory string) []string {
	env := []string{"CXONE_QUEUE=" + filepath.Join(directory, "queue"), "CXONE_OUTPUT=" + directory, "CXONE_ARCHIVE=" + directory}
	for _, host := range e.hosts {
		name, path, _ := strings.Cut(host, "=")
		env = append(env, name+"="+url+path)
	}
	for _, name := range e.credentials {
		env = append(env, name+"=secret")
	}
	return env
}

// signAs are the arguments with which cxonectl signs for an example.
func signAs(keys string) []string {
	return []string{"--private-key-file", filepath.Join(keys, "v1.key.pem"), "--consumer-id", "anybody", "--key-version", "1"}
}

// signatureKeys makes a key pair for examples.
func signatureKeys(t *testing.T) (directory string) {
	t.Helper()
	directory = t.TempDir()
	output, err := cxonectl(t, nil, "keygen", "signature", "--out", directory)
	require.NoError(t, err, output)
	return directory
}

// atOnce makes an example send its telemetry sooner than for a customer, so that tests are short.
const atOnce = "yaml:receivers::cxone::aggregation::interval: 1s"

// aggregated are metrics of each kind that all examples export.
var aggregated = []string{
	"cxone.calls", "cxone.call.mos.distribution", "cxone.call.ring_time.distribution", "cxone.script.api.calls", "cxone.script.api.duration",
}

// TestEachExportArrives starts each example unchanged and delivers to it. All signals, and the collector's own metrics,
// must arrive at the right place.
func TestEachExportArrives(t *testing.T) {
	t.Parallel()
	keys := signatureKeys(t)
	for name, tc := range exports {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			v, directory := newVendor(t), t.TempDir()
			prometheus, telemetry := "localhost:"+freePort(t), freePort(t)
			env := append(tc.env(v.url, directory), "CXONE_PROMETHEUS_ENDPOINT="+prometheus, "CXONE_TELEMETRY_PORT="+telemetry)
			e := startExampleWith(t, name, keys, []string{"--config", atOnce}, append(env, "OTEL_METRIC_EXPORT_INTERVAL=1000")...)
			send := []string{"send", "sample-voice", "sample-script", "journey", "degraded-call", "api-5xx", "--config", e.config}
			output, err := cxonectl(t, e.env, append(send, signAs(keys)...)...)
			require.NoError(t, err, output)
			assert.Contains(t, page(t, "localhost:"+telemetry), `otelcol_receiver_cxone_deliveries{data_type="voice_quality",outcome="accepted"}`)
			assert.Contains(t, page(t, e.health), "Server available")

			require.Eventually(t, func() bool { return len(v.paths()) >= len(tc.paths) }, time.Minute, 50*time.Millisecond, "got only %s", v.paths())
			assert.Equal(t, tc.paths, append([]string(nil), v.paths()...))
			for _, path := range tc.paths {
				if tc.header != "" {
					assert.Equal(t, tc.value, v.header(path, tc.header), path)
				}
			}
			if len(tc.paths) > 0 {
				for _, metric := range aggregated {
					assert.Eventually(t, func() bool { return v.temporality(metric) == tc.temporality }, time.Minute, 50*time.Millisecond, metric)
				}
				assert.False(t, v.came("cxone.call.mos"), "no gauge, which another replica's would collide with")
			}
			checkExport(t, name, v, prometheus, directory)
			if len(tc.paths) > 0 {
				for _, metric := range []string{"otelcol_exporter_queue_size", "otelcol_exporter_sent_spans"} {
					assert.Eventually(t, func() bool { return v.came(metric) }, time.Minute, 50*time.Millisecond, metric)
				}
				assert.Equal(t, tc.temporality, v.temporality("otelcol_receiver_cxone_deliveries"), "the collector's own metrics")
				assert.Equal(t, tc.temporality, v.temporality("otelcol_exporter_sent_spans"), "the collector's own metrics")
			}
			assert.NoError(t, v.failure())
			if name == "datadog.yaml" {
				checkDatadogQueries(t, v)
			}
		})
	}
}

var (
	datadogQuery = regexp.MustCompile(`\b(?:sum|avg|min|max|p\d+):([a-z_.]+)\{([^}]*)\}(?: by \{([^}]*)\})?`)
	datadogTag   = regexp.MustCompile(`([a-z][a-z_.]*)(?::| IN )`)
)

// checkDatadogQueries compares the metrics and tags in dashboard and monitors with those that were sent.
func checkDatadogQueries(t *testing.T, v *vendor) {
	t.Helper()
	v.mu.Lock()
	defer v.mu.Unlock()
	for _, file := range []string{"dashboard.json", "monitors.json"} {
		text, err := os.ReadFile(filepath.Join("..", "examples", "datadog", file))
		require.NoError(t, err)
		queries := datadogQuery.FindAllStringSubmatch(string(text), -1)
		assert.Greater(t, len(queries), 8, file)
		for _, q := range queries {
			metric, tags := q[1], strings.FieldsFunc(q[3], func(r rune) bool { return r == ',' })
			if strings.Contains(metric, "_failed") || strings.Contains(metric, "_failures") {
				continue // nothing has failed
			}
			for _, match := range datadogTag.FindAllStringSubmatch(q[2], -1) {
				tags = append(tags, match[1])
			}
			seen, came := v.seen[metric]
			assert.True(t, came, "%s: no metric %s", file, metric)
			for _, tag := range tags {
				assert.True(t, seen.attributes[tag], "%s: %s has no %s", file, metric, tag)
			}
		}
	}
}

// checkExport checks what is special about an example.
func checkExport(t *testing.T, name string, v *vendor, prometheus, directory string) {
	t.Helper()
	switch name {
	case "datadog.yaml":
		assert.Equal(t, pmetric.MetricTypeExponentialHistogram, v.kind("cxone.call.mos.distribution"))
		assert.Equal(t, "true", v.header("/v1/traces", "compute_stats"))
		assert.JSONEq(t, `{"resource_attributes_as_tags": true}`, v.header("/v1/metrics", "dd-otel-metric-config"))
		for _, attribute := range []string{"service.name", "service.instance.id", "deployment.environment.name"} {
			assert.Contains(t, v.resource("cxone.calls"), attribute)
		}
	case "splunk.yaml":
		assert.Equal(t, "secret", v.header("/v2/trace/otlp", "X-SF-Token"))
		assert.Equal(t, "secret", v.header("/v2/datapoint/otlp", "X-SF-Token"))
		assert.Empty(t, v.header("/v1/logs", "X-SF-Token"), "the token is not for others")
	case "prometheus.yaml":
		for _, metric := range []string{
			"cxone_calls_total", "cxone_call_mos_distribution_bucket", "cxone_script_api_duration_seconds_bucket", "cxone_script_api_calls_total",
			"cxone_call_mos",
		} {
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
}

// TestMissingVariables starts each example without one of its variables. The log names it, and without a host the collector
// does not start.
func TestMissingVariables(t *testing.T) {
	t.Parallel()
	keys, v := signatureKeys(t), newVendor(t)
	for name, tc := range exports {
		all := tc.env(v.url, t.TempDir())
		for _, missing := range append(append([]string{}, tc.hosts...), tc.credentials...) {
			variable, _, host := strings.Cut(missing, "=")
			t.Run(name+" without "+variable, func(t *testing.T) {
				t.Parallel()
				var env []string
				for _, one := range all {
					if !strings.HasPrefix(one, variable+"=") {
						env = append(env, one)
					}
				}
				e := launchExample(t, name, keys, nil, append(env, "CXONE_TELEMETRY_PORT="+freePort(t))...)
				if host || variable == "DD_ENV" {
					assert.Error(t, e.awaitEnd(), "it starts")
				} else {
					e.waitReady(1)
				}
				assert.Contains(t, e.log.String(), "Configuration references unset environment variable")
				assert.Contains(t, e.log.String(), `"name": "`+variable+`"`)
			})
		}
	}
}

// TestExamplesAreAlike compares the common part of the examples with a backend, so that none is forgotten in a change.
func TestExamplesAreAlike(t *testing.T) {
	t.Parallel()
	read := func(name string) (all map[string]map[string]any) {
		text, err := os.ReadFile(filepath.Join("..", "examples", name))
		require.NoError(t, err)
		require.NoError(t, yaml.Unmarshal(text, &all), name)
		cxone := all["receivers"]["cxone"].(map[string]any)
		delete(cxone, "voice_quality") // whether there are gauges
		aggregation := cxone["aggregation"].(map[string]any)
		delete(aggregation, "temporality") // the backend's wishes
		delete(aggregation, "histograms")
		return all
	}
	model := read("prometheus.yaml")
	for name := range exports {
		other := read(name)
		assert.Equal(t, model["receivers"], other["receivers"], name)
		assert.Equal(t, model["processors"]["memory_limiter"], other["processors"]["memory_limiter"], name)
		assert.Equal(t, model["extensions"]["health_check"], other["extensions"]["health_check"], name)
		readers := inside(other["service"], "telemetry", "metrics", "readers").([]any)
		assert.Equal(t, inside(model["service"], "telemetry", "metrics", "readers").([]any)[0], readers[len(readers)-1], name)
	}
}
