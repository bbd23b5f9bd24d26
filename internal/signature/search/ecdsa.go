// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package search

import (
	"bytes"
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/asn1"
	"math/big"
	"slices"

	"github.com/cxone-otel/cxonereceiver/internal/signature"
)

// An ECDSA signature (r, s) of a digest e by the key Q is right if R = (e/s)G + (r/s)Q has r for its x coordinate. Of that
// only e depends on what was signed, so R - (r/s)Q is computed once for a signature, and a candidate then costs the one
// multiplication of G, for which the curve has tables: a fifth of a verification. Signs are left open (r does not say the
// sign of R), so x coordinates are compared, and a match is verified as a whole.

// ecdsaTarget is a signature made ready for that.
type ecdsaTarget struct {
	whole    []byte
	inverse  *big.Int  // 1/s
	expected [2][]byte // the x coordinates of R - (r/s)Q for either sign of R
}

// openECDSA makes the opening for a key; signatures that cannot be made ready, which are wrong, match nothing.
func (s *site) openECDSA(key *Key, public *ecdsa.PublicKey) {
	curve, sum := ecdh.P256(), func(data []byte) []byte { digest := sha256.Sum256(data); return digest[:] }
	if public.Curve == elliptic.P384() {
		curve, sum = ecdh.P384(), func(data []byte) []byte { digest := sha512.Sum384(data); return digest[:] }
	}
	algorithm := key.algorithms()[0]
	order := public.Params().N
	s.openings = []opening{{algorithm: algorithm, newMatcher: func(request int) matcher {
		var targets []*ecdsaTarget
		for _, one := range s.signatures[request] {
			if target := newECDSATarget(public, curve, one); target != nil {
				targets = append(targets, target)
			}
		}
		factor, scalar := new(big.Int), make([]byte, (order.BitLen()+7)/8)
		return func(signed []byte) bool {
			digest := sum(signed)
			return slices.ContainsFunc(targets, func(t *ecdsaTarget) bool {
				factor.Mod(factor.Mul(factor.SetBytes(digest), t.inverse), order)
				x := timesG(curve, factor.FillBytes(scalar))
				return (bytes.Equal(x, t.expected[0]) || bytes.Equal(x, t.expected[1])) &&
					signature.VerifyMessage(algorithm, public, signed, t.whole)
			})
		}
	}}}
}

// timesG returns the x coordinate of a multiple of the base point, nil for zero.
func timesG(curve ecdh.Curve, scalar []byte) []byte {
	private, err := curve.NewPrivateKey(scalar)
	if err != nil {
		return nil
	}
	point := private.PublicKey().Bytes() // 4, x, y
	return point[1 : 1+len(point)/2]
}

func newECDSATarget(public *ecdsa.PublicKey, curve ecdh.Curve, whole []byte) *ecdsaTarget {
	p := public.Params()
	size := (p.BitSize + 7) / 8
	r, s := splitECDSA(whole, size)
	if r == nil || r.Sign() <= 0 || s.Sign() <= 0 || r.Cmp(p.N) >= 0 || s.Cmp(p.N) >= 0 {
		return nil
	}
	q, err := public.ECDH()
	if err != nil {
		return nil
	}
	inverse := new(big.Int).ModInverse(s, p.N)
	factor := new(big.Int).Mul(r, inverse)
	private, err := curve.NewPrivateKey(factor.Mod(factor, p.N).FillBytes(make([]byte, size)))
	if err != nil {
		return nil
	}
	x, err := private.ECDH(q) // of (r/s)Q
	if err != nil {
		return nil
	}
	first, second := sums(p, r, new(big.Int).SetBytes(x))
	if first == nil {
		return nil
	}
	return &ecdsaTarget{whole: whole, inverse: inverse, expected: [2][]byte{
		first.FillBytes(make([]byte, size)), second.FillBytes(make([]byte, size)),
	}}
}

// splitECDSA takes r and s out of a signature that is DER or both of them one after the other.
func splitECDSA(whole []byte, size int) (r, s *big.Int) {
	if len(whole) == 2*size {
		return new(big.Int).SetBytes(whole[:size]), new(big.Int).SetBytes(whole[size:])
	}
	var pair struct{ R, S *big.Int }
	if rest, err := asn1.Unmarshal(whole, &pair); err != nil || len(rest) > 0 {
		return nil, nil
	}
	return pair.R, pair.S
}

// sums returns the x coordinates of the sum and of the difference of the points with these x coordinates, nil if there are
// no such points. (That r is the x coordinate minus the order of the curve, which it may be, happens to nobody.)
func sums(p *elliptic.CurveParams, x1, x2 *big.Int) (first, second *big.Int) {
	y1, y2 := yOf(p, x1), yOf(p, x2)
	inverse := new(big.Int).ModInverse(new(big.Int).Sub(x2, x1), p.P)
	if y1 == nil || y2 == nil || inverse == nil {
		return nil, nil
	}
	add := func(rise *big.Int) *big.Int {
		slope := rise.Mul(rise, inverse)
		x := slope.Mul(slope, slope)
		return x.Mod(x.Sub(x.Sub(x, x1), x2), p.P)
	}
	return add(new(big.Int).Sub(y2, y1)), add(new(big.Int).Add(y2, y1))
}

// yOf solves the curve's equation y² = x³ - 3x + b.
func yOf(p *elliptic.CurveParams, x *big.Int) *big.Int {
	y := new(big.Int).Mul(x, x)
	y.Mul(y.Sub(y, big.NewInt(3)), x)
	y.Mod(y.Add(y, p.B), p.P)
	return y.ModSqrt(y, p.P)
}
