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
	"os"
	"path/filepath"
	"time"

	"github.com/cxone-otel/cxonereceiver/cmd/internal/demo"
	"github.com/cxone-otel/cxonereceiver/cmd/internal/story"
)

func main() {
	var s demo.Settings
	s.Register("examples/quickstart.yaml")
	demo.Main("quickstart", func(ctx context.Context) error { return run(ctx, newPage(os.Stdout), s) })
}

// scenarios is the small varied set that is delivered.
var scenarios = []string{
	"sample-voice", "sample-script", "journey", "degraded-call", "api-4xx", "api-5xx", "api-slow", "api-minus-one",
	"batch", "unknown-fields", "bad-neighbour", "duplicate", "malformed", "bad-signature",
}

func run(ctx context.Context, p *page, s demo.Settings) (err error) {
	p.step("Making a key pair and starting the collector: %s --config %s", s.Collector, s.Config)
	d, err := demo.Start(ctx, s)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.Stop()) }()
	p.done("ready after %s", seconds(d.Collector.Age()))
	if err = demonstrate(ctx, p, s, d); err != nil {
		return d.Collector.Explain(err)
	}
	sayWhatToTry(p, s, d)
	if err = d.Serve(ctx); err != nil {
		return err
	}
	p.line("Stopping the collector.")
	return nil
}

// demonstrate delivers, shows what came out, and returns an error where that is not what it should be.
func demonstrate(ctx context.Context, p *page, s demo.Settings, d *demo.Demo) error {
	p.step("Delivering what CXone would: %s send ... --config %s", s.Ctl, s.Config)
	sent, err := deliver(ctx, d, filepath.Join(d.Directory, "sent"))
	if err != nil {
		return err
	}
	printDeliveries(p, sent)

	p.step("Waiting for the telemetry to arrive in the files")
	waiting := time.Now()
	came, err := gather(ctx, d.Directory, sent.expected)
	if err != nil {
		return err
	}
	p.done("after %s", seconds(time.Since(waiting)))

	printGauges(p, came, d.Calls)
	orphans := printJourney(p, came)
	printLogs(p, came)
	return account(ctx, p, sent, came, orphans, d)
}

func sayWhatToTry(p *page, s demo.Settings, d *demo.Demo) {
	voice, _ := d.Receiver.Callback(story.VoiceQuality)
	p.heading("WHAT TO TRY NEXT")
	p.line("    Look at the gauges, and at the collector's own metrics:")
	p.line("      %s", d.Calls)
	p.line("      %s", d.Own)
	p.line("    See what else can be delivered, and deliver it:")
	p.line("      %s send --list", s.Ctl)
	p.line("      %s send burst --config %s --endpoint %s \\", s.Ctl, s.Config, d.Receiver.URL())
	p.line("        --private-key-file %s", d.PrivateKey)
	p.line("    Try to get in without a signature (401):")
	p.line("      curl -d @testdata/payloads/voice_quality.json \\")
	p.line("        %s", d.Receiver.URL()+voice.Path)
	p.line("")
	if s.For > 0 {
		p.line("The collector keeps running for another %s.", seconds(d.Left()))
	} else {
		p.line("The collector keeps running. Ctrl-C stops it.")
	}
}
