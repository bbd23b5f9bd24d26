// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package payload

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestNumbers(t *testing.T) {
	for json, want := range map[string]any{
		`4.2`: 4.2, `"4.2"`: 4.2, `0`: 0.0, `0.0`: 0.0, `-1.5`: -1.5, `1e3`: 1000.0, `"1E3"`: 1000.0, `" 7 "`: 7.0, `"+5"`: 5.0, `".5"`: 0.5,
		`null`: nil, `""`: nil,
		`1e400`: "unreadable", `-1e400`: "unreadable", `"NaN"`: "unreadable", `"Infinity"`: "unreadable", `"inf"`: "unreadable",
		`"0x10"`: "unreadable", `"1_000"`: "unreadable", `"30 ms"`: "unreadable", `"4,2"`: "unreadable", `"e"`: "unreadable",
		`"--1"`: "unreadable",
		`true`:  "unreadable", `{}`: "unreadable", `[1]`: "unreadable", `"\u0664"`: "unreadable",
	} {
		v := readValue(json, number, nil)
		switch want {
		case nil:
			assert.Zero(t, v, json)
		case "unreadable":
			assert.True(t, v.Unreadable, json)
			assert.NotEmpty(t, v.Text, "as given: %s", json)
		default:
			assert.False(t, v.Unreadable, json)
			assert.Equal(t, want, v.Number, json) //nolint:testifylint // to the last digit
		}
	}
}

func TestIdentifiersKeepEveryDigit(t *testing.T) {
	for _, id := range []string{"7", "9223372036854775809", "123456789012345678901234567890", "007", "1.0", "1e3", "-0"} {
		quoted := readValue(`"`+id+`"`, identifier, nil)
		assert.Equal(t, id, quoted.Text)
		if !strings.HasPrefix(id, "00") {
			assert.Equal(t, id, readValue(id, identifier, nil).Text)
		}
	}
	assert.True(t, readValue(`true`, identifier, nil).Unreadable)
	assert.True(t, readValue(`{"a":1}`, identifier, nil).Unreadable)
}

func TestTextIsPassedOn(t *testing.T) {
	for json, want := range map[string]string{
		`"a"`:        "a",
		`404`:        "404",
		`true`:       "true",
		`false`:      "false",
		`"\u00e9\n"`: "é\n",
		`"\ud800x"`:  "\ufffdx",
		`" "`:        " ",
	} {
		v := readValue(json, text, nil)
		assert.Equal(t, want, v.Text, json)
		assert.False(t, v.Unreadable, json)
	}
	assert.True(t, readValue(`["a"]`, text, nil).Unreadable)
	assert.Equal(t, `{"a":1}`, readValue(`{"a":1}`, anything, nil).Text)
}

func TestTimes(t *testing.T) {
	denver, err := time.LoadLocation("America/Denver")
	require.NoError(t, err)
	for _, tc := range []struct {
		text string
		kind kind
		zone *time.Location
		want string
	}{
		{"2024-03-26T13:57:41.727Z", moment, time.UTC, "2024-03-26T13:57:41.727Z"},
		{"2024-03-26T13:57:41+02:00", moment, time.UTC, "2024-03-26T11:57:41Z"},
		{"2024-03-26T13:57:41", moment, time.UTC, "2024-03-26T13:57:41Z"},
		{"0001-01-01T00:00:00Z", moment, time.UTC, ""},
		{"1969-12-31T23:59:59Z", moment, time.UTC, ""},
		{"9999-12-31T00:00:00Z", moment, time.UTC, ""},
		{"4/21/2023 11:20:20 AM", moment, time.UTC, "2023-04-21T11:20:20Z"},
		{"04/20/2024 06:13:37 AM", moment, time.UTC, "2024-04-20T06:13:37Z"},
		{"12/31/2023 12:00:00 PM", moment, time.UTC, "2023-12-31T12:00:00Z"},
		{"1/1/2024 12:00:00 AM", moment, time.UTC, "2024-01-01T00:00:00Z"},
		{"1/1/2024 12:00:00\u202fPM", moment, time.UTC, "2024-01-01T12:00:00Z"},
		{"1/1/2024 12:00:00 PM", moment, denver, "2024-01-01T19:00:00Z"},
		{"7/1/2024 12:00:00 PM", moment, denver, "2024-07-01T18:00:00Z"},
		{"2024-07-01T12:00:00-06:00", moment, time.UTC, "2024-07-01T18:00:00Z"},
		{"21/4/2023 11:20:20 AM", moment, time.UTC, ""},
		{"2/30/2023 11:20:20 AM", moment, time.UTC, ""},
		{"4/21/2023 13:20:20 PM", moment, time.UTC, ""},
		{"yesterday", moment, time.UTC, ""},
	} {
		v := readValue(`"`+tc.text+`"`, tc.kind, tc.zone)
		if tc.want == "" {
			assert.True(t, v.Unreadable, tc.text)
			continue
		}
		assert.False(t, v.Unreadable, tc.text)
		assert.Equal(t, tc.want, time.Unix(0, v.Nanos).UTC().Format(time.RFC3339Nano), tc.text)
	}
	assert.Equal(t, int64(1711461461e9), readValue(`1711461461`, moment, time.UTC).Nanos)
}

