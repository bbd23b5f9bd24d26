// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package load

import (
	"context"
	"errors"
	"io"
	"net/http"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cxone-otel/cxonereceiver/cmd/cxonectl/internal/delivery"
	"github.com/cxone-otel/cxonereceiver/cmd/internal/story"
)

// server answers in the bubble's time, and notes when it got each try of each delivery.
type server struct {
	mu     sync.Mutex
	start  time.Time
	tries  map[int][]time.Duration
	answer func(n, try int) (*delivery.Answer, error)
}

func (s *server) post(_ context.Context, d *story.Delivery) (*delivery.Answer, error) {
	s.mu.Lock()
	s.tries[d.Number] = append(s.tries[d.Number], time.Since(s.start))
	try := len(s.tries[d.Number])
	s.mu.Unlock()
	return s.answer(d.Number, try)
}

// run runs a load in a bubble, with a server that answers as told.
func run(t *testing.T, c Config, answer func(n, try int) (*delivery.Answer, error), check func(s *server, r Result)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		s := &server{start: time.Now(), tries: map[int][]time.Duration{}, answer: answer}
		made := 0
		if c.Next == nil {
			c.Next = func() story.Delivery {
				made++
				return valid(made - 1)
			}
		}
		c.Post = s.post
		var stats Stats
		require.NoError(t, Run(t.Context(), c, &stats))
		check(s, stats.Result(c.Rate))
	})
}

func valid(n int) story.Delivery {
	return story.Delivery{Number: n, Scenario: story.KindValid, Expect: story.Accepted(1)}
}

func ok() (*delivery.Answer, error) {
	return &delivery.Answer{Status: http.StatusOK, Accepted: 1}, nil
}

func busy(retryAfter string) (*delivery.Answer, error) {
	return &delivery.Answer{Status: http.StatusServiceUnavailable, RetryAfter: retryAfter}, nil
}

func TestWhatIsDueIsSentOnTime(t *testing.T) {
	run(t, Config{Rate: 100, Workers: 4, Count: 500}, func(int, int) (*delivery.Answer, error) {
		time.Sleep(25 * time.Millisecond) // two and a half at a time
		return ok()
	}, func(s *server, r Result) {
		for n := range 500 {
			require.Equal(t, []time.Duration{time.Duration(n) * 10 * time.Millisecond}, s.tries[n])
		}
		assert.InDelta(t, 100, r.ActualRate, 0.01)
		assert.InDelta(t, 25, r.LatencyMS.Max, 0.01)
		assert.Equal(t, 500, r.Acknowledged)
		assert.False(t, r.Failed())
	})
}

func TestAFractionOfADeliveryASecond(t *testing.T) {
	run(t, Config{Rate: 0.25, Workers: 1, Duration: 10 * time.Second}, func(int, int) (*delivery.Answer, error) { return ok() },
		func(s *server, _ Result) {
			assert.Equal(t, map[int][]time.Duration{0: {0}, 1: {4 * time.Second}, 2: {8 * time.Second}}, s.tries)
		})
}

// TestASlowServerShowsUpAsLatency has a server that can take half of the rate.
func TestASlowServerShowsUpAsLatency(t *testing.T) {
	run(t, Config{Rate: 100, Workers: 1, Duration: time.Second}, func(int, int) (*delivery.Answer, error) {
		time.Sleep(20 * time.Millisecond)
		return ok()
	}, func(_ *server, r Result) {
		assert.Equal(t, 100, r.Acknowledged, "what is due is sent, however late")
		assert.InDelta(t, 1010, r.LatencyMS.Max, 0.01, "the last is due at 990 ms and done at 2000 ms")
		assert.InDelta(t, 20, r.AnswerMS.Max, 0.01)
		assert.InDelta(t, 50, r.ActualRate, 0.6)
		assert.InDelta(t, 50, r.MaxBacklog, 1)
	})
}

func TestWithoutARateWorkersGoAsFastAsTheyCan(t *testing.T) {
	run(t, Config{Workers: 4, Duration: time.Second}, func(int, int) (*delivery.Answer, error) {
		time.Sleep(10 * time.Millisecond)
		return ok()
	}, func(_ *server, r Result) {
		assert.InDelta(t, 400, r.Deliveries, 8)
		assert.InDelta(t, 10, r.LatencyMS.Max, 0.01, "counted from when a worker has it")
		assert.Zero(t, r.MaxBacklog)
	})
}

func TestRetryAfterIsHonoured(t *testing.T) {
	run(t, Config{Rate: 10, Workers: 1, Count: 20, Retry: Retry{Most: -1}}, func(n, try int) (*delivery.Answer, error) {
		if n == 3 && try < 3 {
			return busy("5")
		}
		return ok()
	}, func(s *server, r Result) {
		tries := s.tries[3]
		require.Len(t, tries, 3)
		assert.Equal(t, 300*time.Millisecond, tries[0])
		assert.GreaterOrEqual(t, tries[1]-tries[0], 5*time.Second)
		assert.GreaterOrEqual(t, tries[2]-tries[1], 5*time.Second)
		assert.Less(t, tries[2], 12*time.Second)
		assert.Equal(t, 1900*time.Millisecond, s.tries[19][0], "what waits for its next try holds no worker")
		assert.Equal(t, map[int]int{200: 20, 503: 2}, r.Answers)
		assert.Equal(t, 2, r.Retries)
		assert.Equal(t, 22, r.Requests)
		assert.Equal(t, 20, r.Acknowledged)
		assert.GreaterOrEqual(t, r.LatencyMS.Max, 10_000.0, "from when it was first due")
	})
}

