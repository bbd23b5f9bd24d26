// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

//go:build unix

package receiver

import (
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/config/configoptional"
)

// BenchmarkAggregation compares the cost of a delivery with and without aggregated metrics. It measures the processor's
// time, which other work on the machine disturbs less than the clock's.
func BenchmarkAggregation(b *testing.B) {
	off := testConfig()
	off.ReplayWindow.Size = 0
	off.Aggregation = configoptional.None[AggregationConfig]()
	endpoints := map[string]*endpoint{"on": newBenchEndpoint(b), "off": newBenchEndpointWith(b, off)}
	for _, bc := range []struct{ name, path, body string }{
		{"voice/1", voicePath, fullLeg},
		{"script/1", scriptPath, payloadFile(b, "script_api.json")},
		{"voice/100", voicePath, batchOf(fullLeg, 100)},
	} {
		for name, e := range endpoints {
			b.Run(bc.name+"/"+name, func(b *testing.B) {
				b.ReportAllocs()
				before := processorTime(b)
				for b.Loop() {
					deliverOnce(b, e, bc.path, bc.body)
				}
				b.ReportMetric(float64((processorTime(b)-before).Nanoseconds())/float64(b.N), "cpu-ns/op")
			})
		}
	}
}

// processorTime is the processor's time that this process has used.
func processorTime(b *testing.B) time.Duration {
	b.Helper()
	var usage syscall.Rusage
	require.NoError(b, syscall.Getrusage(syscall.RUSAGE_SELF, &usage))
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}