func TestOneBadFieldCostsOnlyItself(t *testing.T) {
	records, err := decode(t, VoiceQuality, `{"ContactId":1,"AvgMos":"good","AvgRtt":12,"EndDateTime":"soon","Agent":["a"],`+
		`"SkillId":null,"TeamId":""}`)
	require.NoError(t, err)
	assert.Equal(t, map[string]string{"ContactId": "1", "AvgRtt": "12"}, records[0].fields)
	assert.Equal(t, []string{"Agent", "EndDateTime", "AvgMos"}, records[0].unreadable)
}

func TestUnknownFields(t *testing.T) {
	many := make([]string, 70)
	for i := range many {
		many[i] = fmt.Sprintf(`"n%d":%d`, i, i)
	}
	records, err := decode(t, VoiceQuality, `{"ContactId":1,`+strings.Join(many, ",")+`}`)
	require.NoError(t, err)
	assert.Len(t, records[0].unknown, MaxUnknown)
	assert.Equal(t, 70, records[0].numUnknown)

	records, err = decode(t, VoiceQuality, `{"ContactId":1,"a":"text","b":7,"c":{"d":[ 1 ]},"e":null,"a":"last","f\u00e9":true}`)
	require.NoError(t, err)
	assert.Equal(t, []Member{
		{"a", "last", false},
		{"b", "7", false},
		{"c", `{"d":[ 1 ]}`, true},
		{"e", "", false},
		{"fé", "true", false},
	}, records[0].unknown)
	assert.Equal(t, 5, records[0].numUnknown)
}

func TestTheEnvelopesUnknownFieldsTravelWithItsRecords(t *testing.T) {
	records, err := decode(t, ScriptAPI, `{"source":"NICE","event":"SOMETHING_ELSE","metadata":[{"contactId":1,"x":1},{"contactId":2}],`+
		`"tenant":"t","busNo":"5"}`)
	require.NoError(t, err)
	envelope := []Member{{"tenant", "t", false}, {"busNo", "5", false}, {"event", "SOMETHING_ELSE", false}}
	assert.Equal(t, []Member{{"x", "1", false}}, records[0].unknown)
	assert.Equal(t, envelope, records[0].envelope)
	assert.Empty(t, records[1].unknown)
	assert.Equal(t, envelope, records[1].envelope)
	assert.Equal(t, 4, records[0].numUnknown, "the envelope's are counted once")
	assert.Equal(t, 0, records[1].numUnknown)
}

func TestInvalidUTF8IsReplaced(t *testing.T) {
	records, err := decode(t, VoiceQuality, "{\"ContactId\":\"a\xff\xfeb\",\"New\xfe\":7,\"New\xff\":\"\xc3\"}")
	require.NoError(t, err)
	assert.Equal(t, "a\ufffd\ufffdb", records[0].fields["ContactId"])
	assert.Equal(t, []Member{{"New\ufffd", "\ufffd", false}}, records[0].unknown, "their names are the same")
}
