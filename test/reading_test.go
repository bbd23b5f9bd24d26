// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/ptrace"
)

// output is the telemetry of one delivery.
type output struct {
	points  []point
	spans   []span
	records []record
}

func (c *collector) output() output { return output{c.points(), c.spans(), c.records()} }

// unbuffered makes the file exporters write at once: when a delivery is answered, all of its telemetry is there.
func unbuffered(config string) string {
	return strings.ReplaceAll(config, "flush_interval: 20ms", "rotation: {max_megabytes: 1000}")
}

// deliver sends a body to an unbuffered collector, checks the answer, and returns the telemetry.
func (c *collector) deliver(path, body, answer string) output {
	c.t.Helper()
	before := c.output()
	require.Equal(c.t, answer, c.post(path, body).String())
	after := c.output()
	return output{after.points[len(before.points):], after.spans[len(before.spans):], after.records[len(before.records):]}
}

// gauges are the values of the points by the metrics' names, without "cxone.call.".
func (o output) gauges() map[string]float64 {
	values := map[string]float64{}
	for _, p := range o.points {
		values[strings.TrimPrefix(p.name, "cxone.call.")] = p.DoubleValue()
	}
	return values
}

// attr returns an attribute of the delivery's log record at i as text; "" if there is none.
func (o output) attr(i int, key string) string {
	v, ok := o.records[i].Attributes().Get(key)
	if !ok {
		return ""
	}
	return v.AsString()
}

const oneAccepted = `200 {"accepted": 1}`

