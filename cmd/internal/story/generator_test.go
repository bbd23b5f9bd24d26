// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package story

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cxone-otel/cxonereceiver/internal/emodel"
)

var start = time.Date(2024, 5, 1, 12, 0, 0, 0, time.UTC)

func settings() Traffic {
	return Traffic{Seed: 7, Start: start, TimeZone: time.UTC, Rate: 20, Deliveries: 4000, Batch: 1, Plot: Steady, Voice: true, Script: true}
}

func generate(t *testing.T, s Traffic) []Delivery {
	t.Helper()
	g, err := NewGenerator(s)
	require.NoError(t, err)
	all := make([]Delivery, s.Deliveries)
	for i := range all {
		all[i] = g.Next()
		require.Equal(t, i, all[i].Number)
		require.Equal(t, all[i].DataType, all[i].Callback)
	}
	return all
}

// leg and call are what is read of the records.
type sentLeg struct {
	ContactID       json.Number
	MasterContactID json.Number
	StartDateTime   time.Time
	EndDateTime     time.Time
	IspProvider     string
	AvgMos          *float64
	AvgRFactor      *float64
	AvgPktLoss      *float64
	Callduration    float64
}

type sentCall struct {
	MessageID, ContactID, MasterContactID, DateTime, APIEndpoint, APIResponseCode string
	ResponseTime                                                                  float64 `json:",string"`
}

// read reads all records back, as JSON.
func read(t *testing.T, all []Delivery) (legs []sentLeg, calls []sentCall) {
	t.Helper()
	for _, d := range all {
		if d.DataType == VoiceQuality {
			text := string(d.Body)
			if text[0] != '[' {
				text = "[" + text + "]"
			}
			var records []sentLeg
			require.NoError(t, json.Unmarshal([]byte(text), &records))
			legs = append(legs, records...)
			continue
		}
		var envelope struct{ Metadata string }
		var records []sentCall
		require.NoError(t, json.Unmarshal(d.Body, &envelope))
		require.NoError(t, json.Unmarshal([]byte(envelope.Metadata), &records))
		calls = append(calls, records...)
	}
	return legs, calls
}

func TestTheSameSettingsGiveTheSameBytes(t *testing.T) {
	s := settings()
	s.Duplicates, s.Invalid, s.Signed, s.Batch, s.Plot = 0.05, 0.05, true, 3, "rush-hour"
	first, again := generate(t, s), generate(t, s)
	assert.Equal(t, first, again)
	s.Seed++
	assert.NotEqual(t, first[0].Body, generate(t, s)[0].Body)
}

func TestRunsDontCollide(t *testing.T) {
	seen := map[string]bool{}
	later, other := settings(), settings()
	later.Start = start.Add(time.Millisecond)
	other.Seed = 8
	for _, s := range []Traffic{settings(), later, other} {
		s.Deliveries = 1000
		legs, calls := read(t, generate(t, s))
		for _, l := range legs {
			assert.False(t, seen[l.ContactID.String()], "a contact is there twice")
			seen[l.ContactID.String()] = true
		}
		for _, c := range calls {
			assert.False(t, seen[c.MessageID], "a message is there twice")
			seen[c.MessageID] = true
		}
	}
}

