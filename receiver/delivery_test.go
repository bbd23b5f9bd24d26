// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package receiver

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componentstatus"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/consumer/consumererror"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/pmetric"
	"go.opentelemetry.io/collector/pdata/ptrace"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

const leg = `{"ContactId": 1, "MasterContactId": 2, "AvgMos": 4.2, "EndDateTime": "2026-01-02T03:04:05Z"}`

// moody is a pipeline that answers as a test wants, and counts what it accepted.
type moody struct {
	mu                    sync.Mutex
	metrics, traces, logs error
	points, spans, lines  int
}

func (m *moody) set(metrics, traces, logs error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.metrics, m.traces, m.logs = metrics, traces, logs
}

func (m *moody) accepted() [3]int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return [3]int{m.points, m.spans, m.lines}
}

func (m *moody) pipelines(t *testing.T) pipelines {
	t.Helper()
	count := func(err *error, into *int, n int) error {
		m.mu.Lock()
		defer m.mu.Unlock()
		if *err == nil {
			*into += n
		}
		return *err
	}
	metrics, err := consumer.NewMetrics(func(_ context.Context, d pmetric.Metrics) error {
		return count(&m.metrics, &m.points, d.DataPointCount())
	})
	require.NoError(t, err)
	traces, err := consumer.NewTraces(func(_ context.Context, d ptrace.Traces) error { return count(&m.traces, &m.spans, d.SpanCount()) })
	require.NoError(t, err)
	logs, err := consumer.NewLogs(func(_ context.Context, d plog.Logs) error { return count(&m.logs, &m.lines, d.LogRecordCount()) })
	require.NoError(t, err)
	return pipelines{metrics, traces, logs}
}

// statusHost notes the statuses that are reported to the collector.
type statusHost struct {
	component.Host
	mu     sync.Mutex
	events []componentstatus.Status
}

func (h *statusHost) Report(e *componentstatus.Event) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.events = append(h.events, e.Status())
}

func (h *statusHost) reported() []componentstatus.Status {
	h.mu.Lock()
	defer h.mu.Unlock()
	return append([]componentstatus.Status(nil), h.events...)
}

var (
	errTransient = errors.New("the backend is away")
	errPermanent = consumererror.NewPermanent(errors.New("the backend says no"))
)

func TestPipelineErrors(t *testing.T) {
	grpcError := func(c codes.Code) error { return status.Error(c, "backend") }
	for name, tc := range map[string]struct {
		metrics, traces, logs error
		status                int
		text                  string
	}{
		"all accept":             {status: 200, text: `{"accepted": 1}`},
		"any other error":        {logs: errTransient, status: 503, text: `{"error": "try again"}`},
		"a permanent error":      {logs: errPermanent, status: 400, text: `{"error": "rejected by the pipeline"}`},
		"gRPC ResourceExhausted": {logs: grpcError(codes.ResourceExhausted), status: 503, text: `{"error": "try again"}`},
		"gRPC InvalidArgument": {
			logs:   grpcError(codes.InvalidArgument),
			status: 400,
			text:   `{"error": "rejected by the pipeline"}`,
		},
		"gRPC Unavailable": {logs: grpcError(codes.Unavailable), status: 503, text: `{"error": "try again"}`},
		"a gRPC status speaks before permanent": {
			logs:   consumererror.NewPermanent(grpcError(codes.Unavailable)),
			status: 503,
			text:   `{"error": "try again"}`,
		},
		"permanent ResourceExhausted": {
			logs:   consumererror.NewPermanent(grpcError(codes.ResourceExhausted)),
			status: 503,
			text:   `{"error": "try again"}`,
		},
		"retryable beats permanent":              {metrics: errPermanent, logs: errTransient, status: 503, text: `{"error": "try again"}`},
		"retryable beats permanent, other order": {metrics: errTransient, logs: errPermanent, status: 503, text: `{"error": "try again"}`},
		"joined errors of two pipelines": {
			logs:   errors.Join(errPermanent, errTransient),
			status: 400,
			text:   `{"error": "rejected by the pipeline"}`,
		},
		"out of resources beats permanent": {
			metrics: grpcError(codes.ResourceExhausted),
			traces:  errPermanent,
			status:  503,
			text:    `{"error": "try again"}`,
		},
		"a context that ran out in the pipeline":  {logs: context.DeadlineExceeded, status: 503, text: `{"error": "try again"}`},
		"permanent on one, accepted on the other": {traces: errPermanent, status: 400, text: `{"error": "rejected by the pipeline"}`},
	} {
		t.Run(name, func(t *testing.T) {
			m := &moody{}
			m.set(tc.metrics, tc.traces, tc.logs)
			r := runWith(t, testConfig(), m.pipelines(t), componenttest.NewNopHost())
			code, text, header := r.post(voicePath, leg)
			assert.Equal(t, tc.status, code)
			assert.Equal(t, tc.text, text)
			if code == 503 {
				assert.Equal(t, "5", header.Get("Retry-After"))
			} else {
				assert.Empty(t, header.Get("Retry-After"))
			}
		})
	}
}

