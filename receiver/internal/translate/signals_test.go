// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package translate

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/cxone-otel/cxonereceiver/receiver/internal/payload"
)

// TestOnlyTheSignalsThatAreWanted checks that nothing is made for a signal without a pipeline. The counts are the same.
func TestOnlyTheSignalsThatAreWanted(t *testing.T) {
	for dataType, body := range map[payload.DataType]string{
		payload.VoiceQuality: `[{"ContactId":1,"AvgMos":4,"AvgRtt":-1,"New":1},{"ContactId":2},3]`,
		payload.ScriptAPI:    `[{"contactId":1,"responseTime":-1,"New":1},{"contactId":2},3]`,
	} {
		want := translated(t, defaults(), dataType, body).Stats
		for i := range 8 {
			signals := Signals{Metrics: i&1 > 0, Traces: i&2 > 0, Logs: i&4 > 0}
			b := New(defaults()).NewBatch(received, signals)
			require.NoError(t, decodeInto(b, dataType, body))
			points := 0
			if signals.Metrics && dataType == payload.VoiceQuality {
				points = 2
			}
			assert.Equal(t, points, b.Items(SignalMetrics))
			assert.Equal(t, map[bool]int{true: 2}[signals.Traces], b.Items(SignalTraces))
			assert.Equal(t, map[bool]int{true: 3}[signals.Logs], b.Items(SignalLogs))
			assert.Equal(t, want, b.Stats)
		}
	}
	assert.Equal(t, "metrics traces logs", fmt.Sprint(SignalMetrics, " ", SignalTraces, " ", SignalLogs))
}

func TestADeliveryOfSeveralBusinessUnits(t *testing.T) {
	b := voice(t, defaults(),
		`[{"ContactId":1,"BusinessUnit":"a","Cluster":"x","AvgRtt":1},{"ContactId":2,"BusinessUnit":"b","Cluster":"x","AvgRtt":2},
		{"ContactId":3,"BusinessUnit":"a","Cluster":"y","AvgRtt":3},{"ContactId":4,"BusinessUnit":"a","Cluster":"x","AvgRtt":4},
		{"ContactId":5,"AvgRtt":5},{"ContactId":6,"BusinessUnit":["a"],"AvgRtt":6}]`)
	var got []string
	for _, rm := range b.Metrics.ResourceMetrics().All() {
		line := get(rm.Resource().Attributes(), "cxone.business_unit.id") + get(rm.Resource().Attributes(), "cxone.cluster") + ":"
		for _, point := range rm.ScopeMetrics().At(0).Metrics().At(0).Gauge().DataPoints().All() {
			line += fmt.Sprint(" ", math.Round(point.DoubleValue()*1e3))
		}
		got = append(got, line)
	}
	assert.Equal(t, []string{"ax: 1 4", "bx: 2", "ay: 3", ": 5 6"}, got)
	assert.Equal(t, 4, b.Traces.ResourceSpans().Len())
	assert.Equal(t, 4, b.Logs.ResourceLogs().Len())

	o := defaults()
	o.Resource = Resource{}
	b = voice(t, o, `[{"ContactId":1,"BusinessUnit":"a"},{"ContactId":2,"BusinessUnit":"b"}]`)
	require.Equal(t, 1, b.Traces.ResourceSpans().Len(), "switched off, they part nothing")
	assert.Zero(t, b.Traces.ResourceSpans().At(0).Resource().Attributes().Len())
}

