// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package clientcert

import (
	"crypto/x509"
	"encoding/asn1"
	"encoding/pem"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// FuzzLists reads files of revocation lists and looks certificates up in them. Nothing may panic, and only a list in force
// of the certificate's own issuer may let a certificate through.
func FuzzLists(f *testing.F) {
	files, err := filepath.Glob(filepath.Join("testdata", "*.crl.pem"))
	require.NoError(f, err)
	for _, file := range files {
		data, err := os.ReadFile(file)
		require.NoError(f, err)
		f.Add(data)
		block, _ := pem.Decode(data)
		f.Add(block.Bytes)
	}
	read := func(name string) *x509.Certificate {
		data, err := os.ReadFile(filepath.Join("testdata", name))
		require.NoError(f, err)
		block, _ := pem.Decode(data)
		c, err := x509.ParseCertificate(block.Bytes)
		require.NoError(f, err)
		return c
	}
	ca, revoked := read("ca.pem"), read("revoked.pem")
	later := time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, data []byte) {
		lists, err := parseLists(data)
		if err != nil {
			return
		}
		r := &revocation{lists: lists, anchors: []*x509.Certificate{ca}}
		_ = r.expiry(later)
		_ = r.warnings(later)
		until := revoked.NotAfter
		if r.check([]*x509.Certificate{revoked, ca}, nil, later, &until) != nil {
			return
		}
		for _, l := range lists {
			if l.CheckSignatureFrom(ca) == nil && l.inForce(later) == nil && l.scope.covers(revoked) {
				return // the list from before the revocation
			}
		}
		t.Fatal("a certificate was accepted without any list that is in force")
	})
}

// FuzzScope reads issuing distribution points.
func FuzzScope(f *testing.F) {
	for _, point := range []issuingDistributionPoint{
		{OnlyContainsUserCerts: true},
		{OnlyContainsCACerts: true},
		{IndirectCRL: true},
		{OnlyContainsAttributeCerts: true},
		{OnlySomeReasons: asn1.BitString{Bytes: []byte{0x60, 0x80}, BitLength: 9}},
		{
			DistributionPoint: distributionPointName{
				FullName: []asn1.RawValue{{Class: asn1.ClassContextSpecific, Tag: tagURI, Bytes: []byte("http://a/b.crl")}},
			},
		},
	} {
		der, err := asn1.Marshal(point)
		require.NoError(f, err)
		f.Add(der)
	}
	c := &x509.Certificate{CRLDistributionPoints: []string{"http://a/b.crl"}}
	f.Fuzz(func(t *testing.T, der []byte) {
		s, err := parseScope(der)
		if err == nil && s.reasons&^allReasons != 0 {
			t.Fatalf("reasons that there are not: %b", s.reasons)
		}
		_ = s.covers(c)
	})
}
