// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package payload

import (
	"strconv"
	"strings"
	"time"
)

// afterLastYear is the start of 2262 in Unix seconds. A time stamp in nanoseconds cannot hold the whole of that year.
const afterLastYear = 9_214_646_400

// readTime reads a time as Unix nanoseconds. It takes RFC 3339, ISO 8601, the US form, variants of them that are not
// ambiguous, and a number of seconds or milliseconds since 1970. A time without a zone is in the given one. Unreadable are
// years that a time stamp cannot hold, such as the 0001-01-01 that some systems send for "none", and the start of 1970,
// since a time stamp of zero means "none".
func readTime(s string, zone *time.Location) (nanos int64, unreadable bool) {
	s = strings.TrimFunc(s, isBlank)
	if nanos, ok := readEpoch(s); ok {
		return nanos, false
	}
	p := timeParser{rest: s}
	seconds, fraction, ok := p.parse(zone)
	if !ok || seconds < 0 || seconds >= afterLastYear || seconds == 0 && fraction == 0 {
		return 0, true
	}
	return seconds*1e9 + fraction, false
}

// readEpoch reads seconds or milliseconds since 1970, with or without a fraction. The size tells which of the two it is.
// Seconds of 1970 to 1973 are refused, since such a number could be anything.
func readEpoch(s string) (nanos int64, ok bool) {
	const leastSeconds, leastMilliseconds = 1e8, 1e11
	if strings.IndexByte(s, 'e') > 0 || strings.IndexByte(s, 'E') > 0 {
		v, unreadable := readNumber(s)
		if unreadable {
			return 0, false
		}
		s = strconv.FormatFloat(v, 'f', -1, 64)
	}
	p := timeParser{rest: s}
	whole, digits := p.number()
	if digits == 0 || digits > 13 {
		return 0, false
	}
	unit := int64(time.Second)
	if whole >= leastMilliseconds {
		unit = int64(time.Millisecond)
	}
	if whole < leastSeconds || whole >= afterLastYear*(int64(time.Second)/unit) {
		return 0, false
	}
	fraction := int64(0)
	if p.accept('.') {
		fraction = p.fraction() / (int64(time.Second) / unit)
	}
	return whole*unit + fraction, p.rest == ""
}

// timeParser reads a date and a time of day from the front of the text that is left.
type timeParser struct{ rest string }

// parse returns the time in Unix seconds, and its fraction in nanoseconds.
func (p *timeParser) parse(zone *time.Location) (seconds, fraction int64, ok bool) {
	year, month, day, ok := p.date()
	if !ok || month < 1 || month > 12 || day < 1 || day > daysOf(year, time.Month(month)) {
		return 0, 0, false
	}
	blank := p.blanks()
	blank = p.accept(',') || blank
	blank = p.blanks() || blank
	if !p.accept('T') && !p.accept('t') && !blank {
		return 0, 0, false
	}
	hour, minute, second, fraction, ok := p.clock()
	if !ok {
		return 0, 0, false
	}
	p.blanks()
	if hour, ok = p.halfDay(hour); !ok || hour > 23 || minute > 59 || second > 59 {
		return 0, 0, false
	}
	wall := time.Date(year, time.Month(month), day, hour, minute, second, 0, time.UTC).Unix()
	p.blanks()
	if p.rest == "" {
		return wall - offsetAt(wall, zone), fraction, true
	}
	offset, ok := p.offset()
	return wall - offset, fraction, ok && p.rest == ""
}

// date reads 2024-03-26, 20240326, or 3/26/2024.
func (p *timeParser) date() (year, month, day int, ok bool) {
	first, digits := p.number()
	switch {
	case digits == 4 && p.accept('-'):
		month, monthDigits := p.number()
		ok = p.accept('-')
		day, dayDigits := p.number()
		return int(first), int(month), int(day), ok && monthDigits <= 2 && dayDigits <= 2
	case digits == 8:
		return int(first / 10000), int(first / 100 % 100), int(first % 100), true
	case digits <= 2 && p.accept('/'):
		day, dayDigits := p.number()
		ok = p.accept('/')
		year, yearDigits := p.number()
		return int(year), int(first), int(day), ok && dayDigits <= 2 && yearDigits == 4
	default:
		return 0, 0, 0, false
	}
}

