// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

// Package emodel converts between the two scales of a call's quality (ITU-T G.107).
package emodel

// MOS returns the mean opinion score of an R-factor (annex B).
func MOS(rFactor float64) float64 {
	switch r := rFactor; {
	case r <= 0:
		return 1
	case r >= 100:
		return 4.5
	default:
		return max(1, 1+0.035*r+r*(r-60)*(100-r)*7e-6) // the polynomial dips below the scale before it rises
	}
}
