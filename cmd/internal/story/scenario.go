// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package story

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"
)

// Scenario is a few deliveries that belong together.
type Scenario struct {
	// Name is the name under which it is chosen.
	Name string
	// Summary describes it in one line.
	Summary string
	// AtOnce says that the deliveries are sent at the same time rather than one after the other.
	AtOnce bool
	// Forgery is what is wrong with the deliveries' signatures, in scenarios about that.
	Forgery Forgery

	build func(*model) []Delivery
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

// Expects returns the expected answers in one line: "200 accepted 1", "2 × 400", "200 accepted 1; 200 duplicate".
func (s Scenario) Expects() string {
	deliveries := Build([]Scenario{s}, Settings{Now: time.Now(), TimeZone: time.UTC, RecognisesRepeats: true})[0].Deliveries
	var texts []string
	for i := range deliveries {
		texts = append(texts, deliveries[i].Expect.String())
	}
	return InARow(texts)
}

// InARow joins texts, and counts equal ones in a row: "2 × 400; 200".
func InARow(texts []string) string {
	var all []string
	for from, to := 0, 0; from < len(texts); from = to {
		for to = from; to < len(texts) && texts[to] == texts[from]; to++ {
		}
		text := texts[from]
		if to-from > 1 {
			text = fmt.Sprintf("%d × %s", to-from, text)
		}
		all = append(all, text)
	}
	return strings.Join(all, "; ")
}

// Settings are what scenarios must know of the run and of the receiver.
type Settings struct {
	// Seed decides every identifier and figure.
	Seed uint64
	// Now is the time to which time stamps are relative. All of them are before it.
	Now time.Time
	// TimeZone is the zone of the script API's times: script_api::time_zone in the receiver's configuration.
	TimeZone *time.Location
	// MaxBodyBytes is the size at which the receiver refuses a body.
	MaxBodyBytes int64
	// RecognisesRepeats says that the receiver remembers what it accepted.
	RecognisesRepeats bool
}

// Play is a scenario with its deliveries.
type Play struct {
	Scenario

	Deliveries []Delivery
}

// Build makes the deliveries of scenarios. With the same settings it makes the same bytes.
func Build(scenarios []Scenario, settings Settings) []Play {
	model := &model{Settings: settings, random: rand.New(rand.NewPCG(settings.Seed, 0))} //nolint:gosec // test data, to be repeatable
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

// model makes the records of scenarios. With the same seed and the same time it makes the same records.
type model struct {
	Settings

	random *rand.Rand
}

// quality is what a call sounds like; bad has every figure past the receiver's default thresholds.
type quality struct{ rtt, jitter, loss [2]float64 } // each a middle and a spread around it

var (
	good = quality{rtt: [2]float64{60, 30}, jitter: [2]float64{5, 3}, loss: [2]float64{0.15, 0.1}}
	bad  = quality{rtt: [2]float64{340, 20}, jitter: [2]float64{36, 3}, loss: [2]float64{1.6, 0.3}}
)

func (m *model) around(r [2]float64) float64 { return r[0] + (2*m.random.Float64()-1)*r[1] }

// begin makes the first leg of a customer's journey. Contact IDs are as long as those in the vendor's sample.
func (m *model) begin() *leg {
	l := newLeg(m.random, m.contact(), 0, nil)
	l.caller = customer(m.random)
	return l
}

// transfer makes the leg to which a customer is transferred, with another skill.
func (m *model) transfer(from *leg, to *skill) *leg {
	l := *from
	l.contact, l.skill, l.agent = m.contact(), to, &agents[to.id][m.random.IntN(len(agents[to.id]))]
	return &l
}

func (m *model) contact() int64 { return 460_000_000_000 + m.random.Int64N(40_000_000_000) }

// end makes the record of a leg that ended a given time ago.
func (m *model) end(l *leg, q quality, length, ago time.Duration) VoiceRecord {
	ended := m.Now.Add(-ago)
	return l.record(m.random, ended.Add(-length), ended,
		media{rtt: m.around(q.rtt), jitter: m.around(q.jitter), loss: m.around(q.loss), bitrate: m.around([2]float64{42, 6})})
}

// call makes the record of an API call that ended a given time ago.
func (m *model) call(l *leg, a *action, o outcome, ago time.Duration) ScriptRecord {
	return l.callRecord(a, o, m.Now.Add(-ago).In(m.TimeZone), UUID(m.random))
}

// someCall makes the record of a call of one of the script's actions.
func (m *model) someCall(o outcome, ago time.Duration) ScriptRecord {
	l := m.begin()
	actions := l.skill.script.actions
	return m.call(l, &actions[m.random.IntN(len(actions))], o, ago)
}
