// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package receiver

import (
	"context"
	"errors"
	"math"
	"time"

	"go.uber.org/zap"

	"github.com/cxone-otel/cxonereceiver/receiver/internal/payload"
	"github.com/cxone-otel/cxonereceiver/receiver/internal/replay"
	"github.com/cxone-otel/cxonereceiver/receiver/internal/translate"
)

// A part of a delivery is what goes to the pipelines at a time: partRecords, or as many as have partBytes. A record's telemetry
// takes about twenty times the memory of its bytes, so it never exists for the whole of a large body.
const (
	partRecords = 500
	partBytes   = 128 << 10
)

// Of the deliveries larger than largeBody, largeAtOnce at a time are decoded and given to the pipelines. The others wait. One takes
// up to three times the memory of its body meanwhile: text that a string holds is copied, and the part's telemetry is added.
const (
	largeBody   = 1 << 20
	largeAtOnce = 2
)

// partLimit bounds a part.
type partLimit struct{ records, bytes int }

// partLimitFor returns the bounds of a part. Without a replay memory, a retry would send the parts before the refused one
// twice. Then a delivery is one part, whatever its size.
func partLimitFor(cfg *Config) partLimit {
	if cfg.ReplayWindow.Size == 0 {
		return partLimit{math.MaxInt, math.MaxInt}
	}
	return partLimit{partRecords, partBytes}
}

var (
	// errRefused ends a delivery when a pipeline refuses a part and may be tried again.
	errRefused = errors.New("a pipeline refused a part of the delivery")
	// errNothingKept ends a delivery of which nothing would be kept.
	errNothingKept = errors.New("none of the records can be read, and there is no logs pipeline to keep them")
)

// parts passes the records of a delivery to the pipelines as they are read, a part at a time. It goes on where an earlier
// try ended.
type parts struct {
	d       *deliverer
	v       delivery
	batch   *translate.Batch // the part that is being read; its Stats are of the whole delivery so far
	size    partLimit        // of the part so far
	number  int32            // of the part
	checked bool             // whether the whole body can be read
	entry   replay.Entry
	refusal answer // of the pipeline that refused, and may be tried again
}

func newParts(d *deliverer, v delivery, received time.Time, entry replay.Entry) *parts {
	return &parts{d: d, v: v, entry: entry, batch: d.translator.NewBatch(received, v.callback.want)}
}

// give reads the body and gives it to the pipelines.
func (p *parts) give(ctx context.Context) error {
	if len(p.v.body) > largeBody {
		select {
		case p.d.large <- struct{}{}:
			defer func() { <-p.d.large }()
		case <-ctx.Done():
			return errLate
		}
	}
	if len(p.v.body) > p.d.part.bytes { // not while it is decoded, when there would be two copies of what a string of it holds
		if err := p.check(ctx); err != nil {
			return err
		}
	}
	if err := p.d.decode(ctx, p.v, func(rec *payload.Record) error { return p.add(ctx, rec) }); err != nil {
		return err
	}
	return p.end(ctx)
}

// add takes a record. A part that is full goes to the pipelines first.
func (p *parts) add(ctx context.Context, rec *payload.Record) error {
	if p.size.records >= p.d.part.records || p.size.bytes >= p.d.part.bytes {
		if err := p.check(ctx); err != nil {
			return err
		}
		if err := p.export(ctx); err != nil {
			return err
		}
		p.batch = p.batch.Next()
		p.size = partLimit{}
		p.number++
	}
	p.size.records++
	p.size.bytes += len(rec.Raw)
	p.batch.Add(rec)
	return nil
}

// end passes the last part to the pipelines.
func (p *parts) end(ctx context.Context) error {
	if !p.checked {
		if err := p.judgeUnreadable(p.batch.Stats.Accepted, p.batch.Stats.Unreadable); err != nil {
			return err
		}
	}
	return p.export(ctx)
}

// check reads the whole body before the pipelines get its first part, so that nothing of a malformed body reaches them.
func (p *parts) check(ctx context.Context) error {
	if p.checked {
		return nil
	}
	p.checked = true
	readable, unreadable := 0, 0
	err := p.d.decode(ctx, p.v, func(rec *payload.Record) error {
		if rec.Err != nil {
			unreadable++
		} else {
			readable++
		}
		return nil
	})
	if err != nil {
		return err
	}
	return p.judgeUnreadable(readable, unreadable)
}

// judgeUnreadable decides about records that cannot be read and that no pipeline would keep.
func (p *parts) judgeUnreadable(readable, unreadable int) error {
	switch {
	case p.v.callback.want.Logs || unreadable == 0:
		return nil
	case readable == 0:
		return errNothingKept
	default:
		p.d.logger.Warn("records that cannot be read were dropped, since there is no logs pipeline to keep them",
			zap.Stringer("data_type", p.v.callback.dataType), zap.Int("records", unreadable))
		return nil
	}
}

// export passes a part to the pipelines, unless an earlier try has done so.
func (p *parts) export(ctx context.Context) error {
	if p.number < p.entry.Parts {
		return nil
	}
	if err := p.d.timeLeft(ctx); err != nil {
		return err
	}
	a, progress := p.d.exporter.export(ctx, p.v.callback, p.batch, progress{done: p.entry.Done})
	p.entry.Taken |= progress.taken
	p.entry.Refused |= progress.refused
	p.entry.Done = p.entry.Done&aggregated | progress.done
	if progress.refused != 0 {
		p.entry.Done |= aggregated
	}
	if a.retryable() {
		p.refusal = a
		return errRefused
	}
	p.count()
	p.entry.Parts, p.entry.Done = p.number+1, 0
	return nil
}

// aggregated is the bit of the aggregated metrics in an entry, beside those of the signals. In Done it says that the part
// is not counted any more.
const aggregated = 1 << translate.NumSignals

// count adds the records of a part to the aggregated metrics, unless a pipeline has refused the part for good.
func (p *parts) count() {
	if len(p.batch.Observations) == 0 || p.entry.Done&aggregated != 0 {
		return
	}
	p.d.aggregator.Count(p.batch.Observations)
	p.entry.Taken |= aggregated
}
