// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package story

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Steady is the plot without unusual events.
const Steady = "steady"

// phase is a part of a run in which something is wrong.
type phase struct {
	until float64 // the fraction of the run at which it ends

	isp        string  // the provider whose network is congested,
	congestion float64 // and how much, 0 to 1
	api        string  // the beginning of the endpoints that fail,
	failing    float64 // the share of their calls that fails besides the usual one,
	slower     float64 // and how many times longer they take; 0 means as usual
}

// plots are the possible events of a run. Each is a list of phases that ends at 1.
var plots = map[string][]phase{
	Steady: {{until: 1}},
	"network-outage": {
		{until: 0.3},
		{until: 0.6, isp: "Cox Communications", congestion: 1},
		{until: 1},
	},
	"failing-api": {
		{until: 0.3},
		{until: 0.6, api: payment, failing: 0.6, slower: 6},
		{until: 1},
	},
	// A network becomes congested as the calls come in, then the payment service fails. Both recover, in that order.
	"rush-hour": {
		{until: 0.2},
		{until: 0.4, isp: "Cox Communications", congestion: 0.8},
		{until: 0.6, isp: "Cox Communications", congestion: 1, api: payment, failing: 0.6, slower: 6},
		{until: 0.75, api: payment, failing: 0.25, slower: 2.5},
		{until: 1},
	},
}

// Plots are the names of the plots.
func Plots() []string { return slices.Sorted(maps.Keys(plots)) }

func findPlot(name string) ([]phase, error) {
	found, ok := plots[name]
	if !ok {
		return nil, fmt.Errorf("there is no scenario %q; those that there are: %s", name, strings.Join(Plots(), ", "))
	}
	return found, nil
}

// at returns the phase for a fraction of the run.
func at(plot []phase, fraction float64) *phase {
	for i := range plot {
		if fraction < plot[i].until {
			return &plot[i]
		}
	}
	return &plot[len(plot)-1]
}

// congested returns how congested a site's network is.
func (p *phase) congested(s *site) float64 {
	if p.isp == s.isp {
		return p.congestion
	}
	return 0
}

// trouble returns the share of an action's calls that fails, and how many times longer than usual they take.
func (p *phase) trouble(a *action) (failing, slower float64) {
	if p.api == "" || !strings.HasPrefix(a.endpoint, p.api) {
		return a.failing, 1
	}
	return min(1, a.failing+p.failing), max(1, p.slower)
}
