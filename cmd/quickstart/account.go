// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/cxone-otel/cxonereceiver/cmd/internal/demo"
	"github.com/cxone-otel/cxonereceiver/cmd/internal/process"
	"github.com/cxone-otel/cxonereceiver/cmd/internal/show"
)

// account compares what was sent, what was exported, and what the collector counted itself. It prints all three, and
// returns an error if they differ.
func account(ctx context.Context, p *show.Page, s *sending, came *show.Telemetry, own counts, orphans int, d *demo.Demo) error {
	series, err := countSeries(ctx, d.Calls, "cxone_call_")
	if err != nil {
		return fmt.Errorf("read the Prometheus endpoint: %w", err)
	}

	p.Heading("ACCOUNTING")
	p.Line("    %d deliveries sent = %d accepted + %d repeated and dropped + %d refused",
		len(s.deliveries), s.accepted-s.repeats, s.repeats, s.refused)
	p.Line("    %s", p.Paint(show.Dim, fmt.Sprintf("%-14s %10s %10s %24s", "", "expected", "came out", "the collector's own count")))
	faults := tally(p, "gauge points", s.expected.points, came.GaugePoints, own.points)
	faults += tally(p, "spans", s.expected.spans, len(came.Spans), own.spans)
	faults += tally(p, "log records", s.expected.logs, len(came.Logs), own.logs)
	p.Line("    %d series of cxone_call_* on the Prometheus endpoint", series)

	var errs []error
	if faults > 0 {
		errs = append(errs, errors.New("what came out is not what should have: see ACCOUNTING above"))
	}
	if s.surprises > 0 {
		errs = append(errs, fmt.Errorf("%d deliveries were not answered as expected: see EXPECTED above", s.surprises))
	}
	if orphans > 0 {
		errs = append(errs, fmt.Errorf("%d spans of the journey lack their parent", orphans))
	}
	if series == 0 {
		errs = append(errs, errors.New("the Prometheus endpoint shows no gauges"))
	}
	if len(errs) == 0 {
		p.Line("    %s", p.Paint(show.Green, "Everything came out as it should."))
	}
	return errors.Join(errs...)
}

// tally prints one line of the accounting, and returns 1 if its numbers differ.
func tally(p *show.Page, what string, expected, came, own int) int {
	verdict, fault := p.Paint(show.Green, "all there"), 0
	if came != expected || own != expected {
		verdict, fault = p.Paint(show.Red, "NOT EQUAL"), 1
	}
	p.Line("    %-14s %10d %10d %24d   %s", what, expected, came, own, verdict)
	return fault
}

// ownCounts reads what the cxone receiver counted as accepted by the pipelines.
func ownCounts(ctx context.Context, url string) (counts, error) {
	var c counts
	for prefix, n := range map[string]*int{
		"otelcol_receiver_accepted_metric_points": &c.points,
		"otelcol_receiver_accepted_spans":         &c.spans,
		"otelcol_receiver_accepted_log_records":   &c.logs,
	} {
		err := eachSample(ctx, url, prefix, func(labels string, value float64) {
			if strings.Contains(labels, `receiver="cxone`) {
				*n += int(value)
			}
		})
		if err != nil {
			return counts{}, err
		}
	}
	return c, nil
}

func countSeries(ctx context.Context, url, prefix string) (int, error) {
	n := 0
	err := eachSample(ctx, url, prefix, func(string, float64) { n++ })
	return n, err
}

// eachSample reads the Prometheus text format, as far as it is needed here. It yields the samples of all metrics whose
// names start with prefix, since exporters append units and _total.
func eachSample(ctx context.Context, url, prefix string, yield func(labels string, value float64)) error {
	return process.Get(ctx, url, func(response *http.Response) error {
		lines := bufio.NewScanner(response.Body)
		lines.Buffer(nil, 1<<20)
		for lines.Scan() {
			line := lines.Text()
			space := strings.LastIndexByte(line, ' ')
			if !strings.HasPrefix(line, prefix) || space < 0 {
				continue
			}
			value, err := strconv.ParseFloat(line[space+1:], 64)
			if err != nil {
				return fmt.Errorf("%s: %q is no sample", url, show.Clip(line, show.Columns))
			}
			yield(line[len(prefix):space], value)
		}
		return lines.Err()
	})
}