func TestScopeAndSchema(t *testing.T) {
	b := voice(t, defaults(), `{"ContactId":1,"AvgRtt":1}`)
	scopes := []pcommon.InstrumentationScope{
		b.Metrics.ResourceMetrics().At(0).ScopeMetrics().At(0).Scope(),
		b.Traces.ResourceSpans().At(0).ScopeSpans().At(0).Scope(),
		b.Logs.ResourceLogs().At(0).ScopeLogs().At(0).Scope(),
	}
	for _, scope := range scopes {
		assert.Equal(t, "test/receiver 1.2.3", scope.Name()+" "+scope.Version())
	}
	for _, url := range []string{
		b.Metrics.ResourceMetrics().At(0).SchemaUrl(), b.Metrics.ResourceMetrics().At(0).ScopeMetrics().At(0).SchemaUrl(),
		b.Traces.ResourceSpans().At(0).SchemaUrl(), b.Traces.ResourceSpans().At(0).ScopeSpans().At(0).SchemaUrl(),
		b.Logs.ResourceLogs().At(0).SchemaUrl(), b.Logs.ResourceLogs().At(0).ScopeLogs().At(0).SchemaUrl(),
	} {
		assert.Equal(t, SchemaURL, url)
	}
}

// TestFiguresThatOverflow has figures that are finite in the vendor's unit, but not in the metric's.
func TestFiguresThatOverflow(t *testing.T) {
	o := defaults()
	o.Figures[Bitrate].Unit, _ = ParseUnit(Bitrate, "Mbit/s")
	b := voice(t, o, `{"ContactId":1,"AvgBitrate":"-1e308","AvgRtt":1e308,"AvgPktLoss":1e308}`)
	assert.Equal(t, "-1e308", get(firstLogAttributes(b), "cxone.unreadable.AvgBitrate"))
	assert.NotContains(t, firstSpanAttributes(b).AsRaw(), "cxone.call.bitrate")
	assert.Equal(t, 2, b.Items(SignalMetrics), "the others are there")
	for _, m := range firstMetrics(b).All() {
		assert.False(t, math.IsInf(m.Gauge().DataPoints().At(0).DoubleValue(), 0))
	}
}

func TestZeroThatIsNotMeasured(t *testing.T) {
	for _, zero := range []string{`0`, `0.0`, `"0"`, `-0`, `0e5`} {
		b := voice(t, defaults(), `{"ContactId":1,"AvgMos":`+zero+`,"CallScore":`+zero+`,"AvgRtt":`+zero+`}`)
		assert.Equal(t, 1, b.Items(SignalMetrics), zero)
		assert.Equal(t, "cxone.call.rtt", firstMetrics(b).At(0).Name())
		assert.NotContains(t, firstSpanAttributes(b).AsRaw(), "cxone.call.mos")
		assert.NotContains(t, b.Logs.ResourceLogs().At(0).ScopeLogs().At(0).LogRecords().At(0).Body().Str(), "MOS")
		assert.NotContains(t, firstLogAttributes(b).AsRaw(), "cxone.call.degraded_by")
	}
}

// TestTimesNeverOverflow has the longest durations at the earliest and the latest times.
func TestTimesNeverOverflow(t *testing.T) {
	for _, at := range []string{"1970-01-01T00:00:00.000000001Z", "2261-12-31T23:59:59.999999999Z", "2024-01-01T00:00:00Z"} {
		for _, seconds := range []string{
			"0", "1e-9", "1", "9223372036", "9223372037", "9.3e9", "1.9e10", "1e18", "1e300", "1.7976931348623157e308",
			"-1e308", "-1",
		} {
			for _, isStart := range []bool{false, true} {
				o := defaults()
				o.TimestampIsStart = isStart
				b := script(t, o, `{"contactId":1,"dateTime":"`+at+`","responseTime":`+seconds+`}`)
				span := b.Traces.ResourceSpans().At(0).ScopeSpans().At(0).Spans().At(0)
				assert.LessOrEqual(t, span.StartTimestamp(), span.EndTimestamp(), "%s %s", at, seconds)
				assert.Positive(t, span.StartTimestamp())
				assert.LessOrEqual(t, span.EndTimestamp(), pcommon.Timestamp(math.MaxInt64))
				own := span.EndTimestamp()
				if isStart {
					own = span.StartTimestamp()
				}
				assert.Equal(t, at, own.AsTime().Format(time.RFC3339Nano))
			}
		}
	}
}

