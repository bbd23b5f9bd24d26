// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package translate

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
)

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
