// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package receiver

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"go.opentelemetry.io/collector/component"
	"go.uber.org/zap"

	"github.com/cxone-otel/cxonereceiver/internal/signature"
	"github.com/cxone-otel/cxonereceiver/receiver/internal/clientcert"
)

// useAuthentication sets up the configured methods: a server-auth extension, mutual TLS, signatures. startKeys reads the
// keys.
func (e *endpoint) useAuthentication(ctx context.Context, host component.Host) error {
	var err error
	if auth := e.cfg.Auth.Get(); auth != nil {
		//nolint:staticcheck // Config is embedded up to core v0.158 only
		if e.auth, err = auth.Config.GetServerAuthenticator(ctx, host.GetExtensions()); err != nil {
			return fmt.Errorf("auth: %w", err)
		}
		e.authQuery = auth.RequestParameters
	}
	if e.certificates, err = newCertificates(e.cfg, e.unsampled); err != nil {
		return err
	}
	if cfg := e.cfg.Signature.Get(); cfg != nil {
		if err = e.useSignatures(cfg); err != nil {
			return fmt.Errorf("signature: %w", err)
		}
	}
	return nil
}

// newCertificates reads the files that decide about client certificates. It returns nil without mutual TLS.
func newCertificates(cfg *Config, logger *zap.Logger) (*clientcert.Policy, error) {
	if !cfg.requiresClientCertificate() {
		return nil, nil //nolint:nilnil // off
	}
	return clientcert.New(cfg.certificateSettings(), logger)
}

// useSignatures gives each callback its verifier.
func (e *endpoint) useSignatures(cfg *SignatureConfig) error {
	var err error
	e.keyring, err = signature.NewKeyring(&cfg.Config, signature.KeyringOptions{
		Logger:   e.unsampled,
		OnReload: e.telemetry.countKeyReload,
	})
	if err != nil {
		return err
	}
	for _, c := range e.callbacks {
		c.verifier, err = signature.NewVerifier(&cfg.Config, e.keyring, signature.Callback{SignatureURL: c.signatureURL})
		if err != nil {
			return fmt.Errorf("%s: %w", c.dataType, err)
		}
	}
	e.captures, err = newCaptures(&cfg.CaptureRejected, e.unsampled)
	return err
}

// startKeys reads the keys, and then again at each refresh interval. Without a usable key the receiver does not start.
func (e *endpoint) startKeys() error {
	if e.keyring == nil {
		return nil
	}
	if err := e.keyring.Start(context.Background()); err != nil {
		return fmt.Errorf("signature: %w", err)
	}
	return nil
}

func (e *endpoint) stopKeys() {
	if e.keyring != nil {
		e.keyring.Shutdown()
	}
}

// askExtension asks the server-auth extension, if there is one.
func (e *endpoint) askExtension(r *http.Request) (context.Context, error) {
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

const noAuthentication = "none"

// authentication names the methods that are configured.
func (c *Config) authentication() string {
	var methods []string
	if c.Signature.HasValue() {
		methods = append(methods, "signature")
	}
	if c.requiresClientCertificate() {
		methods = append(methods, "mutual TLS")
	}
	if c.Auth.HasValue() {
		methods = append(methods, c.Auth.Get().Config.AuthenticatorID.String()) //nolint:staticcheck // as above
	}
	if len(methods) == 0 {
		return noAuthentication
	}
	return strings.Join(methods, " and ")
}

// warnOfSignatures logs, once, what an operator should know about the scheme.
func (e *endpoint) warnOfSignatures() {
	cfg := e.cfg.Signature.Get()
	if cfg == nil {
		return
	}
	var callbacks []signature.Callback
	for _, c := range e.callbacks {
		callbacks = append(callbacks, signature.Callback{SignatureURL: c.signatureURL})
	}
	for _, warning := range signature.Warnings(&cfg.Config, callbacks...) {
		fields := []zap.Field{zap.String("scheme", cfg.Scheme)}
		if parts, ok := strings.CutPrefix(warning, "signature does not cover: "); ok {
			fields = append(fields, zap.String("meaning", explainUncovered(strings.Split(parts, ", "))))
		}
		e.unsampled.Warn(warning, fields...)
	}
}

// uncovered explains what an attacker can do with a request whose signature leaves a part out.
var uncovered = map[string]string{
	"body":        "whoever sees one request can send any other body with its signature, as long as its timestamp is young enough",
	"url":         "a request to one callback can be sent to the other, where its content is refused",
	"method":      "only POST is taken, so that nothing is gained",
	"timestamp":   "a recorded request can be sent again at any time; within replay_window.ttl it is answered as a repeat",
	"key_version": "it only chooses the key, so that nothing is gained",
	"consumer_id": "a request can be sent again in the name of another consumer that has the same key",
	"nonce":       "it is not needed to recognise a repeat, so that nothing is gained",
}

func explainUncovered(parts []string) string {
	var said []string
	for _, part := range parts {
		if text, ok := uncovered[part]; ok {
			said = append(said, part+": "+text)
		}
	}
	return strings.Join(said, "; ")
}
