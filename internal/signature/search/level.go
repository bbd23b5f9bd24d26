// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package search

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
)

// maxParts is how many parts a string can have: two more than the longest known scheme.
const maxParts = 7

// Why a search was stopped, besides the reasons of the context.
const (
	stoppedByTimeout   = "timeout"
	stoppedByCount     = "max-candidates"
	stoppedByInterrupt = "interrupted"
)

// stringSearch is the search for the string that was signed, for one site in one style.
type stringSearch struct {
	*run
	site    *site
	opening *opening
	style   style
	wrapper wrapper
	cost    int // of all these together
	choices []choice
	// primary is the request on which every candidate is tried. If it fits, the others are tried.
	primary int
	// unsaid is, for each choice, the cost of leaving out that choice and all after it.
	unsaid []int
}

// prepare makes the parts when they are first needed.
func (s *stringSearch) prepare() {
	if s.unsaid != nil {
		return
	}
	s.choices = s.style.apply(s.partsOf(s.site, s.opening))
	s.unsaid = make([]int, len(s.choices)+1)
	for i := len(s.choices) - 1; i >= 0; i-- {
		s.unsaid[i] = s.unsaid[i+1] + s.choices[i].omit
	}
}

// partsOf makes the parts of a site once for all its searches.
func (s *run) partsOf(site *site, of *opening) []choice {
	if !of.digest {
		of = nil
	}
	if site.choices == nil {
		site.choices = map[*opening][]choice{}
	}
	made, ok := site.choices[of]
	if !ok {
		made = newParts(s.captures, s.options, site, of)
		site.choices[of] = made
	}
	return made
}

// selection is a choice of parts. A worker tries all their orders and separators that together have the rest of the level's
// cost.
type selection struct {
	number int64
	parts  []*part
	slack  int // what order and separators must cost
	fixed  bool
}

// hit is a string that fits.
type hit struct {
	finding  *Finding
	nearMiss *NearMiss
}

// try tries every string of this level's cost. Of the strings that fit, it returns the first in the order of the
// selections, whichever worker found one first.
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
	s.choose(nil, 0, level-s.cost, func(parts []*part, slack int) bool {
		for _, chosen := range s.orders(parts, slack) {
			number++
			chosen.number = number
			select {
			case work <- chosen:
			case <-ctx.Done():
			}
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

// orders are the orders to begin with. Parts with names are also sorted by them, with a secret at the end.
func (s *stringSearch) orders(parts []*part, slack int) []selection {
	asUsual := selection{parts: slices.Clone(parts), slack: slack}
	if s.opening.digest && !s.style.named && len(parts) > 1 {
		secretFirst := selection{parts: slices.Concat(parts[len(parts)-1:], parts[:len(parts)-1]), slack: slack}
		return []selection{asUsual, secretFirst}
	}
	if !s.style.named || len(parts) < 2 {
		return []selection{asUsual}
	}
	sorted := selection{parts: slices.Clone(parts), slack: slack, fixed: true}
	slices.SortStableFunc(sorted.parts, func(a, b *part) int {
		return cmp.Or(cmp.Compare(a.sortRank(), b.sortRank()), strings.Compare(a.name, b.name))
	})
	return []selection{sorted, asUsual}
}

// sortRank puts parts without a name first, but a body and a secret last.
func (p *part) sortRank() int {
	switch kind := p.kind(); {
	case kind == "secret":
		return 2
	case p.name != "":
		return 0
	case kind == "body" || kind == "hash":
		return 1
	default:
		return -1
	}
}

func (s *run) countReached() bool {
	return s.options.MaxCandidates > 0 && s.tried.Load() >= s.options.MaxCandidates
}

// choose calls yield with every selection of parts, from the given choice on, and with the rest of the level's cost, as
// long as order and separators can have that cost. It returns false if yield does.
func (s *stringSearch) choose(chosen []*part, from, left int, yield func([]*part, int) bool) bool {
	if n := len(chosen); n > 0 {
		if slack := left - s.unsaid[from]; slack >= 0 && slack <= maxJoinCost(n, s.style.named) && !yield(chosen, slack) {
			return false
		}
	}
	if len(chosen) == maxParts {
		return true
	}
	for i := from; i < len(s.choices); i++ {
		parts := s.choices[i].parts
		for j := range parts {
			p := &parts[j]
			if p.cost > left {
				break // the others cost more
			}
			if !s.choose(append(chosen, p), i+1, left-p.cost, yield) {
				return false
			}
		}
		if left -= s.choices[i].omit; left < 0 {
			break
		}
	}
	return true
}
