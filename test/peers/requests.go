// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"strings"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/confmap"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/pmetric"
	"go.opentelemetry.io/collector/pdata/ptrace"
	"go.opentelemetry.io/collector/receiver/receivertest"

	"github.com/cxone-otel/cxonereceiver/receiver"
)

// request is what a client sends. The number makes it differ from all others.
type request struct {
	path   string
	body   func(number int) []byte
	header func(body []byte) map[string]string
}

const (
	voicePath  = "/cxone/voice-quality"
	scriptPath = "/cxone/script-api"
)

//go:embed leg.json
var leg string

//go:embed call.json
var call string

func signed(body []byte) map[string]string { return signedWith(secret, body) }

func signedWith(secret string, body []byte) map[string]string {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write(body)
	return map[string]string{"X-Hub-Signature-256": "sha256=" + hex.EncodeToString(mac.Sum(nil))}
}

func contentType(name string) func([]byte) map[string]string {
	return func([]byte) map[string]string { return map[string]string{"Content-Type": name} }
}

// voice is a delivery of n call legs with all figures.
func voice(n int) request {
	return request{voicePath, func(number int) []byte {
		records := make([]string, n)
		for i := range records {
			records[i] = strings.Replace(leg, `"ContactId":8675309`, fmt.Sprintf(`"ContactId":%d`, number*n+i+1), 1)
		}
		return []byte("[" + strings.Join(records, ",") + "]")
	}, signed}
}

// script is an envelope with n API calls.
func script(n int) request {
	return request{scriptPath, func(number int) []byte {
		records := make([]string, n)
		for i := range records {
			records[i] = strings.Replace(call, `"messageId":"1"`, fmt.Sprintf(`"messageId":"%d"`, number*n+i+1), 1)
		}
		metadata := strings.ReplaceAll("["+strings.Join(records, ",")+"]", `"`, `\"`)
		return []byte(`{"source":"studio","event":"SCRIPT_API_MONITORING ","timestamp":"4/21/2023 11:20:20 AM","metadata":"` + metadata + `"}`)
	}, signed}
}

func fixed(path string, body []byte, header func([]byte) map[string]string) request {
	return request{path, func(int) []byte { return body }, header}
}

// otlp is the same telemetry as a delivery's, as a client of the otlpreceiver would send it: a request for each signal.
func otlp(ctx context.Context, delivery request, json bool) ([]request, error) {
	metrics, traces, logs, err := telemetryOf(ctx, delivery)
	if err != nil {
		return nil, err
	}
	kind := "application/x-protobuf"
	m, err1 := (&pmetric.ProtoMarshaler{}).MarshalMetrics(metrics)
	t, err2 := (&ptrace.ProtoMarshaler{}).MarshalTraces(traces)
	l, err3 := (&plog.ProtoMarshaler{}).MarshalLogs(logs)
	if json {
		kind = "application/json"
		m, err1 = (&pmetric.JSONMarshaler{}).MarshalMetrics(metrics)
		t, err2 = (&ptrace.JSONMarshaler{}).MarshalTraces(traces)
		l, err3 = (&plog.JSONMarshaler{}).MarshalLogs(logs)
	}
	for _, err := range []error{err1, err2, err3} {
		if err != nil {
			return nil, err
		}
	}
	requests := []request{fixed("/v1/traces", t, contentType(kind)), fixed("/v1/logs", l, contentType(kind))}
	if metrics.DataPointCount() > 0 {
		requests = append(requests, fixed("/v1/metrics", m, contentType(kind)))
	}
	return requests, nil
}

// telemetryOf translates a delivery with this receiver.
func telemetryOf(ctx context.Context, delivery request) (pmetric.Metrics, ptrace.Traces, plog.Logs, error) {
	metrics, traces, logs := pmetric.NewMetrics(), ptrace.NewTraces(), plog.NewLogs()
	factory := receiver.NewFactory()
	config := factory.CreateDefaultConfig()
	address := httptest.NewServer(http.NotFoundHandler())
	endpoint := address.Listener.Addr().String()
	address.Close()
	err := confmap.NewFromStringMap(map[string]any{"endpoint": endpoint, "allow_unauthenticated": true}).Unmarshal(config)
	if err != nil {
		return metrics, traces, logs, err
	}
	set := receivertest.NewNopSettings(factory.Type())
	m, t, l := new(consumertest.MetricsSink), new(consumertest.TracesSink), new(consumertest.LogsSink)
	r1, err1 := factory.CreateMetrics(ctx, set, config, m)
	r2, err2 := factory.CreateTraces(ctx, set, config, t)
	r3, err3 := factory.CreateLogs(ctx, set, config, l)
	for _, err := range []error{err1, err2, err3} {
		if err != nil {
			return metrics, traces, logs, err
		}
	}
	for _, r := range []component.Component{r1, r2, r3} {
		if err = r.Start(ctx, componenttest.NewNopHost()); err != nil {
			return metrics, traces, logs, err
		}
		defer func() { _ = r.Shutdown(ctx) }()
	}
	response, err := http.Post("http://"+endpoint+delivery.path, "", strings.NewReader(string(delivery.body(1)))) //nolint:gosec // our own
	if err != nil {
		return metrics, traces, logs, err
	}
	_ = response.Body.Close()
	if all := m.AllMetrics(); len(all) > 0 {
		metrics = all[0]
	}
	return metrics, t.AllTraces()[0], l.AllLogs()[0], nil
}

// workflowRun is the event of the githubreceiver's own tests.
func workflowRun() (request, error) {
	cache, err := exec.Command("go", "env", "GOMODCACHE").Output()
	if err != nil {
		return request{}, fmt.Errorf("find the githubreceiver's sample: %w", err)
	}
	const module = "github.com/open-telemetry/opentelemetry-collector-contrib/receiver/githubreceiver"
	body, err := os.ReadFile(filepath.Join(strings.TrimSpace(string(cache)), module+"@"+versionOf(module), "testdata",
		"workflow-run-completed.json"))
	return fixed("/events", body, func(body []byte) map[string]string {
		header := signed(body)
		header["X-GitHub-Event"], header["Content-Type"], header["User-Agent"] = "workflow_run", "application/json", "GitHub-Hookshot/1"
		header["X-GitHub-Delivery"], header["X-GitHub-Hook-ID"] = "1", "1"
		return header
	}), err
}

// versionOf returns the version of a module that this program was built with.
func versionOf(module string) string {
	info, _ := debug.ReadBuildInfo()
	for _, d := range info.Deps {
		if d.Path == module {
			return d.Version
		}
	}
	return ""
}
