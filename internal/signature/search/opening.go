// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package search

import (
	"bytes"
	"cmp"
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
	"strings"

	"github.com/cxone-otel/cxonereceiver/internal/signature/keys"
)

// opening is a way to compare a candidate string with the signatures of a site.
type opening struct {
	algorithm string
	cost      int
	secret    *secret // for an HMAC or a digest
	// digest says that the secret is a part of the string.
	digest bool
	// raw is the length of the content of an RSA signature that names no hash: the string itself, or a wrapper's output.
	raw int
	// newMatcher makes a matcher for one request. A matcher has memory of its own, so each worker has its own.
	newMatcher func(request int) matcher
}

// matcher reports whether one of a request's signatures is of this string.
type matcher func(signed []byte) bool

// open finds out how this site's signatures can be checked, and notes what the key alone shows.
func (s *site) open(key *Key) {
	switch public := key.public.(type) {
	case *rsa.PublicKey:
		s.openRSA(public)
	case *ecdsa.PublicKey, ed25519.PublicKey:
		for i, algorithm := range key.algorithms() {
			if keys.PlausibleSignature(algorithm, public, s.signatures[0][0]) {
				s.openings = append(s.openings, s.verifying(algorithm, public, min(i, 1)))
			}
		}
	default:
		s.openSecret(key)
	}
}

func (k *Key) isRSA() bool {
	_, ok := k.public.(*rsa.PublicKey)
	return ok
}

// isSlow reports whether each candidate costs a whole verification.
func (k *Key) isSlow() bool { return k.public != nil && !k.isRSA() }

// verifying checks with one verification for each candidate.
func (s *site) verifying(algorithm string, public crypto.PublicKey, cost int) opening {
	return opening{algorithm: algorithm, cost: cost, newMatcher: func(request int) matcher {
		return func(signed []byte) bool {
			return slices.ContainsFunc(s.signatures[request], func(one []byte) bool {
				return keys.VerifyMessage(algorithm, public, signed, one)
			})
		}
	}}
}

// hashesOf are the hash functions of the algorithms with a secret, and of a token's claim.
var hashesOf = map[string]func() hash.Hash{"sha1": sha1.New, "sha256": sha256.New, "sha384": sha512.New384, "sha512": sha512.New}

// digestCost is 1, since a plain digest is rarer than an HMAC.
const digestCost = 1

// openSecret takes the algorithm from the signature's length, and tries every reading of the secret.
func (s *site) openSecret(key *Key) {
	for _, algorithm := range key.algorithms() {
		if !slices.ContainsFunc(s.signatures[0], func(one []byte) bool { return keys.PlausibleSignature(algorithm, nil, one) }) {
			continue
		}
		family, name, _ := strings.Cut(algorithm, "_")
		for i := range key.secrets {
			one := opening{algorithm: algorithm, secret: &key.secrets[i]}
			if one.digest = family == "digest"; one.digest {
				one.cost = digestCost
			}
			one.newMatcher = func(request int) matcher {
				state, sum := hashesOf[name](), make([]byte, 0, sha512.Size)
				if !one.digest {
					state = hmac.New(hashesOf[name], one.secret.bytes)
				}
				return func(signed []byte) bool {
					state.Reset()
					state.Write(signed)
					sum = state.Sum(sum[:0])
					// The comparison need not take constant time: the signatures are in the user's own file.
					return slices.ContainsFunc(s.signatures[request], func(signature []byte) bool { return bytes.Equal(signature, sum) })
				}
			}
			s.openings = append(s.openings, one)
		}
	}
}

// openRSA raises the signatures to the public exponent. The result is padded as the algorithm defines, or is noise. If it
// can be read in more than one way, the search tries each.
func (s *site) openRSA(public *rsa.PublicKey) {
	all := make([][]keys.Opened, len(s.signatures))
	for request, signatures := range s.signatures {
		for _, one := range signatures {
			all[request] = append(all[request], keys.Open(public, one)...)
		}
	}
	var kinds []keys.Opened // one of each kind
	for _, one := range slices.Concat(all...) {
		if !slices.ContainsFunc(kinds, one.SameKind) {
			kinds = append(kinds, one)
		}
	}
	if len(kinds) == 0 {
		s.note = keys.Opened{}.String()
		return
	}
	// The kind that most requests have is named in messages.
	without := func(kind keys.Opened) (requests []int) {
		for request := range all {
			if !slices.ContainsFunc(all[request], kind.SameKind) {
				requests = append(requests, request)
			}
		}
		return requests
	}
	slices.SortStableFunc(kinds, func(a, b keys.Opened) int { return cmp.Compare(len(without(a)), len(without(b))) })
	s.keyFits, s.foreign = true, without(kinds[0])
	var notes []string
	for _, kind := range kinds {
		notes = append(notes, kind.String())
		if kind.Algorithm() != "" {
			s.openings = append(s.openings, matching(kind, all))
		}
	}
	s.note = strings.Join(notes, "; or it ")
}

// matching compares a string with the content of the signatures of one kind.
func matching(kind keys.Opened, all [][]keys.Opened) opening {
	one := opening{algorithm: kind.Algorithm(), newMatcher: func(request int) matcher {
		return func(signed []byte) bool {
			return slices.ContainsFunc(all[request], func(one keys.Opened) bool { return one.SameKind(kind) && one.Matches(signed) })
		}
	}}
	if kind.Hash == 0 {
		one.raw = len(kind.Inner)
	}
	return one
}
