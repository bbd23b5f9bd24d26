// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/cxone-otel/cxonereceiver/cmd/internal/story"
)

// replayFlags are the flags of `cxonectl replay`.
type replayFlags struct {
	targetFlags

	asIs   bool
	expect int
	output outputFlag
}

func newReplayCommand() *cobra.Command {
	var f replayFlags
	command := &cobra.Command{
		Use:   "replay CAPTURE...",
		Short: "Send captured requests again, signed anew or as they are",
		Long: `Replay sends captured requests to a receiver, to test whether a corrected configuration accepts them.

With a key (--private-key-file, --secret-file, or the secret in --config) each request is signed anew, under the
configured scheme and at the present time. Without a key, or with --as-is, it is sent as it was captured, with its
signature and Host. The receiver may then refuse it as too old.

A capture is a request as it was sent. The collector writes captures (signature::capture_rejected), and so does
"cxonectl sign --request". Their paths and queries do not change; --endpoint or --config names the server.

Exit status: 0 every answer was the expected one; 1 some were not; 2 there was no answer.`,
		Example: `  cxonectl replay captures/rejected-*.http --config collector.yaml
  cxonectl replay captures/rejected-*.http --config collector.yaml --private-key-file v1.key.pem
  cxonectl replay captures/rejected-*.http --config collector.yaml --as-is --expect 401`,
		RunE: func(command *cobra.Command, files []string) error {
			return f.run(command.Context(), command.OutOrStdout(), files)
		},
	}
	flags := command.Flags()
	f.register(flags)
	flags.BoolVar(&f.asIs, "as-is", false, "send them as they were captured, whatever key there is")
	flags.IntVar(&f.expect, "expect", http.StatusOK, "the `status` that each should be answered with")
	f.output.register(flags, "")
	return command
}

func (f *replayFlags) run(ctx context.Context, out io.Writer, files []string) error {
	if len(files) == 0 {
		return errors.New("say what to send again: the files of captured requests")
	}
	t, err := f.open(ctx)
	if err != nil {
		return err
	}
	base, err := f.base(t.receiver)
	if err != nil {
		return err
	}
	report := newReport(out, f.output, t, files)
	for _, file := range files {
		answered, sendErr := f.send(ctx, t, strings.TrimSuffix(base, "/"), file)
		if sendErr != nil {
			return errors.Join(sendErr, report.printEnd())
		}
		report.add([]sent{*answered})
	}
	return report.end()
}

// send sends one capture.
func (f *replayFlags) send(ctx context.Context, t *target, base, file string) (*sent, error) {
	captured, _, err := readCapture(file)
	if err != nil {
		return nil, err
	}
	dataType := t.receiver.DataTypeAt(captured.Request.URL.Path)
	s := &sent{
		Delivery: story.Delivery{
			Scenario: filepath.Base(file), DataType: dataType, Callback: dataType, Body: captured.Body,
			Expect: story.Expectation{Status: f.expect, Accepted: -1, Repeat: story.MayRepeat},
		},
		url: base + captured.Request.URL.RequestURI(),
	}
	request, err := http.NewRequestWithContext(ctx, captured.Request.Method, s.url, strings.NewReader(string(captured.Body)))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	request.Header = captured.Request.Header.Clone()
	for _, hop := range []string{"Connection", "Content-Length", "Expect", "Transfer-Encoding"} {
		request.Header.Del(hop)
	}
	if f.asIs || t.sender == nil || t.sender.signers == nil {
		request.Host = captured.Request.Host // it may be signed
		s.answer, err = t.client.Do(request, captured.Body, nil)
		return s, err
	}
	sign, err := t.sender.sign(&s.Delivery)
	if err == nil {
		s.answer, err = t.client.Do(request, captured.Body, sign)
	}
	return s, err
}
