// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"io"
	"math"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/cxone-otel/cxonereceiver/cmd/internal/story"
)

// report prints the outcome of deliveries: as text line by line, or as JSON in one document at the end.
type report struct {
	out    io.Writer
	json   bool
	width  int // of the scenarios' names
	target *target
	doc    document
}

// document is the report as --output json prints it.
type document struct {
	Seed       uint64      `json:"seed,omitempty"`
	At         *time.Time  `json:"at,omitempty"`
	Deliveries []delivered `json:"deliveries"`
	Summary    summary     `json:"summary"`
}

type delivered struct {
	Scenario     string         `json:"scenario"`
	DataType     story.DataType `json:"data_type"`
	URL          string         `json:"url"`
	Records      int            `json:"records"`
	Status       int            `json:"status"`
	Accepted     int            `json:"accepted"`
	Unreadable   int            `json:"unreadable"`
	Duplicate    bool           `json:"duplicate"`
	Error        string         `json:"error,omitempty"`
	RetryAfter   string         `json:"retry_after,omitempty"`
	Milliseconds float64        `json:"milliseconds"`
	Expected     string         `json:"expected"`
	AsExpected   bool           `json:"as_expected"`
	Advice       string         `json:"advice,omitempty"`
	File         string         `json:"file,omitempty"`
}

// summary counts deliveries. Those sent were accepted or refused.
type summary struct {
	Sent       int `json:"sent"`
	Accepted   int `json:"accepted"`
	Refused    int `json:"refused"`
	AsExpected int `json:"as_expected"`
}

// newReport begins a report of deliveries with these names.
func newReport(out io.Writer, output outputFlag, t *target, names []string) *report {
	r := &report{out: out, json: output == outputJSON, width: len("SCENARIO"), target: t}
	r.doc = document{Deliveries: []delivered{}}
	for _, name := range names {
		r.width = max(r.width, len(filepath.Base(name)))
	}
	return r
}

// canBeRepeated notes the seed and the time that make the same deliveries again.
func (r *report) canBeRepeated(seed uint64, at time.Time) { r.doc.Seed, r.doc.At = seed, &at }

// add reports deliveries that were answered.
func (r *report) add(all []sent) {
	if len(r.doc.Deliveries) == 0 && len(all) > 0 && !r.json {
		r.line("SCENARIO", "DATA TYPE", "STATUS", "MS", "ANSWER")
	}
	for i := range all {
		d := describe(&all[i])
		d.Advice = r.target.advice(&all[i])
		r.doc.Deliveries = append(r.doc.Deliveries, d)
		r.doc.Summary.count(&d)
		if r.json {
			continue
		}
		text := all[i].answer.Text()
		if !d.AsExpected {
			text += "   <- expected " + d.Expected
		}
		r.line(d.Scenario, string(d.DataType), fmt.Sprint(d.Status), fmt.Sprintf("%.0f", math.Ceil(d.Milliseconds)), text)
	}
}

func (r *report) line(scenario, dataType, status, milliseconds, answer string) {
	fmt.Fprintf(r.out, "%-*s  %-13s  %-6s  %5s  %s\n", r.width, scenario, dataType, status, milliseconds, answer)
}

func describe(s *sent) delivered {
	a := s.answer
	return delivered{
		Scenario: s.Scenario, DataType: s.DataType, URL: s.url, Records: s.Records,
		Status: a.Status, Accepted: a.Accepted, Unreadable: a.Unreadable, Duplicate: a.Duplicate, Error: a.Error, RetryAfter: a.RetryAfter,
		Milliseconds: math.Round(a.Took.Seconds()*1e5) / 100,
		Expected:     s.Expect.String(), AsExpected: asExpected(s), File: s.file,
	}
}

// asExpected reports whether a delivery's answer is the expected one.
func asExpected(s *sent) bool {
	a := s.answer
	return s.Expect.Met(a.Status, a.Accepted, a.Unreadable, a.Duplicate)
}

func (s *summary) count(d *delivered) {
	s.Sent++
	if d.Status == http.StatusOK {
		s.Accepted++
	} else {
		s.Refused++
	}
	if d.AsExpected {
		s.AsExpected++
	}
}

// deliveries is how many were reported so far.
func (r *report) deliveries() int { return len(r.doc.Deliveries) }

// end prints what follows the last delivery. It returns errDiffers if any answer was unexpected.
func (r *report) end() error {
	err := r.printEnd()
	if err == nil && r.doc.Summary.AsExpected < r.doc.Summary.Sent {
		err = errDiffers
	}
	return err
}

func (r *report) printEnd() error {
	if r.json {
		return printJSON(r.out, r.doc)
	}
	s := &r.doc.Summary
	if s.Sent == 0 {
		return nil
	}
	for _, advice := range r.advice() {
		fmt.Fprintf(r.out, "\n%s.\n", advice)
	}
	verdict := "every answer as expected"
	if differing := s.Sent - s.AsExpected; differing > 0 {
		verdict = fmt.Sprintf("%d not answered as expected", differing)
	}
	_, err := fmt.Fprintf(r.out, "\n%s: %d accepted, %d refused; %s.\n", plural(s.Sent, "delivery", "deliveries"), s.Accepted, s.Refused,
		verdict)
	if err == nil && r.doc.At != nil {
		_, err = fmt.Fprintf(r.out, "The same again: --seed %d --at %s\n", r.doc.Seed, r.doc.At.Format(time.RFC3339Nano))
	}
	return err
}

// advice returns the next steps, each once.
func (r *report) advice() []string {
	var all []string
	for i := range r.doc.Deliveries {
		if text := r.doc.Deliveries[i].Advice; text != "" && !slices.Contains(all, text) {
			all = append(all, text)
		}
	}
	return all
}

// listed is a scenario as --list --output json prints it.
type listed struct {
	Name    string `json:"name"`
	Expects string `json:"expects"`
	Summary string `json:"summary"`
}

func printList(out io.Writer, output outputFlag) error {
	var list []listed
	for _, s := range story.All() {
		list = append(list, listed{Name: s.Name, Expects: s.Expects(), Summary: s.Summary})
	}
	if output == outputJSON {
		return printJSON(out, list)
	}
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, strings.Join([]string{"SCENARIO", "EXPECTS", "WHAT IT IS"}, "\t"))
	for _, s := range list {
		fmt.Fprintln(table, strings.Join([]string{s.Name, s.Expects, s.Summary}, "\t"))
	}
	return table.Flush()
}
