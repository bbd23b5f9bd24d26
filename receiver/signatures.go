// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package receiver

import (
	"context"
	"fmt"

	"go.uber.org/zap"

	"github.com/cxone-otel/cxonereceiver/internal/signature"
)

// useSignatures gives each callback its verifier. The keys are read with startKeys.
func (e *endpoint) useSignatures(cfg *SignatureConfig) error {
	if cfg == nil {
		return nil
	}
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

// startKeys reads the keys, and goes on reading them again. Without a usable key the receiver does not start.
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

// warnOfSignatures says once what an operator should know about the scheme.
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
		e.unsampled.Warn(warning, zap.String("scheme", cfg.Scheme))
	}
}
