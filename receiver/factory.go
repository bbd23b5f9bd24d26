// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package receiver

import (
	"context"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/receiver"

	"github.com/cxone-otel/cxonereceiver/receiver/internal/metadata"
)

// NewFactory returns the factory of the receiver "cxone". The three signals of one configuration share one instance: one
// port and one lifecycle.
func NewFactory() receiver.Factory {
	return receiver.NewFactory(
		metadata.Type,
		createDefaultConfig,
		receiver.WithMetrics(createMetrics, metadata.MetricsStability),
		receiver.WithTraces(createTraces, metadata.TracesStability),
		receiver.WithLogs(createLogs, metadata.LogsStability),
	)
}

func createMetrics(_ context.Context, set receiver.Settings, cfg component.Config, next consumer.Metrics) (receiver.Metrics, error) {
	r, err := instances.get(set, cfg.(*Config))
	if err != nil {
		return nil, err
	}
	r.next.metrics = next
	return r, nil
}

func createTraces(_ context.Context, set receiver.Settings, cfg component.Config, next consumer.Traces) (receiver.Traces, error) {
	r, err := instances.get(set, cfg.(*Config))
	if err != nil {
		return nil, err
	}
	r.next.traces = next
	return r, nil
}

func createLogs(_ context.Context, set receiver.Settings, cfg component.Config, next consumer.Logs) (receiver.Logs, error) {
	r, err := instances.get(set, cfg.(*Config))
	if err != nil {
		return nil, err
	}
	r.next.logs = next
	return r, nil
}
