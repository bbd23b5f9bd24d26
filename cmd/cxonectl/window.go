// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"go.opentelemetry.io/collector/config/confighttp"
	"go.opentelemetry.io/collector/config/confignet"
	"go.opentelemetry.io/collector/config/configoptional"
	"go.opentelemetry.io/collector/config/configtls"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/pmetric"
	"go.opentelemetry.io/collector/pdata/ptrace"
	"go.uber.org/zap"

	"github.com/cxone-otel/cxonereceiver/cmd/cxonectl/internal/standalone"
	"github.com/cxone-otel/cxonereceiver/cmd/internal/collectorconfig"
	"github.com/cxone-otel/cxonereceiver/cmd/internal/process"
	"github.com/cxone-otel/cxonereceiver/cmd/internal/show"
	"github.com/cxone-otel/cxonereceiver/receiver"
)

// window prints each request that comes, one after the other, and answers as the receiver does. The receiver itself runs
// behind it, on a free port and without authentication, which the window checks.
type window struct {
	page     *show.Page
	out      io.Writer
	flags    *judgeFlags
	receiver *collectorconfig.Receiver
	inner    string // the address of the receiver behind it
	stop     func(context.Context) error
	// client checks a client certificate.
	client func(*tls.ConnectionState) (status int, text string, why error)

	one  sync.Mutex // so that a request is printed as a whole
	mu   sync.Mutex // guards came
	came show.Telemetry
}

func newWindow(ctx context.Context, out io.Writer, flags *judgeFlags, r *collectorconfig.Receiver,
	client func(*tls.ConnectionState) (status int, text string, why error),
) (*window, error) {
	w := &window{page: show.NewPage(out), out: out, flags: flags, receiver: r, client: client}
	var err error
	if w.inner, err = process.FreeAddress(ctx); err != nil {
		return nil, err
	}
	inner := *r.Config
	inner.NetAddr = confignet.AddrConfig{Transport: confignet.TransportTypeTCP, Endpoint: w.inner}
	inner.TLS = configoptional.None[configtls.ServerConfig]()
	inner.Auth = configoptional.None[confighttp.AuthConfig]()
	inner.ClientCertificate = receiver.ClientCertificateConfig{}
	inner.Signature = configoptional.None[receiver.SignatureConfig]()
	inner.Aggregation = configoptional.None[receiver.AggregationConfig]()
	inner.AllowUnauthenticated, inner.ReplayWindow.Size = true, 0
	w.stop, err = standalone.Start(ctx, &inner, zap.NewNop(), standalone.Sink{
		Metrics: func(m pmetric.Metrics) { w.take(func(t *show.Telemetry) { t.AddMetrics(m) }) },
		Traces:  func(m ptrace.Traces) { w.take(func(t *show.Telemetry) { t.AddTraces(m) }) },
		Logs:    func(m plog.Logs) { w.take(func(t *show.Telemetry) { t.AddLogs(m) }) },
	})
	return w, err
}

func (w *window) close() error {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second) // the command's own context may have ended
	defer cancel()
	return w.stop(ctx)
}

func (w *window) take(add func(*show.Telemetry)) {
	w.mu.Lock()
	defer w.mu.Unlock()
	add(&w.came)
}

// taken returns the telemetry since the last call.
func (w *window) taken() *show.Telemetry {
	w.mu.Lock()
	defer w.mu.Unlock()
	came := w.came
	w.came = show.Telemetry{}
	return &came
}

// ServeHTTP implements http.Handler.
func (w *window) ServeHTTP(to http.ResponseWriter, r *http.Request) {
	// One byte more than the limit, so that the receiver itself finds the body too long.
	body, err := io.ReadAll(io.LimitReader(r.Body, w.receiver.MaxRequestBodySize+1))
	w.one.Lock()
	defer w.one.Unlock()
	w.page.Line("\n%s  %s %s, %s from %s", time.Now().Format(time.TimeOnly), r.Method, show.Clip(r.URL.Path, 60),
		plural(len(body), "byte", "bytes"), r.RemoteAddr)
	if err != nil {
		w.page.Line("  broke off: %v", err)
		return
	}
	w.page.Line("  headers: %s", show.Clip(strings.Join(slices.Sorted(maps.Keys(r.Header)), ", "), 400))
	refused, why := w.judge(r, body)
	status, header, answer, err := relay(r, body, w.inner)
	if err != nil {
		w.page.Line("  no answer: %v", err)
		to.WriteHeader(http.StatusServiceUnavailable)
		return
	}
	came := w.taken()
	if refused != 0 {
		w.page.Line("  answer: %d; of its content the receiver would say: %d %s", refused, status, show.Clip(string(answer), 200))
		status, answer = refused, fmt.Appendf(nil, "{\"error\": %q}\n", why)
		header = http.Header{"Content-Type": {"application/json"}}
	} else {
		w.page.Line("  answer: %d %s", status, show.Clip(string(answer), 200))
	}
	show.NewJourney(pcommon.TraceID{}, came.Spans).Print(w.page)
	for _, record := range came.Logs {
		show.PrintLog(w.page, record)
	}
	show.PrintPoints(w.page, came)
	maps.Copy(to.Header(), header)
	to.WriteHeader(status)
	_, _ = to.Write(answer) //nolint:gosec // the receiver's own JSON; the request was printed even if the sender does not wait
}

// judge checks the client's certificate, verifies the request's signature, and prints both. It returns the status of a
// request that is not authentic, and 0 for one that is. If there is nothing to verify with, the request is accepted.
func (w *window) judge(r *http.Request, body []byte) (refused int, text string) {
	if status, text, why := w.client(r.TLS); why != nil {
		w.page.Line("  client certificate: refused: %v", why)
		return status, text
	}
	const unauthenticated = "authentication failed"
	if w.receiver.Scheme() == nil && !w.flags.hasKey() {
		w.page.Line("  signature: not looked at; --config, or --public-key-file or --secret-file, says what to verify with")
		return 0, ""
	}
	config, verifier, err := w.flags.verifierFor(w.receiver, r)
	if err != nil {
		w.page.Line("  signature: %v", err)
		return http.StatusUnauthorized, unauthenticated
	}
	e := verifier.ExplainToOperator(r, body, time.Now())
	printVerdict(w.out, "  signature", &e)
	printExplanation(w.out, config, &e)
	if e.Refusal != nil {
		return http.StatusUnauthorized, unauthenticated
	}
	return 0, ""
}
