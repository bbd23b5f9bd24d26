// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package signature

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
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

// algorithm is a row of the table below: what a key of this algorithm is, and how it verifies.
type algorithm struct {
	name   string
	family family
	digest digest         // of the signed string; Ed25519 takes the string itself
	curve  elliptic.Curve // ECDSA only
	// rfc9421 is the algorithm's name in the HTTP Signature Algorithms registry, empty where it has none.
	rfc9421 string
}

var algorithms = []algorithm{
	{name: "rsa_sha256", family: familyRSA, digest: digestSHA256, rfc9421: "rsa-v1_5-sha256"},
	{name: "rsa_sha512", family: familyRSA, digest: digestSHA512},
	{name: "rsa_pss_sha256", family: familyRSAPSS, digest: digestSHA256},
	{name: "rsa_pss_sha512", family: familyRSAPSS, digest: digestSHA512, rfc9421: "rsa-pss-sha512"},
	{name: "ecdsa_sha256", family: familyECDSA, digest: digestSHA256, curve: elliptic.P256(), rfc9421: "ecdsa-p256-sha256"},
	{name: "ecdsa_sha384", family: familyECDSA, digest: digestSHA384, curve: elliptic.P384(), rfc9421: "ecdsa-p384-sha384"},
	{name: "ed25519", family: familyEd25519, rfc9421: "ed25519"},
	{name: "hmac_sha256", family: familyHMAC, digest: digestSHA256, rfc9421: "hmac-sha256"},
	{name: "hmac_sha512", family: familyHMAC, digest: digestSHA512},
	{name: weakAlgorithm, family: familyHMAC, digest: digestSHA1},
}

// weakAlgorithm is accepted, since some senders know no other, with a warning at start-up.
const weakAlgorithm = "hmac_sha1"

// Algorithms returns the names that a key's algorithm may have.
func Algorithms() []string {
	names := make([]string, len(algorithms))
	for i := range algorithms {
		names[i] = algorithms[i].name
	}
	return names
}

// algorithmNamed returns nil for a name that is not in the table.
func algorithmNamed(name string) *algorithm {
	i := slices.IndexFunc(algorithms, func(a algorithm) bool { return a.name == name })
	if i < 0 {
		return nil
	}
	return &algorithms[i]
}

// checkPublic says whether a public key is of this algorithm and strong enough for it. A private key's public half takes
// the same way.
func (a *algorithm) checkPublic(public crypto.PublicKey) error {
	switch a.family {
	case familyRSA, familyRSAPSS:
		key, ok := public.(*rsa.PublicKey)
		if !ok {
			return fmt.Errorf("%s needs an RSA key, this is %s", a.name, describePublic(public))
		}
		if bits := key.N.BitLen(); bits < minRSABits || bits > maxRSABits {
			return fmt.Errorf("the RSA key has %d bits; from %d to %d are accepted: make a new key pair", bits, minRSABits, maxRSABits)
		}
	case familyECDSA:
		key, ok := public.(*ecdsa.PublicKey)
		if !ok || key.Curve != a.curve {
			return fmt.Errorf("%s needs a key on curve %s, this is %s", a.name, a.curve.Params().Name, describePublic(public))
		}
	case familyEd25519:
		if _, ok := public.(ed25519.PublicKey); !ok {
			return fmt.Errorf("%s needs an Ed25519 key, this is %s", a.name, describePublic(public))
		}
	case familyHMAC:
		return fmt.Errorf("%s needs a secret, not a public key: anyone who has the public key could sign with it", a.name)
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

// plausible says whether a signature of this length can be by this key. It is cheap, and refuses most junk before any
// arithmetic is done.
func (a *algorithm) plausible(public crypto.PublicKey, signature []byte) bool {
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
		return len(signature) == a.digest.size()
	}
}

// verifyPublic does the expensive step for the families that have public keys. What is signed comes as its digest, or as
// the message itself for Ed25519.
func (a *algorithm) verifyPublic(public crypto.PublicKey, signed, signature []byte) bool {
	switch key := public.(type) {
	case *rsa.PublicKey:
		if a.family == familyRSAPSS {
			options := rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthAuto}
			return rsa.VerifyPSS(key, a.digest.hash(), signed, signature, &options) == nil
		}
		return rsa.VerifyPKCS1v15(key, a.digest.hash(), signed, signature) == nil
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
