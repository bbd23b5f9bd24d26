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
		"a fraction":                   {"s", "1700000000.5", refusal.ReasonMalformed, ""},
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
		at, err := ParseTime(FormatTime(now, unit), unit)
		require.NoError(t, err)
		assert.Equal(t, now, at.UTC(), unit)
	}
}
