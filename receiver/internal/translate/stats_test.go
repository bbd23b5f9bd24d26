// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package translate

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cxone-otel/cxonereceiver/receiver/internal/payload"
)

// TestUnreadableFieldsAreNamed checks that each field that could not be read is named, also if only metrics are made.
func TestUnreadableFieldsAreNamed(t *testing.T) {
	for name, tc := range map[string]struct {
		dataType payload.DataType
		body     string
		want     []UnreadableField
	}{
		"nothing": {payload.VoiceQuality, `{"AvgMos":4.2,"EndDateTime":"2026-01-02T03:04:05Z"}`, nil},
		"figures": {
			payload.VoiceQuality, `[{"AvgMos":"4,2","AvgPktLoss":"0.5%","EndDateTime":"2026-01-02T03:04:05Z"},{"AvgMos":{},` +
				`"EndDateTime":"2026-01-02T03:04:05Z"}]`,
			[]UnreadableField{{"AvgPktLoss", 1, `a string of the form "9.9%"`}, {"AvgMos", 2, `a string of the form "9,9"`}},
		},
		"a time that cannot be read": {
			payload.VoiceQuality,
			`{"AvgMos":4.2,"EndDateTime":"soon"}`,
			[]UnreadableField{{"EndDateTime", 1, `a string of the form "aaaa"`}},
		},
		"a time that is not given": {payload.VoiceQuality, `{"AvgMos":4.2}`, []UnreadableField{{"EndDateTime", 1, "nothing"}}},
		"an envelope's": {
			payload.ScriptAPI, `[{"timestamp":"soon","metadata":[{"contactId":1,"dateTime":"4/20/2024 06:13:37 ` +
				`AM"},{"contactId":1,"dateTime":"4/20/2024 06:13:37 AM"}]}]`,
			[]UnreadableField{{"timestamp", 1, `a string of the form "aaaa"`}},
		},
		"a call's": {
			payload.ScriptAPI,
			`{"actionId":[1],"dateTime":true}`,
			[]UnreadableField{{"actionId", 1, "an array"}, {"dateTime", 1, "a boolean"}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			b := New(defaults()).NewBatch(received, Signals{Metrics: true})
			require.NoError(t, decodeInto(b, tc.dataType, tc.body))
			assert.ElementsMatch(t, tc.want, b.Stats.UnreadableFields)
		})
	}
}
