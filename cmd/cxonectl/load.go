// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/cxone-otel/cxonereceiver/cmd/cxonectl/internal/delivery"
	"github.com/cxone-otel/cxonereceiver/cmd/cxonectl/internal/load"
	"github.com/cxone-otel/cxonereceiver/cmd/internal/story"
)

// loadFlags are the flags of `cxonectl load`.
type loadFlags struct {
	targetFlags

	config    load.Config
	traffic   story.Traffic
	startTime timeFlag
	ledger    string
	progress  time.Duration
	allow     bool
	output    outputFlag
}

func newLoadCommand() *cobra.Command {
	var f loadFlags
	command := &cobra.Command{
		Use:   "load",
		Short: "Deliver realistic traffic at a rate, and account for all of it",
		Long: `Load delivers the traffic of a contact centre: customers' journeys through skills and agents, with a voice
quality record for each leg, and a script API record for each call of a skill's script. It shows the progress
every second. At the end it accounts for every delivery.

With --rate, the times at which deliveries are due are fixed beforehand. A delivery that is due while all workers
are busy waits. Its latency counts from the time at which it was due, so a slow server shows as latency, and not
as fewer requests. Without --rate, the workers deliver as fast as they can.

It tries again as a sender would: after 503, 429, 502 and 504 when Retry-After is over, and after a broken
connection. A retry has the same body and a new signature, since the first one may be too old.

--ledger writes a JSON line for each acknowledged delivery, with the contact, master contact and message IDs of
its records. The telemetry has them as cxone.contact.id, cxone.master_contact.id and cxone.message.id. So you can
check that nothing was lost.

The same --seed and --start-time make the same deliveries, byte for byte. Another seed or start time makes other
identifiers.

Exit status: 0 every answer was the expected one; 1 a delivery was never acknowledged, or one was accepted that
should have been refused (unless --allow-failures); 2 it could not run.`,
		Example: `  cxonectl load --rate 50 --duration 1m --config collector.yaml
  cxonectl load --rate 20 --duration 10m --scenario rush-hour --endpoint http://localhost:8443
  cxonectl load --count 10000 --batch 10 --ledger ledger.jsonl --output json --endpoint http://localhost:8443
  cxonectl load --rate 200 --duration 5m --duplicate-ratio 0.02 --invalid-ratio 0.01 --config collector.yaml`,
		Args: cobra.NoArgs,
		RunE: func(command *cobra.Command, _ []string) error {
			if !command.Flags().Changed("seed") {
				f.traffic.Seed = uint64(rand.Uint32()) //nolint:gosec // short enough to be typed again
			}
			return f.run(command.Context(), command.OutOrStdout(), command.ErrOrStderr())
		},
	}
	f.registerLoad(command.Flags())
	command.MarkFlagsMutuallyExclusive("count", "duration")
	command.MarkFlagsOneRequired("count", "duration")
	return command
}

func (f *loadFlags) registerLoad(flags *pflag.FlagSet) {
	f.register(flags)
	flags.Float64Var(&f.config.Rate, "rate", 0, "deliveries a second; default: as fast as the workers can")
	flags.IntVar(&f.config.Workers, "workers", 32, "requests at a time")
	flags.IntVar(&f.config.Count, "count", 0, "`number` of deliveries")
	flags.DurationVar(&f.config.Duration, "duration", 0, "how long deliveries are due, such as 10m")
	flags.IntVar(&f.traffic.Batch, "batch", 1, "records in a delivery")
	flags.StringVar(&f.traffic.Plot, "scenario", story.Steady, "what happens meanwhile: "+strings.Join(story.Plots(), ", "))
	flags.Float64Var(&f.traffic.Duplicates, "duplicate-ratio", 0, "`share` of the deliveries that repeat an earlier one, 0 to 1")
	flags.Float64Var(&f.traffic.Invalid, "invalid-ratio", 0,
		"`share` of the deliveries that are malformed, badly signed or have an unreadable record, 0 to 1")
	flags.Uint64Var(&f.traffic.Seed, "seed", 0, "`number` that everything is made from; default: another one each time")
	f.startTime.register(flags, "start-time", "`time`, RFC 3339, that the records' times are relative to; default: now")
	flags.IntVar(&f.config.Retry.Most, "max-retries", -1, "retries of a delivery; negative: any number")
	flags.DurationVar(&f.config.Retry.For, "retry-for", 5*time.Minute,
		"how long after it was due a delivery is still retried; 0: as long as it takes")
	flags.StringVar(&f.ledger, "ledger", "", "write what was acknowledged to this new `file`")
	flags.DurationVar(&f.progress, "progress", time.Second, "how often a line is written where there is no terminal")
	flags.BoolVar(&f.allow, "allow-failures", false, "end with status 0 whatever the answers were")
	f.output.register(flags, "the summary at the end: ")
}