// TestJourneysHoldTogether has three rates: one at which a run takes as long as the contact centre's calls, one that is far
// too high for that, and none.
func TestJourneysHoldTogether(t *testing.T) {
	for _, rate := range []float64{0.5, 20, 5000, 0} {
		s := settings()
		s.Rate = rate
		legs, calls := read(t, generate(t, s))
		require.NotEmpty(t, legs)
		assert.Greater(t, len(calls), len(legs))
		ends, byContact := map[json.Number]time.Time{}, map[string]sentLeg{}
		transfers, seconds := 0, 0.0
		for _, l := range legs {
			byContact[l.ContactID.String()] = l
			assert.False(t, l.EndDateTime.Before(l.StartDateTime))
			assert.InDelta(t, l.EndDateTime.Sub(l.StartDateTime).Seconds(), l.Callduration, 1.01)
			seconds += l.Callduration
			if l.ContactID != l.MasterContactID {
				transfers++
				if end, seen := ends[l.MasterContactID]; seen { // not before the run
					assert.Equal(t, end, l.StartDateTime, "a leg begins when the one before it ends")
				}
			}
			ends[l.MasterContactID] = l.EndDateTime
		}
		assert.Positive(t, transfers)
		assert.InDelta(t, 180, seconds/float64(len(legs)), 110, "seconds a leg, on average, at %g/s", rate)
		for _, c := range calls {
			at, err := time.Parse(ScriptTime, c.DateTime)
			require.NoError(t, err)
			if l, ended := byContact[c.ContactID]; ended {
				assert.False(t, at.After(l.EndDateTime), "a call is within its leg")
				assert.True(t, at.After(l.StartDateTime.Add(-time.Second)), "%s %s", at, l.StartDateTime)
			}
		}
	}
}

func TestTimesGoAlongWithTheRun(t *testing.T) {
	all := generate(t, settings())
	legs, calls := read(t, all[len(all)-20:])
	end := start.Add(time.Duration(float64(len(all)) / 20 * float64(time.Second)))
	for _, l := range legs {
		assert.WithinRange(t, l.EndDateTime, end.Add(-2*time.Second), end)
	}
	for _, c := range calls {
		at, err := time.Parse(ScriptTime, c.DateTime)
		require.NoError(t, err)
		assert.WithinRange(t, at, end.Add(-3*time.Second), end)
	}
}

func TestFiguresGoTogether(t *testing.T) {
	legs, _ := read(t, generate(t, settings()))
	var sum [2]struct{ mos, n float64 }
	unmeasured := 0
	for _, l := range legs {
		if l.AvgMos == nil {
			assert.Nil(t, l.AvgRFactor)
			unmeasured++
			continue
		}
		assert.InDelta(t, emodel.MOS(*l.AvgRFactor), *l.AvgMos, 0.02)
		bad := 0
		if *l.AvgPktLoss > 1.5 {
			bad = 1
		}
		sum[bad].mos += *l.AvgMos
		sum[bad].n++
	}
	assert.Greater(t, sum[0].mos/sum[0].n, 4.0, "most calls sound good")
	assert.Less(t, sum[1].mos/sum[1].n, 3.5, "those with loss do not")
	assert.InDelta(t, 0.11, float64(unmeasured)/float64(len(legs)), 0.05, "telephones, and a few that were not measured")
}

func TestARushHour(t *testing.T) {
	s := settings()
	s.Plot, s.Deliveries, s.Rate = "rush-hour", 20_000, 40
	all := generate(t, s)
	mos := func(from, to float64) float64 {
		legs, _ := read(t, all[int(from*float64(len(all))):int(to*float64(len(all)))])
		sum, n := 0.0, 0.0
		for _, l := range legs {
			if l.IspProvider == "Cox Communications" && l.AvgMos != nil {
				sum, n = sum+*l.AvgMos, n+1
			}
		}
		return sum / n
	}
	failing := func(from, to float64) float64 {
		_, calls := read(t, all[int(from*float64(len(all))):int(to*float64(len(all)))])
		failed, n := 0.0, 0.0
		for _, c := range calls {
			if strings.HasPrefix(c.APIEndpoint, payment) {
				n++
				if c.APIResponseCode != "200" {
					failed++
				}
			}
		}
		return failed / n
	}
	assert.Greater(t, mos(0, 0.2), 3.9)
	assert.Less(t, mos(0.4, 0.6), 3.0)
	assert.Greater(t, mos(0.75, 1), 3.9, "recovered")
	assert.Less(t, failing(0, 0.4), 0.08)
	assert.Greater(t, failing(0.4, 0.6), 0.5)
	assert.Less(t, failing(0.75, 1), 0.08, "recovered")
}

