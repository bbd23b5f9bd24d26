// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package receiver

import (
	"bytes"
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

// captures writes requests whose signature was refused to files, for `cxonectl diagnose`: the vendor's scheme is not
// published. The files hold secrets, so they are few and only their owner can read them.
type captures struct {
	directory string
	maxFiles  int
	from      []netip.Prefix
	logger    *zap.Logger

	mu    sync.Mutex
	tries int // files that exist, and those that could not be written
}

// newCaptures makes the directory. It returns nil if nothing is to be captured.
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
		if prefix.Addr().Is4In6() && prefix.Bits() >= 96 { // addresses are compared as IPv4
			prefix = netip.PrefixFrom(prefix.Addr().Unmap(), prefix.Bits()-96)
		}
		s.from = append(s.from, prefix.Masked())
	}
	if err := s.openDirectory(); err != nil {
		return nil, fmt.Errorf("capture_rejected::directory: %w", err)
	}
	if s.tries >= s.maxFiles {
		s.warnFull()
	}
	return s, nil
}

// openDirectory makes the directory and counts its files. It refuses an existing one that everybody may write to.
func (s *captures) openDirectory() error {
	if err := os.MkdirAll(s.directory, 0o700); err != nil {
		return err
	}
	info, err := os.Stat(s.directory)
	if err != nil {
		return err
	}
	const writableByAll, writableByGroup = 0o002, 0o020
	switch mode := info.Mode().Perm(); {
	case mode&writableByAll != 0:
		return fmt.Errorf("everybody may write to %s (mode %#o), and captures hold secrets; `chmod 700` it, or name a directory below it, "+
			"which is then made", s.directory, mode)
	case mode&writableByGroup != 0 || ownedByAnother(info):
		s.logger.Warn("the directory for captures, which hold secrets, is writable by others than the collector's user; chmod 700 it",
			zap.String("directory", s.directory), zap.Stringer("mode", info.Mode()))
	}
	earlier, err := filepath.Glob(filepath.Join(s.directory, capture.Pattern))
	s.tries = len(earlier)
	return err
}

// wants reports whether a request from this address is still to be captured.
func (s *captures) wants(remote string) bool {
	if s == nil {
		return false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.tries < s.maxFiles && s.isFrom(remote)
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
		if prefix.Contains(address.Addr().Unmap().WithZone("")) {
			return true
		}
	}
	return false
}

// write writes a request to a file of its own. It reports false when there are enough files. A file that cannot be written
// counts too, or every request would try a full disk again.
func (s *captures) write(r *http.Request, body []byte) (written bool, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.tries >= s.maxFiles {
		return false, nil
	}
	s.tries++
	if s.tries == s.maxFiles {
		defer s.warnFull()
	}
	name := capture.FileName(time.Now(), s.tries)
	path := filepath.Join(s.directory, name)
	file, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600) //nolint:gosec // the operator's directory
	if err != nil {
		return false, err
	}
	return true, errors.Join(capture.Write(file, r, body), file.Close())
}

func (s *captures) warnFull() {
	s.logger.Warn("refused requests are not captured any more: there are max_files; move them away and restart the collector for more",
		zap.String("directory", s.directory), zap.Int("max_files", s.maxFiles))
}

// capture keeps a request whose signature was refused, if captures are on and the body may be JSON.
func (e *endpoint) capture(r *http.Request, body []byte, why error) {
	if !e.captures.wants(r.RemoteAddr) || !mayBeJSON(contentEncoding(r), body) {
		return
	}
	written, err := e.captures.write(r, body)
	if err != nil {
		e.logger.Error("cannot capture a refused request", zap.Error(err))
		return
	}
	if written {
		e.logger.Info("captured a refused request for `cxonectl diagnose`; the file holds secrets",
			zap.String("directory", e.captures.directory), zap.NamedError("refused_because", why))
	}
}

// captureUnread is capture for a request that was refused before its body was read.
func (e *endpoint) captureUnread(w http.ResponseWriter, r *http.Request, held *share, why error) {
	if !e.captures.wants(r.RemoteAddr) || r.ContentLength > e.cfg.MaxRequestBodySize {
		return
	}
	if body, err := e.readBody(w, r, held); err == nil {
		e.capture(r, body, why)
	}
}

// mayBeJSON reports whether a body is JSON. A compressed body passes without being opened, since nobody has vouched for it.
func mayBeJSON(encoding string, body []byte) bool {
	if encoding != "" {
		_, known := decompressors[encoding]
		return known
	}
	return jsontext.Value(bytes.TrimPrefix(body, []byte("\uFEFF"))).IsValid()
}
