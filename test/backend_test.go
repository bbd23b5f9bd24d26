// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package test

import (
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"
)

// The gRPC status codes that tests speak of.
const (
	grpcOK              = 0
	grpcInvalidArgument = 3
	grpcUnavailable     = 14
)

// backend speaks enough OTLP over gRPC for an exporter: it answers every export of a signal with a status code. It uses
// net/http and no gRPC library, so that the tests need none.
type backend struct {
	address string
	// metrics, traces and logs are the answers to the exports of a signal.
	metrics, traces, logs signalBackend
}

type signalBackend struct {
	code  atomic.Int32
	calls atomic.Int32
	// hold, if it is set, blocks exports until it is closed.
	hold atomic.Pointer[chan struct{}]
}

func newBackend(t testing.TB) *backend {
	t.Helper()
	b := &backend{}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	b.address = listener.Addr().String()
	var protocols http.Protocols
	protocols.SetUnencryptedHTTP2(true)
	server := &http.Server{Handler: b, Protocols: &protocols}
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(func() {
		b.release()
		_ = server.Close()
	})
	return b
}

// holdAll makes every export wait until release.
func (b *backend) holdAll() {
	for _, s := range b.signals() {
		hold := make(chan struct{})
		s.hold.Store(&hold)
	}
}

func (b *backend) release() {
	for _, s := range b.signals() {
		if hold := s.hold.Swap(nil); hold != nil {
			close(*hold)
		}
	}
}

// answerAll sets the code for every signal.
func (b *backend) answerAll(code int32) {
	for _, s := range b.signals() {
		s.code.Store(code)
	}
}

func (b *backend) signals() []*signalBackend { return []*signalBackend{&b.metrics, &b.traces, &b.logs} }

func (b *backend) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s := &b.logs
	switch {
	case strings.Contains(r.URL.Path, "TraceService"):
		s = &b.traces
	case strings.Contains(r.URL.Path, "MetricsService"):
		s = &b.metrics
	}
	_, _ = io.Copy(io.Discard, r.Body)
	s.calls.Add(1)
	if hold := s.hold.Load(); hold != nil {
		select {
		case <-*hold:
		case <-r.Context().Done():
			return
		}
	}
	w.Header().Set("Content-Type", "application/grpc")
	code := int(s.code.Load())
	if code == grpcOK {
		_, _ = w.Write([]byte{0, 0, 0, 0, 0}) // one message, uncompressed and empty
	}
	w.Header().Set(http.TrailerPrefix+"Grpc-Status", strconv.Itoa(code))
	w.Header().Set(http.TrailerPrefix+"Grpc-Message", "as the test says")
}

// toBackend is a whole configuration. All signals go to the backend at once, so that its answer is that of the pipeline.
// The receiver's keys are those of a flow mapping, each after a comma.
func toBackend(b *backend, receiverKeys string) string {
	return strings.NewReplacer("KEYS", receiverKeys, "BACKEND", b.address).Replace(`
receivers: {cxone: {endpoint: "127.0.0.1:${PORT}", retry_after: 7s KEYS}}
exporters:
  otlp: {endpoint: "BACKEND", tls: {insecure: true}, compression: none, sending_queue: {enabled: false}, retry_on_failure: {enabled: false}}
service:
  pipelines:
    metrics: {receivers: [cxone], exporters: [otlp]}
    traces: {receivers: [cxone], exporters: [otlp]}
    logs: {receivers: [cxone], exporters: [otlp]}
` + telemetryConfig)
}
