// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

// Package clientcert decides whether the owner of a client certificate may deliver.
//
// TLS has verified the certificate when the connection was made. That is not enough: a resumed session and a kept-alive
// connection outlive what was true then. So the certificate is checked again with each request, against the certificate
// authorities, the revocation list and the clock of that moment. The verdict on a certificate is kept until one of the
// files changes, so that the check costs a look-up.
package clientcert

import (
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"go.uber.org/zap"
)

// Settings say who may deliver, of those for whom a certificate authority vouches.
type Settings struct {
	// CAFile holds the certificate authorities, in PEM.
	CAFile string
	// CAReload says that CAFile is read again when it changes.
	CAReload bool
	// AllowedNames are common names, and DNS, URI, e-mail and IP SANs. Any one match is enough.
	AllowedNames []string
	// AllowedSPKI are hex SHA-256 digests of a certificate's SubjectPublicKeyInfo. Any one match is enough.
	AllowedSPKI []string
	// CRLFile holds certificate revocation lists, in PEM or DER; "" for none.
	CRLFile string
	// CRLInterval is how often CRLFile is looked at.
	CRLInterval time.Duration
}

// caInterval is how often the file of the certificate authorities is looked at.
const caInterval = time.Second

// Error is a refusal.
type Error struct {
	// Reason is the refusal's name in own telemetry.
	Reason string
	// Forbidden says that the certificate is valid and its owner may not deliver, or no longer.
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

// Reasons returns all of them.
func Reasons() []string {
	return []string{ReasonMissing, ReasonBad, ReasonRevoked, ReasonNotAllowed, ReasonUnavailable}
}

// Policy checks client certificates. It is safe for concurrent use.
type Policy struct {
	names map[string]bool
	spki  map[string]bool

	mu       sync.Mutex
	ca       watched[*x509.CertPool]
	crls     watched[[]*x509.RevocationList] // without a path where revocation is not checked
	verdicts map[string]verdict              // by the certificate's DER
	logger   *zap.Logger
}

// verdict is what is known of a certificate until a file changes or the time is over.
type verdict struct {
	err        *Error // nil where it may deliver
	from, till time.Time
}

// maxVerdicts bounds the verdicts that are kept. A certificate authority that is worth its name has not issued more.
const maxVerdicts = 4096

// New reads the files. A file that is missing or cannot be read is an error; a revocation list that has expired is not:
// it refuses everybody until it is renewed.
func New(s Settings, logger *zap.Logger) (*Policy, error) {
	p := &Policy{names: map[string]bool{}, spki: map[string]bool{}, verdicts: map[string]verdict{}, logger: logger}
	for _, name := range s.AllowedNames {
		p.names[strings.ToLower(name)] = true
	}
	for _, digest := range s.AllowedSPKI {
		p.spki[strings.ToLower(digest)] = true
	}
	p.ca = watched[*x509.CertPool]{path: s.CAFile, interval: caInterval, once: !s.CAReload, parse: parsePool}
	p.crls = watched[[]*x509.RevocationList]{path: s.CRLFile, interval: s.CRLInterval, parse: parseCRLs}
	now := time.Now()
	if _, err := p.ca.look(now); err != nil {
		return nil, fmt.Errorf("tls::client_ca_file: %w", err)
	}
	if p.checksRevocation() {
		if _, err := p.crls.look(now); err != nil {
			return nil, fmt.Errorf("client_certificate::crl_file: %w", err)
		}
	}
	return p, nil
}

func (p *Policy) checksRevocation() bool { return p.crls.path != "" }

// Check decides whether the client of a connection may deliver now. The error is nil, or an [*Error].
func (p *Policy) Check(state *tls.ConnectionState, now time.Time) error {
	if state == nil || len(state.PeerCertificates) == 0 {
		return &Error{Reason: ReasonMissing, Detail: "the client gave no certificate"}
	}
	leaf := state.PeerCertificates[0]
	p.mu.Lock()
	defer p.mu.Unlock()
	p.refresh(now)
	v, ok := p.verdicts[string(leaf.Raw)]
	if !ok || now.Before(v.from) || now.After(v.till) {
		v = p.judge(leaf, state.PeerCertificates[1:], now)
		if len(p.verdicts) >= maxVerdicts {
			clear(p.verdicts)
		}
		p.verdicts[string(leaf.Raw)] = v
	}
	if v.err != nil {
		return v.err
	}
	return nil
}

// refresh looks at the files where it is time to. Verdicts fall with a change.
func (p *Policy) refresh(now time.Time) {
	caChanged, err := p.ca.look(now)
	if err != nil {
		p.logger.Error("cannot read the certificate authorities again; the last good ones stay in force", zap.Error(err))
	}
	crlChanged := false
	if p.checksRevocation() {
		crlChanged, err = p.crls.look(now)
		if err != nil {
			p.logger.Error("cannot read the revocation list; every client certificate is refused until it can be", zap.Error(err))
		}
	}
	if caChanged || crlChanged {
		clear(p.verdicts)
	}
}

// judge verifies a certificate anew.
func (p *Policy) judge(leaf *x509.Certificate, others []*x509.Certificate, now time.Time) verdict {
	v := verdict{from: leaf.NotBefore, till: leaf.NotAfter}
	intermediates := x509.NewCertPool()
	for _, c := range others {
		intermediates.AddCert(c)
	}
	chains, err := leaf.Verify(x509.VerifyOptions{
		Roots:         p.ca.value,
		Intermediates: intermediates,
		CurrentTime:   now,
		KeyUsages:     []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
	})
	if err != nil {
		v.err = &Error{Reason: ReasonBad, Detail: "the client certificate no longer holds: " + err.Error()}
		v.till = now // look again: the clock may be what is wrong
		return v
	}
	for _, c := range chains[0] {
		v.till = earlier(v.till, c.NotAfter)
	}
	if p.checksRevocation() {
		if v.err = p.checkRevocation(chains[0], now, &v); v.err != nil {
			return v
		}
	}
	if !p.allows(leaf) {
		v.err = &Error{Reason: ReasonNotAllowed, Forbidden: true, Detail: fmt.Sprintf(
			"the client certificate %.200q is valid, but neither its names nor its key (spki_sha256 %s) are allowed", leaf.Subject.String(), SPKI(leaf))}
	}
	return v
}

// checkRevocation asks the list of each certificate's issuer. The leaf's issuer must have a list that is in force; above
// it, a list counts where there is one.
func (p *Policy) checkRevocation(chain []*x509.Certificate, now time.Time, v *verdict) *Error {
	for i, cert := range chain[:len(chain)-1] {
		crl, err := p.crlOf(chain[i+1], now)
		switch {
		case err != nil && i == 0:
			v.till = now // look again: a list may have been renewed
			return &Error{Reason: ReasonUnavailable, Forbidden: true, Detail: "refused, since revocation cannot be checked: " + err.Error()}
		case err != nil:
			continue
		}
		v.till = earlier(v.till, crl.NextUpdate)
		for _, revoked := range crl.RevokedCertificateEntries {
			if revoked.SerialNumber.Cmp(cert.SerialNumber) == 0 {
				return &Error{Reason: ReasonRevoked, Forbidden: true, Detail: fmt.Sprintf("the client certificate %.200q is revoked", cert.Subject.String())}
			}
		}
	}
	return nil
}

// crlOf returns the list of an issuer that is in force.
func (p *Policy) crlOf(issuer *x509.Certificate, now time.Time) (*x509.RevocationList, error) {
	if p.crls.err != nil {
		return nil, p.crls.err
	}
	problem := errors.New("no revocation list is from the certificate's issuer")
	for _, crl := range p.crls.value {
		switch {
		case crl.CheckSignatureFrom(issuer) != nil:
		case now.Before(crl.ThisUpdate):
			problem = fmt.Errorf("the revocation list is valid only from %s", crl.ThisUpdate)
		case crl.NextUpdate.IsZero() || now.After(crl.NextUpdate):
			problem = fmt.Errorf("the revocation list expired on %s", crl.NextUpdate)
		default:
			return crl, nil
		}
	}
	return nil, problem
}

// allows says whether a certificate is on a list, or there is none.
func (p *Policy) allows(leaf *x509.Certificate) bool {
	if len(p.names) == 0 && len(p.spki) == 0 {
		return true
	}
	if p.spki[SPKI(leaf)] {
		return true
	}
	for _, name := range namesOf(leaf) {
		if p.names[strings.ToLower(name)] {
			return true
		}
	}
	return false
}

// SPKI returns the hex SHA-256 of a certificate's SubjectPublicKeyInfo.
func SPKI(c *x509.Certificate) string {
	digest := sha256.Sum256(c.RawSubjectPublicKeyInfo)
	return hex.EncodeToString(digest[:])
}

func namesOf(c *x509.Certificate) []string {
	var names []string
	if c.Subject.CommonName != "" {
		names = append(names, c.Subject.CommonName)
	}
	names = append(names, c.DNSNames...)
	names = append(names, c.EmailAddresses...)
	for _, u := range c.URIs {
		names = append(names, u.String())
	}
	for _, ip := range c.IPAddresses {
		names = append(names, ip.String())
	}
	return names
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}
