// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package keys

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/subtle"
	"fmt"
	"math/big"
	"slices"
)

const (
	minRSABits = 2048
	// maxRSABits keeps a key file from making each verification take seconds.
	maxRSABits = 16384
	// maxRawBytes is the longest string that rsa_raw signs: a SHA-512 digest, or a SHA-256 digest in hex.
	maxRawBytes = 64
)

var curves = []elliptic.Curve{elliptic.P256(), elliptic.P384(), elliptic.P521()}

// CheckPublic returns an error unless a public key is of this algorithm and strong enough for it. The public half of a
// private key is checked in the same way.
func (a *Algorithm) CheckPublic(public crypto.PublicKey) error {
	switch a.family {
	case familyRSA, familyRSAPSS, familyRSARaw:
		key, ok := public.(*rsa.PublicKey)
		if !ok {
			return fmt.Errorf("%s needs an RSA key, this is %s", a.Name, describePublic(public))
		}
		return checkRSA(key)
	case familyECDSA:
		key, ok := public.(*ecdsa.PublicKey)
		if !ok || !slices.Contains(curves, key.Curve) {
			return fmt.Errorf("%s needs a key on curve P-256, P-384 or P-521, this is %s", a.Name, describePublic(public))
		}
	case familyEd25519:
		if _, ok := public.(ed25519.PublicKey); !ok {
			return fmt.Errorf("%s needs an Ed25519 key, this is %s", a.Name, describePublic(public))
		}
	default:
		return fmt.Errorf("%s needs a secret, not a public key: anyone who has the public key could sign with it", a.Name)
	}
	return nil
}

// checkRSA refuses keys that are too short, and public exponents with which anyone can sign: with 1, a signature equals
// what it signs, and an even one has no private half.
func checkRSA(key *rsa.PublicKey) error {
	if bits := key.N.BitLen(); bits < minRSABits || bits > maxRSABits {
		return fmt.Errorf("the RSA key has %d bits; from %d to %d are accepted: make a new key pair", bits, minRSABits, maxRSABits)
	}
	if key.E < 3 || key.E%2 == 0 {
		return fmt.Errorf("the RSA key has the public exponent %d, with which signatures can be forged: make a new key pair", key.E)
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

// Plausible reports whether a signature of this length can have been made by this key. It is cheap, and refuses most junk
// before any arithmetic.
func (a *Algorithm) Plausible(public crypto.PublicKey, signature []byte) bool {
	switch key := public.(type) {
	case *rsa.PublicKey:
		return a.RSA() && len(signature) == key.Size()
	case *ecdsa.PublicKey:
		n := coordinateSize(key.Curve)
		// A DER signature is a SEQUENCE of two INTEGERs of at most n+1 bytes; two short ones make 8 bytes.
		isDER := len(signature) >= 8 && len(signature) <= 2*n+9 && signature[0] == 0x30
		return a.ECDSA() && (len(signature) == 2*n || isDER)
	case ed25519.PublicKey:
		return a.family == familyEd25519 && len(signature) == ed25519.SignatureSize
	default:
		return a.Symmetric() && len(signature) == a.hash.Size()
	}
}

// verifyPublic makes the expensive check of the families that have public keys. signed is the digest of the string, or the
// string itself if the algorithm has no hash.
func (a *Algorithm) verifyPublic(public crypto.PublicKey, signed, signature []byte) bool {
	switch key := public.(type) {
	case *rsa.PublicKey:
		return a.verifyRSA(key, signed, signature)
	case *ecdsa.PublicKey:
		return verifyECDSA(key, signed, signature)
	case ed25519.PublicKey:
		return ed25519.Verify(key, signed, signature)
	default:
		return false
	}
}

func (a *Algorithm) verifyRSA(key *rsa.PublicKey, signed, signature []byte) bool {
	switch a.family {
	case familyRSAPSS:
		options := rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthAuto}
		return rsa.VerifyPSS(key, a.hash, signed, signature, &options) == nil
	case familyRSARaw:
		if len(signed) == 0 || len(signed) > maxRawBytes {
			return false
		}
		return slices.ContainsFunc(Open(key, signature), func(o Opened) bool { return subtle.ConstantTimeCompare(o.Inner, signed) == 1 })
	default:
		return rsa.VerifyPKCS1v15(key, a.hash, signed, signature) == nil
	}
}

// verifyECDSA accepts a signature as ASN.1 DER or as raw r‖s, which JWS and RFC 9421 use. The length tells them apart: a
// DER signature that is exactly as long as a raw one is very unlikely, since r and s would have to be 29 bytes long.
func verifyECDSA(key *ecdsa.PublicKey, digest, signature []byte) bool {
	n := coordinateSize(key.Curve)
	if len(signature) != 2*n {
		return ecdsa.VerifyASN1(key, digest, signature)
	}
	r, s := new(big.Int).SetBytes(signature[:n]), new(big.Int).SetBytes(signature[n:])
	return ecdsa.Verify(key, digest, r, s)
}

func coordinateSize(curve elliptic.Curve) int { return (curve.Params().BitSize + 7) / 8 }

// registeredFor returns an algorithm's name in a registry; empty if this key is on another curve than the name says.
func (a *Algorithm) registeredFor(public crypto.PublicKey, name string) string {
	if key, ok := public.(*ecdsa.PublicKey); ok && key.Curve.Params().Name != a.curve {
		return ""
	}
	return name
}

// RFC9421 returns the name of this key's algorithm in a message signature; empty if it has none.
func (k *Key) RFC9421() string { return k.Algorithm.registeredFor(k.public, k.Algorithm.RFC9421) }

// JOSE returns the name of this key's algorithm in a token; empty if it has none.
func (k *Key) JOSE() string { return k.Algorithm.registeredFor(k.public, k.Algorithm.JOSE) }

// PlausibleRaw is Plausible for schemes with ECDSA signatures as r‖s, and never as DER.
func (k *Key) PlausibleRaw(signature []byte) bool {
	if key, ok := k.public.(*ecdsa.PublicKey); ok {
		return len(signature) == 2*coordinateSize(key.Curve)
	}
	return k.Algorithm.Plausible(k.public, signature)
}
