// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"text/tabwriter"

	"github.com/spf13/pflag"

	"github.com/cxone-otel/cxonereceiver/cmd/internal/collectorconfig"
	"github.com/cxone-otel/cxonereceiver/internal/signature"
)

// judgeFlags say how signatures are verified: with the collector's configuration, or with a scheme and a key.
type judgeFlags struct {
	configFlags

	scheme         string
	algorithm      string
	publicKeyFile  string
	secretFile     string
	secretEncoding string
	keyVersion     string
	consumerID     string
	signatureURL   string
}

func (f *judgeFlags) register(flags *pflag.FlagSet) {
	f.configFlags.register(flags, "whose signature block counts")
	flags.StringVar(&f.scheme, "scheme", signature.DefaultScheme,
		"the scheme where there is no --config: "+strings.Join(signature.Schemes(), ", "))
	flags.StringVar(&f.algorithm, "algorithm", "", "the key's algorithm where there is no --config; default: the scheme's "+
		"own; "+strings.Join(signature.Algorithms(), ", "))
	flags.SetNormalizeFunc(shortKeyName)
	flags.StringVar(&f.publicKeyFile, "public-key-file", "", "`file` of the public key to verify with")
	flags.StringVar(&f.secretFile, "secret-file", "", "`file` of the shared secret to verify with")
	flags.StringVar(&f.secretEncoding, "secret-encoding", "", "raw, base64 or hex; default: the scheme's own")
	flags.StringVar(&f.keyVersion, "key-version", "", "the key's `VERSION`; default: whatever the request says")
	flags.StringVar(&f.consumerID, "consumer-id", "", "the only consumer to accept, by its `ID`")
	flags.StringVar(&f.signatureURL, "signature-url", "", "the vendor form's SIGNATURE `URL`; default: what the request says")
}

func (f *judgeFlags) hasKey() bool { return f.publicKeyFile != "" || f.secretFile != "" }

// findReceiver reads the collector's configuration. Without one, the receiver has no signature block.
func (f *judgeFlags) findReceiver(ctx context.Context) (*collectorconfig.Receiver, error) {
	if f.isGiven() && f.hasKey() {
		return nil, errors.New("--config names the keys: leave --public-key-file and --secret-file out, or leave --config out")
	}
	return f.find(ctx)
}

// verifierFor makes the verifier of the callback that the request went to.
func (f *judgeFlags) verifierFor(
	receiver *collectorconfig.Receiver, request *http.Request,
) (*signature.Config, *signature.Verifier, error) {
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

// block makes a signature block of the flags. The key gets the version that the request names, unless a flag names one.
func (f *judgeFlags) block(request *http.Request) (*signature.Config, error) {
	preset, _ := signature.Preset(f.scheme)
	version := f.keyVersion
	if version == "" && preset.KeyVersion.Header != "" {
		version = request.Header.Get(preset.KeyVersion.Header)
	}
	if version == "" && preset.KeyVersion.IsSet() {
		version = "any" // the request names none; the verifier will say so
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

// printExplanation prints how the request was read. It contains the body, and is for the operator's own terminal.
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
