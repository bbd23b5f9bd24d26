// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/cxone-otel/cxonereceiver/cmd/internal/collectorconfig"
	"github.com/cxone-otel/cxonereceiver/internal/capture"
	"github.com/cxone-otel/cxonereceiver/internal/signature"
	"github.com/cxone-otel/cxonereceiver/internal/signature/search"
)

// verifyFlags are the flags of `cxonectl verify`.
type verifyFlags struct {
	judgeFlags

	captures []string
	at       timeFlag
}

func newVerifyCommand() *cobra.Command {
	var f verifyFlags
	command := &cobra.Command{
		Use:   "verify CAPTURE...",
		Short: "Check a captured request, and show the string that its signature should be over",
		Long: `Verify checks captured requests as the receiver would. It prints which check fails, and the signed string
that the receiver makes of the request: each line quoted, so that every blank and line end is visible.

A capture is a request as it was sent: request line, header lines, an empty line, the body. The collector writes
captures (signature::capture_rejected), and so does "cxonectl sign --request". They hold secrets.

The age of a request counts from --at. Without --at, it counts from the time of the capture: the time in the name
of a file that the collector wrote, or else the time at which the file was written.

Exit status: 0 every request is authentic; 1 some are not; 2 it could not be told.`,
		Example: `  cxonectl verify captures/rejected-*.http --config collector.yaml
  cxonectl verify --capture a.http --scheme github --secret-file secret
  cxonectl verify --capture a.http --scheme rfc9421 --algorithm ed25519 --public-key-file v1.pub.pem --at 2026-01-31T12:00:00Z`,
		RunE: func(command *cobra.Command, files []string) error {
			f.captures = append(f.captures, files...)
			return f.run(command.Context(), command.OutOrStdout())
		},
	}
	flags := command.Flags()
	flags.StringArrayVar(&f.captures, "capture", nil, "`file` with a captured request, as an argument is; may be repeated")
	f.register(flags)
	f.at.register(flags, "at", "`time`, RFC 3339, at which to judge; default: when it was captured")
	return command
}

func (f *verifyFlags) run(ctx context.Context, out io.Writer) error {
	if len(f.captures) == 0 {
		return errors.New("say what to verify: the files of captured requests")
	}
	if !f.isGiven() && !f.hasKey() {
		return errors.New("say what to verify with: --config with the collector's configuration, " +
			"or --public-key-file or --secret-file with --scheme")
	}
	receiver, err := f.findReceiver(ctx)
	if err != nil {
		return err
	}
	if f.isGiven() && receiver.Scheme() == nil {
		return fmt.Errorf("receivers::%s has no signature block to verify by", receiver.Name)
	}
	refused := false
	for i, file := range f.captures {
		if i > 0 {
			fmt.Fprintln(out)
		}
		authentic, err := f.judge(out, receiver, file)
		if err != nil {
			return err
		}
		refused = refused || !authentic
	}
	if refused {
		return errDiffers
	}
	return nil
}

// judge verifies one capture and prints the result.
func (f *verifyFlags) judge(out io.Writer, receiver *collectorconfig.Receiver, file string) (authentic bool, err error) {
	c, written, err := readCapture(file)
	if err != nil {
		return false, err
	}
	if c.At.IsZero() {
		c.At = written
	}
	at := f.at.or(c.At)
	config, verifier, err := f.verifierFor(receiver, c.Request)
	if err != nil {
		return false, err
	}
	e := verifier.ExplainToOperator(c.Request, c.Body, at)
	printVerdict(out, file, &e)
	if signed, err := config.Timestamp.Parse(e.Timestamp); err == nil && isAboutTime(e.Refusal) {
		if verifier.ExplainToOperator(c.Request, c.Body, signed).Refusal == nil {
			fmt.Fprintf(out, "  Its time apart, it is authentic. It was judged as of %s; --at says another time.\n", at.UTC().Format(time.RFC3339))
		}
	}
	printExplanation(out, config, &e)
	return e.Refusal == nil, nil
}

// readCapture reads a captured request, and when its file was written. That is when it was captured, unless the file was
// copied.
func readCapture(file string) (c search.Capture, written time.Time, err error) {
	text, err := os.Open(file) //nolint:gosec // the file that the user named
	if err != nil {
		return c, written, fmt.Errorf("captured request: %w", err)
	}
	defer text.Close()
	info, err := text.Stat()
	if err != nil {
		return c, written, fmt.Errorf("captured request: %w", err)
	}
	c = search.Capture{Name: file, At: capture.TimeOf(file)}
	if c.Request, c.Body, err = capture.Read(text); err != nil {
		return c, written, fmt.Errorf("captured request: %s: %w", file, err)
	}
	return c, info.ModTime(), nil
}

func isAboutTime(refusal error) bool {
	var e *signature.Error
	return errors.As(refusal, &e) && (e.Reason == signature.ReasonStale || e.Reason == signature.ReasonFuture)
}
