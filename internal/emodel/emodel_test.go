// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package emodel

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// TestMOS has the points of ITU-T G.107, table B.1, and of G.109's classes.
func TestMOS(t *testing.T) {
	for r, mos := range map[float64]float64{-1: 1, 0: 1, 50: 2.58, 60: 3.1, 70: 3.6, 80: 4.02, 90: 4.34, 93.2: 4.41, 100: 4.5, 120: 4.5} {
		assert.InDelta(t, mos, MOS(r), 0.01, r)
	}
	for r := 0.5; r < 10; r += 0.5 {
		assert.GreaterOrEqual(t, MOS(r), 1.0, r)
	}
}
