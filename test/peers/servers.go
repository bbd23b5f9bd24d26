// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"os"
	"runtime"
	"runtime/pprof"
	"strconv"
	"syscall"

	"github.com/open-telemetry/opentelemetry-collector-contrib/receiver/githubreceiver"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/config/confighttp"
	"go.opentelemetry.io/collector/confmap"
	"go.opentelemetry.io/collector/consumer/consumertest"
	collectorreceiver "go.opentelemetry.io/collector/receiver"
	"go.opentelemetry.io/collector/receiver/otlpreceiver"
	"go.opentelemetry.io/collector/receiver/receivertest"

	"github.com/cxone-otel/cxonereceiver/receiver"
)

// secret is the secret of deliveries, for HMAC-SHA256.
const secret = "a secret of thirty-two characters"

// servers are functions that serve on an address.
var servers = map[string]func(address string, c certificate) error{
	"net/http": func(address string, _ certificate) error {
		return serveHTTP(&http.Server{Handler: http.HandlerFunc(noContent)}, address) //nolint:gosec // on loopback, for minutes
	},
	"confighttp": func(address string, _ certificate) error {
		return serveConfigHTTP(http.HandlerFunc(noContent), address)
	},
	"floor, voice":  func(address string, _ certificate) error { return serveFloor(voice(1), address) },
	"floor, script": func(address string, _ certificate) error { return serveFloor(script(1), address) },
	"cxone":         func(address string, _ certificate) error { return startCXone(address, nil) },
	"cxone, TLS": func(address string, c certificate) error {
		return startCXone(address, map[string]any{"tls": map[string]any{"cert_file": c.certFile(), "key_file": c.keyFile()}})
	},
	"cxone, mutual TLS": func(address string, c certificate) error {
		return startCXone(address, map[string]any{"tls": map[string]any{
			"cert_file":      c.certFile(),
			"key_file":       c.keyFile(),
			"client_ca_file": c.certFile(),
		}})
	},
	"cxone, 100 keys": func(address string, _ certificate) error {
		var keys []any
		for i := range 100 {
			keys = append(keys, map[string]any{"version": strconv.Itoa(i), "secret": secret + strconv.Itoa(i)})
		}
		return startReceiver(receiver.NewFactory(), map[string]any{
			"endpoint":  address,
			"signature": map[string]any{"scheme": "github", "key_version": map[string]any{"header": "X-Key-Version"}, "keys": keys},
		})
	},
	"cxone, all attributes": func(address string, _ certificate) error {
		return startCXone(address, map[string]any{"voice_quality": map[string]any{"metric_attributes": optIn}})
	},
	"cxone, no aggregation": func(address string, _ certificate) error {
		return startCXone(address, map[string]any{"aggregation": map[string]any{"enabled": false}})
	},
	"cxone, full memory": func(address string, _ certificate) error {
		return startCXone(address, map[string]any{"replay_window": map[string]any{"size": 1000}})
	},
	"otlp": func(address string, _ certificate) error {
		return startReceiver(otlpreceiver.NewFactory(), map[string]any{"protocols": map[string]any{"http": map[string]any{"endpoint": address}}})
	},
	"github": func(address string, _ certificate) error {
		return startReceiver(githubreceiver.NewFactory(), map[string]any{
			"webhook":  map[string]any{"endpoint": address, "path": "/events", "secret": secret},
			"scrapers": map[string]any{"scraper": map[string]any{}},
		})
	},
}

// optIn are the attributes that a metric can have besides those it has by default.
var optIn = []any{
	"cxone.contact.id", "cxone.master_contact.id", "cxone.skill.id", "cxone.team.id", "cxone.agent.id", "cxone.agent.name", "cxone.poc",
	"cxone.isp", "cxone.location.country", "geo.country.iso_code", "geo.locality.name", "user_agent.os.name", "user_agent.os.version",
	"user_agent.name", "cxone.sdk.version", "cxone.agent_console.version", "cxone.call.disconnect_reason", "cxone.call.disposition",
	"cxone.sip.response_code",
}

