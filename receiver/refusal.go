// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package receiver

import (
	"errors"
	"net"
	"net/http"
	"regexp"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"github.com/cxone-otel/cxonereceiver/internal/nearest"
	"github.com/cxone-otel/cxonereceiver/internal/signature"
	"github.com/cxone-otel/cxonereceiver/receiver/internal/clientcert"
)

// refusal is the error of a request that is refused: the answer for the sender, and the cause for the operator.
type refusal struct {
	answer answer
	cause  error // nil where the answer's text is complete

	// What the request says of itself, unverified, where a signature was refused.
	consumer, keyVersion string
	hint                 func() string // nil where there is none
}

func (f *refusal) Error() string {
	if f.cause != nil {
		return f.cause.Error()
	}
	return f.answer.text
}

func (f *refusal) Unwrap() error { return f.cause }

// refuse makes a refusal of an answer.
func refuse(a answer, cause error) *refusal { return &refusal{answer: a, cause: cause} }

// refuseCertificate answers 401 if the certificate is not valid, and 403 if its owner may not deliver.
func refuseCertificate(err error) *refusal {
	var problem *clientcert.Error
	if !errors.As(err, &problem) {
		problem = &clientcert.Error{Reason: clientcert.ReasonBad}
	}
	if problem.Forbidden {
		return refuse(answerForbidden.because(problem.Reason), err)
	}
	return refuse(answerUnauthenticated.because(problem.Reason), err)
}

// refuseSignature answers 401, whatever the mistake is.
func refuseSignature(err error) *refusal {
	var problem *signature.Error
	if !errors.As(err, &problem) {
		problem = &signature.Error{Reason: signature.ReasonMalformed}
	}
	return &refusal{
		answer:     answerUnauthenticated.because(string(problem.Reason)),
		cause:      err,
		consumer:   problem.Consumer,
		keyVersion: problem.KeyVersion,
		hint:       problem.Hint,
	}
}

// report logs a refusal with what the operator needs to find its cause, and returns its answer. The line has no body,
// signature or secret. A failed authentication is also counted by its reason.
func (e *endpoint) report(r *http.Request, c *callback, err error) answer {
	var f *refusal
	if !errors.As(err, &f) {
		f = refuse(answerTryAgain, err)
	}
	a := f.answer
	fields := []zap.Field{
		zap.String("data_type", c.name()),
		zap.Int("status", a.status),
		zap.String("reason", a.reason),
		zap.String("answer", a.text),
		zap.String("remote_address", r.RemoteAddr),
	}
	if f.cause != nil {
		fields = append(fields, zap.Error(f.cause))
	}
	switch a.outcome {
	case unauthenticated, forbidden:
		e.telemetry.countAuthenticationFailure(c, a.reason)
		fields = append(fields, zap.String("path", quotedPath(r)))
	case notFound:
		fields = append(fields, zap.String("path", quotedPath(r)), zap.String("nearest_path", nearestPath(r.URL.EscapedPath(), e.callbacks)))
	case methodNotAllowed:
		fields = append(fields, zap.String("method", quoted(r.Method)), zap.String("path", c.path))
	default:
	}
	for _, said := range []struct{ key, text string }{
		{"consumer", quoted(f.consumer)}, {"key_version", quoted(f.keyVersion)},
	} {
		if said.text != "" {
			fields = append(fields, zap.String(said.key, said.text))
		}
	}
	if f.hint != nil {
		fields = append(fields, zap.Inline(lazyHint(f.hint)))
	}
	e.logger.Warn("refused a delivery: "+a.reason, fields...)
	return a
}

// lazyHint is computed only if its line is written: telling a wrong key from a wrong string costs as much as a
// verification.
type lazyHint func() string

// MarshalLogObject implements zapcore.ObjectMarshaler.
func (h lazyHint) MarshalLogObject(line zapcore.ObjectEncoder) error {
	if text := h(); text != "" {
		line.AddString("hint", text)
	}
	return nil
}

// reportUnseen logs and counts a request that the HTTP server refused by itself.
func (e *endpoint) reportUnseen(remote net.Addr) {
	e.telemetry.countDelivery(nil, malformed)
	e.logger.Warn("refused a delivery: "+reasonBadRequest, zap.String("data_type", dataTypeUnknown), zap.String("reason", reasonBadRequest),
		zap.Stringer("remote_address", remote),
		zap.String("hint", "it is not HTTP (https:// without tls here, http:// with it, a PROXY header), its headers are over 32 KiB, or "+
			"they never ended"))
}

// phoneNumber matches what may be a telephone number in a path: seven digits at least, with separators between them.
var phoneNumber = regexp.MustCompile(`[0-9](?:(?:%20|%2[dD]|[-._()])?[0-9]){6,}`)

// quotedPath returns a request's path for a log line. Only the last four digits of a telephone number are shown.
func quotedPath(r *http.Request) string {
	return quoted(phoneNumber.ReplaceAllStringFunc(r.URL.EscapedPath(), func(number string) string { return "****" + number[len(number)-4:] }))
}

// nearestPath returns the callback's path that is closest to a path.
func nearestPath(path string, callbacks []*callback) string {
	found, fewest := "", 0
	for _, c := range callbacks {
		if changes := nearest.Distance(path[:min(len(path), maxQuoted)], c.path); found == "" || changes < fewest {
			found, fewest = c.path, changes
		}
	}
	return found
}
