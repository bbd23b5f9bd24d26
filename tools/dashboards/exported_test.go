// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/exp/api/remote"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/config"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/model/textparse"
	prometheusremote "github.com/prometheus/prometheus/storage/remote"
	"github.com/prometheus/prometheus/util/teststorage"
	"github.com/stretchr/testify/require"
)

// The ways on which the metrics of calls come to a Prometheus, or to what is like it.
const (
	byScrape   = "scrape"
	byWrite    = "remote write"
	byOTLP     = "OTLP"
	byScaleOut = "scale-out"
)

// exported is what a Prometheus has that took the metrics on one of the ways, in its own storage, and by its own code.
type exported struct {
	way     string
	storage *teststorage.TestStorage
	values  map[string]map[string]map[string]bool // by metric and label
	scraped *example
}

// ownMetrics reports whether the collector's own metrics come on this way.
func (e *exported) ownMetrics() bool { return e.way != byWrite }

// prometheusOf is a Prometheus that takes what is sent to it by remote write and by OTLP.
func prometheusOf(t *testing.T, way string) (e *exported, address string) {
	t.Helper()
	e = &exported{way: way, storage: teststorage.New(t)}
	log := slog.New(slog.DiscardHandler)
	mux := http.NewServeMux()
	otlp := config.DefaultOTLPConfig
	mux.Handle("/otlp/v1/metrics", prometheusremote.NewOTLPWriteHandler(log, prometheus.NewRegistry(), e.storage,
		func() config.Config { return config.Config{OTLPConfig: otlp} }, prometheusremote.OTLPOptions{}))
	mux.Handle("/write", prometheusremote.NewWriteHandler(log, prometheus.NewRegistry(), e.storage,
		remote.MessageTypes{remote.WriteV1MessageType}, false, false, false))
	mux.HandleFunc("/", func(_ http.ResponseWriter, r *http.Request) { _, _ = io.Copy(io.Discard, r.Body) }) // traces and logs
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return e, server.URL
}

// export lets collectors run under load, and returns what came on each way, and the attributes of spans and log records.
func export(t *testing.T) (ways []*exported, attributes map[string]bool, traces string) {
	t.Helper()
	scraped, _ := prometheusOf(t, byScrape)
	written, writeTo := prometheusOf(t, byWrite)
	pushed, pushTo := prometheusOf(t, byOTLP)
	scaled, scaleTo := prometheusOf(t, byScaleOut)
	one := start(t, "prometheus.yaml", "", `yaml:exporters::prometheusremotewrite: {endpoint: "`+writeTo+
		`/write", resource_to_telemetry_conversion: {enabled: true}}`,
		"yaml:service::pipelines::metrics::exporters: [prometheus, prometheusremotewrite]")
	scraped.scraped = one
	collectors := []*example{one, start(t, "grafana-stack.yaml", pushTo), startScaleOut(t, scaleTo)}
	for range 2 {
		for i, c := range collectors {
			c.load(string(rune('1' + i)))
			scraped.scrape(t)
		}
	}
	for range 3 { // whatever comes at an interval
		time.Sleep(1500 * time.Millisecond)
		scraped.scrape(t)
	}
	ways = []*exported{scraped, written, pushed, scaled}
	for _, e := range ways {
		require.Eventually(t, func() bool {
			e.readNames(t)
			return e.values["cxone_calls_total"] != nil && e.values["cxone_script_api_duration_seconds_bucket"] != nil
		}, time.Minute, time.Second, "%s: the metrics of calls; got only %d", e.way, len(e.values))
	}
	attributes = map[string]bool{}
	for _, name := range []string{"traces.jsonl", "logs.jsonl"} {
		text, err := os.ReadFile(filepath.Join(one.directory, name))
		require.NoError(t, err)
		for _, match := range key.FindAllSubmatch(text, -1) {
			attributes[string(match[1])] = true
		}
		if name == "traces.jsonl" {
			traces = string(text)
		}
	}
	return ways, attributes, traces
}

var key = regexp.MustCompile(`"key":"([^"]+)"`)

