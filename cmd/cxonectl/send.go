// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"github.com/cxone-otel/cxonereceiver/cmd/cxonectl/internal/delivery"
	"github.com/cxone-otel/cxonereceiver/cmd/internal/story"
)

// sendFlags are the flags of `cxonectl send`.
type sendFlags struct {
	targetFlags

	list     bool
	file     string
	dataType string
	expect   int
	seed     uint64
	at       timeFlag
	save     string
	output   outputFlag
}

func newSendCommand() *cobra.Command {
	var f sendFlags
	command := &cobra.Command{
		Use:   "send [SCENARIO...]",
		Short: "Deliver samples and scenarios, and check the answers",
		Long: `Send delivers what CXone would, and checks that each delivery is answered as expected. A scenario is a few
deliveries that belong together. --list shows all scenarios, and "all" sends all that apply. Without a scenario,
the vendor's own two samples are sent. --file sends a body of your own.

Deliveries are signed when the receiver's configuration has a signature block, or when a key is given.

The identifiers in a scenario come from a seed that differs in each run, and its times are relative to now. The
same --seed and --at make the same bytes again.

Exit status: 0 every answer was the expected one; 1 some were not; 2 there was no answer.`,
		Example: `  cxonectl send --config collector.yaml
  cxonectl send all --config collector.yaml --private-key-file customer.key
  cxonectl send journey --endpoint https://gateway.example.com --ca-file ca.crt --cert-file me.crt --key-file me.key
  cxonectl send --file leg.json --type voice_quality --endpoint http://localhost:8443`,
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			var names []string
			for _, s := range story.All() {
				names = append(names, s.Name+"\t"+s.Summary)
			}
			return append(names, "all\tevery scenario"), cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(command *cobra.Command, names []string) error {
			if !command.Flags().Changed("seed") {
				f.seed = uint64(rand.Uint32()) //nolint:gosec // short enough to be typed again
			}
			return f.run(command.Context(), command.OutOrStdout(), names)
		},
	}
	flags := command.Flags()
	f.register(flags)
	flags.BoolVar(&f.list, "list", false, "show the scenarios and the answers that they expect, and send nothing")
	flags.StringVar(&f.file, "file", "", "deliver this `file`'s bytes as they are; - is the standard input")
	flags.StringVar(&f.dataType, "type", "", "what --file holds: voice_quality or script_api")
	flags.IntVar(&f.expect, "expect", http.StatusOK, "the `status` that --file should be answered with")
	flags.Uint64Var(&f.seed, "seed", 0, "`number` that the identifiers are made from; default: another one each time")
	f.at.register(flags, "at", "`time`, RFC 3339, that the scenarios' times are relative to; default: now")
	flags.StringVar(&f.save, "save", "", "write every body that is sent to a file in this `directory`")
	f.output.register(flags, "")
	return command
}

func (f *sendFlags) run(ctx context.Context, out io.Writer, names []string) error {
	if f.list {
		return printList(out, f.output)
	}
	t, err := f.open(ctx)
	if err != nil {
		return err
	}
	at := f.at.or(now())
	plays, err := f.prepare(names, t, at)
	if err != nil {
		return err
	}
	var playNames []string
	for _, play := range plays {
		playNames = append(playNames, play.Name)
	}
	report := newReport(out, f.output, t, playNames)
	report.canBeRepeated(f.seed, at)
	for _, play := range plays {
		all, sendErr := send(ctx, t, play)
		if f.save != "" {
			sendErr = errors.Join(sendErr, saveBodies(f.save, report.deliveries(), all))
		}
		report.add(all)
		if sendErr != nil {
			return errors.Join(sendErr, report.printEnd())
		}
	}
	return report.end()
}

