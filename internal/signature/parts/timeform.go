// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package parts

import (
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

const (
	// UnitLayout is the unit of times whose form is configured.
	UnitLayout = "layout"
	unitUSDate = "us_date"

	// MaxUnixSeconds is the end of the year 9999. For larger numbers time.Time overflows, and the result could be a current
	// time.
	MaxUnixSeconds = 253402300799
	// ticksTo1970 is the number of seconds from the year 1, from which .NET counts, to 1970.
	ticksTo1970 = 62135596800
)

// TimeUnits are the units that need no other key.
var TimeUnits = []string{"s", "ms", "us", "ns", "rfc3339", "http_date", unitUSDate, "iso8601", "iso8601_basic", "dotnet_ticks"}

// Units are the values that Timestamp.Unit may have.
var Units = append(slices.Clone(TimeUnits), UnitLayout)

// timeForm reads and writes times. The zone is that of times that name none.
type timeForm struct {
	parse  func(text string, zone *time.Location) (time.Time, error)
	format func(at time.Time, zone *time.Location) string
	// isNumber says that times of this form are numbers. Those of all other forms are not.
	isNumber bool
}

var timeForms = map[string]timeForm{
	"s":       {parse: parseSeconds, format: counted(1, 0).format, isNumber: true},
	"ms":      counted(1e3, 0),
	"us":      counted(1e6, 0),
	"ns":      counted(1e9, 0),
	"rfc3339": inUTC(written(time.RFC3339)),
	"http_date": {
		parse:  func(text string, _ *time.Location) (time.Time, error) { return http.ParseTime(text) },
		format: func(at time.Time, _ *time.Location) string { return at.UTC().Format(http.TimeFormat) },
	},
	unitUSDate: written("1/2/2006 3:04:05 PM", "1/2/2006 15:04:05"),
	"iso8601": inUTC(written("2006-01-02T15:04:05Z07:00", "2006-01-02T15:04:05", "2006-01-02T15:04:05Z0700", "2006-01-02T15:04:05Z07",
		"2006-01-02 15:04:05Z07:00", "2006-01-02 15:04:05")),
	"iso8601_basic": inUTC(written("20060102T150405Z", "20060102T150405", "20060102T150405Z0700")),
	"dotnet_ticks":  counted(1e7, ticksTo1970),
}

// written is the form of times that are text. The first layout is the one for writing.
func written(layouts ...string) timeForm {
	return timeForm{
		parse: func(text string, zone *time.Location) (at time.Time, err error) {
			for _, layout := range layouts {
				if at, err = time.ParseInLocation(layout, text, zone); err == nil {
					return at, nil
				}
			}
			return time.Time{}, err
		},
		format: func(at time.Time, zone *time.Location) string { return at.In(zone).Format(layouts[0]) },
	}
}

// inUTC ignores the zone: times that name none are in UTC.
func inUTC(form timeForm) timeForm {
	return timeForm{
		parse:  func(text string, _ *time.Location) (time.Time, error) { return form.parse(text, time.UTC) },
		format: func(at time.Time, _ *time.Location) string { return form.format(at, time.UTC) },
	}
}

// counted is the form of times that are counted from a number of seconds before 1970. Numbers are decimal digits only: no
// sign, no blank, no fraction.
func counted(perSecond, before int64) timeForm {
	return timeForm{
		parse: func(text string, _ *time.Location) (time.Time, error) {
			count, err := strconv.ParseUint(text, 10, 63)
			if err != nil {
				return time.Time{}, err
			}
			seconds, rest := int64(count)/perSecond-before, int64(count)%perSecond //nolint:gosec // 63 bits
			return time.Unix(min(seconds, MaxUnixSeconds), rest*(1e9/perSecond)), nil
		},
		format: func(at time.Time, _ *time.Location) string {
			return strconv.FormatInt((at.Unix()+before)*perSecond+int64(at.Nanosecond())/(1e9/perSecond), 10)
		},
		isNumber: true,
	}
}

var errFraction = errors.New("a fraction is digits after one point")

// parseSeconds takes a fraction, of which nanoseconds count.
func parseSeconds(text string, zone *time.Location) (time.Time, error) {
	whole, fraction, found := strings.Cut(text, ".")
	at, err := counted(1, 0).parse(whole, zone)
	if err != nil || !found {
		return at, err
	}
	if fraction == "" || strings.Trim(fraction, "0123456789") != "" {
		return time.Time{}, errFraction
	}
	nanoseconds, err := strconv.Atoi((fraction + "000000000")[:9])
	return at.Add(time.Duration(nanoseconds)), err
}