func TestABrokenConnectionIsTriedAgain(t *testing.T) {
	run(t, Config{Rate: 1, Workers: 1, Count: 1, Retry: Retry{Most: -1}}, func(_, try int) (*delivery.Answer, error) {
		switch try {
		case 1, 2, 3:
			return nil, syscall.ECONNREFUSED
		case 4:
			return nil, io.ErrUnexpectedEOF
		default:
			return ok()
		}
	}, func(s *server, r Result) {
		tries := s.tries[0]
		require.Len(t, tries, 5)
		for i, backoff := range []time.Duration{100, 200, 400, 800} {
			waited := tries[i+1] - tries[i]
			assert.GreaterOrEqual(t, waited, backoff*time.Millisecond/2)
			assert.LessOrEqual(t, waited, backoff*time.Millisecond)
		}
		assert.Equal(t, map[string]int{"connection refused": 3, "connection closed without an answer": 1}, r.Errors)
		assert.Equal(t, 1, r.Acknowledged)
	})
}

func TestASenderGivesUp(t *testing.T) {
	never := func(int, int) (*delivery.Answer, error) { return busy("2") }
	t.Run("after so many retries", func(t *testing.T) {
		run(t, Config{Rate: 1, Workers: 1, Count: 1, Retry: Retry{Most: 3}}, never, func(s *server, r Result) {
			assert.Len(t, s.tries[0], 4)
			assert.Equal(t, 1, r.GivenUp)
			assert.True(t, r.Failed())
		})
	})
	t.Run("after so long", func(t *testing.T) {
		run(t, Config{Rate: 1, Workers: 1, Count: 1, Retry: Retry{Most: -1, For: 7 * time.Second}}, never, func(s *server, r Result) {
			assert.Len(t, s.tries[0], 4, "at 0, 2, 4 and 6 seconds")
			assert.Equal(t, 1, r.GivenUp)
		})
	})
	t.Run("of what is refused for good at once", func(t *testing.T) {
		run(t, Config{Rate: 1, Workers: 1, Count: 1, Retry: Retry{Most: -1}}, func(int, int) (*delivery.Answer, error) {
			return &delivery.Answer{Status: http.StatusUnauthorized}, nil
		}, func(s *server, r Result) {
			assert.Len(t, s.tries[0], 1)
			assert.Equal(t, 1, r.GivenUp)
		})
	})
}

func TestWhatIsInvalidIsToBeRefused(t *testing.T) {
	answers := map[int]int{0: 400, 1: 200, 2: 401}
	run(t, Config{Rate: 1, Workers: 1, Count: 3, Next: func() func() story.Delivery {
		n := -1
		return func() story.Delivery {
			n++
			return story.Delivery{Number: n, Scenario: story.KindMalformed, Expect: story.Refused(400)}
		}
	}()}, func(n, _ int) (*delivery.Answer, error) {
		return &delivery.Answer{Status: answers[n]}, nil
	}, func(_ *server, r Result) {
		assert.Equal(t, 1, r.Refused)
		assert.Equal(t, 2, r.Unexpected)
		assert.Zero(t, r.GivenUp)
		assert.True(t, r.Failed())
	})
}

func TestBreakingOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 5500*time.Millisecond)
		defer cancel()
		made := 0
		var stats Stats
		require.NoError(t, Run(ctx, Config{
			Rate: 1, Workers: 10, Count: 100, Retry: Retry{Most: -1},
			Next: func() story.Delivery { made++; return valid(made - 1) },
			Post: func(ctx context.Context, d *story.Delivery) (*delivery.Answer, error) {
				took := time.Second
				switch d.Number {
				case 1:
					return busy("60")
				case 2:
					took = time.Hour
				case 5:
					time.Sleep(took) // the run ends meanwhile, and the answer comes too late for another try
					return busy("1")
				}
				select {
				case <-time.After(took):
					return ok()
				case <-ctx.Done():
					return nil, ctx.Err()
				}
			},
		}, &stats))
		r := stats.Result(1)
		assert.InDelta(t, 7.5, r.Seconds, 0.01, "what is on its way is given two seconds")
		assert.Equal(t, 6, r.Deliveries)
		assert.Equal(t, 3, r.Acknowledged)
		assert.Equal(t, 3, r.BrokenOff)
		assert.False(t, r.Failed())
	})
}

func TestALedgerThatCannotBeWrittenEndsTheRun(t *testing.T) {
	ledger, err := CreateLedger(t.TempDir() + "/ledger.jsonl")
	require.NoError(t, err)
	require.NoError(t, ledger.Close())
	made := 0
	err = Run(t.Context(), Config{
		Workers: 4, Count: 1000, Ledger: ledger,
		Next: func() story.Delivery { made++; return valid(made - 1) },
		Post: func(context.Context, *story.Delivery) (*delivery.Answer, error) { return ok() },
	}, &Stats{})
	require.ErrorContains(t, err, "write the ledger")
	assert.Less(t, made, 100)
}

func TestRetryAfterIsSecondsOrADate(t *testing.T) {
	now := time.Date(2024, 5, 1, 12, 0, 0, 0, time.UTC)
	for header, want := range map[string]time.Duration{
		"": 0, "0": 0, "7": 7 * time.Second, "-7": 0, "7s": 0, "99999999999999": 0,
		"Wed, 01 May 2024 12:01:00 GMT": time.Minute, "Wed, 01 May 2024 11:00:00 GMT": 0,
	} {
		assert.Equal(t, want, retryAfter(header, now), header)
	}
}

func TestKindsOfErrors(t *testing.T) {
	for want, err := range map[string]error{
		"connection refused": syscall.ECONNREFUSED, "connection reset": syscall.EPIPE, "timeout": context.DeadlineExceeded,
		"connection closed without an answer": io.EOF, "other": errors.New("a certificate, say"),
	} {
		assert.Equal(t, want, kindOf(err))
	}
}
