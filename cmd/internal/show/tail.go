// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package show

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/pmetric"
	"go.opentelemetry.io/collector/pdata/ptrace"
)

// Tail reads the files of a collector's file exporters in a directory (metrics.jsonl, traces.jsonl and logs.jsonl). Each
// time it continues where it ended the last time. It is not safe for concurrent use.
type Tail struct {
	// Directory holds the files. They may not exist yet.
	Directory string

	read map[string]int64
}

// Read adds the new telemetry.
func (t *Tail) Read(into *Telemetry) error {
	return errors.Join(
		t.lines("metrics.jsonl", unmarshal(new(pmetric.JSONUnmarshaler).UnmarshalMetrics, into.AddMetrics)),
		t.lines("traces.jsonl", unmarshal(new(ptrace.JSONUnmarshaler).UnmarshalTraces, into.AddTraces)),
		t.lines("logs.jsonl", unmarshal(new(plog.JSONUnmarshaler).UnmarshalLogs, into.AddLogs)),
	)
}

// lines adds the new lines of a file that are complete. The last one may still be being written.
func (t *Tail) lines(name string, add func(line []byte) error) error {
	file, err := os.Open(filepath.Join(t.Directory, name)) //nolint:gosec // one of three names, in the caller's directory
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer file.Close()
	if t.read == nil {
		t.read = map[string]int64{}
	}
	if _, err = file.Seek(t.read[name], io.SeekStart); err != nil {
		return err
	}
	text, err := io.ReadAll(file)
	if err != nil {
		return err
	}
	for line := range bytes.Lines(text) {
		if !bytes.HasSuffix(line, []byte("\n")) {
			return nil
		}
		t.read[name] += int64(len(line))
		if err = add(line); err != nil {
			return fmt.Errorf("%s: %w", name, err)
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
