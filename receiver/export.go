// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package receiver

import (
	"context"

	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/receiver/receiverhelper"
	"go.uber.org/zap"

	"github.com/cxone-otel/cxonereceiver/receiver/internal/translate"
)

// consumers are the next components of the signals; nil where a signal has no pipeline.
type consumers struct {
	metrics consumer.Metrics
	traces  consumer.Traces
	logs    consumer.Logs
}

// exporter hands the telemetry of a delivery to the pipelines.
type exporter struct {
	next      consumers
	status    *statusReporter
	logger    *zap.Logger
	obsreport *receiverhelper.ObsReport
}

func newExporter(r *cxoneReceiver, logger *zap.Logger) (*exporter, error) {
	obsreport, err := receiverhelper.NewObsReport(receiverhelper.ObsReportSettings{
		ReceiverID:             r.settings.ID,
		Transport:              "http",
		ReceiverCreateSettings: r.settings,
	})
	if err != nil {
		return nil, err
	}
	return &exporter{next: r.next, status: &r.status, logger: logger, obsreport: obsreport}, nil
}

// signal is one of the three, as a position in a delivery's progress.
type signal uint8

const (
	metrics signal = iota
	traces
	logs
	numSignals
)

var signalNames = [numSignals]string{"metrics", "traces", "logs"}

// export gives each signal that has something to its pipeline. The zero answer means that all of them accepted.
func (x *exporter) export(ctx context.Context, c *callback, batch *translate.Batch) answer {
	var worst answer
	for s := range numSignals {
		err := x.exportSignal(ctx, c, batch, s)
		if err == nil {
			continue
		}
		x.logger.Warn("the pipeline refused a delivery",
			zap.Stringer("data_type", c.dataType), zap.String("signal", signalNames[s]), zap.Error(err))
		worst = worse(worst, answerPipelineError(err))
		if worst.retryable() {
			x.status.pipeline(err)
		}
	}
	if !worst.retryable() {
		x.status.pipeline(nil)
	}
	return worst
}

// worse decides where signals differ: any retryable answer wins, and among those "try again".
func worse(a, b answer) answer {
	switch {
	case a.status == 0:
		return b
	case a.retryable() == b.retryable():
		if a.status == answerTryAgain.status {
			return a
		}
		return b
	case a.retryable():
		return a
	default:
		return b
	}
}

// exportSignal gives one signal to its pipeline, where there is anything to give.
func (x *exporter) exportSignal(ctx context.Context, c *callback, batch *translate.Batch, s signal) error {
	format := c.dataType.String()
	switch s {
	case metrics:
		if !c.want.Metrics || batch.Metrics.ResourceMetrics().Len() == 0 {
			return nil
		}
		count := batch.Metrics.DataPointCount()
		ctx = x.obsreport.StartMetricsOp(ctx)
		err := x.next.metrics.ConsumeMetrics(ctx, batch.Metrics)
		x.obsreport.EndMetricsOp(ctx, format, count, err)
		return err
	case traces:
		if !c.want.Traces || batch.Traces.ResourceSpans().Len() == 0 {
			return nil
		}
		count := batch.Traces.SpanCount()
		ctx = x.obsreport.StartTracesOp(ctx)
		err := x.next.traces.ConsumeTraces(ctx, batch.Traces)
		x.obsreport.EndTracesOp(ctx, format, count, err)
		return err
	default:
		if !c.want.Logs || batch.Logs.ResourceLogs().Len() == 0 {
			return nil
		}
		count := batch.Logs.LogRecordCount()
		ctx = x.obsreport.StartLogsOp(ctx)
		err := x.next.logs.ConsumeLogs(ctx, batch.Logs)
		x.obsreport.EndLogsOp(ctx, format, count, err)
		return err
	}
}
