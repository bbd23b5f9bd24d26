// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package translate

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"go.opentelemetry.io/collector/pdata/pmetric"

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

// TestAllocations keeps what a record costs where it is: pdata takes nearly all of it, one for each attribute's value.
func TestAllocations(t *testing.T) {
	for name, limit := range map[string]float64{"voice_quality": 190, "voice_quality_full": 410, "script_api": 80} {
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

// BenchmarkBarePoints builds what pdata needs for a call leg's points, and nothing else: eleven points of eight attributes,
// each with an exemplar, all capacities known. Nobody can allocate less for them.
func BenchmarkBarePoints(b *testing.B) {
	keys := []string{"a", "b", "c", "d", "e", "f", "g", "h"}
	points := pmetric.NewMetric().SetEmptyGauge().DataPoints()
	points.EnsureCapacity(int(NumFigures))
	b.ReportAllocs()
	for b.Loop() {
		points.RemoveIf(func(pmetric.NumberDataPoint) bool { return true })
		for range NumFigures {
			point := points.AppendEmpty()
			point.SetDoubleValue(1)
			point.Attributes().EnsureCapacity(len(keys))
			for _, key := range keys {
				point.Attributes().PutStr(key, "v")
			}
			exemplar := point.Exemplars().AppendEmpty()
			exemplar.SetDoubleValue(1)
		}
	}
}
