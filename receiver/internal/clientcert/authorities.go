// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package clientcert

import (
	"crypto/x509"
	"fmt"

	"github.com/cxone-otel/cxonereceiver/internal/pemfile"
)

// parseAuthorities reads the certificates of client_ca_file. At least one must be an authority's.
func parseAuthorities(data []byte) ([]*x509.Certificate, error) {
	blocks, err := pemfile.Blocks(data, "CERTIFICATE")
	if err != nil {
		return nil, err
	}
	var certificates []*x509.Certificate
	hasAuthority := false
	for i, block := range blocks {
		c, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return nil, fmt.Errorf("certificate %d in it cannot be read: %w", i+1, err)
		}
		hasAuthority = hasAuthority || isAuthority(c)
		certificates = append(certificates, c)
	}
	if !hasAuthority {
		return nil, fmt.Errorf("it holds no certificate authority's certificate, but that of %.200q (CA:FALSE); put the certificate of "+
			"the authority that issued it there, and name the client itself in client_certificate::allowed_subject_names or allowed_spki_sha256",
			certificates[0].Subject.String())
	}
	return certificates, nil
}

// isAuthority reports whether a certificate may issue others. Certificates before version 3 do not say.
func isAuthority(c *x509.Certificate) bool {
	return c.BasicConstraintsValid && c.IsCA || c.Version < 3
}
