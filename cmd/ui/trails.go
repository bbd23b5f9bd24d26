// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"cmp"
	"maps"
	"math"
	"slices"
	"sync"
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/cxone-otel/cxonereceiver/cmd/internal/show"
)

// trails are the customers' journeys in what the collector's file exporter wrote: the spans of each trace.
type trails struct {
	mu    sync.Mutex
	tail  show.Tail
	spans map[pcommon.TraceID][]ptrace.Span
}

func newTrails(directory string) *trails {
	return &trails{tail: show.Tail{Directory: directory}, spans: map[pcommon.TraceID][]ptrace.Span{}}
}

// read takes up what has been written since. The caller holds the lock.
func (t *trails) read() error {
	var came show.Telemetry
	err := t.tail.Read(&came)
	for _, span := range came.Spans {
		t.spans[span.TraceID()] = append(t.spans[span.TraceID()], span)
	}
	return err
}

// call is a call leg that has ended.
type call struct {
	Trace, Span, Contact        string
	Began, Ended                time.Time
	Length                      time.Duration
	Agent, Skill, Network       string
	MOS                         float64 // 0 where it was not measured
	Quality                     string  // as the receiver judges it: bad, poor, good, unmeasured
	APICalls, Failed, Transfers int     // of the whole journey
}

// soundedPoor reports whether a call of this quality counts as poor.
func soundedPoor(quality string) bool { return quality == "poor" || quality == "bad" }

// minute is what happened in one.
type minute struct {
	Start                 time.Time
	Calls, Measured, Poor int
	MOS                   float64 // the mean of those that were measured
	Worst                 string  // the network with the most poor calls
	WorstPoor             int
	APICalls, Failed      int
	sum                   float64
	poorByNetwork         map[string]int
}

// minutes are all that there are, the newest first.
func (t *trails) minutes() ([]minute, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	err := t.read()
	found := map[time.Time]*minute{}
	for _, spans := range t.spans {
		for _, span := range spans {
			at := span.EndTimestamp().AsTime().Truncate(time.Minute)
			m := found[at]
			if m == nil {
				m = &minute{Start: at, poorByNetwork: map[string]int{}}
				found[at] = m
			}
			m.add(span)
		}
	}
	all := make([]minute, 0, len(found))
	for _, m := range found {
		for _, network := range slices.Sorted(maps.Keys(m.poorByNetwork)) {
			if n := m.poorByNetwork[network]; n > m.WorstPoor {
				m.Worst, m.WorstPoor = network, n
			}
		}
		if m.Measured > 0 {
			m.MOS = m.sum / float64(m.Measured)
		}
		all = append(all, *m)
	}
	slices.SortFunc(all, func(a, b minute) int { return b.Start.Compare(a.Start) })
	return all, err
}

func (m *minute) add(span ptrace.Span) {
	if span.Kind() == ptrace.SpanKindClient {
		m.APICalls++
		if span.Status().Code() == ptrace.StatusCodeError {
			m.Failed++
		}
		return
	}
	m.Calls++
	mos := number(span, "cxone.call.mos")
	if mos == 0 {
		return
	}
	m.Measured++
	m.sum += mos
	if soundedPoor(show.Attribute(span.Attributes(), "cxone.call.quality")) {
		m.Poor++
		m.poorByNetwork[show.Attribute(span.Attributes(), "cxone.isp")]++
	}
}

// calls are those that ended, or had an API call that failed, in the minute: those that sounded worst, and then those with
// failures, first.
func (t *trails) calls(start time.Time) ([]call, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	err := t.read()
	within := func(span ptrace.Span) bool { return span.EndTimestamp().AsTime().Truncate(time.Minute).Equal(start) }
	var found []call
	for trace, spans := range t.spans {
		for _, span := range spans {
			if span.Kind() != ptrace.SpanKindClient && (within(span) || slices.ContainsFunc(spans, func(s ptrace.Span) bool {
				return s.ParentSpanID() == span.SpanID() && s.Kind() == ptrace.SpanKindClient && s.Status().Code() == ptrace.StatusCodeError &&
					within(s)
			})) {
				found = append(found, newCall(trace, span, spans))
			}
		}
	}
	slices.SortFunc(found, func(a, b call) int {
		return cmp.Or(cmp.Compare(a.rank(), b.rank()), cmp.Compare(b.Failed, a.Failed), cmp.Compare(a.Span, b.Span))
	})
	return found, err
}

// rank is the MOS of a call that sounded poor; the others come after those.
func (c call) rank() float64 {
	if soundedPoor(c.Quality) {
		return c.MOS
	}
	return math.Inf(1)
}

func newCall(trace pcommon.TraceID, span ptrace.Span, spans []ptrace.Span) call {
	c := call{
		Trace: trace.String(), Span: span.SpanID().String(),
		Contact: show.Attribute(span.Attributes(), "cxone.contact.id"),
		Began:   span.StartTimestamp().AsTime(), Ended: span.EndTimestamp().AsTime(),
		Length: span.EndTimestamp().AsTime().Sub(span.StartTimestamp().AsTime()),
		Agent:  show.Attribute(span.Attributes(), "cxone.agent.name"), Skill: show.Attribute(span.Attributes(), "cxone.skill.name"),
		Network: show.Attribute(span.Attributes(), "cxone.isp"), MOS: number(span, "cxone.call.mos"),
		Quality: show.Attribute(span.Attributes(), "cxone.call.quality"),
	}
	for _, other := range spans {
		switch {
		case other.Kind() != ptrace.SpanKindClient && !other.ParentSpanID().IsEmpty():
			c.Transfers++
		case other.Kind() == ptrace.SpanKindClient:
			c.APICalls++
			if other.Status().Code() == ptrace.StatusCodeError {
				c.Failed++
			}
		}
	}
	return c
}

// journey is one customer's, as a tree; nil where there is none of this trace.
func (t *trails) journey(trace string) (*show.Journey, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	err := t.read()
	for id, spans := range t.spans {
		if id.String() == trace {
			return show.NewJourney(id, slices.Clone(spans)), err
		}
	}
	return nil, err
}

// network is how calls sounded on the network of one provider.
type network struct {
	Name                  string
	Calls, Measured, Poor int
	MOS                   float64 // the mean of those that were measured
}

// networksOf are those of calls, the one with the most poor calls first.
func networksOf(calls []call) []network {
	found := map[string]*network{}
	for _, c := range calls {
		n := found[c.Network]
		if n == nil {
			n = &network{Name: c.Network}
			found[c.Network] = n
		}
		n.Calls++
		if c.MOS > 0 {
			n.Measured++
			n.MOS += c.MOS
		}
		if soundedPoor(c.Quality) {
			n.Poor++
		}
	}
	var all []network
	for _, n := range found {
		if n.Name != "" && n.Measured > 0 {
			n.MOS /= float64(n.Measured)
			all = append(all, *n)
		}
	}
	slices.SortFunc(all, func(a, b network) int {
		return cmp.Or(cmp.Compare(b.Poor, a.Poor), cmp.Compare(a.MOS, b.MOS), cmp.Compare(a.Name, b.Name))
	})
	return all
}

func number(span ptrace.Span, name string) float64 {
	value, ok := span.Attributes().Get(name)
	if !ok {
		return 0
	}
	return value.Double()
}
