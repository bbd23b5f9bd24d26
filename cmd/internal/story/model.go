// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package story

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"math/rand/v2"
	"strconv"
	"time"

	"github.com/google/uuid"
)

// The tenant that every scenario plays at.
const (
	businessUnit = 4600000
	cluster      = "B32"
)

// Model is a contact centre that makes up plausible records. The same seed and the same moment give the same records.
type Model struct {
	random   *rand.Rand
	now      time.Time
	zone     *time.Location
	maxBytes int64
}

// Settings are what a Model needs to know of the run, and of the receiver that it plays to.
type Settings struct {
	// Seed decides every identifier and figure.
	Seed uint64
	// Now is the moment that time stamps are relative to; all of them lie before it.
	Now time.Time
	// TimeZone is the zone of the script API's times: script_api::time_zone in the receiver's configuration.
	TimeZone *time.Location
	// MaxBodyBytes is the size at which the receiver refuses a body.
	MaxBodyBytes int64
	// RecognisesRepeats says that the receiver remembers what it accepted.
	RecognisesRepeats bool
}

func newModel(s Settings) *Model {
	return &Model{
		random:   rand.New(rand.NewPCG(s.Seed, 0)), //nolint:gosec // test data, to be repeatable
		now:      s.Now,
		zone:     s.TimeZone,
		maxBytes: s.MaxBodyBytes,
	}
}

type agent struct {
	id                int
	name              string
	team              int
	teamName          string
	isp, country      string
	city              string
	system, osVersion string
	browser           string
}

// The vendor's sample has Sherlock Holmes on the Mysteries team: these are colleagues.
var agents = []agent{
	{1201, "Jane Marple", 1011, "Village Matters", "Great Western Broadband", "GB", "Reading", "Windows", "11", "Edge"},
	{1202, "Hercule Poirot", 1012, "Little Grey Cells", "Proximus", "BE", "Brussels", "Windows", "11", "Firefox"},
	{1203, "Irene Adler", 1011, "Village Matters", "Verizon", "US", "Trenton", "macOS", "14.4", "Chrome"},
	{1204, "Nancy Drew", 1013, "Clue Crew", "Cox Communications", "US", "Omaha", "Windows", "10", "Chrome"},
	{1205, "Auguste Dupin", 1012, "Little Grey Cells", "Orange", "FR", "Paris", "Windows", "10", "Firefox"},
	{1206, "Precious Ramotswe", 1013, "Clue Crew", "BTC Botswana", "BW", "Gaborone", "Windows", "11", "Chrome"},
}

type skill struct {
	id         int
	name       string
	entryPoint string
}

var skills = []skill{
	{11, "Billing", "BillingLine"},
	{12, "Technical Support", "SupportLine"},
	{13, "Orders", "OrderLine"},
	{14, "Lost and Found", "LostAndFoundLine"},
}

// quality is what a call sounded like. The ranges are each a middle and a spread around it.
type quality struct {
	rFactor, rtt, jitter, loss [2]float64
}

var (
	goodQuality     = quality{rFactor: [2]float64{89, 3}, rtt: [2]float64{60, 30}, jitter: [2]float64{5, 3}, loss: [2]float64{0.15, 0.1}}
	degradedQuality = quality{rFactor: [2]float64{55, 5}, rtt: [2]float64{380, 60}, jitter: [2]float64{46, 10}, loss: [2]float64{4, 1.5}}
)

