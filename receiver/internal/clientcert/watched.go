// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package clientcert

import (
	"bytes"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/cxone-otel/cxonereceiver/internal/pemfile"
)

// maxFile bounds a file: a revocation list of a million entries has some 40 MB, and a wrong path can have no end.
const maxFile = 128 << 20

// retryInterval is how soon a file that could not be read is read again: it may have been caught while it was written.
const retryInterval = time.Second

// watched is a file that is read again and again. Content is compared rather than time stamps: those of a Kubernetes
// secret's symbolic links do not tell. It is used by one goroutine at a time.
type watched[T any] struct {
	path     string
	interval time.Duration
	parse    func([]byte) (T, error)

	raw []byte // of the last good one
	err error  // of the last look
}

// look reads the file, and reports whether there is anything new: another content, an error, or the end of one.
func (w *watched[T]) look() (value T, isNew bool, err error) {
	raw, err := readFile(w.path)
	if err == nil && w.err == nil && w.raw != nil && bytes.Equal(raw, w.raw) {
		return value, false, nil
	}
	if err == nil {
		value, err = w.parse(raw)
	}
	if err != nil {
		err = fmt.Errorf("%s: %w", w.path, err)
		isNew = w.err == nil || w.err.Error() != err.Error()
		w.err = err
		return value, isNew, err
	}
	w.raw, w.err = raw, nil
	return value, true, nil
}

// watch looks until stop is closed.
func (w *watched[T]) watch(stop <-chan struct{}, look func()) {
	for {
		wait := w.interval
		if w.err != nil {
			wait = min(wait, retryInterval)
		}
		select {
		case <-stop:
			return
		case <-time.After(wait):
			look()
		}
	}
}

func readFile(path string) ([]byte, error) {
	file, err := os.Open(filepath.Clean(path))
	if err != nil {
		return nil, errors.Unwrap(err) // the path stands in front of it
	}
	defer file.Close()
	data, err := io.ReadAll(io.LimitReader(file, maxFile+1))
	if err == nil && len(data) > maxFile {
		err = fmt.Errorf("it has more than %d MiB", maxFile>>20)
	}
	return data, err
}

// parseAuthorities reads the certificates of client_ca_file, of which one at least must be an authority's.
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
		return nil, fmt.Errorf("it holds no certificate authority's certificate, but that of %.200q (CA:FALSE); put the certificate of the authority "+
			"that issued it there, and name the client itself in client_certificate::allowed_subject_names or allowed_spki_sha256",
			certificates[0].Subject.String())
	}
	return certificates, nil
}

// isAuthority reports whether a certificate may issue others; before version 3 there was no mark of it.
func isAuthority(c *x509.Certificate) bool {
	return c.BasicConstraintsValid && c.IsCA || c.Version < 3
}
