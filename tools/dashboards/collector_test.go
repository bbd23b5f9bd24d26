// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"io"
	"maps"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/klauspost/compress/snappy"
	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/model/textparse"
	"github.com/prometheus/prometheus/prompb"
	"github.com/prometheus/prometheus/promql/promqltest"
	"github.com/prometheus/prometheus/util/teststorage"
	"github.com/stretchr/testify/require"
)

const root = "../.."

// program finds one of the programs that `make build` makes.
func program(t *testing.T, variable, name string) string {
	t.Helper()
	path := os.Getenv(variable)
	if path == "" {
		path = filepath.Join(root, "bin", name)
	}
	path, err := filepath.Abs(path)
	require.NoError(t, err)
	require.FileExists(t, path, "run `make build` first")
	return path
}

// example is a collector that runs with one of the configurations in examples/.
type example struct {
	t                            *testing.T
	config, directory, telemetry string
	scrape                       string
	env                          []string
}

// start starts the collector with an example, as it is.
func start(t *testing.T, name, backend string) *example {
	t.Helper()
	e := &example{t: t, config: filepath.Join(root, "examples", name), directory: t.TempDir()}
	receiver, telemetry := free(t), free(t)
	e.telemetry, e.scrape = "localhost:"+telemetry, "localhost:"+free(t)
	e.env = append(os.Environ(), "CXONE_KEYS="+e.directory, "CXONE_ENDPOINT=localhost:"+receiver, "CXONE_HEALTH_ENDPOINT=localhost:"+free(t),
		"CXONE_TELEMETRY_PORT="+telemetry, "CXONE_PROMETHEUS_ENDPOINT="+e.scrape, "CXONE_OUTPUT="+e.directory, "CXONE_QUEUE="+e.directory,
		"CXONE_METRICS_ENDPOINT="+backend+"/api/v1/write", "CXONE_TEMPO_ENDPOINT="+backend, "CXONE_LOKI_ENDPOINT="+backend)
	e.cxonectl("keygen", "signature", "--out", e.directory)
	log, err := os.Create(filepath.Join(e.directory, "log"))
	require.NoError(t, err)
	command := exec.Command(program(t, "CXONE_COLLECTOR", "otelcol-cxone"), "--config", e.config)
	command.Env, command.Stdout, command.Stderr = e.env, log, log
	require.NoError(t, command.Start())
	t.Cleanup(func() {
		_ = command.Process.Signal(os.Interrupt)
		_ = command.Wait()
		if t.Failed() {
			text, _ := os.ReadFile(log.Name())
			t.Logf("%.10000s", text)
		}
	})
	require.Eventually(t, func() bool {
		conn, err := net.Dial("tcp", "localhost:"+receiver)
		if err == nil {
			conn.Close()
		}
		return err == nil
	}, time.Minute, 20*time.Millisecond, "the receiver to listen")
	return e
}

// free returns a port that nothing listens on, below those that the system gives to connections.
func free(t *testing.T) string {
	t.Helper()
	for range 100 {
		port := strconv.Itoa(30000 + rand.IntN(2700))
		if l, err := net.Listen("tcp", "localhost:"+port); err == nil {
			l.Close()
			return port
		}
	}
	require.FailNow(t, "no free port")
	return ""
}

// cxonectl runs the operator's command; its status doesn't matter, since some of what it is to send is refused.
func (e *example) cxonectl(arguments ...string) {
	e.t.Helper()
	ctx, cancel := context.WithTimeout(e.t.Context(), 5*time.Minute)
	defer cancel()
	command := exec.CommandContext(ctx, program(e.t, "CXONE_CTL", "cxonectl"), arguments...)
	command.Env = e.env
	out, err := command.CombinedOutput()
	if status := (*exec.ExitError)(nil); errors.As(err, &status) && status.ExitCode() == 1 {
		err = nil
	}
	require.NoError(e.t, err, string(out))
}

// load delivers a rush hour, with all that can go wrong in it.
func (e *example) load(seed string) {
	e.t.Helper()
	sign := []string{"--config", e.config, "--private-key-file", filepath.Join(e.directory, "v1.key.pem"), "--consumer-id", "anybody"}
	e.cxonectl(append([]string{"load", "--count", "800", "--batch", "3", "--seed", seed, "--scenario", "rush-hour", "--duplicate-ratio", "0.02", "--invalid-ratio", "0.05"}, sign...)...)
	e.cxonectl(append([]string{"send", "unknown-fields", "degraded-call", "api-4xx", "api-5xx", "api-minus-one"}, sign...)...)
}

func get(t *testing.T, address string) []byte {
	t.Helper()
	response, err := http.Get("http://" + address + "/metrics")
	require.NoError(t, err)
	defer response.Body.Close()
	page, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	return page
}

