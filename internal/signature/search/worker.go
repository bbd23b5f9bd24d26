// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package search

import (
	"context"
	"slices"
	"sync/atomic"
)

// separator is a text between two parts, with its cost: how unusual it is.
type separator struct {
	text string
	cost int
}

// usualSeparators are those that most senders use.
var usualSeparators = []separator{
	{"\n", 0},
	{".", 0},
	{"", 0},
	{":", 1},
	{"|", 1},
	{"&", 1},
	{" ", 1},
	{",", 1},
	{";", 1},
	{"\r\n", 2},
	{"-", 2},
	{"_", 2},
	{"/", 2},
	{"+", 2},
	{"#", 2},
	{"\t", 2},
	{", ", 2},
	{"\n\n", 2},
}

const (
	maxOrderCost     = 3
	maxSeparatorCost = 2
	maxTrailerCost   = 1
	oddSeparatorCost = 3 // for one separator that differs from the others
)

// orderCost is the cost of an order. Most senders put method and URL first and the body last. Two neighbours that have
// changed places cost 1.
func orderCost(inversions int) int { return min((inversions+1)/2, maxOrderCost) }

// maxJoinCost is the highest cost that order and separators of some parts can have.
func maxJoinCost(parts int, named bool) int {
	switch {
	case parts == 1:
		return maxTrailerCost
	case named:
		return maxOrderCost + maxTrailerCost
	case parts == 2:
		return 1 + maxSeparatorCost + maxTrailerCost
	default:
		return maxOrderCost + maxSeparatorCost + maxTrailerCost + oddSeparatorCost
	}
}

// worker builds strings and compares them with the signatures. It belongs to one goroutine.
type worker struct {
	search   *stringSearch
	ctx      context.Context // a worker lives as long as one call
	best     *atomic.Int64
	matchers []matcher // by request
	buffer   []byte
	counted  uint64 // candidates that the run has not counted yet

	selection  selection
	separator  separator
	order      []int // of the selection's parts, as far as the string is built
	separators []string
	used       [maxParts]bool
	hit        *hit
}

func (s *stringSearch) newWorker(ctx context.Context, best *atomic.Int64) *worker {
	w := &worker{search: s, ctx: ctx, best: best}
	for i := range s.captures {
		match, apply := s.opening.newMatcher(i), s.wrapper.newApply()
		if apply != nil {
			plain := match
			match = func(signed []byte) bool { return plain(apply(signed)) }
		}
		w.matchers = append(w.matchers, match)
	}
	return w
}

// try tries all orders and separators of a selection.
func (w *worker) try(chosen selection) *hit {
	w.selection, w.hit = chosen, nil
	all := usualSeparators
	switch {
	case w.search.style.named:
		all = []separator{{w.search.style.between, 0}}
	case len(chosen.parts) == 1:
		all = usualSeparators[:1] // there is nothing to separate
	}
	for _, w.separator = range all {
		if w.separator.cost <= chosen.slack && !w.extend(0, chosen.slack-w.separator.cost, false) {
			break
		}
	}
	w.flushCount()
	return w.hit
}

// extend appends each part that is not in the string yet, one after the other, until all are. It returns false to end the
// selection.
func (w *worker) extend(inversions, slack int, odd bool) bool {
	parts := w.selection.parts
	if len(w.order) == len(parts) {
		return w.end(slack - orderCost(inversions))
	}
	before := 0 // parts that are left out so far, and so will come after a later one
	for i, p := range parts {
		if w.used[i] {
			continue
		}
		if orderCost(inversions+before) > slack {
			break
		}
		if !w.place(i, p, inversions+before, slack, odd) {
			return false
		}
		if w.selection.fixed {
			break
		}
		before++
	}
	return true
}

// place appends a part after the usual separator, and after each other one if no separator has differed so far.
func (w *worker) place(i int, p *part, inversions, slack int, odd bool) bool {
	value := p.values[w.search.primary]
	w.used[i] = true
	defer func() { w.used[i] = false }()
	if len(w.order) == 0 {
		return w.append(w.search.style.open, i, value, inversions, slack, odd)
	}
	if !w.append(w.separator.text, i, value, inversions, slack, odd) {
		return false
	}
	if odd || w.search.style.named || len(w.selection.parts) < 3 || slack < oddSeparatorCost {
		return true
	}
	for _, other := range usualSeparators {
		if other.text != w.separator.text && !w.append(other.text, i, value, inversions, slack-oddSeparatorCost, true) {
			return false
		}
	}
	return true
}

func (w *worker) append(separator string, i int, value []byte, inversions, slack int, odd bool) bool {
	if slack < 0 {
		return true
	}
	length := len(w.buffer)
	w.buffer = append(append(w.buffer, separator...), value...)
	w.order, w.separators = append(w.order, i), append(w.separators, separator)
	more := w.extend(inversions, slack, odd)
	w.buffer, w.order, w.separators = w.buffer[:length], w.order[:len(w.order)-1], w.separators[:len(w.separators)-1]
	return more
}

// end tries the string as it is, and with a line end or a separator after it, if that has the rest of the cost.
func (w *worker) end(left int) bool {
	if last := w.search.style.close; last != "" {
		return left > 0 || w.check(last)
	}
	if left == 0 && !w.check("") {
		return false
	}
	several := len(w.order) > 1
	newline := maxTrailerCost
	if several && w.separator.text == "\n" {
		newline = 0
	}
	if left == newline && !w.check("\n") {
		return false
	}
	if several && left == maxTrailerCost && w.separator.text != "\n" && w.separator.text != "" {
		return w.check(w.separator.text)
	}
	return true
}

// check compares the string with the signatures. It returns false to end the selection.
func (w *worker) check(trailer string) bool {
	length := len(w.buffer)
	w.buffer = append(w.buffer, trailer...)
	w.counted++
	if w.matchers[w.search.primary](w.buffer) {
		if w.hit = w.confirm(trailer); w.hit != nil {
			return false
		}
	}
	w.buffer = w.buffer[:length]
	if w.counted < 256 {
		return true
	}
	w.flushCount()
	return w.ctx.Err() == nil && w.selection.number < w.best.Load() && !w.search.countReached()
}

func (w *worker) flushCount() {
	w.search.tried.Add(w.counted)
	w.counted = 0
}

// confirm tries the same string on the other requests. Then the receiver's own code judges the configuration. A string that
// fits only some of the requests is kept: the others may be another sender's.
func (w *worker) confirm(trailer string) *hit {
	found := composition{stringSearch: w.search, separators: slices.Clone(w.separators), trailer: trailer}
	for _, i := range w.order {
		found.parts = append(found.parts, w.selection.parts[i])
	}
	for request := range w.search.captures {
		if !w.matchers[request](found.text(request)) {
			found.misses = append(found.misses, request)
		}
	}
	if len(found.misses) > 0 {
		w.search.keepPartial(&found)
		return nil
	}
	return w.search.conclude(&found)
}

// text returns the string of a request, without the wrapper.
func (c *composition) text(request int) []byte {
	var text []byte
	for n, p := range c.parts {
		text = append(append(text, c.separators[n]...), p.values[request]...)
	}
	return append(text, c.trailer...)
}
