// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package receiver

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/ptrace"
)

// legs is a body of n call legs with IDs of their own.
func legs(n int) string {
	records := make([]string, n)
	for i := range records {
		records[i] = fmt.Sprintf(`{"ContactId": %d, "AvgMos": 4.1}`, i+1)
	}
	return "[" + strings.Join(records, ",") + "]"
}

// stumbling is a pipeline of two signals that counts what it takes, and refuses the logs of one part.
type stumbling struct {
	mu      sync.Mutex
	refuse  map[int]error // by the number of the call
	calls   int
	largest int
	spans   map[string]int
	logs    map[string]int
}

func (s *stumbling) pipelines(t *testing.T) pipelines {
	t.Helper()
	s.spans, s.logs = map[string]int{}, map[string]int{}
	traces, err := consumer.NewTraces(func(_ context.Context, td ptrace.Traces) error {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.largest = max(s.largest, td.SpanCount())
		for _, rs := range td.ResourceSpans().All() {
			for _, span := range rs.ScopeSpans().At(0).Spans().All() {
				s.spans[span.SpanID().String()]++
			}
		}
		return nil
	})
	require.NoError(t, err)
	logs, err := consumer.NewLogs(func(_ context.Context, ld plog.Logs) error {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.calls++
		if err := s.refuse[s.calls]; err != nil {
			return err
		}
		for _, rl := range ld.ResourceLogs().All() {
			for _, lr := range rl.ScopeLogs().At(0).LogRecords().All() {
				s.logs[lr.SpanID().String()]++
			}
		}
		return nil
	})
	require.NoError(t, err)
	return pipelines{traces: traces, logs: logs}
}

// once checks that each of n records was exported once.
func (s *stumbling) once(t *testing.T, n int) {
	t.Helper()
	for name, all := range map[string]map[string]int{"spans": s.spans, "logs": s.logs} {
		assert.Len(t, all, n, name)
		for id, times := range all {
			assert.Equal(t, 1, times, "%s of %s", name, id)
		}
	}
}

func TestALargeDeliveryGoesInParts(t *testing.T) {
	for _, n := range []int{1, partRecords, partRecords + 1, 2 * partRecords, 2*partRecords + 300} {
		s := &stumbling{}
		r := runWith(t, testConfig(), s.pipelines(t), componenttest.NewNopHost())
		code, text, _ := r.post(voicePath, legs(n))
		assert.Equal(t, 200, code)
		assert.Equal(t, fmt.Sprintf(`{"accepted": %d}`, n), text)
		assert.LessOrEqual(t, s.largest, partRecords)
		s.once(t, n)
	}
}

func TestARetryGoesOnAtThePartThatWasRefused(t *testing.T) {
	const n = 4*partRecords + 10
	s := &stumbling{refuse: map[int]error{2: errTransient, 5: errTransient}}
	r := runWith(t, testConfig(), s.pipelines(t), componenttest.NewNopHost())
	for _, want := range []string{
		`503 {"error": "try again"}`,
		`503 {"error": "try again"}`,
		fmt.Sprintf(`200 {"accepted": %d}`, n),
		fmt.Sprintf(`200 {"accepted": %d, "duplicate": true}`, n),
	} {
		code, text, _ := r.post(voicePath, legs(n))
		assert.Equal(t, want, fmt.Sprint(code, " ", text))
	}
	s.once(t, n)
}

func TestAPartThatIsRefusedForGoodCostsNoOther(t *testing.T) {
	const n = 3 * partRecords
	s := &stumbling{refuse: map[int]error{2: errPermanent}}
	r := runWith(t, testConfig(), s.pipelines(t), componenttest.NewNopHost())
	for range 2 {
		code, text, _ := r.post(voicePath, legs(n))
		assert.Equal(t, 400, code)
		assert.Equal(t, `{"error": "rejected by the pipeline"}`, text)
	}
	assert.Len(t, s.spans, n)
	assert.Len(t, s.logs, n-partRecords)
}

func TestAMalformedEndGivesNothingOfTheParts(t *testing.T) {
	for name, end := range map[string]string{"truncated": `, {"ContactId": 7`, "no record": `, {"nobody": "knows"} oops]`} {
		s := &stumbling{}
		r := runWith(t, testConfig(), s.pipelines(t), componenttest.NewNopHost())
		code, _, _ := r.post(voicePath, strings.TrimSuffix(legs(3*partRecords), "]")+end)
		assert.Equal(t, 400, code, name)
		s.once(t, 0)
	}
}

