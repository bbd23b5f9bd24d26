// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package receiver

import (
	"context"
	"errors"
	"time"

	"go.uber.org/zap"

	"github.com/cxone-otel/cxonereceiver/receiver/internal/payload"
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
	callbacks  []*callback
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
	return &deliverer{
		timeout:    r.cfg.DeliveryTimeout,
		logger:     logger,
		telemetry:  r.telemetry,
		translator: translate.New(options),
		exporter:   x,
		callbacks:  callbacks,
	}, nil
}

// deliver decodes and translates a body, and hands it to every pipeline that takes part.
func (d *deliverer) deliver(ctx context.Context, c *callback, body []byte, held *share) answer {
	batch := d.translator.NewBatch(time.Now(), c.want)
	if err := d.decode(c, body, held, batch); err != nil {
		return d.answerDecoding(err, held.budget.limit/recordBytes)
	}
	if !c.want.Logs && batch.Stats.Unreadable > 0 {
		if batch.Stats.Accepted == 0 {
			return answerMalformed("none of the records can be read, and there is no logs pipeline to keep them")
		}
		d.logger.Warn("records that cannot be read were dropped, since there is no logs pipeline to keep them",
			zap.Stringer("data_type", c.dataType), zap.Int("records", batch.Stats.Unreadable))
	}

	ctx, cancel := context.WithTimeout(ctx, d.timeout)
	defer cancel()
	if a := d.exporter.export(ctx, c, batch); a.status != 0 {
		return a
	}
	d.telemetry.countRecords(c, &batch.Stats)
	d.explain(c, &batch.Stats)
	return answerAccepted(batch.Stats.Accepted, batch.Stats.Unreadable)
}

// What ends a decoding for want of room.
var (
	errTooManyRecords = errors.New("too many records")
	errNoRoom         = errors.New("no room for the records")
)

func (d *deliverer) decode(c *callback, body []byte, held *share, batch *translate.Batch) error {
	decoder := c.decoders.get()
	defer c.decoders.put(decoder)
	records, room := int64(0), held.bytes
	return decoder.Decode(body, func(rec *payload.Record) error {
		records++
		if records*recordBytes > held.budget.limit {
			return errTooManyRecords
		}
		if records*recordBytes > room {
			if !held.take(room) {
				return errNoRoom
			}
			room *= 2
		}
		batch.Add(rec)
		return nil
	})
}

func (d *deliverer) answerDecoding(err error, maxRecords int64) answer {
	var problem *payload.Error
	switch {
	case errors.Is(err, errTooManyRecords):
		return answerTooManyRecords(maxRecords)
	case errors.Is(err, errNoRoom):
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

// explain says once in a while which setting to look at, where records are implausible.
func (d *deliverer) explain(c *callback, stats *translate.Stats) {
	for i, n := range stats.Implausible {
		if n > 0 {
			reason := translate.Implausible(i) //nolint:gosec // a handful
			d.logger.Warn("implausible records: "+reason.Advice(),
				zap.Stringer("data_type", c.dataType), zap.Stringer("reason", reason), zap.Int("records", n))
		}
	}
}
