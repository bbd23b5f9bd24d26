// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package parts

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/cxone-otel/cxonereceiver/internal/signature/refusal"
)

// Timestamp says where the time of signing is and which times are accepted.
type Timestamp struct {
	Location `mapstructure:",squash"`
	// Unit is one of Units. Default: ms, or layout if Layout is set.
	Unit string `mapstructure:"unit"`
	// Layout is the form of a time of unit layout, as Go writes it: 2006-01-02 15:04:05.
	Layout string `mapstructure:"layout"`
	// TimeZone is the IANA name of the zone of times of units layout and us_date that name none. Default: UTC.
	TimeZone string `mapstructure:"time_zone"`
	// MaxAge is how old a request may be. Default: 10m, or twice the refresh interval if that is longer, since a sender may
	// use one signature for a whole interval.
	MaxAge time.Duration `mapstructure:"max_age"`
	// MaxFuture is how far the sender's clock may be ahead of this machine's. Default: 1m.
	MaxFuture time.Duration `mapstructure:"max_future"`

	zone *time.Location // the zone of TimeZone, once NewLayout has read it
}

// Parse reads a timestamp.
func (t *Timestamp) Parse(text string) (time.Time, error) {
	form, zone, err := t.form()
	if err != nil {
		return time.Time{}, err
	}
	return form.parse(text, zone)
}

// Text returns a time as a signer writes it.
func (t *Timestamp) Text(at time.Time) string {
	form, zone, err := t.form()
	if err != nil {
		return ""
	}
	return form.format(at, zone)
}

// form returns the form of times, and the zone of those that name none.
func (t *Timestamp) form() (timeForm, *time.Location, error) {
	zone := t.zone
	if zone == nil {
		var err error
		if zone, err = time.LoadLocation(t.TimeZone); err != nil { // the empty name is UTC
			return timeForm{}, nil, err
		}
	}
	if t.Unit == UnitLayout {
		return written(t.Layout), zone, nil
	}
	form, ok := timeForms[t.Unit]
	if !ok {
		return timeForm{}, nil, fmt.Errorf("unknown unit %q", t.Unit)
	}
	return form, zone, nil
}

// Within refuses a timestamp that cannot be read, or whose time is outside the window.
func (t *Timestamp) Within(text string, now time.Time) (time.Time, *refusal.Error) {
	at, err := t.Parse(text)
	if err != nil {
		// The text is not a time and may be anything, so it is not repeated.
		return time.Time{}, refusal.New(refusal.ReasonMalformed,
			"the timestamp, %d bytes, is not a time in unit %s%s", len(text), t.Unit, t.suggest(text, now))
	}
	// The times are compared rather than their difference, which cannot be more than 292 years and cannot always be
	// negated.
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

// suggest names the unit in which a refused timestamp would be current. Mostly the unit is wrong rather than the clock.
func (t *Timestamp) suggest(text string, now time.Time) string {
	isNumber := strings.Trim(text, "0123456789.") == ""
	for _, unit := range TimeUnits {
		if unit == t.Unit || timeForms[unit].isNumber != isNumber {
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

// ParseTime reads a timestamp in one of the TimeUnits.
func ParseTime(text, unit string) (time.Time, error) {
	return (&Timestamp{Unit: unit}).Parse(text)
}

var errLayout = errors.New(
	"a time written in it is not read back: it needs the year (2006), the month (01), the day (02), the hour (15, or 03 with PM), " +
		"the minute (04) and the second (05)")

// CheckForm adds the mistakes in the unit, the layout and the zone.
func (t *Timestamp) CheckForm(p *refusal.Problems) {
	hasZone := t.Unit == UnitLayout || t.Unit == unitUSDate
	zone, err := time.LoadLocation(t.TimeZone)
	switch {
	case t.TimeZone == "":
	case !hasZone:
		p.Add("timestamp.time_zone", "times in unit %s need no zone; only %s and %s do", t.Unit, UnitLayout, unitUSDate)
	case err != nil || zone == time.Local:
		p.Add("timestamp.time_zone", "%q is not a time zone such as America/New_York", t.TimeZone)
	}
	switch sample := time.Date(2023, 11, 14, 22, 13, 20, 0, time.UTC); {
	case t.Unit != UnitLayout && t.Layout != "":
		p.Add("timestamp.layout", "only timestamp.unit: %s has one", UnitLayout)
	case t.Unit == UnitLayout && t.Layout == "":
		p.Add("timestamp.layout", "missing; write how 15:04:05 on the 2nd of January 2006 looks, such as \"2006-01-02 15:04:05\"")
	case t.Unit == UnitLayout:
		if read, err := written(t.Layout).parse(sample.Format(t.Layout), time.UTC); err != nil || !read.Equal(sample) {
			p.Add("timestamp.layout", "%q: %w", refusal.Cut(t.Layout), errLayout)
		}
	}
}
