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
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/zap"
)

var now = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// authority is a certificate authority made for a test.
type authority struct {
	t    *testing.T
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

func newAuthority(t *testing.T, name string) *authority {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name},
		NotBefore: now.Add(-time.Hour), NotAfter: now.Add(24 * time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageCRLSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	require.NoError(t, err)
	cert, err := x509.ParseCertificate(der)
	require.NoError(t, err)
	return &authority{t, cert, key}
}

// issue makes a client certificate; change alters the template.
func (a *authority) issue(serial int64, change func(*x509.Certificate)) *x509.Certificate {
	a.t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(a.t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(serial), Subject: pkix.Name{CommonName: "cxone"},
		NotBefore: now.Add(-time.Hour), NotAfter: now.Add(time.Hour),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
	}
	if change != nil {
		change(template)
	}
	der, err := x509.CreateCertificate(rand.Reader, template, a.cert, &key.PublicKey, a.key)
	require.NoError(a.t, err)
	cert, err := x509.ParseCertificate(der)
	require.NoError(a.t, err)
	return cert
}

// crl makes a revocation list in DER.
func (a *authority) crl(till time.Time, serials ...int64) []byte {
	a.t.Helper()
	template := &x509.RevocationList{Number: big.NewInt(1), ThisUpdate: now.Add(-time.Hour), NextUpdate: till}
	for _, serial := range serials {
		template.RevokedCertificateEntries = append(template.RevokedCertificateEntries,
			x509.RevocationListEntry{SerialNumber: big.NewInt(serial), RevocationTime: now.Add(-time.Minute)})
	}
	der, err := x509.CreateRevocationList(rand.Reader, template, a.cert, a.key)
	require.NoError(a.t, err)
	return der
}

func (a *authority) pem() []byte { return certPEM(a.cert) }

func certPEM(c *x509.Certificate) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.Raw})
}

func write(t *testing.T, name string, data []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	require.NoError(t, os.WriteFile(path, data, 0o600))
	return path
}

func with(cert *x509.Certificate) *tls.ConnectionState {
	return &tls.ConnectionState{PeerCertificates: []*x509.Certificate{cert}}
}

func newPolicy(t *testing.T, ca *authority, change func(*Settings)) *Policy {
	t.Helper()
	s := Settings{CAFile: write(t, "ca.pem", ca.pem()), CAReload: true, CRLInterval: time.Minute}
	if change != nil {
		change(&s)
	}
	p, err := New(s, zap.NewNop())
	require.NoError(t, err)
	return p
}

func requireReason(t *testing.T, err error, reason string, isForbidden bool) {
	t.Helper()
	var refusal *Error
	require.ErrorAs(t, err, &refusal)
	assert.Equal(t, reason, refusal.Reason, refusal.Detail)
	assert.Equal(t, isForbidden, refusal.Forbidden)
}

func TestWithoutLists(t *testing.T) {
	ca, another := newAuthority(t, "ca"), newAuthority(t, "ca")
	p := newPolicy(t, ca, nil)
	require.NoError(t, p.Check(with(ca.issue(2, nil)), now))
	for name, tc := range map[string]struct {
		state  *tls.ConnectionState
		reason string
	}{
		"plain HTTP":     {nil, ReasonMissing},
		"no certificate": {&tls.ConnectionState{}, ReasonMissing},
		"another CA":     {with(another.issue(2, nil)), ReasonBad},
		"expired":        {with(ca.issue(3, func(c *x509.Certificate) { c.NotAfter = now.Add(-time.Second) })), ReasonBad},
		"not valid yet":  {with(ca.issue(4, func(c *x509.Certificate) { c.NotBefore = now.Add(time.Second) })), ReasonBad},
		"for servers": {
			with(ca.issue(5, func(c *x509.Certificate) { c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth} })),
			ReasonBad,
		},
		"self-signed":     {with(another.cert), ReasonBad},
		"an intermediate": {&tls.ConnectionState{PeerCertificates: []*x509.Certificate{another.issue(6, nil), another.cert}}, ReasonBad},
	} {
		t.Run(name, func(t *testing.T) { requireReason(t, p.Check(tc.state, now), tc.reason, false) })
	}
}

