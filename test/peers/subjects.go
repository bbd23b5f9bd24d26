// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"fmt"
	"strings"
)

// subject is a server with the requests for it. A delivery may take several requests.
type subject struct {
	name     string
	server   string
	requests []request
	records  int
	// floor names the subject that does the least for the same telemetry. goal is what the ratio of a record's time to the
	// floor's should be, and most what it may be in bench-gate, with room for noise.
	floor      string
	goal, most float64
	dearer     string // what must cost more
	// connections is the number of connections, used in turn; 0 is one for each sender.
	connections int
	growth      bool // it shows what a call leg costs under more of something

	process *process
	micros  []float64 // CPU time of a delivery, a round each
	allocs  []float64
}

const baseline = "confighttp 204"

// isFloor reports whether a subject is what others are compared with.
func (s *subject) isFloor() bool { return s.name == baseline || strings.HasPrefix(s.name, "floor, ") }

// Of the aggregated metrics the floor has none, so that the goals are for a receiver without them. The others show what they
// add.
const noAggregation = ", no aggregation"

// kinds are the two data types. most records are a body of some 7 MB. gates are what bench-gate takes: what was measured for a
// single record and for a hundred, with a quarter more for noise.
var kinds = []struct {
	name  string
	of    func(n int) request
	most  int
	gates map[int]float64
}{
	{"voice", voice, 7000, map[int]float64{1: 1.75, 100: 1.85}},
	{"script", script, 15000, map[int]float64{1: 1.75, 100: 2.2}},
}

// subjects are all that is measured.
func subjects(ctx context.Context) ([]*subject, error) {
	all := []*subject{
		{name: "net/http 204", server: "net/http", requests: []request{voice(1)}, records: 1},
		{name: baseline, server: "confighttp", requests: []request{voice(1)}, records: 1},
	}
	for _, n := range []int{1, 10, 100} {
		for _, kind := range kinds {
			floor := "floor, " + kind.name
			all = append(all, &subject{name: fmt.Sprint(floor, " ", n), server: floor, requests: []request{kind.of(n)}, records: n})
		}
	}
	for _, n := range []int{1, 100} {
		goal := 1.20
		if n > 1 {
			goal = 1.25
		}
		for _, kind := range kinds {
			all = append(all, &subject{
				name: fmt.Sprint(kind.name, " ", n, noAggregation), server: "cxone" + noAggregation, requests: []request{kind.of(n)}, records: n,
				floor: fmt.Sprint("floor, ", kind.name, " ", n), goal: goal, most: kind.gates[n],
			})
		}
	}
	for _, kind := range kinds {
		for _, n := range []int{1, 10, 100, 1000, kind.most} {
			all = append(all, &subject{
				name: fmt.Sprint(kind.name, " ", n), server: "cxone", requests: []request{kind.of(n)}, records: n,
				floor: fmt.Sprint("floor, ", kind.name, " ", min(n, 100)),
			})
		}
	}
	find(all, "voice 1").dearer = "otlpreceiver protobuf, voice"
	find(all, "script 1").dearer = "otlpreceiver JSON, script"
	for _, kind := range kinds {
		for _, json := range []bool{true, false} {
			requests, err := otlp(ctx, kind.of(1), json)
			if err != nil {
				return nil, err
			}
			encoding := map[bool]string{true: "JSON", false: "protobuf"}[json]
			name := fmt.Sprintf("otlpreceiver %s, %s", encoding, kind.name)
			all = append(all, &subject{name: name, server: "otlp", requests: requests, records: 1})
		}
	}
	event, err := workflowRun()
	if err != nil {
		return nil, err
	}
	return append(append(all, growth()...),
		&subject{name: "githubreceiver", server: "github", requests: []request{event}, records: 1}), nil
}

// growth shows what a call leg costs under more of something.
func growth() []*subject {
	versioned := voice(1)
	versioned.header = func(body []byte) map[string]string {
		header := signedWith(secret+"99", body)
		header["X-Key-Version"] = "99"
		return header
	}
	all := []*subject{
		{name: "voice 1, TLS", server: "cxone, TLS", requests: []request{voice(1)}, records: 1},
		{name: "voice 1, mutual TLS", server: "cxone, mutual TLS", requests: []request{voice(1)}, records: 1},
		{name: "voice 1, 100 keys", server: "cxone, 100 keys", requests: []request{versioned}, records: 1},
		{name: "voice 1, all attributes", server: "cxone, all attributes", requests: []request{voice(1)}, records: 1},
		{name: "voice 1, full memory", server: "cxone, full memory", requests: []request{voice(1)}, records: 1},
	}
	for _, n := range []int{1, 100, 1000, 9000} {
		all = append(all, &subject{
			name:        fmt.Sprintf("voice 1, %d connections", n),
			server:      "cxone",
			requests:    []request{voice(1)},
			records:     1,
			connections: n,
		})
	}
	for _, s := range all {
		s.floor, s.growth = "floor, voice 1", true
	}
	return all
}
