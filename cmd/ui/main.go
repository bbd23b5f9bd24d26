// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

// Command ui is what `make ui` runs: it starts VictoriaMetrics, whose user interface is built in, and a collector that it
// scrapes, and plays a contact centre's rush hour into the collector as it would happen: a network gives way, an API fails,
// both recover. What is seen is what examples/prometheus.yaml exports, in the dashboards of examples/victoriametrics.
//
// All of it listens on the loopback interface only, and nothing is left behind.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/cxone-otel/cxonereceiver/cmd/internal/process"
)

// settings are the command's flags.
type settings struct {
	collector, cxonectl, victoria string
	config, dashboards            string
	listen                        string
	duration, story               time.Duration
	rate                          int
	seed                          uint64
}

func main() {
	var s settings
	flag.StringVar(&s.collector, "collector", "bin/otelcol-cxone", "the collector to start")
	flag.StringVar(&s.cxonectl, "cxonectl", "bin/cxonectl", "the command to deliver with")
	flag.StringVar(&s.victoria, "victoria-metrics", "bin/victoria-metrics", "the VictoriaMetrics to start")
	flag.StringVar(&s.config, "config", "examples/prometheus.yaml", "the collector's configuration")
	flag.StringVar(&s.dashboards, "dashboards", "examples/victoriametrics", "the directory of the dashboards")
	flag.StringVar(&s.listen, "listen", "127.0.0.1:8428", "where the dashboards are shown")
	flag.DurationVar(&s.duration, "for", 0, "when to end; 0 is at Ctrl-C")
	flag.DurationVar(&s.story, "story", 10*time.Minute, "how long the rush hour lasts; with -for, no longer than that")
	flag.IntVar(&s.rate, "rate", 20, "deliveries a second")
	flag.Uint64Var(&s.seed, "seed", 1, "number that the rush hour is made from")
	flag.Parse()

	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	err := run(ctx, s)
	interrupted := ctx.Err() != nil
	stop()
	if err != nil && (!interrupted || !errors.Is(err, context.Canceled)) {
		fmt.Fprintln(os.Stderr, "ui:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, s settings) (err error) {
	started := time.Now()
	directory, err := os.MkdirTemp("", "cxone-ui-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(directory)) }()
	if s.duration > 0 { // so that the recovery, the last quarter, is seen too
		s.story = min(s.story, max(s.duration-20*time.Second, s.duration/2))
	}
	collector, where, err := startCollector(ctx, s, directory)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, collector.Stop()) }()
	victoria, err := startVictoria(ctx, s, directory, where)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, victoria.Stop()) }()

	fmt.Printf("A rush hour plays for %s: a network gives way, then the payment API fails; both recover.\n\n", s.story)
	fmt.Printf("    dashboards  http://%s/vmui/#/dashboards?g0.range_input=15m&g0.relative_time=last_15_minutes\n", s.listen)
	fmt.Printf("    any query   http://%s/vmui/\n\n", s.listen)
	played := make(chan error, 1)
	go func() { played <- play(ctx, s, directory) }()

	var timeUp <-chan time.Time
	if s.duration > 0 {
		timeUp = time.After(s.duration - time.Since(started))
	} else {
		fmt.Println("Ctrl-C ends it.")
	}
	for {
		select {
		case err = <-played:
			if err != nil {
				return collector.Explain(err)
			}
			fmt.Println("The rush hour is over; the dashboards stay.")
		case <-timeUp:
			return s.seen(ctx)
		case <-ctx.Done():
			return nil
		case <-collector.Ended:
			return collector.Explain(errors.New("the collector ended by itself"))
		case <-victoria.Ended:
			return victoria.Explain(errors.New("VictoriaMetrics ended by itself"))
		}
	}
}

// addresses are where the collector listens: on whatever ports are free, since nobody has to know them.
type addresses struct{ webhooks, health, calls, own string }

func startCollector(ctx context.Context, s settings, directory string) (*process.Process, *addresses, error) {
	a := &addresses{}
	for _, one := range []*string{&a.webhooks, &a.health, &a.calls, &a.own} {
		var err error
		if *one, err = freeAddress(ctx); err != nil {
			return nil, nil, err
		}
	}
	_, ownPort, _ := net.SplitHostPort(a.own)
	for name, value := range map[string]string{
		"CXONE_KEYS": directory, "CXONE_OUTPUT": directory, "CXONE_ENDPOINT": a.webhooks, "CXONE_HEALTH_ENDPOINT": a.health,
		"CXONE_PROMETHEUS_ENDPOINT": a.calls, "CXONE_TELEMETRY_PORT": ownPort,
	} {
		if err := os.Setenv(name, value); err != nil { // read by the configuration, in the collector and in cxonectl
			return nil, nil, err
		}
	}
	keygen := exec.CommandContext(ctx, s.cxonectl, "keygen", "signature", "--out", directory) //nolint:gosec // what the user asked for
	if out, err := keygen.CombinedOutput(); err != nil {
		return nil, nil, fmt.Errorf("make a key pair: %w\n%s", err, out)
	}
	collector, err := process.Start("the collector", filepath.Join(directory, "collector.log"), s.collector, "--config", s.config)
	if err != nil {
		return nil, nil, err
	}
	if err = collector.WaitHealthy(ctx, "http://"+a.health+"/"); err != nil {
		return nil, nil, errors.Join(err, collector.Stop())
	}
	return collector, a, nil
}

