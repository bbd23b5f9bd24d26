// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

// Command peers measures the cost of a delivery in this receiver, and of a request in its peers: net/http and confighttp
// that answer 204, the core's otlpreceiver with the same telemetry, contrib's githubreceiver, and the whole collector. Each
// server is a process of its own. Its CPU time and its allocations are counted, but not the client's. The servers take
// turns, round after round, and medians are printed, so that other work on the machine affects all of them alike.
package main

import (
	"flag"
	"fmt"
	"os"
	"time"
)

func main() {
	serve := flag.String("serve", "", "be the server of this name (used by the command itself)")
	certificates := flag.String("certificates", "", "where the certificate is (used by the command itself)")
	rounds := flag.Int("rounds", 7, "rounds in which each server takes a turn")
	turn := flag.Duration("turn", 400*time.Millisecond, "about how long a turn lasts")
	only := flag.String("only", "", "measure only what matches this regular expression, and what it is compared with")
	gate := flag.Bool("gate", false, "end with status 1 where a ratio is worse than it may be")
	samples := flag.Bool("samples", false, "print all samples too, as benchstat reads them")
	profiles := flag.String("profiles", "", "a directory for a CPU profile of each server")
	collector := flag.String("collector", "", "the collector's program, to be measured too")
	flag.Parse()
	var err error
	if *serve != "" {
		err = runServer(*serve, certificate{*certificates}, *profiles)
	} else {
		err = measure(options{
			rounds: *rounds, turn: *turn, only: *only, gate: *gate, samples: *samples, profiles: *profiles, collector: *collector,
		})
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "peers:", err)
		os.Exit(1)
	}
}
