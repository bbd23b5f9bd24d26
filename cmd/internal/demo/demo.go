// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

// Package demo runs a collector for a demonstration: on free ports of the loopback interface, with keys made for this run,
// and in a temporary directory that is removed at the end.
package demo

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/cxone-otel/cxonereceiver/cmd/internal/collectorconfig"
	"github.com/cxone-otel/cxonereceiver/cmd/internal/process"
)

// Settings are the flags that every demonstration has.
type Settings struct {
	// Collector and Ctl are the two programs. Config is the collector's configuration.
	Collector, Ctl, Config string
	// Further are configurations that are merged into Config, as with the collector's --config; not a flag. They do not
	// change the receiver.
	Further []string
	// For is how long the demonstration lasts; 0 means until it is interrupted.
	For time.Duration
}

// Register adds the flags. The configuration is the default one.
func (s *Settings) Register(config string) {
	flag.StringVar(&s.Collector, "collector", "bin/otelcol-cxone", "the collector to start")
	flag.StringVar(&s.Ctl, "cxonectl", "bin/cxonectl", "the command to deliver with")
	flag.StringVar(&s.Config, "config", config, "the collector's configuration; its ${env:CXONE_...} are set")
	flag.DurationVar(&s.For, "for", 0, "when to end; 0 is at Ctrl-C")
}

// Main runs a demonstration until it ends or is interrupted. If it fails, it ends the program.
func Main(name string, run func(context.Context) error) {
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	err := run(ctx)
	stop()
	if errors.Is(err, context.Canceled) {
		err = errors.New("interrupted before everything was shown; nothing is left behind")
	}
	if err != nil {
		fmt.Fprintf(os.Stderr, "%s: %v\n", name, err)
		os.Exit(1)
	}
}

// Demo is a running collector.
type Demo struct {
	// Directory holds the files of the demonstration: keys, logs, and those of the collector's file exporters.
	Directory string
	// PrivateKey is the file of the key that deliveries are signed with.
	PrivateKey string
	// Collector is the process.
	Collector *process.Process
	// Receiver is its cxone receiver.
	Receiver *collectorconfig.Receiver
	// Calls and Own are the URLs at which the metrics of the calls, and those of the collector itself, are scraped.
	Calls, Own string

	settings Settings
	health   string
}

// Start makes keys and starts the collector. Stop must be called.
func Start(ctx context.Context, s Settings) (*Demo, error) {
	directory, err := os.MkdirTemp("", "cxone-demo-")
	if err != nil {
		return nil, err
	}
	d := &Demo{Directory: directory, PrivateKey: filepath.Join(directory, "v1.key.pem"), settings: s}
	if err = d.start(ctx); err != nil {
		return nil, errors.Join(err, d.Stop())
	}
	return d, nil
}

func (d *Demo) start(ctx context.Context) error {
	if err := d.choosePorts(ctx); err != nil {
		return err
	}
	conf, err := collectorconfig.Load(ctx, d.settings.Config)
	if err != nil {
		return err
	}
	if d.Receiver, err = collectorconfig.FindReceiver(conf, ""); err != nil {
		return fmt.Errorf("%s: %w", d.settings.Config, err)
	}
	if _, err = d.Ctl(ctx, "keygen", "signature", "--out", d.Directory); err != nil {
		return err
	}
	args := []string{"--config", d.settings.Config}
	for _, further := range d.settings.Further {
		args = append(args, "--config", further)
	}
	if d.Collector, err = process.Start("the collector", filepath.Join(d.Directory, "collector.log"), d.settings.Collector,
		args...); err != nil {
		return err
	}
	return d.Collector.WaitHealthy(ctx, d.health)
}

// choosePorts finds free ports, and sets them for the configuration, here and in the programs that are started.
func (d *Demo) choosePorts(ctx context.Context) error {
	var addresses [4]string
	for i := range addresses {
		var err error
		if addresses[i], err = process.FreeAddress(ctx); err != nil {
			return err
		}
	}
	webhooks, health, calls, own := addresses[0], addresses[1], addresses[2], addresses[3]
	_, ownPort, _ := net.SplitHostPort(own)
	d.health, d.Calls, d.Own = "http://"+health+"/", "http://"+calls+"/metrics", "http://"+own+"/metrics"
	for name, value := range map[string]string{
		"CXONE_ENDPOINT": webhooks, "CXONE_HEALTH_ENDPOINT": health, "CXONE_PROMETHEUS_ENDPOINT": calls, "CXONE_TELEMETRY_PORT": ownPort,
		"CXONE_OUTPUT": d.Directory, "CXONE_KEYS": d.Directory, "CXONE_PUBLIC_KEY_FILE": filepath.Join(d.Directory, "v1.pub.pem"),
	} {
		if err := os.Setenv(name, value); err != nil {
			return err
		}
	}
	return nil
}

// Ctl runs the operator's command, and returns its output. A `send` that gets an unexpected answer fails, but its report is
// returned too.
func (d *Demo) Ctl(ctx context.Context, args ...string) ([]byte, error) {
	command := exec.CommandContext(ctx, d.settings.Ctl, args...) //nolint:gosec // what the user asked for
	command.Cancel = func() error { return command.Process.Signal(os.Interrupt) }
	command.WaitDelay = 5 * time.Second
	var errOut strings.Builder
	command.Stderr = &errOut
	out, err := command.Output()
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case err != nil:
		return out, fmt.Errorf("run %s %s: %w\n%s", d.settings.Ctl, args[0], err, cmp.Or(strings.TrimSpace(errOut.String()), string(out)))
	default:
		return out, nil
	}
}

// Deliver runs the operator's command to deliver something to the collector.
func (d *Demo) Deliver(ctx context.Context, args ...string) ([]byte, error) {
	return d.Ctl(ctx, append(args, "--config", d.settings.Config, "--private-key-file", d.PrivateKey)...)
}

// Serve waits until it is time to end, or a process ends by itself.
func (d *Demo) Serve(ctx context.Context, others ...*process.Process) error {
	var timeUp <-chan time.Time
	if d.settings.For > 0 {
		timeUp = time.After(d.Left())
	}
	ended := make(chan *process.Process, 1+len(others))
	for _, each := range append(others, d.Collector) {
		go func() { <-each.Ended; ended <- each }()
	}
	select {
	case <-timeUp:
		return nil
	case <-ctx.Done():
		return nil
	case one := <-ended:
		return one.Explain(fmt.Errorf("%s ended by itself", one.Name))
	}
}

// Left is how long the demonstration still lasts.
func (d *Demo) Left() time.Duration { return max(0, d.settings.For-d.Collector.Age()) }

// Stop ends the collector, and removes the directory.
func (d *Demo) Stop() error {
	var err error
	if d.Collector != nil {
		err = d.Collector.Stop()
	}
	return errors.Join(err, os.RemoveAll(d.Directory))
}