// startCXone starts this receiver, with further settings.
func startCXone(address string, more map[string]any) error {
	settings := map[string]any{
		"endpoint": address, "signature": map[string]any{"scheme": "github", "keys": []any{map[string]any{"secret": secret}}},
	}
	maps.Copy(settings, more)
	return startReceiver(receiver.NewFactory(), settings)
}

func noContent(w http.ResponseWriter, r *http.Request) {
	_, _ = io.Copy(io.Discard, r.Body)
	w.WriteHeader(http.StatusNoContent)
}

func serveHTTP(server *http.Server, address string) error {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return err
	}
	go func() { _ = server.Serve(listener) }()
	return nil
}

// serveConfigHTTP serves with confighttp, as every receiver's HTTP server should.
func serveConfigHTTP(handler http.Handler, address string) error {
	config := confighttp.NewDefaultServerConfig()
	config.NetAddr.Endpoint = address
	host := componenttest.NewNopHost().GetExtensions()
	server, err := config.ToServer(context.Background(), host, componenttest.NewNopTelemetrySettings(), handler)
	if err != nil {
		return err
	}
	listener, err := config.ToListener(context.Background())
	if err != nil {
		return err
	}
	go func() { _ = server.Serve(listener) }()
	return nil
}

// serveFloor serves deliveries of this kind with the floor, and with consumers that do nothing.
func serveFloor(delivery request, address string) error {
	next := consumertest.NewNop()
	f, err := newFloor(context.Background(), delivery, next, next, next)
	if err != nil {
		return err
	}
	return serveConfigHTTP(f, address)
}

// startReceiver starts a receiver for all its signals, with consumers that do nothing.
func startReceiver(factory collectorreceiver.Factory, settings map[string]any) error {
	config := factory.CreateDefaultConfig()
	if err := confmap.NewFromStringMap(settings).Unmarshal(config); err != nil {
		return err
	}
	set := receivertest.NewNopSettings(factory.Type())
	ctx, next := context.Background(), consumertest.NewNop()
	var all []component.Component
	if factory.MetricsStability() != component.StabilityLevelUndefined && factory.Type().String() != "github" {
		r, err := factory.CreateMetrics(ctx, set, config, next)
		if err != nil {
			return err
		}
		all = append(all, r)
	}
	if factory.TracesStability() != component.StabilityLevelUndefined {
		r, err := factory.CreateTraces(ctx, set, config, next)
		if err != nil {
			return err
		}
		all = append(all, r)
	}
	if factory.LogsStability() != component.StabilityLevelUndefined {
		r, err := factory.CreateLogs(ctx, set, config, next)
		if err != nil {
			return err
		}
		all = append(all, r)
	}
	for _, r := range all {
		if err := r.Start(ctx, componenttest.NewNopHost()); err != nil {
			return err
		}
	}
	return nil
}

// runServer starts a server. For each line of its standard input it prints the CPU time in microseconds and the allocations
// of this process so far. It ends with its input.
func runServer(name string, c certificate, profile string) error {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	address := listener.Addr().String()
	_ = listener.Close()
	if err = servers[name](address, c); err != nil {
		return err
	}
	if profile != "" {
		file, err := os.Create(profile) //nolint:gosec // where the user wants it
		if err != nil {
			return err
		}
		if err = pprof.StartCPUProfile(file); err != nil {
			return err
		}
		defer pprof.StopCPUProfile()
	}
	fmt.Println(address)
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		var usage syscall.Rusage
		if err = syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
			return err
		}
		var memory runtime.MemStats
		runtime.ReadMemStats(&memory)
		micros := (usage.Utime.Sec+usage.Stime.Sec)*1e6 + int64(usage.Utime.Usec) + int64(usage.Stime.Usec)
		fmt.Println(micros, memory.Mallocs)
	}
	return nil
}
