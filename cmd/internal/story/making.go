// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package story

import (
	"bytes"
	"encoding/binary"
	"math"
	"math/rand/v2"
	"strconv"
	"time"

	"github.com/google/uuid"

	"github.com/cxone-otel/cxonereceiver/internal/emodel"
)

// media is the quality of a call's sound.
type media struct {
	rtt, jitter float64 // ms
	loss        float64 // per cent
	bitrate     float64 // kbit/s
}

// measure makes the media of a leg. A bad network worsens all figures at once.
func measure(random *rand.Rand, a *agent, congestion float64) media {
	if random.IntN(25) == 0 { // a weak wireless network at home
		congestion = max(congestion, 0.2+0.6*random.Float64())
	}
	m := media{
		rtt:     a.site.rtt*logNormal(random, 0.2) + congestion*(180+120*random.Float64()),
		jitter:  a.site.jitter*logNormal(random, 0.35) + congestion*(25+25*random.Float64()),
		loss:    a.site.loss*logNormal(random, 0.5) + congestion*(2+3*random.Float64()),
		bitrate: (46 + 4*random.Float64()) * (1 - 0.4*congestion),
	}
	if a.connection == "TURN" { // a relay makes the way longer
		m.rtt += 15 + 10*random.Float64()
	}
	if a.transport == "tcp" { // lost packets are sent again, so they arrive late
		m.jitter, m.loss = m.jitter*1.6, m.loss*0.3
	}
	return m
}

// rFactor is the E-model's rating (ITU-T G.107) of the media. It is the default 93.2 minus the impairments: by delay, in
// the usual piecewise linear form, and by loss, with G.711's robustness of 4.3 (ITU-T G.113, appendix I).
func (m media) rFactor() float64 {
	delay := m.rtt/2 + 2*m.jitter + 20 // the network, the jitter buffer and the packet itself
	impairment := 0.024 * delay
	if delay > 177.3 {
		impairment += 0.11 * (delay - 177.3)
	}
	return min(93.2, max(0, 93.2-impairment-95*m.loss/(m.loss+4.3)))
}

// unmeasured is the share of the legs of which no media were measured.
const unmeasured = 0.03

// record makes a leg's record.
func (l *leg) record(random *rand.Rand, began, ended time.Time, m media) VoiceRecord {
	length := ended.Sub(began)
	r := VoiceRecord{
		ContactID: l.contact, MasterContactID: l.master, BusinessUnit: businessUnit, Cluster: cluster, DataSource: "SBC EXMS",
		SkillID: l.skill.id, SkillName: l.skill.name, Poc: l.skill.entryPoint,
		TeamID: l.skill.teamID, TeamName: l.skill.team, AgentID: l.agent.id, Agent: l.agent.name,
		StartDateTime: Timestamp(began), EndDateTime: Timestamp(ended),
		From: l.caller, To: strconv.Itoa(l.agent.id), Direction: "Inbound",
		Callduration: int(length.Seconds()), Ringtime: 1 + random.IntN(min(25, 1+int(length.Seconds()/2))),
		CallSetupTime: math.Round(600 * logNormal(random, 0.3)),
		LineType:      "webRTC", DisconnectReason: "1", Disposition: "Resolved", SipResponseCode: 200,
		AgentConsoleType: "MAX", AgentConsoleVersion: "24.2",
	}
	if l.outbound {
		r.From, r.To, r.Direction = r.To, r.From, "Outbound"
	}
	if l.transfer {
		r.Disposition = "Transferred"
	}
	if l.phone {
		r.LineType, r.DataSource = "PSTN", "SBC"
		return r
	}
	a := l.agent
	r.IspProvider, r.LocationCountry, r.LocationCity = a.site.isp, a.site.country, a.site.city
	r.OperatingSystem, r.OsVersion, r.Browser, r.SdkVersion = a.system, a.osVersion, a.browser, "1.30.9"
	r.ConnectionType, r.MediaTransport = a.connection, a.transport
	rFactor := m.rFactor()
	mos := round(emodel.MOS(rFactor), 2)
	r.AvgRFactor, r.AvgMos, r.CallScore = round(rFactor, 1), mos, math.Round(mos)
	r.AvgRtt, r.AvgJitter, r.AvgPktLoss, r.AvgBitrate = math.Round(m.rtt), round(m.jitter, 1), round(m.loss, 2), round(m.bitrate, 1)
	return r
}

// chance makes a leg unusual now and then: the media are not measured, or the call is dropped.
func (r *VoiceRecord) chance(random *rand.Rand, l *leg, m media) {
	if random.Float64() < unmeasured {
		r.unmeasure()
	}
	// The worse the sound, the likelier the call is dropped.
	if dropped := random.Float64() < 0.005+m.loss/50; dropped && !l.transfer && !l.phone {
		r.Disposition, r.DisconnectReason, r.SipResponseCode, r.SipIsDroppedCode = "Dropped", "5", 487, true
	}
}

func (r *VoiceRecord) unmeasure() {
	r.AvgRFactor, r.AvgMos, r.CallScore, r.AvgRtt, r.AvgJitter, r.AvgPktLoss, r.AvgBitrate = nil, nil, nil, nil, nil, nil, nil
}

// failure is a way in which an API call fails.
type failure struct {
	code, message string
	slower        float64 // than the API's usual time
	weight        int
}

var failures = []failure{
	{"503", "Service Unavailable", 3, 4},
	{"500", "Internal Server Error", 1.5, 3},
	{"404", "Not Found", 0.6, 2},
	{"429", "Too Many Requests", 0.3, 1},
	{"-1", "The operation has timed out", 8, 2},
}

// outcome is the result of an API call.
type outcome struct {
	code, message string
	seconds       float64
}

// outcomeOf makes the outcome of an action's call.
func outcomeOf(random *rand.Rand, a *action, p *phase) outcome {
	failing, slower := p.trouble(a)
	o := outcome{code: "200", message: "OK"}
	if random.Float64() < failing {
		f := pick(random, failures, func(f *failure) int { return f.weight })
		o.code, o.message, slower = f.code, f.message, slower*f.slower
	}
	o.seconds = min(30, a.seconds*slower*logNormal(random, 0.45)) // Studio gives up after that
	return o
}

// callRecord makes an API call's record. Its time is in the zone of the script API's times.
func (l *leg) callRecord(a *action, o outcome, ended time.Time, messageID string) ScriptRecord {
	return ScriptRecord{
		BusNo: strconv.Itoa(businessUnit), MessageID: messageID,
		ContactID: strconv.FormatInt(l.contact, 10), MasterContactID: strconv.FormatInt(l.master, 10),
		ScriptID: l.skill.script.id, ScriptName: l.skill.script.name, ActionID: a.id, ActionName: a.name, ActionLabel: a.label,
		DateTime:    ended.Format(ScriptTime),
		APIEndpoint: a.endpoint, APIResponseCode: o.code, APIResponseMessage: o.message,
		ResponseTime: strconv.FormatFloat(o.seconds, 'f', 6, 64),
	}
}

func round(v float64, digits int) float64 {
	scale := math.Pow10(digits)
	return math.Round(v*scale) / scale
}

// UUID makes a random UUID, which message IDs are.
func UUID(random *rand.Rand) string {
	var id [16]byte
	binary.BigEndian.PutUint64(id[:8], random.Uint64())
	binary.BigEndian.PutUint64(id[8:], random.Uint64())
	return uuid.Must(uuid.NewRandomFromReader(bytes.NewReader(id[:]))).String()
}
