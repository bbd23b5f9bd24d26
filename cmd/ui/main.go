// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

// Command ui is what `make ui` runs: it starts a collector, VictoriaMetrics, which scrapes it, and VictoriaLogs, which takes its
// log records, and plays a contact centre's rush hour into the collector as it would happen: a network fails, an API fails,
// both recover. What is seen is what examples/prometheus.yaml exports: metrics and log records as the two have them, and journeys
// from the spans in its files.
//
// All of it listens on the loopback interface only, and nothing is left behind.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/cxone-otel/cxonereceiver/cmd/internal/demo"
	"github.com/cxone-otel/cxonereceiver/cmd/internal/process"
)

// settings are the command's flags.
type settings struct {
	demo.Settings

	metrics, logs, dashboards, listen string
	story                             time.Duration
	rate                              int
	seed                              uint64
}

func main() {
	var s settings
	s.Register("examples/prometheus.yaml")
	flag.StringVar(&s.metrics, "victoria-metrics", "bin/victoria-metrics", "the VictoriaMetrics to start")
	flag.StringVar(&s.logs, "victoria-logs", "bin/victoria-logs", "the VictoriaLogs to start")
	flag.StringVar(&s.dashboards, "dashboards", "examples/grafana", "the directory of the dashboards")
	flag.StringVar(&s.listen, "listen", "127.0.0.1:8428", "where the pages are shown")
	flag.DurationVar(&s.story, "story", 10*time.Minute, "how long the rush hour lasts; with -for, no longer than that")
	flag.IntVar(&s.rate, "rate", 20, "deliveries a second")
	flag.Uint64Var(&s.seed, "seed", 1, "number that the rush hour is made from")
	demo.Main("ui", func(ctx context.Context) error { return run(ctx, s) })
}

func run(ctx context.Context, s settings) (err error) {
	if s.For > 0 { // so that the recovery, the last quarter, is seen too
		s.story = min(s.story, max(s.For-20*time.Second, s.For/2))
	}
	dashboards, err := readDashboards(s.dashboards)
	if err != nil {
		return fmt.Errorf("read the dashboards: %w", err)
	}
	logsAddress, err := process.FreeAddress(ctx)
	if err != nil {
		return err
	}
	s.Further = []string{logsTo(logsAddress)}
	d, err := demo.Start(ctx, s.Settings)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.Stop()) }()
	logs, err := startLogs(ctx, s, d, logsAddress)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, logs.Stop()) }()
	metrics, metricsAddress, err := startMetrics(ctx, s, d)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, metrics.Stop()) }()
	shown := &site{newTrails(d.Directory), dashboards, metricsAddress, logsAddress}
	pages, err := serve(ctx, s.listen, shown.handler())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, pages.Close()) }()

	fmt.Printf("A rush hour plays for %s: a network fails, then the payment API fails; both recover.\n\n    Open http://%s/\n\n",
		s.story, s.listen)
	if s.For == 0 {
		fmt.Println("Ctrl-C ends it.")
	}
	playing, fail := context.WithCancelCause(ctx)
	defer fail(nil)
	go func() {
		if playErr := play(playing, s, d); playErr != nil {
			fail(playErr)
		}
	}()
	if err = d.Serve(playing, metrics, logs); err != nil || ctx.Err() != nil {
		return err
	}
	if err = context.Cause(playing); err != nil {
		return d.Collector.Explain(err)
	}
	return s.seen(ctx, logsAddress)
}

// serve serves the pages in the background.
func serve(ctx context.Context, address string, handler http.Handler) (*http.Server, error) {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", address)
	if err != nil {
		return nil, fmt.Errorf("%s cannot be listened on: %w; choose another with -listen, or make ui LISTEN=127.0.0.1:8429", address, err)
	}
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second}
	go func() { _ = server.Serve(listener) }() // until it is closed
	return server, nil
}

// play delivers the rush hour.
func play(ctx context.Context, s settings, d *demo.Demo) error {
	_, err := d.Deliver(ctx, "load", "--scenario", "rush-hour", "--duration", s.story.String(), "--rate", strconv.Itoa(s.rate),
		"--seed", strconv.FormatUint(s.seed, 10), "--invalid-ratio", "0.01", "--duplicate-ratio", "0.005", "--progress", "1h")
	if err != nil && ctx.Err() == nil {
		return fmt.Errorf("deliver the rush hour: %w", err)
	}
	fmt.Println("The rush hour is over; the pages stay.")
	return nil
}

// seen checks that there was something to see.
func (s *settings) seen(ctx context.Context, logs string) error {
	for _, one := range [][2]string{
		{"accepted deliveries", `sum(otelcol_receiver_cxone_deliveries{outcome="accepted"})`},
		{"calls", "sum(cxone_calls_total)"},
		{"calls with a MOS of 3.6 or less", `sum(cxone_call_mos_distribution_bucket{le="3.6"})`},
		{"API calls", "sum(cxone_script_api_calls_total)"},
		{"API calls that failed", `sum(cxone_script_api_calls_total{error_type!=""})`},
	} {
		what, query := one[0], one[1]
		found, err := ask(ctx, s.listen, "query", url.Values{"query": {query}})
		if err != nil {
			return err
		}
		if len(found) != 1 {
			return fmt.Errorf("there were no %s to see: %s has no value", what, query)
		}
		fmt.Printf("    %8.0f %s\n", found[0].Value.Value, what)
	}
	lines, err := logLines(ctx, logs, "*")
	if err != nil {
		return err
	}
	if len(lines) == 0 {
		return errors.New("there were no log records to see: VictoriaLogs has none")
	}
	fmt.Printf("    %8d log records\n", len(lines))
	return nil
}
