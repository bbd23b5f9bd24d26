// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package translate

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/cxone-otel/cxonereceiver/receiver/internal/payload"
)

// Figure is one of the measurements of a call leg.
type Figure uint8

// The figures, in the order of the telemetry and of cxone.call.degraded_by.
const (
	Mos Figure = iota
	RFactor
	Score
	Jitter
	PacketLoss
	RTT
	Bitrate
	Duration
	RingTime
	SetupTime
	DisconnectTime

	NumFigures
)

// figure is a row of the one table of the measured fields.
type figure struct {
	name        string // in the configuration; the metric is "cxone.call." + name
	key         string // the metric's name, and the attribute's on spans and logs
	field       payload.Field
	unit        string // of the metric: UCUM
	description string
	defaultUnit string // of the vendor's number; "" if there is only one
	min, max    float64
	outside     Implausible // what a value outside of min and max is counted as
	worse       direction   // the side of its threshold on which a call counts as degraded
	bounds      []float64   // default bounds of the histogram, in the metric's unit
}

type direction int8

const (
	below direction = -1
	never direction = 0
	above direction = 1
)

var inf = math.Inf(1)

// figures follows metadata.yaml, which declares the same metrics for users. A test compares the two. The scales are those
// of ITU-T P.800.1 (MOS) and G.107 (R-factor). The bounds of MOS and R-factor are the classes of G.107 and G.109, and the
// limits of the alerts. Those of jitter, loss and round-trip time include the thresholds of G.114 and of the vendor. The
// others cover the values that calls have.
var figures = [NumFigures]figure{
	Mos: {
		"mos", "cxone.call.mos", payload.AvgMos, "{score}",
		"The mean opinion score of the call leg, 1 to 5 (AvgMos).", "", 1, 5, MosOutOfScale, below,
		[]float64{1, 2, 2.5, 2.6, 3.1, 3.5, 3.6, 4, 4.2, 4.3, 4.4, 4.5},
	},
	RFactor: {
		"r_factor", "cxone.call.r_factor", payload.AvgRFactor, "{score}",
		"The R-factor of the call leg, 0 to 100, ITU-T G.107 (AvgRFactor).", "", 0, 100, RFactorOutOfScale, below,
		[]float64{50, 60, 70, 80, 90, 93, 100},
	},
	Score: {
		"score", "cxone.call.score", payload.CallScore, "{score}",
		"CXone's score of the contact, 1 to 5 (CallScore).", "", 1, 5, ScoreOutOfScale, never,
		[]float64{1, 1.5, 2, 2.5, 3, 3.5, 4, 4.5},
	},
	Jitter: {
		"jitter", "cxone.call.jitter", payload.AvgJitter, "s",
		"The average jitter of the call leg (AvgJitter).", "ms", 0, inf, NegativeFigure, above,
		[]float64{.001, .005, .01, .02, .03, .05, .06, .1, .3, 1},
	},
	PacketLoss: {
		"packet_loss", "cxone.call.packet_loss", payload.AvgPktLoss, "1",
		"The share of packets lost in the call leg (AvgPktLoss), as a ratio.", "percent", 0, 1, PacketLossOutOfScale, above,
		[]float64{0, .001, .003, .005, .01, .025, .03, .05, .1, .4},
	},
	RTT: {
		"rtt", "cxone.call.rtt", payload.AvgRtt, "s",
		"The average round-trip time of the call leg (AvgRtt).", "ms", 0, inf, NegativeFigure, above,
		[]float64{.05, .1, .15, .2, .3, .4, .5, .75, 1},
	},
	Bitrate: {
		"bitrate", "cxone.call.bitrate", payload.AvgBitrate, "bit/s",
		"The average bit rate of the call leg (AvgBitrate).", "kbit/s", 0, inf, NegativeFigure, never,
		[]float64{8e3, 16e3, 24e3, 32e3, 48e3, 64e3, 96e3, 128e3, 256e3},
	},
	Duration: {
		"duration", "cxone.call.duration", payload.CallDuration, "s",
		"How long the call leg lasted (Callduration).", "s", 0, inf, NegativeFigure, never,
		[]float64{5, 15, 30, 60, 120, 180, 300, 600, 900, 1800, 3600},
	},
	RingTime: {
		"ring_time", "cxone.call.ring_time", payload.RingTime, "s",
		"How long the call rang (Ringtime).", "s", 0, inf, NegativeFigure, never,
		[]float64{1, 2, 5, 10, 15, 20, 30, 45, 60, 120},
	},
	SetupTime: {
		"setup_time", "cxone.call.setup_time", payload.CallSetupTime, "s",
		"The time that setting up the call took (CallSetupTime).", "ms", 0, inf, NegativeFigure, never,
		[]float64{.1, .25, .5, 1, 1.5, 2, 3, 5, 10, 30},
	},
	DisconnectTime: {
		"disconnect_time", "cxone.call.disconnect_time", payload.DisconnectTime, "s",
		"The time that disconnecting took (Disconnecttime), where it is a number.", "s", 0, inf, NegativeFigure, never,
		[]float64{.05, .1, .25, .5, 1, 2.5, 5, 10, 30},
	},
}

// String returns the figure's name in the configuration.
func (f Figure) String() string { return figures[f].name }

// Metric returns the name of the figure's metric, which is its attribute's name on spans and logs too.
func (f Figure) Metric() string { return figures[f].key }

// DefaultUnit returns the unit that the vendor's number is assumed to be in; "" for a figure on a scale.
func (f Figure) DefaultUnit() string { return figures[f].defaultUnit }

// MetricUnit returns the unit of the figure's metrics, as UCUM writes it.
func (f Figure) MetricUnit() string { return figures[f].unit }

// Description describes the figure in a sentence.
func (f Figure) Description() string { return figures[f].description }

// Most returns the largest value on the figure's scale, in the metric's unit; +Inf if there is none.
func (f Figure) Most() float64 { return figures[f].max }

// HasThreshold reports whether a threshold can be set past which a call counts as degraded.
func (f Figure) HasThreshold() bool { return figures[f].worse != never }

// DefaultBounds returns the upper bounds of the buckets of the figure's histogram, in the metric's unit.
func (f Figure) DefaultBounds() []float64 { return slices.Clone(figures[f].bounds) }

// ParseFigure finds the figure of that name.
func ParseFigure(name string) (Figure, error) {
	var names []string
	for f := range NumFigures {
		if f.String() == name {
			return f, nil
		}
		names = append(names, f.String())
	}
	return 0, fmt.Errorf("unknown figure %q; the figures are %s", name, strings.Join(names, ", "))
}
