// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/cxone-otel/cxonereceiver/cmd/internal/collectorconfig"
	"github.com/cxone-otel/cxonereceiver/internal/capture"
	"github.com/cxone-otel/cxonereceiver/internal/signature"
)

// verifyFlags are what `cxonectl verify` is told.
type verifyFlags struct {
	configFlags

	captures       []string
	scheme         string
	algorithm      string
	publicKeyFile  string
	secretFile     string
	secretEncoding string
	keyVersion     string
	consumerID     string
	signatureURL   string
	at             timeFlag
}

func newVerifyCommand() *cobra.Command {
	var f verifyFlags
	command := &cobra.Command{
		Use:   "verify CAPTURE...",
		Short: "Check a captured request, and show the string that its signature should be over",
		Long: `Verify judges captured requests as the receiver would, says which check fails, and shows the string that
the signature was held against: lines of it, quoted, so that every blank and line end can be seen.

A capture is a request as it travels: request line, header lines, an empty line, the body. The collector
writes such files (signature::capture_rejected), "cxonectl sign --request" prints one. They hold secrets.

How old a request may be counts from --at, else from the file's own time, which is when it was captured.

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
	f.register(flags, "whose signature block counts")
	flags.StringVar(&f.scheme, "scheme", signature.DefaultScheme, "the scheme where there is no --config: "+strings.Join(signature.Schemes(), ", "))
	flags.StringVar(&f.algorithm, "algorithm", "", "the key's algorithm where there is no --config; default: the scheme's own; "+strings.Join(signature.Algorithms(), ", "))
	flags.SetNormalizeFunc(shortKeyName)
	flags.StringVar(&f.publicKeyFile, "public-key-file", "", "`file` of the public key to verify with")
	flags.StringVar(&f.secretFile, "secret-file", "", "`file` of the shared secret to verify with")
	flags.StringVar(&f.secretEncoding, "secret-encoding", "", "raw, base64 or hex; default: the scheme's own")
	flags.StringVar(&f.keyVersion, "key-version", "", "the key's `VERSION`; default: whatever the request says")
	flags.StringVar(&f.consumerID, "consumer-id", "", "the only consumer to accept, by its `ID`")
	flags.StringVar(&f.signatureURL, "signature-url", "", "the vendor form's SIGNATURE `URL`; default: what the request says")
	f.at.register(flags, "at", "`time`, RFC 3339, at which to judge; default: the file's time")
	return command
}

func (f *verifyFlags) run(ctx context.Context, out io.Writer) error {
	if len(f.captures) == 0 {
		return errors.New("say what to verify: the files of captured requests")
	}
	receiver, err := f.findReceiver(ctx)
	if err != nil {
		return err
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

// findReceiver reads the collector's configuration; without one the receiver has no signature block.
func (f *verifyFlags) findReceiver(ctx context.Context) (*collectorconfig.Receiver, error) {
	switch hasKey := f.publicKeyFile != "" || f.secretFile != ""; {
	case !f.isGiven() && !hasKey:
		return nil, errors.New("say what to verify with: --config with the collector's configuration, or --public-key-file or --secret-file with --scheme")
	case f.isGiven() && hasKey:
		return nil, errors.New("--config names the keys: leave --public-key-file and --secret-file out, or leave --config out")
	}
	receiver, err := f.find(ctx)
	if err == nil && f.isGiven() && !receiver.Signature.HasValue() {
		err = fmt.Errorf("receivers::%s has no signature block to verify by", receiver.Name)
	}
	return receiver, err
}

// judge verifies one capture and prints what there is to say of it.
func (f *verifyFlags) judge(out io.Writer, receiver *collectorconfig.Receiver, file string) (authentic bool, err error) {
	request, body, captured, err := readCapture(file)
	if err != nil {
		return false, err
	}
	at := f.at.or(captured)
	config, verifier, err := f.verifierFor(receiver, request)
	if err != nil {
		return false, err
	}
	e := verifier.ExplainToOperator(request, body, at)
	printVerdict(out, file, &e)
	if signed, err := signature.ParseTime(e.Timestamp, config.Timestamp.Unit); err == nil && isAboutTime(e.Refusal) {
		if verifier.ExplainToOperator(request, body, signed).Refusal == nil {
			fmt.Fprintf(out, "  Its time apart, it is authentic. It was judged as of %s; --at says another time.\n", at.UTC().Format(time.RFC3339))
		}
	}
	printExplanation(out, config, &e)
	return e.Refusal == nil, nil
}

// readCapture reads a file, and when it was written.
func readCapture(file string) (*http.Request, []byte, time.Time, error) {
	text, err := os.Open(file) //nolint:gosec // the file that the user named
	if err != nil {
		return nil, nil, time.Time{}, fmt.Errorf("captured request: %w", err)
	}
	defer text.Close()
	info, err := text.Stat()
	if err != nil {
		return nil, nil, time.Time{}, fmt.Errorf("captured request: %w", err)
	}
	request, body, err := capture.Read(text)
	if err != nil {
		return nil, nil, time.Time{}, fmt.Errorf("captured request: %s: %w", file, err)
	}
	return request, body, info.ModTime(), nil
}

// verifierFor makes the verifier of the callback that the request went to.
func (f *verifyFlags) verifierFor(receiver *collectorconfig.Receiver, request *http.Request) (*signature.Config, *signature.Verifier, error) {
	config, where := receiver.Scheme(), "receivers::"+receiver.Name+"::signature"
	if config == nil {
		var err error
		if config, err = f.block(request); err == nil {
			err = wrap("--scheme", config.Validate())
		}
		if err != nil {
			return nil, nil, err
		}
		where = "--scheme"
	}
	keyring, err := signature.NewKeyring(config, signature.KeyringOptions{})
	if err == nil {
		err = keyring.Load()
	}
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", where, err)
	}
	verifier, err := signature.NewVerifier(config, keyring, signatureCallback(receiver, receiver.DataTypeAt(request.URL.Path)))
	return config, verifier, err
}

// block is a signature block of the flags. The key takes the version that the request names, unless a flag says which.
func (f *verifyFlags) block(request *http.Request) (*signature.Config, error) {
	preset, _ := signature.Preset(f.scheme)
	version := f.keyVersion
	if version == "" && preset.KeyVersion.Header != "" {
		version = request.Header.Get(preset.KeyVersion.Header)
	}
	if version == "" && preset.KeyVersion.IsSet() {
		version = "any" // the request names none, which the verifier then says
	}
	return signatureBlock(map[string]any{
		"scheme":      f.scheme,
		"url":         f.signatureURL,
		"consumer_id": f.consumerID,
		"keys": []any{map[string]any{
			"version": version, "algorithm": f.algorithm, "public_key_file": f.publicKeyFile,
			"secret_file": f.secretFile, "secret_encoding": f.secretEncoding,
		}},
	})
}

func isAboutTime(refusal error) bool {
	var e *signature.Error
	return errors.As(refusal, &e) && (e.Reason == signature.ReasonStale || e.Reason == signature.ReasonFuture)
}

func printVerdict(out io.Writer, file string, e *signature.Explanation) {
	if e.Refusal == nil {
		fmt.Fprintf(out, "%s: authentic\n", file)
		return
	}
	fmt.Fprintf(out, "%s: refused: %v\n", file, e.Refusal)
	var refusal *signature.Error
	if errors.As(e.Refusal, &refusal) && refusal.Hint() != "" {
		fmt.Fprintf(out, "  %s\n", refusal.Hint())
	}
}

// printExplanation shows how the request was read. It goes to the operator's own terminal, and holds the body.
func printExplanation(out io.Writer, config *signature.Config, e *signature.Explanation) {
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintf(table, "  scheme\t%s\n", signature.Describe(config))
	for _, part := range []struct{ name, value string }{
		{"consumer", e.Consumer}, {"key version", e.KeyVersion}, {"timestamp", e.Timestamp}, {"nonce", e.Nonce},
	} {
		if part.value != "" {
			fmt.Fprintf(table, "  %s\t%s\n", part.name, strconv.Quote(part.value))
		}
	}
	for _, length := range e.Signatures {
		fmt.Fprintf(table, "  signature\t%d bytes\n", length)
	}
	_ = table.Flush() // the error is the writer's, and the next line's too
	if len(e.SignedString) > 0 {
		fmt.Fprintf(out, "  signed string, %d bytes:\n", len(e.SignedString))
		printSigned(out, string(e.SignedString))
	}
}

// printSigned prints a string line by line, quoted.
func printSigned(out io.Writer, text string) {
	for line := range strings.SplitAfterSeq(text, "\n") {
		if line != "" {
			fmt.Fprintf(out, "    %s\n", strconv.Quote(line))
		}
	}
}
