// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package keys

import (
	"crypto/ecdsa"
	"crypto/rand"
	"encoding/asn1"
	"math/big"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cxone-otel/cxonereceiver/internal/signature/signaturetest"
)

// Signatures that are wrong in ways that careless verifiers accept, as in Wycheproof.
func TestECDSASignaturesOfNoValueAreRefused(t *testing.T) {
	for _, name := range []string{"ecdsa_sha256", "ecdsa_sha384", "ecdsa_sha512"} {
		a := AlgorithmNamed(name)
		pair, ok := signaturetest.PairFor(name).(*ecdsa.PrivateKey)
		require.True(t, ok)
		public := pair.Public()
		digest := Bytes([]byte("message")).Digest(a.hash)
		der, err := ecdsa.SignASN1(rand.Reader, pair, digest)
		require.NoError(t, err)
		raw, err := rawECDSA(&pair.PublicKey, der)
		require.NoError(t, err)
		require.True(t, a.verifyPublic(public, digest, der), "DER")
		require.True(t, a.verifyPublic(public, digest, raw), "raw")

		n := coordinateSize(pair.Curve)
		order := pair.Curve.Params().N
		r, s := new(big.Int).SetBytes(raw[:n]), new(big.Int).SetBytes(raw[n:])
		encode := func(r, s *big.Int) []byte {
			der, err := asn1.Marshal(struct{ R, S *big.Int }{r, s})
			require.NoError(t, err)
			return der
		}
		rawOf := func(r, s *big.Int) []byte {
			out := make([]byte, 2*n)
			new(big.Int).Mod(r, new(big.Int).Lsh(big.NewInt(1), uint(8*n))).FillBytes(out[:n])
			new(big.Int).Mod(s, new(big.Int).Lsh(big.NewInt(1), uint(8*n))).FillBytes(out[n:])
			return out
		}
		zero, one := new(big.Int), big.NewInt(1)
		for what, signature := range map[string][]byte{
			"raw, all zero": make([]byte, 2*n), "raw, r zero": rawOf(zero, s), "raw, s zero": rawOf(r, zero),
			"raw, r = s = 1": rawOf(one, one), "raw, r = n": rawOf(order, s), "raw, s = n": rawOf(r, order),
			"raw, swapped": rawOf(s, r), "raw, cut": raw[:2*n-1], "raw, longer": append(raw[:2*n:2*n], 0),
			"DER, all zero": encode(zero, zero), "DER, r zero": encode(zero, s), "DER, s zero": encode(r, zero),
			"DER, r = n": encode(order, s), "DER, s = n": encode(r, order), "DER, r + n": encode(new(big.Int).Add(r, order), s),
			"DER, negative": encode(new(big.Int).Neg(r), s), "DER with an appendix": append(slices.Clip(der), 0),
			"DER, cut": der[:len(der)-1], "DER, long form of length": append([]byte{0x30, 0x81, der[1]}, der[2:]...),
			"DER, an empty sequence": {0x30, 0x00}, "empty": {}, "one byte": {0x30},
		} {
			assert.False(t, a.Plausible(public, signature) && a.verifyPublic(public, digest, signature), "%s %s", name, what)
			assert.False(t, a.verifyPublic(public, digest, signature), "%s %s, without the check of length", name, what)
		}
	}
}
