// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package translate

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	attr "go.opentelemetry.io/otel/attribute"

	"github.com/cxone-otel/cxonereceiver/receiver/internal/payload"
	"github.com/cxone-otel/cxonereceiver/receiver/internal/privacy"
)

// observed translates a body for the aggregated metrics alone.
func observed(t *testing.T, change func(*Options), dataType payload.DataType, body string) []Observation {
	t.Helper()
	o := defaults()
	o.Observed = Observed{Call: []string{"cxone.skill.name", "cxone.team.name"}, Script: ScriptMetricAttributes()}
	change(&o)
	b := New(o).NewBatch(received, Signals{Aggregates: true})
	require.NoError(t, decodeInto(b, dataType, body))
	for s := range NumSignals {
		assert.Zero(t, b.Items(s))
	}
	return b.Observations
}

func asDefault(*Options) {}

func texts(set attr.Set) map[string]string {
	all := map[string]string{}
	for _, kv := range set.ToSlice() {
		all[string(kv.Key)] = kv.Value.String()
	}
	return all
}

func TestWhatIsObservedOfACallLeg(t *testing.T) {
	o := observed(t, asDefault, payload.VoiceQuality,
		`{"ContactId": 1, "BusinessUnit": 7, "SkillName": "Sales", "TeamName": "", "Agent": "A B",
		"DisconnectReason": "2", "AvgMos": 3.6, "AvgJitter": 12.5, "AvgPktLoss": null}`)
	require.Len(t, o, 1)
	assert.Equal(t, payload.VoiceQuality, o[0].Type)
	assert.Equal(t, map[string]string{"cxone.business_unit.id": "7", "cxone.skill.name": "Sales"}, texts(o[0].Attributes))
	assert.Equal(t, map[string]string{
		"cxone.business_unit.id": "7", "cxone.skill.name": "Sales",
		"cxone.call.quality": "poor", "cxone.call.degraded": "true", "cxone.call.disconnect_reason": "2",
	}, texts(o[0].Counted))
	assert.InDelta(t, 3.6, o[0].Figures[Mos], 0)
	assert.InDelta(t, 0.0125, o[0].Figures[Jitter], 0)
	assert.True(t, math.IsNaN(o[0].Figures[PacketLoss]))
	span := voice(t, defaults(), `{"ContactId": 1}`).Traces.ResourceSpans().At(0).ScopeSpans().At(0).Spans().At(0)
	assert.Equal(t, span.SpanID().String(), o[0].Span.SpanID().String())
	assert.Equal(t, span.TraceID().String(), o[0].Span.TraceID().String())
	assert.True(t, o[0].Span.IsSampled())
}

func TestWhatIsObservedOfAnAPICall(t *testing.T) {
	const record = `{"busNo": 7, "contactId": 1, "scriptId/version": "12/3", "scriptName": "Pay", "actionId": 4, "actionName": "REST",
		"actionLabel": "Take it",
		"apiEndpoint": "https://u:p@pay.example/v1/x?y=z", "apiResponseCode": "%s", "responseTime": %s}`
	o := observed(t, asDefault, payload.ScriptAPI, fmt.Sprintf(record, "503", "1.5"))[0]
	want := map[string]string{
		"cxone.business_unit.id": "7", "cxone.script.id": "12", "cxone.script.name": "Pay", "cxone.action.id": "4",
		"cxone.action.name": "REST", "cxone.action.label": "Take it", "server.address": "pay.example", "url.path": "/v1/x", "error.type": "503",
	}
	assert.Equal(t, want, texts(o.Attributes))
	want["http.response.status_code"] = "503"
	got := texts(o.Counted)
	assert.Equal(t, want, got)
	status, _ := o.Counted.Value("http.response.status_code")
	assert.EqualValues(t, 503, status.AsInt64())
	assert.InDelta(t, 1.5, o.Seconds, 0)

	ok := observed(t, asDefault, payload.ScriptAPI, fmt.Sprintf(record, "200", "null"))[0]
	assert.NotContains(t, texts(ok.Attributes), "error.type")
	assert.True(t, math.IsNaN(ok.Seconds))
	internal := observed(t, asDefault, payload.ScriptAPI, fmt.Sprintf(record, "-1", "1"))[0]
	assert.Equal(t, "cxone_internal", texts(internal.Attributes)["error.type"])
	assert.NotContains(t, texts(internal.Counted), "http.response.status_code")
	assert.Equal(t, map[string]string{}, texts(observed(t, asDefault, payload.ScriptAPI,
		`{"contactId": 1, "apiEndpoint": "no address"}`)[0].Counted))
}

