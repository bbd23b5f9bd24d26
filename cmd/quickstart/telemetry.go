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

	"github.com/cxone-otel/cxonereceiver/cmd/internal/demo"
	"github.com/cxone-otel/cxonereceiver/cmd/internal/show"
)

const (
	arrivalTimeout = 15 * time.Second
	flushInterval  = 200 * time.Millisecond // of the file exporters in the configuration
)

// gather reads the files until there is as much in them as expected, and a moment longer, to see what should not come. With it
// comes what the collector counted itself. The metrics over all calls come at an interval: the two must agree on them, and
// they are left out of the counts.
func gather(ctx context.Context, d *demo.Demo, expected counts) (*show.Telemetry, counts, error) {
	deadline := time.Now().Add(arrivalTimeout)
	for complete := false; ; {
		select {
		case <-time.After(2 * flushInterval):
		case <-ctx.Done():
			return nil, counts{}, ctx.Err()
		}
		own, err := ownCounts(ctx, d.Own)
		if err != nil {
			return nil, own, fmt.Errorf("read the collector's own metrics: %w", err)
		}
		t, err := readTelemetry(d.Directory)
		if err != nil || complete && own.points == t.AllPoints || time.Now().After(deadline) {
			own.points -= t.AllPoints - t.GaugePoints
			return t, own, err
		}
		complete = t.GaugePoints >= expected.points && len(t.Spans) >= expected.spans && len(t.Logs) >= expected.logs
	}
}

func readTelemetry(directory string) (*show.Telemetry, error) {
	t := &show.Telemetry{}
	return t, errors.Join(
		readLines(filepath.Join(directory, "metrics.jsonl"), unmarshal(new(pmetric.JSONUnmarshaler).UnmarshalMetrics, t.AddMetrics)),
		readLines(filepath.Join(directory, "traces.jsonl"), unmarshal(new(ptrace.JSONUnmarshaler).UnmarshalTraces, t.AddTraces)),
		readLines(filepath.Join(directory, "logs.jsonl"), unmarshal(new(plog.JSONUnmarshaler).UnmarshalLogs, t.AddLogs)),
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

// unmarshal reads a line of a file exporter, and adds it.
func unmarshal[T any](read func([]byte) (T, error), add func(T)) func([]byte) error {
	return func(line []byte) error {
		data, err := read(line)
		if err == nil {
			add(data)
		}
		return err
	}
}