func TestARetryGivesOnlyWhatIsMissing(t *testing.T) {
	m := &moody{}
	r := runWith(t, testConfig(), m.pipelines(t), componenttest.NewNopHost())
	m.set(nil, nil, errTransient)
	code, _, _ := r.post(voicePath, leg)
	assert.Equal(t, 503, code)
	assert.Equal(t, [3]int{1, 1, 0}, m.accepted())

	m.set(errTransient, errTransient, nil) // metrics and traces must not even be asked
	code, text, _ := r.post(voicePath, leg)
	assert.Equal(t, 200, code)
	assert.Equal(t, `{"accepted": 1}`, text)
	assert.Equal(t, [3]int{1, 1, 1}, m.accepted())

	code, text, _ = r.post(voicePath, leg)
	assert.Equal(t, 200, code)
	assert.Equal(t, `{"accepted": 1, "duplicate": true}`, text)
	assert.Equal(t, [3]int{1, 1, 1}, m.accepted())
}

func TestARefusalForGoodIsNotTriedAgain(t *testing.T) {
	m := &moody{}
	r := runWith(t, testConfig(), m.pipelines(t), componenttest.NewNopHost())
	m.set(nil, errPermanent, errTransient)
	code, _, _ := r.post(voicePath, leg)
	assert.Equal(t, 503, code)

	m.set(nil, nil, nil)
	code, _, _ = r.post(voicePath, leg)
	assert.Equal(t, 400, code, "the traces stay refused")
	code, _, _ = r.post(voicePath, leg)
	assert.Equal(t, 400, code, "and so does a repeat")
	require.NoError(t, r.receiver.emitter.emit(t.Context()))
	assert.Equal(t, [3]int{1, 0, 1}, m.accepted(), "the gauge, and nothing else of metrics: what is refused for good stays uncounted")
}

func TestADeliveryOfWhichNothingWasTakenIsTriedAnew(t *testing.T) {
	m := &moody{}
	r := runWith(t, testConfig(), m.pipelines(t), componenttest.NewNopHost())
	m.set(errPermanent, errPermanent, errPermanent)
	code, _, _ := r.post(voicePath, leg)
	assert.Equal(t, 400, code)
	m.set(nil, nil, nil)
	code, text, _ := r.post(voicePath, leg)
	assert.Equal(t, 200, code)
	assert.Equal(t, `{"accepted": 1}`, text)
}

func TestWithoutMemoryTheFirstRefusalEndsATry(t *testing.T) {
	cfg := testConfig()
	cfg.ReplayWindow.Size = 0
	m := &moody{}
	r := runWith(t, cfg, m.pipelines(t), componenttest.NewNopHost())
	m.set(errTransient, nil, nil)
	code, _, _ := r.post(voicePath, leg)
	assert.Equal(t, 503, code)
	assert.Equal(t, [3]int{0, 0, 0}, m.accepted(), "or the retry would double traces and logs")

	m.set(nil, nil, nil)
	for range 2 {
		code, text, _ := r.post(voicePath, leg)
		assert.Equal(t, 200, code)
		assert.Equal(t, `{"accepted": 1}`, text)
	}
	assert.Equal(t, [3]int{2, 2, 2}, m.accepted())
}

func TestRepeatsAreRecognisedByPathAndBody(t *testing.T) {
	r := run(t, testConfig())
	_, text, _ := r.post(voicePath, leg)
	assert.Equal(t, `{"accepted": 1}`, text)
	_, text, _ = r.post(voicePath, leg, "X-Anything", "else")
	assert.Equal(t, `{"accepted": 1, "duplicate": true}`, text)
	_, text, _ = r.post(voicePath, leg+" ")
	assert.Equal(t, `{"accepted": 1}`, text, "another body")
	points, spans, records := r.emitted()
	assert.Equal(t, [3]int{2, 2, 2}, [3]int{points, spans, records})
}

