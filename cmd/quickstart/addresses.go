// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"

	"go.opentelemetry.io/collector/confmap"

	"github.com/cxone-otel/cxonereceiver/cmd/internal/collectorconfig"
)

// address is one that the collector listens on.
type address struct {
	hostPort string
	what     string
	key      string // in the configuration
	variable string // by which the configuration can be told another
	example  string // of a value for it
}

func (a *address) url(path string) string {
	return collectorconfig.LocalURL("http", a.hostPort) + path
}

// addresses are all that the collector listens on.
type addresses struct {
	webhooks, prometheus, health, telemetry address
	voiceURL                                string
}

// findAddresses reads the addresses from the collector's configuration.
func findAddresses(conf *confmap.Conf) (*addresses, error) {
	receiver, err := collectorconfig.FindReceiver(conf, "")
	if err != nil {
		return nil, err
	}
	text := func(key string) string {
		value, _ := conf.Get(key).(string)
		return value
	}
	a := &addresses{
		webhooks: address{
			receiver.NetAddr.Endpoint, "webhooks", "receivers::" + receiver.Name + "::endpoint", "CXONE_ENDPOINT", "localhost:9443",
		},
		prometheus: address{
			text("exporters::prometheus::endpoint"), "Prometheus metrics", "exporters::prometheus::endpoint",
			"CXONE_PROMETHEUS_ENDPOINT", "localhost:9889",
		},
		health: address{
			text("extensions::health_check::endpoint"), "health checks", "extensions::health_check::endpoint",
			"CXONE_HEALTH_ENDPOINT", "localhost:14133",
		},
		telemetry: address{
			telemetryAddress(conf), "the collector's own metrics", "service::telemetry::metrics::readers", "CXONE_TELEMETRY_PORT", "9888",
		},
		voiceURL: receiver.URL() + receiver.VoiceQuality.Get().Path,
	}
	for _, one := range a.all() {
		if one.hostPort == "" {
			return nil, fmt.Errorf("%s: the quickstart needs an address for %s there", one.key, one.what)
		}
	}
	return a, nil
}

func telemetryAddress(conf *confmap.Conf) string {
	var block struct {
		Readers []struct {
			Pull struct {
				Exporter struct {
					Prometheus struct {
						Host string `mapstructure:"host"`
						Port string `mapstructure:"port"`
					} `mapstructure:"prometheus"`
				} `mapstructure:"exporter"`
			} `mapstructure:"pull"`
		} `mapstructure:"readers"`
	}
	metrics, err := conf.Sub("service::telemetry::metrics")
	if err != nil || metrics.Unmarshal(&block, confmap.WithIgnoreUnused()) != nil || len(block.Readers) == 0 {
		return ""
	}
	p := block.Readers[0].Pull.Exporter.Prometheus
	return net.JoinHostPort(p.Host, p.Port)
}

func (a *addresses) all() []*address {
	return []*address{&a.webhooks, &a.prometheus, &a.health, &a.telemetry}
}

// checkFree says which ports are taken, before the collector stumbles over the first of them.
func (a *addresses) checkFree(ctx context.Context, config string) error {
	var taken []error
	for _, one := range a.all() {
		listener, err := new(net.ListenConfig).Listen(ctx, "tcp", one.hostPort)
		if err == nil {
			err = listener.Close()
		}
		if err != nil {
			taken = append(taken, fmt.Errorf(
				"%s, for %s, cannot be listened on (%s)\n  change %s in %s, or run with %s=%s",
				one.hostPort, one.what, reason(err), one.key, config, one.variable, one.example))
		}
	}
	return errors.Join(taken...)
}

// reason is the last part of a network error, which says what is wrong without saying again where.
func reason(err error) string {
	parts := strings.Split(err.Error(), ": ")
	return parts[len(parts)-1]
}
