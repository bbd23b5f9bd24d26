// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package search

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/hmac"
	"crypto/rsa"
	"crypto/sha1" //nolint:gosec // hmac_sha1 is an algorithm of the receiver
	"crypto/sha256"
	"crypto/sha512"
	"fmt"
	"hash"
	"math/big"
	"slices"

	"github.com/cxone-otel/cxonereceiver/internal/signature/keys"
)

// opening is a way to hold a candidate string against the signatures of a site.
type opening struct {
	algorithm string
	secret    *secret // for an HMAC
	// newMatcher makes a matcher for one request. A matcher has memory of its own, so each worker makes its own.
	newMatcher func(request int) matcher
}

// matcher says whether a string is what one of a request's signatures signs.
type matcher func(signed []byte) bool

// open finds out how this site's signatures can be checked, and notes what is told by the key alone.
func (s *site) open(key *Key) {
	switch public := key.public.(type) {
	case *rsa.PublicKey:
		s.openRSA(public)
	case *ecdsa.PublicKey, ed25519.PublicKey:
		for _, algorithm := range key.algorithms() {
			s.openings = append(s.openings, s.verifying(algorithm, public))
		}
	default:
		s.openHMAC(key)
	}
}

func (k *Key) isRSA() bool {
	_, ok := k.public.(*rsa.PublicKey)
	return ok
}

// verifying checks with one verification for each candidate.
func (s *site) verifying(algorithm string, public crypto.PublicKey) opening {
	return opening{algorithm: algorithm, newMatcher: func(request int) matcher {
		return func(signed []byte) bool {
			return slices.ContainsFunc(s.signatures[request], func(one []byte) bool {
				return keys.VerifyMessage(algorithm, public, signed, one)
			})
		}
	}}
}

var macs = map[string]func() hash.Hash{"hmac_sha1": sha1.New, "hmac_sha256": sha256.New, "hmac_sha512": sha512.New}

// openHMAC takes the algorithm from the signature's length, and tries every reading of the secret.
func (s *site) openHMAC(key *Key) {
	for _, algorithm := range key.algorithms() {
		if !slices.ContainsFunc(s.signatures[0], func(one []byte) bool { return keys.PlausibleSignature(algorithm, nil, one) }) {
			continue
		}
		for i := range key.secrets {
			secret := &key.secrets[i]
			s.openings = append(s.openings, opening{algorithm: algorithm, secret: secret, newMatcher: func(request int) matcher {
				state, sum := hmac.New(macs[algorithm], secret.bytes), make([]byte, 0, sha512.Size)
				return func(signed []byte) bool {
					state.Reset()
					state.Write(signed)
					sum = state.Sum(sum[:0])
					// No secret is at stake here: the signatures are in the user's own file.
					return slices.ContainsFunc(s.signatures[request], func(one []byte) bool { return bytes.Equal(one, sum) })
				}
			}})
		}
	}
}

// openRSA raises the signatures to the public exponent. What comes out is padded as the algorithm says, or is noise.
func (s *site) openRSA(public *rsa.PublicKey) {
	all := make([][]opened, len(s.signatures))
	for request, signatures := range s.signatures {
		for _, one := range signatures {
			all[request] = append(all[request], openRSA(public, one))
		}
	}
	first := all[0][0]
	for _, one := range all[0] {
		if one.padding != "" {
			first = one
		}
	}
	s.note = first.String()
	for request := range all {
		all[request] = slices.DeleteFunc(all[request], func(one opened) bool { return !one.alike(first) })
		if len(all[request]) == 0 {
			s.note = "is signed by another key, or in another way, than that of the first request"
			return
		}
	}
	if first.algorithm() == "" {
		return
	}
	s.openings = []opening{{algorithm: first.algorithm(), newMatcher: func(request int) matcher {
		return func(signed []byte) bool {
			return slices.ContainsFunc(all[request], func(one opened) bool { return one.matches(signed) })
		}
	}}}
}

// opened is what an RSA signature says once it is opened with the public key.
type opened struct {
	padding string // PKCS#1 v1.5 or PSS; empty where the key did not make the signature
	hash    crypto.Hash
	digest  []byte
	salt    []byte // PSS only
	strange string // what is inside the padding, where that is no digest
}

func (o opened) alike(other opened) bool { return o.padding == other.padding && o.hash == other.hash }

// algorithm is the receiver's name for it, empty where it has none.
func (o opened) algorithm() string {
	switch {
	case o.padding == pkcs1 && o.hash == crypto.SHA256:
		return "rsa_sha256"
	case o.padding == pkcs1 && o.hash == crypto.SHA512:
		return "rsa_sha512"
	case o.padding == pss && o.hash == crypto.SHA256:
		return "rsa_pss_sha256"
	case o.padding == pss && o.hash == crypto.SHA512:
		return "rsa_pss_sha512"
	default:
		return ""
	}
}

// String says what the key told.
func (o opened) String() string {
	text := fmt.Sprintf("opens with this key: RSA %s, %s", o.padding, o.hash)
	switch {
	case o.padding == "":
		return "does not open with this key: another key made it, or it is no RSA signature"
	case o.strange != "":
		return fmt.Sprintf("opens with this key: RSA %s, but around %s; the receiver has no algorithm for that", o.padding, o.strange)
	case o.algorithm() == "":
		return text + "; the receiver has no algorithm for that: ask the sender for SHA-256"
	case o.padding == pss:
		return fmt.Sprintf("%s, salt of %d bytes", text, len(o.salt))
	default:
		return text
	}
}

// matches hashes a candidate, and with PSS the salt after it.
func (o *opened) matches(signed []byte) bool {
	if o.hash == crypto.SHA256 {
		sum := sha256.Sum256(signed)
		if o.padding == pss {
			sum = sha256.Sum256(slices.Concat(make([]byte, 8), sum[:], o.salt))
		}
		return bytes.Equal(sum[:], o.digest)
	}
	sum := sha512.Sum512(signed)
	if o.padding == pss {
		sum = sha512.Sum512(slices.Concat(make([]byte, 8), sum[:], o.salt))
	}
	return bytes.Equal(sum[:], o.digest)
}

const (
	pkcs1 = "PKCS#1 v1.5"
	pss   = "PSS"
)

func openRSA(public *rsa.PublicKey, value []byte) opened {
	number := new(big.Int).SetBytes(value)
	if len(value) != public.Size() || number.Cmp(public.N) >= 0 {
		return opened{}
	}
	number.Exp(number, big.NewInt(int64(public.E)), public.N)
	message := number.FillBytes(make([]byte, public.Size()))
	if o, ok := openPKCS1(message); ok {
		return o
	}
	for _, kind := range []crypto.Hash{crypto.SHA256, crypto.SHA512, crypto.SHA384, crypto.SHA1} {
		if o, ok := openPSS(message, kind, public.N.BitLen()-1); ok {
			return o
		}
	}
	return opened{}
}
