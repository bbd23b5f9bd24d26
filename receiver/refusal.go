// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package receiver

import (
	"errors"
	"net/http"

	"go.uber.org/zap"

	"github.com/cxone-otel/cxonereceiver/internal/signature"
	"github.com/cxone-otel/cxonereceiver/receiver/internal/clientcert"
)

// refusal is a delivery that is not authenticated. It is for the operator; the sender is told one constant text.
type refusal struct {
	reason     string
	err        error
	consumer   string // what the request says of itself, unverified
	keyVersion string
	hint       string
}

// refuseCertificate answers a certificate that does not hold with 401, and one whose owner may not deliver with 403.
func (e *endpoint) refuseCertificate(r *http.Request, c *callback, err error) answer {
	var problem *clientcert.Error
	if !errors.As(err, &problem) {
		problem = &clientcert.Error{Reason: clientcert.ReasonBad}
	}
	e.refuse(r, c, refusal{reason: problem.Reason, err: err})
	if problem.Forbidden {
		return answerForbidden
	}
	return answerUnauthenticated
}

// refuseSignature answers 401, whatever is wrong.
func (e *endpoint) refuseSignature(r *http.Request, c *callback, err error) answer {
	var problem *signature.Error
	if !errors.As(err, &problem) {
		problem = &signature.Error{Reason: signature.ReasonMalformed}
	}
	e.refuse(r, c, refusal{
		reason:     string(problem.Reason),
		err:        err,
		consumer:   problem.Consumer,
		keyVersion: problem.KeyVersion,
		hint:       problem.Hint(),
	})
	return answerUnauthenticated
}

// refuse counts an authentication failure and logs it, with what the operator needs to find its cause.
func (e *endpoint) refuse(r *http.Request, c *callback, f refusal) {
	e.telemetry.countAuthenticationFailure(c, f.reason)
	fields := []zap.Field{
		zap.String("reason", f.reason),
		zap.String("remote_address", r.RemoteAddr),
		zap.String("path", quoted(r.URL.EscapedPath())),
		zap.Error(f.err),
	}
	if f.consumer != "" {
		fields = append(fields, zap.String("consumer", quoted(f.consumer)))
	}
	if f.keyVersion != "" {
		fields = append(fields, zap.String("key_version", quoted(f.keyVersion)))
	}
	if f.hint != "" {
		fields = append(fields, zap.String("hint", f.hint))
	}
	e.logger.Warn("refused a delivery: "+f.reason, fields...)
}