func TestQualityIsByMos(t *testing.T) {
	for body, want := range map[string]string{
		`"AvgMos":3.1`: "bad", `"AvgMos":1`: "bad", `"AvgMos":3.11`: "poor", `"AvgMos":3.6`: "poor", `"AvgMos":3.61`: "good",
		`"AvgMos":0`: "unmeasured", `"AvgMos":null`: "unmeasured", `"AvgMos":"?"`: "unmeasured", `"AvgRFactor":10`: "unmeasured",
	} {
		b := voice(t, defaults(), `{"ContactId":1,`+body+`}`)
		assert.Equal(t, want, get(firstSpanAttributes(b), "cxone.call.quality"), body)
		assert.Equal(t, want, get(firstLogAttributes(b), "cxone.call.quality"), body)
		assert.Equal(t, want, texts(observed(t, asDefault, payload.VoiceQuality,
			`{"ContactId":1,`+body+`}`)[0].Counted)["cxone.call.quality"], body)
	}
	off := func(o *Options) { o.Figures[Mos].Threshold = 0 }
	assert.Equal(t, "good", texts(observed(t, off, payload.VoiceQuality, `{"AvgMos":3.2}`)[0].Counted)["cxone.call.quality"])
	assert.Equal(t, "bad", texts(observed(t, off, payload.VoiceQuality, `{"AvgMos":3.1}`)[0].Counted)["cxone.call.quality"])
}

func TestWhatNoHistogramCanHold(t *testing.T) {
	for given, want := range map[string]float64{
		"0":          0,
		"-0.0":       0,
		"1e12":       1e12,
		"1e13":       math.NaN(),
		"-1":         math.NaN(),
		"1e308":      math.NaN(),
		"1e400":      math.NaN(),
		`"NaN"`:      math.NaN(),
		`"Infinity"`: math.NaN(),
	} {
		figure := observed(t, asDefault, payload.VoiceQuality, `{"Callduration":`+given+`}`)[0].Figures[Duration]
		seconds := observed(t, asDefault, payload.ScriptAPI, `{"contactId":1,"responseTime":`+given+`}`)[0].Seconds
		if math.IsNaN(want) {
			assert.True(t, math.IsNaN(figure), given)
			assert.True(t, math.IsNaN(seconds), given)
			continue
		}
		assert.InDelta(t, want, figure, 0, given)
		assert.InDelta(t, want, seconds, 0, given)
	}
}

func TestTextsOfMetricsAreCut(t *testing.T) {
	long := "a" + strings.Repeat("é", 4<<20)
	o := observed(t, asDefault, payload.VoiceQuality, `{"SkillName":"`+long+`","TeamName":"Team"}`)[0]
	got := texts(o.Attributes)
	assert.Equal(t, "a"+strings.Repeat("é", 127), got["cxone.skill.name"], "at 256 bytes, on a rune boundary")
	assert.True(t, utf8.ValidString(got["cxone.skill.name"]))
	assert.Equal(t, "Team", got["cxone.team.name"])
	api := observed(t, asDefault, payload.ScriptAPI, `{"contactId":1,"scriptName":"`+long+`"}`)[0]
	assert.Len(t, texts(api.Attributes)["cxone.script.name"], 255)
}

