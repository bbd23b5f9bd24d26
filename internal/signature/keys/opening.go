// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package keys

import (
	"bytes"
	"cmp"
	"crypto"
	"crypto/rsa"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/binary"
	"fmt"
	"math/big"
	"slices"
)

// Padding is the form in which an RSA signature was made.
type Padding string

// The paddings that opening a signature can find.
const (
	PKCS1 Padding = "PKCS#1 v1.5"
	PSS   Padding = "PSS"
)

// Opened is the content of an RSA signature: the signature raised to the public exponent. This needs no signed string, so
// it tells a wrong key from a wrong string.
type Opened struct {
	// Padding is empty in the zero value, which stands for a signature that the key did not make.
	Padding Padding
	// Hash and Digest are those of the signed string. Hash is 0 if the padding is around something else, which is Inner.
	Hash   crypto.Hash
	Digest []byte
	Salt   []byte // PSS only
	Inner  []byte // PKCS#1 only
	// Strange describes the content of the padding if that does not name its hash.
	Strange string

	named bool // whether Inner names a hash, known or not
	zeros int  // how many bytes of zeros PSS has before its salt
}

// Open opens a signature with a key. It returns every way to read it, and none if the key did not make it. With PKCS#1
// there is one way. PSS does not name its hash: if the salt is as long as possible, one signature in a hundred can also be
// read with a hash that did not make it. The way with the most zeros before its salt comes first, since noise has none.
func Open(public *rsa.PublicKey, signature []byte) []Opened {
	number := new(big.Int).SetBytes(signature)
	if len(signature) != public.Size() || number.Cmp(public.N) >= 0 {
		return nil
	}
	number.Exp(number, big.NewInt(int64(public.E)), public.N)
	message := number.FillBytes(make([]byte, public.Size()))
	if o, ok := openPKCS1(message); ok {
		return []Opened{o}
	}
	var all []Opened
	for _, kind := range []crypto.Hash{crypto.SHA256, crypto.SHA512, crypto.SHA384, crypto.SHA1} {
		if o, ok := openPSS(message, kind, public.N.BitLen()-1); ok {
			all = append(all, o)
		}
	}
	slices.SortStableFunc(all, func(a, b Opened) int { return cmp.Compare(b.zeros, a.zeros) })
	return all
}

// Algorithm returns the name of the algorithm that makes such signatures; empty if there is none.
func (o Opened) Algorithm() string {
	family := familyRSA
	switch {
	case o.Padding == "" || o.Hash == 0 && (o.named || len(o.Inner) == 0 || len(o.Inner) > maxRawBytes):
		return ""
	case o.Hash == 0:
		family = familyRSARaw
	case o.Padding == PSS:
		family = familyRSAPSS
	}
	i := slices.IndexFunc(algorithms, func(a Algorithm) bool { return a.family == family && a.hash == o.Hash })
	if i < 0 {
		return ""
	}
	return algorithms[i].Name
}

// SameKind reports whether both have the same padding, the same hash and the same length of content.
func (o Opened) SameKind(other Opened) bool {
	return o.Padding == other.Padding && o.Hash == other.Hash && len(o.Inner) == len(other.Inner)
}

// Matches reports whether this string was signed.
func (o Opened) Matches(signed []byte) bool {
	if o.Hash == 0 {
		return len(o.Inner) > 0 && bytes.Equal(o.Inner, signed)
	}
	state := o.Hash.New()
	state.Write(signed)
	if o.Padding == PSS {
		digest := state.Sum(nil)
		state.Reset()
		state.Write(make([]byte, 8))
		state.Write(digest)
		state.Write(o.Salt)
	}
	return bytes.Equal(state.Sum(nil), o.Digest)
}

// String describes the content.
func (o Opened) String() string {
	text := fmt.Sprintf("opens with this key: RSA %s, %s", o.Padding, o.Hash)
	switch {
	case o.Padding == "":
		return "does not open with this key: another key made it, or it is not an RSA signature"
	case o.Algorithm() == "rsa_raw":
		return fmt.Sprintf("opens with this key: RSA %s around %s", o.Padding, o.Strange)
	case o.Strange != "":
		return fmt.Sprintf("opens with this key: RSA %s, but around %s; the receiver has no algorithm for that", o.Padding, o.Strange)
	case o.Algorithm() == "":
		return text + "; the receiver has no algorithm for that: ask the sender for SHA-256"
	case o.Padding == PSS:
		return fmt.Sprintf("%s, salt of %d bytes", text, len(o.Salt))
	default:
		return text
	}
}

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
func openPKCS1(message []byte) (Opened, bool) {
	padded, ok := bytes.CutPrefix(message, []byte{0, 1})
	if !ok {
		return Opened{}, false
	}
	inner := bytes.TrimLeft(padded, "\xff")
	if len(padded)-len(inner) < 8 || len(inner) == 0 || inner[0] != 0 {
		return Opened{}, false
	}
	inner = inner[1:]
	var info struct {
		Algorithm pkix.AlgorithmIdentifier
		Digest    []byte
	}
	o := Opened{Padding: PKCS1, Inner: inner}
	rest, err := asn1.Unmarshal(inner, &info)
	kind, known := hashOIDs[info.Algorithm.Algorithm.String()]
	switch {
	case err != nil || len(rest) > 0:
		o.Strange = fmt.Sprintf("%d bytes that do not say by which hash they were made", len(inner))
	case !known || kind.Size() != len(info.Digest):
		o.named = true
		o.Strange = fmt.Sprintf("a digest of kind %s", info.Algorithm.Algorithm)
	default:
		o.Hash, o.Digest = kind, info.Digest
	}
	return o, true
}

// openPSS reads maskedDB, H, BC (RFC 8017 section 9.1.2), with MGF1 on the same hash, as all libraries use it. DB must be
// zeros, a one and the salt. One of 30000 strings of noise has that form, and one of 128 that PSS made with another hash.
func openPSS(message []byte, kind crypto.Hash, bits int) (Opened, bool) {
	size := (bits + 7) / 8
	message = message[len(message)-size:]
	if message[size-1] != 0xbc || size < kind.Size()+2 {
		return Opened{}, false
	}
	db := bytes.Clone(message[:size-kind.Size()-1])
	digest := message[len(db) : size-1]
	unmask(db, digest, kind)
	db[0] &= 0xff >> (8*size - bits)
	salt := bytes.TrimLeft(db, "\x00")
	if len(salt) == 0 || salt[0] != 1 {
		return Opened{}, false
	}
	return Opened{Padding: PSS, Hash: kind, Digest: digest, Salt: salt[1:], zeros: len(db) - len(salt)}, true
}

// unmask removes MGF1's mask (RFC 8017 appendix B.2.1).
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