func TestTheSameDeliveryAtOnceIsEmittedOnce(t *testing.T) {
	r := run(t, testConfig())
	var wg sync.WaitGroup
	var accepted, duplicates atomic.Int32
	for range 20 {
		wg.Go(func() {
			_, text, _ := r.post(voicePath, leg)
			switch text {
			case `{"accepted": 1}`:
				accepted.Add(1)
			case `{"accepted": 1, "duplicate": true}`:
				duplicates.Add(1)
			}
		})
	}
	wg.Wait()
	assert.EqualValues(t, 1, accepted.Load())
	assert.EqualValues(t, 19, duplicates.Load())
	assert.Equal(t, 1, r.traces.SpanCount())
}

func TestStatusFollowsThePipeline(t *testing.T) {
	m := &moody{}
	host := &statusHost{Host: componenttest.NewNopHost()}
	r := runWith(t, testConfig(), m.pipelines(t), host)
	r.post(voicePath, leg)
	assert.Empty(t, host.reported())

	m.set(nil, nil, errTransient)
	r.post(voicePath, `{"ContactId": 2}`)
	r.post(voicePath, `{"ContactId": 3}`)
	recoverable := componentstatus.StatusRecoverableError
	assert.Equal(t, []componentstatus.Status{recoverable, recoverable, recoverable}, host.reported(),
		"once for each signal, not for each delivery")

	m.set(nil, nil, errPermanent)
	r.post(voicePath, `{"ContactId": 4}`)
	assert.Equal(t, componentstatus.StatusOK, host.reported()[5], "a pipeline that says no is there again")
}

func TestDeliveryTimeout(t *testing.T) {
	cfg := testConfig()
	cfg.DeliveryTimeout = 20 * time.Millisecond
	slow, err := consumer.NewLogs(func(ctx context.Context, _ plog.Logs) error { <-ctx.Done(); return ctx.Err() })
	require.NoError(t, err)
	r := runWith(t, cfg, pipelines{logs: slow}, componenttest.NewNopHost())
	code, text, _ := r.post(voicePath, leg)
	assert.Equal(t, 503, code)
	assert.Equal(t, `{"error": "try again"}`, text)
}

func TestASenderThatHangsUpDoesNotTearADeliveryApart(t *testing.T) {
	entered, release := make(chan struct{}), make(chan struct{})
	sink := new(consumertest.LogsSink)
	logs, err := consumer.NewLogs(func(ctx context.Context, d plog.Logs) error {
		close(entered)
		<-release
		if ctx.Err() != nil {
			return ctx.Err()
		}
		return sink.ConsumeLogs(ctx, d)
	})
	require.NoError(t, err)
	r := runWith(t, testConfig(), pipelines{logs: logs}, componenttest.NewNopHost())
	ctx, hangUp := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		req, err := http.NewRequestWithContext(ctx, http.MethodPost, r.url+voicePath, strings.NewReader(leg))
		if !assert.NoError(t, err) {
			return
		}
		if resp, err := r.client.Do(req); err == nil {
			resp.Body.Close()
		}
	}()
	<-entered
	hangUp()
	<-done
	time.Sleep(10 * time.Millisecond) // until the server has noticed
	close(release)
	assert.Eventually(t, func() bool { return sink.LogRecordCount() == 1 }, 5*time.Second, time.Millisecond)
}

func TestTooManyAtOnce(t *testing.T) {
	cfg := testConfig()
	cfg.MaxConcurrentDeliveries = 1
	entered, release := make(chan struct{}), make(chan struct{})
	logs, err := consumer.NewLogs(func(context.Context, plog.Logs) error { close(entered); <-release; return nil })
	require.NoError(t, err)
	r := runWith(t, cfg, pipelines{logs: logs}, componenttest.NewNopHost())
	first := make(chan int)
	go func() {
		code, _, _ := r.post(voicePath, leg)
		first <- code
	}()
	<-entered
	code, text, header := r.post(voicePath, `{"ContactId": 9}`)
	assert.Equal(t, 503, code)
	assert.Equal(t, `{"error": "too many deliveries at once, try again"}`, text)
	assert.Equal(t, "5", header.Get("Retry-After"))
	close(release)
	assert.Equal(t, 200, <-first)
}