func TestSharesOfRepeatsAndOfWhatIsInvalid(t *testing.T) {
	s := settings()
	s.Duplicates, s.Invalid, s.Signed = 0.1, 0.06, true
	all := generate(t, s)
	kinds, bodies := map[string]int{}, map[string]int{}
	for _, d := range all {
		kinds[d.Scenario]++
		if d.Scenario == KindRepeat {
			assert.Positive(t, bodies[string(d.Body)], "a repeat is of what was there before")
			assert.Equal(t, MayRepeat, d.Expect.Repeat)
		} else {
			assert.Zero(t, bodies[string(d.Body)])
		}
		bodies[string(d.Body)]++
		switch d.Scenario {
		case KindMalformed:
			assert.False(t, json.Valid(d.Body))
			assert.Equal(t, "400", d.Expect.String())
		case KindBadSignature:
			assert.Equal(t, BadSignature, d.Forgery)
			assert.Equal(t, "401", d.Expect.String())
		case KindBadRecord:
			assert.Equal(t, "200 accepted 1, unreadable 1", d.Expect.String())
			assert.Len(t, d.Keys, 2)
			assert.Contains(t, string(d.Body), d.Keys[1].Unreadable)
		}
	}
	assert.InDelta(t, 400, kinds[KindRepeat], 80)
	for _, kind := range []string{KindMalformed, KindBadSignature, KindBadRecord} {
		assert.InDelta(t, 80, kinds[kind], 40, kind)
	}
}

func TestBatches(t *testing.T) {
	s := settings()
	s.Batch, s.Deliveries = 10, 100
	for _, d := range generate(t, s) {
		legs, calls := read(t, []Delivery{d})
		assert.Equal(t, 10, len(legs)+len(calls))
		assert.Len(t, d.Keys, 10)
		assert.Equal(t, 10, d.Records)
		assert.Equal(t, "200 accepted 10", d.Expect.String())
		for i, l := range legs {
			assert.Equal(t, Key{ContactID: l.ContactID.String(), MasterContactID: l.MasterContactID.String()}, d.Keys[i])
		}
		for i, c := range calls {
			assert.Equal(t, Key{ContactID: c.ContactID, MasterContactID: c.MasterContactID, MessageID: c.MessageID}, d.Keys[i])
		}
	}
}

func TestOnlyWhatIsTakenIsSent(t *testing.T) {
	s := settings()
	s.Script, s.Invalid, s.Deliveries = false, 0.2, 200
	for _, d := range generate(t, s) {
		assert.Equal(t, VoiceQuality, d.DataType)
	}
	s.Voice, s.Script = false, true
	for _, d := range generate(t, s) {
		assert.Equal(t, ScriptAPI, d.DataType)
	}
	s.Script = false
	_, err := NewGenerator(s)
	assert.ErrorContains(t, err, "both data types are switched off")
}

func TestScenarios(t *testing.T) {
	s := settings()
	s.Plot = "siesta"
	_, err := NewGenerator(s)
	assert.ErrorContains(t, err, "those that there are: failing-api, network-outage, rush-hour, steady")
	s.Plot, s.Deliveries = "rush-hour", 0
	_, err = NewGenerator(s)
	assert.ErrorContains(t, err, "give a count, or a rate and a duration")
	for name, plot := range plots {
		assert.InDelta(t, 1, plot[len(plot)-1].until, 0, name)
		for _, p := range plot {
			if p.isp != "" {
				assert.Positive(t, agentsAt(p.isp), "%s has agents", p.isp)
			}
		}
	}
}

func agentsAt(isp string) (n int) {
	for _, team := range agents {
		for _, a := range team {
			if a.site.isp == isp {
				n++
			}
		}
	}
	return n
}
