// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"fmt"
	"math"
	"os"
	"regexp"
	"slices"
	"time"
)

type options struct {
	rounds    int
	turn      time.Duration
	only      string
	gate      bool
	collector string
}

// measure lets the subjects take turns, and prints what they cost.
func measure(o options) error {
	ctx := context.Background()
	all, err := subjects(ctx)
	if err != nil {
		return err
	}
	if o.collector != "" {
		all = append(all,
			&subject{name: "whole collector, voice", server: o.collector, requests: []request{voice(1)}, records: 1},
			&subject{name: "whole collector, script", server: o.collector, requests: []request{script(1)}, records: 1})
	}
	if o.only != "" {
		only, compileErr := regexp.Compile(o.only)
		if compileErr != nil {
			return fmt.Errorf("-only: %w", compileErr)
		}
		all = slices.DeleteFunc(all, func(s *subject) bool { return s.name != baseline && !only.MatchString(s.name) })
	}
	c, err := newCertificate()
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(c.directory) }()
	for _, s := range all {
		if s.process, err = startProcess(s.server, c); err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
		defer s.process.stop()
		s.process.open(s.connections)
	}
	for round := range o.rounds + 1 { // the first is to warm up
		for _, s := range all {
			if err = s.turn(o.turn, round > 0); err != nil {
				return fmt.Errorf("%s: %w", s.name, err)
			}
		}
		fmt.Fprintf(os.Stderr, "\rround %d of %d ", round, o.rounds)
	}
	fmt.Fprintln(os.Stderr)
	return report(all, o)
}

// turn sends as many deliveries as take about that long, and notes what they cost the server.
func (s *subject) turn(length time.Duration, count bool) error {
	before, allocs, err := s.process.usage()
	if err != nil {
		return err
	}
	sent, err := s.process.send(s.requests, length)
	if err != nil {
		return err
	}
	after, allocsAfter, err := s.process.usage()
	if err == nil && count {
		s.micros = append(s.micros, (after-before)/float64(sent))
		s.allocs = append(s.allocs, (allocsAfter-allocs)/float64(sent))
	}
	return err
}

func median(values []float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	return sorted[len(sorted)/2]
}

// report prints the medians, as a table and as lines that benchstat reads.
func report(all []*subject, o options) error {
	base := median(all[slices.IndexFunc(all, func(s *subject) bool { return s.name == baseline })].micros)
	fmt.Printf("\nCPU time of the server's process, median of %d rounds; a delivery of otlpreceiver is a request for each signal.\n\n",
		o.rounds)
	fmt.Printf("%-32s %12s %12s %10s %14s\n", "", "µs/delivery", "µs/record", "ratio", "allocs/record")
	worse := 0
	for _, s := range all {
		micros, records := median(s.micros), float64(s.records)
		ratio, verdict := micros/base, ""
		if o.gate && s.most > 0 && ratio > s.most {
			verdict = fmt.Sprintf("  worse than %g", s.most)
			worse++
		}
		i := slices.IndexFunc(all, func(other *subject) bool { return other.name == s.dearer })
		if o.gate && i >= 0 && micros > median(all[i].micros) {
			verdict += "  dearer than " + s.dearer
			worse++
		}
		allocs := "-"
		if a := median(s.allocs); a > 0 {
			allocs = fmt.Sprintf("%.0f", a/records)
		}
		fmt.Printf("%-32s %12.1f %12.1f %9.2f× %14s%s\n", s.name, micros, micros/records, ratio, allocs, verdict)
	}
	fmt.Println()
	for _, s := range all {
		for _, micros := range s.micros {
			fmt.Printf("BenchmarkPeers/%s 1 %.0f ns/op\n", regexp.MustCompile(`[ ,/]+`).ReplaceAllString(s.name, "_"), math.Round(micros*1000))
		}
	}
	if worse > 0 {
		return fmt.Errorf("%d ratios are worse than they may be", worse)
	}
	return nil
}
