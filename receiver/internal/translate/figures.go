// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package translate

import (
	"fmt"
	"math"
	"strings"

	"github.com/cxone-otel/cxonereceiver/receiver/internal/payload"
)

// Figure is one of the eleven measurements of a call leg.
type Figure uint8

// The figures, in the order of telemetry and of cxone.call.degraded_by.
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

// figure is a row of the one table that says what becomes of a measured field.
type figure struct {
	name        string // in the configuration; the metric is "cxone.call." + name
	key         string // the metric's name, and the attribute's on spans and logs
	field       payload.Field
	unit        string // of the metric: UCUM
	description string
	defaultUnit string // of the vendor's number; "" where there is but one
	min, max    float64
	worse       direction // on which side of its threshold a call counts as degraded
}

type direction int8

const (
	below direction = -1
	never direction = 0
	above direction = 1
)

var inf = math.Inf(1)

// figures follows metadata.yaml, which declares the same metrics for the users; a test holds the two together. The
// scales are those of ITU-T P.800.1 (MOS) and G.107 (R-factor).
var figures = [NumFigures]figure{
	Mos: {
		"mos", "cxone.call.mos", payload.AvgMos, "{score}",
		"The mean opinion score of the call leg, 1 to 5 (AvgMos).", "", 1, 5, below,
	},
	RFactor: {
		"r_factor", "cxone.call.r_factor", payload.AvgRFactor, "{score}",
		"The R-factor of the call leg, 0 to 100, ITU-T G.107 (AvgRFactor).", "", 0, 100, below,
	},
	Score: {
		"score", "cxone.call.score", payload.CallScore, "{score}",
		"CXone's score of the contact, 1 to 5 (CallScore).", "", 1, 5, never,
	},
	Jitter: {
		"jitter", "cxone.call.jitter", payload.AvgJitter, "s",
		"The average jitter of the call leg (AvgJitter).", "ms", 0, inf, above,
	},
	PacketLoss: {
		"packet_loss", "cxone.call.packet_loss", payload.AvgPktLoss, "1",
		"The share of packets lost in the call leg (AvgPktLoss), as a ratio.", "percent", 0, 1, above,
	},
	RTT: {
		"rtt", "cxone.call.rtt", payload.AvgRtt, "s",
		"The average round-trip time of the call leg (AvgRtt).", "ms", 0, inf, above,
	},
	Bitrate: {
		"bitrate", "cxone.call.bitrate", payload.AvgBitrate, "bit/s",
		"The average bit rate of the call leg (AvgBitrate).", "kbit/s", 0, inf, never,
	},
	Duration: {
		"duration", "cxone.call.duration", payload.CallDuration, "s",
		"How long the call leg lasted (Callduration).", "s", 0, inf, never,
	},
	RingTime: {
		"ring_time", "cxone.call.ring_time", payload.RingTime, "s",
		"How long the call rang (Ringtime).", "s", 0, inf, never,
	},
	SetupTime: {
		"setup_time", "cxone.call.setup_time", payload.CallSetupTime, "s",
		"The time that setting up the call took (CallSetupTime).", "ms", 0, inf, never,
	},
	DisconnectTime: {
		"disconnect_time", "cxone.call.disconnect_time", payload.DisconnectTime, "s",
		"The time that disconnecting took (Disconnecttime), where it is a number.", "s", 0, inf, never,
	},
}

// String returns the figure's name in the configuration.
func (f Figure) String() string { return figures[f].name }

// Metric returns the name of the figure's metric, which is its attribute's name on spans and logs too.
func (f Figure) Metric() string { return figures[f].key }

// DefaultUnit returns the unit that the vendor's number is taken to be in; "" for a figure on a scale.
func (f Figure) DefaultUnit() string { return figures[f].defaultUnit }

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