func TestSummaries(t *testing.T) {
	body := func(b *Batch) string {
		return b.Logs.ResourceLogs().At(0).ScopeLogs().At(0).LogRecords().At(0).Body().Str()
	}
	for given, want := range map[string]string{
		`{"AvgRtt":null,"ContactId":""}`: "Call leg",
		`{"ContactId":1,"Agent":"A B","SkillName":"S","AvgMos":4.2561,"AvgPktLoss":0.05,"AvgJitter":"1.23456","AvgRtt":0}`: "Call leg 1: " +
			"agent A B, skill S, MOS 4.256, loss 0.05 %, jitter 1.235 ms, RTT 0 ms",
		`{"AvgJitter":1e300}`: "Call leg: jitter 1e+300 ms",
	} {
		assert.Equal(t, want, body(voice(t, defaults(), given)))
	}
	for given, want := range map[string]string{
		`{"actionLabel":"Look up","apiResponseCode":200,"responseTime":"0.2500"}`: "Look up: 200 OK, 0.25 s",
		`{"actionLabel":"Take the ` +
			`payment","apiResponseCode":"503.0","responseTime":"12.6000",` +
			`"apiEndpoint":"https://u:p@pay.example.com:8443/v1?k=1"}`: "Take the payment: " +
			"503 Service Unavailable, 12.6 s, pay.example.com",
		`{"actionName":" Two\nlines\u2028","apiResponseCode":"no\tcode","apiEndpoint":"u:p@h"}`: " Two lines : no code",
		`{"actionLabel":"` + strings.Repeat("é", 1000) +
			`","apiResponseCode":"599"}`: strings.Repeat("é", 128) + ": 599",
		`{"actionName":"Rest","apiResponseCode":"-1"}`: "Rest: Studio's internal error (-1)",
		`{"actionId":1}`: "script API call: no response code",
		`{"actionId":1,"apiResponseMessage":"said"}`: "script API call: no response code",
		`{"actionId":1,"responseTime":1e300}`:        "script API call: no response code, 1e+300 s",
	} {
		assert.Equal(t, want, body(script(t, defaults(), given)))
	}
}

func TestStatusCodesAtTheirEdges(t *testing.T) {
	for code, want := range map[string]struct {
		severity plog.SeverityNumber
		failed   bool
		isHTTP   bool
	}{
		`"99"`: {plog.SeverityNumberInfo, false, false}, `100`: {plog.SeverityNumberInfo, false, true},
		`"399"`: {plog.SeverityNumberInfo, false, true},
		`"400"`: {plog.SeverityNumberWarn, true, true}, `"499"`: {plog.SeverityNumberWarn, true, true},
		`500`:   {plog.SeverityNumberError, true, true},
		`"599"`: {plog.SeverityNumberError, true, true}, `"600"`: {plog.SeverityNumberInfo, false, false},
		`"-1"`:   {plog.SeverityNumberError, true, false},
		`"-400"`: {plog.SeverityNumberInfo, false, false}, `"9223372036854775808"`: {plog.SeverityNumberInfo, false, false},
		`""`:      {plog.SeverityNumberInfo, false, false},
		`{"a":1}`: {plog.SeverityNumberInfo, false, false}, `" 404"`: {plog.SeverityNumberWarn, true, true},
		`"4_04"`: {plog.SeverityNumberInfo, false, false},
	} {
		b := script(t, defaults(), `{"contactId":1,"apiResponseMessage":"why","apiResponseCode":`+code+`}`)
		span := b.Traces.ResourceSpans().At(0).ScopeSpans().At(0).Spans().At(0)
		log := b.Logs.ResourceLogs().At(0).ScopeLogs().At(0).LogRecords().At(0)
		assert.Equal(t, want.severity, log.SeverityNumber(), code)
		assert.Equal(t, want.severity.String(), map[string]string{"INFO": "Info", "WARN": "Warn", "ERROR": "Error"}[log.SeverityText()], code)
		assert.Equal(t, want.failed, span.Status().Code() == 2, code)
		assert.Equal(t, map[bool]string{true: "why"}[want.failed], span.Status().Message(), code)
		assert.Equal(t, want.failed, get(span.Attributes(), "error.type") != "", code)
		_, isHTTP := span.Attributes().Get("http.response.status_code")
		assert.Equal(t, want.isHTTP, isHTTP, code)
		assert.Equal(t, !want.isHTTP && strings.Trim(code, `"`) != "" && code[0] != '{',
			get(span.Attributes(), "cxone.script.api.response_code") != "", code)
	}
}

