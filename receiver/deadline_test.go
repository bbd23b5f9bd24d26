// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package receiver

import (
	"context"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/collector/pdata/plog"
)

// TestDecodingHeedsTheDeadline has a delivery whose time is over before its first record is translated: it is given up, and
// no pipeline is asked.
func TestDecodingHeedsTheDeadline(t *testing.T) {
	for name, body := range map[string]string{"one part": leg, "many parts": legs(3 * partRecords)} {
		t.Run(name, func(t *testing.T) {
			sink := new(consumertest.LogsSink)
			r := runWith(t, testConfig(), pipelines{logs: sink}, componenttest.NewNopHost())
			r.receiver.endpoint.deliverer.timeout = time.Nanosecond
			code, text, header := r.post(voicePath, body)
			assert.Equal(t, http.StatusServiceUnavailable, code)
			assert.Equal(t, `{"error": "try again"}`, text)
			assert.NotEmpty(t, header.Get("Retry-After"))
			assert.Zero(t, sink.LogRecordCount())
		})
	}
}

// TestWhatWasTakenBeforeTheDeadlineIsNotDoubled has a deadline between two parts of a delivery.
func TestWhatWasTakenBeforeTheDeadlineIsNotDoubled(t *testing.T) {
	cfg := testConfig()
	cfg.DeliveryTimeout = 300 * time.Millisecond
	s := &stumbling{}
	p := s.pipelines(t)
	slow := true
	logs, err := consumer.NewLogs(func(ctx context.Context, ld plog.Logs) error {
		if err := p.logs.ConsumeLogs(ctx, ld); err != nil || !slow {
			return err
		}
		<-ctx.Done() // it took the part all the same
		return nil
	})
	require.NoError(t, err)
	r := runWith(t, cfg, pipelines{traces: p.traces, logs: logs}, componenttest.NewNopHost())
	body := legs(partRecords + 1)
	code, _, _ := r.post(voicePath, body)
	assert.Equal(t, http.StatusServiceUnavailable, code)
	assert.Equal(t, 1, s.calls, "the second part is not given any more")
	slow = false
	r.receiver.endpoint.deliverer.timeout = time.Minute
	code, _, _ = r.post(voicePath, body)
	assert.Equal(t, http.StatusOK, code)
	s.once(t, partRecords+1)
}

// TestAShutdownGivesUpWhatIsStillBeingTranslated stops the receiver between two parts of a delivery.
func TestAShutdownGivesUpWhatIsStillBeingTranslated(t *testing.T) {
	var r *running
	parts := 0
	logs, err := consumer.NewLogs(func(context.Context, plog.Logs) error {
		parts++
		r.receiver.endpoint.deliverer.stop()
		return nil
	})
	require.NoError(t, err)
	r = runWith(t, testConfig(), pipelines{logs: logs}, componenttest.NewNopHost())
	code, text, _ := r.post(voicePath, legs(3*partRecords))
	assert.Equal(t, http.StatusServiceUnavailable, code)
	assert.JSONEq(t, `{"error": "shutting down, try again"}`, text)
	assert.Equal(t, 1, parts, "what the pipelines have, they finish")
}
