// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package clientcert

import (
	"bytes"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// watched is a file's parsed content, read again at most once in an interval. Content is compared rather than time
// stamps: those of a Kubernetes secret's symbolic links do not tell.
type watched[T any] struct {
	path     string
	interval time.Duration
	once     bool // never read again
	parse    func([]byte) (T, error)

	looked time.Time
	raw    []byte
	value  T     // the last good one
	err    error // of the last look
}

// look reads the file where it is time to, and says whether what is in force changed.
func (w *watched[T]) look(now time.Time) (changed bool, err error) {
	if !w.looked.IsZero() && (w.once || now.Sub(w.looked) < w.interval) {
		return false, nil
	}
	w.looked = now
	failedBefore := w.err != nil
	raw, err := os.ReadFile(filepath.Clean(w.path))
	if err == nil && !failedBefore && w.raw != nil && bytes.Equal(raw, w.raw) {
		return false, nil
	}
	var value T
	if err == nil {
		value, err = w.parse(raw)
	}
	w.err = err
	if err != nil {
		return !failedBefore, fmt.Errorf("%s: %w", w.path, err)
	}
	w.raw, w.value = raw, value
	return true, nil
}

func parsePool(data []byte) (*x509.CertPool, error) {
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(data) {
		return nil, errors.New("there is no PEM certificate in it")
	}
	return pool, nil
}

// parseCRLs reads revocation lists in PEM, any number of them, or one in DER.
func parseCRLs(data []byte) ([]*x509.RevocationList, error) {
	var crls []*x509.RevocationList
	for rest := data; ; {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			break
		}
		if block.Type != "X509 CRL" {
			return nil, fmt.Errorf("it holds a PEM block %q where X509 CRL was expected", block.Type)
		}
		crl, err := x509.ParseRevocationList(block.Bytes)
		if err != nil {
			return nil, fmt.Errorf("it is no revocation list: %w", err)
		}
		crls = append(crls, crl)
	}
	if len(crls) > 0 {
		return crls, nil
	}
	crl, err := x509.ParseRevocationList(data)
	if err != nil {
		return nil, fmt.Errorf("it is no revocation list, neither in PEM nor in DER: %w", err)
	}
	return []*x509.RevocationList{crl}, nil
}