// TestReadingCallLegs has a case for each rule of reading a payload.
func TestReadingCallLegs(t *testing.T) {
	t.Parallel()
	c := start(t, unbuffered(with(open)))
	for _, tc := range []struct {
		name, body, answer string
		check              func(t *testing.T, o output)
	}{
		{"names match whatever their case", `{"contactid": "a1", "AVGMOS": 4.1, "callDuration": 5}`, oneAccepted, func(t *testing.T, o output) {
			assert.Equal(t, map[string]float64{"mos": 4.1, "duration": 5}, o.gauges())
			assert.Equal(t, "a1", o.attr(0, "cxone.contact.id"))
		}},
		{
			"null, missing and empty are not measured", `{"ContactId":"a2","AvgMos":null,"AvgJitter":"","SkillName":"","Agent":null}`,
			oneAccepted, func(t *testing.T, o output) {
				assert.Empty(t, o.points)
				for _, key := range []string{"cxone.skill.name", "cxone.agent.name", "cxone.unreadable.AvgJitter", "cxone.call.mos"} {
					assert.NotContains(t, o.records[0].Attributes().AsRaw(), key)
				}
			},
		},
		{"zero is a value, but not of MOS and score", `{"ContactId":"a3","AvgMos":0,"CallScore":"0","AvgRFactor":0,"AvgPktLoss":0.0,` +
			`"AvgRtt":"0"}`, oneAccepted, func(t *testing.T, o output) {
			assert.Equal(t, map[string]float64{"r_factor": 0, "packet_loss": 0, "rtt": 0}, o.gauges())
		}},
		{
			"a number may be a string", `{"ContactId":"a4","AvgMos":"4.2","AvgJitter":"12.5","AvgPktLoss":" 1.5 ","AvgBitrate":"64"}`,
			oneAccepted, func(t *testing.T, o output) {
				assert.Empty(t, o.attr(0, "cxone.unreadable.AvgMos"))
				assert.InDelta(t, 4.2, o.gauges()["mos"], 1e-12)
				assert.InDelta(t, 0.0125, o.gauges()["jitter"], 1e-12)
				assert.InDelta(t, 64000, o.gauges()["bitrate"], 1e-9)
			},
		},
		{
			"an identifier keeps every digit", `{"ContactId":123456789012345678901234567890,"SkillId":9007199254740993,"TeamId":"007"}`,
			oneAccepted, func(t *testing.T, o output) {
				assert.Equal(t, "123456789012345678901234567890", o.attr(0, "cxone.contact.id"))
				assert.Equal(t, "9007199254740993", o.attr(0, "cxone.skill.id"))
				assert.Equal(t, "007", o.attr(0, "cxone.team.id"))
			},
		},
		{"an array", `[{"ContactId":"a5"},{"ContactId":"a6"}]`, `200 {"accepted": 2}`, func(t *testing.T, o output) {
			require.Len(t, o.spans, 2)
			assert.Equal(t, "a6", o.attr(1, "cxone.contact.id"))
		}},
		{"an array encoded twice", `"[{\"ContactId\":\"a7\",\"SkillName\":\"a \\\"b\\\"\"}]"`, oneAccepted, func(t *testing.T, o output) {
			assert.Equal(t, `a "b"`, o.attr(0, "cxone.skill.name"))
		}},
		{
			"unknown fields travel on", `{"ContactId":"a8","NewText":"x","NewNumber":1.50,"NewObject":{"a": [1]}}`, oneAccepted,
			func(t *testing.T, o output) {
				assert.Equal(t, "x", o.attr(0, "cxone.extra.NewText"))
				assert.Equal(t, "1.50", o.attr(0, "cxone.extra.NewNumber"))
				assert.JSONEq(t, `{"a": [1]}`, o.attr(0, "cxone.extra.NewObject"))
				assert.NotContains(t, o.spans[0].Attributes().AsRaw(), "cxone.extra.NewText", "on logs only")
			},
		},
		{"one bad field does not cost the record", `{"ContactId":"a9","AvgMos":"excellent","AvgJitter":1e400,"AvgRtt":"NaN",` +
			`"CallScore":"0x4","AvgPktLoss":{"a":1},"AvgRFactor":80}`, oneAccepted, func(t *testing.T, o output) {
			assert.Equal(t, map[string]float64{"r_factor": 80}, o.gauges())
			assert.Equal(t, "excellent", o.attr(0, "cxone.unreadable.AvgMos"))
			assert.Equal(t, "1e400", o.attr(0, "cxone.unreadable.AvgJitter"))
			assert.Equal(t, "NaN", o.attr(0, "cxone.unreadable.AvgRtt"))
			assert.Equal(t, "0x4", o.attr(0, "cxone.unreadable.CallScore"))
			assert.JSONEq(t, `{"a":1}`, o.attr(0, "cxone.unreadable.AvgPktLoss"))
		}},
		{
			"one bad record does not cost the delivery", `[{"ContactId":"a10"},5,"x",[1],{"ContactId":"a11"}]`,
			`200 {"accepted": 2, "unreadable": 3}`, func(t *testing.T, o output) {
				require.Len(t, o.spans, 2)
				require.Len(t, o.records, 5)
				var raw []string
				for _, r := range o.records {
					if r.EventName() == "cxone.record.unreadable" {
						assert.Equal(t, plog.SeverityNumberError, r.SeverityNumber())
						assert.NotEmpty(t, str(t, r.Attributes(), "cxone.record.error"))
						raw = append(raw, r.Body().AsString())
					}
				}
				assert.Equal(t, []string{"5", `"x"`, "[1]"}, raw)
			},
		},
		{
			"of two names that differ by case the last counts", `{"ContactId":"a12","AvgMos":3,"avgmos":4}`, oneAccepted,
			func(t *testing.T, o output) {
				assert.Equal(t, map[string]float64{"mos": 4}, o.gauges())
			},
		},
		{"nothing", `[]`, `200 {"accepted": 0}`, func(t *testing.T, o output) { assert.Equal(t, output{[]point{}, []span{}, []record{}}, o) }},
		{
			"a missing end is the start", `{"ContactId":"a13","StartDateTime":"2026-01-02T03:04:05.5Z","Callduration":1}`, oneAccepted,
			func(t *testing.T, o output) {
				assert.Equal(t, "start", str(t, o.spans[0].Attributes(), "cxone.timestamp.source"))
				assert.Equal(t, "start", str(t, o.points[0].Attributes(), "cxone.timestamp.source"))
				assert.Equal(t, "start", o.attr(0, "cxone.timestamp.source"))
				assert.Equal(t, "2026-01-02T03:04:05.5Z", o.spans[0].EndTimestamp().AsTime().Format(time.RFC3339Nano))
			},
		},
		{"no time at all is the receipt's", `{"ContactId":"a14","EndDateTime":"yesterday"}`, oneAccepted, func(t *testing.T, o output) {
			assert.Equal(t, "receipt", o.attr(0, "cxone.timestamp.source"))
			assert.Equal(t, "yesterday", o.attr(0, "cxone.unreadable.EndDateTime"))
			assert.WithinDuration(t, time.Now(), o.spans[0].EndTimestamp().AsTime(), time.Minute)
		}},
		{
			"an end before its start", `{"ContactId":"a15","StartDateTime":"2026-01-02T03:04:05Z","EndDateTime":"2026-01-02T03:04:00Z"}`,
			oneAccepted, func(t *testing.T, o output) {
				assert.Equal(t, o.spans[0].StartTimestamp(), o.spans[0].EndTimestamp(), "clamped to a zero-length span")
			},
		},
		{
			"a degraded leg", `{"ContactId":"a16","AvgMos":3.5,"AvgRFactor":69,"AvgJitter":31,"AvgPktLoss":1.1,"AvgRtt":301}`, oneAccepted,
			func(t *testing.T, o output) {
				assert.Equal(t, plog.SeverityNumberWarn, o.records[0].SeverityNumber())
				degraded, _ := o.records[0].Attributes().Get("cxone.call.degraded_by")
				assert.ElementsMatch(t, []any{"mos", "r_factor", "jitter", "packet_loss", "rtt"}, degraded.Slice().AsRaw())
			},
		},
		{"on the threshold is past it for the scales only", `[{"ContactId":"a17","AvgMos":3.61,"AvgRFactor":70.1,"AvgJitter":30,` +
			`"AvgPktLoss":1,"AvgRtt":300},{"ContactId":"a17b","AvgMos":3.6,"AvgRFactor":70}]`, `200 {"accepted": 2}`, func(t *testing.T, o output) {
			assert.Equal(t, plog.SeverityNumberInfo, o.records[0].SeverityNumber())
			assert.NotContains(t, o.records[0].Attributes().AsRaw(), "cxone.call.degraded_by")
			assert.Equal(t, "good", o.attr(0, "cxone.call.quality"))
			assert.Equal(t, plog.SeverityNumberWarn, o.records[1].SeverityNumber())
			assert.JSONEq(t, `["mos","r_factor"]`, o.attr(1, "cxone.call.degraded_by"))
			assert.Equal(t, "poor", o.attr(1, "cxone.call.quality"))
			assert.Equal(t, "poor", str(t, o.spans[1].Attributes(), "cxone.call.quality"))
		}},
		{"spearlineAnalysis may be anything", `[{"ContactId":"a18","spearlineAnalysis":{"a":{"b":1}}},{"ContactId":"a19",` +
			`"spearlineAnalysis":"text"}]`, `200 {"accepted": 2}`, func(t *testing.T, o output) {
			assert.Equal(t, map[string]any{"a": map[string]any{"b": int64(1)}}, o.records[0].Attributes().AsRaw()["cxone.spearline_analysis"])
			assert.Equal(t, "text", o.attr(1, "cxone.spearline_analysis"))
		}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			c.t = t
			tc.check(t, c.deliver(voicePath, tc.body, tc.answer))
		})
	}
	c.t = t
	assert.InDelta(t, 3, c.own("receiver_cxone_unknown_fields", `data_type="voice_quality"`), 0)
	assert.InDelta(t, 3, c.own("receiver_cxone_records", `outcome="unreadable"`), 0)
}

