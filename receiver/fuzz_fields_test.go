// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package receiver

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/klauspost/compress/gzip"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/receiver/receivertest"

	"github.com/cxone-otel/cxonereceiver/receiver/internal/metadata"
	"github.com/cxone-otel/cxonereceiver/receiver/internal/privacy"
)

// The fields of the two payloads and their attributes, written from the specification rather than from the code.
var (
	legIdentifiers = map[string]string{
		"ContactId": "cxone.contact.id", "MasterContactId": "cxone.master_contact.id", "SkillId": "cxone.skill.id", "TeamId": "cxone.team.id",
		"AgentId": "cxone.agent.id",
	}
	legTexts = map[string]string{
		"DataSource": "cxone.data_source", "SkillName": "cxone.skill.name", "TeamName": "cxone.team.name", "Agent": "cxone.agent.name",
		"DbKey": "cxone.db_key", "From": "cxone.call.from", "To": "cxone.call.to", "Direction": "cxone.call.direction", "Poc": "cxone.poc",
		"LineType": "cxone.call.line_type", "DisconnectReason": "cxone.call.disconnect_reason", "Disposition": "cxone.call.disposition",
		"SipResponseCode": "cxone.sip.response_code", "SipFailureCode": "cxone.sip.failure_code", "SipIsDroppedCode": "cxone.sip.dropped_code",
		"SipAbandonedByOriginator": "cxone.sip.abandoned_by_originator", "IspProvider": "cxone.isp", "OperatingSystem": "user_agent.os.name",
		"OsVersion": "user_agent.os.version", "LocationCountry": "cxone.location.country", "LocationCity": "geo.locality.name",
		"SdkVersion": "cxone.sdk.version", "Browser": "user_agent.name", "ConnectionType": "cxone.media.connection_type",
		"MediaTransport": "network.transport", "AgentConsoleType": "cxone.agent_console.type",
		"AgentConsoleVersion": "cxone.agent_console.version",
	}
	// legFigures have the name of their metric, and the factor from the vendor's number.
	legFigures = map[string]struct {
		metric string
		times  float64
	}{
		"AvgMos": {"cxone.call.mos", 1}, "AvgRFactor": {"cxone.call.r_factor", 1}, "CallScore": {"cxone.call.score", 1},
		"AvgJitter": {"cxone.call.jitter", 1e-3}, "AvgPktLoss": {"cxone.call.packet_loss", 1e-2}, "AvgRtt": {"cxone.call.rtt", 1e-3},
		"AvgBitrate": {"cxone.call.bitrate", 1e3}, "Callduration": {"cxone.call.duration", 1}, "Ringtime": {"cxone.call.ring_time", 1},
		"CallSetupTime": {"cxone.call.setup_time", 1e-3}, "Disconnecttime": {"cxone.call.disconnect_time", 1},
	}
	callIdentifiers = map[string]string{
		"messageId": "cxone.message.id", "contactId": "cxone.contact.id", "masterContactId": "cxone.master_contact.id",
		"actionId": "cxone.action.id",
	}
	callTexts = map[string]string{
		"scriptName": "cxone.script.name", "actionName": "cxone.action.name", "actionLabel": "cxone.action.label",
		"apiResponseMessage": "cxone.script.api.response_message",
	}
)

// openEndpoint is an endpoint that keeps personal data, so that values are exported unchanged.
func openEndpoint(tb testing.TB, next consumers) *endpoint {
	tb.Helper()
	cfg := testConfig()
	cfg.ReplayWindow.Size = 0 // or a repeat would export nothing
	cfg.Privacy.PhoneNumbers, cfg.Privacy.URLQuery = privacy.Keep, privacy.Keep
	r, err := newReceiver(receivertest.NewNopSettings(metadata.Type), cfg)
	require.NoError(tb, err)
	r.next = next
	e, err := newEndpoint(tb.Context(), r, componenttest.NewNopHost())
	require.NoError(tb, err)
	return e
}

