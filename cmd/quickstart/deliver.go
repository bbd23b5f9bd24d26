// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"slices"

	"github.com/cxone-otel/cxonereceiver/cmd/internal/demo"
	"github.com/cxone-otel/cxonereceiver/cmd/internal/show"
	"github.com/cxone-otel/cxonereceiver/cmd/internal/story"
)

// sending is what was delivered, and the telemetry that it must become.
type sending struct {
	deliveries []delivered
	accepted   int // those below included
	repeats    int
	refused    int
	surprises  int // unexpected answers
	expected   counts
}

// delivered is a delivery in the report of `cxonectl send --output json`.
type delivered struct {
	Scenario   string `json:"scenario"`
	DataType   string `json:"data_type"`
	Status     int    `json:"status"`
	Accepted   int    `json:"accepted"`
	Unreadable int    `json:"unreadable"`
	Duplicate  bool   `json:"duplicate"`
	Error      string `json:"error"`
	Expected   string `json:"expected"`
	AsExpected bool   `json:"as_expected"`
	File       string `json:"file"`
}

// deliver sends the scenarios, and counts the expected telemetry from the bodies that were sent.
func deliver(ctx context.Context, d *demo.Demo, directory string) (*sending, error) {
	out, err := d.Deliver(ctx, slices.Concat([]string{"send", "--save", directory, "--output", "json"}, scenarios)...)
	var report struct {
		Deliveries []delivered `json:"deliveries"`
	}
	if json.Unmarshal(out, &report) != nil { // after an unexpected answer, send fails but still reports
		return nil, err
	}
	return weigh(report.Deliveries)
}

func weigh(deliveries []delivered) (*sending, error) {
	s := &sending{deliveries: deliveries}
	for i := range deliveries {
		d := &deliveries[i]
		if !d.AsExpected {
			s.surprises++
		}
		if d.Status != http.StatusOK {
			s.refused++
			continue
		}
		s.accepted++
		if d.Duplicate {
			s.repeats++
			continue
		}
		body, err := os.ReadFile(d.File)
		if err != nil {
			return nil, err
		}
		yield, err := countBody(d.DataType, body)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", d.Scenario, err)
		}
		s.expected = s.expected.plus(yield)
	}
	return s, nil
}

// counts are metric points, spans and log records.
type counts struct{ points, spans, logs int }

func (c counts) plus(other counts) counts {
	return counts{c.points + other.points, c.spans + other.spans, c.logs + other.logs}
}

// figures are the fields of a call leg that become a gauge's point if they are not null.
var figures = []string{
	"AvgMos", "AvgRFactor", "CallScore", "AvgJitter", "AvgPktLoss", "AvgRtt", "AvgBitrate",
	"Callduration", "Ringtime", "CallSetupTime", "Disconnecttime",
}

// countBody counts the telemetry of a body: a point for each figure, and a span and a log record for each record. An
// unreadable record becomes only a log record.
func countBody(dataType string, body []byte) (counts, error) {
	if dataType == "script_api" {
		var envelope struct {
			Metadata string `json:"metadata"`
		}
		if err := json.Unmarshal(body, &envelope); err != nil {
			return counts{}, err
		}
		body = []byte(envelope.Metadata)
	}
	if !bytes.HasPrefix(bytes.TrimSpace(body), []byte("[")) {
		body = slices.Concat([]byte("["), body, []byte("]"))
	}
	var records []any
	if err := json.Unmarshal(body, &records); err != nil {
		return counts{}, err
	}
	var c counts
	for _, record := range records {
		c.logs++
		fields, ok := record.(map[string]any)
		if !ok {
			continue
		}
		c.spans++
		for _, name := range figures {
			if fields[name] != nil {
				c.points++
			}
		}
	}
	return c, nil
}

// printDeliveries prints a line for each scenario: its answers, and what it is.
func printDeliveries(p *show.Page, s *sending) {
	for from, to := 0, 0; from < len(s.deliveries); from = to {
		name := s.deliveries[from].Scenario
		for to = from; to < len(s.deliveries) && s.deliveries[to].Scenario == name; to++ {
		}
		of := s.deliveries[from:to]
		colour, answers := judge(of)
		p.Line("    %-15s %s  %s", name, p.Paint(colour, fmt.Sprintf("%-31s", answers)), show.Clip(summary(name), show.Columns-53))
		for _, d := range of {
			if d.Error != "" {
				p.Line("%20s%s", "", p.Paint(show.Dim, show.Clip("because: "+d.Error, show.Columns-20)))
			}
			if !d.AsExpected {
				p.Line("%20s%s", "", p.Paint(show.Red, "EXPECTED: "+d.Expected))
			}
		}
	}
}

// judge returns the answers to a scenario's deliveries in words: "5 × 200 accepted 1", "200 accepted 10; 200 accepted 5".
func judge(deliveries []delivered) (colour, answers string) {
	colour = show.Green
	var texts []string
	for i := range deliveries {
		d := &deliveries[i]
		texts = append(texts, d.text())
		switch {
		case !d.AsExpected:
			colour = show.Red
		case d.Status != http.StatusOK && colour == show.Green:
			colour = show.Yellow
		}
	}
	return colour, story.InARow(texts)
}

// text is an answer in a few words.
func (d *delivered) text() string {
	switch {
	case d.Status != http.StatusOK:
		return fmt.Sprintf("%d refused", d.Status)
	case d.Duplicate:
		return fmt.Sprintf("%d duplicate", d.Status)
	case d.Unreadable > 0:
		return fmt.Sprintf("%d accepted %d, unreadable %d", d.Status, d.Accepted, d.Unreadable)
	default:
		return fmt.Sprintf("%d accepted %d", d.Status, d.Accepted)
	}
}

// summary describes a scenario in one line.
func summary(name string) string {
	scenario, err := story.Find(name)
	if err != nil {
		return ""
	}
	return scenario.Summary
}
