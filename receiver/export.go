// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package receiver

import (
	"context"
	"errors"

	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/pdata/pmetric"
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

// exporter passes the telemetry of a delivery to the pipelines.
type exporter struct {
	next      consumers
	remembers bool // whether progress is kept after a refusal
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
	return &exporter{
		next:      r.next,
		remembers: r.cfg.ReplayWindow.Size > 0,
		status:    &r.status,
		logger:    logger,
		obsreport: obsreport,
	}, nil
}

// progress notes how far a part of a delivery has come, with a bit for each signal.
type progress struct {
	done    uint8 // needs no further try
	taken   uint8 // accepted
	refused uint8 // for good
}

// export passes each signal that is not done to its pipeline. The zero answer means that all signals that were tried are
// accepted. Without a replay memory, the first refusal that may be tried again ends the try, so that the retry sends as
// little as possible twice.
func (x *exporter) export(ctx context.Context, c *callback, batch *translate.Batch, p progress) (answer, progress) {
	var decided answer
	for s := range translate.NumSignals {
		items := batch.Items(s)
		if items == 0 || p.done&(1<<s) != 0 {
			continue
		}
		err := x.exportSignal(ctx, c, batch, s, items)
		if err == nil {
			x.status.pipeline(s, nil)
			p.done |= 1 << s
			p.taken |= 1 << s
			continue
		}
		a := answerPipelineError(err)
		x.logger.Warn("the pipeline refused a delivery",
			zap.Stringer("data_type", c.dataType), zap.Stringer("signal", s), zap.Error(err))
		decided = decide(decided, a)
		if !a.retryable() {
			x.status.pipeline(s, nil) // the pipeline works, and refuses
			p.done |= 1 << s
			p.refused |= 1 << s
			continue
		}
		x.status.pipeline(s, err)
		if !x.remembers {
			break
		}
	}
	return decided, p
}

// decide returns the answer for signals that differ: one that may be tried again wins.
func decide(a, b answer) answer {
	if a.status == 0 || !a.retryable() && b.retryable() {
		return b
	}
	return a
}

// exportSignal passes one signal to its pipeline, and accounts for it.
func (x *exporter) exportSignal(ctx context.Context, c *callback, batch *translate.Batch, s translate.Signal, items int) error {
	format := c.dataType.String()
	switch s {
	case translate.SignalMetrics:
		return x.exportMetrics(ctx, format, batch.Metrics, items)
	case translate.SignalTraces:
		ctx = x.obsreport.StartTracesOp(ctx)
		err := x.guard(func() error { return x.next.traces.ConsumeTraces(ctx, batch.Traces) })
		x.obsreport.EndTracesOp(ctx, format, items, err)
		return err
	default:
		ctx = x.obsreport.StartLogsOp(ctx)
		err := x.guard(func() error { return x.next.logs.ConsumeLogs(ctx, batch.Logs) })
		x.obsreport.EndLogsOp(ctx, format, items, err)
		return err
	}
}

// exportMetrics passes metrics to their pipeline, and accounts for them.
func (x *exporter) exportMetrics(ctx context.Context, format string, metrics pmetric.Metrics, items int) error {
	ctx = x.obsreport.StartMetricsOp(ctx)
	err := x.guard(func() error { return x.next.metrics.ConsumeMetrics(ctx, metrics) })
	x.obsreport.EndMetricsOp(ctx, format, items, err)
	return err
}

// exportAggregated passes aggregated metrics to their pipeline, and reports the pipeline's status.
func (x *exporter) exportAggregated(ctx context.Context, metrics pmetric.Metrics) error {
	err := x.exportMetrics(ctx, "aggregation", metrics, metrics.DataPointCount())
	told := err
	if a := answerPipelineError(err); err != nil && !a.retryable() {
		told = nil // the pipeline works, and refuses
	}
	x.status.pipeline(translate.SignalMetrics, told)
	return err
}

var errPanic = errors.New("a component of the pipeline panicked")

// guard turns a panic in a pipeline into an error. net/http would survive the panic, but the signals that were accepted
// would be forgotten, and the retry would send them twice.
func (x *exporter) guard(consume func() error) (err error) {
	defer func() {
		if problem := recover(); problem != nil {
			x.logger.Error("a component of the pipeline panicked", zap.Any("panic", problem), zap.Stack("stack"))
			err = errPanic
		}
	}()
	return consume()
}
