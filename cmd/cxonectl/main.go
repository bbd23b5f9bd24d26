// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

// Command cxonectl is the operator's side of the cxone receiver: it makes keys, delivers what NICE CXone would, and finds
// out how a sender signs.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"
	_ "time/tzdata" // script_api::time_zone must be known in a container without any

	"github.com/spf13/cobra"
)

// Exit codes, the same for every command.
const (
	exitOK       = 0
	exitDiffers  = 1 // it ran, and something is not as expected
	exitNotToRun = 2 // it could not run: wrong flags, no such file, nobody listening
)

// errDiffers ends a command that has already printed what is not as expected.
var errDiffers = errors.New("not as expected")

func main() { os.Exit(run()) }

func run() int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	switch err := newRootCommand().ExecuteContext(ctx); {
	case err == nil:
		return exitOK
	case errors.Is(err, errDiffers):
		return exitDiffers
	default:
		fmt.Fprintln(os.Stderr, "cxonectl:", err)
		return exitNotToRun
	}
}

func newRootCommand() *cobra.Command {
	root := &cobra.Command{
		Use:   "cxonectl",
		Short: "Prove, probe and feed a cxone receiver",
		Long: `cxonectl is the operator's command for the cxone receiver of the OpenTelemetry Collector. It makes keys, and
delivers what NICE CXone would, so that you can test an endpoint before you fill in the vendor's form. It also
finds out how a sender signs, since the vendor does not publish this.

Exit status: 0 all is well; 1 it ran, and something is not as expected; 2 it could not run.`,
		Version:       version(),
		SilenceUsage:  true, // a failed delivery is no reason to explain the flags
		SilenceErrors: true,
	}
	root.AddCommand(newSendCommand(), newLoadCommand(), newCheckCommand(), newKeygenCommand(), newSignCommand(), newVerifyCommand(),
		newDiagnoseCommand(),
		newListenCommand(), newReplayCommand())
	return root
}

// stamped is the version from the Makefile, with the commit.
var stamped string

// version is the stamped version, or else that of the module system (go install).
func version() string {
	if stamped != "" {
		return stamped
	}
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return "(unknown)"
}
