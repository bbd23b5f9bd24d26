// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package clientcert

import (
	"bytes"
	"crypto/x509"
	"encoding/asn1"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/cxone-otel/cxonereceiver/internal/pemfile"
)

// list is a revocation list. Its extensions say for which certificates it is complete (RFC 5280, section 5).
type list struct {
	*x509.RevocationList
	scope scope
	// isDelta says that the list has changes only. It is never complete.
	isDelta bool
	// problem is the reason why the list cannot be read as its issuer means it; "" if it can.
	problem string
}

// scope is a list's issuing distribution point. Apart from reasons, the zero value is the scope of a list for every
// certificate.
type scope struct {
	raw            string // as it is in the list: lists of one scope replace each other
	usersOnly      bool
	authorityOnly  bool
	attributesOnly bool
	reasons        reasonSet
	isPart         bool // only for certificates that name one of the points
	uris           []string
	directories    [][]byte // names in DER
}

// reasonSet has a bit for each reason for which a list revokes.
type reasonSet uint16

// allReasons are the flags 1 to 8 of RFC 5280, 5.2.5; flag 0 is unused.
const allReasons reasonSet = 0x1fe

var (
	oidReasonCode               = asn1.ObjectIdentifier{2, 5, 29, 21}
	oidInvalidityDate           = asn1.ObjectIdentifier{2, 5, 29, 24}
	oidCRLNumber                = asn1.ObjectIdentifier{2, 5, 29, 20}
	oidDeltaIndicator           = asn1.ObjectIdentifier{2, 5, 29, 27}
	oidIssuingDistributionPoint = asn1.ObjectIdentifier{2, 5, 29, 28}
	oidAuthorityKeyID           = asn1.ObjectIdentifier{2, 5, 29, 35}
)

// reasonRemoved is the reason code of a delta list's entry that ends a hold.
const reasonRemoved = 8

// parseLists reads revocation lists in PEM, any number of them, or one in DER.
func parseLists(data []byte) ([]*list, error) {
	if len(data) > 0 && data[0] == derSequence {
		l, err := parseList(data)
		if err != nil {
			return nil, err
		}
		return []*list{l}, nil
	}
	blocks, err := pemfile.Blocks(data, "X509 CRL")
	if err != nil {
		return nil, err
	}
	var lists []*list
	for i, block := range blocks {
		l, err := parseList(block.Bytes)
		if err != nil {
			return nil, fmt.Errorf("list %d in it: %w", i+1, err)
		}
		lists = append(lists, l)
	}
	return lists, nil
}

// derSequence is the first byte of a list in DER.
const derSequence = 0x30

func parseList(der []byte) (*list, error) {
	crl, err := x509.ParseRevocationList(der)
	if err != nil {
		return nil, fmt.Errorf("it is not a revocation list that can be read: %w", err)
	}
	l := &list{RevocationList: crl, scope: scope{reasons: allReasons}}
	for _, extension := range crl.Extensions {
		switch {
		case extension.Id.Equal(oidDeltaIndicator):
			l.isDelta = true
		case extension.Id.Equal(oidIssuingDistributionPoint):
			if l.scope, err = parseScope(extension.Value); err != nil {
				l.problem = err.Error()
			}
		case extension.Critical && !extension.Id.Equal(oidAuthorityKeyID) && !extension.Id.Equal(oidCRLNumber):
			l.problem = fmt.Sprintf("it has a critical extension, %s, that is not supported", extension.Id)
		}
	}
	for _, entry := range crl.RevokedCertificateEntries {
		for _, extension := range entry.Extensions {
			if extension.Critical && !extension.Id.Equal(oidReasonCode) && !extension.Id.Equal(oidInvalidityDate) {
				l.problem = fmt.Sprintf("an entry has a critical extension, %s, that is not supported", extension.Id)
			}
		}
	}
	return l, nil
}

