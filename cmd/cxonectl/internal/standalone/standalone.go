// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

// Package standalone runs the receiver without a collector around it.
package standalone

import (
	"context"
	"errors"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/extension/extensionauth"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/pmetric"
	"go.opentelemetry.io/collector/pdata/ptrace"
	otelreceiver "go.opentelemetry.io/collector/receiver"
	metricnoop "go.opentelemetry.io/otel/metric/noop"
	tracenoop "go.opentelemetry.io/otel/trace/noop"
	"go.uber.org/zap"

	"github.com/cxone-otel/cxonereceiver/receiver"
)

// Sink receives the telemetry of deliveries. Its functions may be nil. Several goroutines call them.
type Sink struct {
	Metrics func(pmetric.Metrics)
	Traces  func(ptrace.Traces)
	Logs    func(plog.Logs)
}

// Start starts a receiver, which must be stopped. If the configuration has an authenticator of the collector, every request
// is refused, since that extension is not there.
func Start(ctx context.Context, config *receiver.Config, logger *zap.Logger, sink Sink) (stop func(context.Context) error, err error) {
	factory := receiver.NewFactory()
	settings := otelreceiver.Settings{ID: component.NewID(factory.Type()), TelemetrySettings: component.TelemetrySettings{
		Logger: logger, TracerProvider: tracenoop.NewTracerProvider(), MeterProvider: metricnoop.NewMeterProvider(),
		Resource: pcommon.NewResource(),
	}}
	metrics, metricsErr := consumer.NewMetrics(func(_ context.Context, m pmetric.Metrics) error { give(sink.Metrics, m); return nil })
	traces, tracesErr := consumer.NewTraces(func(_ context.Context, t ptrace.Traces) error { give(sink.Traces, t); return nil })
	logs, logsErr := consumer.NewLogs(func(_ context.Context, l plog.Logs) error { give(sink.Logs, l); return nil })
	if err = errors.Join(metricsErr, tracesErr, logsErr); err != nil {
		return nil, err
	}
	var signals [3]component.Component
	if signals[0], err = factory.CreateMetrics(ctx, settings, config, metrics); err != nil {
		return nil, err
	}
	if signals[1], err = factory.CreateTraces(ctx, settings, config, traces); err != nil {
		return nil, err
	}
	if signals[2], err = factory.CreateLogs(ctx, settings, config, logs); err != nil {
		return nil, err
	}
	stop = func(ctx context.Context) error {
		var errs []error
		for _, signal := range signals {
			errs = append(errs, signal.Shutdown(ctx))
		}
		return errors.Join(errs...)
	}
	for _, signal := range signals {
		if err = signal.Start(ctx, hostOf(config)); err != nil {
			return nil, errors.Join(err, stop(ctx))
		}
	}
	return stop, nil
}

func give[T any](to func(T), data T) {
	if to != nil {
		to(data)
	}
}

// host is a collector that has the receiver's authenticator.
type host map[component.ID]component.Component

// GetExtensions implements component.Host.
func (h host) GetExtensions() map[component.ID]component.Component { return h }

func hostOf(config *receiver.Config) component.Host {
	if !config.Auth.HasValue() {
		return host{}
	}
	return host{config.Auth.Get().Config.AuthenticatorID: refuseAll{}} //nolint:staticcheck // not embedded in newer releases
}

// refuseAll stands for an authenticator of the collector.
type refuseAll struct {
	component.StartFunc
	component.ShutdownFunc
}

var _ extensionauth.Server = refuseAll{}

// Authenticate implements extensionauth.Server.
func (refuseAll) Authenticate(ctx context.Context, _ map[string][]string) (context.Context, error) {
	return ctx, errors.New("nobody is let in")
}
