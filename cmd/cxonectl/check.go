// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"fmt"
	"io"
	"net/url"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/cxone-otel/cxonereceiver/cmd/cxonectl/internal/check"
	"github.com/cxone-otel/cxonereceiver/cmd/cxonectl/internal/delivery"
	"github.com/cxone-otel/cxonereceiver/cmd/internal/story"
)

// checkFlags are the flags of `cxonectl check`.
type checkFlags struct {
	targetFlags

	output outputFlag
}

func newCheckCommand() *cobra.Command {
	var f checkFlags
	command := &cobra.Command{
		Use:   "check [URL...]",
		Short: "See a callback's URL as the vendor's server would meet it, or what a configuration names",
		Long: `With a URL, check connects to a callback as the vendor's server would. It looks at the name, the connection, the
TLS chain and its dates, the client certificate that is asked for, and the answers of the exact path. It also
tests whether proxies let headers and large bodies through. It prints one line for each, with what to do.

With --config and the sender's key, it also sends a signed probe, which tests the key and the scheme. It sends
nothing signed to a server whose certificate it cannot verify. With --endpoint instead of a URL, it looks at the
callbacks of --config at that endpoint.

With --config alone, it reads the files that the collector's own "validate" does not read: keys and secrets,
certificates and their chain, authorities and revocation lists, and the directory of captures. It starts the
receiver on an unused port, without the rest of the collector, and prints the values for the vendor's form.

Nothing is delivered: the probes hold {}, which every callback refuses. They appear in the receiver's log and in
its counters of refused deliveries. Run the command outside your own network too.

Exit status: 0 nothing failed; 1 something failed; 2 it could not run.`,
		Example: `  cxonectl check https://hooks.example.org:8443/cxone/voice-quality
  cxonectl check --config collector.yaml
  cxonectl check --config collector.yaml --endpoint https://hooks.example.org:8443 --private-key-file v1.key.pem
  cxonectl check https://hooks.example.org/cxone/script-api --ca-file ca.crt --cert-file client.crt --key-file client.key`,
		RunE: func(command *cobra.Command, urls []string) error {
			return f.run(command.Context(), command.OutOrStdout(), urls)
		},
	}
	flags := command.Flags()
	f.register(flags)
	flags.Lookup("timeout").DefValue = "10s"
	f.timeout = 10 * time.Second
	f.output.register(flags, "")
	return command
}

func (f *checkFlags) run(ctx context.Context, out io.Writer, urls []string) error {
	report := checkReport{out: out, json: f.output == outputJSON, counts: map[check.Level]int{}}
	if f.isGiven() && len(urls) == 0 && f.endpoint == "" {
		return f.files(ctx, &report)
	}
	for _, text := range urls {
		u, err := parseCallbackURL(text)
		if err != nil {
			return err
		}
		f.endpoint = u.Scheme + "://" + u.Host // the URLs say where; the configuration says the rest
	}
	t, err := f.open(ctx)
	if err != nil {
		return err
	}
	if len(urls) == 0 {
		for _, dataType := range []story.DataType{story.VoiceQuality, story.ScriptAPI} {
			if to, ok := t.urls[dataType]; ok {
				urls = append(urls, to)
			}
		}
	}
	for _, each := range urls {
		endpoint, err := f.endpointOf(each, t)
		if err != nil {
			return err
		}
		report.begin(checked{URL: each}, each)
		check.Run(ctx, endpoint, report.add)
	}
	return report.end()
}

// files checks the files that the configuration names.
func (f *checkFlags) files(ctx context.Context, report *checkReport) error {
	receiver, err := f.find(ctx)
	if err != nil {
		return err
	}
	config, err := f.tls.Config()
	if err != nil {
		return err
	}
	name := strings.Join(f.config, ", ") + ": receivers::" + receiver.Name
	report.begin(checked{Config: f.config, Receiver: receiver.Name}, name)
	report.form(check.Files(ctx, receiver.Config, config.RootCAs, report.add))
	return report.end()
}

// checkReport prints findings: as text line by line, or as JSON in one document at the end.
type checkReport struct {
	out    io.Writer
	json   bool
	counts map[check.Level]int
	all    []checked
}

// checked is one URL, or one configuration, and its findings, as --output json prints them.
type checked struct {
	URL      string          `json:"url,omitempty"`
	Config   []string        `json:"config,omitempty"`
	Receiver string          `json:"receiver,omitempty"`
	Findings []check.Finding `json:"findings"`
	// Form has the fields of the vendor's form, for each callback.
	Form []check.Form `json:"form,omitempty"`
}

func (r *checkReport) begin(what checked, title string) {
	r.all = append(r.all, what)
	if !r.json {
		fmt.Fprintln(r.out, title)
	}
}

// form prints the fields of the vendor's form.
func (r *checkReport) form(forms []check.Form) {
	r.all[len(r.all)-1].Form = forms
	if r.json {
		return
	}
	for _, form := range forms {
		printForm(r.out, form)
	}
}

func (r *checkReport) add(finding check.Finding) {
	r.counts[finding.Level]++
	last := &r.all[len(r.all)-1]
	last.Findings = append(last.Findings, finding)
	if r.json {
		return
	}
	fmt.Fprintf(r.out, "  %-4s  %-18s  %s\n", finding.Level, finding.What, finding.Text)
	if finding.Remedy != "" {
		fmt.Fprintf(r.out, "%28s%s\n", "-> ", finding.Remedy)
	}
}

func (r *checkReport) end() error {
	var err error
	if r.json {
		err = printJSON(r.out, r.all)
	} else {
		_, err = fmt.Fprintf(r.out, "\n%d ok, %s, %d failed\n", r.counts[check.OK], plural(r.counts[check.Warn], "warning", "warnings"),
			r.counts[check.Fail])
	}
	if err == nil && r.counts[check.Fail] > 0 {
		err = errDiffers
	}
	return err
}

// endpointOf prepares a URL to be checked. Its probes are signed for the callback with its path.
func (f *checkFlags) endpointOf(text string, t *target) (*check.Endpoint, error) {
	u, err := parseCallbackURL(text)
	if err != nil {
		return nil, err
	}
	config, err := f.tls.Config()
	if err != nil {
		return nil, err
	}
	endpoint := &check.Endpoint{URL: u, TLS: config, Timeout: f.timeout, BodyBytes: min(7<<20, t.receiver.MaxRequestBodySize)}
	if t.sender != nil && t.sender.signers != nil {
		var sign delivery.Sign
		if sign, err = t.sender.sign(&story.Delivery{Callback: t.receiver.DataTypeAt(u.Path)}); err != nil {
			return nil, err
		}
		endpoint.Sign = sign
	}
	return endpoint, nil
}

func parseCallbackURL(text string) (*url.URL, error) {
	u, err := parseURL(text)
	if err != nil {
		return nil, fmt.Errorf("%w: give the callback's URL as it stands in the vendor's form", err)
	}
	if strings.Trim(u.Path, "/") == "" {
		return nil, fmt.Errorf("%q has no path: give the callback's whole URL, such as %s/cxone/voice-quality", text,
			strings.TrimSuffix(text, "/"))
	}
	return u, nil
}
