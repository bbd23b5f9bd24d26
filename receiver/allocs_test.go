// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package receiver

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"go.opentelemetry.io/collector/config/configoptional"
)

// TestAllocations fails if a delivery allocates more than it did; docs/performance.md explains the numbers. Most
// allocations are pdata's: one for each attribute's value, each point and each exemplar.
func TestAllocations(t *testing.T) {
	if raceEnabled {
		t.Skip("the race detector allocates too")
	}
	off := testConfig()
	off.ReplayWindow.Size = 0
	off.Aggregation = configoptional.None[AggregationConfig]()
	e, without := newBenchEndpoint(t), newBenchEndpointWith(t, off)
	script := payloadFile(t, "script_api.json")
	// The allocations of the test's own request and recorder are subtracted.
	harness := testing.AllocsPerRun(100, func() {
		req := httptest.NewRequest(http.MethodPost, voicePath, strings.NewReader(fullLeg))
		httptest.NewRecorder().Code = len(req.Method)
	})
	for name, tc := range map[string]struct {
		path, body string
		records    int
		most       float64 // a record
	}{
		"a call leg with eleven figures": {voicePath, fullLeg, 1, 357},
		"an API call":                    {scriptPath, script, 1, 100},
		"a thousand call legs":           {voicePath, batchOf(fullLeg, 1000), 1000, 240},
	} {
		t.Run(name, func(t *testing.T) {
			allocs := func(e *endpoint) float64 {
				return (testing.AllocsPerRun(20, func() { deliverOnce(t, e, tc.path, tc.body) }) - harness) / float64(tc.records)
			}
			on, base := allocs(e), allocs(without)
			t.Logf("%.1f allocations a record, and %.1f for the aggregated metrics", base, on-base)
			assert.LessOrEqual(t, base, tc.most)
			assert.LessOrEqual(t, on-base, 9.0)
		})
	}
}
