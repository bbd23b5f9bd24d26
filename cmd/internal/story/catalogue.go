// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package story

import (
	"bytes"
	_ "embed"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// The two samples of the vendor's page. They are equal to those in testdata/payloads, byte for byte.
var (
	//go:embed samples/voice_quality.json
	sampleVoice []byte
	//go:embed samples/script_api.json
	sampleScript []byte
)

// catalogue is the one table of scenarios.
var catalogue = []Scenario{
	{Name: "sample-voice", Summary: "the vendor's sample of a voice quality record", build: func(*model) []Delivery {
		return []Delivery{sample(VoiceQuality, sampleVoice)}
	}},
	{Name: "sample-script", Summary: "the vendor's sample of a script API record", build: func(*model) []Delivery {
		return []Delivery{sample(ScriptAPI, sampleScript)}
	}},

	{Name: "good-call", Summary: "a call that sounded good", build: func(m *model) []Delivery {
		return []Delivery{voice(m.end(m.begin(), good, 4*time.Minute, time.Minute))}
	}},
	{Name: "degraded-call", Summary: "a call with every figure past its threshold", build: func(m *model) []Delivery {
		return []Delivery{voice(m.end(m.begin(), bad, 7*time.Minute, time.Minute))}
	}},
	{Name: "unmeasured-call", Summary: "a call of which nothing was measured", build: func(m *model) []Delivery {
		record := m.end(m.begin(), good, time.Minute, time.Minute)
		record.unmeasure()
		record.Callduration, record.Ringtime, record.CallSetupTime = nil, nil, nil
		return []Delivery{voice(record)}
	}},

	{Name: "api-ok", Summary: "a script's API call that went well", build: apiCall("200", "OK", 0.42)},
	{Name: "api-4xx", Summary: "an API call that was refused with 404", build: apiCall("404", "Not Found", 0.2)},
	{Name: "api-5xx", Summary: "an API call whose server failed with 500", build: apiCall("500", "Internal Server Error", 1.3)},
	{Name: "api-slow", Summary: "an API call that took 28 seconds", build: apiCall("200", "OK", 28.4)},
	{
		Name: "api-minus-one", Summary: "an API call that Studio gave up on: code -1",
		build: apiCall("-1", "The remote name could not be resolved", 10),
	},

	{Name: "journey", Summary: "a call, a transfer, three API calls, one failed", build: wholeJourney},
	{Name: "batch", Summary: "ten call legs in one body, then five API calls", build: batchOf},
	{Name: "burst", Summary: "twenty deliveries at the same time", AtOnce: true, build: burst},
	{Name: "out-of-order", Summary: "a transfer before the call that it came from", build: outOfOrder},
	{Name: "duplicate", Summary: "the same delivery twice", build: duplicate},
	{Name: "unknown-fields", Summary: "records with fields new to this release", build: unknownFields},
	{Name: "bad-neighbour", Summary: "a batch in which one of three is no record", build: badNeighbour},

	{Name: "malformed", Summary: "a body that breaks off in the middle", build: malformed},
	{Name: "oversized", Summary: "a body that is one byte too long", build: oversized},
	{Name: "wrong-endpoint", Summary: "each data type at the other's URL", build: wrongEndpoint},

	{Name: "bad-signature", Summary: "a delivery signed with an unknown key", Forgery: BadSignature, build: unauthentic},
	{Name: "stale", Summary: "a delivery signed longer ago than is accepted", Forgery: Stale, build: unauthentic},
	{Name: "unknown-key", Summary: "a delivery signed under an unknown key version", Forgery: UnknownKey, build: unauthentic},
	{Name: "unsigned", Summary: "a delivery without a signature", Forgery: Unsigned, build: unauthentic},
}

func sample(t DataType, body []byte) Delivery {
	expect := Accepted(1)
	expect.Repeat = MayRepeat // the body never changes, so it may have been sent a minute ago
	return Delivery{DataType: t, Body: body, Records: 1, Expect: expect}
}

func voice(record VoiceRecord) Delivery {
	return Delivery{DataType: VoiceQuality, Body: Encode(record), Records: 1, Expect: Accepted(1)}
}

func calls(m *model, records ...ScriptRecord) Delivery {
	body := Envelope(m.Now.In(m.TimeZone), records)
	return Delivery{DataType: ScriptAPI, Body: body, Records: len(records), Expect: Accepted(len(records))}
}

func apiCall(code, message string, seconds float64) func(*model) []Delivery {
	return func(m *model) []Delivery {
		return []Delivery{calls(m, m.someCall(outcome{code, message, seconds}, 30*time.Second))}
	}
}

// wholeJourney is that of a customer who calls, cannot pay because the payment service is down, is transferred, and then
// can pay. The records arrive in the order in which the events end.
func wholeJourney(m *model) []Delivery {
	first := m.begin()
	first.skill, first.transfer = &skills[0], true
	first.agent = &agents[first.skill.id][m.random.IntN(len(agents[first.skill.id]))]
	second := m.transfer(first, &skills[2])
	second.transfer = false
	return []Delivery{
		calls(m, m.call(first, &lookUp, outcome{"200", "OK", 0.38}, 10*time.Minute+40*time.Second)),
		calls(m, m.call(first, &pay, outcome{"503", "Service Unavailable", 12.6}, 6*time.Minute)),
		voice(m.end(first, good, 6*time.Minute+12*time.Second, 5*time.Minute)),
		calls(m, m.call(second, &pay, outcome{"200", "OK", 1.9}, 2*time.Minute)),
		voice(m.end(second, bad, 3*time.Minute+25*time.Second, time.Minute)),
	}
}

func batchOf(m *model) []Delivery {
	legs := make([]VoiceRecord, 10)
	for i := range legs {
		legs[i] = m.end(m.begin(), good, time.Duration(1+i)*time.Minute, time.Minute)
	}
	made := make([]ScriptRecord, 5)
	for i := range made {
		made[i] = m.someCall(outcome{"200", "OK", 0.2 + float64(i)/4}, time.Minute)
	}
	return []Delivery{
		{DataType: VoiceQuality, Body: Encode(legs), Records: len(legs), Expect: Accepted(len(legs))},
		calls(m, made...),
	}
}

func burst(m *model) []Delivery {
	deliveries := make([]Delivery, 20)
	for i := range deliveries {
		if i%2 == 0 {
			deliveries[i] = voice(m.end(m.begin(), good, 3*time.Minute, time.Minute))
		} else {
			deliveries[i] = calls(m, m.someCall(outcome{"200", "OK", 0.3}, time.Minute))
		}
	}
	return deliveries
}

func outOfOrder(m *model) []Delivery {
	first := m.begin()
	second := m.transfer(first, &skills[2])
	return []Delivery{
		voice(m.end(second, good, 2*time.Minute, time.Minute)),
		calls(m, m.call(second, &note, outcome{"200", "OK", 0.6}, 2*time.Minute)),
		voice(m.end(first, good, 5*time.Minute, 4*time.Minute)),
	}
}

func duplicate(m *model) []Delivery {
	first := voice(m.end(m.begin(), good, 5*time.Minute, time.Minute))
	second := first
	second.Expect.Repeat = IsRepeat
	return []Delivery{first, second}
}

func unknownFields(m *model) []Delivery {
	leg := struct {
		VoiceRecord

		CodecName string         `json:"CodecName"`
		Sentiment map[string]any `json:"Sentiment"`
	}{m.end(m.begin(), good, 2*time.Minute, time.Minute), "opus", map[string]any{"overall": "positive", "score": 0.7}}
	call := struct {
		ScriptRecord

		RetryCount string `json:"retryCount"`
	}{m.someCall(outcome{"200", "OK", 0.5}, time.Minute), "2"}
	return []Delivery{
		{DataType: VoiceQuality, Body: Encode(leg), Records: 1, Expect: Accepted(1)},
		{DataType: ScriptAPI, Body: Envelope(m.Now.In(m.TimeZone), []any{call}), Records: 1, Expect: Accepted(1)},
	}
}

func badNeighbour(m *model) []Delivery {
	records := []any{
		m.end(m.begin(), good, 2*time.Minute, time.Minute),
		"a record should be here",
		m.end(m.begin(), good, 3*time.Minute, time.Minute),
	}
	expect := Accepted(2)
	expect.Unreadable = 1
	return []Delivery{{DataType: VoiceQuality, Body: Encode(records), Records: len(records), Expect: expect}}
}

func malformed(m *model) []Delivery {
	whole := Encode(m.end(m.begin(), good, time.Minute, time.Minute))
	return []Delivery{{DataType: VoiceQuality, Body: whole[:len(whole)/2], Expect: Refused(http.StatusBadRequest)}}
}

// oversized is valid JSON, so that only its size is wrong.
func oversized(m *model) []Delivery {
	record := m.end(m.begin(), good, time.Minute, time.Minute)
	record.Disposition = "%"
	body := Encode(record)
	filler := strings.Repeat("x", max(0, int(m.MaxBodyBytes)-len(body)+2))
	body = bytes.Replace(body, []byte(`"%"`), []byte(fmt.Sprintf("%q", filler)), 1)
	return []Delivery{{DataType: VoiceQuality, Body: body, Expect: Refused(http.StatusRequestEntityTooLarge)}}
}

func wrongEndpoint(m *model) []Delivery {
	leg := voice(m.end(m.begin(), good, time.Minute, time.Minute))
	call := calls(m, m.someCall(outcome{"200", "OK", 0.3}, time.Minute))
	leg.Callback, call.Callback = ScriptAPI, VoiceQuality
	leg.Expect, call.Expect = Refused(http.StatusBadRequest), Refused(http.StatusBadRequest)
	return []Delivery{leg, call}
}

func unauthentic(m *model) []Delivery {
	d := voice(m.end(m.begin(), good, time.Minute, time.Minute))
	d.Expect = Refused(http.StatusUnauthorized)
	return []Delivery{d}
}
