// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package clientcert

import (
	"crypto/x509"
	"fmt"
	"sync"
	"time"
)

// state is the content of the files at one time, with the verdicts that follow from it.
type state struct {
	roots      *x509.CertPool
	anchors    []*x509.Certificate // those of client_ca_file
	revocation *revocation         // nil if revocation is not checked

	mu       sync.Mutex
	verdicts map[string]verdict // by the certificate's DER
}

// verdict is the decision on a certificate, which holds until a time.
type verdict struct {
	err        *Error // nil if it may deliver
	from, till time.Time
}

// maxVerdicts bounds the verdicts that are kept. Few authorities issue as many certificates to clients.
const maxVerdicts = 4096

// verdictOn returns why the owner of a certificate, the first of those that were sent, may not deliver; nil if it may.
func (s *state) verdictOn(sent []*x509.Certificate, allowed allowList, now time.Time) *Error {
	leaf := sent[0]
	s.mu.Lock()
	v, ok := s.verdicts[string(leaf.Raw)]
	s.mu.Unlock()
	if ok && !now.Before(v.from) && !now.After(v.till) {
		return v.err
	}
	v = s.judge(leaf, sent[1:], allowed, now)
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.verdicts) >= maxVerdicts {
		clear(s.verdicts)
	}
	s.verdicts[string(leaf.Raw)] = v
	return v.err
}

// judge verifies a certificate.
func (s *state) judge(leaf *x509.Certificate, others []*x509.Certificate, allowed allowList, now time.Time) verdict {
	v := verdict{from: now, till: leaf.NotAfter}
	intermediates := x509.NewCertPool()
	for _, c := range others {
		intermediates.AddCert(c)
	}
	chains, err := leaf.Verify(x509.VerifyOptions{
		Roots:         s.roots,
		Intermediates: intermediates,
		CurrentTime:   now,
		KeyUsages:     []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
	})
	if err != nil {
		v.err = &Error{Reason: ReasonBad, Detail: "the client certificate no longer holds: " + err.Error()}
		v.till = now // look again: the clock may be wrong
		return v
	}
	if s.revocation != nil {
		if v.err = s.checkRevocation(chains, others, now, &v.till); v.err != nil {
			return v
		}
	}
	for _, c := range chains[0] {
		v.till = earlier(v.till, c.NotAfter)
	}
	if !allowed.allows(leaf) {
		v.err = &Error{Reason: ReasonNotAllowed, Forbidden: true, Detail: fmt.Sprintf(
			"the client certificate %.200q is valid, but neither its names nor its key (spki_sha256 %s) are allowed",
			leaf.Subject.String(), SPKI(leaf))}
	}
	return v
}

// checkRevocation accepts a certificate if it is revoked on none of its chains, and at least one chain can be checked.
func (s *state) checkRevocation(chains [][]*x509.Certificate, sent []*x509.Certificate, now time.Time, till *time.Time) *Error {
	var problem *Error
	isChecked := false
	for _, chain := range chains {
		err := s.revocation.check(chain, sent, now, till)
		switch {
		case err == nil:
			isChecked = true
		case err.Reason == ReasonRevoked:
			return err
		default:
			problem = err
		}
	}
	if isChecked {
		return nil
	}
	*till = now // look again: a list may have come into force
	return problem
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}
