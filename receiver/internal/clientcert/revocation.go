// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package clientcert

import (
	"bytes"
	"crypto/x509"
	"fmt"
	"slices"
	"time"
)

// revocation reports whether certificates are revoked, by the lists that were read. It fails closed: a certificate counts
// as revoked unless the lists show that it is not.
type revocation struct {
	lists   []*list
	err     error // the file cannot be read, so every certificate is refused
	anchors []*x509.Certificate
}

// check looks up every certificate of a chain, from the leaf to the trusted certificate authority. It lowers until to the
// time at which the answer can change.
func (r *revocation) check(chain, presented []*x509.Certificate, now time.Time, until *time.Time) *Error {
	if r.err != nil {
		return unavailable(r.err)
	}
	chain = r.upwards(chain, presented)
	if len(chain) == 1 {
		return unavailable(fmt.Errorf("its issuer %.200q is neither in client_ca_file nor sent along", chain[0].Issuer.String()))
	}
	for i, cert := range chain[:len(chain)-1] {
		if err := r.ask(cert, chain[i+1], now, until); err != nil {
			return err
		}
	}
	return nil
}

// upwards returns a chain with the authorities of client_ca_file above its end, since these can revoke an authority that is
// trusted by itself. A leaf that is in the file is a chain of its own.
func (r *revocation) upwards(chain, presented []*x509.Certificate) []*x509.Certificate {
	all := slices.Clone(chain)
	if len(all) == 1 {
		all = r.appendIssuer(all, slices.Concat(r.anchors, presented))
	}
	for len(all) > 1 && len(all) < maxChain {
		before := len(all)
		if top := all[before-1]; bytes.Equal(top.RawIssuer, top.RawSubject) {
			break
		}
		if all = r.appendIssuer(all, r.anchors); len(all) == before {
			break
		}
	}
	return all
}

// maxChain bounds the authorities above a chain, since certificates can vouch for one another.
const maxChain = 16

// appendIssuer appends the issuer of the last certificate of a chain. A self-signed certificate is its own issuer.
func (r *revocation) appendIssuer(chain, candidates []*x509.Certificate) []*x509.Certificate {
	top := chain[len(chain)-1]
	for _, c := range candidates {
		if bytes.Equal(c.RawSubject, top.RawIssuer) && top.CheckSignatureFrom(c) == nil {
			return append(chain, c)
		}
	}
	return chain
}

// ask looks a certificate up in the lists of its issuer. The entries of every list count, unless a newer list replaces it.
// The lists in force must together be complete for the certificate.
func (r *revocation) ask(cert, issuer *x509.Certificate, now time.Time, until *time.Time) *Error {
	var lists []*list
	for _, l := range r.lists {
		if bytes.Equal(l.RawIssuer, issuer.RawSubject) && l.CheckSignatureFrom(issuer) == nil {
			lists = append(lists, l)
		}
	}
	problem := fmt.Errorf("crl_file holds no revocation list of its issuer %.200q", issuer.Subject.String())
	if len(lists) > 0 {
		problem = fmt.Errorf("no revocation list of its issuer %.200q is complete for it: "+
			"each is for other certificates, or for some reasons only", issuer.Subject.String())
	}
	var covered reasonSet
	isReadable := true
	for _, l := range lists {
		if now.Before(l.ThisUpdate) {
			*until = earlier(*until, l.ThisUpdate)
		}
		isReplaced := slices.ContainsFunc(lists, func(other *list) bool { return l.isReplacedBy(other, now) })
		if isReplaced || (l.problem == "" && !l.scope.covers(cert)) {
			continue
		}
		if l.revokes(cert) {
			return &Error{
				Reason: ReasonRevoked, Forbidden: true,
				Detail: fmt.Sprintf("the certificate %.200q is revoked by %s", cert.Subject.String(), l.name()),
			}
		}
		if err := l.inForce(now); err != nil {
			if isReadable {
				problem, isReadable = err, l.problem == ""
			}
			continue
		}
		covered |= l.scope.reasons
		*until = earlier(*until, l.NextUpdate)
	}
	if covered != allReasons || !isReadable {
		return unavailable(problem)
	}
	return nil
}

// inForce returns why a list proves nothing about certificates that are not on it; nil if it does.
func (l *list) inForce(now time.Time) error {
	switch {
	case l.problem != "":
		return fmt.Errorf("%s cannot be used: %s", l.name(), l.problem)
	case l.isDelta:
		return fmt.Errorf("%s is a delta list, which holds changes only; the complete list is needed as well", l.name())
	case now.Before(l.ThisUpdate):
		return fmt.Errorf("%s is valid only from %s", l.name(), l.ThisUpdate.Format(time.RFC3339))
	case l.NextUpdate.IsZero():
		return fmt.Errorf("%s does not say until when it is valid", l.name())
	case now.After(l.NextUpdate):
		return fmt.Errorf("%s expired on %s", l.name(), l.NextUpdate.Format(time.RFC3339))
	default:
		return nil
	}
}

func unavailable(err error) *Error {
	return &Error{
		Reason: ReasonUnavailable, Forbidden: true,
		Detail: "revocation of the client certificate cannot be checked, so it is refused: " + err.Error(),
	}
}

// current returns the lists that no other list replaces.
func (r *revocation) current(now time.Time) []*list {
	var current []*list
	for _, l := range r.lists {
		if !slices.ContainsFunc(r.lists, func(other *list) bool {
			return bytes.Equal(other.RawIssuer, l.RawIssuer) && l.isReplacedBy(other, now)
		}) {
			current = append(current, l)
		}
	}
	return current
}

// expiry returns when the first of the complete lists expires; the zero time if there are none.
func (r *revocation) expiry(now time.Time) time.Time {
	var first time.Time
	for _, l := range r.current(now) {
		if !l.isDelta && !l.scope.attributesOnly && (first.IsZero() || l.NextUpdate.Before(first)) {
			first = l.NextUpdate
		}
	}
	return first
}

// warnings returns the reasons for which certificates are refused, whichever client shows them.
func (r *revocation) warnings(now time.Time) []error {
	var problems []error
	isListed := map[string]bool{}
	for _, l := range r.current(now) {
		if l.isDelta && l.problem == "" {
			continue
		}
		isListed[string(l.RawIssuer)] = true
		if err := l.inForce(now); err != nil {
			problems = append(problems, err)
		}
	}
	for _, authority := range r.anchors {
		if authority.IsCA && !isListed[string(authority.RawSubject)] {
			problems = append(problems, fmt.Errorf("crl_file holds no complete revocation list of %.200q: "+
				"every certificate that it issued is refused", authority.Subject.String()))
		}
	}
	return problems
}
