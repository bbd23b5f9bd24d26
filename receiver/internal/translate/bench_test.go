// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package translate

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"go.opentelemetry.io/collector/pdata/pcommon"

	"github.com/cxone-otel/cxonereceiver/receiver/internal/payload"
)

// BenchmarkTranslate decodes and translates deliveries of full records to all three signals.
func BenchmarkTranslate(b *testing.B) {
	for _, dataType := range []payload.DataType{payload.VoiceQuality, payload.ScriptAPI} {
		name := "voice_quality_full"
		if dataType == payload.ScriptAPI {
			name = "script_api"
		}
		one := strings.TrimSpace(file(b, "testdata", "payloads", name+".json"))
		for _, n := range []int{1, 10, 100, 1000} {
			body := []byte("[" + strings.Repeat(one+",", n-1) + one + "]")
			b.Run(dataType.String()+"/"+strconv.Itoa(n), func(b *testing.B) {
				translator, decoder := New(defaults()), payload.NewDecoder(dataType, time.UTC)
				b.SetBytes(int64(len(body)))
				b.ReportAllocs()
				for b.Loop() {
					batch := translator.NewBatch(received, everything)
					if err := decoder.Decode(body, func(rec *payload.Record) error { batch.Add(rec); return nil }); err != nil {
						b.Fatal(err)
					}
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/record")
			})
		}
	}
}

// TestAllocations fails if a record allocates more than it did. Nearly all allocations are pdata's: one for each
// attribute's value.
func TestAllocations(t *testing.T) {
	for name, limit := range map[string]float64{"voice_quality": 174, "voice_quality_full": 396, "script_api": 70} {
		dataType := payload.VoiceQuality
		if strings.HasPrefix(name, "script") {
			dataType = payload.ScriptAPI
		}
		body := []byte(file(t, "testdata", "payloads", name+".json"))
		translator, decoder := New(defaults()), payload.NewDecoder(dataType, time.UTC)
		allocations := testing.AllocsPerRun(100, func() {
			batch := translator.NewBatch(received, everything)
			if err := decoder.Decode(body, func(rec *payload.Record) error { batch.Add(rec); return nil }); err != nil {
				t.Fatal(err)
			}
		})
		t.Logf("%s: %v", name, allocations)
		assert.LessOrEqual(t, allocations, limit, name)
	}
}

// BenchmarkAttributes builds the attributes of a call leg's point, and of its span: as pdata has them, whose values stand behind
// pointers, and as a list of values would have them.
func BenchmarkAttributes(b *testing.B) {
	type value struct {
		key, text string
		_         uint64 // the value of those that have a number
		kind      pcommon.ValueType
	}
	var keep []value
	for _, n := range []int{8, 39} {
		keys := make([]string, n)
		for i := range keys {
			keys[i] = "cxone.attribute." + strconv.Itoa(i)
		}
		b.Run("put/"+strconv.Itoa(n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				attrs := pcommon.NewMap()
				attrs.EnsureCapacity(n)
				for _, key := range keys {
					attrs.PutStr(key, "v")
				}
			}
		})
		b.Run("copied/"+strconv.Itoa(n), func(b *testing.B) {
			from := pcommon.NewMap()
			for _, key := range keys {
				from.PutStr(key, "v")
			}
			b.ReportAllocs()
			for b.Loop() {
				from.CopyTo(pcommon.NewMap())
			}
		})
		b.Run("by value/"+strconv.Itoa(n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				keep = make([]value, 0, n)
				for _, key := range keys {
					keep = append(keep, value{key: key, text: "v", kind: pcommon.ValueTypeStr})
				}
			}
		})
	}
}