func (f *loadFlags) check() error {
	share := func(v float64) bool { return v >= 0 && v <= 1 }
	switch {
	case f.config.Rate < 0 || f.config.Rate > 1e6 || math.IsNaN(f.config.Rate):
		return fmt.Errorf("--rate: %g is not a number of deliveries a second; leave it out for as fast as it goes", f.config.Rate)
	case f.config.Workers < 1 || f.config.Workers > 10_000:
		return fmt.Errorf("--workers: %d is not between 1 and 10000", f.config.Workers)
	case f.config.Count < 0 || f.config.Duration < 0 || f.config.Count == 0 && f.config.Duration == 0:
		return errors.New("--count and --duration: give one that is more than 0")
	case f.traffic.Batch < 1:
		return fmt.Errorf("--batch: a delivery cannot have %d records", f.traffic.Batch)
	case !share(f.traffic.Duplicates) || !share(f.traffic.Invalid) || f.traffic.Duplicates+f.traffic.Invalid > 1:
		return errors.New("--duplicate-ratio and --invalid-ratio: give shares between 0 and 1, of no more than 1 together")
	default:
		return nil
	}
}

func (f *loadFlags) run(ctx context.Context, out, errOut io.Writer) error {
	if err := f.check(); err != nil {
		return err
	}
	t, err := f.open(ctx)
	if err != nil {
		return err
	}
	generator, err := f.generator(t)
	if err != nil {
		return err
	}
	f.config.Next = generator.Next
	f.config.Post = func(ctx context.Context, d *story.Delivery) (*delivery.Answer, error) {
		_, answer, postErr := t.deliver(ctx, d)
		return answer, postErr
	}
	if f.ledger != "" {
		if f.config.Ledger, err = load.CreateLedger(f.ledger); err != nil {
			return fmt.Errorf("--ledger: %w", err)
		}
	}
	result, err := f.watch(ctx, errOut)
	if err = errors.Join(err, f.config.Ledger.Close(), f.print(out, result, generator.Run())); err != nil {
		return err
	}
	if result.Failed() && !f.allow {
		return errDiffers
	}
	return nil
}

// generator makes the traffic for the target.
func (f *loadFlags) generator(t *target) (*story.Generator, error) {
	if t.sender != nil && t.sender.signers == nil {
		return nil, errNoKey
	}
	s := &f.traffic
	s.Start = f.startTime.or(now())
	_, s.Voice = t.urls[story.VoiceQuality]
	_, s.Script = t.urls[story.ScriptAPI]
	s.TimeZone, s.Signed, s.Rate = t.receiver.TimeZone(), t.sender != nil, f.config.Rate
	s.Deliveries, _ = f.config.Total()
	generator, err := story.NewGenerator(*s)
	return generator, wrap("--scenario", err)
}

// watch runs the load, and prints its progress every second.
func (f *loadFlags) watch(ctx context.Context, errOut io.Writer) (load.Result, error) {
	stats := &load.Stats{}
	ended := make(chan error, 1)
	go func() { ended <- load.Run(ctx, f.config, stats) }()
	meter, ticker := newMeter(errOut, f.progress), time.NewTicker(time.Second)
	defer ticker.Stop()
	for {
		select {
		case now := <-ticker.C:
			interval := stats.Interval(now)
			meter.show(interval.Line(), interval.Elapsed.Round(100*time.Millisecond))
		case err := <-ended:
			meter.end()
			return stats.Result(f.config.Rate), err
		}
	}
}

// loaded is the summary as --output json prints it.
type loaded struct {
	Seed      uint64    `json:"seed"`
	StartTime time.Time `json:"start_time"`
	// Run is the beginning of all contact IDs of the run.
	Run string `json:"run"`
	load.Result
}

func (f *loadFlags) print(out io.Writer, result load.Result, run string) error {
	if f.output == outputJSON {
		return printJSON(out, loaded{f.traffic.Seed, f.traffic.Start, run, result})
	}
	result.Print(out)
	_, err := fmt.Fprintf(out, "\nAll contact IDs begin with %s. The same again: --seed %d --start-time %s\n",
		run, f.traffic.Seed, f.traffic.Start.Format(time.RFC3339Nano))
	return err
}
