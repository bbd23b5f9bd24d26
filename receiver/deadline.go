// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package receiver

import (
	"context"
	"sync"
	"time"
)

// deadline is the context of a delivery. It ends with delivery_timeout, and not with the request: a sender that hangs up does
// not tear a delivery apart, the pipeline finishes it.
//
// It is a context.WithTimeout that starts its timer only when somebody waits for its end. Few pipelines do.
type deadline struct {
	parent context.Context // without its end
	at     time.Time

	mu     sync.Mutex
	waited context.Context // nil until somebody waits
	cancel context.CancelFunc
	over   bool
}

func newDeadline(parent context.Context, at time.Time) *deadline {
	return &deadline{parent: context.WithoutCancel(parent), at: at}
}

// end is the CancelFunc.
func (d *deadline) end() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.over = true
	if d.cancel != nil {
		d.cancel()
	}
}

// Deadline returns the time at which delivery_timeout is over.
func (d *deadline) Deadline() (time.Time, bool) { return d.at, true }

// Done returns a channel that is closed when delivery_timeout is over, or the delivery.
func (d *deadline) Done() <-chan struct{} {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.waited == nil {
		d.waited, d.cancel = context.WithDeadline(d.parent, d.at)
		if d.over {
			d.cancel()
		}
	}
	return d.waited.Done()
}

// Err returns why the context has ended, nil where it has not.
func (d *deadline) Err() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	switch {
	case d.waited != nil:
		return d.waited.Err()
	case d.over:
		return context.Canceled
	case time.Until(d.at) <= 0:
		return context.DeadlineExceeded
	default:
		return nil
	}
}

// Value returns what the request's context has. Contexts made of this one find the one with the timer there.
func (d *deadline) Value(key any) any {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.waited != nil {
		return d.waited.Value(key)
	}
	return d.parent.Value(key)
}
