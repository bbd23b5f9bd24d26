// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package parts

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cxone-otel/cxonereceiver/internal/signature/refusal"
)

func TestTimestamps(t *testing.T) {
	now := time.Unix(1700000000, 0).UTC()
	for name, test := range map[string]struct {
		unit, text string
		reason     refusal.Reason
		hint       string
	}{
		"s": {"s", "1700000000", "", ""}, "ms": {"ms", "1700000000000", "", ""}, "us": {"us", "1700000000000000", "", ""},
		"ns": {"ns", "1700000000000000000", "", ""}, "rfc3339": {"rfc3339", "2023-11-14T23:13:20.5+01:00", "", ""},
		"http_date":                    {"http_date", "Tue, 14 Nov 2023 22:13:20 GMT", "", ""},
		"as old as may be":             {"s", "1699999400", "", ""},
		"older":                        {"s", "1699999399", refusal.ReasonStale, ""},
		"as far ahead as may be":       {"s", "1700000060", "", ""},
		"further":                      {"s", "1700000061", refusal.ReasonFuture, ""},
		"seconds for ms":               {"ms", "1700000000", refusal.ReasonStale, "set timestamp.unit: s if"},
		"ms for seconds":               {"s", "1700000000000", refusal.ReasonFuture, "set timestamp.unit: ms if"},
		"a date for seconds":           {"s", "2023-11-14T22:13:20Z", refusal.ReasonMalformed, "set timestamp.unit: rfc3339 if"},
		"seconds for a date":           {"http_date", "1700000000", refusal.ReasonMalformed, "set timestamp.unit: s if"},
		"zero":                         {"s", "0", refusal.ReasonStale, ""},
		"negative":                     {"s", "-1", refusal.ReasonMalformed, ""},
		"a fraction":                   {"s", "1700000000.123456789123", "", ""},
		"a fraction of ms":             {"ms", "1700000000000.5", refusal.ReasonMalformed, ""},
		"a point without a fraction":   {"s", "1700000000.", refusal.ReasonMalformed, ""},
		"two points":                   {"s", "1700000000.5.5", refusal.ReasonMalformed, ""},
		"a signed fraction":            {"s", "1700000000.-5", refusal.ReasonMalformed, ""},
		"us_date":                      {"us_date", "11/14/2023 10:13:20 PM", "", ""},
		"us_date, 24 hours":            {"us_date", "11/14/2023 22:13:20", "", ""},
		"us_date, the day first":       {"us_date", "14/11/2023 22:13:20", refusal.ReasonMalformed, ""},
		"iso8601":                      {"iso8601", "2023-11-14T22:13:20.5", "", ""},
		"iso8601 with a zone":          {"iso8601", "2023-11-14T23:13:20+01:00", "", ""},
		"iso8601 with a short zone":    {"iso8601", "2023-11-14T23:13:20+0100", "", ""},
		"iso8601 with a blank":         {"iso8601", "2023-11-14 22:13:20", "", ""},
		"iso8601_basic":                {"iso8601_basic", "20231114T221320Z", "", ""},
		"iso8601_basic without a zone": {"iso8601_basic", "20231114T221320", "", ""},
		"dotnet_ticks":                 {"dotnet_ticks", "638355968005000000", "", ""},
		"ticks for ms":                 {"ms", "638355968000000000", refusal.ReasonFuture, "set timestamp.unit: dotnet_ticks if"},
		"AWS's date for rfc3339":       {"rfc3339", "20231114T221320Z", refusal.ReasonMalformed, "set timestamp.unit: iso8601_basic if"},
		"no ticks at all":              {"dotnet_ticks", "0", refusal.ReasonStale, ""},
		"an exponent":                  {"s", "17e8", refusal.ReasonMalformed, ""},
		"hexadecimal":                  {"s", "0x6553f100", refusal.ReasonMalformed, ""},
		"with an underscore":           {"s", "1_700_000_000", refusal.ReasonMalformed, ""},
		"a blank":                      {"s", " 1700000000", refusal.ReasonMalformed, ""},
		"the largest":                  {"s", "9223372036854775807", refusal.ReasonFuture, ""},
		"one more":                     {"s", "9223372036854775808", refusal.ReasonMalformed, ""},
		"the largest ns":               {"ns", "9223372036854775807", refusal.ReasonFuture, ""},
		"one that would wrap into now": {"s", "18446744011009551616", refusal.ReasonMalformed, ""},
		"an RFC 3339 date that is not": {"rfc3339", "2023-13-14T22:13:20Z", refusal.ReasonMalformed, ""},
	} {
		t.Run(name, func(t *testing.T) {
			window := Timestamp{Unit: test.unit, MaxAge: 10 * time.Minute, MaxFuture: time.Minute}
			at, refused := window.Within(test.text, now)
			if test.reason == "" {
				require.Nil(t, refused)
				assert.WithinDuration(t, now, at, 10*time.Minute)
				return
			}
			require.NotNil(t, refused)
			assert.Equal(t, test.reason, refused.Reason, refused.Detail)
			assert.Contains(t, refused.Detail, test.hint)
		})
	}
	for _, unit := range TimeUnits {
		at, err := ParseTime((&Timestamp{Unit: unit}).Text(now), unit)
		require.NoError(t, err)
		assert.Equal(t, now, at.UTC(), unit)
	}
}

