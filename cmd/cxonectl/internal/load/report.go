// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package load

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"
)

// Line is an interval on one line.
func (i Interval) Line() string {
	line := fmt.Sprintf("%4.0fs  %6.1f/s  %s  p50 %s  p99 %s  retries %d", i.Elapsed.Seconds(), i.Rate,
		cmp.Or(counts(i.Answers, ""), "no answer yet"), short(i.P50), short(i.P99), i.Retries)
	if errors := total(i.Errors); errors > 0 {
		line += fmt.Sprintf("  errors %d", errors)
	}
	if i.Backlog > 0 || i.Waiting > 0 {
		line += fmt.Sprintf("  backlog %d  to be retried %d", i.Backlog, i.Waiting)
	}
	return line
}

// counts prints counts by key: "200: 1190, 503: 10".
func counts[K cmp.Ordered](of map[K]int, none string) string {
	if len(of) == 0 {
		return none
	}
	parts := make([]string, 0, len(of))
	for _, key := range slices.Sorted(maps.Keys(of)) {
		parts = append(parts, fmt.Sprintf("%v: %d", key, of[key]))
	}
	return strings.Join(parts, ", ")
}

func total[K comparable](of map[K]int) (sum int) {
	for _, n := range of {
		sum += n
	}
	return sum
}

// short prints a duration with the digits that matter.
func short(d time.Duration) string {
	switch {
	case d >= 10*time.Second:
		return d.Round(100 * time.Millisecond).String()
	case d >= time.Second:
		return d.Round(10 * time.Millisecond).String()
	case d >= 10*time.Millisecond:
		return d.Round(time.Millisecond).String()
	default:
		return d.Round(10 * time.Microsecond).String()
	}
}

// Print writes the result as text.
func (r *Result) Print(out io.Writer) {
	line := func(name, format string, args ...any) {
		fmt.Fprintf(out, "%-13s %s\n", name, fmt.Sprintf(format, args...))
	}
	asked := "as fast as the workers could; for latency under a load of your choice give a --rate"
	if r.AskedRate > 0 {
		asked = fmt.Sprintf("%g/s were asked for", r.AskedRate)
	}
	line("sent", "%d deliveries in %gs: %g/s; %s", r.Deliveries, r.Seconds, r.ActualRate, asked)
	line("", "%s", counts(r.Kinds, "nothing"))
	line("acknowledged", "%d with %d records; %d more called repeats", r.Acknowledged-r.Duplicates, r.Records, r.Duplicates)
	line("requests", "%d, of them %d retries", r.Requests, r.Retries)
	line("answers", "%s", counts(r.Answers, "none"))
	line("errors", "%s", counts(r.Errors, "none"))
	line("answer time", "%s (of each request)", r.AnswerMS)
	if r.AskedRate > 0 {
		line("latency", "%s (from when a delivery was due until it was acknowledged)", r.LatencyMS)
		line("backlog", "%d at most were due and waited for a worker", r.MaxBacklog)
	}
	if r.Refused > 0 {
		line("refused", "%d, as they should be", r.Refused)
	}
	if r.GivenUp > 0 {
		line("GIVEN UP", "%d should have been acknowledged, and were not", r.GivenUp)
	}
	if r.Unexpected > 0 {
		line("UNEXPECTED", "%d were answered otherwise than they should be", r.Unexpected)
	}
	if r.BrokenOff > 0 {
		line("broken off", "%d were on their way, or to be tried again, when the run was ended", r.BrokenOff)
	}
}

func (q Quantiles) String() string {
	return fmt.Sprintf("p50 %gms, p90 %gms, p99 %gms, max %gms", q.P50, q.P90, q.P99, q.Max)
}
