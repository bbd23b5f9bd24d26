// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package receiver

import (
	"context"
	"net/http"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/collector/pdata/plog"
)

// TestDecodingHeedsTheDeadline has a delivery whose time is over before its first record is translated. It ends, and no
// pipeline is called.
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
		<-ctx.Done() // it accepted the part nevertheless
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

type fromRequest struct{}

// TestDeadline compares the context of a delivery with that of context.WithTimeout, whether or not anybody waits for its
// end.
func TestDeadline(t *testing.T) {
	request, hangUp := context.WithCancel(context.WithValue(t.Context(), fromRequest{}, "its own"))
	defer hangUp()
	for name, wait := range map[string]bool{"somebody waits": true, "nobody waits": false} {
		t.Run(name, func(t *testing.T) {
			begin := func(left time.Duration) *deadline {
				d := newDeadline(request, time.Now().Add(left))
				if wait {
					_ = d.Done()
				}
				return d
			}
			d := begin(time.Minute)
			hangUp()
			require.NoError(t, d.Err(), "the end of the request is not that of the delivery")
			assert.Equal(t, "its own", d.Value(fromRequest{}))
			at, ok := d.Deadline()
			assert.True(t, ok)
			assert.Greater(t, time.Until(at), 50*time.Second)

			before := runtime.NumGoroutine()
			child, cancel := context.WithCancel(d)
			defer cancel()
			assert.Equal(t, before, runtime.NumGoroutine(), "no goroutine waits for a child")
			d.end()
			assert.Equal(t, context.Canceled, d.Err())
			assert.Equal(t, context.Canceled, child.Err())
			<-d.Done()

			d = begin(time.Millisecond)
			defer d.end()
			require.Eventually(t, func() bool { return d.Err() != nil }, time.Second, time.Millisecond)
			assert.Equal(t, context.DeadlineExceeded, d.Err())
			<-d.Done()
			assert.Equal(t, context.DeadlineExceeded, d.Err())
		})
	}
}
