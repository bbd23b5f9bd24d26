// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package receiver

import (
	"context"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/collector/receiver"
	"go.opentelemetry.io/collector/receiver/receivertest"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"

	"github.com/cxone-otel/cxonereceiver/receiver/internal/metadata"
)

// running is a receiver on a free port, with a sink for each signal.
type running struct {
	t        *testing.T
	receiver *cxoneReceiver
	url      string
	client   *http.Client
	logs     *observer.ObservedLogs
	tel      *componenttest.Telemetry

	metrics *consumertest.MetricsSink
	traces  *consumertest.TracesSink
	logSink *consumertest.LogsSink
}

// pipelines are the consumers that a test uses instead of the sinks. A signal with nil has no pipeline.
type pipelines struct {
	metrics consumer.Metrics
	traces  consumer.Traces
	logs    consumer.Logs
}

func testConfig() *Config {
	cfg := createDefaultConfig().(*Config)
	cfg.NetAddr.Endpoint = "127.0.0.1:0"
	cfg.AllowUnauthenticated = true
	return cfg
}

// run starts a receiver with sinks as its pipelines.
func run(t *testing.T, cfg *Config) *running {
	t.Helper()
	r := &running{t: t, metrics: new(consumertest.MetricsSink), traces: new(consumertest.TracesSink), logSink: new(consumertest.LogsSink)}
	r.start(cfg, pipelines{r.metrics, r.traces, r.logSink}, componenttest.NewNopHost())
	return r
}

// runWith starts a receiver with other consumers as its pipelines.
func runWith(t *testing.T, cfg *Config, p pipelines, host component.Host) *running {
	t.Helper()
	r := &running{t: t}
	r.start(cfg, p, host)
	return r
}

func (r *running) start(cfg *Config, p pipelines, host component.Host) {
	r.t.Helper()
	require.NoError(r.t, cfg.Validate())
	core, logs := observer.New(zapcore.DebugLevel)
	r.logs, r.tel = logs, componenttest.NewTelemetry()
	set := receivertest.NewNopSettings(metadata.Type)
	set.TelemetrySettings = r.tel.NewTelemetrySettings()
	set.Logger = zap.New(core)
	set.BuildInfo.Version = "1.2.3"

	components := createAll(r.t, set, cfg, p)
	require.NotEmpty(r.t, components)
	for _, c := range components {
		require.NoError(r.t, c.Start(context.Background(), host))
	}
	r.receiver = components[0].(*cxoneReceiver)
	scheme := "http"
	if cfg.TLS.HasValue() {
		scheme = "https"
	}
	r.url = scheme + "://" + r.receiver.address.String()
	r.client = &http.Client{Transport: &http.Transport{}}
	r.t.Cleanup(func() {
		r.client.CloseIdleConnections()
		for _, c := range components {
			require.NoError(r.t, c.Shutdown(context.Background()))
		}
		require.NoError(r.t, r.tel.Shutdown(context.Background()))
	})
}

func createAll(t *testing.T, set receiver.Settings, cfg *Config, p pipelines) []component.Component {
	t.Helper()
	var all []component.Component
	f := NewFactory()
	if p.metrics != nil {
		c, err := f.CreateMetrics(context.Background(), set, cfg, p.metrics)
		require.NoError(t, err)
		all = append(all, c)
	}
	if p.traces != nil {
		c, err := f.CreateTraces(context.Background(), set, cfg, p.traces)
		require.NoError(t, err)
		all = append(all, c)
	}
	if p.logs != nil {
		c, err := f.CreateLogs(context.Background(), set, cfg, p.logs)
		require.NoError(t, err)
		all = append(all, c)
	}
	return all
}

// post delivers a body and returns the answer.
func (r *running) post(path, body string, header ...string) (status int, text string, h http.Header) {
	r.t.Helper()
	req, err := http.NewRequest(http.MethodPost, r.url+path, strings.NewReader(body))
	require.NoError(r.t, err)
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Add(header[i], header[i+1])
	}
	return r.do(req)
}

func (r *running) do(req *http.Request) (status int, text string, h http.Header) {
	r.t.Helper()
	resp, err := r.client.Do(req)
	require.NoError(r.t, err)
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	require.NoError(r.t, err)
	return resp.StatusCode, strings.TrimSpace(string(answer)), resp.Header
}

// emitted counts what was exported: data points, spans and log records.
func (r *running) emitted() (points, spans, records int) {
	return r.metrics.DataPointCount(), r.traces.SpanCount(), r.logSink.LogRecordCount()
}

// payloadFile reads one of the payloads in testdata.
func payloadFile(t testing.TB, name string) string {
	t.Helper()
	body, err := os.ReadFile(filepath.Join("..", "testdata", "payloads", name))
	require.NoError(t, err)
	return string(body)
}

const (
	voicePath  = "/cxone/voice-quality"
	scriptPath = "/cxone/script-api"
)
