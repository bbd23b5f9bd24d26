// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"slices"
	"strings"
	"time"
)

// sending is what was delivered, and what has to come of it.
type sending struct {
	deliveries []delivered
	accepted   int // those below included
	repeats    int
	refused    int
	surprises  int               // answers that are not the expected ones
	summaries  map[string]string // what each scenario is
	expected   counts
}

// delivered is a delivery as `cxonectl send --output json` reports it.
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

// deliver sends the scenarios, and counts from the bodies that were sent what has to come out.
func deliver(ctx context.Context, s settings, directory string) (*sending, error) {
	var report struct {
		Deliveries []delivered `json:"deliveries"`
	}
	args := slices.Concat([]string{"send"}, scenarios, []string{
		"--config", s.config, "--private-key-file", s.key, "--save", directory, "--output", "json",
	})
	if err := runJSON(ctx, &report, s.cxonectl, args...); err != nil {
		return nil, err
	}
	sent, err := weigh(report.Deliveries)
	if err != nil {
		return nil, err
	}
	var list []struct{ Name, Summary string }
	if err = runJSON(ctx, &list, s.cxonectl, "send", "--list", "--output", "json"); err != nil {
		return nil, err
	}
	sent.summaries = map[string]string{}
	for _, scenario := range list {
		sent.summaries[scenario.Name] = scenario.Summary
	}
	return sent, nil
}

// runJSON runs a command and reads the JSON that it prints. Its exit status doesn't matter: a `cxonectl send` that got
// another answer than it expected fails, and prints its report all the same.
func runJSON(ctx context.Context, into any, name string, args ...string) error {
	command := exec.CommandContext(ctx, name, args...) //nolint:gosec // what the user asked for
	command.WaitDelay = time.Second
	var stderr strings.Builder
	command.Stderr = &stderr
	out, runErr := command.Output()
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err := json.Unmarshal(out, into); err != nil || stderr.Len() > 0 {
		return fmt.Errorf("run %s %s: %w\n%s", name, args[0], cmp.Or(runErr, err), strings.TrimSpace(stderr.String()))
	}
	return nil
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

// figures are the fields of a call leg that give a gauge point wherever they are not null.
var figures = []string{
	"AvgMos", "AvgRFactor", "CallScore", "AvgJitter", "AvgPktLoss", "AvgRtt", "AvgBitrate",
	"Callduration", "Ringtime", "CallSetupTime", "Disconnecttime",
}

// countBody counts what a body has to turn into: a point per figure, a span and a log record per record, and a log
// record alone for what is no record.
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

// printDeliveries prints a line per scenario: how it was answered, and what it is.
func printDeliveries(p *page, s *sending) {
	for from, to := 0, 0; from < len(s.deliveries); from = to {
		name := s.deliveries[from].Scenario
		for to = from; to < len(s.deliveries) && s.deliveries[to].Scenario == name; to++ {
		}
		of := s.deliveries[from:to]
		colour, answers := judge(of)
		p.line("    %-15s %s  %s", name, p.paint(colour, fmt.Sprintf("%-31s", answers)), clip(s.summaries[name], columns-53))
		for _, d := range of {
			if d.Error != "" {
				p.line("%20s%s", "", p.paint(dim, clip("because: "+d.Error, columns-20)))
			}
			if !d.AsExpected {
				p.line("%20s%s", "", p.paint(red, "EXPECTED: "+d.Expected))
			}
		}
	}
}

// judge words the answers to a scenario's deliveries: "5 × 200 accepted 1", "200 accepted 10; 200 accepted 5".
func judge(deliveries []delivered) (colour, answers string) {
	colour = green
	var texts []string
	for from, to := 0, 0; from < len(deliveries); from = to {
		text := deliveries[from].text()
		for to = from; to < len(deliveries) && deliveries[to].text() == text; to++ {
			switch d := &deliveries[to]; {
			case !d.AsExpected:
				colour = red
			case d.Status != http.StatusOK && colour == green:
				colour = yellow
			}
		}
		if to-from > 1 {
			text = fmt.Sprintf("%d × %s", to-from, text)
		}
		texts = append(texts, text)
	}
	return colour, strings.Join(texts, "; ")
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
