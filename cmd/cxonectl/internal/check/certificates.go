// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package check

import (
	"cmp"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"net/url"
	"os"
	"slices"
	"time"
)

// server checks the receiver's certificate, and the ciphers that it allows.
func (f *files) server() {
	config := f.config.TLS.Get()
	if config == nil || config.CertFile == "" {
		return
	}
	f.private("certificate", config.KeyFile)
	pair, err := tls.LoadX509KeyPair(config.CertFile, config.KeyFile)
	if err != nil {
		f.fail("certificate", err.Error(), "tls.cert_file and tls.key_file belong together, both PEM: the certificate with its chain, leaf "+
			"first, and its private key")
		return
	}
	chain := make([]*x509.Certificate, 0, len(pair.Certificate))
	for _, der := range pair.Certificate {
		certificate, err := x509.ParseCertificate(der)
		if err != nil {
			f.fail("certificate", fmt.Sprintf("%s: %v", config.CertFile, err), "get the chain from its authority again")
			return
		}
		chain = append(chain, certificate)
	}
	leaf := chain[0]
	for i, issuer := range chain[1:] {
		if chain[i].CheckSignatureFrom(issuer) != nil {
			f.warn("certificate", fmt.Sprintf("%s: certificate %d of the chain is not issued by the one after it", config.CertFile, i+1),
				"put them in order: leaf first, then each one's issuer")
			break
		}
	}
	finding, err := judgeChain(chain, f.host(leaf), f.roots)
	if _, unknown := errors.AsType[x509.UnknownAuthorityError](err); unknown {
		finding.Level = Warn // an authority that the vendor's servers may trust all the same, or one to try with
	}
	finding.Text = config.CertFile + ": " + finding.Text
	f.teller(finding)
	if leaf.IsCA {
		f.warn("certificate", config.CertFile+" is the certificate of an authority",
			"use one that the authority has issued for this host: `cxonectl keygen mtls` makes one to try with")
	}
	f.ciphers(config.MinVersion, config.CipherSuites, leaf)
}

// host is the name that the server's certificate must have: that of the SIGNATURE URL, if it is known.
func (f *files) host(leaf *x509.Certificate) string {
	if block := f.config.Signature.Get(); block != nil && block.URL != "" {
		if u, err := url.Parse(block.URL); err == nil {
			return u.Hostname()
		}
	}
	return slices.Concat(leaf.DNSNames, ipTexts(leaf), []string{leaf.Subject.CommonName})[0]
}

// ciphers warns if none of the ciphers that NICE's network asks for is left.
func (f *files) ciphers(minVersion string, suites []string, leaf *x509.Certificate) {
	fits := func(suite *tls.CipherSuite) bool {
		_, asked := vendorCiphers[suite.ID]
		rsaSuite := suite.ID == tls.TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA
		return asked && rsaSuite == (leaf.PublicKeyAlgorithm == x509.RSA) && (len(suites) == 0 || slices.Contains(suites, suite.Name))
	}
	switch at := slices.IndexFunc(tls.CipherSuites(), fits); {
	case minVersion == "1.3":
		f.warn("ciphers", "tls.min_version is 1.3, and NICE's network requirements name ciphers of TLS 1.2", ciphersRemedy)
	case at < 0:
		f.warn("ciphers", "none of those that NICE's network requirements name is left for a certificate with a key "+
			"of "+leaf.PublicKeyAlgorithm.String(), ciphersRemedy)
	default:
		f.ok("ciphers", vendorCiphers[tls.CipherSuites()[at].ID]+" is left on, which NICE's network requirements name")
	}
}

// authorities checks the authorities of client certificates.
func (f *files) authorities() {
	config := f.config.TLS.Get()
	if config == nil || config.ClientCAFile == "" {
		return
	}
	file := config.ClientCAFile
	text, err := os.ReadFile(file) //nolint:gosec // the file that the configuration names
	if err != nil {
		f.fail("client ca", err.Error(), "correct tls.client_ca_file: the certificate of the authority that issued the vendor's client "+
			"certificate")
		return
	}
	found := 0
	for block, rest := pem.Decode(text); block != nil; block, rest = pem.Decode(rest) {
		if block.Type != "CERTIFICATE" {
			continue
		}
		certificate, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			f.fail("client ca", fmt.Sprintf("%s: %v", file, err), "get the authority's certificate again")
			continue
		}
		found++
		f.authority(file, certificate)
	}
	if found == 0 {
		f.fail("client ca", file+" has no certificate in PEM form (-----BEGIN CERTIFICATE-----, at the beginning of a line)",
			"put the authority's certificate there")
	}
}

func (f *files) authority(file string, certificate *x509.Certificate) {
	name := cmp.Or(certificate.Subject.CommonName, certificate.Subject.String())
	ends := certificate.NotAfter.UTC().Format(time.DateOnly)
	switch left := time.Until(certificate.NotAfter); {
	case !certificate.IsCA:
		f.fail("client ca", fmt.Sprintf("%s: %s is not the certificate of an authority, so that no client certificate can be verified by it",
			file, name),
			"put the certificate of its issuer there; to let in this one client alone, name its key in client_certificate.allowed_spki_sha256")
		return
	case left < 0:
		f.fail("client ca", fmt.Sprintf("%s: %s was valid until %s", file, name, ends), "get the authority's new certificate")
		return
	case left < expiresSoon:
		f.warn("client ca", fmt.Sprintf("%s: %s is valid until %s: %d days", file, name, ends, int(left.Hours()/24)),
			"get the authority's new certificate, and put it beside the old one")
	default:
		f.ok("client ca", fmt.Sprintf("%s: %s, valid until %s", file, name, ends))
	}
	f.issuers = append(f.issuers, certificate)
}

// revocations checks the revocation lists.
func (f *files) revocations() {
	file := f.config.ClientCertificate.CRLFile
	if file == "" {
		return
	}
	text, err := os.ReadFile(file) //nolint:gosec // the file that the configuration names
	if err != nil {
		f.fail("crl", err.Error(), "fetch the authority's list; without one every client certificate is refused")
		return
	}
	var lists [][]byte
	for block, rest := pem.Decode(text); block != nil; block, rest = pem.Decode(rest) {
		lists = append(lists, block.Bytes)
	}
	if len(lists) == 0 {
		lists = [][]byte{text} // DER
	}
	for _, der := range lists {
		list, err := x509.ParseRevocationList(der)
		if err != nil {
			f.fail("crl", fmt.Sprintf("%s: %v", file, err), "fetch the authority's list again: PEM or DER")
			continue
		}
		f.revocation(file, list)
	}
}

func (f *files) revocation(file string, list *x509.RevocationList) {
	name := cmp.Or(list.Issuer.CommonName, list.Issuer.String())
	text := fmt.Sprintf("%s: %s revokes %d, until %s", file, name, len(list.RevokedCertificateEntries),
		list.NextUpdate.UTC().Format(time.RFC3339))
	issued := slices.ContainsFunc(f.issuers, func(issuer *x509.Certificate) bool { return list.CheckSignatureFrom(issuer) == nil })
	switch left := time.Until(list.NextUpdate); {
	case left < 0:
		f.fail("crl", text+": it is out of date, and every client certificate is refused",
			"fetch the authority's new list; it is read again without a restart")
	case !issued:
		f.warn("crl", text+": it is not issued by an authority in tls.client_ca_file",
			"that is right only where an intermediate authority issues the client certificates; each level needs a list of its own")
	case left < 24*time.Hour:
		f.warn("crl", text, "fetch the next one before that; is that automatic?")
	default:
		f.ok("crl", text)
	}
}
