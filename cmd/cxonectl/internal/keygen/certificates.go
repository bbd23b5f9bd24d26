// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package keygen

import (
	"crypto"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"net"
	"time"
)

// Certificates are a CA and the two certificates that it issued.
type Certificates struct {
	// Files are ca.crt, ca.key and so on.
	Files []File
	// ClientSPKI is the hex SHA-256 of the client's public key, as client_certificate::allowed_spki_sha256 takes it.
	ClientSPKI string
}

const (
	// skew is how far the other side's clock may be behind.
	skew = time.Hour
	// authorityDays is how long the CA lasts at least. It outlives the certificates, so that these can be renewed.
	authorityDays = 3650
)

// MakeCertificates makes a CA, a server certificate for these host names and addresses, and a client certificate with this
// name. Both certificates are valid for this many days.
func MakeCertificates(hosts []string, client string, days int) (*Certificates, error) {
	authority, err := newIssuer(days)
	if err != nil {
		return nil, err
	}
	server := leaf(hosts[0], x509.ExtKeyUsageServerAuth, days)
	for _, host := range hosts {
		if ip := net.ParseIP(host); ip != nil {
			server.IPAddresses = append(server.IPAddresses, ip)
		} else {
			server.DNSNames = append(server.DNSNames, host)
		}
	}
	made := &Certificates{}
	_, err = authority.issue(made, "server", server)
	if err != nil {
		return nil, err
	}
	public, err := authority.issue(made, "client", leaf(client, x509.ExtKeyUsageClientAuth, days))
	if err != nil {
		return nil, err
	}
	spki, err := x509.MarshalPKIXPublicKey(public)
	sum := sha256.Sum256(spki)
	made.ClientSPKI = hex.EncodeToString(sum[:])
	made.Files = append(authority.files, made.Files...)
	return made, err
}

// issuer is a CA.
type issuer struct {
	certificate *x509.Certificate
	key         crypto.Signer
	files       []File
}

func newIssuer(days int) (*issuer, error) {
	key, err := Pair("ecdsa_sha256", 0)
	if err != nil {
		return nil, err
	}
	template := &x509.Certificate{
		Subject:               pkix.Name{CommonName: "cxone receiver CA"},
		NotBefore:             time.Now().Add(-skew),
		NotAfter:              time.Now().AddDate(0, 0, max(days, authorityDays)),
		IsCA:                  true,
		BasicConstraintsValid: true,
		MaxPathLenZero:        true,
		KeyUsage:              x509.KeyUsageCertSign | x509.KeyUsageCRLSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return nil, err
	}
	certificate, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, err
	}
	files, err := filesOf("ca", der, key)
	return &issuer{certificate, key, files}, err
}

func leaf(name string, usage x509.ExtKeyUsage, days int) *x509.Certificate {
	return &x509.Certificate{
		Subject:     pkix.Name{CommonName: name},
		NotBefore:   time.Now().Add(-skew),
		NotAfter:    time.Now().AddDate(0, 0, days),
		KeyUsage:    x509.KeyUsageDigitalSignature,
		ExtKeyUsage: []x509.ExtKeyUsage{usage},
	}
}

// issue makes a key and its certificate, and returns the public key.
func (i *issuer) issue(into *Certificates, name string, template *x509.Certificate) (crypto.PublicKey, error) {
	key, err := Pair("ecdsa_sha256", 0)
	if err != nil {
		return nil, err
	}
	der, err := x509.CreateCertificate(rand.Reader, template, i.certificate, key.Public(), i.key)
	if err != nil {
		return nil, err
	}
	files, err := filesOf(name, der, key)
	into.Files = append(into.Files, files...)
	return key.Public(), err
}

func filesOf(name string, der []byte, key crypto.Signer) ([]File, error) {
	private, err := PrivatePEM(key)
	if err != nil {
		return nil, errors.Join(errors.New("write the key of "+name), err)
	}
	return []File{
		{Name: name + ".crt", Content: pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})},
		{Name: name + ".key", Content: private, Private: true},
	}, nil
}
