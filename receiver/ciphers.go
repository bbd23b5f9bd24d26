// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package receiver

import (
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"slices"

	"go.uber.org/zap"
)

// defaultCipherSuites are those of TLS 1.2; those of TLS 1.3 cannot be chosen. The last one is for the vendor's network
// (docs/mutual-tls.md), which may offer no other for a server with an RSA certificate. Other suites with CBC are left out.
var defaultCipherSuites = []uint16{
	tls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
	tls.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
	tls.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
	tls.TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
	tls.TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,
	tls.TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
	tls.TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA,
}

// Suites of TLS 1.2 by the server's kind of key.
var (
	vendorRSASuites   = []uint16{tls.TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA}
	vendorECDSASuites = []uint16{tls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, tls.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384}

	http2RSASuites = []uint16{
		tls.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
		tls.TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
		tls.TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
	}
	http2ECDSASuites = []uint16{
		tls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
		tls.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
		tls.TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,
	}
)

// reachesVendor reports whether a client can connect that offers only what the vendor's network asks for.
func (s *serverTLS) reachesVendor() bool {
	suites := vendorECDSASuites
	if isRSA(s.leaf()) {
		suites = vendorRSASuites
	}
	return s.base.MinVersion <= tls.VersionTLS12 && (s.base.MaxVersion == 0 || s.base.MaxVersion >= tls.VersionTLS12) &&
		slices.ContainsFunc(suites, s.offers)
}

// offers reports whether the server takes a cipher suite of TLS 1.2.
func (s *serverTLS) offers(suite uint16) bool { return slices.Contains(s.base.CipherSuites, suite) }

// warnOfCiphers logs, once, that the vendor may not be able to connect.
func (s *serverTLS) warnOfCiphers() {
	if s.reachesVendor() {
		return
	}
	var names []string
	for _, suite := range slices.Concat(vendorRSASuites, vendorECDSASuites) {
		names = append(names, tls.CipherSuiteName(suite))
	}
	s.logger.Warn("CXone's network may not be able to connect: of the cipher suites that it asks for, none is left",
		zap.Strings("cipher_suites_asked_for", names),
		zap.Stringer("server_certificate", s.leaf().PublicKeyAlgorithm),
		zap.String("advice", "see min_version, max_version and cipher_suites of tls: leave TLS 1.2 on, with "+
			"TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA for an RSA certificate, or use an ECDSA certificate"))
}

// allowsHTTP2 reports whether a connection may use HTTP/2, which forbids suites with CBC (RFC 9113, appendix A). A client
// that offers HTTP/2, and only suites with CBC, would otherwise be connected and then cut off.
func (s *serverTLS) allowsHTTP2(hello *tls.ClientHelloInfo) bool {
	if (s.base.MaxVersion == 0 || s.base.MaxVersion >= tls.VersionTLS13) && slices.Contains(hello.SupportedVersions, tls.VersionTLS13) {
		return true
	}
	suites := http2ECDSASuites
	if isRSA(s.leaf()) {
		suites = http2RSASuites
	}
	return slices.ContainsFunc(suites, func(suite uint16) bool {
		return slices.Contains(hello.CipherSuites, suite) && s.offers(suite)
	})
}

func isRSA(c *x509.Certificate) bool {
	_, ok := c.PublicKey.(*rsa.PublicKey)
	return ok
}