func TestWithoutMemoryADeliveryIsOnePart(t *testing.T) {
	cfg := testConfig()
	cfg.ReplayWindow.Size = 0
	s := &stumbling{}
	r := runWith(t, cfg, s.pipelines(t), componenttest.NewNopHost())
	code, _, _ := r.post(voicePath, legs(3*partRecords))
	assert.Equal(t, 200, code)
	assert.Equal(t, 3*partRecords, s.largest)
}

func TestUnreadableRecordsOfAllPartsAreJudgedTogether(t *testing.T) {
	s := &stumbling{}
	p := s.pipelines(t)
	p.logs = nil
	r := runWith(t, testConfig(), p, componenttest.NewNopHost())
	unreadable := strings.Repeat("1,", partRecords)
	code, text, _ := r.post(voicePath, "["+unreadable+unreadable+"1]")
	assert.Equal(t, 400, code, text)
	code, text, _ = r.post(voicePath, "["+unreadable+unreadable+`{"ContactId": 1}]`)
	assert.Equal(t, 200, code)
	assert.Equal(t, fmt.Sprintf(`{"accepted": 1, "unreadable": %d}`, 2*partRecords), text)
}

// TestAPartIsBoundedByItsBytes sends records of 1 KiB, of which fewer make a part.
func TestAPartIsBoundedByItsBytes(t *testing.T) {
	const n = partRecords
	s := &stumbling{}
	r := runWith(t, testConfig(), s.pipelines(t), componenttest.NewNopHost())
	body := strings.ReplaceAll(legs(n), `"AvgMos"`, `"DbKey": "`+strings.Repeat("x", 1<<10)+`", "AvgMos"`)
	code, text, _ := r.post(voicePath, body)
	assert.Equal(t, 200, code)
	assert.Equal(t, fmt.Sprintf(`{"accepted": %d}`, n), text)
	assert.LessOrEqual(t, s.largest, partBytes>>10)
	s.once(t, n)
}

// TestFewLargeDeliveriesAtATime has a pipeline that takes nothing until it may: large deliveries wait for each other, and no small
// one waits for them.
func TestFewLargeDeliveriesAtATime(t *testing.T) {
	cfg := testConfig()
	may, inPipeline := make(chan struct{}), make(chan struct{}, 10)
	traces, err := consumer.NewTraces(func(context.Context, ptrace.Traces) error {
		inPipeline <- struct{}{}
		<-may
		return nil
	})
	require.NoError(t, err)
	r := runWith(t, cfg, pipelines{traces: traces}, componenttest.NewNopHost())
	answers := make(chan int)
	deliver := func(body string) {
		go func() {
			code, _, _ := r.post(voicePath, body)
			answers <- code
		}()
	}
	for i := range largeAtOnce + 2 {
		deliver(fmt.Sprintf(`{"ContactId": %d, "DbKey": "%s"}`, i, strings.Repeat("x", largeBody)))
	}
	for range largeAtOnce {
		<-inPipeline
	}
	deliver(`{"ContactId": "small"}`)
	<-inPipeline
	time.Sleep(50 * time.Millisecond)
	assert.Empty(t, inPipeline, "the other large ones wait")
	close(may)
	for range largeAtOnce + 3 {
		assert.Equal(t, 200, <-answers)
	}
}

func TestALargeDeliveryWaitsNoLongerThanItMay(t *testing.T) {
	cfg := testConfig()
	cfg.DeliveryTimeout = 50 * time.Millisecond
	may := make(chan struct{})
	traces, err := consumer.NewTraces(func(context.Context, ptrace.Traces) error { <-may; return nil })
	require.NoError(t, err)
	r := runWith(t, cfg, pipelines{traces: traces}, componenttest.NewNopHost())
	var wg sync.WaitGroup
	answers := make(chan int, largeAtOnce+1)
	for i := range largeAtOnce + 1 {
		wg.Go(func() {
			code, _, _ := r.post(voicePath, fmt.Sprintf(`{"ContactId": %d, "DbKey": "%s"}`, i, strings.Repeat("x", largeBody)))
			answers <- code
		})
	}
	assert.Equal(t, 503, <-answers, "the one that waited")
	close(may)
	wg.Wait()
}
