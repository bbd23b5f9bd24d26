// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package clientcert

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/pem"
	"math/big"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// below makes an authority whose certificate is issued by another one.
func (a *authority) below(serial int64, name string) *authority {
	a.t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(a.t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(serial), Subject: pkix.Name{CommonName: name},
		NotBefore: now.Add(-time.Hour), NotAfter: now.Add(24 * time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageCRLSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, a.cert, &key.PublicKey, a.key)
	require.NoError(a.t, err)
	cert, err := x509.ParseCertificate(der)
	require.NoError(a.t, err)
	return &authority{a.t, cert, key}
}

// numbered makes a revocation list in PEM that is in force; change alters the template.
func (a *authority) numbered(number int64, change func(*x509.RevocationList), serials ...int64) []byte {
	a.t.Helper()
	template := &x509.RevocationList{Number: big.NewInt(number), ThisUpdate: now.Add(-time.Hour), NextUpdate: now.Add(time.Hour)}
	for _, serial := range serials {
		template.RevokedCertificateEntries = append(template.RevokedCertificateEntries,
			x509.RevocationListEntry{SerialNumber: big.NewInt(serial), RevocationTime: now.Add(-time.Minute)})
	}
	if change != nil {
		change(template)
	}
	der, err := x509.CreateRevocationList(rand.Reader, template, a.cert, a.key)
	require.NoError(a.t, err)
	return pem.EncodeToMemory(&pem.Block{Type: "X509 CRL", Bytes: der})
}

// scoped returns a change that gives a list an issuing distribution point.
func scoped(t *testing.T, point issuingDistributionPoint) func(*x509.RevocationList) {
	t.Helper()
	der, err := asn1.Marshal(point)
	require.NoError(t, err)
	return extended(oidIssuingDistributionPoint, true, der...)
}

func extended(id asn1.ObjectIdentifier, isCritical bool, value ...byte) func(*x509.RevocationList) {
	return func(l *x509.RevocationList) {
		l.ExtraExtensions = append(l.ExtraExtensions, pkix.Extension{Id: id, Critical: isCritical, Value: value})
	}
}

func dated(from, till time.Duration) func(*x509.RevocationList) {
	return func(l *x509.RevocationList) { l.ThisUpdate, l.NextUpdate = now.Add(from), now.Add(till) }
}

// revoking adds an entry that has more than a serial number.
func revoking(serial int64, reason int, critical ...pkix.Extension) func(*x509.RevocationList) {
	return func(l *x509.RevocationList) {
		l.RevokedCertificateEntries = append(l.RevokedCertificateEntries, x509.RevocationListEntry{
			SerialNumber: big.NewInt(serial), RevocationTime: now.Add(-time.Minute), ReasonCode: reason, ExtraExtensions: critical,
		})
	}
}

func both(changes ...func(*x509.RevocationList)) func(*x509.RevocationList) {
	return func(l *x509.RevocationList) {
		for _, change := range changes {
			change(l)
		}
	}
}

var delta = extended(oidDeltaIndicator, true, 0x02, 0x01, 0x01)

func join(lists ...[]byte) []byte {
	var all []byte
	for _, l := range lists {
		all = append(all, l...)
	}
	return all
}

// TestRevocation looks up two certificates of one authority, of which number 3 is revoked.
func TestRevocation(t *testing.T) {
	ca, other := newAuthority(t, "ca"), newAuthority(t, "ca")
	good, bad := ca.issue(2, nil), ca.issue(3, nil)
	users := scoped(t, issuingDistributionPoint{OnlyContainsUserCerts: true})
	authorities := scoped(t, issuingDistributionPoint{OnlyContainsCACerts: true})
	attributes := scoped(t, issuingDistributionPoint{OnlyContainsAttributeCerts: true})
	indirect := scoped(t, issuingDistributionPoint{IndirectCRL: true})
	reasons := func(bits byte, more byte) func(*x509.RevocationList) {
		return scoped(t, issuingDistributionPoint{OnlySomeReasons: asn1.BitString{Bytes: []byte{bits, more}, BitLength: 9}})
	}
	const revoked, unknown = ReasonRevoked, ReasonUnavailable
	for name, tc := range map[string]struct {
		crl       []byte
		good, bad string
	}{
		"on the list":                          {ca.numbered(1, nil, 3), "", revoked},
		"in DER":                               {ca.crl(now.Add(time.Hour), 3), "", revoked},
		"the list of another key of this name": {other.numbered(1, nil, 3), unknown, unknown},
		"beside the list of another authority": {join(other.numbered(1, nil), ca.numbered(1, nil, 3)), "", revoked},
		"expired":                              {ca.numbered(1, dated(-time.Hour, -time.Second), 3), unknown, revoked},
		"from the future":                      {ca.numbered(1, dated(time.Second, time.Hour), 3), unknown, revoked},
		"the newer list first":                 {join(ca.numbered(2, nil, 3), ca.numbered(1, nil)), "", revoked},
		"the newer list last":                  {join(ca.numbered(1, nil), ca.numbered(2, nil, 3)), "", revoked},
		"numbers are compared as numbers":      {join(ca.numbered(9, nil), ca.numbered(10, nil, 3)), "", revoked},
		"no longer on the newer list":          {join(ca.numbered(1, nil, 3), ca.numbered(2, nil)), "", ""},
		"the newer list has expired": {
			join(ca.numbered(1, nil), ca.numbered(2, dated(-time.Hour, -time.Second), 3)),
			unknown,
			revoked,
		},
		"the newer list comes later": {join(ca.numbered(1, nil), ca.numbered(2, dated(time.Minute, time.Hour), 3)), "", revoked},
		"one number, two dates": {
			join(ca.numbered(1, dated(-time.Hour, time.Hour)), ca.numbered(1, dated(-time.Minute, time.Hour), 3)),
			"",
			revoked,
		},
		"one number and date, twice":              {join(ca.numbered(1, nil), ca.numbered(1, nil, 3)), "", revoked},
		"a delta list alone":                      {ca.numbered(2, delta, 3), unknown, revoked},
		"a delta list beside the complete one":    {join(ca.numbered(1, nil), ca.numbered(2, delta, 3)), "", revoked},
		"the complete list is newer than a delta": {join(ca.numbered(2, nil), ca.numbered(2, delta, 3)), "", ""},
		"a delta list never replaces one":         {join(ca.numbered(1, nil, 3), ca.numbered(2, delta)), "", revoked},
		"a hold that a delta list ends": {
			join(ca.numbered(1, nil, 3), ca.numbered(2, both(delta, revoking(3, reasonRemoved)))),
			"",
			revoked,
		},
		"a delta list that removes an unknown one": {join(ca.numbered(1, nil), ca.numbered(2, both(delta, revoking(3, reasonRemoved)))), "", ""},
		"an unknown critical extension":            {ca.numbered(1, extended(asn1.ObjectIdentifier{1, 2, 3}, true, 5, 0), 3), unknown, revoked},
		"an unknown extension":                     {ca.numbered(1, extended(asn1.ObjectIdentifier{1, 2, 3}, false, 5, 0), 3), "", revoked},
		"an unknown one on the newer list": {
			join(ca.numbered(1, nil, 3), ca.numbered(2, extended(asn1.ObjectIdentifier{1, 2, 3}, true, 5, 0))),
			unknown,
			unknown,
		},
		"an unknown one on an older list": {
			join(ca.numbered(1, extended(asn1.ObjectIdentifier{1, 2, 3}, true, 5, 0)), ca.numbered(2, nil, 3)),
			"",
			revoked,
		},
		"an entry with a critical extension": {
			ca.numbered(1, revoking(9, 0, pkix.Extension{Id: asn1.ObjectIdentifier{1, 2, 3}, Critical: true, Value: []byte{5, 0}}), 3),
			unknown,
			revoked,
		},
		"a reason":                               {ca.numbered(1, revoking(3, 1)), "", revoked},
		"a distribution point that is noise":     {ca.numbered(1, extended(oidIssuingDistributionPoint, true, 1, 2, 3), 3), unknown, revoked},
		"for clients":                            {ca.numbered(1, users, 3), "", revoked},
		"for authorities":                        {ca.numbered(1, authorities, 3), unknown, unknown},
		"for attribute certificates":             {ca.numbered(1, attributes, 3), unknown, unknown},
		"an indirect list":                       {ca.numbered(1, indirect, 3), unknown, revoked},
		"an indirect list beside a complete one": {join(ca.numbered(1, nil, 3), ca.numbered(2, indirect)), unknown, revoked},
		"one for authorities is newer":           {join(ca.numbered(1, nil, 3), ca.numbered(2, authorities)), "", revoked},
		"for clients and for authorities":        {join(ca.numbered(1, users, 3), ca.numbered(1, authorities)), "", revoked},
		"for some reasons":                       {ca.numbered(1, reasons(0x60, 0), 3), unknown, revoked},
		"for all but one reason": {
			join(ca.numbered(1, reasons(0x60, 0)), ca.numbered(1, reasons(0x1f, 0), 3)),
			unknown,
			revoked,
		},
		"for all reasons together": {join(ca.numbered(1, reasons(0x60, 0)), ca.numbered(1, reasons(0x1f, 0x80), 3)), "", revoked},
		"one of the parts has expired": {
			join(ca.numbered(1, reasons(0x60, 0)), ca.numbered(1, both(reasons(0x1f, 0x80), dated(-time.Hour, -time.Second)), 3)),
			unknown,
			revoked,
		},
	} {
		t.Run(name, func(t *testing.T) {
			p := newPolicy(t, ca, func(s *Settings) { s.CRLFile = write(t, "crl", tc.crl) })
			for cert, reason := range map[*x509.Certificate]string{good: tc.good, bad: tc.bad} {
				if err := p.Check(with(cert), now); reason == "" {
					assert.NoError(t, err)
				} else {
					requireReason(t, err, reason, true)
				}
			}
		})
	}
}

// TestRevocationByOpenSSL reads the extensions as OpenSSL wrote them. The certificates name part-1.crl as the place of
// their list.
func TestRevocationByOpenSSL(t *testing.T) {
	read := func(name string) []byte {
		data, err := os.ReadFile(filepath.Join("testdata", name))
		require.NoError(t, err)
		return data
	}
	later := time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)
	const revoked, unknown = ReasonRevoked, ReasonUnavailable
	for name, tc := range map[string]struct {
		lists     []string
		good, bad string
	}{
		"complete":                    {[]string{"complete"}, "", revoked},
		"before it was revoked":       {[]string{"empty"}, "", ""},
		"both":                        {[]string{"complete", "empty"}, "", revoked},
		"only clients":                {[]string{"users"}, "", revoked},
		"only authorities":            {[]string{"authorities"}, unknown, unknown},
		"only attribute certificates": {[]string{"attributes"}, unknown, unknown},
		"indirect":                    {[]string{"indirect"}, unknown, revoked},
		"some reasons":                {[]string{"compromise"}, unknown, revoked},
		"the other reasons":           {[]string{"others"}, unknown, revoked},
		"all reasons":                 {[]string{"others", "compromise"}, "", revoked},
		"the part it names":           {[]string{"part1"}, "", revoked},
		"another part":                {[]string{"part2"}, unknown, unknown},
		"both parts":                  {[]string{"part2", "part1"}, "", revoked},
		"a delta list":                {[]string{"delta"}, unknown, revoked},
		"a delta list and its base":   {[]string{"empty", "delta"}, "", revoked},
		"an unknown extension":        {[]string{"unknown"}, unknown, revoked},
	} {
		t.Run(name, func(t *testing.T) {
			var crl []byte
			for _, l := range tc.lists {
				crl = append(crl, read(l+".crl.pem")...)
			}
			ca := newAuthority(t, "unused")
			p := newPolicy(t, ca, func(s *Settings) { s.CAFile, s.CRLFile = filepath.Join("testdata", "ca.pem"), write(t, "crl", crl) })
			for file, reason := range map[string]string{"good.pem": tc.good, "revoked.pem": tc.bad} {
				block, _ := pem.Decode(read(file))
				cert, err := x509.ParseCertificate(block.Bytes)
				require.NoError(t, err)
				if err := p.Check(with(cert), later); reason == "" {
					assert.NoError(t, err, file)
				} else {
					requireReason(t, err, reason, true)
				}
			}
		})
	}
}

