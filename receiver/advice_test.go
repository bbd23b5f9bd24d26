// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package receiver

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"

	"github.com/cxone-otel/cxonereceiver/receiver/internal/payload"
	"github.com/cxone-otel/cxonereceiver/receiver/internal/translate"
)

func testAdvisor(t *testing.T, zone string) (*advisor, *observer.ObservedLogs) {
	t.Helper()
	core, logs := observer.New(zapcore.WarnLevel)
	cfg := testConfig()
	cfg.ScriptAPI.Get().TimeZone = zone
	a, err := newAdvisor(cfg, zap.New(core))
	require.NoError(t, err)
	return a, logs
}

func lags(n int, lag time.Duration) *translate.Stats {
	stats := &translate.Stats{}
	for range n {
		stats.Lags = append(stats.Lags, lag.Seconds())
	}
	return stats
}

func TestASteadySkewNamesTheZone(t *testing.T) {
	for name, tc := range map[string]struct {
		zone string
		lag  time.Duration
		says string
	}{
		"five hours behind": {
			"UTC",
			5*time.Hour + 3*time.Second,
			"steadily 5h0m0s late, to the minute: script_api.time_zone is probably wrong. It is UTC; the times look like UTC-05:00",
		},
		"an hour and a half more": {
			"UTC",
			-5*time.Hour - 30*time.Minute + 20*time.Second,
			"steadily 5h30m0s early, to the minute: script_api.time_zone is probably wrong. It is UTC; the times look like UTC+05:30",
		},
		"from another zone": {"Asia/Kolkata", 5*time.Hour + 30*time.Minute, "the times look like UTC+00:00"},
	} {
		t.Run(name, func(t *testing.T) {
			a, logs := testAdvisor(t, tc.zone)
			for range steady - 1 {
				a.judge(payload.ScriptAPI, lags(1, tc.lag))
			}
			assert.Zero(t, logs.Len(), "not steady yet")
			a.judge(payload.ScriptAPI, lags(3*steady, tc.lag))
			require.Equal(t, 1, logs.Len(), "said once")
			assert.Contains(t, logs.All()[0].Message, tc.says)
		})
	}
}

func TestWhatIsNoSkew(t *testing.T) {
	a, logs := testAdvisor(t, "UTC")
	a.judge(payload.ScriptAPI, lags(100, 2*time.Second))  // on time
	a.judge(payload.ScriptAPI, lags(100, 40*time.Minute)) // late
	a.judge(payload.ScriptAPI, lags(100, 15*time.Hour))   // further away than any zone
	for i := range 100 {                                  // history, of all hours
		a.judge(payload.ScriptAPI, lags(1, time.Duration(i%12+1)*time.Hour))
	}
	for range 100 { // now and then
		a.judge(payload.ScriptAPI, lags(steady-1, time.Hour))
		a.judge(payload.ScriptAPI, lags(1, time.Second))
	}
	assert.Zero(t, logs.Len())

	a.judge(payload.VoiceQuality, lags(steady, time.Hour))
	require.Equal(t, 1, logs.Len())
	assert.Contains(t, logs.All()[0].Message, "one of the two clocks is wrong")
}

func TestEachReasonIsExplainedOnce(t *testing.T) {
	a, logs := testAdvisor(t, "UTC")
	odd := &translate.Stats{}
	odd.Implausible[translate.DurationExceedsLeg] = 3
	for range 5 {
		a.judge(payload.VoiceQuality, odd)
	}
	require.Equal(t, 1, logs.Len())
	assert.Contains(t, logs.All()[0].Message, "voice_quality.units.duration")
}

func TestASteadyContradictionOfScoresIsExplained(t *testing.T) {
	contrary, agreeing, silent := &translate.Stats{MosAndRFactor: 1}, &translate.Stats{MosAndRFactor: 1}, &translate.Stats{}
	contrary.Implausible[translate.MosAgainstRFactor] = 1
	a, logs := testAdvisor(t, "UTC")
	for range 5 {
		for range steady - 1 {
			a.judge(payload.VoiceQuality, contrary)
		}
		a.judge(payload.VoiceQuality, agreeing)
	}
	assert.Zero(t, logs.Len(), "by chance")
	for range steady {
		a.judge(payload.VoiceQuality, contrary)
		a.judge(payload.VoiceQuality, silent)
		a.judge(payload.ScriptAPI, silent)
	}
	require.Equal(t, 1, logs.Len())
	assert.Contains(t, logs.All()[0].Message, "ITU-T G.107")
}

// TestFieldsThatCannotBeRead checks that each is explained once for a field and data type, with the form of the value, and
// counted.
func TestFieldsThatCannotBeRead(t *testing.T) {
	r := run(t, testConfig())
	for i := range 3 {
		code, _, _ := r.post(voicePath, fmt.Sprintf(`{"ContactId": %d, "AvgMos": "4,2", "AvgPktLoss": "about 5 of 1234567", "Novel": 1}`, i))
		assert.Equal(t, 200, code)
	}
	said := r.logs.FilterLevelExact(zapcore.WarnLevel).FilterMessageSnippet("a field's value cannot be read")
	for _, line := range said.All() {
		t.Log(line.Message, line.ContextMap())
		assert.NotContains(t, line.ContextMap()["came"], "1234567")
		assert.NotEmpty(t, line.ContextMap()["came"])
		assert.Equal(t, "voice_quality", line.ContextMap()["data_type"])
	}
	assert.Equal(t, 1, said.FilterField(zap.String("field", "AvgPktLoss")).Len())
	assert.EqualValues(t, 3, r.counted("otelcol_receiver_cxone_unreadable_fields", "field", "AvgPktLoss"))
	assert.Equal(t, 1, r.logs.FilterMessageSnippet("fields that this release does not know").Len())
}
