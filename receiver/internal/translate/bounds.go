// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package translate

import "slices"

// The default bounds of the figures' histograms, in the metric's unit. Those of MOS and R-factor are the classes of ITU-T
// G.107 and G.109 and what is alerted on. Those of jitter, loss and round-trip time have the thresholds of G.114 and of the
// vendor among them. The others cover what a call can be.
var defaultBounds = [NumFigures][]float64{
	Mos:            {1, 2, 2.5, 2.6, 3.1, 3.5, 3.6, 4, 4.2, 4.3, 4.4, 4.5},
	RFactor:        {50, 60, 70, 80, 90, 93, 100},
	Score:          {1, 1.5, 2, 2.5, 3, 3.5, 4, 4.5},
	Jitter:         {.001, .005, .01, .02, .03, .05, .06, .1, .3, 1},
	PacketLoss:     {0, .001, .003, .005, .01, .025, .03, .05, .1, .4},
	RTT:            {.05, .1, .15, .2, .3, .4, .5, .75, 1},
	Bitrate:        {8e3, 16e3, 24e3, 32e3, 48e3, 64e3, 96e3, 128e3, 256e3},
	Duration:       {5, 15, 30, 60, 120, 180, 300, 600, 900, 1800, 3600},
	RingTime:       {1, 2, 5, 10, 15, 20, 30, 45, 60, 120},
	SetupTime:      {.1, .25, .5, 1, 1.5, 2, 3, 5, 10, 30},
	DisconnectTime: {.05, .1, .25, .5, 1, 2.5, 5, 10, 30},
}

// DefaultBounds returns the upper bounds of the buckets of the figure's histogram, in the metric's unit.
func (f Figure) DefaultBounds() []float64 { return slices.Clone(defaultBounds[f]) }

// MetricUnit returns the unit of the figure's metrics, as UCUM writes it.
func (f Figure) MetricUnit() string { return figures[f].unit }

// Description says in a sentence what the figure is.
func (f Figure) Description() string { return figures[f].description }
