// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package load

import (
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"strconv"
	"syscall"
	"time"

	"github.com/cxone-otel/cxonereceiver/cmd/cxonectl/internal/delivery"
)

// Retry says how a delivery is tried again.
type Retry struct {
	// Most is the number of retries of a delivery. Negative: any number.
	Most int
	// For is how long after its due time a delivery is still tried. 0: without limit.
	For time.Duration
}

// The time between the tries of a delivery doubles, from the first of these to the last.
const (
	firstBackoff = 100 * time.Millisecond
	lastBackoff  = 10 * time.Second
)

// end is the end of a delivery.
type end struct {
	answer       *delivery.Answer // nil where the last try got none
	acknowledged bool             // with 200
	asExpected   bool
	at           time.Time
}

// try sends a delivery once. If there will be another try, it leaves j.end nil.
func (e *engine) try(ctx context.Context, j *job) {
	began := time.Now()
	if j.since.IsZero() {
		j.since = began
	}
	j.tries++
	e.stats.sent(j, began)
	answer, err := e.Post(ctx, &j.Delivery)
	now := time.Now()
	e.stats.answered(answer, err, now.Sub(began))
	if ctx.Err() != nil && err != nil {
		return // the outcome is unknown; settle counts it as broken off
	}
	if retryable(answer, err) {
		if wait := e.Retry.wait(answer, j.tries, now); e.Retry.allows(j.tries, now.Add(wait).Sub(j.since)) {
			j.due = now.Add(wait)
			return
		}
	}
	j.end = &end{at: now, answer: answer}
	if answer != nil {
		j.end.acknowledged = answer.Status == http.StatusOK
		j.end.asExpected = j.Expect.Met(answer.Status, answer.Accepted, answer.Unreadable, answer.Duplicate)
	}
}

// retryable reports whether a sender would try again: after the answers that a server, or a balancer in front of it, gives
// while it has a problem.
func retryable(a *delivery.Answer, err error) bool {
	if err != nil {
		return true
	}
	switch a.Status {
	case http.StatusTooManyRequests, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return true
	default:
		return false
	}
}

func (r Retry) allows(tries int, after time.Duration) bool {
	return (r.Most < 0 || tries <= r.Most) && (r.For == 0 || after <= r.For)
}

// wait is how long to wait after a try: as long as the server asks for, and at least a back-off with jitter, so that
// deliveries that were refused together are not repeated together.
func (r Retry) wait(a *delivery.Answer, tries int, now time.Time) time.Duration {
	backoff := min(lastBackoff, firstBackoff<<min(tries-1, 10))
	backoff = backoff/2 + rand.N(backoff/2) //nolint:gosec // no secret
	if a == nil {
		return backoff
	}
	return max(backoff, retryAfter(a.RetryAfter, now))
}

// retryAfter reads a Retry-After header (RFC 9110, section 10.2.3): seconds, or a date. Anything else is not a time.
func retryAfter(header string, now time.Time) time.Duration {
	if seconds, err := strconv.ParseUint(header, 10, 31); err == nil {
		return time.Duration(seconds) * time.Second //nolint:gosec // 31 bits of it
	}
	if date, err := http.ParseTime(header); err == nil {
		return max(0, date.Sub(now))
	}
	return 0
}

// kindOf returns the kind of a request's failure. There are few kinds, so that they can be counted.
func kindOf(err error) string {
	var (
		operation *net.OpError
		timeout   interface{ Timeout() bool }
	)
	switch {
	case errors.Is(err, syscall.ECONNREFUSED):
		return "connection refused"
	case errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE):
		return "connection reset"
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return "connection closed without an answer"
	case errors.Is(err, os.ErrDeadlineExceeded), errors.As(err, &timeout) && timeout.Timeout():
		return "timeout"
	case errors.As(err, &operation):
		return operation.Op + " failed"
	default:
		return "other"
	}
}
