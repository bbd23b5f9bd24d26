// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package keys

import (
	"bytes"
	"crypto"
	"crypto/hmac"
	"hash"
	"io"
	"sync"
)

// Content is a string that is hashed at most once for each hash function, however many keys are tried.
type Content struct {
	// Write writes the string. It may be called several times.
	Write func(io.Writer)

	digests map[crypto.Hash][]byte
}

// Bytes returns the content of a string in memory.
func Bytes(data []byte) *Content {
	return &Content{Write: func(w io.Writer) { _, _ = w.Write(data) }}
}

// Digest returns the string's digest.
func (c *Content) Digest(kind crypto.Hash) []byte {
	if known, ok := c.digests[kind]; ok {
		return known
	}
	if c.digests == nil {
		c.digests = map[crypto.Hash][]byte{}
	}
	state := kind.New()
	c.Write(state)
	c.digests[kind] = state.Sum(nil)
	return c.digests[kind]
}

// Verify reports whether this key made one of the signatures over this string. HMACs are compared in constant time.
func (k *Key) Verify(c *Content, signatures [][]byte) bool {
	switch {
	case k.Algorithm.Symmetric():
		return k.verifySecret(c, signatures)
	case k.Algorithm.hash != 0:
		return k.verifyPublic(func() []byte { return c.Digest(k.Algorithm.hash) }, signatures)
	}
	whole, _ := buffers.Get().(*bytes.Buffer)
	defer buffers.Put(whole)
	whole.Reset()
	c.Write(whole)
	return k.verifyPublic(whole.Bytes, signatures)
}

// buffers hold the strings of algorithms without a hash function, such as Ed25519. For a body of 60 KB, a new buffer for
// each request would double the cost of a verification.
var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

func (k *Key) verifyPublic(signed func() []byte, signatures [][]byte) bool {
	for _, signature := range signatures {
		if k.Algorithm.Plausible(k.public, signature) && k.Algorithm.verifyPublic(k.public, signed(), signature) {
			return true
		}
	}
	return false
}

// verifySecret compares the signatures with the secret's own, in constant time. The string of a plain digest contains the
// secret.
func (k *Key) verifySecret(c *Content, signatures [][]byte) bool {
	state, pooled := k.states.Get().(*secretState)
	if !pooled {
		state = k.newState()
	}
	defer k.states.Put(state)
	state.Reset()
	c.Write(state)
	state.sum = state.Sum(state.sum[:0])
	for _, signature := range signatures {
		if hmac.Equal(state.sum, signature) {
			return true
		}
	}
	return false
}

// secretState makes the signatures of a secret, one after the other. A new one takes seven allocations and hashes the
// secret twice, which is a twentieth of the cost of an API call's delivery.
type secretState struct {
	hash.Hash
	sum []byte
}

func (k *Key) newState() *secretState {
	if k.Algorithm.SignsSecret() {
		return &secretState{Hash: k.Algorithm.hash.New()}
	}
	return &secretState{Hash: hmac.New(k.Algorithm.hash.New, k.secret)}
}

// StringSecret returns the secret if it is a part of the signed string, and otherwise nil.
func (k *Key) StringSecret() []byte {
	if k.Algorithm.SignsSecret() {
		return k.secret
	}
	return nil
}

// VerifyMessage reports whether the owner of a public key signed a message under one of the algorithms. It is false for
// algorithms with a secret.
func VerifyMessage(algorithm string, public crypto.PublicKey, message, signature []byte) bool {
	a := AlgorithmNamed(algorithm)
	if a == nil || a.CheckPublic(public) != nil {
		return false
	}
	k := Key{Algorithm: a, public: public}
	return k.Verify(Bytes(message), [][]byte{signature})
}

// PlausibleSignature reports whether a signature of this length can have been made by a key of this algorithm. The key is
// nil for a secret.
func PlausibleSignature(algorithm string, public crypto.PublicKey, signature []byte) bool {
	a := AlgorithmNamed(algorithm)
	return a != nil && a.Plausible(public, signature)
}
