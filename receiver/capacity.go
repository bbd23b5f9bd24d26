// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package receiver

import (
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// smallBody is the largest body for which a part of the budget is kept. A sender does not have to be authenticated to send
// a body. Without this part, a few large bodies that are never finished would keep every other sender out.
const smallBody = 64 << 10

// budget bounds the bytes that all deliveries hold together (max_inflight_bytes). It counts bytes that have come, not those
// declared.
type budget struct {
	limit    int64
	ofLarge  int64 // the bound of several large bodies while they arrive
	mu       sync.Mutex
	bytes    int64
	inLarges int64
}

// newBudget keeps a quarter for small bodies.
func newBudget(limit int64) *budget { return &budget{limit: limit, ofLarge: limit - limit/4} }

func (b *budget) used() int64 {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.bytes
}

// share is what one delivery holds of the budget.
type share struct {
	budget  *budget
	isLarge bool // the body was declared, or has become, larger than smallBody
	bytes   int64
	inLarge int64 // of them, those that count against the bound of large bodies
}

func (b *budget) newShare(declared int64) share {
	return share{budget: b, isLarge: declared > smallBody}
}

// arrive counts bytes of a body that have come, and reports whether there is room for them. If there is none, the share is given
// back at once: otherwise large bodies that come at the same time would all be refused, each because of the others.
func (s *share) arrive(n int64) bool {
	b := s.budget
	b.mu.Lock()
	defer b.mu.Unlock()
	s.isLarge = s.isLarge || s.bytes+n > smallBody
	more := int64(0) // of what counts against the bound of large bodies
	if s.isLarge {
		more = s.bytes + n - s.inLarge
	}
	isAlone := b.inLarges == s.inLarge // a body of the largest size must fit, whatever the limit is
	if b.bytes+n > b.limit || more > 0 && b.inLarges+more > b.ofLarge && !isAlone {
		s.giveBack()
		return false
	}
	b.inLarges += more
	s.inLarge += more
	b.bytes += n
	s.bytes += n
	return true
}

// take takes n bytes for a delivery that is authenticated, and reports whether there is room for them.
func (s *share) take(n int64) bool {
	b := s.budget
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.bytes+n > b.limit {
		return false
	}
	b.bytes += n
	s.bytes += n
	return true
}

// grow takes what is missing to a size, or as much as is held: errTooLarge says that it will never be enough, errBusy that
// it is not there now.
func (s *share) grow(size int64) error {
	more := min(max(s.bytes, size-s.bytes), s.budget.limit-s.bytes)
	switch {
	case more <= 0:
		return errTooLarge
	case !s.take(more):
		return errBusy
	default:
		return nil
	}
}

func (s *share) release() {
	s.budget.mu.Lock()
	defer s.budget.mu.Unlock()
	s.giveBack()
}

// giveBack is release, for a caller that holds the lock.
func (s *share) giveBack() {
	s.budget.bytes -= s.bytes
	s.budget.inLarges -= s.inLarge
	s.bytes, s.inLarge = 0, 0
}

// While there is no room, a body that comes more slowly than slowRate is cut off, once slowGrace is over.
const (
	slowRate  = 64 << 10 // bytes in a second
	slowGrace = 2 * time.Second
)

// arrivals are the bodies that are arriving, so that a shutdown can cut them off, and the slow ones can be made to give way.
type arrivals struct {
	mu     sync.Mutex
	cut    bool
	bodies map[*arrival]struct{}
}

// arrival is a body on its way.
type arrival struct {
	writer http.ResponseWriter
	since  time.Time
	bytes  atomic.Int64
}

func (a *arrivals) begin(w http.ResponseWriter) *arrival {
	body := &arrival{writer: w, since: time.Now()}
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.cut {
		body.end()
		return body
	}
	if a.bodies == nil {
		a.bodies = map[*arrival]struct{}{}
	}
	a.bodies[body] = struct{}{}
	return body
}

// end reports whether the body was left to arrive.
func (a *arrivals) end(body *arrival) (undisturbed bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	_, undisturbed = a.bodies[body]
	delete(a.bodies, body)
	return undisturbed
}

// cutOff ends all arrivals, now and from now on.
func (a *arrivals) cutOff() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.cut = true
	for body := range a.bodies {
		body.end()
	}
	clear(a.bodies)
}

// shedSlow ends the arrival of slow bodies.
func (a *arrivals) shedSlow() {
	a.mu.Lock()
	defer a.mu.Unlock()
	for body := range a.bodies {
		if body.isSlow(time.Since(body.since)) {
			body.end()
			delete(a.bodies, body)
		}
	}
}

func (b *arrival) isSlow(age time.Duration) bool {
	return age > slowGrace && float64(b.bytes.Load()) < slowRate*age.Seconds()
}

func (b *arrival) end() {
	// A connection that has no deadline has no reader either.
	_ = http.NewResponseController(b.writer).SetReadDeadline(time.Unix(1, 0))
}
