// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package receiver

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	"go.uber.org/zap"

	"github.com/cxone-otel/cxonereceiver/receiver/internal/aggregate"
	"github.com/cxone-otel/cxonereceiver/receiver/internal/payload"
	"github.com/cxone-otel/cxonereceiver/receiver/internal/replay"
	"github.com/cxone-otel/cxonereceiver/receiver/internal/translate"
)

// recordBytes is the least that a record of a part takes of max_inflight_bytes, and what bounds the records of a delivery:
// very many very small ones cannot make more telemetry, or take more time, than there is room for.
const recordBytes = 1 << 10

func (s *share) maxRecords() int { return int(s.budget.limit / recordBytes) }

// deliverer takes an authenticated body to the pipelines.
type deliverer struct {
	timeout    time.Duration
	part       partLimit
	logger     *zap.Logger
	telemetry  *telemetry
	translator *translate.Translator
	exporter   *exporter
	aggregator *aggregate.Aggregator // nil where there are no aggregated metrics
	memory     *replay.Memory
	callbacks  []*callback
	advisor    *advisor
	large      chan struct{} // has room for the large deliveries that are decoded at a time
	stopped    atomic.Bool
}

var (
	// errLate ends a delivery that took longer than delivery_timeout.
	errLate = errors.New("the delivery took longer than delivery_timeout")
	// errStopped ends a delivery that a shutdown cannot wait for.
	errStopped = errors.New("the receiver is shutting down")
)

func newDeliverer(r *cxoneReceiver, callbacks []*callback, logger *zap.Logger) (*deliverer, error) {
	options, err := r.cfg.translateOptions(r.settings.BuildInfo.Version)
	if err != nil {
		return nil, err
	}
	x, err := newExporter(r, logger)
	if err != nil {
		return nil, err
	}
	a, err := newAdvisor(r.cfg, r.settings.Logger)
	if err != nil {
		return nil, err
	}
	aggregator, err := newAggregator(r)
	if err != nil {
		return nil, err
	}
	return &deliverer{
		timeout:    r.cfg.DeliveryTimeout,
		part:       partLimitFor(r.cfg),
		logger:     logger,
		telemetry:  r.telemetry,
		translator: translate.New(options),
		exporter:   x,
		aggregator: aggregator,
		memory:     newReplayMemory(r, logger),
		callbacks:  callbacks,
		advisor:    a,
		large:      make(chan struct{}, largeAtOnce),
	}, nil
}

func newReplayMemory(r *cxoneReceiver, logger *zap.Logger) *replay.Memory {
	window := r.cfg.ReplayWindow
	return replay.New(window.Size, window.TTL, func() {
		r.telemetry.countEviction()
		logger.Warn("the replay memory is full: a delivery was forgotten before its ttl, and its repeat would be taken as new; make "+
			"replay_window.size larger",
			zap.Int("size", window.Size))
	})
}

// delivery is an authenticated body on its way.
type delivery struct {
	callback *callback
	key      replay.Key
	body     []byte // decompressed
	held     *share
}

// deliver takes a delivery to every pipeline, unless it repeats one that was accepted.
func (d *deliverer) deliver(ctx context.Context, v delivery) answer {
	received := time.Now()
	end := newDeadline(ctx, received.Add(d.timeout))
	defer end.end()
	ctx = end
	claim, entry, err := d.memory.Begin(ctx, v.key)
	switch {
	case err != nil: // the same delivery is still on its way
		return answerTryAgain.because(reasonLate)
	case entry.Complete && entry.Rejected():
		return answerRejected
	case entry.Complete:
		return answerDuplicate(int(entry.Records), int(entry.Unreadable))
	}
	// Deferred, so that not even a panic, which net/http survives, leaves the repeats of this delivery waiting for its end.
	defer func() { claim.End(entry) }()
	var a answer
	a, entry = d.deliverClaimed(ctx, v, received, entry)
	return a
}

// deliverClaimed decodes and translates a body, and gives it to every pipeline that has not accepted it before.
func (d *deliverer) deliverClaimed(ctx context.Context, v delivery, received time.Time, entry replay.Entry) (answer, replay.Entry) {
	p := newParts(d, v, received, entry)
	err := p.give(ctx)
	switch {
	case errors.Is(err, errRefused):
		return p.refusal, p.entry
	case errors.Is(err, errLate):
		return answerTryAgain.because(reasonLate), p.entry
	case errors.Is(err, errStopped):
		return answerShuttingDown, p.entry
	case err != nil:
		return d.answerDecoding(err, v.held.maxRecords()), entry
	}
	stats := &p.batch.Stats
	p.entry.Complete = true
	p.entry.Records, p.entry.Unreadable = int32(stats.Accepted), int32(stats.Unreadable) //nolint:gosec // bounded by the budget
	if p.entry.Rejected() {
		return answerRejected, p.entry
	}
	if stats.Unreadable > 0 && v.callback.want.Logs {
		d.logger.Warn("records that cannot be read are kept as log records, cxone.record.unreadable",
			zap.Stringer("data_type", v.callback.dataType), zap.Int("records", stats.Unreadable))
	}
	d.telemetry.countRecords(v.callback, stats)
	d.advisor.judge(v.callback.dataType, stats)
	return answerAccepted(stats.Accepted, stats.Unreadable), p.entry
}

// decode reads a body's records, as many as there is room and time for: a part of them at a time.
func (d *deliverer) decode(ctx context.Context, v delivery, yield func(*payload.Record) error) error {
	decoder := v.callback.decoders.get()
	defer v.callback.decoders.put(decoder)
	records := 0
	return decoder.Decode(v.body, func(rec *payload.Record) error {
		if err := d.timeLeft(ctx); err != nil {
			return err
		}
		records++
		if records > v.held.maxRecords() {
			return errTooLarge
		}
		if size := int64(min(records, d.part.records)) * recordBytes; size > v.held.bytes {
			if err := v.held.grow(size); err != nil {
				return err
			}
		}
		return yield(rec)
	})
}

// timeLeft reports whether a delivery may still go on: what the pipelines did not get by the end of delivery_timeout, or
// shortly after a shutdown began, is given up.
func (d *deliverer) timeLeft(ctx context.Context) error {
	switch {
	case ctx.Err() != nil:
		return errLate
	case d.stopped.Load():
		return errStopped
	default:
		return nil
	}
}

// stop gives up what is still being decoded and translated. What the pipelines have, they finish.
func (d *deliverer) stop() { d.stopped.Store(true) }

func (d *deliverer) answerDecoding(err error, maxRecords int) answer {
	var problem *payload.Error
	switch {
	case errors.Is(err, errTooLarge):
		return answerTooManyRecords(maxRecords)
	case errors.Is(err, errBusy):
		return answerBusy
	case errors.As(err, &problem) && problem.WrongType:
		return answerMalformed(problem.Error() + d.rightPath(problem.Found)).because(reasonCallback)
	default:
		return answerMalformed(err.Error())
	}
}

// rightPath names the path of a data type, if it is served.
func (d *deliverer) rightPath(t payload.DataType) string {
	for _, c := range d.callbacks {
		if c.dataType == t {
			return "; the right path is " + c.path
		}
	}
	return "; the other is not served here"
}
