// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"github.com/cxone-otel/cxonereceiver/cmd/internal/demo"
	"github.com/cxone-otel/cxonereceiver/cmd/internal/process"
)

// scrapeInterval is how often the collector is scraped.
const scrapeInterval = 5 * time.Second

// startMetrics starts a VictoriaMetrics that scrapes the collector.
func startMetrics(ctx context.Context, s settings, d *demo.Demo) (*process.Process, string, error) {
	address, err := process.FreeAddress(ctx)
	if err != nil {
		return nil, "", err
	}
	scrape := fmt.Sprintf("global: {scrape_interval: %s, scrape_timeout: 4s}\nscrape_configs:\n- {job_name: cxone, static_configs: "+
		"[{targets: [%q, %q]}]}\n", scrapeInterval, hostOf(d.Calls), hostOf(d.Own))
	config := filepath.Join(d.Directory, "scrape.yaml")
	if err = os.WriteFile(config, []byte(scrape), 0o600); err != nil {
		return nil, "", err
	}
	victoria, err := startVictoria(ctx, d, "VictoriaMetrics", s.metrics, address, "-promscrape.config="+config,
		"-search.latencyOffset=1s")
	return victoria, address, err
}

// startLogs starts the VictoriaLogs that logsTo sends to.
func startLogs(ctx context.Context, s settings, d *demo.Demo, address string) (*process.Process, error) {
	return startVictoria(ctx, d, "VictoriaLogs", s.logs, address)
}

// logsTo is the configuration with which a collector sends its log records to a VictoriaLogs, and nowhere else.
func logsTo(address string) string {
	return "yaml:{exporters: {otlp_http/logs: {logs_endpoint: \"http://" + address + "/insert/opentelemetry/v1/logs\"}}, " +
		"service: {pipelines: {logs: {exporters: [otlp_http/logs]}}}}"
}

// startVictoria starts one of the two, with what both have in common.
func startVictoria(ctx context.Context, d *demo.Demo, name, program, address string, args ...string) (*process.Process, error) {
	victoria, err := process.Start(name, filepath.Join(d.Directory, name+".log"), program, append(args, "-httpListenAddr="+address,
		"-storageDataPath="+filepath.Join(d.Directory, name), "-retentionPeriod=1d", "-loggerLevel=WARN", "-memory.allowedBytes=256MiB")...)
	if err != nil {
		return nil, err
	}
	if err = victoria.WaitHealthy(ctx, "http://"+address+"/health"); err != nil {
		return nil, errors.Join(err, victoria.Stop())
	}
	return victoria, nil
}

func hostOf(address string) string {
	u, _ := url.Parse(address) // one of our own
	return u.Host
}