// exported is what a Prometheus would have of two collectors, and which attributes their spans and log records have.
type exported struct {
	storage    *teststorage.TestStorage
	values     map[string]map[string]map[string]bool // by metric and label
	attributes map[string]bool
	written    *written
	at         time.Time
}

var key = regexp.MustCompile(`"key":"([^"]+)"`)

// export runs a scraped and a pushing collector under load, and scrapes them after each half of it.
func export(t *testing.T) *exported {
	t.Helper()
	written := &written{labels: map[string]map[string]bool{}, exemplars: map[string]bool{}}
	backend := httptest.NewServer(written)
	defer backend.Close()
	scraped, pushing := start(t, "prometheus.yaml", backend.URL), start(t, "grafana-stack.yaml", backend.URL)
	all := &exported{
		storage: promqltest.LoadedStorage(t, ""), values: map[string]map[string]map[string]bool{}, attributes: map[string]bool{}, at: time.Unix(0, 0),
	}
	delivered := 0.
	for _, seed := range []string{"1", "2"} {
		scraped.load(seed)
		pushing.load(seed)
		require.Eventually(t, func() bool { // what is made of spans comes every five seconds
			page := string(get(t, scraped.scrape))
			legs, calls, counted := sum(page, "cxone_legs_calls_total"), sum(page, "cxone_api_calls_total"), sum(page, "cxone_calls_total")
			if legs != counted || calls == 0 || legs+calls <= delivered {
				return false
			}
			delivered = legs + calls
			return true
		}, 2*time.Minute, 100*time.Millisecond, "all calls in the scrape")
		all.at = all.at.Add(5 * time.Minute)
		all.add(t, "calls", get(t, scraped.scrape))
		all.add(t, "scraped", get(t, scraped.telemetry))
		all.add(t, "pushing", get(t, pushing.telemetry))
	}
	require.Eventually(t, func() bool {
		return written.has("cxone_legs_calls_total", "cxone_api_errors_total", "cxone_api_duration_seconds_bucket")
	},
		time.Minute, 100*time.Millisecond, "the metrics by remote write")
	all.written = written
	for _, name := range []string{"traces.jsonl", "logs.jsonl"} {
		text, err := os.ReadFile(filepath.Join(scraped.directory, name))
		require.NoError(t, err)
		for _, match := range key.FindAllSubmatch(text, -1) {
			all.attributes[string(match[1])] = true
		}
	}
	return all
}

// sum adds up a metric's series of a page.
func sum(page, metric string) (total float64) {
	for line := range strings.Lines(page) {
		if strings.HasPrefix(line, metric+"{") {
			value, _ := strconv.ParseFloat(strings.TrimSpace(line[strings.LastIndexByte(line, '}')+1:]), 64)
			total += value
		}
	}
	return total
}

// add appends a scraped page.
func (e *exported) add(t *testing.T, instance string, page []byte) {
	t.Helper()
	parser := textparse.NewPromParser(page, labels.NewSymbolTable(), false)
	appender := e.storage.Appender(t.Context())
	for {
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
		e.note(series)
		series = labels.NewBuilder(series).Set("instance", instance).Labels()
		_, err = appender.Append(0, series, e.at.UnixMilli(), value)
		require.NoError(t, err)
	}
	require.NoError(t, appender.Commit())
}

func (e *exported) note(series labels.Labels) {
	name := series.Get(model.MetricNameLabel)
	if e.values[name] == nil {
		e.values[name] = map[string]map[string]bool{}
	}
	series.Range(func(l labels.Label) {
		if e.values[name][l.Name] == nil {
			e.values[name][l.Name] = map[string]bool{}
		}
		e.values[name][l.Name][l.Value] = true
	})
}

// written is what comes by remote write, as to Mimir: the labels of each metric, and which metrics have exemplars with a trace.
type written struct {
	mu        sync.Mutex
	labels    map[string]map[string]bool
	exemplars map[string]bool
	failed    error
}

func (w *written) ServeHTTP(_ http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if !strings.HasSuffix(r.URL.Path, "/write") { // traces and logs
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if err == nil {
		body, err = snappy.Decode(nil, body)
	}
	var request prompb.WriteRequest
	if err == nil {
		err = request.Unmarshal(body)
	}
	w.failed = errors.Join(w.failed, err)
	for _, series := range request.Timeseries {
		var name string
		found := map[string]bool{}
		for _, l := range series.Labels {
			found[l.Name] = true
			if l.Name == model.MetricNameLabel {
				name = l.Value
			}
		}
		if w.labels[name] == nil {
			w.labels[name] = map[string]bool{}
		}
		maps.Copy(w.labels[name], found)
		for _, e := range series.Exemplars {
			for _, l := range e.Labels {
				if l.Name == "trace_id" && len(l.Value) == 32 {
					w.exemplars[name] = true
				}
			}
		}
	}
}

func (w *written) has(metrics ...string) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, m := range metrics {
		if w.labels[m] == nil {
			return false
		}
	}
	return true
}
