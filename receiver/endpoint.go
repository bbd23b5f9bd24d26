// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package receiver

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/extension/extensionauth"
	"go.uber.org/zap"

	"github.com/cxone-otel/cxonereceiver/internal/signature"
	"github.com/cxone-otel/cxonereceiver/receiver/internal/clientcert"
	"github.com/cxone-otel/cxonereceiver/receiver/internal/replay"
)

// endpoint is the HTTP handler. It takes a request through the checks in their order, the cheap ones first, and answers it.
type endpoint struct {
	cfg       *Config
	logger    *zap.Logger // for lines that senders cause
	unsampled *zap.Logger
	telemetry *telemetry
	deliverer *deliverer

	callbacks []*callback
	auth      extensionauth.Server // nil without a server-auth extension
	authQuery []string             // query parameters that the extension sees as headers
	encodings string               // those supported, for the sender

	certificates *clientcert.Policy // nil without mutual TLS
	keyring      *signature.Keyring // nil without signatures
	captures     *captures          // nil unless refused requests are captured

	budget     *budget
	inPipeline atomic.Int64
	arrivals   arrivals
	draining   atomic.Bool
}

func newEndpoint(ctx context.Context, r *cxoneReceiver, host component.Host) (*endpoint, error) {
	e := &endpoint{
		cfg:       r.cfg,
		logger:    newLimitedLogger(r.settings.Logger),
		unsampled: r.settings.Logger,
		telemetry: r.telemetry,
		encodings: cmp.Or(strings.Join(r.cfg.CompressionAlgorithms, ", "), "identity"),
		budget:    newBudget(r.cfg.MaxInflightBytes),
	}
	var err error
	if e.callbacks, err = newCallbacks(r); err != nil {
		return nil, err
	}
	if e.deliverer, err = newDeliverer(r, e.callbacks, e.logger); err != nil {
		return nil, err
	}
	if err := e.useAuthentication(ctx, host); err != nil {
		return nil, err
	}
	return e, nil
}

// ServeHTTP answers a request.
func (e *endpoint) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if host := r.Header["Host"]; len(host) == 1 { // from hideHost
		delete(r.Header, "Host")
		defer func(constant string) { r.Host = constant }(r.Host)
		r.Host = host[0]
	}
	if r.ProtoMajor == 1 && len(r.TransferEncoding) > 0 {
		// A Content-Length beside it may be an attempt to smuggle a request in, after which the connection must end (RFC 9112,
		// section 6.1). net/http does not tell whether there was one.
		w.Header().Set("Connection", "close")
	}
	c := e.callbackFor(r)
	a, err := e.take(w, r, c)
	if err != nil {
		a = e.report(r, c, err)
	}
	e.telemetry.countDelivery(c, a.outcome)
	a.write(w, e.cfg.RetryAfter)
}

// callbackFor returns the callback of a path; nil if there is none. Paths match exactly, as they were sent.
func (e *endpoint) callbackFor(r *http.Request) *callback {
	path := r.URL.EscapedPath()
	for _, c := range e.callbacks {
		if c.path == path {
			return c
		}
	}
	return nil
}

