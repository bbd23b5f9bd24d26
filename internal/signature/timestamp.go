// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package signature

import (
	"fmt"
	"net/http"
	"strconv"
	"time"
)

const (
	unitRFC3339  = "rfc3339"
	unitHTTPDate = "http_date"

	// maxUnixSeconds is the end of the year 9999. time.Time wraps around somewhere above, and a wrapped time could be now.
	maxUnixSeconds = 253402300799
)

// timeUnits are the numeric units, with how many of each make a second.
var timeUnits = []struct {
	name      string
	perSecond int64
}{{"s", 1}, {"ms", 1e3}, {"us", 1e6}, {"ns", 1e9}}

var unitNames = []string{"s", "ms", "us", "ns", unitRFC3339, unitHTTPDate}

// clockWindow is which timestamps are accepted.
type clockWindow struct {
	unit              string
	maxAge, maxFuture time.Duration
}

// check refuses a timestamp that cannot be read, or whose time is outside the window.
func (w clockWindow) check(text string, now time.Time) (time.Time, *Error) {
	at, err := parseTime(text, w.unit)
	if err != nil {
		// What is no time may be anything, so it is not repeated.
		return time.Time{}, refuse(ReasonMalformed, "the timestamp, %d bytes, is not a time in unit %s%s", len(text), w.unit, w.suggest(text, now))
	}
	// Times are compared, not their difference, which saturates at 292 years and cannot always be negated.
	switch {
	case at.Before(now.Add(-w.maxAge)):
		return time.Time{}, refuse(ReasonStale, "timestamp %s is %s old, max_age is %s%s",
			quote(text), now.Sub(at).Round(time.Second), w.maxAge, w.suggest(text, now))
	case at.After(now.Add(w.maxFuture)):
		return time.Time{}, refuse(ReasonFuture, "timestamp %s is %s ahead, max_future is %s%s",
			quote(text), at.Sub(now).Round(time.Second), w.maxFuture, w.suggest(text, now))
	}
	return at, nil
}

// suggest names the unit in which a refused timestamp would be current: mostly the unit is wrong, not the clock.
func (w clockWindow) suggest(text string, now time.Time) string {
	for _, unit := range unitNames {
		if unit == w.unit {
			continue
		}
		at, err := parseTime(text, unit)
		if err == nil && now.Sub(at).Abs() <= max(w.maxAge, time.Hour) {
			return fmt.Sprintf("; read in unit %s it is %s: set timestamp.unit: %s if the sender means that",
				unit, at.UTC().Format(time.RFC3339), unit)
		}
	}
	return ""
}

// parseTime reads a timestamp. Numbers are decimal digits and nothing else: no sign, no blank, no fraction.
func parseTime(text, unit string) (time.Time, error) {
	switch unit {
	case unitRFC3339:
		return time.Parse(time.RFC3339, text)
	case unitHTTPDate:
		return http.ParseTime(text)
	}
	count, err := strconv.ParseUint(text, 10, 63)
	if err != nil {
		return time.Time{}, err
	}
	perSecond := perSecondOf(unit)
	seconds, rest := int64(count)/perSecond, int64(count)%perSecond //nolint:gosec // 63 bits
	return time.Unix(min(seconds, maxUnixSeconds), rest*(1e9/perSecond)), nil
}

// formatTime is how a signer writes a time.
func formatTime(at time.Time, unit string) string {
	switch unit {
	case unitRFC3339:
		return at.UTC().Format(time.RFC3339)
	case unitHTTPDate:
		return at.UTC().Format(http.TimeFormat)
	}
	perSecond := perSecondOf(unit)
	return strconv.FormatInt(at.Unix()*perSecond+int64(at.Nanosecond())/(1e9/perSecond), 10)
}

func perSecondOf(unit string) int64 {
	for i := range timeUnits {
		if timeUnits[i].name == unit {
			return timeUnits[i].perSecond
		}
	}
	return 1
}
