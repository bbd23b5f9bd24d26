// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package receiver

import (
	"context"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component/componentstatus"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.uber.org/zap/zapcore"
)

// TestAPanicInAPipeline checks that a panic is refused like other failures: the retry is accepted, and sends only what is
// missing.
func TestAPanicInAPipeline(t *testing.T) {
	var healthy atomic.Bool
	traces, kept := new(consumertest.TracesSink), new(consumertest.LogsSink)
	logs, err := consumer.NewLogs(func(ctx context.Context, d plog.Logs) error {
		if !healthy.Load() {
			panic("a processor's bug")
		}
		return kept.ConsumeLogs(ctx, d)
	})
	require.NoError(t, err)
	r := runWith(t, testConfig(), pipelines{traces: traces, logs: logs}, componenttest.NewNopHost())

	code, text, header := r.post(voicePath, leg)
	assert.Equal(t, 503, code)
	assert.Equal(t, `{"error": "try again"}`, text)
	assert.NotEmpty(t, header.Get("Retry-After"))
	assert.EqualValues(t, 1, r.counted("otelcol_receiver_cxone_deliveries", "outcome", "refused"))
	loud := r.logs.FilterMessage("a component of the pipeline panicked").All()
	require.Len(t, loud, 1)
	assert.Equal(t, zapcore.ErrorLevel, loud[0].Level)
	assert.Contains(t, loud[0].ContextMap()["stack"], "TestAPanicInAPipeline")

	healthy.Store(true)
	code, text, _ = r.post(voicePath, leg)
	assert.Equal(t, 200, code)
	assert.Equal(t, `{"accepted": 1}`, text)
	assert.Equal(t, 1, traces.SpanCount(), "what the first try gave is not given again")
	assert.Equal(t, 1, kept.LogRecordCount())
}

// TestTroubleOfTheServerIsLoud distinguishes lines that senders cause from those that an operator must see.
func TestTroubleOfTheServerIsLoud(t *testing.T) {
	r := run(t, testConfig())
	log := newServerLog(r.receiver.settings.Logger)
	for line, want := range map[string]zapcore.Level{
		"http: Accept error: accept tcp [::]:8443: accept4: too many open files; retrying in 1s":   zapcore.ErrorLevel,
		"http: panic serving 127.0.0.1:1234: index out of range\ngoroutine 1 [running]:\nmain.go":  zapcore.ErrorLevel,
		"http2: panic serving 127.0.0.1:1234: index out of range\ngoroutine 1 [running]:\nmain.go": zapcore.ErrorLevel,
		"http: TLS handshake error from 127.0.0.1:1234: tls: first record does not look like TLS":  zapcore.DebugLevel,
		"http: URL query contains semicolon, which is no longer a supported separator":             zapcore.DebugLevel,
	} {
		r.logs.TakeAll()
		log.Print(line)
		said := r.logs.TakeAll()
		require.Len(t, said, 1, line)
		assert.Equal(t, want, said[0].Level, line)
		if want == zapcore.ErrorLevel {
			assert.Equal(t, line, said[0].ContextMap()["message"], "whole")
		}
	}
}

// TestStatusIsOfEverySignal has one signal refuse while others accept, and deliveries that no pipeline gets.
func TestStatusIsOfEverySignal(t *testing.T) {
	m := &moody{}
	host := &statusHost{Host: componenttest.NewNopHost()}
	r := runWith(t, testConfig(), m.pipelines(t), host)
	m.set(errTransient, nil, nil)
	r.post(voicePath, leg)
	refusing := []componentstatus.Status{
		componentstatus.StatusRecoverableError,
		componentstatus.StatusRecoverableError,
		componentstatus.StatusRecoverableError,
	}
	require.Equal(t, refusing, host.reported())

	code, _, _ := r.post(scriptPath, `{"metadata": [{"contactId": 1}]}`)
	assert.Equal(t, 200, code)
	assert.Equal(t, refusing, host.reported(), "API calls give no metrics: the metrics pipeline still refuses")
	code, _, _ = r.post(voicePath, `[]`)
	assert.Equal(t, 200, code)
	assert.Equal(t, refusing, host.reported(), "a delivery of nothing asks no pipeline")

	m.set(nil, nil, nil)
	r.post(voicePath, leg)
	assert.Len(t, host.reported(), 6)
	assert.Equal(t, componentstatus.StatusOK, host.reported()[5])
}

// TestARefusalIsForgottenWhenNobodyTriesAgain is how a receiver that a load balancer took out of service recovers.
func TestARefusalIsForgottenWhenNobodyTriesAgain(t *testing.T) {
	m := &moody{}
	host := &statusHost{Host: componenttest.NewNopHost()}
	r := runWith(t, testConfig(), pipelines{logs: m.pipelines(t).logs}, host)
	assert.Equal(t, refusalPatience, r.receiver.status.patience)
	r.receiver.status.patience = 50 * time.Millisecond
	m.set(nil, nil, errTransient)
	r.post(voicePath, leg)
	require.Eventually(t, func() bool { return len(host.reported()) == 2 }, 10*time.Second, time.Millisecond)
	assert.Equal(t, []componentstatus.Status{componentstatus.StatusRecoverableError, componentstatus.StatusOK}, host.reported())

	r.post(voicePath, leg)
	assert.Equal(t, componentstatus.StatusRecoverableError, host.reported()[2], "the next refusal is told again")
}
