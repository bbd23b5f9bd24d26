// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package keys

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	_ "crypto/sha1" //nolint:gosec // some senders know no other; Algorithm.Weak says so
	_ "crypto/sha256"
	_ "crypto/sha512"
	"fmt"
	"math/big"
	"slices"
)

const (
	minRSABits = 2048
	// maxRSABits keeps a key file from making each verification cost seconds.
	maxRSABits     = 16384
	minSecretBytes = 16
)

type family uint8

const (
	familyRSA family = iota
	familyRSAPSS
	familyECDSA
	familyEd25519
	familyHMAC
)

// Algorithm is a row of the table below: what a key of this algorithm is, and how it verifies.
type Algorithm struct {
	// Name is what the configuration calls it.
	Name string
	// RFC9421 is the algorithm's name in the HTTP Signature Algorithms registry, empty where it has none.
	RFC9421 string
	// Weak says why the algorithm should not be used, and what to ask the sender for; mostly empty.
	Weak string

	family family
	hash   crypto.Hash    // of the signed string; Ed25519 takes the string itself
	curve  elliptic.Curve // ECDSA only
}

var algorithms = []Algorithm{
	{Name: "rsa_sha256", family: familyRSA, hash: crypto.SHA256, RFC9421: "rsa-v1_5-sha256"},
	{Name: "rsa_sha512", family: familyRSA, hash: crypto.SHA512},
	{Name: "rsa_pss_sha256", family: familyRSAPSS, hash: crypto.SHA256},
	{Name: "rsa_pss_sha512", family: familyRSAPSS, hash: crypto.SHA512, RFC9421: "rsa-pss-sha512"},
	{Name: "ecdsa_sha256", family: familyECDSA, hash: crypto.SHA256, curve: elliptic.P256(), RFC9421: "ecdsa-p256-sha256"},
	{Name: "ecdsa_sha384", family: familyECDSA, hash: crypto.SHA384, curve: elliptic.P384(), RFC9421: "ecdsa-p384-sha384"},
	{Name: "ed25519", family: familyEd25519, RFC9421: "ed25519"},
	{Name: "hmac_sha256", family: familyHMAC, hash: crypto.SHA256, RFC9421: "hmac-sha256"},
	{Name: "hmac_sha512", family: familyHMAC, hash: crypto.SHA512},
	{Name: "hmac_sha1", family: familyHMAC, hash: crypto.SHA1, Weak: "is out of date: ask the sender for hmac_sha256"},
}

// Names returns the names of those algorithms that an option takes, or of all without one.
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

// AlgorithmNamed returns nil for a name that is not in the table.
func AlgorithmNamed(name string) *Algorithm {
	i := slices.IndexFunc(algorithms, func(a Algorithm) bool { return a.Name == name })
	if i < 0 {
		return nil
	}
	return &algorithms[i]
}

// CheckPublic returns an error unless a public key is of this algorithm and strong enough for it. A private key's public
// half takes the same way.
func (a *Algorithm) CheckPublic(public crypto.PublicKey) error {
	switch a.family {
	case familyRSA, familyRSAPSS:
		key, ok := public.(*rsa.PublicKey)
		if !ok {
			return fmt.Errorf("%s needs an RSA key, this is %s", a.Name, describePublic(public))
		}
		if bits := key.N.BitLen(); bits < minRSABits || bits > maxRSABits {
			return fmt.Errorf("the RSA key has %d bits; from %d to %d are accepted: make a new key pair", bits, minRSABits, maxRSABits)
		}
	case familyECDSA:
		key, ok := public.(*ecdsa.PublicKey)
		if !ok || key.Curve != a.curve {
			return fmt.Errorf("%s needs a key on curve %s, this is %s", a.Name, a.curve.Params().Name, describePublic(public))
		}
	case familyEd25519:
		if _, ok := public.(ed25519.PublicKey); !ok {
			return fmt.Errorf("%s needs an Ed25519 key, this is %s", a.Name, describePublic(public))
		}
	case familyHMAC:
		return fmt.Errorf("%s needs a secret, not a public key: anyone who has the public key could sign with it", a.Name)
	}
	return nil
}

func describePublic(public crypto.PublicKey) string {
	switch key := public.(type) {
	case *rsa.PublicKey:
		return fmt.Sprintf("an RSA key of %d bits", key.N.BitLen())
	case *ecdsa.PublicKey:
		return "a key on curve " + key.Curve.Params().Name
	case ed25519.PublicKey:
		return "an Ed25519 key"
	default:
		return fmt.Sprintf("a %T", public)
	}
}

// Plausible reports whether a signature of this length can be by this key. It is cheap, and refuses most junk before any
// arithmetic is done.
func (a *Algorithm) Plausible(public crypto.PublicKey, signature []byte) bool {
	switch a.family {
	case familyRSA, familyRSAPSS:
		key, ok := public.(*rsa.PublicKey)
		return ok && len(signature) == key.Size()
	case familyECDSA:
		n := coordinateSize(a.curve)
		// A DER signature is a SEQUENCE of two INTEGERs of at most n+1 bytes; two short ones make 8 bytes.
		isDER := len(signature) >= 8 && len(signature) <= 2*n+9 && signature[0] == 0x30
		return len(signature) == 2*n || isDER
	case familyEd25519:
		return len(signature) == ed25519.SignatureSize
	default:
		return len(signature) == a.hash.Size()
	}
}

// Symmetric reports whether the algorithm verifies with a shared secret rather than with a public key.
func (a *Algorithm) Symmetric() bool { return a.family == familyHMAC }

// Hash is the hash function that the signed string goes through first, 0 if there is none.
func (a *Algorithm) Hash() crypto.Hash { return a.hash }

// verifyPublic does the expensive step for the families that have public keys. What is signed comes as its digest, or as
// the message itself for Ed25519.
func (a *Algorithm) verifyPublic(public crypto.PublicKey, signed, signature []byte) bool {
	switch key := public.(type) {
	case *rsa.PublicKey:
		if a.family == familyRSAPSS {
			options := rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthAuto}
			return rsa.VerifyPSS(key, a.hash, signed, signature, &options) == nil
		}
		return rsa.VerifyPKCS1v15(key, a.hash, signed, signature) == nil
	case *ecdsa.PublicKey:
		return verifyECDSA(key, signed, signature)
	case ed25519.PublicKey:
		return ed25519.Verify(key, signed, signature)
	default:
		return false
	}
}

// verifyECDSA takes a signature as ASN.1 DER or as raw r‖s (JWS and RFC 9421 use the latter). A DER signature that is
// exactly as long as a raw one is so unlikely (r and s would have to be 29 bytes long) that length tells them apart.
func verifyECDSA(key *ecdsa.PublicKey, digest, signature []byte) bool {
	n := coordinateSize(key.Curve)
	if len(signature) != 2*n {
		return ecdsa.VerifyASN1(key, digest, signature)
	}
	r, s := new(big.Int).SetBytes(signature[:n]), new(big.Int).SetBytes(signature[n:])
	return ecdsa.Verify(key, digest, r, s)
}

func coordinateSize(curve elliptic.Curve) int { return (curve.Params().BitSize + 7) / 8 }