// values are what a fuzzer fills a record with.
type values struct {
	text   string
	digits uint64
	number float64
	at     time.Time
	quoted bool // numbers and identifiers as strings
}

// identifier returns an identifier, and how it is put in JSON.
func (v *values) identifier(i int) (want string, inJSON any) {
	want = strconv.Itoa(i) + strconv.FormatUint(v.digits, 10) // no number begins with a zero
	if v.quoted {
		return want, want
	}
	return want, json.Number(want)
}

func (v *values) figure() any {
	if v.quoted {
		return strconv.FormatFloat(v.number, 'g', -1, 64)
	}
	return v.number
}

// extra is an unknown field.
const extraField = "Zz-Nobody-Knows"

// leg makes a record with all the fields of a call leg, and returns the texts that must be found.
func (v *values) leg() (record map[string]any, want map[string]string) {
	record, want = map[string]any{}, map[string]string{}
	i := 0
	for _, field := range slices.Sorted(maps.Keys(legIdentifiers)) {
		i++
		want[legIdentifiers[field]], record[field] = v.identifier(i)
	}
	for _, field := range slices.Sorted(maps.Keys(legTexts)) {
		i++
		record[field] = fmt.Sprint("t", i, v.text)
		want[legTexts[field]] = fmt.Sprint("t", i, v.text)
	}
	want["network.transport"] = strings.ToLower(want["network.transport"])
	for field := range legFigures {
		record[field] = v.figure()
	}
	record["StartDateTime"], record["EndDateTime"] = v.at.Format(time.RFC3339Nano), v.at.Add(time.Minute).Format(time.RFC3339Nano)
	record["spearlineAnalysis"] = map[string]any{"note": "s" + v.text}
	want["cxone.extra."+extraField] = "x" + v.text
	record[extraField] = "x" + v.text
	return record, want
}

// call makes a record with all the fields of an API call.
func (v *values) call() (record map[string]any, want map[string]string) {
	record, want = map[string]any{}, map[string]string{}
	i := 0
	for _, field := range slices.Sorted(maps.Keys(callIdentifiers)) {
		i++
		want[callIdentifiers[field]], record[field] = v.identifier(i)
	}
	for _, field := range slices.Sorted(maps.Keys(callTexts)) {
		i++
		record[field] = fmt.Sprint("t", i, v.text)
		want[callTexts[field]] = fmt.Sprint("t", i, v.text)
	}
	want["cxone.script.id"] = strconv.FormatUint(v.digits, 10)
	want["cxone.script.version"] = strconv.FormatUint(v.digits%97, 10)
	record["scriptId/version"] = want["cxone.script.id"] + "/" + want["cxone.script.version"]
	want["url.full"] = "https://api.example.org/" + url.QueryEscape(v.text) + "?q=" + url.QueryEscape(v.text)
	record["apiEndpoint"] = want["url.full"]
	code := strconv.FormatUint(v.digits%700, 10)
	record["apiResponseCode"] = code
	if n := v.digits % 700; n >= 100 && n <= 599 {
		want["http.response.status_code"] = code
	} else {
		want["cxone.script.api.response_code"] = code
	}
	record["responseTime"] = v.figure()
	record["dateTime"] = v.at.Format("1/2/2006 3:04:05 PM")
	want["cxone.extra."+extraField] = "x" + v.text
	record[extraField] = "x" + v.text
	return record, want
}

// put is the form in which a record is sent: as it is, in an array, encoded twice, compressed.
func put(tb testing.TB, record any, how uint8) (body []byte, encoding string) {
	tb.Helper()
	body, err := json.Marshal(record)
	require.NoError(tb, err)
	switch how % 4 {
	case 1:
		body = append(append([]byte{'['}, body...), ']')
	case 2:
		body, err = json.Marshal(string(body))
		require.NoError(tb, err)
	case 3:
		var packed bytes.Buffer
		w := gzip.NewWriter(&packed)
		_, err = w.Write(body)
		require.NoError(tb, err)
		require.NoError(tb, w.Close())
		return packed.Bytes(), encodingGzip
	}
	return body, ""
}

