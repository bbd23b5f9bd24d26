// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package receiver

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/extension/extensionauth"
	"go.uber.org/zap"

	"github.com/cxone-otel/cxonereceiver/internal/signature"
	"github.com/cxone-otel/cxonereceiver/receiver/internal/clientcert"
	"github.com/cxone-otel/cxonereceiver/receiver/internal/payload"
	"github.com/cxone-otel/cxonereceiver/receiver/internal/translate"
)

// endpoint is the HTTP handler: it takes a request through the checks in their order, the cheap ones first, and answers.
type endpoint struct {
	cfg       *Config
	logger    *zap.Logger // for what senders cause
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

	budget   budget
	slots    atomic.Int64
	bodies   bodyReaders
	draining atomic.Bool
}

// callback is one data type's URL.
type callback struct {
	dataType     payload.DataType
	path         string
	signatureURL string
	want         translate.Signals
	decoders     decoderPool
	verifier     *signature.Verifier // nil without signatures
}

func newEndpoint(ctx context.Context, r *cxoneReceiver, host component.Host) (*endpoint, error) {
	e := &endpoint{
		cfg:       r.cfg,
		logger:    newSampledLogger(r.settings.Logger),
		unsampled: r.settings.Logger,
		telemetry: r.telemetry,
		encodings: strings.Join(r.cfg.CompressionAlgorithms, ", "),
		budget:    budget{limit: r.cfg.MaxInflightBytes},
	}
	var err error
	if e.callbacks, err = newCallbacks(r); err != nil {
		return nil, err
	}
	if e.deliverer, err = newDeliverer(r, e.callbacks, e.logger); err != nil {
		return nil, err
	}
	if r.cfg.requiresClientCertificate() {
		if e.certificates, err = clientcert.New(r.cfg.certificateSettings(), e.unsampled); err != nil {
			return nil, err
		}
	}
	if err = e.useSignatures(r.cfg.Signature.Get()); err != nil {
		return nil, fmt.Errorf("signature: %w", err)
	}
	if auth := r.cfg.Auth.Get(); auth != nil {
		if e.auth, err = auth.Config.GetServerAuthenticator(ctx, host.GetExtensions()); err != nil {
			return nil, fmt.Errorf("auth: %w", err)
		}
		e.authQuery = auth.RequestParameters
	}
	return e, nil
}

// clientRoots returns where the authorities of client certificates are found, nil without mutual TLS.
func (e *endpoint) clientRoots() func() *x509.CertPool {
	if e.certificates == nil {
		return nil
	}
	return e.certificates.Roots
}

// ServeHTTP answers a request.
func (e *endpoint) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c := e.callbackFor(r)
	a := e.answer(w, r, c)
	e.telemetry.countDelivery(c, a.outcome)
	a.write(w, e.cfg.RetryAfter)
}

// callbackFor returns the callback of a path, nil where there is none. Paths match exactly, as they were sent.
func (e *endpoint) callbackFor(r *http.Request) *callback {
	path := r.URL.EscapedPath()
	for _, c := range e.callbacks {
		if c.path == path {
			return c
		}
	}
	return nil
}

// answer takes a request through the checks, in the order that the answers' table of the README gives.
func (e *endpoint) answer(w http.ResponseWriter, r *http.Request, c *callback) answer {
	ctx, err := e.authenticate(r)
	if err != nil {
		e.refuse(r, c, refusal{reason: reasonServerAuth, err: err})
		return answerUnauthenticated
	}
	if c == nil {
		return answerNotFound
	}
	if r.Method != http.MethodPost {
		return answerMethod
	}
	if e.certificates != nil {
		if err := e.certificates.Check(r.TLS, time.Now()); err != nil {
			return e.refuseCertificate(r, c, err)
		}
	}
	held := share{budget: &e.budget}
	defer held.release()
	var attempt *signature.Attempt
	if c.verifier != nil {
		if attempt, err = c.verifier.Check(r, time.Now()); err != nil {
			e.captureUnread(w, r, &held, err)
			return e.refuseSignature(r, c, err)
		}
	}
	if r.ContentLength > e.cfg.MaxRequestBodySize {
		return answerTooLarge(e.cfg.MaxRequestBodySize)
	}
	body, problem := e.readBody(w, r, &held)
	if problem != nil {
		return *problem
	}
	defer putBuffer(body)

	if e.draining.Load() {
		return answerShuttingDown
	}
	if e.slots.Add(1) > int64(e.cfg.MaxConcurrentDeliveries) {
		e.slots.Add(-1)
		return answerBusy
	}
	defer e.slots.Add(-1)

	v := delivery{callback: c, sent: *body, body: *body, held: &held}
	if attempt != nil {
		if err := attempt.Verify(*body); err != nil {
			e.capture(r, *body, err)
			return e.refuseSignature(r, c, err)
		}
		v.consumer = attempt.Consumer()
	}
	if encoding := contentEncoding(r); encoding != "" {
		plain, problem := e.decompress(encoding, *body, &held)
		if problem != nil {
			return *problem
		}
		defer putBuffer(plain)
		v.body = *plain
	}
	// A sender that hangs up does not tear a delivery apart: the pipeline finishes it.
	return e.deliverer.deliver(context.WithoutCancel(ctx), v)
}

// authenticate asks the server-auth extension, where there is one.
func (e *endpoint) authenticate(r *http.Request) (context.Context, error) {
	if e.auth == nil {
		return r.Context(), nil
	}
	sources := r.Header
	if len(e.authQuery) > 0 {
		sources = r.Header.Clone()
		query := r.URL.Query()
		for _, name := range e.authQuery {
			if values, ok := query[name]; ok {
				sources[name] = values
			}
		}
	}
	return e.auth.Authenticate(r.Context(), sources)
}

// readBody reads the body as it travelled.
func (e *endpoint) readBody(w http.ResponseWriter, r *http.Request, held *share) (*[]byte, *answer) {
	controller := http.NewResponseController(w)
	e.bodies.begin(controller)
	body, err := readAll(r.Body, r.ContentLength, e.cfg.MaxRequestBodySize, held)
	undisturbed := e.bodies.end(controller)
	if err == nil {
		return body, nil
	}
	var tooLong *http.MaxBytesError
	var a answer
	switch {
	case errors.Is(err, errTooLarge) || errors.As(err, &tooLong):
		a = answerTooLarge(e.cfg.MaxRequestBodySize)
	case errors.Is(err, errBusy):
		e.bodies.shedSlow()
		a = answerBusy
	case e.draining.Load():
		a = answerShuttingDown
	case !undisturbed: // it had to give way
		a = answerBusy
	default:
		a = answerMalformed(fmt.Sprintf("the body did not arrive whole within read_timeout (%v)", e.cfg.ReadTimeout))
	}
	return nil, &a
}

// decompress undoes the Content-Encoding.
func (e *endpoint) decompress(encoding string, body []byte, held *share) (*[]byte, *answer) {
	var a answer
	if !slices.Contains(e.cfg.CompressionAlgorithms, encoding) {
		a = answerEncoding(e.encodings)
		return nil, &a
	}
	plain, err := decompress(encoding, body, e.cfg.MaxRequestBodySize, held)
	switch {
	case err == nil:
		return plain, nil
	case errors.Is(err, errTooLarge):
		a = answerTooLarge(e.cfg.MaxRequestBodySize)
	case errors.Is(err, errBusy):
		a = answerBusy
	default:
		a = answerMalformed("the body is not valid " + encoding)
	}
	return nil, &a
}
