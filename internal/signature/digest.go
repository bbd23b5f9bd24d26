// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package signature

import (
	"crypto"
	"crypto/md5"  //nolint:gosec // some schemes sign the MD5 of a body; Warnings says so
	"crypto/sha1" //nolint:gosec // likewise
	"crypto/sha256"
	"crypto/sha512"
	"hash"
	"sync"
)

// digest is a hash function, as a small number that arrays can be indexed by.
type digest uint8

const (
	digestSHA1 digest = iota
	digestSHA256
	digestSHA384
	digestSHA512
	digestMD5
	digestCount
)

var digestHashes = [digestCount]crypto.Hash{crypto.SHA1, crypto.SHA256, crypto.SHA384, crypto.SHA512, crypto.MD5}

var digestMakers = [digestCount]func() hash.Hash{sha1.New, sha256.New, sha512.New384, sha512.New, md5.New}

// digestPools hold hash states, so that a request makes none.
var digestPools [digestCount]sync.Pool

func (d digest) hash() crypto.Hash       { return digestHashes[d] }
func (d digest) maker() func() hash.Hash { return digestMakers[d] }
func (d digest) size() int               { return digestHashes[d].Size() }

// borrow returns a fresh state; give it back with giveBack.
func (d digest) borrow() hash.Hash {
	if state, ok := digestPools[d].Get().(hash.Hash); ok {
		state.Reset()
		return state
	}
	return digestMakers[d]()
}

func (d digest) giveBack(state hash.Hash) { digestPools[d].Put(state) }

// append appends the digest of data to dst.
func (d digest) append(dst, data []byte) []byte {
	state := d.borrow()
	defer d.giveBack(state)
	state.Write(data)
	return state.Sum(dst)
}