// startScaleOut starts examples/scale-out: an edge, a broker, one that processes, and a collector that stands for a backend's own
// and sends to a Prometheus.
func startScaleOut(t *testing.T, prometheus string) *example {
	t.Helper()
	broker, otlp := free(t), free(t)
	t.Setenv("CXONE_KAFKA", "localhost:"+broker)
	t.Setenv("CXONE_OTLP_ENDPOINT", "http://localhost:"+otlp)
	t.Setenv("CXONE_OTLP_INSECURE", "true")
	directory := t.TempDir()
	kafka := filepath.Join(directory, "kafkabroker")
	out, err := exec.Command("go", "build", "-C", filepath.Join(root, "test"), "-o", kafka, "./kafkabroker").CombinedOutput()
	require.NoError(t, err, string(out))
	command := exec.Command(kafka, "-port", broker, "-dir", filepath.Join(directory, "kafka"))
	require.NoError(t, command.Start())
	t.Cleanup(func() { _ = command.Process.Kill(); _ = command.Wait() })
	listening(t, "localhost:"+broker)
	run(t, t.TempDir(), os.Environ(), "--config", `yaml:{receivers: {otlp: {protocols: {grpc: {endpoint: "localhost:`+otlp+`"}}}},
		exporters: {otlp_http: {endpoint: "`+prometheus+
		`/otlp", sending_queue: {enabled: false}}, nop: {}}, service: {telemetry: {metrics: {level: none}}, pipelines: {
		metrics: {receivers: [otlp], exporters: [otlp_http]}, traces: {receivers: [otlp], exporters: [nop]}, 
			logs: {receivers: [otlp], exporters: [nop]}}}}`)
	listening(t, "localhost:"+otlp)
	processing := t.TempDir()
	run(t, processing, append(os.Environ(), "CXONE_QUEUE="+processing, "CXONE_HEALTH_ENDPOINT=localhost:"+free(t),
		"CXONE_TELEMETRY_PORT="+free(t), "OTEL_METRIC_EXPORT_INTERVAL=1000"),
		"--config", filepath.Join(root, "examples", "scale-out", "processing.yaml"))
	return start(t, "scale-out/edge.yaml", "")
}

// scrape does what Prometheus does every so often.
func (e *exported) scrape(t *testing.T) {
	t.Helper()
	for instance, address := range map[string]string{"calls": e.scraped.scrape, "collector": e.scraped.telemetry} {
		parser := textparse.NewPromParser(get(t, address), labels.NewSymbolTable(), false)
		appender := e.storage.Appender(t.Context())
		for now := time.Now().UnixMilli(); ; {
			entry, err := parser.Next()
			if errors.Is(err, io.EOF) {
				break
			}
			require.NoError(t, err)
			if entry != textparse.EntrySeries {
				continue
			}
			_, _, value := parser.Series()
			var series labels.Labels
			parser.Labels(&series)
			_, err = appender.Append(0, labels.NewBuilder(series).Set("instance", instance).Labels(), now, value)
			require.NoError(t, err)
		}
		require.NoError(t, appender.Commit())
	}
}

// readNames reads which metrics, labels and values are in the storage.
func (e *exported) readNames(t *testing.T) {
	t.Helper()
	e.values = map[string]map[string]map[string]bool{}
	querier, err := e.storage.Querier(0, time.Now().Add(time.Hour).UnixMilli())
	require.NoError(t, err)
	defer querier.Close()
	set := querier.Select(t.Context(), false, nil, labels.MustNewMatcher(labels.MatchRegexp, model.MetricNameLabel, ".+"))
	for set.Next() {
		series := set.At().Labels()
		name := strings.Clone(series.Get(model.MetricNameLabel))
		if e.values[name] == nil {
			e.values[name] = map[string]map[string]bool{}
		}
		series.Range(func(l labels.Label) {
			if e.values[name][l.Name] == nil {
				e.values[name][strings.Clone(l.Name)] = map[string]bool{}
			}
			e.values[name][l.Name][strings.Clone(l.Value)] = true
		})
	}
	require.NoError(t, set.Err())
}
