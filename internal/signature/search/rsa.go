// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package search

import (
	"bytes"
	"crypto"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/binary"
	"fmt"
)

// hashOIDs are the hash functions that a PKCS#1 signature may name (RFC 8017, appendix B.1).
var hashOIDs = map[string]crypto.Hash{
	"1.2.840.113549.2.5":     crypto.MD5,
	"1.3.14.3.2.26":          crypto.SHA1,
	"2.16.840.1.101.3.4.2.4": crypto.SHA224,
	"2.16.840.1.101.3.4.2.1": crypto.SHA256,
	"2.16.840.1.101.3.4.2.2": crypto.SHA384,
	"2.16.840.1.101.3.4.2.3": crypto.SHA512,
}

// openPKCS1 reads 00 01 FF... 00 DigestInfo, RFC 8017 section 9.2.
func openPKCS1(message []byte) (opened, bool) {
	padded, ok := bytes.CutPrefix(message, []byte{0, 1})
	if !ok {
		return opened{}, false
	}
	inner := bytes.TrimLeft(padded, "\xff")
	if len(padded)-len(inner) < 8 || len(inner) == 0 || inner[0] != 0 {
		return opened{}, false
	}
	inner = inner[1:]
	var info struct {
		Algorithm pkix.AlgorithmIdentifier
		Digest    []byte
	}
	o := opened{padding: pkcs1}
	rest, err := asn1.Unmarshal(inner, &info)
	kind, known := hashOIDs[info.Algorithm.Algorithm.String()]
	switch {
	case err != nil || len(rest) > 0:
		o.strange = fmt.Sprintf("%d bytes that do not say by which hash they were made", len(inner))
	case !known || kind.Size() != len(info.Digest):
		o.strange = fmt.Sprintf("a digest of kind %s", info.Algorithm.Algorithm)
	default:
		o.hash, o.digest = kind, info.Digest
	}
	return o, true
}

// openPSS reads maskedDB, H, BC, RFC 8017 section 9.1.2, with MGF1 on the same hash as everybody has it. DB has to be zeros,
// a one and the salt; of noise, one in 30000 passes for that.
func openPSS(message []byte, kind crypto.Hash, bits int) (opened, bool) {
	size := (bits + 7) / 8
	message = message[len(message)-size:]
	if message[size-1] != 0xbc || size < kind.Size()+2 {
		return opened{}, false
	}
	db := bytes.Clone(message[:size-kind.Size()-1])
	digest := message[len(db) : size-1]
	unmask(db, digest, kind)
	db[0] &= 0xff >> (8*size - bits)
	salt := bytes.TrimLeft(db, "\x00")
	if len(salt) == 0 || salt[0] != 1 {
		return opened{}, false
	}
	return opened{padding: pss, hash: kind, digest: digest, salt: salt[1:]}, true
}

// unmask takes MGF1's mask off, RFC 8017 appendix B.2.1.
func unmask(db, seed []byte, kind crypto.Hash) {
	state := kind.New()
	for i := 0; i*kind.Size() < len(db); i++ {
		state.Reset()
		state.Write(seed)
		state.Write(binary.BigEndian.AppendUint32(nil, uint32(i))) //nolint:gosec // small
		for j, c := range state.Sum(nil) {
			if at := i*kind.Size() + j; at < len(db) {
				db[at] ^= c
			}
		}
	}
}
