// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package receiver

import (
	"errors"
	"io"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

var (
	errTooLarge = errors.New("too large")
	errBusy     = errors.New("no room at present")
)

// budget bounds the bytes that all deliveries hold together.
type budget struct {
	limit int64
	used  atomic.Int64
}

// take takes n bytes, or nothing where there is no room.
func (b *budget) take(n int64) bool {
	if b.used.Add(n) > b.limit {
		b.used.Add(-n)
		return false
	}
	return true
}

func (b *budget) give(n int64) { b.used.Add(-n) }

// share is what one delivery holds of the budget.
type share struct {
	budget *budget
	bytes  int64
}

func (s *share) take(n int64) bool {
	if !s.budget.take(n) {
		return false
	}
	s.bytes += n
	return true
}

// grow doubles what is held, up to the whole budget: errTooLarge says that it will never be enough, errBusy that it is not
// there now.
func (s *share) grow() error {
	more := min(s.bytes, s.budget.limit-s.bytes)
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
	s.budget.give(s.bytes)
	s.bytes = 0
}

const (
	firstRead  = 4 << 10  // what a sender gets before it has sent anything: a thousand slow ones hold 4 MiB
	pooledRead = 32 << 10 // larger buffers are left to the garbage collector
)

var readBuffers = sync.Pool{New: func() any { b := make([]byte, firstRead); return &b }}

// readAll reads to the end, at most limit bytes, and takes from the share as bytes arrive, whatever length was declared.
// The buffer goes back with putBuffer.
func readAll(r io.Reader, declared, limit int64, s *share) (*[]byte, error) {
	buffer := readBuffers.Get().(*[]byte)
	b := (*buffer)[:firstRead]
	if !s.take(int64(len(b))) {
		putBuffer(buffer)
		return nil, errBusy
	}
	filled := 0
	for {
		n, err := r.Read(b[filled:])
		filled += n
		if int64(filled) > limit {
			err = errTooLarge
		}
		if err != nil {
			*buffer = b[:filled]
			if errors.Is(err, io.EOF) {
				return buffer, nil
			}
			putBuffer(buffer)
			return nil, err
		}
		if filled < len(b) {
			continue
		}
		size := nextSize(len(b), declared, limit)
		if !s.take(int64(size - len(b))) {
			putBuffer(buffer)
			return nil, errBusy
		}
		b = slices.Grow(b, size-len(b))[:size]
	}
}

// nextSize is how large a full buffer grows: to twice its size, but not beyond what was declared or what is allowed, and
// one byte that tells the end of the body from a full buffer.
func nextSize(size int, declared, limit int64) int {
	next := min(int64(2*size), limit+1)
	if declared > 0 {
		next = min(next, declared+1)
	}
	return int(max(next, int64(size)+1))
}

func putBuffer(buffer *[]byte) {
	if buffer != nil && cap(*buffer) <= pooledRead {
		readBuffers.Put(buffer)
	}
}

// bodyReaders are the requests whose bodies are arriving, so that a shutdown can cut them off, and the slow ones can be made
// to give way.
type bodyReaders struct {
	mu      sync.Mutex
	cut     bool
	reading map[*http.ResponseController]time.Time // since when
}

func (b *bodyReaders) begin(c *http.ResponseController) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.cut {
		endReading(c)
		return
	}
	if b.reading == nil {
		b.reading = map[*http.ResponseController]time.Time{}
	}
	b.reading[c] = time.Now()
}

// end says whether the reading was left to end by itself.
func (b *bodyReaders) end(c *http.ResponseController) (undisturbed bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	_, undisturbed = b.reading[c]
	delete(b.reading, c)
	return undisturbed
}

// cutOff ends all reading, now and from now on.
func (b *bodyReaders) cutOff() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.cut = true
	for c := range b.reading {
		endReading(c)
	}
	clear(b.reading)
}

// slowBody is how long a body may take to arrive while others find no room.
const slowBody = 2 * time.Second

// shedSlow ends the reading of slow bodies. Without it a few strangers, who need not be authenticated to send a body, could
// keep everybody else out for the whole of read_timeout, again and again.
func (b *bodyReaders) shedSlow() {
	b.mu.Lock()
	defer b.mu.Unlock()
	for c, since := range b.reading {
		if time.Since(since) > slowBody {
			endReading(c)
			delete(b.reading, c)
		}
	}
}

func endReading(c *http.ResponseController) {
	_ = c.SetReadDeadline(time.Unix(1, 0)) // a connection that has no deadline has no reader either
}
