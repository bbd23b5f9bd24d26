// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package receiver

import (
	"cmp"
	"context"
	"path/filepath"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
)

// credential names a certificate, a list or a key in own telemetry.
type credential struct{ kind, name string }

// credentialExpiries returns when each certificate, list and key that is in force expires.
func (r *cxoneReceiver) credentialExpiries() map[credential]time.Time {
	expiries := map[credential]time.Time{}
	if r.tls != nil {
		expiries[credential{"server_certificate", cmp.Or(fileName(r.tls.settings.CertFile), "cert_pem")}] = r.tls.expiry()
	}
	if policy := r.endpoint.certificates; policy != nil {
		authority, crl := policy.Expiry()
		expiries[credential{"client_ca", fileName(r.cfg.TLS.Get().ClientCAFile)}] = authority
		if !crl.IsZero() {
			expiries[credential{"crl", fileName(r.cfg.ClientCertificate.CRLFile)}] = crl
		}
	}
	if cfg := r.cfg.Signature.Get(); cfg != nil {
		for _, key := range cfg.Keys {
			expiry, err := time.Parse(time.RFC3339, key.NotAfter)
			if err != nil {
				continue // the key has no not_after
			}
			// Several consumers can have a key of the same version. The first to expire counts.
			c := credential{"key", key.Version}
			if known, ok := expiries[c]; !ok || expiry.Before(known) {
				expiries[c] = expiry
			}
		}
	}
	return expiries
}

func fileName(path string) string {
	if path == "" {
		return ""
	}
	return filepath.Base(path)
}

// observeCredentials reads the expiries whenever metrics are collected.
func (r *cxoneReceiver) observeCredentials() error {
	return r.telemetry.builder.RegisterReceiverCxoneCredentialExpiryTimeCallback(func(_ context.Context, o metric.Float64Observer) error {
		for c, expiry := range r.credentialExpiries() {
			o.Observe(float64(expiry.UnixNano())/1e9, metric.WithAttributes(attribute.String("kind", c.kind), attribute.String("name", c.name)))
		}
		return nil
	})
}
