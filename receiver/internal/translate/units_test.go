// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package translate

import (
	"math"
	"math/big"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestUnits(t *testing.T) {
	for _, tc := range []struct {
		figure Figure
		unit   string
		given  string
		want   float64
	}{
		{SetupTime, "ms", "898.0", 0.898},
		{Jitter, "ms", "4.1", 0.0041},
		{Jitter, "ms", " 4.1 ", 0.0041},
		{Jitter, "ms", "4.1e0", 0.0041},
		{Jitter, "ms", "41E-1", 0.0041},
		{Jitter, "ms", "+4.10", 0.0041},
		{Jitter, "ms", "-4.1", -0.0041},
		{Jitter, "us", "898", 0.000898},
		{Jitter, "ns", "898", 0.000000898},
		{Jitter, "ns", ".00000000000001", 1e-23},
		{Jitter, "ms", "123456789012345678901234567890.5", 123456789012345678901234567.8905},
		{Duration, "s", "561", 561},
		{PacketLoss, "percent", "0.3", 0.003},
		{PacketLoss, "percent", "7", 0.07},
		{PacketLoss, "percent", "0.29", 0.0029},
		{PacketLoss, "ratio", "0.3", 0.3},
		{Bitrate, "kbit/s", "48.2", 48200},
		{Bitrate, "kbit/s", "64.1", 64100},
		{Bitrate, "Mbit/s", "1.5", 1500000},
		{Bitrate, "Mbit/s", "1e308", math.Inf(1)},
		{Bitrate, "Mbit/s", "0e9999999999999999999", 0},
		{Bitrate, "bit/s", "48", 48},
	} {
		unit, err := ParseUnit(tc.figure, tc.unit)
		require.NoError(t, err)
		value, err := strconv.ParseFloat(strings.TrimSpace(tc.given), 64)
		require.NoError(t, err)
		assert.Equal(t, tc.want, unit.To(tc.given, value), "%v %s", tc.given, tc.unit) //nolint:testifylint // to the last digit
	}
	_, err := ParseUnit(Mos, "s")
	assert.ErrorContains(t, err, "is a score")
	_, err = ParseUnit(RTT, "percent")
	assert.ErrorContains(t, err, "it can be ns, us, ms, s")
	_, err = ParseFigure("moss")
	assert.ErrorContains(t, err, "the figures are mos, r_factor, score")
}

// TestUnitsAreExact compares conversions with exact arithmetic that is rounded once.
func TestUnitsAreExact(t *testing.T) {
	numbers := rand.New(rand.NewPCG(1, 2)) //nolint:gosec // for a test
	for range 200_000 {
		text := strconv.FormatFloat(numbers.Float64()*math.Pow10(numbers.IntN(12)), 'f', numbers.IntN(18), 64)
		unit := Unit{[]int{-9, -6, -3, -2, 3, 6}[numbers.IntN(6)]}
		want, ok := new(big.Rat).SetString(text + "e" + strconv.Itoa(unit.exponent))
		require.True(t, ok)
		exact, _ := want.Float64()
		value, err := strconv.ParseFloat(text, 64)
		require.NoError(t, err)
		require.Equal(t, exact, unit.To(text, value), "%s, %d", text, unit.exponent) //nolint:testifylint // to the last digit
	}
}

func BenchmarkUnit(b *testing.B) {
	for _, text := range []string{"4.1", "898", "12.345678901234567", "1.5e1"} {
		b.Run(text, func(b *testing.B) {
			value, _ := strconv.ParseFloat(text, 64)
			b.ReportAllocs()
			for b.Loop() {
				durationUnits["ms"].To(text, value)
			}
		})
	}
}