// prepare makes everything that will be sent.
func (f *sendFlags) prepare(names []string, t *target, at time.Time) ([]story.Play, error) {
	if len(names) == 0 && f.file == "" {
		names = []string{"sample-voice", "sample-script"}
	}
	scenarios, err := chosen(names, t.sender)
	if err != nil {
		return nil, err
	}
	plays := story.Build(scenarios, story.Settings{
		Seed: f.seed, Now: at, TimeZone: t.receiver.TimeZone(),
		MaxBodyBytes: t.receiver.MaxRequestBodySize, RecognisesRepeats: t.receiver.ReplayWindow.Size > 0,
	})
	if f.file != "" {
		play, err := f.filePlay()
		if err != nil {
			return nil, err
		}
		plays = append(plays, play)
	}
	return plays, nil
}

// chosen finds the scenarios by name. `all` means those that this sender can play.
func chosen(names []string, from *sender) ([]story.Scenario, error) {
	var scenarios []story.Scenario
	for _, name := range names {
		if name == "all" {
			scenarios = append(scenarios, slices.DeleteFunc(story.All(), func(s story.Scenario) bool { return from.applies(s.Forgery) != nil })...)
			continue
		}
		s, err := story.Find(name)
		if err != nil {
			return nil, err
		}
		if err = from.applies(s.Forgery); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		scenarios = append(scenarios, s)
	}
	return scenarios, nil
}

// filePlay is the user's own body as a scenario with one delivery.
func (f *sendFlags) filePlay() (story.Play, error) {
	if f.dataType == "" {
		return story.Play{}, errors.New("--file: say with --type what it holds: voice_quality or script_api")
	}
	dataType, err := story.ParseDataType(f.dataType)
	if err != nil {
		return story.Play{}, fmt.Errorf("--type: %w", err)
	}
	name := filepath.Base(f.file)
	if f.file == "-" {
		name = "stdin"
	}
	body, err := readBody(f.file)
	if err != nil {
		return story.Play{}, fmt.Errorf("--file: %w", err)
	}
	return story.Play{
		Scenario: story.Scenario{Name: name},
		Deliveries: []story.Delivery{{
			Scenario: name, DataType: dataType, Callback: dataType, Body: body,
			Expect: story.Expectation{Status: f.expect, Accepted: -1, Repeat: story.MayRepeat},
		}},
	}, nil
}

// sent is a delivery and its outcome.
type sent struct {
	story.Delivery

	url    string
	answer *delivery.Answer
	file   string // the file that --save wrote the body to
}

func (s *sent) deliver(ctx context.Context, t *target) (err error) {
	s.url, s.answer, err = t.deliver(ctx, &s.Delivery)
	return err
}

// send sends a scenario's deliveries. With an error it also returns those that were answered before.
func send(ctx context.Context, t *target, play story.Play) ([]sent, error) {
	all := make([]sent, len(play.Deliveries))
	errs := make([]error, len(all))
	var group sync.WaitGroup
	for i := range all {
		all[i].Delivery = play.Deliveries[i]
		if !play.AtOnce {
			if errs[i] = all[i].deliver(ctx, t); errs[i] != nil {
				return all[:i], errs[i]
			}
			continue
		}
		group.Go(func() { errs[i] = all[i].deliver(ctx, t) })
	}
	group.Wait()
	for i, err := range errs {
		if err != nil {
			return all[:i], err
		}
	}
	return all, nil
}

// saveBodies writes the bodies to files, so that they can be read, and sent again with --file or curl.
func saveBodies(directory string, before int, all []sent) error {
	if err := os.MkdirAll(directory, 0o755); err != nil { //nolint:gosec // for others to read: it is made-up data
		return fmt.Errorf("--save: %w", err)
	}
	for i := range all {
		s := &all[i]
		s.file = filepath.Join(directory, fmt.Sprintf("%03d-%s.json", before+i+1, strings.TrimSuffix(s.Scenario, ".json")))
		if err := os.WriteFile(s.file, s.Body, 0o644); err != nil { //nolint:gosec // as above
			return fmt.Errorf("--save: %w", err)
		}
	}
	return nil
}
