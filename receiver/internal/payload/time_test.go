// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package payload

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func zoneOf(t testing.TB, name string) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation(name)
	require.NoError(t, err)
	return zone
}

// TestTimesOfOtherForms reads the forms that are not ambiguous, and no others.
func TestTimesOfOtherForms(t *testing.T) {
	denver := zoneOf(t, "America/Denver")
	const morning, afternoon = "2023-04-21T11:20:20Z", "2023-04-21T23:20:20Z"
	for text, want := range map[string]string{
		// The US form, as the vendor prints it, and variants of other platforms.
		"4/21/2023 11:20:20 AM": morning, "4/21/2023 11:20:20 PM": afternoon, "04/21/2023 11:20:20 am": morning,
		"4/21/2023 11:20:20 p.m.": afternoon,
		"4/21/2023, 11:20:20 AM":  morning, "4/21/2023,11:20:20 A.M.": morning, "4/21/2023 11:20:20AM": morning,
		"4/21/2023   11:20:20   Pm":       afternoon,
		"4/21/2023\u00a011:20:20\u202fPM": afternoon, "\u200e4/21/2023\u2003,\t11:20:20 \u3000am\u200e": morning,
		"4/21/2023 23:20:20": afternoon, "4/21/2023 11:20:20": morning,
		"4/21/2023 11:20 AM": "2023-04-21T11:20:00Z", "4/21/2023 23:20": "2023-04-21T23:20:00Z",
		"4/21/2023 12:00:00 AM": "2023-04-21T00:00:00Z", "4/21/2023 0:20 AM": "2023-04-21T00:20:00Z",
		"4/21/2023 12:00 PM": "2023-04-21T12:00:00Z", "4/21/2023 11:20:20.125 PM": "2023-04-21T23:20:20.125Z",
		"4/21/2023 11:20:20 AM +02:00": "2023-04-21T09:20:20Z", "4/21/2023 11:20:20 AM UTC": morning,
		// ISO 8601.
		"2023-04-21T11:20:20Z": morning, "2023-04-21t11:20:20z": morning, "2023-04-21 11:20:20": morning, "2023-04-21T11:20:20": morning,
		"2023-04-21T11:20":      "2023-04-21T11:20:00Z",
		"2023-04-21T11:20:20.1": "2023-04-21T11:20:20.1Z", "2023-04-21T11:20:20,125Z": "2023-04-21T11:20:20.125Z",
		"2023-04-21T11:20:20.1234567891234Z": "2023-04-21T11:20:20.123456789Z",
		"2023-04-21T11:20:20+02:00":          "2023-04-21T09:20:20Z", "2023-04-21T11:20:20-0230": "2023-04-21T13:50:20Z",
		"2023-04-21T11:20:20+02": "2023-04-21T09:20:20Z", "2023-04-21 11:20:20 +0000": morning,
		"20230421T112020Z": morning, "20230421T112020.5+0200": "2023-04-21T09:20:20.5Z", "20230421T1120": "2023-04-21T11:20:00Z",
		"2023-04-21 11:20:20 GMT": morning, "2023-04-21T11:20:20 UTC+02:00": "2023-04-21T09:20:20Z",
		"2024-02-29T23:59:59.999999999Z": "2024-02-29T23:59:59.999999999Z",
		// Seconds and milliseconds since 1970.
		"1682076020": morning, "1682076020000": morning, "1682076020.125": "2023-04-21T11:20:20.125Z",
		"1682076020125.5": "2023-04-21T11:20:20.1255Z", "1.682076020125E12": "2023-04-21T11:20:20.125Z",
		"1.68207602e9": morning, "100000000": "1973-03-03T09:46:40Z", "9214646399.999999999": "2261-12-31T23:59:59.999999999Z",
		"100000000000": "1973-03-03T09:46:40Z", "9214646399999": "2261-12-31T23:59:59.999Z",
		// Ambiguous or wrong.
		"21/4/2023 11:20:20 AM": "", "4/21/23 11:20:20 AM": "", "21.4.2023 11:20:20": "", "4-21-2023 11:20:20 AM": "",
		"Apr 21, 2023 11:20:20 AM": "", "4/21/2023": "", "2023-04-21": "", "11:20:20 AM": "",
		"4/21/2023 13:20:20 PM": "", "4/21/2023 0:20 PM": "", "4/21/2023 13:20:20 AM": "", "4/21/2023 24:00:00": "",
		"4/21/2023 11:60:00 AM": "", "4/21/2023 11:20:60 AM": "", "2/29/2023 11:20:20 AM": "", "0/1/2023 1:00:00 AM": "",
		"4/0/2023 1:00:00 AM": "", "4/31/2023 1:00:00 AM": "", "4/21/2023 11:20:20 AM EST": "", "4/21/2023 11:20:20 AM x": "",
		"4/21/2023 11:20:20 A": "", "4/21/2023 11 AM": "", "4/21/2023 1120 AM x": "", "2023-4-21T1:2:3Z": "",
		"2/29/2100 1:00:00 AM": "", "2023-04-21T11:20:20+25:00": "", "2023-04-21T11:20:20+2": "", "2023-04-21T11:20:20+02:0": "",
		"2023-04-21T11:20:20Z+1": "", "2023-04-2111:20:20Z": "", "T11:20": "", "2023-W16-5T11:20:20Z": "", "2023-111T11:20:20Z": "",
		"20230421112020": "", "20230421": "", "99999999": "", "9214646400": "", "99999999999": "", "9214646400000": "", "1682076020000000": "",
		"-1682076020": "", "+1682076020": "", "1682076020x": "", "1682076020.1.2": "", "1e400": "", "1e-9": "", "e9": "",
		"0": "", "1682076020,5": "", "12345678901234567890": "", "123456789012345678901234567890/1/2023 1:00 AM": "",
		"0001-01-01T00:00:00": "", "4/21/12023 11:20:20 AM": "", " ": "", "M": "", "1/": "", "1//": "", "1/1/2023 ": "",
		"1/1/2023 1:": "",
	} {
		nanos, unreadable := readTime(text, time.UTC)
		if want == "" {
			assert.True(t, unreadable, text)
			assert.Zero(t, nanos, text)
			continue
		}
		assert.False(t, unreadable, text)
		assert.Equal(t, want, time.Unix(0, nanos).UTC().Format(time.RFC3339Nano), text)
	}
	for text, want := range map[string]string{
		"4/21/2023 11:20:20 AM": "2023-04-21T17:20:20Z", "2023-04-21T11:20:20": "2023-04-21T17:20:20Z", "1/21/2023 11:20": "2023-01-21T18:20:00Z",
		"2023-04-21T11:20:20Z": morning, "4/21/2023 11:20:20 AM -01:00": "2023-04-21T12:20:20Z", "1682076020": morning,
	} {
		nanos, unreadable := readTime(text, denver)
		assert.False(t, unreadable, text)
		assert.Equal(t, want, time.Unix(0, nanos).UTC().Format(time.RFC3339Nano), text)
	}
}

