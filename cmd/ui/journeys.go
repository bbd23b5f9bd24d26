// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"time"

	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/cxone-otel/cxonereceiver/cmd/internal/show"
)

// journeyPage is a journey as its page shows it.
type journeyPage struct {
	Trace, From string
	Begin, End  time.Time
	Steps       []step
	Logs        []logLine
}

// step is a call leg, a transfer, or an API call.
type step struct {
	Depth              int
	Title, About, Kind string
	Start              time.Time
	Length             time.Duration
	Failed             bool
	// Left and Width place it in the journey's time, in per cent.
	Left, Width float64
}

// journey makes the page of a trace; there is none of a trace that is not known.
func (s *site) journey(ctx context.Context, trace, from string) (*journeyPage, error) {
	journey, err := s.trails.journey(trace)
	if journey == nil || err != nil {
		return nil, err
	}
	page := newJourneyPage(journey)
	page.From = from
	page.Logs, err = logLines(ctx, s.logs, of("trace_id", trace))
	return page, err
}

func newJourneyPage(journey *show.Journey) *journeyPage {
	page := &journeyPage{Trace: journey.Trace.String()}
	for _, root := range journey.Roots {
		page.add(journey, root, 0)
	}
	page.Begin, page.End = page.Steps[0].Start, page.Steps[0].Start
	for _, s := range page.Steps {
		if s.Start.Before(page.Begin) {
			page.Begin = s.Start
		}
		if ended := s.Start.Add(s.Length); ended.After(page.End) {
			page.End = ended
		}
	}
	whole := max(page.End.Sub(page.Begin), time.Millisecond).Seconds()
	for i := range page.Steps {
		s := &page.Steps[i]
		s.Left, s.Width = 100*s.Start.Sub(page.Begin).Seconds()/whole, max(0.4, 100*s.Length.Seconds()/whole)
	}
	return page
}

func (p *journeyPage) add(journey *show.Journey, span ptrace.Span, depth int) {
	kind := "call"
	switch {
	case span.Kind() == ptrace.SpanKindClient:
		kind = "API call"
	case !span.ParentSpanID().IsEmpty(): // also where the leg before it is not there
		kind = "transfer"
	}
	p.Steps = append(p.Steps, step{
		Depth: depth, Title: show.SpanTitle(span), About: show.SpanAbout(span), Kind: kind, Start: span.StartTimestamp().AsTime(),
		Length: span.EndTimestamp().AsTime().Sub(span.StartTimestamp().AsTime()), Failed: span.Status().Code() == ptrace.StatusCodeError,
	})
	for _, below := range journey.Children[span.SpanID()] {
		p.add(journey, below, depth+1)
	}
}