// TestReadingScriptAPICalls has a case for each rule of reading an envelope and its records.
func TestReadingScriptAPICalls(t *testing.T) {
	t.Parallel()
	c := start(t, unbuffered(with(open)))
	at := func(o output) string { return o.spans[0].EndTimestamp().AsTime().Format(time.RFC3339Nano) }
	for _, tc := range []struct {
		name, body, answer string
		check              func(t *testing.T, o output)
	}{
		{"metadata as a string with an array", `{"event":"SCRIPT_API_MONITORING ` +
			`","metadata":"[{\"contactId\":\"b1\",\"dateTime\":\"1/2/2026 3:04:05 PM\"}]"}`, oneAccepted, func(t *testing.T, o output) {
			assert.Equal(t, "2026-01-02T15:04:05Z", at(o))
		}},
		{"metadata as a string with an object", `{"event":"SCRIPT_API_MONITORING","metadata":"{\"contactId\":\"b2\"}"}`, oneAccepted, nil},
		{"metadata as an array", `{"metadata":[{"contactId":"b3"},{"contactId":"b4"}]}`, `200 {"accepted": 2}`, nil},
		{"metadata as an object", `{"Metadata":{"contactId":"b5"}}`, oneAccepted, nil},
		{"empty metadata", `{"event":"SCRIPT_API_MONITORING ","metadata":"[]"}`, `200 {"accepted": 0}`, nil},
		{"a record without its envelope", `{"contactId":"b6","dateTime":"12/31/2025 12:00:00 AM"}`, oneAccepted, func(t *testing.T, o output) {
			assert.Equal(t, "2025-12-31T00:00:00Z", at(o), "midnight")
		}},
		{"a whole body encoded twice", `"{\"metadata\":\"[{\\\"contactId\\\":\\\"b7\\\"}]\"}"`, oneAccepted, nil},
		{"numbers for strings", `{"busNo":1,"contactId":8,"scriptId/version":130000000,"actionId":40,"apiResponseCode":204,` +
			`"responseTime":0.25,"dateTime":"1/2/2026 12:04:05 PM"}`, oneAccepted, func(t *testing.T, o output) {
			code, _ := o.spans[0].Attributes().Get("http.response.status_code")
			assert.EqualValues(t, 204, code.Int())
			assert.Equal(t, "130000000", o.attr(0, "cxone.script.id"))
			assert.Equal(t, 250*time.Millisecond, o.spans[0].EndTimestamp().AsTime().Sub(o.spans[0].StartTimestamp().AsTime()))
			assert.Equal(t, "2026-01-02T12:04:05Z", at(o), "noon")
			assert.Equal(t, "script API call", o.spans[0].Name())
		}},
		{
			"an ID with its version", `{"contactId":"b9","scriptId/version":"130000000/7","actionName":"Snippet"}`, oneAccepted,
			func(t *testing.T, o output) {
				assert.Equal(t, "130000000", o.attr(0, "cxone.script.id"))
				assert.Equal(t, "7", o.attr(0, "cxone.script.version"))
				assert.Equal(t, "Snippet", o.spans[0].Name())
			},
		},
		{
			"Studio's internal error", `{"contactId":"b10","apiResponseCode":"-1","apiResponseMessage":"no route"}`, oneAccepted,
			func(t *testing.T, o output) {
				assert.Equal(t, "cxone_internal", o.attr(0, "error.type"))
				assert.Equal(t, "-1", o.attr(0, "cxone.script.api.response_code"))
				assert.Equal(t, ptrace.StatusCodeError, o.spans[0].Status().Code())
				assert.Equal(t, "no route", o.spans[0].Status().Message())
				assert.Equal(t, plog.SeverityNumberError, o.records[0].SeverityNumber())
				assert.NotContains(t, o.records[0].Attributes().AsRaw(), "http.response.status_code")
			},
		},
		{"a client's error", `{"contactId":"b11","apiResponseCode":"404"}`, oneAccepted, func(t *testing.T, o output) {
			assert.Equal(t, "404", o.attr(0, "error.type"))
			assert.Equal(t, ptrace.StatusCodeError, o.spans[0].Status().Code())
			assert.Equal(t, plog.SeverityNumberWarn, o.records[0].SeverityNumber())
			assert.NotEmpty(t, o.records[0].Body().Str(), "a summary where there is no message")
		}},
		{"no code", `{"contactId":"b12","apiResponseCode":""}`, oneAccepted, func(t *testing.T, o output) {
			assert.Equal(t, ptrace.StatusCodeUnset, o.spans[0].Status().Code())
			assert.NotContains(t, o.records[0].Attributes().AsRaw(), "cxone.script.api.response_code")
		}},
		{"credentials and query of the endpoint", `{"contactId":"b13","apiEndpoint":"https://user:pass@api.example.org:8080/v1/x?token=gehei` +
			`m#f"}`, oneAccepted, func(t *testing.T, o output) {
			assert.Equal(t, "https://api.example.org:8080/v1/x", o.attr(0, "url.full"))
			assert.Equal(t, "api.example.org", o.attr(0, "server.address"))
			assert.Equal(t, "8080", o.attr(0, "server.port"))
			assert.Equal(t, "/v1/x", o.attr(0, "url.path"))
		}},
		{
			"a bad time falls back to the envelope's", `{"timestamp":"4/20/2024 06:13:37 AM","metadata":[{"contactId":"b14","dateTime":"soon"}]}`,
			oneAccepted, func(t *testing.T, o output) {
				assert.Equal(t, "2024-04-20T06:13:37Z", at(o))
				assert.Equal(t, "envelope", o.attr(0, "cxone.timestamp.source"))
				assert.Equal(t, "envelope", str(t, o.spans[0].Attributes(), "cxone.timestamp.source"))
				assert.Equal(t, "soon", o.attr(0, "cxone.unreadable.dateTime"))
			},
		},
		{"no time at all is the receipt's", `{"metadata":[{"contactId":"b15"}]}`, oneAccepted, func(t *testing.T, o output) {
			assert.Equal(t, "receipt", o.attr(0, "cxone.timestamp.source"))
		}},
		{
			"a negative response time", `{"contactId":"b16","dateTime":"1/2/2026 3:04:05 PM","responseTime":"-1"}`, oneAccepted,
			func(t *testing.T, o output) {
				assert.Equal(t, o.spans[0].StartTimestamp(), o.spans[0].EndTimestamp())
			},
		},
		{
			"one bad record of the metadata", `{"metadata":"[{\"contactId\":\"b17\"},7]"}`, `200 {"accepted": 1, "unreadable": 1}`,
			func(t *testing.T, o output) {
				require.Len(t, o.records, 2)
				assert.Equal(t, "7", o.records[1].Body().AsString())
			},
		},
		{"an unknown field of a record", `{"metadata":[{"contactId":"b18","novel":"x"}]}`, oneAccepted, func(t *testing.T, o output) {
			assert.Equal(t, "x", o.attr(0, "cxone.extra.novel"))
		}},
		{"a long message", `{"contactId":"b19","apiResponseMessage":"a` + strings.Repeat("é", 3000) +
			`"}`, oneAccepted, func(t *testing.T, o output) {
			assert.Equal(t, "a"+strings.Repeat("é", 2047), o.attr(0, "cxone.script.api.response_message"), "cut at 4096 bytes, on a rune boundary")
		}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			c.t = t
			o := c.deliver(scriptPath, tc.body, tc.answer)
			if tc.check != nil {
				tc.check(t, o)
			}
		})
	}
	c.t = t
}