// TestHoursThatComeTwiceOrNever has the ends and the beginnings of summer time.
func TestHoursThatComeTwiceOrNever(t *testing.T) {
	for _, tc := range []struct{ zone, text, want string }{
		// Denver: 2024-11-03 from 2:00 back to 1:00, 2024-03-10 from 2:00 to 3:00.
		{"America/Denver", "11/3/2024 12:59:59 AM", "2024-11-03T06:59:59Z"},
		{"America/Denver", "11/3/2024 1:00:00 AM", "2024-11-03T07:00:00Z"}, // the first of the two
		{"America/Denver", "11/3/2024 1:59:59 AM", "2024-11-03T07:59:59Z"},
		{"America/Denver", "11/3/2024 2:00:00 AM", "2024-11-03T09:00:00Z"},
		{"America/Denver", "3/10/2024 1:59:59 AM", "2024-03-10T08:59:59Z"},
		{"America/Denver", "3/10/2024 2:30:00 AM", "2024-03-10T09:30:00Z"}, // with the offset before it: 3:30 in summer
		{"America/Denver", "3/10/2024 3:00:00 AM", "2024-03-10T09:00:00Z"},
		// Berlin: 2024-10-27 from 3:00 back to 2:00, 2024-03-31 from 2:00 to 3:00.
		{"Europe/Berlin", "10/27/2024 2:30:00 AM", "2024-10-27T00:30:00Z"},
		{"Europe/Berlin", "10/27/2024 3:00:00 AM", "2024-10-27T02:00:00Z"},
		{"Europe/Berlin", "3/31/2024 2:30:00 AM", "2024-03-31T01:30:00Z"},
		{"Europe/London", "10/27/2024 1:30:00 AM", "2024-10-27T00:30:00Z"},
		{"Europe/London", "3/31/2024 1:30:00 AM", "2024-03-31T01:30:00Z"},
		// Lord Howe Island moves by half an hour.
		{"Australia/Lord_Howe", "4/7/2024 1:45:00 AM", "2024-04-06T14:45:00Z"},
		{"Australia/Lord_Howe", "10/6/2024 2:15:00 AM", "2024-10-05T15:45:00Z"},
		// Samoa skipped a whole day.
		{"Pacific/Apia", "12/30/2011 12:00:00 PM", "2011-12-30T22:00:00Z"},
		{"Pacific/Apia", "12/31/2011 12:00:00 PM", "2011-12-30T22:00:00Z"},
		{"Asia/Kolkata", "3/10/2024 2:30:00 AM", "2024-03-09T21:00:00Z"},
		{"Pacific/Kiritimati", "3/10/2024 2:30:00 AM", "2024-03-09T12:30:00Z"},
	} {
		nanos, unreadable := readTime(tc.text, zoneOf(t, tc.zone))
		assert.False(t, unreadable, tc.text)
		assert.Equal(t, tc.want, time.Unix(0, nanos).UTC().Format(time.RFC3339), "%s %s", tc.zone, tc.text)
	}
}

// TestTimesComeBack writes the times of a year, three quarters of an hour apart, in each form, and reads them.
func TestTimesComeBack(t *testing.T) {
	for _, name := range []string{"UTC", "America/Denver", "Europe/Berlin", "Australia/Lord_Howe", "Asia/Tokyo", "Africa/Casablanca"} {
		zone := zoneOf(t, name)
		for at := time.Date(2024, 1, 1, 0, 0, 7, 0, time.UTC); at.Year() < 2025; at = at.Add(45 * time.Minute) {
			local := at.In(zone)
			for _, layout := range []string{"1/2/2006 3:04:05 PM", "2006-01-02T15:04:05", time.RFC3339} {
				nanos, unreadable := readTime(local.Format(layout), zone)
				require.False(t, unreadable)
				if nanos != at.UnixNano() { // only where the hour comes twice, and this is the second
					require.Equal(t, local.Format(layout), time.Unix(0, nanos).In(zone).Format(layout))
					require.Less(t, nanos, at.UnixNano())
					require.NotEqual(t, time.RFC3339, layout)
				}
			}
		}
	}
}

func BenchmarkTime(b *testing.B) {
	for name, zone := range map[string]*time.Location{"UTC": time.UTC, "Denver": zoneOf(b, "America/Denver")} {
		for _, text := range []string{"2024-03-26T13:57:41.727Z", "4/21/2023 11:20:20 AM", "1711461461"} {
			b.Run(name+"/"+text, func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					readTime(text, zone)
				}
			})
		}
	}
}
