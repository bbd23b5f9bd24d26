// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"time"

	"github.com/spf13/pflag"

	"github.com/cxone-otel/cxonereceiver/cmd/internal/collectorconfig"
)

// configFlags name the collector's configuration, and the receiver in it.
type configFlags struct {
	config   []string
	receiver string
}

func (f *configFlags) register(flags *pflag.FlagSet, why string) {
	flags.StringArrayVar(&f.config, "config", nil, "the collector's configuration `file`, "+why+"; may be repeated")
	flags.StringVar(&f.receiver, "receiver", "", "`name` of the receiver in it, such as cxone/eu, where there are several")
}

func (f *configFlags) isGiven() bool { return len(f.config) > 0 }

// find reads the configuration. If there is none, it returns a receiver with the defaults.
func (f *configFlags) find(ctx context.Context) (*collectorconfig.Receiver, error) {
	if !f.isGiven() {
		return collectorconfig.DefaultReceiver(), nil
	}
	conf, err := collectorconfig.Load(ctx, f.config...)
	if err != nil {
		return nil, err
	}
	return collectorconfig.FindReceiver(conf, f.receiver)
}

// outputFlag is the value of --output.
type outputFlag string

const (
	outputText outputFlag = "text"
	outputJSON outputFlag = "json"
)

func (o *outputFlag) register(flags *pflag.FlagSet, what string) {
	*o = outputText
	flags.Var(o, "output", what+"text or json")
}

// Set implements pflag.Value.
func (o *outputFlag) Set(text string) error {
	switch outputFlag(text) {
	case outputText, outputJSON:
		*o = outputFlag(text)
		return nil
	default:
		return errors.New("it can be text or json")
	}
}

// String and Type implement pflag.Value.
func (o *outputFlag) String() string { return string(*o) }

// Type names the value in the usage.
func (o *outputFlag) Type() string { return "string" }

// timeFlag is a time, such as the value of --at.
type timeFlag struct{ time.Time }

func (t *timeFlag) register(flags *pflag.FlagSet, name, what string) { flags.Var(t, name, what) }

// Set implements pflag.Value.
func (t *timeFlag) Set(text string) (err error) {
	if t.Time, err = time.Parse(time.RFC3339Nano, text); err != nil {
		return errors.New("it is not a time such as 2024-03-26T13:57:41Z")
	}
	return nil
}

// String implements pflag.Value.
func (t *timeFlag) String() string {
	if t.IsZero() {
		return ""
	}
	return t.Format(time.RFC3339Nano)
}

// Type names the value in the usage.
func (t *timeFlag) Type() string { return "time" }

// or returns the time, or another one if none was given.
func (t *timeFlag) or(otherwise time.Time) time.Time {
	if t.IsZero() {
		return otherwise
	}
	return t.Time
}

// now is the current time with the precision of records, so that it can be repeated with --at.
func now() time.Time { return time.Now().UTC().Truncate(time.Millisecond) }

// parseURL reads an http or https URL with a host.
func parseURL(text string) (*url.URL, error) {
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return nil, fmt.Errorf("%q is not a whole URL such as https://gateway.example.com:8443/cxone", text)
	}
	return u, nil
}

func printJSON(out io.Writer, v any) error {
	encoder := json.NewEncoder(out)
	encoder.SetIndent("", "  ")
	encoder.SetEscapeHTML(false)
	return encoder.Encode(v)
}

func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// wrap says what an error is about. It returns nil for nil.
func wrap(what string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", what, err)
}
