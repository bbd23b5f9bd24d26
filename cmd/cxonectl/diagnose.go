// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/cxone-otel/cxonereceiver/internal/signature/search"
)

// diagnoseFlags are the flags of `cxonectl diagnose`.
type diagnoseFlags struct {
	captures       []string
	publicKeyFile  string
	secretFile     string
	secretEncoding string
	options        search.Options
	timeout        time.Duration
	output         outputFlag
}

func newDiagnoseCommand() *cobra.Command {
	var f diagnoseFlags
	command := &cobra.Command{
		Use:   "diagnose CAPTURE... --public-key-file FILE",
		Short: "Find out how the vendor signs, from captured requests and the key",
		Long: `Diagnose finds out how a sender signs: the place of the signature, its encoding, its algorithm, and the string
that is signed. It prints the signature block to paste into the collector's configuration. The receiver's own
code has verified every given request with this block.

It needs the key (the public half of a key pair, or the shared secret) and captured requests. A capture is a
request as it was sent. The collector writes captures with this setting:

  signature:
    capture_rejected: {directory: /var/lib/cxone/captures, max_files: 5, from: [203.0.113.0/24]}

Use two captures or more, with different times and bodies, and from both callbacks: one capture does not show
which parts are constant. Also give CONSUMER ID, KEY VERSION and SIGNATURE URL of the vendor's form. A sender can
sign these without sending them.

The known schemes are tried first. Then come strings of the method, the URL, headers, parameters, the body and
its hashes, the usual ones first. An RSA signature is opened with the public key, which shows at once whether the
key is wrong.

Captures hold secrets and personal data. Nothing is sent anywhere. Delete the captures afterwards.

Exit status: 0 found; 1 not found; 2 it could not run.`,
		Example: `  cxonectl diagnose captures/rejected-*.http --public-key-file v1.pub.pem
  cxonectl diagnose --capture a.http --secret-file v1.secret --signature-url https://gateway.example.com/cxone
  cxonectl diagnose --capture a.http --public-key-file v1.pub.pem --consumer-id acme --key-version 1 --timeout 10m`,
		RunE: func(command *cobra.Command, files []string) error {
			f.captures = append(f.captures, files...)
			return f.run(command.Context(), command.OutOrStdout(), command.ErrOrStderr())
		},
	}
	flags := command.Flags()
	flags.StringArrayVar(&f.captures, "capture", nil, "`file` with a captured request, as an argument is; may be repeated")
	flags.SetNormalizeFunc(shortKeyName)
	flags.StringVar(&f.publicKeyFile, "public-key-file", "", "`file` of the public key: PEM, base64 or JWK")
	flags.StringVar(&f.secretFile, "secret-file", "", "`file` of the shared secret of an HMAC")
	flags.StringVar(&f.secretEncoding, "secret-encoding", "", "raw, base64 or hex; default: all that can be")
	flags.StringVar(&f.options.ConsumerID, "consumer-id", "", "the vendor form's CONSUMER `ID`")
	flags.StringVar(&f.options.KeyVersion, "key-version", "", "the vendor form's KEY `VERSION`")
	flags.StringVar(&f.options.SignatureURL, "signature-url", "", "the vendor form's SIGNATURE `URL`")
	flags.StringVar(&f.options.ScriptURL, "script-signature-url", "", "the SIGNATURE `URL` of the script API's callback, if it has one "+
		"of its own")
	flags.BoolVar(&f.options.PlainHTTP, "http", false, "the sender's URL begins with http://, so try those first")
	flags.Uint64Var(&f.options.MaxCandidates, "max-candidates", 2_000_000_000, "stop after so many strings; 0: no bound")
	flags.DurationVar(&f.timeout, "timeout", 2*time.Minute, "stop after this time")
	f.output.register(flags, "")
	return command
}

func (f *diagnoseFlags) check() error {
	switch {
	case len(f.captures) == 0:
		return errors.New("say what to look at: the files of captured requests, two if there are two")
	case (f.publicKeyFile == "") == (f.secretFile == ""):
		return errors.New("say what the requests should verify with: --public-key-file for a key pair, or --secret-file for an HMAC")
	case f.timeout <= 0:
		return fmt.Errorf("--timeout: %s leaves no time; give one such as 2m", f.timeout)
	case f.options.SignatureURL == "" && f.options.ScriptURL != "":
		return errors.New("--script-signature-url: say the URL of the voice quality callback too, with --signature-url")
	case f.options.ScriptURL != "" && !isWholeURL(f.options.ScriptURL):
		return fmt.Errorf("--script-signature-url: %q is not a whole URL", f.options.ScriptURL)
	case f.options.SignatureURL != "":
		_, err := parseURL(f.options.SignatureURL)
		return wrap("--signature-url", err)
	default:
		return nil
	}
}

func (f *diagnoseFlags) run(ctx context.Context, out, errOut io.Writer) error {
	if err := f.check(); err != nil {
		return err
	}
	key, err := f.readKey()
	if err != nil {
		return err
	}
	captures := make([]search.Capture, len(f.captures))
	for i, file := range f.captures {
		if captures[i], _, err = readCapture(file); err != nil {
			return err
		}
	}
	meter := newMeter(errOut, 10*time.Second)
	f.options.Progress = func(p search.Progress) {
		rate := float64(p.Tried) / p.Elapsed.Seconds()
		meter.show(fmt.Sprintf("%s strings tried in %s, %s/s, cost %d",
			grouped(p.Tried), p.Elapsed.Round(time.Second), grouped(uint64(rate)), p.Level), p.Elapsed)
	}
	ctx, cancel := context.WithTimeout(ctx, f.timeout)
	defer cancel()
	result, err := search.Run(ctx, captures, key, f.options)
	meter.end()
	if err != nil {
		return err
	}
	if f.output == outputJSON {
		err = printDiagnosisJSON(out, result)
	} else {
		printDiagnosis(out, result)
	}
	if err == nil && result.Finding == nil {
		return errDiffers
	}
	return err
}

func (f *diagnoseFlags) readKey() (*search.Key, error) {
	if f.publicKeyFile != "" {
		key, err := search.PublicKey(f.publicKeyFile)
		return key, wrap("--public-key-file", err)
	}
	key, err := search.SecretFile(f.secretFile, f.secretEncoding)
	return key, wrap("--secret-file", err)
}

// shortKeyName accepts --public-key for --public-key-file.
func shortKeyName(_ *pflag.FlagSet, name string) pflag.NormalizedName {
	if name == "public-key" {
		name = "public-key-file"
	}
	return pflag.NormalizedName(name)
}

func isWholeURL(text string) bool {
	_, err := parseURL(text)
	return err == nil
}