// marshalNames makes a subject alternative name extension. crypto/x509 would not accept every name.
func marshalNames(t *testing.T, tagsAndTexts ...any) []byte {
	t.Helper()
	var names []asn1.RawValue
	for i := 0; i < len(tagsAndTexts); i += 2 {
		names = append(names, asn1.RawValue{
			Class: asn1.ClassContextSpecific,
			Tag:   tagsAndTexts[i].(int),
			Bytes: []byte(tagsAndTexts[i+1].(string)),
		})
	}
	der, err := asn1.Marshal(names)
	require.NoError(t, err)
	return der
}

func TestAllowLists(t *testing.T) {
	ca := newAuthority(t, "ca")
	cert := ca.issue(2, func(c *x509.Certificate) {
		c.ExtraExtensions = []pkix.Extension{{Id: oidSubjectAltName, Value: marshalNames(t,
			tagDNS, "gateway.example.org", tagDNS, "kdns.example.org", tagEmail, "ops@example.org",
			tagURI, "spiffe://example.org/cxone", tagURI, "URN:upper",
			tagAddress, "\xc0\x00\x02\x07", tagAddress, "\x20\x01\x0d\xb8\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x01",
			tagAddress, "\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\xff\xff\xc6\x33\x64\x01")}}
	})
	for name, tc := range map[string]struct {
		names, spki []string
		allowed     bool
	}{
		"common name":           {names: []string{"nobody", "cxone"}, allowed: true},
		"DNS name in any case":  {names: []string{"Gateway.Example.ORG"}, allowed: true},
		"e-mail":                {names: []string{"ops@example.org"}, allowed: true},
		"URI":                   {names: []string{"spiffe://example.org/cxone"}, allowed: true},
		"IP":                    {names: []string{"192.0.2.7"}, allowed: true},
		"pinned key":            {spki: []string{strings.ToUpper(SPKI(cert))}, allowed: true},
		"pin or name":           {names: []string{"nobody"}, spki: []string{SPKI(cert)}, allowed: true},
		"a part of a name":      {names: []string{"example.org"}},
		"no wildcards":          {names: []string{"*.example.org"}},
		"another key":           {spki: []string{SPKI(ca.cert)}},
		"neither name nor key":  {names: []string{"nobody"}, spki: []string{SPKI(ca.cert)}},
		"the authority's name":  {names: []string{"ca"}},
		"a name with a newline": {names: []string{"cxone\n"}},
		"common name, by case":  {names: []string{"CXone"}},
		"the Kelvin sign for k": {names: []string{"\u212adns.example.org"}},
		"the k for itself":      {names: []string{"KDNS.example.org"}, allowed: true},
		"e-mail, by case":       {names: []string{"OPS@example.org"}},
		"URI, by case":          {names: []string{"spiffe://Example.org/cxone"}},
		"URI scheme, by case":   {names: []string{"urn:upper"}},
		"URI as it stands":      {names: []string{"URN:upper"}, allowed: true},
		"IPv4-mapped":           {names: []string{"::ffff:192.0.2.7"}},
		"IPv6":                  {names: []string{"2001:DB8::0:1"}, allowed: true},
		"mapped, not IPv4":      {names: []string{"198.51.100.1"}},
		"mapped, as it stands":  {names: []string{"::ffff:198.51.100.1"}, allowed: true},
	} {
		t.Run(name, func(t *testing.T) {
			p := newPolicy(t, ca, func(s *Settings) { s.AllowedNames, s.AllowedSPKI = tc.names, tc.spki })
			err := p.Check(with(cert), now)
			if tc.allowed {
				require.NoError(t, err)
			} else {
				requireReason(t, err, ReasonNotAllowed, true)
			}
		})
	}
}

func TestRevokedAfterItWasAccepted(t *testing.T) {
	ca := newAuthority(t, "ca")
	cert := ca.issue(2, nil)
	file := write(t, "crl", ca.crl(now.Add(time.Hour)))
	p := newPolicy(t, ca, func(s *Settings) { s.CRLFile = file })
	require.NoError(t, p.Check(with(cert), now))

	require.NoError(t, os.WriteFile(file, ca.crl(now.Add(time.Hour), 2), 0o600))
	require.NoError(t, p.Check(with(cert), now), "the file is not looked at yet")
	require.NoError(t, p.lookAtCRL())
	requireReason(t, p.Check(with(cert), now), ReasonRevoked, true)
}