// clock reads 13:57, 13:57:41, 13:57:41.727, and the same without colons.
func (p *timeParser) clock() (hour, minute, second int, fraction int64, ok bool) {
	first, digits := p.number()
	hasSeconds := digits == 6
	switch digits {
	case 1, 2:
		if !p.accept(':') {
			return 0, 0, 0, 0, false
		}
		minutes, minuteDigits := p.number()
		hour, minute, ok = int(first), int(minutes), minuteDigits == 2
		if p.accept(':') {
			seconds, secondDigits := p.number()
			second, ok, hasSeconds = int(seconds), ok && secondDigits == 2, true
		}
	case 4:
		hour, minute, ok = int(first/100), int(first%100), true
	case 6:
		hour, minute, second, ok = int(first/10000), int(first/100%100), int(first%100), true
	}
	if ok && hasSeconds && (p.accept('.') || p.accept(',')) {
		fraction = p.fraction()
	}
	return hour, minute, second, fraction, ok
}

// halfDay reads AM, PM, am, a.m. and the like, if there is one, and returns the hour of the day.
func (p *timeParser) halfDay(hour int) (int, bool) {
	afternoon := p.accept('P') || p.accept('p')
	if !afternoon && !p.accept('A') && !p.accept('a') {
		return hour, true // of 24
	}
	p.accept('.')
	if !p.accept('M') && !p.accept('m') {
		return 0, false
	}
	p.accept('.')
	switch {
	case hour > 12 || hour == 0 && afternoon:
		return 0, false
	case hour == 12 && !afternoon:
		return 0, true
	case hour < 12 && afternoon:
		return hour + 12, true
	default:
		return hour, true
	}
}

// offset reads Z, UTC, GMT, +02:00, +0200 or +02, in seconds.
func (p *timeParser) offset() (seconds int64, ok bool) {
	if rest, found := strings.CutPrefix(p.rest, "UTC"); found {
		p.rest = rest
	} else if rest, found := strings.CutPrefix(p.rest, "GMT"); found {
		p.rest = rest
	} else if p.accept('Z') || p.accept('z') {
		return 0, true
	}
	if p.rest == "" {
		return 0, true
	}
	negative := p.accept('-')
	if !negative && !p.accept('+') {
		return 0, false
	}
	hours, digits := p.number()
	minutes := int64(0)
	switch {
	case digits == 4:
		hours, minutes = hours/100, hours%100
	case digits != 2:
		return 0, false
	case p.accept(':'):
		if minutes, digits = p.number(); digits != 2 {
			return 0, false
		}
	}
	seconds = hours*3600 + minutes*60
	if negative {
		seconds = -seconds
	}
	return seconds, hours < 24 && minutes < 60
}

// number reads digits, and returns how many there were. It stops before a number could be too large.
func (p *timeParser) number() (n int64, digits int) {
	for digits < len(p.rest) && digits < 18 && isDigit(p.rest[digits]) {
		n = n*10 + int64(p.rest[digits]-'0')
		digits++
	}
	p.rest = p.rest[digits:]
	return n, digits
}

// fraction reads the digits of a second's fraction as nanoseconds. Further digits are dropped.
func (p *timeParser) fraction() (nanos int64) {
	for unit := int64(1e8); p.rest != "" && isDigit(p.rest[0]); unit /= 10 {
		nanos += int64(p.rest[0]-'0') * unit
		p.rest = p.rest[1:]
	}
	return nanos
}

func (p *timeParser) accept(c byte) bool {
	if p.rest == "" || p.rest[0] != c {
		return false
	}
	p.rest = p.rest[1:]
	return true
}

// blanks skips blanks of any kind, such as the U+202F that newer platforms print before AM and PM.
func (p *timeParser) blanks() bool {
	before := len(p.rest)
	if before > 0 && (p.rest[0] <= ' ' || p.rest[0] >= 0x80) {
		p.rest = strings.TrimLeftFunc(p.rest, isBlank)
	}
	return len(p.rest) < before
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

func daysOf(year int, month time.Month) int {
	switch month {
	case time.February:
		if year%4 == 0 && (year%100 != 0 || year%400 == 0) {
			return 29
		}
		return 28
	case time.April, time.June, time.September, time.November:
		return 30
	default:
		return 31
	}
}

// offsetAt returns a zone's offset from UTC at a local time, in seconds. An hour that comes twice, at the end of summer
// time, is its first occurrence. An hour that is skipped has the offset before it.
func offsetAt(wall int64, zone *time.Location) int64 {
	if zone == time.UTC {
		return 0
	}
	const day = 24 * 60 * 60 // no zone is a day or more from UTC
	before, after := zoneOffset(wall-day, zone), zoneOffset(wall+day, zone)
	if zoneOffset(wall-before, zone) != before && zoneOffset(wall-after, zone) == after {
		return after
	}
	return before
}

func zoneOffset(seconds int64, zone *time.Location) int64 {
	_, offset := time.Unix(seconds, 0).In(zone).Zone()
	return int64(offset)
}
