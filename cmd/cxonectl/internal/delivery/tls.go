// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package delivery

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"os"
)

// TLSFiles name what a client needs besides what the system trusts.
type TLSFiles struct {
	// CA holds the CAs, PEM, that may have signed the server's certificate. Empty: those that the system trusts.
	CA string
	// Cert and Key are the client's own certificate, PEM, for mutual TLS.
	Cert, Key string
	// ServerName is the name that the server's certificate must have. Empty: the URL's host.
	ServerName string
}

// Config reads the files.
func (f TLSFiles) Config() (*tls.Config, error) {
	config := &tls.Config{MinVersion: tls.VersionTLS12, ServerName: f.ServerName}
	if f.CA != "" {
		text, err := os.ReadFile(f.CA)
		if err != nil {
			return nil, fmt.Errorf("--ca-file: %w", err)
		}
		config.RootCAs = x509.NewCertPool()
		if !config.RootCAs.AppendCertsFromPEM(text) {
			return nil, fmt.Errorf("--ca-file: %s has no certificate in PEM form (-----BEGIN CERTIFICATE-----)", f.CA)
		}
	}
	if (f.Cert == "") != (f.Key == "") {
		return nil, errors.New("--cert-file and --key-file belong together: the client's certificate and its private key")
	}
	if f.Cert != "" {
		certificate, err := tls.LoadX509KeyPair(f.Cert, f.Key)
		if err != nil {
			return nil, fmt.Errorf("--cert-file and --key-file: %w", err)
		}
		config.Certificates = []tls.Certificate{certificate}
	}
	return config, nil
}