// leg makes up a call leg that ended the given time ago.
func (m *Model) leg(contact, master int64, q quality, length, ended time.Duration) VoiceRecord {
	who, what := pick(m, agents), pick(m, skills)
	end := m.now.Add(-ended)
	rFactor := m.around(q.rFactor)
	return VoiceRecord{
		ContactID: contact, MasterContactID: master, BusinessUnit: businessUnit, Cluster: cluster, DataSource: "SBC EXMS",
		SkillID: what.id, SkillName: what.name, Poc: what.entryPoint,
		TeamID: who.team, TeamName: who.teamName, AgentID: who.id, Agent: who.name,
		StartDateTime: Timestamp(end.Add(-length)), EndDateTime: Timestamp(end),
		From: fmt.Sprintf("+1801555%04d", 100+m.random.IntN(100)), To: strconv.Itoa(who.id), Direction: "Inbound",
		AvgRFactor: rFactor, AvgMos: MOS(rFactor), CallScore: math.Round(MOS(rFactor)),
		AvgJitter: m.around(q.jitter), AvgPktLoss: m.around(q.loss), AvgRtt: m.around(q.rtt), AvgBitrate: m.around([2]float64{42, 6}),
		Callduration: int(length.Seconds()), Ringtime: 2 + m.random.IntN(9), CallSetupTime: math.Round(m.around([2]float64{700, 300})),
		LineType: "webRTC", ConnectionType: "TURN", MediaTransport: "udp", DisconnectReason: "1", Disposition: "Resolved", SipResponseCode: 200,
		IspProvider: who.isp, LocationCountry: who.country, LocationCity: who.city, OperatingSystem: who.system, OsVersion: who.osVersion,
		Browser: who.browser, SdkVersion: "1.30.9", AgentConsoleType: "MAX", AgentConsoleVersion: "24.2",
	}
}

// MOS is the mean opinion score that goes with an R-factor (ITU-T G.107, annex B), so that the two figures agree.
func MOS(r float64) float64 { return round2(max(1, 1+0.035*r+r*(r-60)*(100-r)*7e-6)) }

// action is a step of a Studio script that calls somebody's API.
type action struct {
	script, scriptName string
	id, name, label    string
	endpoint           string
}

var actions = []action{
	{"130000101", "sub_crm", "12", "Snippet", "Look up the customer", "https://crm.example.com/v2/customers"},
	{"130000101", "sub_crm", "18", "Snippet", "Write the call note", "https://crm.example.com/v2/notes"},
	{"130000102", "sub_payment", "7", "REST API", "Take the payment", "https://pay.example.com/v1/charges"},
	{"130000103", "sub_order", "21", "REST API", "Fetch the order", "https://orders.example.com/api/orders"},
}

// call makes up an API call that ended the given time ago.
func (m *Model) call(contact, master int64, a action, code, message string, seconds float64, ended time.Duration) ScriptRecord {
	return ScriptRecord{
		BusNo: strconv.Itoa(businessUnit), MessageID: UUID(m.random),
		ContactID: strconv.FormatInt(contact, 10), MasterContactID: strconv.FormatInt(master, 10),
		ScriptID: a.script, ScriptName: a.scriptName, ActionID: a.id, ActionName: a.name, ActionLabel: a.label,
		DateTime:    m.now.Add(-ended).In(m.zone).Format(ScriptTime),
		APIEndpoint: a.endpoint, APIResponseCode: code, APIResponseMessage: message,
		ResponseTime: strconv.FormatFloat(seconds, 'f', 6, 64),
	}
}

// contact makes up a contact ID, of the size of those in the vendor's sample.
func (m *Model) contact() int64 { return 460_000_000_000 + m.random.Int64N(40_000_000_000) }

// UUID makes up a random UUID, such as a message ID is.
func UUID(random *rand.Rand) string {
	var id [16]byte
	binary.BigEndian.PutUint64(id[:8], random.Uint64())
	binary.BigEndian.PutUint64(id[8:], random.Uint64())
	return uuid.Must(uuid.NewRandomFromReader(bytes.NewReader(id[:]))).String()
}

func (m *Model) around(r [2]float64) float64 { return round2(r[0] + (2*m.random.Float64()-1)*r[1]) }

func round2(v float64) float64 { return math.Round(v*100) / 100 }

func pick[T any](m *Model, from []T) T { return from[m.random.IntN(len(from))] }
