// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/pmetric"
	"go.opentelemetry.io/collector/pdata/ptrace"
)

// telemetry is what came out of the collector, as its file exporters wrote it.
type telemetry struct {
	metrics []pmetric.Metric
	spans   []ptrace.Span
	logs    []plog.LogRecord
	counts  counts
}

const (
	arrivalTimeout = 15 * time.Second
	flushInterval  = 200 * time.Millisecond // of the file exporters in the configuration
)

// gather reads the files until there is as much in them as expected, and a moment longer, to see what should not come.
func gather(ctx context.Context, directory string, expected counts) (*telemetry, error) {
	deadline := time.Now().Add(arrivalTimeout)
	for complete := false; ; {
		select {
		case <-time.After(2 * flushInterval):
		case <-ctx.Done():
			return nil, ctx.Err()
		}
		t, err := readTelemetry(directory)
		if err != nil || complete || time.Now().After(deadline) {
			return t, err
		}
		complete = t.counts.points >= expected.points && t.counts.spans >= expected.spans && t.counts.logs >= expected.logs
	}
}

func readTelemetry(directory string) (*telemetry, error) {
	t := &telemetry{}
	return t, errors.Join(
		readLines(filepath.Join(directory, "metrics.jsonl"), t.addMetrics),
		readLines(filepath.Join(directory, "traces.jsonl"), t.addTraces),
		readLines(filepath.Join(directory, "logs.jsonl"), t.addLogs),
	)
}

// readLines hands over a file's complete lines; the last one may still be being written.
func readLines(file string, add func(line []byte) error) error {
	text, err := os.ReadFile(file) //nolint:gosec // in a directory of our own
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	for line := range bytes.Lines(text) {
		if !bytes.HasSuffix(line, []byte("\n")) {
			return nil
		}
		if err = add(line); err != nil {
			return fmt.Errorf("%s: %w", filepath.Base(file), err)
		}
	}
	return nil
}

func (t *telemetry) addMetrics(line []byte) error {
	metrics, err := new(pmetric.JSONUnmarshaler).UnmarshalMetrics(line)
	if err != nil {
		return err
	}
	for _, resource := range metrics.ResourceMetrics().All() {
		for _, scope := range resource.ScopeMetrics().All() {
			for _, metric := range scope.Metrics().All() {
				t.metrics = append(t.metrics, metric)
			}
		}
	}
	t.counts.points += metrics.DataPointCount()
	return nil
}

func (t *telemetry) addTraces(line []byte) error {
	traces, err := new(ptrace.JSONUnmarshaler).UnmarshalTraces(line)
	if err != nil {
		return err
	}
	for _, resource := range traces.ResourceSpans().All() {
		for _, scope := range resource.ScopeSpans().All() {
			for _, span := range scope.Spans().All() {
				t.spans = append(t.spans, span)
			}
		}
	}
	t.counts.spans += traces.SpanCount()
	return nil
}

func (t *telemetry) addLogs(line []byte) error {
	logs, err := new(plog.JSONUnmarshaler).UnmarshalLogs(line)
	if err != nil {
		return err
	}
	for _, resource := range logs.ResourceLogs().All() {
		for _, scope := range resource.ScopeLogs().All() {
			for _, record := range scope.LogRecords().All() {
				t.logs = append(t.logs, record)
			}
		}
	}
	t.counts.logs += logs.LogRecordCount()
	return nil
}
