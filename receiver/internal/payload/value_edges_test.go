// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package payload

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestSurrogates(t *testing.T) {
	r := decodeOne(t, VoiceQuality, `{"ContactId":"\ud800","Agent":"\udc00x","SkillName":"\ud83d\ude00","Poc":"\ud83d\ud83d\ude00",`+
		`"n\ud800":"\ud800"}`)
	assert.Equal(t, map[string]string{"ContactId": "\ufffd", "Agent": "\ufffdx", "SkillName": "😀", "Poc": "\ufffd😀"}, r.fields)
	assert.Equal(t, []Member{{"n\ufffd", "\ufffd", false}}, r.unknown)
	r = decodeOne(t, ScriptAPI, `{"metadata":"[{\"contactId\":\"a\ud800\",\"actionName\":\"\\ud800\"}]"}`)
	assert.Equal(t, map[string]string{"contactId": "a\ufffd", "actionName": "\ufffd"}, r.fields)
}

func TestNumbersOfAnotherForm(t *testing.T) {
	for json, want := range map[string]any{
		`1e-400`: 0.0, `-0`: 0.0, `"0007"`: 7.0, `"1."`: 1.0, `1.7976931348623157e308`: 1.7976931348623157e308,
		`1.7976931348623159e308`: "unreadable", `" "`: "unreadable", `"-"`: "unreadable", `"."`: "unreadable", `"1e"`: "unreadable",
		`"1 2"`: "unreadable",
		`"0b1"`: "unreadable", `"0o7"`: "unreadable", `"0x1p4"`: "unreadable", `"Inf"`: "unreadable", `"nan"`: "unreadable",
		`"١"`: "unreadable", `"5%"`: "unreadable",
		`"null"`: "unreadable", `"1,000"`: "unreadable", `"` + strings.Repeat("9", 400) + `"`: "unreadable",
	} {
		v := readValue(json, number, nil)
		if want == "unreadable" {
			assert.True(t, v.Unreadable, json)
			assert.Zero(t, v.Number, json)
			continue
		}
		assert.False(t, v.Unreadable, json)
		assert.Equal(t, want, v.Number+0, json) //nolint:testifylint // to the last digit
	}
}

func TestTimesAtTheirEdges(t *testing.T) {
	zone := func(name string) *time.Location {
		z, err := time.LoadLocation(name)
		require.NoError(t, err)
		return z
	}
	for _, tc := range []struct {
		text string
		kind kind
		zone *time.Location
		want string // "" for unreadable
	}{
		{"1970-01-01T00:00:00Z", moment, time.UTC, ""},
		{"1970-01-01T00:00:00+14:00", moment, time.UTC, ""},
		{"1970-01-01T00:00:00.000000001Z", moment, time.UTC, "1970-01-01T00:00:00.000000001Z"},
		{"1969-12-31T23:00:00-02:00", moment, time.UTC, "1970-01-01T01:00:00Z"},
		{"2261-12-31T23:59:59.999999999Z", moment, time.UTC, "2261-12-31T23:59:59.999999999Z"},
		{"2261-12-31T23:59:59-01:00", moment, time.UTC, ""},
		{"2262-01-01T00:00:00Z", moment, time.UTC, ""},
		{"0001-01-01T00:00:00", moment, time.UTC, ""},
		{"2024-02-29T00:00:00Z", moment, time.UTC, "2024-02-29T00:00:00Z"},
		{"2023-02-29T00:00:00Z", moment, time.UTC, ""},
		{" 2024-03-26T13:57:41Z ", moment, time.UTC, "2024-03-26T13:57:41Z"},
		{"2024-03-26 13:57:41Z", moment, time.UTC, "2024-03-26T13:57:41Z"},
		{"1/1/0001 12:00:00 AM", moment, time.UTC, ""},
		{"1/1/1970 12:00:00 AM", moment, zone("Asia/Tokyo"), ""},
		{"1/1/1970 12:00:00 AM", moment, zone("America/New_York"), "1970-01-01T05:00:00Z"},
		{"12/31/2023 11:59:59 PM", moment, zone("Pacific/Kiritimati"), "2023-12-31T09:59:59Z"},
		{"12/31/2023 12:00:00 AM", moment, time.UTC, "2023-12-31T00:00:00Z"},
		{"12/31/2023 12:59:59 PM", moment, time.UTC, "2023-12-31T12:59:59Z"},
		{"01/02/2023 03:04:05 AM", moment, time.UTC, "2023-01-02T03:04:05Z"},
		{"1/2/2023 3:04:05\u00a0PM", moment, time.UTC, "2023-01-02T15:04:05Z"},
		{"3/10/2024 01:59:59 AM", moment, zone("America/Denver"), "2024-03-10T08:59:59Z"}, // the last second of winter
		{"3/10/2024 03:00:00 AM", moment, zone("America/Denver"), "2024-03-10T09:00:00Z"}, // the first of summer
		{"11/3/2024 02:00:00 AM", moment, zone("America/Denver"), "2024-11-03T09:00:00Z"}, // the hour after the one that comes twice
		{"2024-07-01T12:00:00Z", moment, zone("Asia/Kolkata"), "2024-07-01T12:00:00Z"},    // RFC 3339 has its own zone
		{"13/1/2023 1:00:00 AM", moment, time.UTC, ""},
		{"1/1/23 1:00:00 AM", moment, time.UTC, ""},
		{"1/1/2023 1:00:00", moment, time.UTC, "2023-01-01T01:00:00Z"},
		{"1/1/2023 1:00:60 AM", moment, time.UTC, ""},
		{"1/1/2023", moment, time.UTC, ""},
		{"/", moment, time.UTC, ""},
	} {
		v := readValue(`"`+tc.text+`"`, tc.kind, tc.zone)
		if tc.want == "" {
			assert.True(t, v.Unreadable, tc.text)
			assert.Zero(t, v.Nanos, tc.text)
			continue
		}
		assert.False(t, v.Unreadable, tc.text)
		assert.Positive(t, v.Nanos, tc.text)
		assert.Equal(t, tc.want, time.Unix(0, v.Nanos).UTC().Format(time.RFC3339Nano), tc.text)
	}
}