func addFieldSeeds(f *testing.F) {
	f.Helper()
	for how := range uint8(4) {
		f.Add("Sherlock Holmes", uint64(8675309), 4.2, int64(1711461461), true, how)
		f.Add("+1 (801) 867-5309, \u202eßİ\"\\\n", uint64(math.MaxUint64), -1e-300, int64(1), false, how)
	}
	f.Add("", uint64(0), 0.0, int64(4102444800), false, uint8(0))
	f.Add("user:secret@host/?a=b#c", uint64(503), 1.7e308, int64(86399), true, uint8(2))
}

// newValues returns the fuzzer's values, changed as far as a valid record needs it.
func newValues(t *testing.T, text string, digits uint64, number float64, seconds int64, quoted bool) *values {
	t.Helper()
	if len(text) > 1000 || math.IsNaN(number) || math.IsInf(number, 0) || seconds < 1 || seconds > 9_000_000_000 {
		t.Skip("no valid record")
	}
	return &values{strings.ToValidUTF8(text, "\ufffd"), digits, number, time.Unix(seconds, 0).UTC(), quoted}
}

func wantTexts(t *testing.T, attributes pcommon.Map, want map[string]string, where string) {
	t.Helper()
	for key, text := range want {
		got, found := attributes.Get(key)
		require.True(t, found, "%s is not on the %s", key, where)
		require.Equal(t, text, got.AsString(), "%s of the %s", key, where)
	}
}

// without returns the attributes of a span: unknown fields are only on log records.
func without(want map[string]string, key string) map[string]string {
	rest := map[string]string{}
	for k, v := range want {
		if k != key {
			rest[k] = v
		}
	}
	return rest
}

func deliverFuzzed(t *testing.T, e *endpoint, path string, record any, how uint8) {
	t.Helper()
	body, encoding := put(t, record, how)
	req := httptest.NewRequest(http.MethodPost, path, bytes.NewReader(body))
	if encoding != "" {
		req.Header.Set("Content-Encoding", encoding)
	}
	w := httptest.NewRecorder()
	e.ServeHTTP(w, req)
	require.Equal(t, http.StatusOK, w.Code, w.Body.String())
	require.JSONEq(t, `{"accepted": 1}`, w.Body.String())
}

// FuzzFieldsOfALeg fills every field of a call leg, and finds each in the telemetry.
func FuzzFieldsOfALeg(f *testing.F) {
	metrics, traces, logs := new(consumertest.MetricsSink), new(consumertest.TracesSink), new(consumertest.LogsSink)
	e := openEndpoint(f, consumers{metrics, traces, logs})
	addFieldSeeds(f)
	f.Fuzz(func(t *testing.T, text string, digits uint64, number float64, seconds int64, quoted bool, how uint8) {
		v := newValues(t, text, digits, number, seconds, quoted)
		record, want := v.leg()
		tenant, tenantInJSON := v.identifier(99)
		record["BusinessUnit"], record["Cluster"] = tenantInJSON, "c"+v.text
		metrics.Reset()
		traces.Reset()
		logs.Reset()
		deliverFuzzed(t, e, voicePath, record, how)

		require.Equal(t, 1, logs.LogRecordCount())
		require.Equal(t, 1, traces.SpanCount())
		rl := logs.AllLogs()[0].ResourceLogs().At(0)
		wantTexts(t, rl.Resource().Attributes(), map[string]string{"cxone.business_unit.id": tenant, "cxone.cluster": "c" + v.text}, "resource")
		line, span := rl.ScopeLogs().At(0).LogRecords().At(0), traces.AllTraces()[0].ResourceSpans().At(0).ScopeSpans().At(0).Spans().At(0)
		wantTexts(t, line.Attributes(), want, "log record")
		wantTexts(t, span.Attributes(), without(want, "cxone.extra."+extraField), "span")
		analysis, found := line.Attributes().Get("cxone.spearline_analysis")
		require.True(t, found)
		note, _ := analysis.Map().Get("note")
		require.Equal(t, "s"+v.text, note.AsString())
		require.Equal(t, v.at, span.StartTimestamp().AsTime())
		require.Equal(t, v.at.Add(time.Minute), span.EndTimestamp().AsTime())
		wantFigures(t, metrics, line.Attributes(), number)
	})
}

