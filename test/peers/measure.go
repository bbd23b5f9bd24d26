// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"
)

type options struct {
	rounds    int
	turn      time.Duration
	only      string
	gate      bool
	samples   bool
	profiles  string
	collector string
}

// measure runs the subjects in turn, and prints their costs.
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
		all = slices.DeleteFunc(all, func(s *subject) bool { return !s.isFloor() && !only.MatchString(s.name) })
		all = slices.DeleteFunc(all, func(s *subject) bool { return s.isFloor() && s.name != baseline && !isFloorOf(all, s.name) })
	}
	c, err := newCertificate()
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(c.directory) }()
	for _, s := range all {
		if s.process, err = startProcess(s.server, c, s.profile(o.profiles)); err != nil {
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
	fmt.Fprint(os.Stderr, "\n\n")
	return report(all, o)
}

func isFloorOf(all []*subject, name string) bool {
	return slices.ContainsFunc(all, func(s *subject) bool { return s.floor == name })
}

// profile is the file for the profile of a subject's server; "" if there are no profiles.
func (s *subject) profile(directory string) string {
	if directory == "" {
		return ""
	}
	return filepath.Join(directory, s.slug()+".pprof")
}

// slug is the subject's name in a form for the names of files and benchmarks.
func (s *subject) slug() string { return regexp.MustCompile(`[ ,/]+`).ReplaceAllString(s.name, "_") }

// turn sends deliveries for about this long, and notes what they cost the server.
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

// report prints the medians as tables in Markdown and, if wanted, all samples in benchstat's form.
func report(all []*subject, o options) error {
	fmt.Printf("CPU time of the server's process, median of %d rounds.\n", o.rounds)
	for _, growth := range []bool{false, true} {
		if !slices.ContainsFunc(all, func(s *subject) bool { return s.growth == growth }) {
			continue
		}
		fmt.Println("\n| | µs a delivery | µs a record | time ÷ floor | goal | time ÷ confighttp | allocations a record |")
		fmt.Println("|---|---|---|---|---|---|---|")
		for _, s := range all {
			if s.growth == growth {
				fmt.Println(s.row(find(all, s.floor), find(all, baseline)))
			}
		}
	}
	if o.samples {
		fmt.Println()
		for _, s := range all {
			for _, micros := range s.micros {
				fmt.Printf("BenchmarkPeers/%s 1 %.0f ns/op\n", s.slug(), math.Round(micros*1000))
			}
		}
	}
	if o.gate {
		return judge(all)
	}
	return nil
}

// row is a subject's row of the table. Values that would be meaningless are left out.
func (s *subject) row(floor, base *subject) string {
	micros := median(s.micros)
	toFloor, goal, toBase, allocs := "", "", "", "-"
	if floor != nil {
		toFloor = fmt.Sprintf("%.2f", s.to(floor))
	}
	if s.goal > 0 {
		goal = fmt.Sprintf("%.2f", s.goal)
	}
	if s.records == 1 {
		toBase = fmt.Sprintf("%.2f", s.to(base))
	}
	if a := median(s.allocs); a > 0 {
		allocs = fmt.Sprintf("%.0f", a/float64(s.records))
	}
	return fmt.Sprintf("| %s | %.0f | %.1f | %s | %s | %s | %s |", s.name, micros, micros/float64(s.records), toFloor, goal, toBase, allocs)
}

// judge returns the ratios that are worse than allowed.
func judge(all []*subject) error {
	var worse []string
	for _, s := range all {
		if floor := find(all, s.floor); floor != nil && s.most > 0 && s.to(floor) > s.most {
			worse = append(worse, fmt.Sprintf("%s is %.2f of its floor: at most %g", s.name, s.to(floor), s.most))
		}
		if dearer := find(all, s.dearer); dearer != nil && s.to(dearer) > 1 {
			worse = append(worse, s.name+" is dearer than "+s.dearer)
		}
	}
	if worse == nil {
		return nil
	}
	return errors.New(strings.Join(worse, "; "))
}

// find returns the subject of this name; nil if it is not measured.
func find(all []*subject, name string) *subject {
	for _, s := range all {
		if s.name == name {
			return s
		}
	}
	return nil
}

// to is the ratio of a record's CPU time to that of another subject. It is the median over the rounds, since a disturbance
// of one turn mostly affects the whole round.
func (s *subject) to(other *subject) float64 {
	ratios := make([]float64, len(s.micros))
	for round := range ratios {
		ratios[round] = s.micros[round] / float64(s.records) / (other.micros[round] / float64(other.records))
	}
	return median(ratios)
}