// take takes a request through the checks, in the order of docs/answers.md. The error is a *refusal.
func (e *endpoint) take(w http.ResponseWriter, r *http.Request, c *callback) (answer, error) {
	ctx, err := e.askExtension(r)
	if err != nil {
		return answer{}, refuse(answerUnauthenticated.because(reasonServerAuth), err)
	}
	if c == nil {
		return answer{}, refuse(answerNotFound, nil)
	}
	if r.Method != http.MethodPost {
		return answer{}, refuse(answerMethod, nil)
	}
	if e.certificates != nil {
		if err := e.certificates.Check(r.TLS, time.Now()); err != nil {
			return answer{}, refuseCertificate(err)
		}
	}
	held := e.budget.newShare(r.ContentLength)
	defer held.release()
	var attempt *signature.Attempt
	if c.verifier != nil {
		if attempt, err = c.verifier.Check(r, time.Now()); err != nil {
			e.captureUnread(w, r, &held, err)
			return answer{}, refuseSignature(err)
		}
	}
	if r.ContentLength > e.cfg.MaxRequestBodySize {
		return answer{}, refuse(answerTooLarge(e.cfg.MaxRequestBodySize), nil)
	}
	body, err := e.readBody(w, r, &held)
	if err != nil {
		return answer{}, err
	}
	if e.draining.Load() {
		return answer{}, refuse(answerShuttingDown, nil)
	}
	if e.inPipeline.Add(1) > int64(e.cfg.MaxConcurrentDeliveries) {
		e.inPipeline.Add(-1)
		return answer{}, refuse(answerBusy.because(reasonTooMany), nil)
	}
	defer e.inPipeline.Add(-1)

	v := delivery{callback: c, body: body, held: &held}
	consumer := ""
	if attempt != nil {
		if err := attempt.Verify(body); err != nil {
			e.capture(r, body, err)
			return answer{}, refuseSignature(err)
		}
		consumer = attempt.Consumer()
	}
	if e.deliverer.memory != nil {
		v.key = replay.NewKey(consumer, c.path, body)
	}
	if encoding := contentEncoding(r); encoding != "" {
		if v.body, err = e.decompress(encoding, body, &held); err != nil {
			return answer{}, err
		}
	}
	a := e.deliverer.deliver(ctx, v)
	if a.status != http.StatusOK {
		return answer{}, refuse(a, nil)
	}
	return a, nil
}

// readBody reads the body as it was sent, still compressed.
func (e *endpoint) readBody(w http.ResponseWriter, r *http.Request, held *share) ([]byte, error) {
	arriving := e.arrivals.begin(w)
	body, err := readAll(r.Body, r.ContentLength, e.cfg.MaxRequestBodySize, func(n int64) bool {
		arriving.bytes.Add(n)
		return held.arrive(n)
	})
	undisturbed := e.arrivals.end(arriving)
	var tooLong *http.MaxBytesError
	switch {
	case err == nil:
		return body, nil
	case errors.Is(err, errTooLarge) || errors.As(err, &tooLong):
		return nil, refuse(answerTooLarge(e.cfg.MaxRequestBodySize), nil)
	case errors.Is(err, errBusy):
		e.arrivals.shedSlow()
		return nil, refuse(answerBusy.because(reasonNoRoom), nil)
	case e.draining.Load():
		return nil, refuse(answerShuttingDown, nil)
	case !undisturbed:
		return nil, refuse(answerBusy.because(reasonTooSlow), nil)
	default:
		text := "the body did not arrive whole: the sender ended it early, or its chunks are not as HTTP has them"
		if errors.Is(err, os.ErrDeadlineExceeded) {
			text = fmt.Sprintf("the body did not arrive whole within read_timeout (%v)", e.cfg.ReadTimeout)
		}
		return nil, refuse(answerMalformed(text).because(reasonIncomplete), nil)
	}
}

// decompress undoes the Content-Encoding.
func (e *endpoint) decompress(encoding string, body []byte, held *share) ([]byte, error) {
	if !slices.Contains(e.cfg.CompressionAlgorithms, encoding) {
		return nil, refuse(answerEncoding(e.encodings), nil)
	}
	plain, err := decompress(encoding, body, e.cfg.MaxRequestBodySize, held)
	switch {
	case err == nil:
		return plain, nil
	case errors.Is(err, errTooLarge):
		return nil, refuse(answerTooLarge(e.cfg.MaxRequestBodySize), nil)
	case errors.Is(err, errBusy):
		return nil, refuse(answerBusy.because(reasonNoRoom), nil)
	default:
		return nil, refuse(answerMalformed("the body is not valid "+encoding).because(reasonCompression), nil)
	}
}

// hideHost keeps the Host header out of the HTTP server's own metrics, where every Host would make new series. The endpoint
// sees the real one while it answers; the server makes its metrics afterwards.
func hideHost(next http.Handler, constant string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Header["Host"] = []string{r.Host} // net/http never leaves one there; client metadata is read from the headers
		r.Host = constant
		next.ServeHTTP(w, r)
	})
}