func TestTimesInALayoutAndAZone(t *testing.T) {
	want := time.Date(2023, 11, 14, 22, 13, 20, 0, time.UTC)
	for text, timestamp := range map[string]Timestamp{
		"2023-11-14 22:13:20":            {Unit: UnitLayout, Layout: "2006-01-02 15:04:05"},
		"14.11.2023 23:13:20":            {Unit: UnitLayout, Layout: "02.01.2006 15:04:05", TimeZone: "Europe/Berlin"},
		"Nov 14, 2023 5:13:20 PM":        {Unit: UnitLayout, Layout: "Jan 2, 2006 3:04:05 PM", TimeZone: "America/New_York"},
		"2023/11/14T22:13:20+00:00":      {Unit: UnitLayout, Layout: "2006/01/02T15:04:05-07:00", TimeZone: "Asia/Tokyo"},
		"11/14/2023 5:13:20 PM":          {Unit: unitUSDate, TimeZone: "America/New_York"},
		"Tue Nov 14 22:13:20 +0000 2023": {Unit: UnitLayout, Layout: "Mon Jan 02 15:04:05 -0700 2006"},
	} {
		at, err := timestamp.Parse(text)
		require.NoError(t, err, text)
		assert.Equal(t, want, at.UTC(), text)
		read, err := timestamp.Parse(timestamp.Text(want))
		require.NoError(t, err, text)
		assert.Equal(t, want, read.UTC(), text)
	}
}

func TestFormsOfTimesAreChecked(t *testing.T) {
	for want, timestamp := range map[string]Timestamp{
		"":                          {Unit: UnitLayout, Layout: "2006-01-02 15:04:05", TimeZone: "Europe/Berlin"},
		"timestamp.layout: missing": {Unit: UnitLayout},
		"it needs the year (2006)":  {Unit: UnitLayout, Layout: "01-02 15:04:05"},
		"is not read back":          {Unit: UnitLayout, Layout: "2006-01-02 03:04:05"},
		"\"YYYY-MM-DD HH:mm:ss\": a time written": {Unit: UnitLayout, Layout: "YYYY-MM-DD HH:mm:ss"},
		"only timestamp.unit: layout has one":     {Unit: "ms", Layout: "2006-01-02 15:04:05"},
		"times in unit iso8601 need no zone":      {Unit: "iso8601", TimeZone: "Europe/Berlin"},
		"\"Mars/Olympus\" is not a time zone":     {Unit: unitUSDate, TimeZone: "Mars/Olympus"},
		"\"Local\" is not a time zone":            {Unit: unitUSDate, TimeZone: "Local"},
	} {
		var p refusal.Problems
		timestamp.CheckForm(&p)
		if want == "" {
			require.NoError(t, p.Err())
			continue
		}
		require.ErrorContains(t, p.Err(), want)
	}
}
