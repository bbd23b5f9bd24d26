// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package keys

import (
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
)

// oidPSS marks RSA keys that are for PSS only (RFC 4055). `openssl genpkey -algorithm RSA-PSS` makes them, and RFC 9421
// publishes one. crypto/x509 reads neither the private nor the public key, although an ordinary RSA key is inside.
var oidPSS = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 10}

func parsePSSPublic(der []byte) (*rsa.PublicKey, bool) {
	var spki struct {
		Algorithm pkix.AlgorithmIdentifier
		Key       asn1.BitString
	}
	rest, err := asn1.Unmarshal(der, &spki)
	if err != nil || len(rest) > 0 || !spki.Algorithm.Algorithm.Equal(oidPSS) {
		return nil, false
	}
	key, err := x509.ParsePKCS1PublicKey(spki.Key.RightAlign())
	return key, err == nil
}

func parsePSSPrivate(der []byte) (*rsa.PrivateKey, bool) {
	var pkcs8 struct {
		Version    int
		Algorithm  pkix.AlgorithmIdentifier
		Key        []byte
		Attributes asn1.RawValue `asn1:"optional,tag:0"`
	}
	rest, err := asn1.Unmarshal(der, &pkcs8)
	if err != nil || len(rest) > 0 || !pkcs8.Algorithm.Algorithm.Equal(oidPSS) {
		return nil, false
	}
	key, err := x509.ParsePKCS1PrivateKey(pkcs8.Key)
	return key, err == nil
}
