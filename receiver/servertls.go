// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package receiver

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"go.opentelemetry.io/collector/config/configtls"
	"go.uber.org/zap"

	"github.com/cxone-otel/cxonereceiver/internal/pemfile"
	"github.com/cxone-otel/cxonereceiver/receiver/internal/clientcert"
	"github.com/cxone-otel/cxonereceiver/receiver/internal/watch"
)

// serverTLS is the server's side of TLS. The collector's configtls makes it from the settings. configtls would also read
// changed files in the middle of a handshake, under a lock; here they are read in the background.
type serverTLS struct {
	settings    configtls.ServerConfig
	interval    time.Duration // between readings of the certificate; 0: it is read once
	logger      *zap.Logger
	base        *tls.Config
	certificate atomic.Pointer[tls.Certificate]
	problem     string             // of the last reading of the certificate, so that each problem is logged once
	clients     *clientcert.Policy // nil if no certificates are asked for

	stop     chan struct{}
	stopOnce sync.Once
}

const (
	protocolHTTP1 = "http/1.1"
	protocolHTTP2 = "h2"
)

func newServerTLS(settings configtls.ServerConfig, clients *clientcert.Policy, logger *zap.Logger) (*serverTLS, error) {
	s := &serverTLS{settings: settings, interval: settings.ReloadInterval, clients: clients, logger: logger, stop: make(chan struct{})}
	s.settings.ReloadInterval = 0
	s.settings.ClientCAFile, s.settings.ReloadClientCAFile = "", false // clients reads them
	var err error
	if s.base, err = s.load(); err != nil {
		return nil, err
	}
	s.base.NextProtos = []string{protocolHTTP2, protocolHTTP1}
	s.base.GetCertificate = func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return s.certificate.Load(), nil }
	s.base.GetConfigForClient = s.forClient
	if len(s.base.CipherSuites) == 0 {
		s.base.CipherSuites = defaultCipherSuites
	}
	if clients != nil {
		s.base.ClientAuth = tls.RequireAndVerifyClientCert
	}
	s.warn()
	s.warnOfCiphers()
	return s, nil
}

// load reads the certificate and its key, and uses them for new connections.
func (s *serverTLS) load() (*tls.Config, error) {
	if err := s.explainFiles(); err != nil {
		return nil, err
	}
	config, err := s.settings.LoadTLSConfig(context.Background())
	if err != nil {
		return nil, fmt.Errorf("tls: %w", err)
	}
	certificate, err := config.GetCertificate(nil)
	if err != nil {
		return nil, fmt.Errorf("tls: %w", err)
	}
	if certificate.Leaf == nil {
		if certificate.Leaf, err = x509.ParseCertificate(certificate.Certificate[0]); err != nil {
			return nil, fmt.Errorf("tls::cert_file: %w", err)
		}
	}
	s.certificate.Store(certificate)
	return config, nil
}

// explainFiles explains what is wrong with a file, more clearly than crypto/tls does.
func (s *serverTLS) explainFiles() error {
	if s.settings.TPMConfig.Enabled {
		return nil // whose key file has another form
	}
	for _, file := range []struct {
		key, path string
		types     []string
	}{
		{"cert_file", s.settings.CertFile, []string{"CERTIFICATE"}},
		{"key_file", s.settings.KeyFile, []string{"PRIVATE KEY", "EC PRIVATE KEY", "RSA PRIVATE KEY"}},
	} {
		if file.path == "" {
			continue
		}
		data, err := os.ReadFile(filepath.Clean(file.path))
		if err != nil {
			return fmt.Errorf("tls::%s: %w", file.key, err)
		}
		if _, err = pemfile.Blocks(data, file.types...); err != nil {
			return fmt.Errorf("tls::%s: %s: %w", file.key, file.path, err)
		}
	}
	return nil
}

// start checks the certificate for changes, until shutdown.
func (s *serverTLS) start() {
	if s.interval > 0 && s.settings.CertFile != "" {
		go watch.Every(s.interval, s.stop, s.reload)
	}
}

// shutdown does not wait: a reading cannot be ended while the file system hangs.
func (s *serverTLS) shutdown() { s.stopOnce.Do(func() { close(s.stop) }) }

func (s *serverTLS) reload() error {
	before := s.certificate.Load()
	if _, err := s.load(); err != nil {
		if s.problem != err.Error() {
			s.problem = err.Error()
			s.logger.Error("cannot read the server's certificate again; the last good one stays in force", zap.Error(err))
		}
		return err
	}
	s.problem = ""
	if !slices.EqualFunc(before.Certificate, s.certificate.Load().Certificate, bytes.Equal) {
		s.logger.Info("the server's certificate has changed",
			zap.String("subject", s.leaf().Subject.String()), zap.Time("expires", s.leaf().NotAfter))
		s.warn()
	}
	return nil
}

func (s *serverTLS) leaf() *x509.Certificate { return s.certificate.Load().Leaf }

// warn logs mistakes that keep clients from trusting the certificate.
func (s *serverTLS) warn() {
	if err := clientcert.ValidAt(s.leaf(), time.Now()); err != nil {
		s.logger.Warn("the server's certificate is not valid now, so that clients will not connect; renew cert_file and key_file of tls",
			zap.Error(err))
	}
}

// expiry returns when the first certificate of the server's chain expires.
func (s *serverTLS) expiry() time.Time {
	first := s.leaf().NotAfter
	for _, der := range s.certificate.Load().Certificate[1:] {
		if c, err := x509.ParseCertificate(der); err == nil && c.NotAfter.Before(first) {
			first = c.NotAfter
		}
	}
	return first
}

// forClient returns the settings for one connection.
func (s *serverTLS) forClient(hello *tls.ClientHelloInfo) (*tls.Config, error) {
	config := s.base.Clone()
	if s.clients != nil {
		config.ClientCAs = s.clients.Roots()
	}
	if !s.allowsHTTP2(hello) {
		config.NextProtos = []string{protocolHTTP1}
	}
	return config, nil
}