// TestRevocationOfEveryLevel has a chain of three. Each certificate but the root needs a list in force of its issuer.
func TestRevocationOfEveryLevel(t *testing.T) {
	root := newAuthority(t, "root")
	middle := root.below(7, "middle")
	leaf := middle.issue(2, nil)
	lone := newAuthority(t, "lone").issue(2, nil)
	selfSigned := newAuthority(t, "self-signed")
	users := scoped(t, issuingDistributionPoint{OnlyContainsUserCerts: true})
	authorities := scoped(t, issuingDistributionPoint{OnlyContainsCACerts: true})
	const revoked, unknown = ReasonRevoked, ReasonUnavailable
	chain := []*x509.Certificate{leaf, middle.cert}
	rootOnly, file := root.pem(), join(root.pem(), middle.pem())
	withLeaf := join(root.pem(), middle.pem(), certPEM(leaf))
	for name, tc := range map[string]struct {
		ca, crl []byte
		sent    []*x509.Certificate
		reason  string
	}{
		"both lists":                         {rootOnly, join(root.numbered(1, nil), middle.numbered(1, nil)), chain, ""},
		"the leaf is revoked":                {rootOnly, join(root.numbered(1, nil), middle.numbered(1, nil, 2)), chain, revoked},
		"the intermediate is revoked":        {rootOnly, join(root.numbered(1, nil, 7), middle.numbered(1, nil)), chain, revoked},
		"a leaf's number on the root's list": {rootOnly, join(root.numbered(1, nil, 2), middle.numbered(1, nil)), chain, ""},
		"without the root's list":            {rootOnly, middle.numbered(1, nil), chain, unknown},
		"without the intermediate's list":    {rootOnly, root.numbered(1, nil), chain, unknown},
		"the root's list has expired": {
			rootOnly,
			join(root.numbered(1, dated(-time.Hour, -time.Second)), middle.numbered(1, nil)),
			chain,
			unknown,
		},
		"the root's list is from the future": {
			rootOnly,
			join(root.numbered(1, dated(time.Second, time.Hour)), middle.numbered(1, nil)),
			chain,
			unknown,
		},
		"the root's list is for authorities": {rootOnly, join(root.numbered(1, authorities), middle.numbered(1, users)), chain, ""},
		"the root's list is for clients":     {rootOnly, join(root.numbered(1, users), middle.numbered(1, nil)), chain, unknown},
		"the intermediate is in the file":    {file, join(root.numbered(1, nil), middle.numbered(1, nil)), chain[:1], ""},
		"in the file, and revoked":           {file, join(root.numbered(1, nil, 7), middle.numbered(1, nil)), chain[:1], revoked},
		"in the file, without the root":      {middle.pem(), middle.numbered(1, nil), chain[:1], ""},
		"in the file, the root was sent":     {middle.pem(), middle.numbered(1, nil), append(chain[:2:2], root.cert), ""},
		"the leaf is in the file":            {withLeaf, join(root.numbered(1, nil), middle.numbered(1, nil)), chain[:1], ""},
		"the leaf in the file is revoked":    {withLeaf, join(root.numbered(1, nil), middle.numbered(1, nil, 2)), chain[:1], revoked},
		"the leaf in the file, no list":      {withLeaf, root.numbered(1, nil), chain[:1], unknown},
		"the leaf in the file, its CA sent": {
			join(root.pem(), certPEM(leaf)),
			join(root.numbered(1, nil), middle.numbered(1, nil, 2)),
			chain,
			revoked,
		},
		"a leaf in the file, of an unknown":   {join(root.pem(), certPEM(lone)), root.numbered(1, nil), []*x509.Certificate{lone}, unknown},
		"a self-signed client, no list":       {selfSigned.pem(), root.numbered(1, nil), []*x509.Certificate{selfSigned.cert}, unknown},
		"a self-signed client that lists":     {selfSigned.pem(), selfSigned.numbered(1, nil), []*x509.Certificate{selfSigned.cert}, ""},
		"a self-signed client, revoked by it": {selfSigned.pem(), selfSigned.numbered(1, nil, 1), []*x509.Certificate{selfSigned.cert}, revoked},
	} {
		t.Run(name, func(t *testing.T) {
			p := newPolicy(t, root, func(s *Settings) { s.CAFile, s.CRLFile = write(t, "ca", tc.ca), write(t, "crl", tc.crl) })
			err := p.Check(&tls.ConnectionState{PeerCertificates: tc.sent}, now)
			if tc.reason == "" {
				require.NoError(t, err)
			} else {
				requireReason(t, err, tc.reason, true)
			}
		})
	}
}

