// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package translate

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/cxone-otel/cxonereceiver/receiver/internal/payload"
)

// extrasOf returns the unknown fields of each log record of a script API delivery, and how many it left out.
func extrasOf(t *testing.T, b *Batch) (extras []map[string]string, dropped []int) {
	t.Helper()
	for _, lr := range logRecords(b) {
		fields := map[string]string{}
		for key, v := range lr.Attributes().All() {
			if name, ok := strings.CutPrefix(key, prefixExtra); ok {
				fields[name] = v.AsString()
			}
		}
		extras, dropped = append(extras, fields), append(dropped, int(lr.DroppedAttributesCount()))
	}
	return extras, dropped
}

func logRecords(b *Batch) (all []plog.LogRecord) {
	for _, rl := range b.Logs.ResourceLogs().All() {
		for _, lr := range rl.ScopeLogs().At(0).LogRecords().All() {
			all = append(all, lr)
		}
	}
	return all
}

func TestTheEnvelopesFieldsAreOnEachOfItsRecords(t *testing.T) {
	b := script(t, defaults(), `[{"tenant":"envelope","other":"{\"From\":\"+18018675309\"}","metadata":[{"contactId":1,`+
		`"tenant":"record"},{"contactId":2},3]},{"contactId":4}]`)
	extras, dropped := extrasOf(t, b)
	assert.Equal(t, []map[string]string{
		{"tenant": "record", "other": `{"From":"****5309"}`},
		{"tenant": "envelope", "other": `{"From":"****5309"}`},
		{"tenant": "envelope", "other": `{"From":"****5309"}`},
		{},
	}, extras, "the record's field is nearer")
	assert.Equal(t, []int{1, 0, 0, 0}, dropped)
	assert.Equal(t, 3, b.Stats.UnknownFields)
}

func TestAnEnvelopesFieldsAreAtMost64WithTheRecords(t *testing.T) {
	var many strings.Builder
	for i := range 70 {
		fmt.Fprintf(&many, `"n%d":1,`, i)
	}
	extras, dropped := extrasOf(t, script(t, defaults(), `{`+many.String()+`"metadata":[{"contactId":1,"x":1},{"contactId":2}]}`))
	assert.Len(t, extras[0], payload.MaxUnknown)
	assert.Len(t, extras[1], payload.MaxUnknown)
	assert.Equal(t, []int{7, 6}, dropped)
}

// TestEnvelopesTake64KiBOfADelivery checks that all envelopes and parts of a delivery share the room.
func TestEnvelopesTake64KiBOfADelivery(t *testing.T) {
	envelope := `{"a":"` + strings.Repeat("a", 3000) + `","b":"b","metadata":[` + strings.Repeat(`{"contactId":1},`, 19) + `{"contactId":1}]}`
	decoder := payload.NewDecoder(payload.ScriptAPI, received.Location())
	b := New(defaults()).NewBatch(received, everything)
	var parts []*Batch
	records := 0
	require.NoError(t, decoder.Decode([]byte("["+envelope+","+envelope+"]"), func(rec *payload.Record) error {
		if records++; records%15 == 0 {
			parts = append(parts, b)
			b = b.Next()
		}
		b.Add(rec)
		return nil
	}))
	total, withA, withB := 0, 0, 0
	for _, part := range append(parts, b) {
		extras, dropped := extrasOf(t, part)
		for i, fields := range extras {
			for name, text := range fields {
				total += len(prefixExtra) + len(name) + len(text)
			}
			withA += len(fields["a"]) / 3000
			withB += len(fields["b"])
			assert.Equal(t, 2, len(fields)+dropped[i], "what is left out is counted")
		}
	}
	assert.LessOrEqual(t, total, 64<<10)
	assert.Equal(t, 21, withA)
	assert.Equal(t, 40, withB, "what is small has room beside it")
	assert.Equal(t, 40, b.Stats.Accepted)
	assert.Equal(t, 4, b.Stats.UnknownFields, "counted once for each envelope")
}
