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
	"hash"
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
	all := make([][]keys.Opened, len(s.signatures))
	for request, signatures := range s.signatures {
		for _, one := range signatures {
			all[request] = append(all[request], keys.Open(public, one))
		}
	}
	first := all[0][0]
	for _, one := range all[0] {
		if one.Padding != "" {
			first = one
		}
	}
	s.note = first.String()
	for request := range all {
		all[request] = slices.DeleteFunc(all[request], func(one keys.Opened) bool { return one.Padding != first.Padding || one.Hash != first.Hash })
		if len(all[request]) == 0 {
			s.note = "is signed by another key, or in another way, than that of the first request"
			return
		}
	}
	if first.Algorithm() == "" {
		return
	}
	s.openings = []opening{{algorithm: first.Algorithm(), newMatcher: func(request int) matcher {
		return func(signed []byte) bool {
			return slices.ContainsFunc(all[request], func(one keys.Opened) bool { return one.Matches(signed) })
		}
	}}}
}
