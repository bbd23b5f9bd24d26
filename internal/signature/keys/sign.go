// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package keys

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"encoding/asn1"
	"fmt"
	"math/big"
	"strings"
)

// SigningKey is the sender's half of a key.
type SigningKey struct {
	// Version and Consumer are those that the request will name.
	Version  string
	Consumer string
	// Algorithm is one of [Names]. If it is empty, it is that of the configuration's key with this version and consumer.
	Algorithm string
	// PrivateKey signs under every algorithm with a public key. The others take Secret, which is decoded.
	PrivateKey crypto.Signer
	Secret     []byte

	_ struct{}
}

// StringSecret returns the secret if it is a part of the signed string, and otherwise nil.
func (k *SigningKey) StringSecret() []byte {
	if AlgorithmNamed(k.Algorithm).SignsSecret() {
		return k.Secret
	}
	return nil
}

// Check returns what is wrong with the key.
func (k *SigningKey) Check() error {
	a := AlgorithmNamed(k.Algorithm)
	switch {
	case a == nil:
		return fmt.Errorf("unknown algorithm %q; known algorithms are %s", k.Algorithm, strings.Join(Names(), ", "))
	case a.Symmetric() && len(k.Secret) < minSecretBytes:
		return ErrShortSecret
	case a.Symmetric():
		return nil
	case k.PrivateKey == nil:
		return fmt.Errorf("%s signs with a private key, and there is none", k.Algorithm)
	}
	return a.CheckPublic(k.PrivateKey.Public())
}

// Sign signs a string with a key that Check has accepted. The signature has the form of the standard library: DER for
// ECDSA.
func (k *SigningKey) Sign(signed []byte) ([]byte, error) {
	a := AlgorithmNamed(k.Algorithm)
	var options crypto.SignerOpts = a.hash
	digest := signed
	if a.hash != 0 {
		digest = Bytes(signed).Digest(a.hash)
	}
	switch a.family {
	case familyDigest:
		return Bytes(signed).Digest(a.hash), nil
	case familyRSARaw:
		if len(signed) == 0 || len(signed) > maxRawBytes {
			return nil, fmt.Errorf(
				"rsa_raw signs from 1 to %d bytes, and the signed string has %d: end it with a hash, such as {({timestamp}{body})|sha256}",
				maxRawBytes, len(signed))
		}
	case familyHMAC:
		state := hmac.New(a.hash.New, k.Secret)
		state.Write(signed)
		return state.Sum(nil), nil
	case familyEd25519:
		options = &ed25519.Options{}
	case familyRSAPSS:
		options = &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthEqualsHash, Hash: a.hash}
	}
	return k.PrivateKey.Sign(rand.Reader, digest, options)
}

// SignRaw is Sign with an ECDSA signature as r‖s, which RFC 9421 wants.
func (k *SigningKey) SignRaw(signed []byte) ([]byte, error) {
	signature, err := k.Sign(signed)
	if k.PrivateKey == nil || err != nil {
		return signature, err
	}
	if public, ok := k.PrivateKey.Public().(*ecdsa.PublicKey); ok {
		return rawECDSA(public, signature)
	}
	return signature, nil
}

func rawECDSA(key *ecdsa.PublicKey, der []byte) ([]byte, error) {
	var pair struct{ R, S *big.Int }
	if _, err := asn1.Unmarshal(der, &pair); err != nil {
		return nil, err
	}
	n := coordinateSize(key.Curve)
	raw := make([]byte, 2*n)
	pair.R.FillBytes(raw[:n])
	pair.S.FillBytes(raw[n:])
	return raw, nil
}
