// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package translate

import (
	"math"
	"math/rand/v2"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
)

// TestAppendNumber compares the numbers in summaries with strconv's, to the third decimal.
func TestAppendNumber(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for range 100_000 {
		v := (random.Float64() - 0.5) * math.Pow(10, float64(random.IntN(17)-4))
		want := strconv.FormatFloat(math.Round(v*1e3)/1e3, 'f', -1, 64)
		if want == "-0" {
			want = "0"
		}
		if got := string(appendNumber(nil, v)); got != want {
			t.Fatalf("%v: %s, not %s", v, got, want)
		}
	}
	for v, want := range map[float64]string{
		0: "0", 4: "4", 4.1: "4.1", 0.5: "0.5", 12.005: "12.005", -3: "-3", 1e9: "1000000000", 0.0004: "0", 1e15: "1e+15", 1e300: "1e+300",
	} {
		assert.Equal(t, want, string(appendNumber(nil, v)))
	}
}