// TestAListThatComesIntoForce checks that a list replaces the older one at its time, although no file has changed.
func TestAListThatComesIntoForce(t *testing.T) {
	ca := newAuthority(t, "ca")
	cert := ca.issue(2, nil)
	p := newPolicy(t, ca, func(s *Settings) {
		s.CRLFile = write(t, "crl", join(ca.numbered(1, nil), ca.numbered(2, dated(10*time.Minute, 20*time.Minute))))
	})
	require.NoError(t, p.Check(with(cert), now))
	require.NoError(t, p.Check(with(cert), now.Add(15*time.Minute)))
	requireReason(t, p.Check(with(cert), now.Add(30*time.Minute)), ReasonUnavailable, true)
}

func TestExpiry(t *testing.T) {
	root := newAuthority(t, "root")
	middle := root.below(7, "middle")
	p := newPolicy(t, root, func(s *Settings) {
		s.CAFile = write(t, "ca", join(root.pem(), middle.pem()))
		s.CRLFile = write(t, "crl", join(root.numbered(1, dated(-3*time.Hour, -time.Hour)), root.numbered(2, dated(-time.Hour, 2*time.Hour)),
			middle.numbered(1, nil), middle.numbered(2, both(delta, dated(-time.Hour, time.Minute)))))
	})
	authority, crl := p.Expiry()
	assert.Equal(t, now.Add(24*time.Hour), authority)
	assert.Equal(t, now.Add(time.Hour), crl, "neither a list that was replaced nor a delta list counts")
}
