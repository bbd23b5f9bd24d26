// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package story

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Scenario is a few deliveries that belong together.
type Scenario struct {
	// Name is what it is asked for by.
	Name string
	// Summary says in one line what it is.
	Summary string
	// AtOnce says that the deliveries travel at the same time rather than one after the other.
	AtOnce bool
	// Forgery is what is wrong with the deliveries' signatures, where that is the point.
	Forgery Forgery

	build func(*Model) []Delivery
}

// All are the scenarios, in the order in which --list prints them.
func All() []Scenario { return slices.Clone(catalogue) }

// Find finds a scenario by its name.
func Find(name string) (Scenario, error) {
	for _, s := range catalogue {
		if s.Name == name {
			return s, nil
		}
	}
	return Scenario{}, fmt.Errorf("there is no scenario %q; `cxonectl send --list` shows those that there are", name)
}

// Expects says in one line which answers a scenario expects: "200 accepted 1", "2 × 400", "200 accepted 1; 200 duplicate".
func (s Scenario) Expects() string {
	deliveries := Build([]Scenario{s}, Settings{Now: time.Now(), TimeZone: time.UTC, RecognisesRepeats: true})[0].Deliveries
	var texts []string
	for from, to := 0, 0; from < len(deliveries); from = to {
		for to = from; to < len(deliveries) && deliveries[to].Expect == deliveries[from].Expect; to++ {
		}
		text := deliveries[from].Expect.String()
		if to-from > 1 {
			text = fmt.Sprintf("%d × %s", to-from, text)
		}
		texts = append(texts, text)
	}
	return strings.Join(texts, "; ")
}

// Play is a scenario with its deliveries made up.
type Play struct {
	Scenario

	Deliveries []Delivery
}

// Build makes up the deliveries of scenarios. The same scenarios with the same settings give the same bytes.
func Build(scenarios []Scenario, settings Settings) []Play {
	model := newModel(settings)
	plays := make([]Play, len(scenarios))
	for i, s := range scenarios {
		plays[i] = Play{Scenario: s, Deliveries: s.build(model)}
		for j := range plays[i].Deliveries {
			d := &plays[i].Deliveries[j]
			d.Scenario, d.Forgery = s.Name, s.Forgery
			if d.Callback == "" {
				d.Callback = d.DataType
			}
			if !settings.RecognisesRepeats {
				d.Expect.Repeat = NoRepeat
			}
		}
	}
	return plays
}
