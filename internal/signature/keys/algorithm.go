// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package keys

import (
	"crypto"
	_ "crypto/sha1" //nolint:gosec // some senders know no other; Algorithm.Weak says so
	_ "crypto/sha256"
	_ "crypto/sha512"
	"slices"
)

type family uint8

const (
	familyRSA family = iota
	familyRSAPSS
	familyRSARaw
	familyECDSA
	familyEd25519
	familyHMAC
	familyDigest
)

// Algorithm is a row of the table below: the keys of this algorithm, and how they verify.
type Algorithm struct {
	// Name is its name in the configuration.
	Name string
	// RFC9421 and JOSE are the algorithm's names in the registries of HTTP Signature Algorithms and of JSON Web Algorithms;
	// empty if it has none.
	RFC9421, JOSE string
	// Weak is the reason not to use the algorithm, and what to ask the sender for; empty for most.
	Weak string

	family family
	hash   crypto.Hash // of the signed string, 0 for those that take the string itself
	curve  string      // of an ECDSA key that RFC9421 and JOSE name; the algorithm itself takes any
}

const (
	weakSHA1   = "is out of date: ask the sender for "
	weakRaw    = "signs a string without saying how it was hashed: ask the sender for rsa_sha256"
	weakDigest = "is not made to sign with: whoever sees one digest can often make others; ask the sender for "
)

var algorithms = []Algorithm{
	{Name: "rsa_sha256", family: familyRSA, hash: crypto.SHA256, RFC9421: "rsa-v1_5-sha256", JOSE: "RS256"},
	{Name: "rsa_sha384", family: familyRSA, hash: crypto.SHA384, JOSE: "RS384"},
	{Name: "rsa_sha512", family: familyRSA, hash: crypto.SHA512, JOSE: "RS512"},
	{Name: "rsa_pss_sha256", family: familyRSAPSS, hash: crypto.SHA256, JOSE: "PS256"},
	{Name: "rsa_pss_sha384", family: familyRSAPSS, hash: crypto.SHA384, JOSE: "PS384"},
	{Name: "rsa_pss_sha512", family: familyRSAPSS, hash: crypto.SHA512, RFC9421: "rsa-pss-sha512", JOSE: "PS512"},
	{Name: "ecdsa_sha256", family: familyECDSA, hash: crypto.SHA256, curve: "P-256", RFC9421: "ecdsa-p256-sha256", JOSE: "ES256"},
	{Name: "ecdsa_sha384", family: familyECDSA, hash: crypto.SHA384, curve: "P-384", RFC9421: "ecdsa-p384-sha384", JOSE: "ES384"},
	{Name: "ecdsa_sha512", family: familyECDSA, hash: crypto.SHA512, curve: "P-521", JOSE: "ES512"},
	{Name: "ed25519", family: familyEd25519, RFC9421: "ed25519", JOSE: "EdDSA"},
	{Name: "hmac_sha256", family: familyHMAC, hash: crypto.SHA256, RFC9421: "hmac-sha256", JOSE: "HS256"},
	{Name: "hmac_sha384", family: familyHMAC, hash: crypto.SHA384, JOSE: "HS384"},
	{Name: "hmac_sha512", family: familyHMAC, hash: crypto.SHA512, JOSE: "HS512"},
	{Name: "rsa_sha1", family: familyRSA, hash: crypto.SHA1, Weak: weakSHA1 + "rsa_sha256"},
	{Name: "hmac_sha1", family: familyHMAC, hash: crypto.SHA1, Weak: weakSHA1 + "hmac_sha256"},
	{Name: "rsa_raw", family: familyRSARaw, Weak: weakRaw},
	{Name: "digest_sha256", family: familyDigest, hash: crypto.SHA256, Weak: weakDigest + "hmac_sha256"},
	{Name: "digest_sha512", family: familyDigest, hash: crypto.SHA512, Weak: weakDigest + "hmac_sha512"},
}

// Names returns the names of the algorithms that match all options.
func Names(options ...func(*Algorithm) bool) []string {
	var names []string
	for i := range algorithms {
		a := &algorithms[i]
		if !slices.ContainsFunc(options, func(takes func(*Algorithm) bool) bool { return !takes(a) }) {
			names = append(names, a.Name)
		}
	}
	return names
}

// AlgorithmNamed returns the algorithm of this name, or nil.
func AlgorithmNamed(name string) *Algorithm {
	i := slices.IndexFunc(algorithms, func(a Algorithm) bool { return a.Name == name })
	if i < 0 {
		return nil
	}
	return &algorithms[i]
}

// Symmetric reports whether the algorithm verifies with a shared secret rather than with a public key.
func (a *Algorithm) Symmetric() bool { return a.family == familyHMAC || a.family == familyDigest }

// SignsSecret reports whether the secret is a part of the signed string.
func (a *Algorithm) SignsSecret() bool { return a.family == familyDigest }

// IsJOSE reports whether tokens can be signed with the algorithm.
func IsJOSE(a *Algorithm) bool { return a.JOSE != "" }

// IsRFC9421 reports whether message signatures can be made with the algorithm.
func IsRFC9421(a *Algorithm) bool { return a.RFC9421 != "" }

// IsShort reports whether the algorithm signs short strings only.
func (a *Algorithm) IsShort() bool { return a.family == familyRSARaw }

// RSA reports whether the algorithm takes RSA keys.
func (a *Algorithm) RSA() bool {
	return a.family == familyRSA || a.family == familyRSAPSS || a.family == familyRSARaw
}

// ECDSA reports whether the algorithm takes keys on a curve P-256, P-384 or P-521.
func (a *Algorithm) ECDSA() bool { return a.family == familyECDSA }
