// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

// Command quickstart is what `make run` runs: it starts the collector on the loopback interface, delivers to it what
// CXone would, shows in plain words what came out, and checks that all of it did.
//
// It leaves nothing behind: the telemetry goes to a temporary directory, and the collector is stopped however it ends.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"github.com/cxone-otel/cxonereceiver/cmd/internal/collectorconfig"
	"github.com/cxone-otel/cxonereceiver/cmd/internal/process"
)

// settings are the command's flags.
type settings struct {
	collector string
	cxonectl  string
	config    string
	duration  time.Duration
	key       string // the file of the private key to sign with, made at the start
}

func main() {
	var s settings
	flag.StringVar(&s.collector, "collector", "bin/otelcol-cxone", "the collector to start")
	flag.StringVar(&s.cxonectl, "cxonectl", "bin/cxonectl", "the command to deliver with")
	flag.StringVar(&s.config, "config", "examples/quickstart.yaml", "the collector's configuration")
	flag.DurationVar(&s.duration, "for", 0, "how long to keep the collector running; 0 is until Ctrl-C")
	flag.Parse()

	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	err := run(ctx, newPage(os.Stdout), s)
	stop()
	if errors.Is(err, context.Canceled) {
		err = errors.New("interrupted before everything was shown; nothing is left behind")
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "quickstart:", err)
		os.Exit(1)
	}
}

// scenarios is the small varied set that is delivered.
var scenarios = []string{
	"sample-voice", "sample-script", "journey", "degraded-call", "api-4xx", "api-5xx", "api-slow", "api-minus-one",
	"batch", "unknown-fields", "bad-neighbour", "duplicate", "malformed", "bad-signature",
}

func run(ctx context.Context, p *page, s settings) (err error) {
	directory, err := os.MkdirTemp("", "cxone-quickstart-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(directory)) }()
	if err = os.Setenv(outputVariable, directory); err != nil { // read by the configuration, here and in the collector
		return err
	}
	if s.key, err = makeKeys(directory); err != nil {
		return err
	}
	conf, err := collectorconfig.Load(ctx, s.config)
	if err != nil {
		return err
	}
	where, err := findAddresses(conf)
	if err != nil {
		return fmt.Errorf("%s: %w", s.config, err)
	}
	if err = where.checkFree(ctx, s.config); err != nil {
		return err
	}

	p.step("Making a key pair and starting the collector: %s --config %s", s.collector, s.config)
	collector, err := process.Start("the collector", filepath.Join(directory, "collector.log"), s.collector, "--config", s.config)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, collector.Stop()) }()
	if err = collector.WaitHealthy(ctx, where.health.url("/")); err != nil {
		return err
	}
	started := time.Now()
	p.done("ready after %s", seconds(collector.Age()))

	if err = demonstrate(ctx, p, s, where, directory); err != nil {
		return collector.Explain(err)
	}
	return keepServing(ctx, p, s, where, collector, started)
}

// demonstrate delivers, shows what came out, and returns an error where that is not what it should be.
func demonstrate(ctx context.Context, p *page, s settings, where *addresses, directory string) error {
	p.step("Delivering what CXone would: %s send ... --config %s", s.cxonectl, s.config)
	sent, err := deliver(ctx, s, filepath.Join(directory, "sent"))
	if err != nil {
		return err
	}
	printDeliveries(p, sent)

	p.step("Waiting for the telemetry to arrive in the files")
	waiting := time.Now()
	came, err := gather(ctx, directory, sent.expected)
	if err != nil {
		return err
	}
	p.done("after %s", seconds(time.Since(waiting)))

	printGauges(p, came, where.prometheus.url("/metrics"))
	orphans := printJourney(p, came)
	printLogs(p, came)
	return account(ctx, p, sent, came, orphans, where)
}

// keepServing says what to try next, and waits for the end.
func keepServing(ctx context.Context, p *page, s settings, where *addresses, c *process.Process, started time.Time) error {
	p.heading("WHAT TO TRY NEXT")
	p.line("    Look at the gauges, and at the collector's own metrics:")
	p.line("      %s", where.prometheus.url("/metrics"))
	p.line("      %s", where.telemetry.url("/metrics"))
	p.line("    See what else can be delivered, and deliver it:")
	p.line("      %s send --list", s.cxonectl)
	p.line("      %s send burst --config %s \\", s.cxonectl, s.config)
	p.line("        --private-key-file %s", s.key)
	p.line("    Try to get in without a signature (401):")
	p.line("      curl -d @testdata/payloads/voice_quality.json \\")
	p.line("        %s", where.voiceURL)
	p.line("")

	var timeUp <-chan time.Time
	if s.duration > 0 {
		left := max(0, s.duration-time.Since(started))
		timeUp = time.After(left)
		p.line("The collector keeps running for another %s.", seconds(left))
	} else {
		p.line("The collector keeps running. Ctrl-C stops it.")
	}
	select {
	case <-timeUp:
	case <-ctx.Done():
	case <-c.Ended:
		return c.Explain(errors.New("the collector ended by itself"))
	}
	p.line("Stopping the collector.")
	return nil
}
