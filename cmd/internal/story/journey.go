// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package story

import (
	"cmp"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"time"
)

// journey is a customer's way through the contact centre: a call, perhaps one or two transfers, and the API calls of the
// skills' scripts. All of it is planned at once. Its records are sent as time goes on.
type journey struct {
	master int64
	events []event
	length time.Duration // as planned
	began  time.Time     // the beginning of the current leg
}

// event is what a record reports: the end of a leg, or of an API call.
type event struct {
	leg  *leg
	call *action       // nil for the end of the leg
	at   time.Duration // since the journey's beginning, as planned
}

// leg is one agent's part of a journey.
type leg struct {
	contact  int64
	master   int64 // the contact of the journey's first leg
	skill    *skill
	agent    *agent
	caller   string
	outbound bool
	phone    bool // on a telephone, where the media cannot be measured
	transfer bool // it ends with one
}

// How long a leg takes. Handling times are right-skewed, and a log-normal distribution describes them well.
const (
	medianLeg = 200 * time.Second
	legSpread = 0.55
	shortest  = 10 * time.Second
)

// newJourney plans a journey. next makes contact IDs.
func newJourney(random *rand.Rand, next func() int64) *journey {
	j := &journey{}
	legs := 1
	switch n := random.IntN(100); {
	case n < 6:
		legs = 3
	case n < 28:
		legs = 2
	}
	caller, outbound := customer(random), random.IntN(12) == 0
	var been []*skill
	for i := range legs {
		l := newLeg(random, next(), j.master, been)
		l.caller, l.outbound, l.phone, l.transfer = caller, outbound && i == 0, random.IntN(12) == 0, i+1 < legs
		been = append(been, l.skill)
		j.master = l.master
		j.plan(random, l)
	}
	return j
}

// newLeg makes a leg of a customer who has been with the given skills. A leg without a master is the first one.
func newLeg(random *rand.Rand, contact, master int64, been []*skill) *leg {
	l := &leg{contact: contact, master: cmp.Or(master, contact), skill: pickSkill(random, been)}
	team := agents[l.skill.id]
	l.agent = &team[random.IntN(len(team))]
	return l
}

// customer is a telephone number of the range that is reserved for fiction.
func customer(random *rand.Rand) string { return fmt.Sprintf("+1801555%04d", 100+random.IntN(100)) }

// plan adds a leg's events.
func (j *journey) plan(random *rand.Rand, l *leg) {
	length := shortest + time.Duration(float64(medianLeg)*logNormal(random, legSpread))
	if l.transfer {
		length /= 2 // the customer had reached the wrong skill
	}
	actions := l.skill.script.actions
	// The customer is always looked up. How far the script goes then depends on the call.
	actions = actions[:1+random.IntN(len(actions))]
	times := make([]time.Duration, len(actions))
	for i := range times {
		times[i] = time.Duration((0.1 + 0.85*random.Float64()) * float64(length))
	}
	slices.Sort(times)
	for i := range actions {
		j.events = append(j.events, event{leg: l, call: &actions[i], at: j.length + times[i]})
	}
	j.length += length
	j.events = append(j.events, event{leg: l, at: j.length})
}

// logNormal draws a factor whose median is 1.
func logNormal(random *rand.Rand, spread float64) float64 {
	return math.Exp(spread * random.NormFloat64())
}
