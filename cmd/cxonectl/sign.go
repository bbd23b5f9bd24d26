// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/cxone-otel/cxonereceiver/cmd/internal/collectorconfig"
	"github.com/cxone-otel/cxonereceiver/cmd/internal/story"
	"github.com/cxone-otel/cxonereceiver/internal/capture"
	"github.com/cxone-otel/cxonereceiver/internal/signature"
)

// signFlags are the flags of `cxonectl sign`.
type signFlags struct {
	configFlags

	signing signingFlags
	url     string
	method  string
	body    string
	at      timeFlag
	request bool
}

func newSignCommand() *cobra.Command {
	var f signFlags
	command := &cobra.Command{
		Use:   "sign",
		Short: "Sign a body, and print the headers or the whole request",
		Long: `Sign prints the headers of a signed request, one in each line, as curl -H @- reads them. When the signature is
sent in the query, the URL is printed on the standard error. With --request, sign prints the whole request, as
"cxonectl verify" and "cxonectl diagnose" read it.`,
		Example: `  cxonectl sign --config collector.yaml --private-key-file customer.key --body leg.json \
    --url https://gateway.example.com/cxone/voice-quality
  cxonectl sign --scheme github --secret-file secret --body leg.json |
    curl -H @- --data-binary @leg.json http://localhost:8443/cxone/voice-quality
  cxonectl sign --config collector.yaml --private-key-file customer.key --body - --request < leg.json > a.http`,
		Args: cobra.NoArgs,
		RunE: func(command *cobra.Command, _ []string) error {
			return f.run(command.Context(), command.OutOrStdout(), command.ErrOrStderr())
		},
	}
	flags := command.Flags()
	f.signing.register(flags)
	f.register(flags, "to read scheme and key's name from")
	flags.StringVar(&f.signing.algorithm, "algorithm", "",
		"how the key signs where --config has no signature block; default: the scheme's own; "+strings.Join(signature.Algorithms(), ", "))
	flags.StringVar(&f.url, "url", "", "`URL` that the request goes to; default: that of --config's voice quality callback")
	flags.StringVar(&f.method, "method", http.MethodPost, "the request's `method`")
	flags.StringVar(&f.body, "body", "", "`file` with the body, byte for byte as it will be sent; - is the standard input; default: no body")
	f.at.register(flags, "at", "`time` of signing, RFC 3339; default: now")
	flags.BoolVar(&f.request, "request", false, "print the whole request instead of its headers")
	return command
}

func (f *signFlags) run(ctx context.Context, out, errOut io.Writer) error {
	receiver, err := f.find(ctx)
	if err != nil {
		return err
	}
	sender, err := f.signing.newSender(receiver)
	if err != nil {
		return err
	}
	if sender == nil || sender.signers == nil {
		return errNoKey
	}
	body, err := readBody(f.body)
	if err != nil {
		return fmt.Errorf("--body: %w", err)
	}
	request, err := f.newRequest(ctx, receiver, len(body) > 0)
	if err != nil {
		return err
	}
	before := request.URL.String()
	if err = sender.signers[receiver.DataTypeAt(request.URL.Path)].Sign(request, body, f.at.or(time.Now())); err != nil {
		return err
	}
	if f.request {
		return capture.Write(out, request, body)
	}
	if after := request.URL.String(); after != before {
		fmt.Fprintf(errOut, "cxonectl: part of the signature travels in the query; send to %s\n", after)
	}
	printHeaders(out, request.Header, sender.config)
	return nil
}

func (f *signFlags) newRequest(ctx context.Context, receiver *collectorconfig.Receiver, hasBody bool) (*http.Request, error) {
	callback, _ := receiver.Callback(story.VoiceQuality)
	url := cmp.Or(f.url, receiver.URL()+callback.Path)
	if _, err := parseURL(url); err != nil {
		return nil, fmt.Errorf("--url: %w", err)
	}
	request, err := http.NewRequestWithContext(ctx, f.method, url, http.NoBody)
	if err != nil {
		return nil, fmt.Errorf("--method, --url: %w", err)
	}
	if hasBody {
		request.Header.Set("Content-Type", "application/json")
	}
	return request, nil
}

// printHeaders prints header lines with the scheme's own spelling of the names. net/http writes WM_SEC.AUTH_SIGNATURE as
// Wm_sec.auth_signature, which is the same header but may surprise a reader.
func printHeaders(out io.Writer, header http.Header, config *signature.Config) {
	spelled := map[string]string{}
	for _, l := range []signature.LocationConfig{
		config.Value.Location, config.Timestamp.Location, config.KeyVersion, config.Consumer, config.Nonce,
	} {
		spelled[http.CanonicalHeaderKey(l.Header)] = l.Header
	}
	for _, name := range slices.Sorted(maps.Keys(header)) {
		for _, value := range header[name] {
			fmt.Fprintf(out, "%s: %s\n", cmp.Or(spelled[name], name), value)
		}
	}
}

// readBody reads a file; "-" is the standard input. Without a file the body is empty.
func readBody(file string) ([]byte, error) {
	switch file {
	case "":
		return nil, nil
	case "-":
		return io.ReadAll(os.Stdin)
	default:
		return os.ReadFile(file) //nolint:gosec // the file that the user named
	}
}
