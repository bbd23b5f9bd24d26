// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package show

import (
	"cmp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"
)

// Journey is one trace as a tree.
type Journey struct {
	Trace    pcommon.TraceID
	Roots    []ptrace.Span
	Children map[pcommon.SpanID][]ptrace.Span
	// Orphans counts the spans whose parent is missing; they are roots too.
	Orphans int
}

// BiggestJourney finds the trace with the most spans.
func BiggestJourney(t *Telemetry) *Journey {
	traces := map[pcommon.TraceID][]ptrace.Span{}
	var biggest pcommon.TraceID
	for _, span := range t.Spans {
		id := span.TraceID()
		traces[id] = append(traces[id], span)
		if len(traces[id]) > len(traces[biggest]) {
			biggest = id
		}
	}
	return NewJourney(biggest, traces[biggest])
}

// NewJourney makes a tree of a trace's spans, in the order in which they begin.
func NewJourney(trace pcommon.TraceID, spans []ptrace.Span) *Journey {
	slices.SortStableFunc(spans, func(a, b ptrace.Span) int { return cmp.Compare(a.StartTimestamp(), b.StartTimestamp()) })
	j := &Journey{Trace: trace, Children: map[pcommon.SpanID][]ptrace.Span{}}
	present := map[pcommon.SpanID]bool{}
	for _, span := range spans {
		present[span.SpanID()] = true
	}
	for _, span := range spans {
		parent := span.ParentSpanID()
		switch {
		case present[parent]:
			j.Children[parent] = append(j.Children[parent], span)
		case parent.IsEmpty():
			j.Roots = append(j.Roots, span)
		default:
			j.Roots = append(j.Roots, span)
			j.Orphans++
		}
	}
	return j
}

// PrintJourney prints one customer's trace, and returns how many of its spans lack their parent.
func PrintJourney(p *Page, t *Telemetry) int {
	j := BiggestJourney(t)
	p.Heading("ONE CUSTOMER'S JOURNEY: call legs, and below them transfers and API calls, as one trace")
	p.Line("    %s", p.Paint(Dim, "trace "+j.Trace.String()))
	j.Print(p)
	return j.Orphans
}

// Print prints the tree.
func (j *Journey) Print(p *Page) {
	for _, root := range j.Roots {
		j.print(p, root, "    ", "    ")
	}
}

// print prints a span and all below it. Further lines start with rest.
func (j *Journey) print(p *Page, span ptrace.Span, first, rest string) {
	const titleWidth, lengthWidth = 38, 12
	title := Clip(SpanTitle(span), titleWidth-utf8.RuneCountInString(first))
	padding := strings.Repeat(" ", titleWidth-utf8.RuneCountInString(first+title))
	length := span.EndTimestamp().AsTime().Sub(span.StartTimestamp().AsTime()).Round(time.Millisecond)
	about := Clip(SpanAbout(span), Columns-titleWidth-lengthWidth-2)
	if span.Status().Code() == ptrace.StatusCodeError {
		about = p.Paint(Red, about)
	}
	p.Line("%s%s%s%*s  %s", first, title, padding, lengthWidth, Seconds(length), about)

	below := j.Children[span.SpanID()]
	for i, child := range below {
		if i == len(below)-1 {
			j.print(p, child, rest+"└─ ", rest+"   ")
		} else {
			j.print(p, child, rest+"├─ ", rest+"│  ")
		}
	}
}

// SpanTitle is the title of a span: a contact, or a step of a script.
func SpanTitle(span ptrace.Span) string {
	if span.Kind() == ptrace.SpanKindClient {
		return span.Name()
	}
	return span.Name() + " " + Attribute(span.Attributes(), "cxone.contact.id")
}

// SpanAbout says what a call leg was about, or how an API call went.
func SpanAbout(span ptrace.Span) string {
	attributes := span.Attributes()
	var parts []string
	say := func(prefix, name string) {
		if text := Attribute(attributes, name); text != "" {
			parts = append(parts, prefix+text)
		}
	}
	if span.Status().Code() == ptrace.StatusCodeError {
		parts = append(parts, "FAILED", Attribute(attributes, "error.type"), span.Status().Message())
	} else if span.Kind() == ptrace.SpanKindClient {
		say("", "http.response.status_code")
	}
	say("", "cxone.agent.name")
	say("", "cxone.skill.name")
	say("MOS ", "cxone.call.mos")
	return strings.Join(parts, " · ")
}
