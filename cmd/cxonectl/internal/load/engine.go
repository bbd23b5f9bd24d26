// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

// Package load delivers at a rate, like a sender that must deliver everything: it tries again after a 503, after a 429 and
// after a broken connection, and writes a ledger of what was acknowledged.
//
// It is an open loop: the times of the deliveries are decided before the run, not by the answers. A delivery that is due
// while all workers are busy waits, and its latency counts from the time at which it was due. A slow server thus shows as
// latency, and not as a lower rate that makes it look better (the coordinated omission of closed loops). A timer may be
// late by about a millisecond, which counts as latency too. Without a rate it is a closed loop, which finds the highest
// throughput of a server; its latency then means little.
package load

import (
	"container/heap"
	"context"
	"math"
	"sync"
	"time"

	"github.com/cxone-otel/cxonereceiver/cmd/cxonectl/internal/delivery"
	"github.com/cxone-otel/cxonereceiver/cmd/internal/story"
)

// Config says what is delivered, how fast and with how many tries.
type Config struct {
	// Rate is the number of deliveries a second. 0: as fast as the workers can.
	Rate float64
	// Workers is the number of requests at a time.
	Workers int
	// Count is the number of deliveries. 0: until Duration is over, which then must be set.
	Count    int
	Duration time.Duration
	// Retry says how a delivery is tried again.
	Retry Retry

	// Next makes the next delivery.
	Next func() story.Delivery
	// Post sends a delivery once. Several workers call it at the same time. It is called for each try, so that a
	// signature's timestamp is that of the try.
	Post func(context.Context, *story.Delivery) (*delivery.Answer, error)
	// Ledger records what was acknowledged; nil for none.
	Ledger *Ledger
}

// Total is the number of deliveries in a run. It is not known beforehand if only the time is limited.
func (c *Config) Total() (total int, known bool) {
	if c.Count > 0 {
		return c.Count, true
	}
	return int(math.Ceil(c.Rate * c.Duration.Seconds())), c.Rate > 0
}

// job is a delivery that is not finished.
type job struct {
	story.Delivery

	due   time.Time // when its next try is
	since time.Time // what its latency counts from
	tries int
	end   *end // nil if there will be another try
}

// engine is a run.
type engine struct {
	Config

	stats   *Stats
	started time.Time
	made    int
	retries retries
	flying  int
	stopped bool

	work chan *job
	done chan *job
}

// Run delivers until all is done or the context ends, and counts into stats. When the context ends, nothing new is sent,
// and requests under way get a moment to finish. An error is the ledger's: an acknowledgement could not be written.
func Run(ctx context.Context, c Config, stats *Stats) error {
	e := &engine{Config: c, stats: stats, started: time.Now(), work: make(chan *job), done: make(chan *job)}
	stats.start(e.started)
	posts, stopPosts := context.WithCancel(context.WithoutCancel(ctx))
	defer stopPosts()
	defer context.AfterFunc(ctx, func() { time.AfterFunc(grace, stopPosts) })()

	var workers sync.WaitGroup
	for range c.Workers {
		workers.Go(func() {
			for j := range e.work {
				e.try(posts, j)
				e.done <- j
			}
		})
	}
	err := e.pace(ctx)
	close(e.work)
	workers.Wait()
	stats.finish(time.Now())
	return err
}

// grace is how long requests under way may take after a run was interrupted.
const grace = 2 * time.Second

// pace hands out deliveries that are due, in their order, until none are left.
func (e *engine) pace(ctx context.Context) error {
	timer := time.NewTimer(0)
	defer timer.Stop()
	fresh := e.next()
	stop := ctx.Done()
	for fresh != nil || len(e.retries) > 0 || e.flying > 0 {
		first := e.first(fresh)
		var work chan *job
		var due <-chan time.Time
		if first != nil {
			if wait := time.Until(first.due); wait > 0 {
				timer.Reset(wait)
				due = timer.C
			} else {
				work = e.work
			}
		}
		select {
		case work <- first:
			e.flying++
			if first == fresh {
				fresh = e.next()
			} else {
				heap.Pop(&e.retries)
			}
		case j := <-e.done:
			e.flying--
			if err := e.settle(j); err != nil {
				return e.drain(err)
			}
		case <-due:
		case <-stop:
			stop, fresh, e.stopped = nil, nil, true
			e.stats.breakOff(len(e.retries))
			e.retries = nil
		}
		e.stats.backlog(e.overdue(fresh), len(e.retries))
	}
	return nil
}

// drain waits for the workers.
func (e *engine) drain(err error) error {
	for ; e.flying > 0; e.flying-- {
		<-e.done
	}
	return err
}

// next makes the next delivery; nil after the last.
func (e *engine) next() *job {
	now := time.Now()
	if total, known := e.Total(); known && e.made >= total || !known && now.Sub(e.started) >= e.Duration {
		return nil
	}
	j := &job{due: now}
	if e.Rate > 0 {
		j.due = e.started.Add(time.Duration(math.Round(float64(e.made) / e.Rate * float64(time.Second))))
		j.since = j.due
	}
	j.Delivery = e.Next()
	e.made++
	return j
}

// first returns what is due first.
func (e *engine) first(fresh *job) *job {
	if len(e.retries) > 0 && (fresh == nil || e.retries[0].due.Before(fresh.due)) {
		return e.retries[0]
	}
	return fresh
}

// overdue is how many deliveries are due for the first time and wait for a worker.
func (e *engine) overdue(fresh *job) int {
	if e.Rate == 0 || fresh == nil {
		return 0
	}
	late := time.Since(fresh.due)
	if late <= 0 {
		return 0
	}
	total, _ := e.Total()
	return min(1+int(late.Seconds()*e.Rate), total-e.made+1)
}

// settle counts a finished delivery, or stores one until its next try.
func (e *engine) settle(j *job) error {
	switch {
	case j.end != nil:
		e.stats.settle(j)
	case e.stopped:
		e.stats.breakOff(1)
		return nil
	default:
		heap.Push(&e.retries, j)
		return nil
	}
	if j.end.acknowledged && e.Ledger != nil {
		return e.Ledger.write(j)
	}
	return nil
}

// retries are the deliveries that wait for their next try, the first one due on top.
type retries []*job

func (r retries) Len() int           { return len(r) }
func (r retries) Less(i, k int) bool { return r[i].due.Before(r[k].due) }
func (r retries) Swap(i, k int)      { r[i], r[k] = r[k], r[i] }

// Push implements heap.Interface.
func (r *retries) Push(x any) { *r = append(*r, x.(*job)) }

// Pop implements heap.Interface.
func (r *retries) Pop() any {
	last := len(*r) - 1
	j := (*r)[last]
	(*r)[last] = nil
	*r = (*r)[:last]
	return j
}
