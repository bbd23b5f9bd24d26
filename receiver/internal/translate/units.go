// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package translate

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// Unit converts the vendor's numbers to a metric's unit: seconds, a ratio, or bit/s. Its factor is a power of ten, so that
// decimals stay exact. The zero Unit converts nothing.
type Unit struct{ exponent int }

var (
	durationUnits = map[string]Unit{"s": {0}, "ms": {-3}, "us": {-6}, "ns": {-9}}
	ratioUnits    = map[string]Unit{"ratio": {0}, "percent": {-2}}
	bitrateUnits  = map[string]Unit{"bit/s": {0}, "kbit/s": {3}, "Mbit/s": {6}}
)

// To converts a number, given as text and as its value, to the metric's unit. It moves the decimal point in the text and
// parses the result: 4.1 ms is 0.0041 s, and not 0.0040999999999999995, which is the result of dividing the value. The
// result is infinite if it is too large.
func (u Unit) To(text string, value float64) float64 {
	if u.exponent == 0 || value == 0 {
		return value
	}
	if digits, exponent, ok := shortDecimal(text); ok && -(exponent+u.exponent) < len(powersOfTen) {
		return scale(digits, exponent+u.exponent)
	}
	text = strings.TrimSpace(text)
	exponent := 0
	if i := strings.IndexAny(text, "eE"); i >= 0 {
		var err error
		if exponent, err = strconv.Atoi(text[i+1:]); err != nil {
			return value // no finite number but zero has such an exponent
		}
		text = text[:i]
	}
	shifted, _ := strconv.ParseFloat(text+"e"+strconv.Itoa(exponent+u.exponent), 64) // an error gives infinity
	return shifted
}

// shortDecimal reads a decimal without an exponent as digits times a power of ten, if floating point holds both exactly.
// Nearly every number is such a decimal.
func shortDecimal(text string) (digits int64, exponent int, ok bool) {
	const most = 15 // digits: 10^15 is below 2^53
	i, negative, point := 0, false, false
	if text != "" && text[0] == '-' {
		i, negative = 1, true
	}
	if len(text)-i > most {
		return 0, 0, false
	}
	for ; i < len(text); i++ {
		switch c := text[i]; {
		case '0' <= c && c <= '9':
			digits = digits*10 + int64(c-'0')
			if point {
				exponent--
			}
		case c == '.' && !point:
			point = true
		default:
			return 0, 0, false
		}
	}
	if negative {
		digits = -digits
	}
	return digits, exponent, true
}

// powersOfTen are the powers that floating point holds exactly.
var powersOfTen = [...]float64{
	1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19,
	1e20, 1e21, 1e22,
}

// scale returns digits times a power of ten. One operation on exact numbers rounds only once, so the result is the same as
// that of parsing the decimal.
func scale(digits int64, exponent int) float64 {
	if exponent < 0 {
		return float64(digits) / powersOfTen[-exponent]
	}
	return float64(digits) * powersOfTen[exponent]
}

// units returns the units that the figure's numbers can have. A figure on a scale has none.
func (f Figure) units() map[string]Unit {
	switch figures[f].unit {
	case "s":
		return durationUnits
	case "1":
		return ratioUnits
	case "bit/s":
		return bitrateUnits
	default:
		return nil
	}
}

// Units returns the names of the units that the figure's numbers can have, the smallest first. A figure on a scale has none.
func (f Figure) Units() []string { return bySize(f.units()) }

// DurationUnits returns the names of the units of time, the smallest first.
func DurationUnits() []string { return bySize(durationUnits) }

func bySize(units map[string]Unit) []string {
	return slices.SortedFunc(maps.Keys(units), func(a, b string) int { return units[a].exponent - units[b].exponent })
}

// ParseUnit finds a unit of the figure's numbers.
func ParseUnit(f Figure, name string) (Unit, error) {
	if f.units() == nil {
		return Unit{}, fmt.Errorf("%s is a score and has no unit to choose", f)
	}
	return parseUnit(f.units(), name)
}

// ParseDurationUnit finds a unit of time.
func ParseDurationUnit(name string) (Unit, error) { return parseUnit(durationUnits, name) }

func parseUnit(units map[string]Unit, name string) (Unit, error) {
	if u, ok := units[name]; ok {
		return u, nil
	}
	return Unit{}, fmt.Errorf("unknown unit %q; it can be %s", name, strings.Join(bySize(units), ", "))
}
