// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

// Package clientcert decides whether the owner of a client certificate may deliver.
//
// TLS has verified the certificate when the connection was made. That is not enough: resumed sessions and kept-alive
// connections outlast a revocation. So each request checks the certificate again, against the certificate authorities, the
// revocation lists and the clock. Files are read in the background, and a request uses their last content, so that a file
// system that hangs stops no delivery. The verdict on a certificate is kept until one of the files changes, so that a check
// costs one look-up.
package clientcert

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"go.uber.org/zap"

	"github.com/cxone-otel/cxonereceiver/receiver/internal/watch"
)

// Settings decide which clients may deliver.
type Settings struct {
	// CAFile holds the certificate authorities, in PEM.
	CAFile string
	// CAReload says that CAFile is read again when it changes.
	CAReload bool
	// SystemCAs says that the system's certificate authorities count as well.
	SystemCAs bool
	// AllowedNames are common names, and DNS, URI, e-mail and IP SANs. Any one match is enough.
	AllowedNames []string
	// AllowedSPKI are hex SHA-256 digests of a certificate's SubjectPublicKeyInfo. Any one match is enough.
	AllowedSPKI []string
	// CRLFile holds certificate revocation lists, in PEM or DER; "" for none.
	CRLFile string
	// CRLInterval is how often CRLFile is checked for changes.
	CRLInterval time.Duration
}

// caInterval is how often the file of the certificate authorities is checked for changes.
const caInterval = time.Second

// Error says why a client may not deliver.
type Error struct {
	// Reason is the refusal's name in own telemetry.
	Reason string
	// Forbidden says that the certificate is valid, but its owner may not deliver.
	Forbidden bool
	// Detail is for the operator's log.
	Detail string
}

func (e *Error) Error() string { return e.Detail }

// The reasons.
const (
	ReasonMissing     = "missing_certificate"
	ReasonBad         = "bad_certificate"
	ReasonRevoked     = "revoked"
	ReasonNotAllowed  = "certificate_not_allowed"
	ReasonUnavailable = "crl_unavailable"
)

// Reasons returns all reasons.
func Reasons() []string {
	return []string{ReasonMissing, ReasonBad, ReasonRevoked, ReasonNotAllowed, ReasonUnavailable}
}

// Policy checks client certificates. It is safe for concurrent use.
type Policy struct {
	settings Settings
	allowed  allowList
	logger   *zap.Logger
	state    atomic.Pointer[state]

	changing sync.Mutex // held while the state is replaced
	ca       watch.File[[]*x509.Certificate]
	crl      watch.File[[]*list]
	stop     chan struct{}
	stopOnce sync.Once
}

// New reads the files. A file that is missing or cannot be read is an error. A revocation list that has expired is not: it
// refuses every client until it is renewed.
func New(s Settings, logger *zap.Logger) (*Policy, error) {
	p := &Policy{
		settings: s,
		allowed:  newAllowList(s.AllowedNames, s.AllowedSPKI),
		logger:   logger,
		ca:       watch.File[[]*x509.Certificate]{Path: s.CAFile, Parse: parseAuthorities},
		crl:      watch.File[[]*list]{Path: s.CRLFile, Parse: parseLists},
		stop:     make(chan struct{}),
	}
	p.state.Store(&state{})
	if err := p.lookAtCA(); err != nil {
		return nil, fmt.Errorf("tls::client_ca_file: %w", err)
	}
	if s.CRLFile != "" {
		if err := p.lookAtCRL(); err != nil {
			return nil, fmt.Errorf("client_certificate::crl_file: %w", err)
		}
	}
	return p, nil
}

// Start checks the files for changes until Shutdown.
func (p *Policy) Start() {
	if p.settings.CAReload {
		go watch.Every(caInterval, p.stop, p.lookAtCA)
	}
	if p.settings.CRLFile != "" {
		go watch.Every(p.settings.CRLInterval, p.stop, p.lookAtCRL)
	}
}

