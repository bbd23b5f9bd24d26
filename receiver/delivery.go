// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package receiver

import (
	"context"
	"errors"
	"time"

	"go.uber.org/zap"

	"github.com/cxone-otel/cxonereceiver/receiver/internal/payload"
	"github.com/cxone-otel/cxonereceiver/receiver/internal/replay"
	"github.com/cxone-otel/cxonereceiver/receiver/internal/translate"
)

// recordBytes is the least that a record takes of max_inflight_bytes, so that a body of very many very small records
// cannot make more telemetry than there is room for.
const recordBytes = 1 << 10

// deliverer takes an authenticated body to the pipelines.
type deliverer struct {
	timeout    time.Duration
	logger     *zap.Logger
	telemetry  *telemetry
	translator *translate.Translator
	exporter   *exporter
	memory     *replay.Memory
	callbacks  []*callback
	advisor    *advisor
}

func newDeliverer(r *cxoneReceiver, callbacks []*callback, logger *zap.Logger) (*deliverer, error) {
	options, err := r.cfg.translateOptions(r.settings.BuildInfo.Version)
	if err != nil {
		return nil, err
	}
	x, err := newExporter(r, logger)
	if err != nil {
		return nil, err
	}
	a, err := newAdvisor(r.cfg, logger)
	if err != nil {
		return nil, err
	}
	return &deliverer{
		timeout:    r.cfg.DeliveryTimeout,
		logger:     logger,
		telemetry:  r.telemetry,
		translator: translate.New(options),
		exporter:   x,
		memory:     replay.New(r.cfg.ReplayWindow.Size, r.cfg.ReplayWindow.TTL, r.telemetry.countEviction),
		callbacks:  callbacks,
		advisor:    a,
	}, nil
}

// delivery is an authenticated body on its way.
type delivery struct {
	callback *callback
	consumer string // "" where the scheme names none
	sent     []byte // the body as it travelled
	body     []byte // decompressed
	held     *share
}

// deliver takes a delivery to every pipeline, unless it is the repeat of one that was taken.
func (d *deliverer) deliver(ctx context.Context, v delivery) answer {
	ctx, cancel := context.WithTimeout(ctx, d.timeout)
	defer cancel()
	var key replay.Key
	if d.memory != nil {
		key = replay.NewKey(v.consumer, v.callback.path, v.sent)
	}
	claim, entry, err := d.memory.Begin(ctx, key)
	switch {
	case err != nil: // a twin of this delivery is still on its way
		return answerTryAgain
	case entry.Complete && entry.Rejected():
		return answerRejected
	case entry.Complete:
		return answerDuplicate(int(entry.Records), int(entry.Unreadable))
	}
	// Deferred, so that not even a panic, which net/http survives, leaves the repeats of this delivery waiting for its end.
	defer func() { claim.End(entry) }()
	var a answer
	a, entry = d.deliverClaimed(ctx, v, entry)
	return a
}

// deliverClaimed decodes and translates a body, and hands it to every pipeline that has not accepted it before.
func (d *deliverer) deliverClaimed(ctx context.Context, v delivery, entry replay.Entry) (answer, replay.Entry) {
	batch := d.translator.NewBatch(time.Now(), v.callback.want)
	if err := d.decode(v, batch); err != nil {
		return d.answerDecoding(err, v.held.budget.limit/recordBytes), entry
	}
	stats := &batch.Stats
	if !v.callback.want.Logs && stats.Unreadable > 0 {
		if stats.Accepted == 0 {
			return answerMalformed("none of the records can be read, and there is no logs pipeline to keep them"), entry
		}
		d.logger.Warn("records that cannot be read were dropped, since there is no logs pipeline to keep them",
			zap.Stringer("data_type", v.callback.dataType), zap.Int("records", stats.Unreadable))
	}

	a, p := d.exporter.export(ctx, v.callback, batch, progress{done: entry.Done, taken: entry.Taken})
	entry = replay.Entry{
		Done:       p.done,
		Taken:      p.taken,
		Complete:   !a.retryable(),
		Records:    int32(stats.Accepted),   //nolint:gosec // bounded by the budget
		Unreadable: int32(stats.Unreadable), //nolint:gosec // bounded by the budget
	}
	switch {
	case a.retryable():
		return a, entry
	case entry.Rejected():
		return answerRejected, entry
	default:
		d.telemetry.countRecords(v.callback, stats)
		d.advisor.judge(v.callback.dataType, stats)
		return answerAccepted(stats.Accepted, stats.Unreadable), entry
	}
}

func (d *deliverer) decode(v delivery, batch *translate.Batch) error {
	decoder := v.callback.decoders.get()
	defer v.callback.decoders.put(decoder)
	records := int64(0)
	return decoder.Decode(v.body, func(rec *payload.Record) error {
		records++
		if records*recordBytes > v.held.bytes {
			if err := v.held.grow(); err != nil {
				return err
			}
		}
		batch.Add(rec)
		return nil
	})
}

func (d *deliverer) answerDecoding(err error, maxRecords int64) answer {
	var problem *payload.Error
	switch {
	case errors.Is(err, errTooLarge):
		return answerTooManyRecords(maxRecords)
	case errors.Is(err, errBusy):
		return answerBusy
	case errors.As(err, &problem) && problem.WrongType:
		return answerMalformed(problem.Error() + d.rightPath(problem.Found))
	default:
		return answerMalformed(err.Error())
	}
}

// rightPath says where a data type is taken, where it is taken at all.
func (d *deliverer) rightPath(t payload.DataType) string {
	for _, c := range d.callbacks {
		if c.dataType == t {
			return "; the right path is " + c.path
		}
	}
	return "; the other is not served here"
}
