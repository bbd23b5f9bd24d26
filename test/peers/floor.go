// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"hash"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"

	"github.com/go-json-experiment/json/jsontext"
	"go.opentelemetry.io/collector/consumer"
)

// floor does the least that any receiver must do for a delivery: it reads the body, verifies the HMAC, reads the JSON once,
// builds the telemetry, passes it to the pipelines, and answers. It keeps nothing of a record: the telemetry is built from
// constants. It has no own telemetry, no memory of deliveries, no limits, and no checks of the content.
type floor struct {
	metrics consumer.Metrics // nil where there are none
	traces  consumer.Traces
	logs    consumer.Logs
	builder *builder
	walkers sync.Pool
	macs    sync.Pool
}

func newFloor(
	ctx context.Context, delivery request, metrics consumer.Metrics, traces consumer.Traces, logs consumer.Logs,
) (*floor, error) {
	b, err := newBuilder(ctx, delivery)
	if err != nil {
		return nil, err
	}
	return &floor{
		metrics: metrics, traces: traces, logs: logs, builder: b,
		walkers: sync.Pool{New: func() any { return new(walker) }},
		macs:    sync.Pool{New: func() any { return hmac.New(sha256.New, []byte(secret)) }},
	}, nil
}

func (f *floor) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body := make([]byte, r.ContentLength)
	if _, err := io.ReadFull(r.Body, body); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	if !f.verify(r.Header.Get("X-Hub-Signature-256"), body) {
		http.Error(w, "authentication failed", http.StatusUnauthorized)
		return
	}
	records, err := f.walk(body)
	if err == nil {
		err = f.consume(r.Context(), records)
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	w.Header()["Content-Type"] = []string{"application/json"}
	answer := append(make([]byte, 0, 32), `{"accepted": `...)
	_, _ = w.Write(append(strconv.AppendInt(answer, int64(records), 10), "}\n"...)) //nolint:gosec // a number
}

func (f *floor) verify(header string, body []byte) bool {
	var given, made [sha256.Size]byte
	if n, err := hex.Decode(given[:], []byte(strings.TrimPrefix(header, "sha256="))); err != nil || n != len(given) {
		return false
	}
	mac := f.macs.Get().(hash.Hash)
	defer f.macs.Put(mac)
	mac.Reset()
	mac.Write(body)
	return hmac.Equal(mac.Sum(made[:0]), given[:])
}

// consume builds the telemetry of this many records, and passes it to the pipelines.
func (f *floor) consume(ctx context.Context, records int) error {
	t := f.builder.build(records)
	if f.builder.figures != nil {
		if err := f.metrics.ConsumeMetrics(ctx, t.metrics); err != nil {
			return err
		}
	}
	if err := f.traces.ConsumeTraces(ctx, t.traces); err != nil {
		return err
	}
	return f.logs.ConsumeLogs(ctx, t.logs)
}

func (f *floor) walk(body []byte) (records int, err error) {
	w := f.walkers.Get().(*walker)
	defer f.walkers.Put(w)
	return w.walk(body)
}

// walker reads bodies, and counts their records.
type walker struct {
	buffer bytes.Buffer
	json   jsontext.Decoder
	inner  []byte // the records of an envelope, without the escapes
}

// walk reads an array of records, or an envelope whose metadata holds one as a string.
func (w *walker) walk(body []byte) (records int, err error) {
	w.open(body)
	if w.json.PeekKind() == '{' {
		if err = w.object(); err != nil {
			return 0, err
		}
		w.open(w.inner)
	}
	if _, err = w.json.ReadToken(); err != nil {
		return 0, err
	}
	for w.json.PeekKind() != ']' {
		if err = w.object(); err != nil {
			return 0, err
		}
		records++
	}
	if _, err = w.json.ReadToken(); err != nil {
		return 0, err
	}
	if _, err = w.json.ReadToken(); err == io.EOF { //nolint:errorlint // never wrapped
		return records, nil
	}
	return 0, errors.New("more follows the records")
}

func (w *walker) open(text []byte) {
	w.buffer = *bytes.NewBuffer(text)
	w.json.Reset(&w.buffer, jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
}

// object reads an object, and decodes the escapes of its metadata.
func (w *walker) object() error {
	if _, err := w.json.ReadToken(); err != nil {
		return err
	}
	for w.json.PeekKind() != '}' {
		name, err := w.json.ReadValue()
		if err != nil {
			return err
		}
		isMetadata := string(name) == `"metadata"`
		value, err := w.json.ReadValue()
		if err != nil {
			return err
		}
		if isMetadata {
			w.inner, _ = jsontext.AppendUnquote(w.inner[:0], value)
		}
	}
	_, err := w.json.ReadToken()
	return err
}