// Shutdown ends what Start began. It does not wait: a reading cannot be ended while the file system hangs.
func (p *Policy) Shutdown() { p.stopOnce.Do(func() { close(p.stop) }) }

// Check decides whether the client of a connection may deliver now. The error is nil, or an [*Error].
func (p *Policy) Check(connection *tls.ConnectionState, now time.Time) error {
	if connection == nil || len(connection.PeerCertificates) == 0 {
		return &Error{Reason: ReasonMissing, Detail: "the client gave no certificate"}
	}
	if err := p.state.Load().verdictOn(connection.PeerCertificates, p.allowed, now); err != nil {
		return err
	}
	return nil
}

// Roots returns the certificate authorities in force.
func (p *Policy) Roots() *x509.CertPool { return p.state.Load().roots }

// Expiry returns when the first of the certificate authorities expires, and the first of the revocation lists; the zero
// time if there are no lists.
func (p *Policy) Expiry() (authority, crl time.Time) {
	s := p.state.Load()
	for _, c := range s.anchors {
		if authority.IsZero() || c.NotAfter.Before(authority) {
			authority = c.NotAfter
		}
	}
	if s.revocation != nil {
		crl = s.revocation.expiry(time.Now())
	}
	return authority, crl
}

// lookAtCA reads the certificate authorities. If they cannot be read, the last good ones stay in force.
func (p *Policy) lookAtCA() error {
	anchors, isNew, err := p.ca.Look()
	if err != nil {
		if isNew {
			p.logger.Error("cannot read the certificate authorities again; the last good ones stay in force", zap.Error(err))
		}
		return err
	}
	if !isNew {
		return nil
	}
	roots := x509.NewCertPool()
	if p.settings.SystemCAs {
		if roots, err = x509.SystemCertPool(); err != nil {
			return err
		}
	}
	for _, c := range anchors {
		roots.AddCert(c)
		if err := ValidAt(c, time.Now()); err != nil {
			p.logger.Warn("a certificate authority is out of date: client certificates that it issued are refused",
				zap.String("client_ca_file", p.ca.Path), zap.Error(err))
		}
	}
	p.replace(func(s *state) { s.roots, s.anchors = roots, anchors })
	return nil
}

// lookAtCRL reads the revocation lists. If they cannot be read, no certificate is accepted.
func (p *Policy) lookAtCRL() error {
	lists, isNew, err := p.crl.Look()
	if !isNew {
		return err
	}
	if err != nil {
		p.logger.Error("cannot read the revocation lists; every client certificate is refused until they can be read", zap.Error(err))
	}
	s := p.replace(func(s *state) { s.revocation = &revocation{lists: lists, err: err} })
	for _, problem := range s.revocation.warnings(time.Now()) {
		p.logger.Warn("a revocation list is missing or cannot be used", zap.String("crl_file", p.crl.Path), zap.Error(problem))
	}
	return err
}

// replace puts a changed state in force, without the verdicts of the old one.
func (p *Policy) replace(change func(*state)) *state {
	p.changing.Lock()
	defer p.changing.Unlock()
	before := p.state.Load()
	next := &state{roots: before.roots, anchors: before.anchors, revocation: before.revocation, verdicts: map[string]verdict{}}
	change(next)
	if next.revocation != nil {
		next.revocation = &revocation{lists: next.revocation.lists, err: next.revocation.err, anchors: next.anchors}
	}
	p.state.Store(next)
	return next
}

// ValidAt returns why a certificate is not valid at a time, by its dates; nil if it is valid.
func ValidAt(c *x509.Certificate, now time.Time) error {
	switch {
	case now.Before(c.NotBefore):
		return fmt.Errorf("the certificate of %.200q is valid only from %s", c.Subject.String(), c.NotBefore.Format(time.RFC3339))
	case now.After(c.NotAfter):
		return fmt.Errorf("the certificate of %.200q expired on %s", c.Subject.String(), c.NotAfter.Format(time.RFC3339))
	default:
		return nil
	}
}