func TestPersonalDataInObservations(t *testing.T) {
	masked := func(o *Options) {
		o.Observed.Call = []string{"cxone.agent.name", "cxone.call.to"}
		o.Privacy.AgentNames = privacy.Mask
		o.Resource.BusinessUnit = false
	}
	o := observed(t, masked, payload.VoiceQuality, `{"BusinessUnit": 7, "Agent":"Irene Adler","To":"+18018675309"}`)[0]
	assert.Equal(t, map[string]string{"cxone.agent.name": "I. A."}, texts(o.Attributes))
}

func TestObservationsOfManyAttributes(t *testing.T) {
	all := func(o *Options) { o.Observed.Call = MetricAttributes() }
	o := observed(t, all, payload.VoiceQuality, file(t, "testdata", "payloads", "voice_quality_full.json"))[0]
	gauges := defaults()
	gauges.Figures[Mos].Attributes = MetricAttributes()
	points := voice(t, gauges,
		file(t, "testdata", "payloads", "voice_quality_full.json")).Metrics.ResourceMetrics().At(0).ScopeMetrics().At(0).Metrics().At(0)
	want := map[string]string{}
	for name, v := range points.Gauge().DataPoints().At(0).Attributes().All() {
		want[name] = v.AsString()
	}
	delete(want, "cxone.timestamp.source")
	got := texts(o.Attributes)
	delete(got, "cxone.business_unit.id")
	assert.Equal(t, want, got, "as on the gauges")
}

func TestUnreadableRecordsAndContactSpansInObservations(t *testing.T) {
	assert.Len(t, observed(t, asDefault, payload.VoiceQuality, `[{"ContactId":1},5,"x"]`), 1)
	off := func(o *Options) { o.ContactSpans = false }
	assert.False(t, observed(t, off, payload.VoiceQuality, `{"ContactId":1}`)[0].Span.IsValid())
}

// TestObservationsAreToldApart has records whose texts are the same but for where one ends, and each of them twice.
func TestObservationsAreToldApart(t *testing.T) {
	legs := []string{
		`{"SkillName": "ab", "TeamName": "c"}`, `{"SkillName": "a", "TeamName": "bc"}`, `{"SkillName": "abc"}`, `{"TeamName": "abc"}`,
		`{"SkillName": "abc", "AvgMos": 2}`, `{"SkillName": "abc", "AvgRtt": 9999}`, `{"SkillName": "abc", "DisconnectReason": "1"}`,
	}
	o := observed(t, asDefault, payload.VoiceQuality, "["+strings.Join(append(legs, legs...), ",")+"]")
	require.Len(t, o, 2*len(legs))
	for i := range legs {
		alone := observed(t, asDefault, payload.VoiceQuality, legs[i])[0]
		for _, again := range []Observation{o[i], o[i+len(legs)]} {
			assert.Equal(t, texts(alone.Attributes), texts(again.Attributes), legs[i])
			assert.Equal(t, texts(alone.Counted), texts(again.Counted), legs[i])
			assert.Equal(t, alone.Counted.Equivalent(), again.Counted.Equivalent(), legs[i])
		}
	}
	o = observed(t, asDefault, payload.ScriptAPI, `[{"actionId": 1, "apiResponseCode": 200}, {"actionId": 1, "apiResponseCode": 404},
		{"actionId": 1, "apiResponseCode": 7}]`)
	for i, code := range []string{"200", "404", ""} {
		assert.Equal(t, code, texts(o[i].Counted)["http.response.status_code"])
	}
}

// TestAttributesThatAreKept are few, however many there were.
func TestAttributesThatAreKept(t *testing.T) {
	translator := New(defaults())
	translator.observedPlan = plan([]string{"cxone.skill.name"})
	for i := range 3 * maxObservedSets {
		b := translator.NewBatch(received, Signals{Aggregates: true})
		skill := fmt.Sprintf("skill %d", i)
		require.NoError(t, decodeInto(b, payload.VoiceQuality, `{"SkillName": "`+skill+`"}`))
		assert.Equal(t, map[string]string{"cxone.skill.name": skill}, texts(b.Observations[0].Attributes))
		assert.LessOrEqual(t, len(translator.observedSets.known), maxObservedSets)
	}
}
