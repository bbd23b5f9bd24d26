// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"

	"github.com/cxone-otel/cxonereceiver/cmd/cxonectl/internal/check"
	"github.com/cxone-otel/cxonereceiver/cmd/cxonectl/internal/keygen"
)

// underReceiver is how far a receiver's keys are indented in a configuration.
const underReceiver = "    "

// indented puts an indentation before every line of a YAML block.
func indented(block, by string) string {
	return by + strings.ReplaceAll(strings.TrimSuffix(block, "\n"), "\n", "\n"+by) + "\n"
}

// printBlock prints keys that belong under receivers::cxone, indented to be pasted.
func printBlock(out io.Writer, block string) {
	fmt.Fprintf(out, "\nInto the collector's configuration, under receivers::cxone, as it is indented here:\n\n%s",
		indented(block, underReceiver))
}

// printForm prints what belongs in the vendor's form.
func printForm(out io.Writer, form check.Form) {
	fmt.Fprintf(out, "\nInto the vendor's form:\n\n")
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	for _, field := range form {
		fmt.Fprintf(table, "  %s\t%s\n", field.Name, field.Value)
	}
	_ = table.Flush() // the error is the writer's, and the next line's too
}

// wholeConfiguration is one that the collector starts with, for a first try on this machine.
func wholeConfiguration(file, made, block string) string {
	return fmt.Sprintf(`# Made by %s. To start it: otelcol-cxone --config %s
receivers:
  cxone:
    endpoint: localhost:8443 # 0.0.0.0:8443 once all is proven on this machine; without a tls block only behind a proxy that ends TLS
%sexporters:
  debug: # or otlp, kafka, ...: examples/ has the usual backends
service:
  pipelines:
    metrics: {receivers: [cxone], exporters: [debug]}
    traces: {receivers: [cxone], exporters: [debug]}
    logs: {receivers: [cxone], exporters: [debug]}
`, made, file, indented(block, underReceiver))
}

// writeConfiguration writes a whole configuration to a new file.
func writeConfiguration(out io.Writer, file, made, block string) error {
	if err := keygen.WriteNew(file, []byte(wholeConfiguration(file, made, block)), 0o644); err != nil {
		return fmt.Errorf("--write: %w", err)
	}
	fmt.Fprintf(out, "\nA configuration with it is in %s: otelcol-cxone --config %s\n", file, file)
	return nil
}

// checkWrite makes sure that --write will not fail after the keys are made.
func checkWrite(file string) error {
	if file == "" {
		return nil
	}
	if _, err := os.Lstat(file); err == nil {
		return fmt.Errorf("--write: %s is there already, and nothing is overwritten: name another file, or leave --write out and paste what "+
			"is printed", file)
	}
	return nil
}

func printFiles(out io.Writer, directory string, files []keygen.File) {
	fmt.Fprintf(out, "Made in %s:\n\n", directory)
	for _, file := range files {
		who := "anyone may read it"
		if file.Private {
			who = "secret: for its owner only"
		}
		fmt.Fprintf(out, "  %-12s %s\n", file.Name, who)
	}
}