func TestWideAndDeepAnalysis(t *testing.T) {
	deep := strings.Repeat(`{"a":[`, 49) + `1` + strings.Repeat(`]}`, 49)
	b := voice(t, defaults(), `{"ContactId":1,"spearlineAnalysis":`+deep+`}`)
	v, _ := firstSpanAttributes(b).Get("cxone.spearline_analysis")
	assert.Equal(t, pcommon.ValueTypeMap, v.Type())
	assert.NotEmpty(t, marshal(t, b))

	wide := func(n int) string {
		var s strings.Builder
		for i := range n {
			fmt.Fprintf(&s, `,"n%d":1`, i)
		}
		return "{" + s.String()[1:] + "}"
	}
	for n, want := range map[int]pcommon.ValueType{
		maxNodes - 3: pcommon.ValueTypeMap,
		maxNodes:     pcommon.ValueTypeStr,
		50_000:       pcommon.ValueTypeStr,
	} {
		v, _ := firstSpanAttributes(voice(t, defaults(), `{"ContactId":1,"spearlineAnalysis":`+wide(n)+`}`)).Get("cxone.spearline_analysis")
		assert.Equal(t, want, v.Type(), n)
		v, _ = firstSpanAttributes(voice(t, defaults(), `{"ContactId":1,"spearlineAnalysis":[[`+wide(n)+`]]}`)).Get("cxone.spearline_analysis")
		assert.Equal(t, want == pcommon.ValueTypeStr, v.Type() == pcommon.ValueTypeStr, "%d members at depth", n)
	}
	v, _ = firstSpanAttributes(voice(t, defaults(), `{"ContactId":1,"spearlineAnalysis":{"a":1,"a":2,"b":1e400,"c":-0.5,`+
		`"d":9223372036854775807}}`)).Get("cxone.spearline_analysis")
	assert.Equal(t, map[string]any{"a": int64(2), "b": "1e400", "c": -0.5, "d": int64(math.MaxInt64)}, v.AsRaw())
}

// TestAValueOfAnyKindIsBounded has values that are small as text and large as telemetry.
func TestAValueOfAnyKindIsBounded(t *testing.T) {
	for name, value := range map[string]string{
		"an array":           `[` + strings.Repeat(`1,`, 1<<20) + `1]`,
		"an array of arrays": `[` + strings.Repeat(`[],`, 1<<20) + `[]]`,
		"arrays in a map":    `{"a":[` + strings.Repeat(`1,`, 200) + `1],"b":[` + strings.Repeat(`"é",`, 5000) + `1]}`,
		"objects":            `[` + strings.Repeat(`{"a":{}},`, 1<<18) + `1]`,
	} {
		b := voice(t, defaults(), `{"ContactId":1,"spearlineAnalysis":`+value+`}`)
		for _, attrs := range []pcommon.Map{firstSpanAttributes(b), firstLogAttributes(b)} {
			v, _ := attrs.Get("cxone.spearline_analysis")
			assert.Equal(t, pcommon.ValueTypeStr, v.Type(), name)
			assert.LessOrEqual(t, len(v.Str()), maxText, name)
			assert.True(t, strings.HasPrefix(value, v.Str()), name)
		}
		assert.Less(t, len(marshal(t, b)), 3*maxText, name)
	}
}