// issuingDistributionPoint is the extension's ASN.1: RFC 5280, 5.2.5.
type issuingDistributionPoint struct {
	DistributionPoint          distributionPointName `asn1:"optional,tag:0"`
	OnlyContainsUserCerts      bool                  `asn1:"optional,tag:1"`
	OnlyContainsCACerts        bool                  `asn1:"optional,tag:2"`
	OnlySomeReasons            asn1.BitString        `asn1:"optional,tag:3"`
	IndirectCRL                bool                  `asn1:"optional,tag:4"`
	OnlyContainsAttributeCerts bool                  `asn1:"optional,tag:5"`
}

type distributionPointName struct {
	FullName     []asn1.RawValue `asn1:"optional,tag:0"`
	RelativeName asn1.RawValue   `asn1:"optional,tag:1"`
}

// tagDirectory is the tag of a general name that is a distinguished name.
const tagDirectory = 4

func parseScope(der []byte) (scope, error) {
	s := scope{raw: string(der), reasons: allReasons}
	var point issuingDistributionPoint
	if rest, err := asn1.Unmarshal(der, &point); err != nil || len(rest) > 0 {
		return s, errors.New("its issuing distribution point cannot be read")
	}
	s.usersOnly, s.authorityOnly, s.attributesOnly = point.OnlyContainsUserCerts, point.OnlyContainsCACerts, point.OnlyContainsAttributeCerts
	if point.IndirectCRL {
		return s, errors.New("it is an indirect list (it revokes other issuers' certificates), which is not supported")
	}
	if point.OnlySomeReasons.BitLength > 0 {
		s.reasons = 0
		for i := range min(point.OnlySomeReasons.BitLength, 16) {
			s.reasons |= reasonSet(point.OnlySomeReasons.At(i)) << i //nolint:gosec // a bit
		}
		s.reasons &= allReasons
	}
	if len(point.DistributionPoint.RelativeName.FullBytes) > 0 {
		return s, errors.New("its distribution point is relative to its issuer's name, which is not supported")
	}
	for _, name := range point.DistributionPoint.FullName {
		s.isPart = true
		switch name.Tag {
		case tagURI:
			s.uris = append(s.uris, string(name.Bytes))
		case tagDirectory:
			s.directories = append(s.directories, name.Bytes)
		}
	}
	return s, nil
}

// covers reports whether a revoked certificate would be on a list of this scope.
func (s *scope) covers(c *x509.Certificate) bool {
	isAuthority := c.BasicConstraintsValid && c.IsCA
	if s.attributesOnly || (s.usersOnly && isAuthority) || (s.authorityOnly && !isAuthority) {
		return false
	}
	if !s.isPart {
		return true
	}
	for _, point := range c.CRLDistributionPoints {
		if slices.Contains(s.uris, point) {
			return true
		}
	}
	// A certificate without points has its issuer's name as its point.
	return len(c.CRLDistributionPoints) == 0 &&
		slices.ContainsFunc(s.directories, func(name []byte) bool { return bytes.Equal(name, c.RawIssuer) })
}

// revokes reports whether a certificate is on the list.
func (l *list) revokes(c *x509.Certificate) bool {
	return slices.ContainsFunc(l.RevokedCertificateEntries, func(entry x509.RevocationListEntry) bool {
		return entry.SerialNumber.Cmp(c.SerialNumber) == 0 && (!l.isDelta || entry.ReasonCode != reasonRemoved)
	})
}

// isReplacedBy reports whether another list of the same issuer and scope, complete and valid now, is newer. The list's
// number decides (RFC 5280, 5.2.3). Between lists of the same number, or without one, the date decides. A delta list is
// replaced by the complete list of the same number.
func (l *list) isReplacedBy(other *list, now time.Time) bool {
	if other.isDelta || other.scope.raw != l.scope.raw || now.Before(other.ThisUpdate) {
		return false
	}
	if l.Number != nil && other.Number != nil {
		if order := other.Number.Cmp(l.Number); order != 0 || l.isDelta {
			return order >= 0
		}
	}
	return other.ThisUpdate.After(l.ThisUpdate)
}

// name tells lists apart in messages.
func (l *list) name() string {
	if l.Number == nil {
		return fmt.Sprintf("the revocation list of %.200q", l.Issuer.String())
	}
	return fmt.Sprintf("revocation list %s of %.200q", l.Number, l.Issuer.String())
}
