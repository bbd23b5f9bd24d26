// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package traffic

import (
	"math"
	"math/rand/v2"
	"strconv"
	"time"

	"github.com/cxone-otel/cxonereceiver/cmd/internal/story"
)

// media is what a call's sound was like.
type media struct {
	rtt, jitter float64 // ms
	loss        float64 // per cent
	bitrate     float64 // kbit/s
}

// measure makes up the media of a leg. What is bad about a network is bad about all figures at once.
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
	if a.connection == "TURN" { // a relay is a detour
		m.rtt += 15 + 10*random.Float64()
	}
	if a.transport == "tcp" { // what is lost is sent again: late rather than never
		m.jitter, m.loss = m.jitter*1.6, m.loss*0.3
	}
	return m
}

// rFactor is the E-model's rating (ITU-T G.107) of the media: the default 93.2, less the impairments by delay, in the usual
// piecewise linear form, and by loss, with G.711's robustness of 4.3 (ITU-T G.113, appendix I).
func (m media) rFactor() float64 {
	delay := m.rtt/2 + 2*m.jitter + 20 // the network, the jitter buffer and the packet itself
	impairment := 0.024 * delay
	if delay > 177.3 {
		impairment += 0.11 * (delay - 177.3)
	}
	return min(93.2, max(0, 93.2-impairment-95*m.loss/(m.loss+4.3)))
}

// unmeasured is the share of the legs of which nothing was measured.
const unmeasured = 0.03

// voiceRecord makes up a leg's record.
func voiceRecord(random *rand.Rand, j *journey, l *leg, began, ended time.Time, p *phase) story.VoiceRecord {
	length := ended.Sub(began)
	ring := 1 + random.IntN(min(25, 1+int(length.Seconds()/2)))
	r := story.VoiceRecord{
		ContactID: l.contact, MasterContactID: j.master, BusinessUnit: businessUnit, Cluster: cluster, DataSource: "SBC EXMS",
		SkillID: l.skill.id, SkillName: l.skill.name, Poc: l.skill.entryPoint,
		TeamID: l.skill.teamID, TeamName: l.skill.team, AgentID: l.agent.id, Agent: l.agent.name,
		StartDateTime: story.Timestamp(began), EndDateTime: story.Timestamp(ended),
		From: l.caller, To: strconv.Itoa(l.agent.id), Direction: "Inbound",
		Callduration: int(length.Seconds()), Ringtime: ring, CallSetupTime: math.Round(600 * logNormal(random, 0.3)),
		LineType: "webRTC", DisconnectReason: "1", Disposition: "Resolved", SipResponseCode: 200,
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
	m := measure(random, a, p.congested(a.site))
	if random.Float64() >= unmeasured {
		rFactor := m.rFactor()
		r.AvgRFactor, r.AvgMos, r.CallScore = round(rFactor, 1), story.MOS(rFactor), math.Round(story.MOS(rFactor))
		r.AvgRtt, r.AvgJitter, r.AvgPktLoss, r.AvgBitrate = math.Round(m.rtt), round(m.jitter, 1), round(m.loss, 2), round(m.bitrate, 1)
	}
	// The worse it sounds, the likelier it breaks off.
	if dropped := random.Float64() < 0.005+m.loss/50; dropped && !l.transfer {
		r.Disposition, r.DisconnectReason, r.SipResponseCode, r.SipIsDroppedCode = "Dropped", "5", 487, true
	}
	return r
}

// failure is how an API call goes wrong.
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

// scriptRecord makes up an API call's record.
func scriptRecord(random *rand.Rand, j *journey, l *leg, a *action, ended time.Time, zone *time.Location, p *phase) story.ScriptRecord {
	failing, slower := p.trouble(a)
	code, message := "200", "OK"
	if random.Float64() < failing {
		f := pickFailure(random)
		code, message, slower = f.code, f.message, slower*f.slower
	}
	seconds := min(30, a.seconds*slower*logNormal(random, 0.45)) // Studio gives up after that
	return story.ScriptRecord{
		BusNo: strconv.Itoa(businessUnit), MessageID: story.UUID(random),
		ContactID: strconv.FormatInt(l.contact, 10), MasterContactID: strconv.FormatInt(j.master, 10),
		ScriptID: l.skill.script.id, ScriptName: l.skill.script.name, ActionID: a.id, ActionName: a.name, ActionLabel: a.label,
		DateTime:    ended.In(zone).Format(story.ScriptTime),
		APIEndpoint: a.endpoint, APIResponseCode: code, APIResponseMessage: message,
		ResponseTime: strconv.FormatFloat(seconds, 'f', 6, 64),
	}
}

func pickFailure(random *rand.Rand) *failure {
	total := 0
	for i := range failures {
		total += failures[i].weight
	}
	n := random.IntN(total)
	for i := range failures {
		if n -= failures[i].weight; n < 0 {
			return &failures[i]
		}
	}
	return &failures[0]
}

func round(v float64, digits int) float64 {
	scale := math.Pow10(digits)
	return math.Round(v*scale) / scale
}
