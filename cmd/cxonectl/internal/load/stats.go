// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package load

import (
	"maps"
	"math"
	"net/http"
	"sync"
	"time"

	"github.com/cxone-otel/cxonereceiver/cmd/cxonectl/internal/delivery"
)

// Stats counts the outcomes of deliveries. It is safe for concurrent use. Its zero value is ready.
type Stats struct {
	mu sync.Mutex
	// totals are the plain counts.
	totals Totals
	began  time.Time
	ended  time.Time
	// first and last are when the first and the last delivery were sent for the first time.
	first, last time.Time
	latency     histogram // of what was acknowledged, from when it was due
	answers     histogram // of each request that was answered, from when it was sent

	// since is what has happened since the last Interval.
	since struct {
		at       time.Time
		requests int
		latency  histogram
	}
}

// Totals are a run's counts. Deliveries are counted once, requests once for each try.
type Totals struct {
	// Deliveries were sent at least once. Kinds counts them by their kind.
	Deliveries int            `json:"deliveries"`
	Kinds      map[string]int `json:"kinds"`
	// Requests and Retries: the first try of each delivery is a request, but not a retry.
	Requests int `json:"requests"`
	Retries  int `json:"retries"`
	// Answers are the requests' answers by status. Errors are the failures of requests without an answer.
	Answers map[int]int    `json:"answers"`
	Errors  map[string]int `json:"errors"`

	// Acknowledged deliveries were answered with 200, Duplicates those of them that the receiver called repeats.
	Acknowledged int `json:"acknowledged"`
	Duplicates   int `json:"duplicates"`
	// Records are those that were acknowledged, without duplicates.
	Records int `json:"records"`
	// Refused deliveries were expected to be refused, and were.
	Refused int `json:"refused"`
	// GivenUp deliveries should have been acknowledged and were not, in all their tries.
	GivenUp int `json:"given_up"`
	// Unexpected deliveries were invalid but not refused as expected, or were acknowledged with wrong counts.
	Unexpected int `json:"unexpected"`
	// BrokenOff deliveries were under way, or waited for another try, when the run was interrupted.
	BrokenOff int `json:"broken_off"`

	// Backlog is how many deliveries are due and wait for a worker. Waiting is how many wait for their next try.
	Backlog    int `json:"-"`
	Waiting    int `json:"-"`
	MaxBacklog int `json:"max_backlog"`
}

func (s *Stats) start(now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.began, s.since.at = now, now
	s.totals.Kinds, s.totals.Answers, s.totals.Errors = map[string]int{}, map[int]int{}, map[string]int{}
}

func (s *Stats) finish(now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ended = now
}

// sent counts a request that is about to be sent.
func (s *Stats) sent(j *job, now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.totals.Requests++
	s.since.requests++
	if j.tries > 1 {
		s.totals.Retries++
		return
	}
	s.totals.Deliveries++
	s.totals.Kinds[j.Scenario]++
	if s.first.IsZero() {
		s.first = now
	}
	s.last = now
}

// answered counts what came back.
func (s *Stats) answered(a *delivery.Answer, err error, took time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err != nil {
		s.totals.Errors[kindOf(err)]++
		return
	}
	s.totals.Answers[a.Status]++
	s.answers.add(took)
}

// settle counts how a delivery ended.
func (s *Stats) settle(j *job) {
	s.mu.Lock()
	defer s.mu.Unlock()
	t, end := &s.totals, j.end
	if end.acknowledged {
		latency := end.at.Sub(j.since)
		s.latency.add(latency)
		s.since.latency.add(latency)
		t.Acknowledged++
		if end.answer.Duplicate {
			t.Duplicates++
		} else {
			t.Records += end.answer.Accepted + end.answer.Unreadable
		}
	}
	switch {
	case !end.acknowledged && j.Expect.Status == http.StatusOK:
		t.GivenUp++
	case !end.asExpected:
		t.Unexpected++
	case !end.acknowledged:
		t.Refused++
	}
}

func (s *Stats) breakOff(n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.totals.BrokenOff += n
}

func (s *Stats) backlog(due, waiting int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.totals.Backlog, s.totals.Waiting = due, waiting
	s.totals.MaxBacklog = max(s.totals.MaxBacklog, due)
}

// Interval is what has happened since the last one, and the current state.
type Interval struct {
	Totals

	Elapsed  time.Duration // since the run began
	Rate     float64       // requests a second
	P50, P99 time.Duration // of what was acknowledged in it
}

// Interval ends an interval and begins the next.
func (s *Stats) Interval(now time.Time) Interval {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := Interval{
		Totals: s.totals.clone(), Elapsed: now.Sub(s.began),
		P50: s.since.latency.quantile(0.5), P99: s.since.latency.quantile(0.99),
	}
	if took := now.Sub(s.since.at); took > 0 {
		i.Rate = float64(s.since.requests) / took.Seconds()
	}
	s.since.at, s.since.requests, s.since.latency = now, 0, histogram{}
	return i
}

func (t *Totals) clone() Totals {
	copied := *t
	copied.Kinds, copied.Answers, copied.Errors = maps.Clone(t.Kinds), maps.Clone(t.Answers), maps.Clone(t.Errors)
	return copied
}

// Result is a run's end, as --output json prints it.
type Result struct {
	Totals

	Seconds float64 `json:"seconds"`
	// ActualRate is how many deliveries a second were sent for the first time. AskedRate is 0 for a closed loop.
	AskedRate  float64 `json:"asked_rate"`
	ActualRate float64 `json:"actual_rate"`
	// LatencyMS is that of the acknowledged deliveries, from the time at which they were due. AnswerMS is that of the
	// requests alone.
	LatencyMS Quantiles `json:"latency_ms"`
	AnswerMS  Quantiles `json:"answer_ms"`
}

// Quantiles are in milliseconds.
type Quantiles struct {
	P50 float64 `json:"p50"`
	P90 float64 `json:"p90"`
	P99 float64 `json:"p99"`
	Max float64 `json:"max"`
}

// Result summarises a run.
func (s *Stats) Result(askedRate float64) Result {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := Result{
		Totals: s.totals.clone(), AskedRate: askedRate, Seconds: round(s.ended.Sub(s.began).Seconds()),
		LatencyMS: s.latency.quantiles(), AnswerMS: s.answers.quantiles(),
	}
	if took := s.last.Sub(s.first); took > 0 {
		r.ActualRate = round(float64(r.Deliveries-1) / took.Seconds())
	}
	return r
}

// Failed reports whether a delivery had an unexpected outcome, other than by an interruption.
func (r *Result) Failed() bool { return r.GivenUp > 0 || r.Unexpected > 0 }

func (h *histogram) quantiles() Quantiles {
	ms := func(d time.Duration) float64 { return round(d.Seconds() * 1000) }
	return Quantiles{P50: ms(h.quantile(0.5)), P90: ms(h.quantile(0.9)), P99: ms(h.quantile(0.99)), Max: ms(h.max)}
}

func round(v float64) float64 { return math.Round(v*100) / 100 }
