// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package translate

import (
	"math"

	"github.com/cxone-otel/cxonereceiver/internal/emodel"
	"github.com/cxone-otel/cxonereceiver/receiver/internal/payload"
)

// Implausible is a reason to think that a unit or a time zone is set wrongly. The record is translated all the same.
type Implausible uint8

// The reasons.
const (
	DurationExceedsLeg Implausible = iota
	EndBeforeStart
	FutureTime
	MosOutOfScale
	RFactorOutOfScale
	ScoreOutOfScale
	PacketLossOutOfScale
	NegativeFigure
	NegativeResponseTime
	MosAgainstRFactor

	NumImplausible
)

var implausible = [NumImplausible]struct{ name, advice string }{
	DurationExceedsLeg: {
		"duration_exceeds_leg",
		"Callduration is longer than EndDateTime minus StartDateTime: look at voice_quality.units.duration",
	},
	EndBeforeStart: {"end_before_start", "EndDateTime is before StartDateTime: the span is shown without length"},
	FutureTime: {
		"future_time",
		"the record's time is in the future: look at this machine's clock, and for script API calls at script_api.time_zone",
	},
	MosOutOfScale: {
		"mos_out_of_scale",
		"AvgMos is outside 1 to 5: if zero means that it was not measured, name mos in voice_quality.zero_is_unmeasured",
	},
	RFactorOutOfScale: {"r_factor_out_of_scale", "AvgRFactor is outside 0 to 100"},
	ScoreOutOfScale: {
		"score_out_of_scale",
		"CallScore is outside 1 to 5: if zero means that there is none, name score in voice_quality.zero_is_unmeasured",
	},
	PacketLossOutOfScale: {"packet_loss_out_of_scale", "AvgPktLoss comes out below 0 or above 100 %: look at voice_quality.units.packet_loss"},
	NegativeFigure:       {"negative_figure", "a figure that cannot be negative is: it is passed on as it came"},
	NegativeResponseTime: {"negative_response_time", "responseTime is negative: the span is shown without length"},
	MosAgainstRFactor: {
		"mos_against_r_factor",
		"AvgMos and AvgRFactor contradict each other by the E-model, ITU-T G.107: if one is zero where it was not measured, name it in " +
			"voice_quality.zero_is_unmeasured; else one of the two is on another scale than 1 to 5 and 0 to 100",
	},
}

// String returns the reason's name in own telemetry.
func (i Implausible) String() string { return implausible[i].name }

// Advice says what is implausible and which setting to check.
func (i Implausible) Advice() string { return implausible[i].advice }

const (
	futureTolerance = 60e9 // nanoseconds that clocks may differ by
	legTolerance    = 1.0  // seconds, for figures that are rounded
)

// judge counts what is implausible about a call leg, and notes its lag.
func (l *leg) judge() {
	_, hasEnd := l.rec.Nanos(payload.EndDateTime)
	if hasEnd {
		l.batch.judgeTime(int64(l.times.end)) //nolint:gosec // from an int64
	}
	if hasEnd && l.times.start > 0 {
		switch seconds := float64(l.times.end)/1e9 - float64(l.times.start)/1e9; {
		case seconds < 0:
			l.batch.Stats.Implausible[EndBeforeStart]++
		case l.measured[Duration] && l.values[Duration] > seconds+legTolerance:
			l.batch.Stats.Implausible[DurationExceedsLeg]++
		}
	}
	var outside [NumImplausible]bool // several figures of a leg can be negative: it counts once
	for f := range NumFigures {
		if v := l.values[f]; l.measured[f] && (v < figures[f].min || v > figures[f].max) {
			outside[figures[f].outside] = true
		}
	}
	for reason, found := range outside {
		if found {
			l.batch.Stats.Implausible[reason]++
		}
	}
	l.judgeScores()
}

// mosTolerance is how far a MOS may be from the MOS of its R-factor. The average of one over a call does not convert
// exactly to the average of the other, and codecs differ. Half a class of ITU-T G.109 is more than either difference.
const mosTolerance = 0.5

// judgeScores compares MOS and R-factor, which measure the same on two scales.
func (l *leg) judgeScores() {
	if !l.measured[Mos] || !l.measured[RFactor] {
		return
	}
	l.batch.Stats.MosAndRFactor++
	if math.Abs(l.values[Mos]-emodel.MOS(l.values[RFactor])) > mosTolerance {
		l.batch.Stats.Implausible[MosAgainstRFactor]++
	}
}

// judge counts what is implausible about an API call, and notes its lag.
func (c *call) judge() {
	if nanos, ok := c.rec.Nanos(payload.DateTime); ok {
		c.batch.judgeTime(nanos)
	}
	if c.seconds < 0 {
		c.batch.Stats.Implausible[NegativeResponseTime]++
	}
}

// judgeTime notes the lag of a record's own time, and counts one in the future.
func (b *Batch) judgeTime(nanos int64) {
	lag := int64(b.received) - nanos //nolint:gosec // the time of receipt fits
	if lag < -futureTolerance {
		b.Stats.Implausible[FutureTime]++
	}
	b.Stats.Lags = append(b.Stats.Lags, float64(lag)/1e9)
}
