// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"fmt"
)

// subject is a server and what is sent to it. A delivery may take several requests.
type subject struct {
	name     string
	server   string
	requests []request
	records  int
	// most is what the ratio to confighttp may be, with room for noise; 0 is no gate. dearer names what must cost more.
	most   float64
	dearer string
	// connections is how many there are, taken in turn; 0 is one for each sender.
	connections int

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
		{name: "voice 1, no aggregation", server: "cxone, no aggregation", requests: []request{voice(1)}, records: 1},
		{name: "script 1, no aggregation", server: "cxone, no aggregation", requests: []request{script(1)}, records: 1},
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
