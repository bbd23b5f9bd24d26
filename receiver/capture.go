// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package receiver

import (
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/go-json-experiment/json/jsontext"
	"go.uber.org/zap"

	"github.com/cxone-otel/cxonereceiver/internal/capture"
)

const capturePattern = "rejected-*.http"

// captures writes requests whose signature was refused to files, for `cxonectl diagnose`: the vendor's scheme is not
// published. The files hold secrets, so that they are for their owner only, and few.
type captures struct {
	directory string
	maxFiles  int
	from      []netip.Prefix
	logger    *zap.Logger

	mu    sync.Mutex
	files int
}

// newCaptures makes the directory. It returns nil where nothing is to be captured.
func newCaptures(cfg *CaptureConfig, logger *zap.Logger) (*captures, error) {
	if cfg.Directory == "" {
		return nil, nil //nolint:nilnil // off
	}
	s := &captures{directory: cfg.Directory, maxFiles: cfg.MaxFiles, logger: logger}
	for _, network := range cfg.From {
		prefix, err := netip.ParsePrefix(network)
		if err != nil {
			return nil, fmt.Errorf("capture_rejected::from: %w", err)
		}
		s.from = append(s.from, prefix.Masked())
	}
	if err := os.MkdirAll(s.directory, 0o700); err != nil {
		return nil, fmt.Errorf("capture_rejected::directory: %w", err)
	}
	earlier, err := filepath.Glob(filepath.Join(s.directory, capturePattern))
	if err != nil {
		return nil, fmt.Errorf("capture_rejected::directory: %w", err)
	}
	s.files = len(earlier)
	return s, nil
}

// wants says whether a request of that address is still to be captured.
func (s *captures) wants(remote string) bool {
	if s == nil {
		return false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.files < s.maxFiles && s.isFrom(remote)
}

func (s *captures) isFrom(remote string) bool {
	if len(s.from) == 0 {
		return true
	}
	address, err := netip.ParseAddrPort(remote)
	if err != nil {
		return false
	}
	for _, prefix := range s.from {
		if prefix.Contains(address.Addr().Unmap()) {
			return true
		}
	}
	return false
}

// write writes a request to a file of its own, unless there are enough.
func (s *captures) write(r *http.Request, body []byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.files >= s.maxFiles {
		return nil
	}
	name := fmt.Sprintf("rejected-%s-%03d.http", time.Now().UTC().Format("20060102T150405.000000000"), s.files)
	file, err := os.OpenFile(filepath.Join(s.directory, name), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600) //nolint:gosec // the operator's directory
	if err != nil {
		return err
	}
	s.files++
	return errors.Join(capture.Write(file, r, body), file.Close())
}

// capture keeps a request whose signature was refused, where that is wanted and its body is JSON.
func (e *endpoint) capture(r *http.Request, body []byte, why error) {
	if !e.captures.wants(r.RemoteAddr) || !e.isJSON(r, body) {
		return
	}
	if err := e.captures.write(r, body); err != nil {
		e.logger.Error("cannot capture a refused request", zap.Error(err))
		return
	}
	e.logger.Info("captured a refused request for `cxonectl diagnose`; the file holds secrets",
		zap.String("directory", e.captures.directory), zap.NamedError("refused_because", why))
}

// captureUnread is capture for a request that was refused before its body was read.
func (e *endpoint) captureUnread(w http.ResponseWriter, r *http.Request, held *share, why error) {
	if !e.captures.wants(r.RemoteAddr) || r.ContentLength > e.cfg.MaxRequestBodySize {
		return
	}
	body, problem := e.readBody(w, r, held)
	if problem != nil {
		return
	}
	e.capture(r, *body, why)
	putBuffer(body)
}

func (e *endpoint) isJSON(r *http.Request, body []byte) bool {
	encoding := contentEncoding(r)
	if encoding == "" {
		return jsontext.Value(body).IsValid()
	}
	extra := share{budget: &e.budget}
	defer extra.release()
	plain, problem := e.decompress(encoding, body, &extra)
	if problem != nil {
		return false
	}
	defer putBuffer(plain)
	return jsontext.Value(*plain).IsValid()
}