// wantFigures finds every figure as a point and as an attribute. If its unit makes it too large, it must be marked as
// unreadable.
func wantFigures(t *testing.T, metrics *consumertest.MetricsSink, attributes pcommon.Map, number float64) {
	t.Helper()
	points := map[string]float64{}
	for _, d := range metrics.AllMetrics() {
		for _, rm := range d.ResourceMetrics().All() {
			for _, m := range rm.ScopeMetrics().At(0).Metrics().All() {
				points[m.Name()] = m.Gauge().DataPoints().At(0).DoubleValue()
			}
		}
	}
	for field, figure := range legFigures {
		want := number * figure.times
		switch {
		case number == 0 && (field == "AvgMos" || field == "CallScore"): // not on their scale
			require.NotContains(t, points, figure.metric)
			continue
		case math.IsInf(want, 0):
			_, found := attributes.Get("cxone.unreadable." + field)
			require.True(t, found, field)
			continue
		}
		got, found := points[figure.metric]
		require.True(t, found, figure.metric)
		require.InDelta(t, want, got, math.Abs(want)*1e-9+math.SmallestNonzeroFloat64, figure.metric)
		onLine, found := attributes.Get(figure.metric)
		require.True(t, found, figure.metric)
		require.InDelta(t, got, onLine.Double(), 0)
	}
}

// FuzzFieldsOfACall fills every field of a script's API call, and finds each in the telemetry.
func FuzzFieldsOfACall(f *testing.F) {
	traces, logs := new(consumertest.TracesSink), new(consumertest.LogsSink)
	e := openEndpoint(f, consumers{nil, traces, logs})
	addFieldSeeds(f)
	f.Fuzz(func(t *testing.T, text string, digits uint64, number float64, seconds int64, quoted bool, how uint8) {
		v := newValues(t, text, digits, number, seconds, quoted)
		record, want := v.call()
		tenant, tenantInJSON := v.identifier(99)
		record["busNo"] = tenantInJSON
		var envelope any = record // as it is, without one
		if how&4 == 0 {
			inner, err := json.Marshal([]any{record})
			require.NoError(t, err)
			envelope = map[string]any{
				"source":    "NICE",
				"event":     "SCRIPT_API_MONITORING ",
				"timestamp": "4/20/2024 06:13:37 AM",
				"metadata":  string(inner),
			}
		}
		traces.Reset()
		logs.Reset()
		deliverFuzzed(t, e, scriptPath, envelope, how)

		require.Equal(t, 1, logs.LogRecordCount())
		require.Equal(t, 1, traces.SpanCount())
		rl := logs.AllLogs()[0].ResourceLogs().At(0)
		wantTexts(t, rl.Resource().Attributes(), map[string]string{"cxone.business_unit.id": tenant}, "resource")
		line, span := rl.ScopeLogs().At(0).LogRecords().At(0), traces.AllTraces()[0].ResourceSpans().At(0).ScopeSpans().At(0).Spans().At(0)
		wantTexts(t, line.Attributes(), want, "log record")
		wantTexts(t, span.Attributes(), without(want, "cxone.extra."+extraField), "span")
		require.Equal(t, v.at, line.Timestamp().AsTime())
		require.Equal(t, v.at, span.EndTimestamp().AsTime())
		took, found := span.Attributes().Get("cxone.script.api.duration")
		require.True(t, found)
		assert.InDelta(t, number, took.Double(), 0)
	})
}
