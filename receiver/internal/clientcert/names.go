// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package clientcert

import (
	"crypto/sha256"
	"crypto/x509"
	"encoding/asn1"
	"encoding/hex"
	"net/netip"
	"slices"
	"strings"
)

// allowList holds the names and keys of the clients that may deliver. A configured name does not say what kind of name it
// is, so it is listed under every kind that it can be.
type allowList struct {
	exact     map[string]bool // common names, e-mail addresses and URIs, compared byte for byte
	dns       map[string]bool // in lower-case ASCII
	addresses map[string]bool // IP addresses as in a certificate: 4 or 16 bytes
	spki      map[string]bool // lower-case hex
}

func newAllowList(names, spki []string) allowList {
	a := allowList{exact: map[string]bool{}, dns: map[string]bool{}, addresses: map[string]bool{}, spki: map[string]bool{}}
	for _, name := range names {
		a.exact[name] = true
		a.dns[lowerASCII(name)] = true
		if address, err := netip.ParseAddr(name); err == nil {
			a.addresses[string(address.AsSlice())] = true
		}
	}
	for _, digest := range spki {
		a.spki[lowerASCII(digest)] = true
	}
	return a
}

// allows reports whether a certificate is on the list, or there is no list.
func (a allowList) allows(c *x509.Certificate) bool {
	if len(a.exact) == 0 && len(a.spki) == 0 {
		return true
	}
	if a.spki[SPKI(c)] || (c.Subject.CommonName != "" && a.exact[c.Subject.CommonName]) {
		return true
	}
	return slices.ContainsFunc(alternativeNames(c), a.allowsName)
}

// The kinds of a subject alternative name that are compared: RFC 5280, 4.2.1.6.
const (
	tagEmail   = 1
	tagDNS     = 2
	tagURI     = 6
	tagAddress = 7
)

func (a allowList) allowsName(name asn1.RawValue) bool {
	switch text := string(name.Bytes); name.Tag {
	case tagEmail, tagURI:
		return a.exact[text]
	case tagDNS:
		return a.dns[lowerASCII(text)]
	case tagAddress:
		return a.addresses[text]
	default:
		return false
	}
}

var oidSubjectAltName = asn1.ObjectIdentifier{2, 5, 29, 17}

// alternativeNames returns the subject alternative names as they are in the certificate. crypto/x509 prints URIs and IP
// addresses in a form of its own, in which different bytes can look the same.
func alternativeNames(c *x509.Certificate) []asn1.RawValue {
	for _, extension := range c.Extensions {
		if extension.Id.Equal(oidSubjectAltName) {
			var names []asn1.RawValue
			if rest, err := asn1.Unmarshal(extension.Value, &names); err == nil && len(rest) == 0 {
				return names
			}
		}
	}
	return nil
}

// lowerASCII lowers only the letters A to Z. In Unicode, other characters also fold to a k.
func lowerASCII(s string) string {
	return strings.Map(func(r rune) rune {
		if 'A' <= r && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	}, s)
}

// SPKI returns the hex SHA-256 of a certificate's SubjectPublicKeyInfo.
func SPKI(c *x509.Certificate) string {
	digest := sha256.Sum256(c.RawSubjectPublicKeyInfo)
	return hex.EncodeToString(digest[:])
}
