// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"math"
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

type options struct {
	rounds    int
	turn      time.Duration
	only      string
	gate      bool
	collector string
}

// subject is a server and what is sent to it. A delivery may take several requests.
type subject struct {
	name     string
	server   string
	requests []request
	records  int
	// most is what the ratio to confighttp may be, with room for noise; 0 is no gate. dearer names what must cost more.
	most   float64
	dearer string

	process *process
	micros  []float64 // CPU time of a delivery, a round each
	allocs  []float64
}

const baseline = "confighttp 204"

// subjects are all that is measured. The gates are what was measured, with half as much again for noise.
func subjects(ctx context.Context) ([]*subject, error) {
	all := []*subject{
		{name: "net/http 204", server: "net/http", requests: []request{voice(1)}, records: 1},
		{name: baseline, server: "confighttp", requests: []request{voice(1)}, records: 1},
		{name: "voice 1", server: "cxone", requests: []request{voice(1)}, records: 1, most: 4.5, dearer: "otlpreceiver protobuf, voice"},
		{name: "script 1", server: "cxone", requests: []request{script(1)}, records: 1, most: 3.5, dearer: "otlpreceiver JSON, script"},
		{name: "voice 1, TLS", server: "cxone, TLS", requests: []request{voice(1)}, records: 1},
		{name: "voice 1, mutual TLS", server: "cxone, mutual TLS", requests: []request{voice(1)}, records: 1},
	}
	for _, n := range []int{10, 100, 1000, 7000} { // 7000 call legs, or 15000 API calls, are a body of some 7 MB
		all = append(all, &subject{name: fmt.Sprintf("voice %d", n), server: "cxone", requests: []request{voice(n)}, records: n})
	}
	for _, n := range []int{10, 100, 1000, 15000} {
		all = append(all, &subject{name: fmt.Sprintf("script %d", n), server: "cxone", requests: []request{script(n)}, records: n})
	}
	for _, each := range []struct {
		name     string
		delivery request
	}{{"voice", voice(1)}, {"script", script(1)}} {
		for _, json := range []bool{true, false} {
			requests, err := otlp(ctx, each.delivery, json)
			if err != nil {
				return nil, err
			}
			encoding := map[bool]string{true: "JSON", false: "protobuf"}[json]
			all = append(all, &subject{name: fmt.Sprintf("otlpreceiver %s, %s", encoding, each.name), server: "otlp", requests: requests, records: 1})
		}
	}
	event, err := workflowRun()
	if err != nil {
		return nil, err
	}
	return append(all,
		&subject{name: "webhookeventreceiver", server: "webhookevent", requests: []request{{"/events", voice(1).body, contentType("application/json")}}, records: 1},
		&subject{name: "githubreceiver", server: "github", requests: []request{event}, records: 1}), nil
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
	fmt.Printf("\nCPU time of the server's process, median of %d rounds; a delivery of otlpreceiver is a request for each signal.\n\n", o.rounds)
	fmt.Printf("%-32s %12s %12s %10s %14s\n", "", "µs/delivery", "µs/record", "ratio", "allocs/record")
	worse := 0
	for _, s := range all {
		micros, records := median(s.micros), float64(s.records)
		ratio, verdict := micros/base, ""
		if o.gate && s.most > 0 && ratio > s.most {
			verdict = fmt.Sprintf("  worse than %g", s.most)
			worse++
		}
		if i := slices.IndexFunc(all, func(other *subject) bool { return other.name == s.dearer }); o.gate && i >= 0 && micros > median(all[i].micros) {
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

// senders is how many connections a server is sent deliveries by.
const senders = 4

// process is a running server.
type process struct {
	command *exec.Cmd
	input   io.WriteCloser
	lines   *bufio.Scanner
	scheme  string
	address string
	client  *http.Client
	number  atomic.Int64
	ticks   bool // its CPU time comes from /proc
}

// startProcess starts this program as a server or, where the name is a path, the collector.
func startProcess(server string, c certificate) (*process, error) {
	p := &process{scheme: "http://"}
	transport := &http.Transport{MaxIdleConnsPerHost: senders, DisableCompression: true}
	p.client = &http.Client{Transport: transport}
	if strings.HasSuffix(server, "TLS") {
		config, err := c.client()
		if err != nil {
			return nil, err
		}
		transport.TLSClientConfig, p.scheme = config, "https://"
	}
	if _, ours := servers[server]; !ours {
		err := p.startCollector(server)
		if err != nil && p.command != nil {
			p.stop()
		}
		return p, err
	}
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	p.command = exec.Command(self, "-serve", server, "-certificates", c.directory) //nolint:gosec // this program
	p.command.Stderr = os.Stderr
	if p.input, err = p.command.StdinPipe(); err != nil {
		return nil, err
	}
	output, err := p.command.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err = p.command.Start(); err != nil {
		return nil, err
	}
	p.lines = bufio.NewScanner(output)
	if !p.lines.Scan() {
		return nil, fmt.Errorf("the server did not start: %w", p.command.Wait())
	}
	p.address = p.lines.Text()
	return p, nil
}

func (p *process) stop() {
	if p.ticks {
		_ = p.command.Process.Kill()
	} else {
		_ = p.input.Close()
	}
	_ = p.command.Wait()
}

// usage returns the CPU time that the process has used, in microseconds, and its allocations.
func (p *process) usage() (micros, allocs float64, err error) {
	if p.ticks {
		micros, err = p.procTime()
		return micros, 0, err
	}
	if _, err = fmt.Fprintln(p.input); err != nil {
		return 0, 0, err
	}
	if !p.lines.Scan() {
		return 0, 0, io.ErrUnexpectedEOF
	}
	_, err = fmt.Sscan(p.lines.Text(), &micros, &allocs)
	return micros, allocs, err
}

// send keeps the server busy with deliveries for about that long, and returns how many it took.
func (p *process) send(requests []request, length time.Duration) (int64, error) {
	var sent atomic.Int64
	var first atomic.Pointer[error]
	var group sync.WaitGroup
	end := time.Now().Add(length)
	for range senders {
		group.Go(func() {
			for time.Now().Before(end) && first.Load() == nil {
				for _, r := range requests {
					if err := p.post(r); err != nil {
						first.CompareAndSwap(nil, &err)
						return
					}
				}
				sent.Add(1)
			}
		})
	}
	group.Wait()
	if err := first.Load(); err != nil {
		return 0, *err
	}
	return sent.Load(), nil
}

func (p *process) post(r request) error {
	body := r.body(int(p.number.Add(1)))
	request, err := http.NewRequest(http.MethodPost, p.scheme+p.address+r.path, bytes.NewReader(body))
	if err != nil {
		return err
	}
	for name, value := range r.header(body) {
		request.Header.Set(name, value)
	}
	response, err := p.client.Do(request)
	if err != nil {
		return err
	}
	defer func() { _ = response.Body.Close() }()
	text, err := io.ReadAll(response.Body)
	if err == nil && response.StatusCode >= 300 {
		err = fmt.Errorf("%s: %s", response.Status, text)
	}
	return err
}