// TestTextsOnMetricsAreCut has texts that would be repeated with every figure.
func TestTextsOnMetricsAreCut(t *testing.T) {
	long := strings.Repeat("é", 1<<20)
	b := voice(t, defaults(), `{"ContactId":1,"AvgMos":4,"AvgJitter":1,"AvgRtt":2,"SkillName":"`+long+`","MediaTransport":"`+long+
		`","Cluster":"`+long+`","BusinessUnit":"`+long+`"}`)
	rm := b.Metrics.ResourceMetrics().At(0)
	cut := strings.Repeat("é", 128)
	assert.Equal(t, cut, get(rm.Resource().Attributes(), "cxone.cluster"))
	assert.Equal(t, cut, get(rm.Resource().Attributes(), "cxone.business_unit.id"))
	for _, m := range rm.ScopeMetrics().At(0).Metrics().All() {
		attrs := m.Gauge().DataPoints().At(0).Attributes()
		assert.Equal(t, cut, get(attrs, "cxone.skill.name"))
		assert.Equal(t, cut, get(attrs, "network.transport"))
	}
	assert.Equal(t, long, get(firstSpanAttributes(b), "cxone.skill.name"), "spans and log records have it whole")
	assert.Equal(t, long, get(b.Logs.ResourceLogs().At(0).Resource().Attributes(), "cxone.cluster"))
}

func TestUnreadableRecords(t *testing.T) {
	const body = `{"timestamp":"4/20/2024 06:13:37 AM","tenant":"t","metadata":[{"contactId":1,"busNo":"b"},{"x":1}]}`
	b := script(t, defaults(), body)
	assert.Equal(t, 1, b.Items(SignalTraces))
	lr := b.Logs.ResourceLogs().At(1).ScopeLogs().At(0).LogRecords().At(0)
	assert.Equal(t, "cxone.record.unreadable", lr.EventName())
	assert.Equal(t, plog.SeverityNumberError, lr.SeverityNumber())
	assert.Equal(t, "ERROR", lr.SeverityText())
	assert.Equal(t, `{"x":1}`, lr.Body().Str())
	assert.Equal(t, "envelope", get(lr.Attributes(), "cxone.timestamp.source"))
	assert.Equal(t, "2024-04-20T06:13:37Z", lr.Timestamp().AsTime().Format(time.RFC3339))
	assert.Equal(t, "t", get(lr.Attributes(), "cxone.extra.tenant"))
	assert.Len(t, get(lr.Attributes(), "log.record.uid"), 32)
	assert.True(t, lr.TraceID().IsEmpty())
	assert.Equal(t, 1, b.Stats.Unreadable)
	assert.Equal(t, 1, b.Stats.Accepted)
}

// TestLogRecordUIDs checks that UIDs are equal for records that differ in insignificant white space, and differ for all
// others.
func TestLogRecordUIDs(t *testing.T) {
	uid := func(namespace, body string) string {
		o := defaults()
		o.Namespace = namespace
		return get(firstLogAttributes(voice(t, o, body)), "log.record.uid")
	}
	first := uid("", `{"ContactId":1,"AvgMos":4.20}`)
	for _, same := range []string{
		"{ \"ContactId\" :\t1,\r\n\"AvgMos\": 4.20 }",
		`"{\"ContactId\":1,\"AvgMos\":4.20}"`,
		`[{"ContactId":1,"AvgMos":4.20}]`,
		"\ufeff" + `{"ContactId":1,"AvgMos":4.20}`,
	} {
		assert.Equal(t, first, uid("", same), same)
	}
	seen := map[string]string{first: "the first"}
	for _, other := range []string{
		`{"ContactId":1,"AvgMos":4.2}`,
		`{"AvgMos":4.20,"ContactId":1}`,
		`{"ContactId":"1","AvgMos":4.20}`,
		`{"contactId":1,"AvgMos":4.20}`,
		`{"ContactId":1,"AvgMos":4.20,"a":" "}`,
		`{"ContactId":1,"AvgMos":4.20,"a":""}`,
	} {
		assert.NotContains(t, seen, uid("", other), other)
		seen[uid("", other)] = other
	}
	assert.NotContains(t, seen, uid("eu", `{"ContactId":1,"AvgMos":4.20}`))
}
