// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package story

import (
	"errors"
	"fmt"
	"hash/fnv"
	"math"
	"math/rand/v2"
	"time"
)

// Traffic says which deliveries a Generator makes. With the same Traffic it makes the same deliveries, byte for byte, in
// the same order.
type Traffic struct {
	// Seed and Start decide the identifiers. Two runs that differ in either do not collide.
	Seed  uint64
	Start time.Time
	// TimeZone is the zone of the script API's times.
	TimeZone *time.Location
	// Rate is the number of deliveries a second. The records' times follow it. With 0, all journeys have ended when the run
	// starts.
	Rate float64
	// Deliveries is the length of the run; 0 if it is not known. Every plot but Steady needs it.
	Deliveries int
	// Batch is the number of records in a delivery.
	Batch int
	// Plot is one of Plots.
	Plot string
	// Duplicates and Invalid are shares of the deliveries: those that repeat an earlier one, and those that are invalid.
	Duplicates, Invalid float64
	// Voice and Script say which data types are generated.
	Voice, Script bool
	// Signed says that deliveries are signed, so that forged signatures can be generated.
	Signed bool
}

// Generator makes the deliveries of a contact centre's day: customers' journeys through skills and agents, a voice quality
// record for each leg, and a script API record for each API call of a skill's script. It is not safe for concurrent use.
type Generator struct {
	settings Traffic
	plot     []phase
	random   *rand.Rand
	run      uint64
	contacts int64
	made     int
	now      time.Time // the time of the next record

	// live is the share of a journey's time that passes during the run. The rest was before it. It is less than 1 if
	// records are sent faster than a contact centre would make them.
	live    float64
	open    []*journey
	waiting map[DataType]*batch
	recent  []Delivery // that may be repeated
}

// How many journeys are open at the same time: enough to mix them well, and few enough to need little memory.
const (
	fewestOpen, mostOpen = 16, 2048
	betweenEvents        = 50 * time.Second // of one journey, if the rate allows it
	recentlySent         = 64
)

// NewGenerator makes a generator.
func NewGenerator(s Traffic) (*Generator, error) {
	plot, err := findPlot(s.Plot)
	switch {
	case err != nil:
		return nil, err
	case len(plot) > 1 && s.Deliveries == 0:
		return nil, fmt.Errorf("%s is told over the length of a run, which must be known: give a count, or a rate and a duration", s.Plot)
	case !s.Voice && !s.Script:
		return nil, errors.New("both data types are switched off")
	}
	g := &Generator{settings: s, plot: plot, run: runNumber(s)}
	g.random = rand.New(rand.NewPCG(s.Seed, g.run)) //nolint:gosec // test data, to be repeatable
	g.waiting = map[DataType]*batch{VoiceQuality: {}, ScriptAPI: {}}
	g.now = s.Start
	wanted := s.Rate * float64(s.Batch) * betweenEvents.Seconds()
	g.open = make([]*journey, int(min(max(wanted, fewestOpen), mostOpen)))
	if wanted > 0 {
		g.live = min(1, float64(len(g.open))/wanted)
	}
	for i := range g.open {
		g.open[i] = g.begin()
		g.joinLate(g.open[i])
	}
	return g, nil
}

// runNumber tells runs apart. It leaves room for a hundred million contacts within the numbers that JSON holds exactly.
func runNumber(s Traffic) uint64 {
	h := fnv.New64a()
	fmt.Fprintf(h, "%d %d", s.Seed, s.Start.UnixNano())
	return 10_000_000 + h.Sum64()%80_000_000
}

// Run is the beginning of all contact IDs of the run: eight digits that no other run is likely to have.
func (g *Generator) Run() string { return fmt.Sprint(g.run) }

// nextContact makes a contact ID: the run, and a number within it.
func (g *Generator) nextContact() int64 {
	g.contacts++
	return int64(g.run)*100_000_000 + g.contacts //nolint:gosec // below 2^53
}

func (g *Generator) begin() *journey {
	j := newJourney(g.random, g.nextContact)
	j.began = g.at(j, 0).Add(-shortest)
	return j
}

// joinLate starts a journey in the middle, so that a run begins in the middle of a day.
func (g *Generator) joinLate(j *journey) {
	for range g.random.IntN(len(j.events)) {
		if over := j.events[0]; over.call == nil {
			j.began = g.at(j, over.at)
		}
		j.events = j.events[1:]
	}
	// The part of the leg that has passed was before the run.
	j.began = j.began.Add(-time.Duration(g.live * g.random.Float64() * float64(medianLeg)))
}

// at returns the time of a journey's event whose record is sent now. The part of the plan that does not pass during the run
// was before it.
func (g *Generator) at(j *journey, planned time.Duration) time.Time {
	return g.now.Add(-time.Duration((1 - g.live) * float64(j.length-planned)))
}

// Next makes the next delivery.
func (g *Generator) Next() Delivery {
	n := g.made
	g.made++
	if g.settings.Rate > 0 {
		g.now = g.settings.Start.Add(time.Duration(math.Round(float64(n) / g.settings.Rate * float64(time.Second))))
	}
	var d Delivery
	switch dice := g.random.Float64(); {
	case dice < g.settings.Invalid:
		d = g.invalid()
	case dice < g.settings.Invalid+g.settings.Duplicates && len(g.recent) > 0:
		d = g.recent[g.random.IntN(len(g.recent))]
		d.Scenario = KindRepeat
	default:
		d = g.valid()
		g.remember(d)
	}
	d.Number = n
	if d.Callback == "" {
		d.Callback = d.DataType
	}
	return d
}

func (g *Generator) remember(d Delivery) {
	if g.settings.Duplicates == 0 {
		return
	}
	if len(g.recent) < recentlySent {
		g.recent = append(g.recent, d)
		return
	}
	g.recent[g.random.IntN(recentlySent)] = d
}

// valid lets journeys go on until there are enough records for a delivery.
func (g *Generator) valid() Delivery {
	for {
		i := g.random.IntN(len(g.open))
		j := g.open[i]
		dataType, record, key := g.step(j)
		if len(j.events) == 0 {
			g.open[i] = g.begin()
		}
		if !g.taken(dataType) {
			continue
		}
		b := g.waiting[dataType]
		b.add(record, key)
		if len(b.records) >= g.settings.Batch {
			return b.take(dataType, g)
		}
	}
}

func (g *Generator) taken(t DataType) bool {
	return t == VoiceQuality && g.settings.Voice || t == ScriptAPI && g.settings.Script
}

// step makes the record of a journey's next event.
func (g *Generator) step(j *journey) (DataType, any, Key) {
	e := j.events[0]
	j.events = j.events[1:]
	p, when := g.phase(), g.at(j, e.at)
	key := newKey(e.leg.contact, j.master)
	if e.call != nil {
		r := e.leg.callRecord(e.call, outcomeOf(g.random, e.call, p), when.In(g.settings.TimeZone), UUID(g.random))
		key.MessageID = r.MessageID
		return ScriptAPI, r, key
	}
	began := j.began
	j.began = when // the next leg, if there is one
	m := measure(g.random, e.leg.agent, p.congested(e.leg.agent.site))
	r := e.leg.record(g.random, began, when, m)
	r.chance(g.random, e.leg, m)
	return VoiceQuality, r, key
}

func (g *Generator) phase() *phase {
	if g.settings.Deliveries == 0 {
		return &g.plot[0]
	}
	return at(g.plot, float64(g.made-1)/float64(g.settings.Deliveries))
}
