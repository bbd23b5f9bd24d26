// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package receiver

import (
	"context"
	"sync"
	"time"

	"github.com/google/uuid"
	"go.opentelemetry.io/collector/pdata/pmetric"
	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"
	"go.uber.org/zap"

	"github.com/cxone-otel/cxonereceiver/receiver/internal/aggregate"
	"github.com/cxone-otel/cxonereceiver/receiver/internal/metadata"
	"github.com/cxone-otel/cxonereceiver/receiver/internal/translate"
)

// newAggregator returns the aggregator that counts the records; nil if there are no aggregated metrics.
func newAggregator(r *cxoneReceiver) (*aggregate.Aggregator, error) {
	if !r.aggregates() {
		return nil, nil //nolint:nilnil // none is not an error
	}
	s := r.cfg.Aggregation.Get().settings()
	s.ScopeName, s.ScopeVersion, s.SchemaURL = metadata.ScopeName, r.settings.BuildInfo.Version, translate.SchemaURL
	s.Resource = map[string]string{string(semconv.ServiceInstanceIDKey): instanceID(r)}
	if r.cfg.ResourceAttributes.ServiceName.Enabled {
		s.Resource[string(semconv.ServiceNameKey)] = r.cfg.ServiceName
	}
	return aggregate.New(s)
}

// instanceID returns the collector's own service.instance.id, which tells the series of two replicas apart. If the
// configuration removes the attribute, it returns a new one.
func instanceID(r *cxoneReceiver) string {
	if id, ok := r.settings.Resource.Attributes().Get(string(semconv.ServiceInstanceIDKey)); ok && id.AsString() != "" {
		return id.AsString()
	}
	return uuid.NewString()
}

// Limits of a shutdown's last emission: how long it is tried, and the pause between tries. A shutdown waits as long for an
// emission that is under way.
const (
	lastEmissionGrace = 5 * time.Second
	lastEmissionPause = 200 * time.Millisecond
)

// emitter gives the aggregated metrics to their pipeline, at an interval and at shutdown.
type emitter struct {
	aggregator *aggregate.Aggregator
	exporter   *exporter
	timeout    time.Duration
	grace      time.Duration
	quit       chan struct{}
	cut        context.CancelFunc // ends an emission that hangs in the pipeline
	emitting   sync.WaitGroup
}

// startEmitter starts the emissions. It returns nil if there are no aggregated metrics.
func startEmitter(cfg *Config, d *deliverer) *emitter {
	if d.aggregator == nil {
		return nil
	}
	ctx, cut := context.WithCancel(context.Background())
	e := &emitter{
		aggregator: d.aggregator,
		exporter:   d.exporter,
		timeout:    d.timeout,
		grace:      lastEmissionGrace,
		quit:       make(chan struct{}),
		cut:        cut,
	}
	e.emitting.Go(func() { e.emitAt(ctx, cfg.Aggregation.Get().Interval) })
	return e
}

func (e *emitter) emitAt(ctx context.Context, interval time.Duration) {
	ticker := time.NewTicker(interval)
	defer ticker.Stop()
	for {
		select {
		case <-ticker.C:
			_ = e.emit(ctx)
		case <-e.quit:
			return
		}
	}
}

// emit passes the aggregated metrics to the pipeline.
func (e *emitter) emit(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, e.timeout)
	defer cancel()
	err := e.aggregator.Emit(ctx, func(metrics pmetric.Metrics) error { return e.exporter.exportAggregated(ctx, metrics) })
	if err != nil {
		e.exporter.logger.Warn("the pipeline refused aggregated metrics; they are kept, and given to it again", zap.Error(err))
	}
	return err
}

// stop ends the emissions with a last one. Nothing may be counted any more by then.
func (e *emitter) stop(ctx context.Context) {
	if e == nil {
		return
	}
	close(e.quit)
	patience := time.AfterFunc(e.grace, e.cut)
	e.emitting.Wait()
	patience.Stop()
	e.cut()
	ctx, cancel := context.WithTimeout(ctx, e.grace)
	defer cancel()
	for e.emit(ctx) != nil {
		select {
		case <-time.After(lastEmissionPause):
			continue
		case <-ctx.Done():
			e.exporter.logger.Error("aggregated metrics were lost: the pipeline refused them until the receiver had to stop")
		}
		break
	}
	_ = e.aggregator.Shutdown(ctx)
}
