// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"fmt"
	"strings"
)

// subject is a server and what is sent to it. A delivery may take several requests.
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
	// connections is how many there are, taken in turn; 0 is one for each sender.
	connections int

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

// subjects are all that is measured.
func subjects(ctx context.Context) ([]*subject, error) {
	all := []*subject{
		{name: "net/http 204", server: "net/http", requests: []request{voice(1)}, records: 1},
		{name: baseline, server: "confighttp", requests: []request{voice(1)}, records: 1},
	}
	for _, n := range []int{1, 10, 100} {
		all = append(all,
			&subject{name: fmt.Sprint("floor, voice ", n), server: "floor, voice", requests: []request{voice(n)}, records: n},
			&subject{name: fmt.Sprint("floor, script ", n), server: "floor, script", requests: []request{script(n)}, records: n})
	}
	const goal, most, goalOfBatch, mostOfBatch = 1.20, 2.0, 1.25, 2.2
	all = append(all,
		&subject{name: "voice 1" + noAggregation, requests: []request{voice(1)}, records: 1, floor: "floor, voice 1", goal: goal, most: most},
		&subject{name: "script 1" + noAggregation, requests: []request{script(1)}, records: 1, floor: "floor, script 1", goal: goal, most: most},
		&subject{
			name: "voice 100" + noAggregation, requests: []request{voice(100)}, records: 100,
			floor: "floor, voice 100", goal: goalOfBatch, most: mostOfBatch,
		},
		&subject{
			name: "script 100" + noAggregation, requests: []request{script(100)}, records: 100,
			floor: "floor, script 100", goal: goalOfBatch, most: mostOfBatch,
		})
	for _, s := range all[len(all)-4:] {
		s.server = "cxone" + noAggregation
	}
	for _, n := range []int{1, 10, 100, 1000, 7000} { // 7000 call legs, or 15000 API calls, are a body of some 7 MB
		all = append(all, &subject{
			name: fmt.Sprint("voice ", n), server: "cxone", requests: []request{voice(n)}, records: n,
			floor: fmt.Sprint("floor, voice ", min(n, 100)),
		})
	}
	for _, n := range []int{1, 10, 100, 1000, 15000} {
		all = append(all, &subject{
			name: fmt.Sprint("script ", n), server: "cxone", requests: []request{script(n)}, records: n,
			floor: fmt.Sprint("floor, script ", min(n, 100)),
		})
	}
	find(all, "voice 1").dearer = "otlpreceiver protobuf, voice"
	find(all, "script 1").dearer = "otlpreceiver JSON, script"
	all = append(all,
		&subject{name: "voice 1, TLS", server: "cxone, TLS", requests: []request{voice(1)}, records: 1},
		&subject{name: "voice 1, mutual TLS", server: "cxone, mutual TLS", requests: []request{voice(1)}, records: 1})
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
			all = append(all, &subject{
				name:     fmt.Sprintf("otlpreceiver %s, %s", encoding, each.name),
				server:   "otlp",
				requests: requests,
				records:  1,
			})
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
	return all
}
