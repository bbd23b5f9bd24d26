// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package translate

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
)

// TestMosOf has the points of ITU-T G.107, table B.1, and G.109's classes.
func TestMosOf(t *testing.T) {
	for r, mos := range map[float64]float64{-1: 1, 0: 1, 50: 2.58, 60: 3.1, 70: 3.6, 80: 4.02, 90: 4.34, 93.2: 4.41, 100: 4.5, 120: 4.5} {
		assert.InDelta(t, mos, mosOf(r), 0.01, r)
	}
	for r := 0.5; r < 10; r += 0.5 {
		assert.GreaterOrEqual(t, mosOf(r), 1.0, r)
	}
}

func TestMosAgainstRFactor(t *testing.T) {
	for name, tc := range map[string]struct {
		mos, r     string
		both, odds int
	}{
		"they agree":          {"4.3", "90", 1, 0},
		"about":               {"4.0", "90", 1, 0},
		"they contradict":     {"4.3", "50", 1, 1},
		"the other way":       {"2", "93", 1, 1},
		"another scale":       {"86", "90", 1, 1},
		"only the MOS":        {"4.3", "null", 0, 0},
		"only the R-factor":   {"0", "50", 0, 0},
		"an R-factor of zero": {"4.3", "0", 1, 1},
	} {
		t.Run(name, func(t *testing.T) {
			stats := voice(t, defaults(), fmt.Sprintf(`{"ContactId": 1, "AvgMos": %s, "AvgRFactor": %s}`, tc.mos, tc.r)).Stats
			assert.Equal(t, tc.both, stats.MosAndRFactor)
			assert.Equal(t, tc.odds, stats.Implausible[MosAgainstRFactor])
		})
	}
}