func freeAddress(ctx context.Context) (string, error) {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", "localhost:0")
	if err != nil {
		return "", err
	}
	_, port, err := net.SplitHostPort(listener.Addr().String())
	return net.JoinHostPort("localhost", port), errors.Join(err, listener.Close())
}

func startVictoria(ctx context.Context, s settings, directory string, where *addresses) (*process.Process, error) {
	if listener, err := new(net.ListenConfig).Listen(ctx, "tcp", s.listen); err != nil {
		return nil, fmt.Errorf("%s cannot be listened on: %w; choose another with -listen, or make ui LISTEN=127.0.0.1:8429", s.listen, err)
	} else if err = listener.Close(); err != nil {
		return nil, err
	}
	scrape := fmt.Sprintf("global: {scrape_interval: 5s, scrape_timeout: 4s}\nscrape_configs:\n- {job_name: cxone, static_configs: [{targets: [%q, %q]}]}\n", where.calls, where.own)
	config := filepath.Join(directory, "scrape.yaml")
	if err := os.WriteFile(config, []byte(scrape), 0o600); err != nil {
		return nil, err
	}
	victoria, err := process.Start("VictoriaMetrics", filepath.Join(directory, "victoriametrics.log"), s.victoria,
		"-httpListenAddr="+s.listen, "-storageDataPath="+filepath.Join(directory, "data"), "-promscrape.config="+config,
		"-vmui.customDashboardsPath="+s.dashboards, "-search.latencyOffset=1s", "-retentionPeriod=1d", "-loggerLevel=WARN", "-memory.allowedBytes=256MiB")
	if err != nil {
		return nil, err
	}
	if err = victoria.WaitHealthy(ctx, "http://"+s.listen+"/health"); err != nil {
		return nil, errors.Join(err, victoria.Stop())
	}
	return victoria, nil
}

// play delivers the rush hour.
func play(ctx context.Context, s settings, directory string) error {
	load := exec.CommandContext(ctx, s.cxonectl, "load", "--scenario", "rush-hour", "--duration", s.story.String(), //nolint:gosec // what the user asked for
		"--rate", strconv.Itoa(s.rate), "--seed", strconv.FormatUint(s.seed, 10), "--invalid-ratio", "0.01", "--duplicate-ratio", "0.005", "--progress", "1h",
		"--config", s.config, "--private-key-file", filepath.Join(directory, "v1.key.pem"), "--consumer-id", "ui")
	load.Cancel = func() error { return load.Process.Signal(os.Interrupt) }
	load.WaitDelay = 5 * time.Second
	if out, err := load.CombinedOutput(); err != nil && ctx.Err() == nil {
		return fmt.Errorf("deliver the rush hour: %w\n%s", err, out)
	}
	return nil
}

// seen checks that there was something to see.
func (s *settings) seen(ctx context.Context) error {
	for _, one := range [][2]string{
		{"accepted deliveries", `sum(otelcol_receiver_cxone_deliveries{outcome="accepted"})`},
		{"calls", "sum(cxone_calls_total)"},
		{"calls with a MOS of 3.6 or less", `sum(cxone_call_mos_distribution_bucket{le="3.6"})`},
		{"API calls", "sum(cxone_api_calls_total)"},
		{"API calls that failed", `sum(cxone_api_calls_total{status_code="STATUS_CODE_ERROR"})`},
	} {
		what, query := one[0], one[1]
		var answer struct {
			Data struct {
				Result []struct{ Value [2]any }
			}
		}
		err := process.Get(ctx, "http://"+s.listen+"/api/v1/query?query="+url.QueryEscape(query), func(response *http.Response) error {
			return json.NewDecoder(response.Body).Decode(&answer)
		})
		if err != nil {
			return fmt.Errorf("ask VictoriaMetrics: %w", err)
		}
		if len(answer.Data.Result) != 1 {
			return fmt.Errorf("there were no %s to see: %s has no value", what, query)
		}
		fmt.Printf("    %8s %s\n", strings.TrimSpace(fmt.Sprint(answer.Data.Result[0].Value[1])), what)
	}
	return nil
}
