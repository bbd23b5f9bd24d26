// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package search

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
)

// maxParts is how many parts a string may have: two more than the longest scheme that is known.
const maxParts = 7

// Why a search stopped before its end, besides those of the context.
const (
	stoppedByTimeout   = "timeout"
	stoppedByCount     = "max-candidates"
	stoppedByInterrupt = "interrupted"
)

// stringSearch is the search for the string that the signatures of one site sign.
type stringSearch struct {
	*run
	site  *site
	slots []slot
	// primary is the request that every candidate is tried on: the one with the shortest body. The others are tried only
	// when that one fits.
	primary int
}

func (s *run) newStringSearch(site *site) *stringSearch {
	one := &stringSearch{run: s, site: site, slots: newParts(s.captures, s.options, site)}
	for i := range s.captures {
		if len(s.captures[i].Body) < len(s.captures[one.primary].Body) {
			one.primary = i
		}
	}
	return one
}

// selection is a choice of parts; a worker tries all orders and separators of it that make the level's cost.
type selection struct {
	number int64
	parts  []*part
	slack  int // what order and separators have to cost
}

// hit is a string that fits.
type hit struct {
	finding  *Finding
	nearMiss *NearMiss
}

// try tries every string whose cost is this level's. Of those that fit it returns the first in the order of the selections,
// whichever worker found one first.
func (s *stringSearch) try(ctx context.Context, level int) (found *hit, stopped string) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	work := make(chan selection, 64)
	var best struct {
		sync.Mutex
		number atomic.Int64
		hit    *hit
	}
	best.number.Store(1 << 62)
	var group sync.WaitGroup
	for range s.workers {
		group.Go(func() {
			w := s.newWorker(ctx, &best.number)
			for chosen := range work {
				if got := w.try(chosen); got != nil {
					best.Lock()
					if chosen.number < best.number.Load() {
						best.number.Store(chosen.number)
						best.hit = got
					}
					best.Unlock()
				}
			}
		})
	}
	number := int64(0)
	s.choose(nil, 0, level, func(parts []*part, slack int) bool {
		number++
		select {
		case work <- selection{number, append([]*part(nil), parts...), slack}:
		case <-ctx.Done():
		}
		return ctx.Err() == nil && number < best.number.Load() && !s.countReached()
	})
	close(work)
	group.Wait()
	switch {
	case best.hit != nil:
		return best.hit, ""
	case s.countReached():
		return nil, stoppedByCount
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		return nil, stoppedByTimeout
	case ctx.Err() != nil:
		return nil, stoppedByInterrupt
	default:
		return nil, ""
	}
}

func (s *run) countReached() bool {
	return s.options.MaxCandidates > 0 && s.tried.Load() >= s.options.MaxCandidates
}

// choose calls yield with every choice of parts from the slots from the given one on, and with what is left of the level's
// cost, as long as order and separators can use that up. It returns false when yield does.
func (s *stringSearch) choose(chosen []*part, from, left int, yield func([]*part, int) bool) bool {
	if n := len(chosen); n > 0 {
		if slack := left - lengthCost(n); slack >= 0 && slack <= maxJoinCost(n) && !yield(chosen, slack) {
			return false
		}
	}
	if len(chosen) == maxParts {
		return true
	}
	for i := from; i < len(s.slots); i++ {
		for j := range s.slots[i] {
			p := &s.slots[i][j]
			if p.cost > left {
				break // the others cost more
			}
			if !s.choose(append(chosen, p), i+1, left-p.cost, yield) {
				return false
			}
		}
	}
	return true
}

// lengthCost: long strings have many orders, so they come later.
func lengthCost(parts int) int { return max(0, parts-3) }
