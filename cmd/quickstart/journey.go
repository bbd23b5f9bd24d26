// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"cmp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"
)

// journey is one trace as a tree.
type journey struct {
	trace    pcommon.TraceID
	roots    []ptrace.Span
	children map[pcommon.SpanID][]ptrace.Span
	orphans  int // spans with a parent that is not there
}

// biggestJourney finds the trace with the most spans.
func biggestJourney(t *telemetry) *journey {
	traces := map[pcommon.TraceID][]ptrace.Span{}
	var biggest pcommon.TraceID
	for _, span := range t.spans {
		id := span.TraceID()
		traces[id] = append(traces[id], span)
		if len(traces[id]) > len(traces[biggest]) {
			biggest = id
		}
	}
	return newJourney(biggest, traces[biggest])
}

func newJourney(trace pcommon.TraceID, spans []ptrace.Span) *journey {
	slices.SortStableFunc(spans, func(a, b ptrace.Span) int { return cmp.Compare(a.StartTimestamp(), b.StartTimestamp()) })
	j := &journey{trace: trace, children: map[pcommon.SpanID][]ptrace.Span{}}
	present := map[pcommon.SpanID]bool{}
	for _, span := range spans {
		present[span.SpanID()] = true
	}
	for _, span := range spans {
		parent := span.ParentSpanID()
		switch {
		case present[parent]:
			j.children[parent] = append(j.children[parent], span)
		case parent.IsEmpty():
			j.roots = append(j.roots, span)
		default:
			j.roots = append(j.roots, span)
			j.orphans++
		}
	}
	return j
}

// printJourney prints one customer's trace, and returns how many of its spans lack their parent.
func printJourney(p *page, t *telemetry) int {
	j := biggestJourney(t)
	p.heading("ONE CUSTOMER'S JOURNEY: call legs, and below them transfers and API calls, as one trace")
	p.line("    %s", p.paint(dim, "trace "+j.trace.String()))
	for _, root := range j.roots {
		j.print(p, root, "    ", "    ")
	}
	return j.orphans
}

// print prints a span and all below it. Lines that go on start with rest.
func (j *journey) print(p *page, span ptrace.Span, first, rest string) {
	const titleWidth, lengthWidth = 38, 12
	title := clip(spanTitle(span), titleWidth-utf8.RuneCountInString(first))
	padding := strings.Repeat(" ", titleWidth-utf8.RuneCountInString(first+title))
	length := span.EndTimestamp().AsTime().Sub(span.StartTimestamp().AsTime()).Round(time.Millisecond)
	about := clip(spanAbout(span), columns-titleWidth-lengthWidth-2)
	if span.Status().Code() == ptrace.StatusCodeError {
		about = p.paint(red, about)
	}
	p.line("%s%s%s%*s  %s", first, title, padding, lengthWidth, seconds(length), about)

	below := j.children[span.SpanID()]
	for i, child := range below {
		if i == len(below)-1 {
			j.print(p, child, rest+"└─ ", rest+"   ")
		} else {
			j.print(p, child, rest+"├─ ", rest+"│  ")
		}
	}
}

func spanTitle(span ptrace.Span) string {
	if span.Kind() == ptrace.SpanKindClient {
		return span.Name()
	}
	return span.Name() + " " + attribute(span.Attributes(), "cxone.contact.id")
}

// spanAbout says what a call leg was about, or how an API call went.
func spanAbout(span ptrace.Span) string {
	attributes := span.Attributes()
	var parts []string
	say := func(prefix, name string) {
		if text := attribute(attributes, name); text != "" {
			parts = append(parts, prefix+text)
		}
	}
	if span.Status().Code() == ptrace.StatusCodeError {
		parts = append(parts, "FAILED", attribute(attributes, "error.type"), span.Status().Message())
	} else if span.Kind() == ptrace.SpanKindClient {
		say("", "http.response.status_code")
	}
	say("", "cxone.agent.name")
	say("", "cxone.skill.name")
	say("MOS ", "cxone.call.mos")
	return strings.Join(parts, " · ")
}
