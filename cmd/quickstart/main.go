// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

// Command quickstart is what `make run` runs. It starts the collector on the loopback interface, delivers to it what CXone
// would, prints the telemetry in plain words, and checks that nothing is missing.
//
// It leaves nothing behind: the telemetry goes to a temporary directory, and the collector is stopped however the command
// ends.
package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"time"

	"github.com/cxone-otel/cxonereceiver/cmd/internal/demo"
	"github.com/cxone-otel/cxonereceiver/cmd/internal/show"
	"github.com/cxone-otel/cxonereceiver/cmd/internal/story"
)

func main() {
	var s demo.Settings
	s.Register("examples/quickstart.yaml")
	demo.Main("quickstart", func(ctx context.Context) error { return run(ctx, show.NewPage(os.Stdout), s) })
}

// scenarios is the small, varied set that is delivered.
var scenarios = []string{
	"sample-voice", "sample-script", "journey", "degraded-call", "api-4xx", "api-5xx", "api-slow", "api-minus-one",
	"batch", "unknown-fields", "bad-neighbour", "duplicate", "malformed", "bad-signature",
}

func run(ctx context.Context, p *show.Page, s demo.Settings) (err error) {
	p.Step("Making a key pair and starting the collector: %s --config %s", s.Collector, s.Config)
	d, err := demo.Start(ctx, s)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.Stop()) }()
	p.Done("ready after %s", show.Seconds(d.Collector.Age()))
	if err = demonstrate(ctx, p, s, d); err != nil {
		return d.Collector.Explain(err)
	}
	sayWhatToTry(p, s, d)
	if err = d.Serve(ctx); err != nil {
		return err
	}
	p.Line("Stopping the collector.")
	return nil
}

// demonstrate delivers, prints the telemetry, and returns an error if it is not as expected.
func demonstrate(ctx context.Context, p *show.Page, s demo.Settings, d *demo.Demo) error {
	p.Step("Delivering what CXone would: %s send ... --config %s", s.Ctl, s.Config)
	sent, err := deliver(ctx, d, filepath.Join(d.Directory, "sent"))
	if err != nil {
		return err
	}
	printDeliveries(p, sent)

	p.Step("Waiting for the telemetry to arrive in the files")
	waiting := time.Now()
	came, own, err := gather(ctx, d, sent.expected)
	if err != nil {
		return err
	}
	p.Done("after %s", show.Seconds(time.Since(waiting)))

	show.PrintGauges(p, came, d.Calls)
	orphans := show.PrintJourney(p, came)
	show.PrintLogs(p, came)
	return account(ctx, p, sent, came, own, orphans, d)
}

func sayWhatToTry(p *show.Page, s demo.Settings, d *demo.Demo) {
	voice, _ := d.Receiver.Callback(story.VoiceQuality)
	p.Heading("WHAT TO TRY NEXT")
	p.Line("    Look at the gauges, and at the collector's own metrics:")
	p.Line("      %s", d.Calls)
	p.Line("      %s", d.Own)
	p.Line("    See what else can be delivered, and deliver it:")
	p.Line("      %s send --list", s.Ctl)
	p.Line("      %s send burst --config %s --endpoint %s \\", s.Ctl, s.Config, d.Receiver.URL())
	p.Line("        --private-key-file %s", d.PrivateKey)
	p.Line("    Try to get in without a signature (401):")
	p.Line("      curl -d @testdata/payloads/voice_quality.json \\")
	p.Line("        %s", d.Receiver.URL()+voice.Path)
	p.Line("")
	if s.For > 0 {
		p.Line("The collector keeps running for another %s.", show.Seconds(d.Left()))
	} else {
		p.Line("The collector keeps running. Ctrl-C stops it.")
	}
}