func TestTheListVanishesExpiresAndComesBack(t *testing.T) {
	ca := newAuthority(t, "ca")
	cert := ca.issue(2, func(c *x509.Certificate) { c.NotAfter = now.Add(20 * time.Hour) })
	file := write(t, "crl", ca.crl(now.Add(10*time.Minute)))
	p := newPolicy(t, ca, func(s *Settings) { s.CRLFile = file })
	require.NoError(t, p.Check(with(cert), now))

	require.NoError(t, os.Remove(file))
	require.Error(t, p.lookAtCRL())
	requireReason(t, p.Check(with(cert), now), ReasonUnavailable, true)
	require.NoError(t, os.WriteFile(file, []byte("no list"), 0o600))
	require.Error(t, p.lookAtCRL())
	requireReason(t, p.Check(with(cert), now), ReasonUnavailable, true)
	require.NoError(t, os.WriteFile(file, ca.crl(now.Add(10*time.Minute)), 0o600))
	require.NoError(t, p.lookAtCRL())
	require.NoError(t, p.Check(with(cert), now))
	requireReason(t, p.Check(with(cert), now.Add(11*time.Minute)), ReasonUnavailable, true)
}

func TestCertificateAuthoritiesReload(t *testing.T) {
	oldCA, newCA := newAuthority(t, "old"), newAuthority(t, "new")
	cert := oldCA.issue(2, nil)
	file := write(t, "ca.pem", oldCA.pem())
	p := newPolicy(t, oldCA, func(s *Settings) { s.CAFile = file })
	require.NoError(t, p.Check(with(cert), now))

	require.NoError(t, os.WriteFile(file, newCA.pem(), 0o600))
	require.NoError(t, p.lookAtCA())
	requireReason(t, p.Check(with(cert), now), ReasonBad, false)
	require.NoError(t, p.Check(with(newCA.issue(2, nil)), now))

	require.NoError(t, os.WriteFile(file, []byte("broken"), 0o600))
	require.Error(t, p.lookAtCA())
	require.NoError(t, p.Check(with(newCA.issue(3, nil)), now), "the last good ones stay in force")
}

func TestACertificateThatExpiresOnAnOpenConnection(t *testing.T) {
	ca := newAuthority(t, "ca")
	cert := ca.issue(2, nil)
	p := newPolicy(t, ca, nil)
	require.NoError(t, p.Check(with(cert), now))
	requireReason(t, p.Check(with(cert), now.Add(time.Hour+time.Second)), ReasonBad, false)
}

func TestFilesThatCannotBeReadRefuseToStart(t *testing.T) {
	ca := newAuthority(t, "ca")
	good := write(t, "ca.pem", ca.pem())
	for name, tc := range map[string]struct {
		settings Settings
		key      string
	}{
		"no CA file":       {Settings{CAFile: "missing.pem"}, "tls::client_ca_file: missing.pem: no such file"},
		"CA file is empty": {Settings{CAFile: write(t, "empty", nil)}, "it is empty"},
		"CA is a client": {
			Settings{CAFile: write(t, "leaf", certPEM(ca.issue(2, nil)))},
			`holds no certificate authority's certificate, but that of "CN=cxone"`,
		},
		"no CRL file":  {Settings{CAFile: good, CRLFile: "missing.crl"}, "client_certificate::crl_file: missing.crl: no such file"},
		"CRL is a CA":  {Settings{CAFile: good, CRLFile: good}, "client_certificate::crl_file"},
		"CRL is noise": {Settings{CAFile: good, CRLFile: write(t, "noise", []byte("noise"))}, "client_certificate::crl_file"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := New(tc.settings, zap.NewNop())
			require.ErrorContains(t, err, tc.key)
		})
	}
}

func TestVerdictsAreBounded(t *testing.T) {
	ca := newAuthority(t, "ca")
	p := newPolicy(t, ca, nil)
	verdicts := p.state.Load().verdicts
	for i := range maxVerdicts {
		verdicts[string(rune(i))] = verdict{}
	}
	require.NoError(t, p.Check(with(ca.issue(2, nil)), now))
	assert.Len(t, verdicts, 1)
}
