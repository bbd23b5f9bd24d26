// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package parts

import (
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/cxone-otel/cxonereceiver/internal/signature/refusal"
)

const (
	unitRFC3339  = "rfc3339"
	unitHTTPDate = "http_date"

	// MaxUnixSeconds is the end of the year 9999. time.Time wraps around somewhere above, and a wrapped time could be now.
	MaxUnixSeconds = 253402300799
)

// timeUnits are the numeric units, with how many of each make a second.
var timeUnits = []struct {
	name      string
	perSecond int64
}{{"s", 1}, {"ms", 1e3}, {"us", 1e6}, {"ns", 1e9}}

// TimeUnits are the values that Timestamp.Unit may have.
var TimeUnits = []string{"s", "ms", "us", "ns", unitRFC3339, unitHTTPDate}

// Timestamp says where the time of signing is and which times are accepted.
type Timestamp struct {
	Location `mapstructure:",squash"`
	// Unit is s, ms, us, ns (since 1970), rfc3339 or http_date.
	Unit string `mapstructure:"unit"`
	// MaxAge is how old a request may be. Default the larger of 10m and twice the refresh interval, since a sender may use one
	// signature for a whole interval.
	MaxAge time.Duration `mapstructure:"max_age"`
	// MaxFuture is how far ahead of ours the sender's clock may be. Default 1m.
	MaxFuture time.Duration `mapstructure:"max_future"`
}

// Within refuses a timestamp that cannot be read, or whose time is outside the window.
func (t *Timestamp) Within(text string, now time.Time) (time.Time, *refusal.Error) {
	at, err := ParseTime(text, t.Unit)
	if err != nil {
		// What is no time may be anything, so it is not repeated.
		return time.Time{}, refusal.New(refusal.ReasonMalformed, "the timestamp, %d bytes, is not a time in unit %s%s", len(text), t.Unit, t.suggest(text, now))
	}
	// Times are compared, not their difference, which saturates at 292 years and cannot always be negated.
	switch {
	case at.Before(now.Add(-t.MaxAge)):
		return time.Time{}, refusal.New(refusal.ReasonStale, "timestamp %s is %s old, max_age is %s%s",
			refusal.Quote(text), now.Sub(at).Round(time.Second), t.MaxAge, t.suggest(text, now))
	case at.After(now.Add(t.MaxFuture)):
		return time.Time{}, refusal.New(refusal.ReasonFuture, "timestamp %s is %s ahead, max_future is %s%s",
			refusal.Quote(text), at.Sub(now).Round(time.Second), t.MaxFuture, t.suggest(text, now))
	}
	return at, nil
}

// suggest names the unit in which a refused timestamp would be current: mostly the unit is wrong, not the clock.
func (t *Timestamp) suggest(text string, now time.Time) string {
	for _, unit := range TimeUnits {
		if unit == t.Unit {
			continue
		}
		at, err := ParseTime(text, unit)
		if err == nil && now.Sub(at).Abs() <= max(t.MaxAge, time.Hour) {
			return fmt.Sprintf("; read in unit %s it is %s: set timestamp.unit: %s if the sender means that",
				unit, at.UTC().Format(time.RFC3339), unit)
		}
	}
	return ""
}

// ParseTime reads a timestamp. Numbers are decimal digits and nothing else: no sign, no blank, no fraction.
func ParseTime(text, unit string) (time.Time, error) {
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
	return time.Unix(min(seconds, MaxUnixSeconds), rest*(1e9/perSecond)), nil
}

// Text is how a signer writes a time.
func (t *Timestamp) Text(at time.Time) string { return FormatTime(at, t.Unit) }

// FormatTime is how a signer writes a time.
func FormatTime(at time.Time, unit string) string {
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
