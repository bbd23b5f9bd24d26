// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/ptrace"
)

func TestTheVendorsSamples(t *testing.T) {
	t.Parallel()
	c := start(t, with(open))
	require.Equal(t, `200 {"accepted": 1}`, c.post(voicePath, payload(t, "voice_quality.json")).String())
	require.Equal(t, `200 {"accepted": 1}`, c.post(scriptPath, payload(t, "script_api.json")).String())
	c.await(4, 2, 2)

	gauges := map[string]float64{}
	for _, p := range c.points() {
		gauges[p.name+" "+p.unit] = p.DoubleValue()
		assert.Equal(t, "2024-03-26T13:57:47.009Z", p.Timestamp().AsTime().Format(time.RFC3339Nano))
		assert.Equal(t, "2024-03-26T13:57:41.727Z", p.StartTimestamp().AsTime().Format(time.RFC3339Nano))
		assert.Equal(t, "1337", str(t, p.resource, "cxone.business_unit.id"))
		assert.Equal(t, "L69", str(t, p.resource, "cxone.cluster"))
		assert.Equal(t, "cxone", str(t, p.resource, "service.name"))
		require.Equal(t, 1, p.Exemplars().Len())
		assert.Equal(t, "04171fc712c4831a", p.Exemplars().At(0).SpanID().String())
	}
	assert.Equal(t, map[string]float64{
		"cxone.call.duration s": 561, "cxone.call.setup_time s": 0.898, "cxone.call.bitrate bit/s": 0, "cxone.call.rtt s": 0,
	}, gauges)

	contact, call := c.spans()[0], c.spans()[1]
	assert.Equal(t, "contact", contact.Name())
	assert.Equal(t, ptrace.SpanKindInternal, contact.Kind())
	assert.Equal(t, "691fcb301775f8df9adb8fd9c5a7d5e4", contact.TraceID().String())
	assert.Equal(t, "04171fc712c4831a", contact.SpanID().String())
	assert.Equal(t, "4a48efe99319d1f0", contact.ParentSpanID().String())
	assert.Equal(t, 5282*time.Millisecond, contact.EndTimestamp().AsTime().Sub(contact.StartTimestamp().AsTime()))
	assert.Equal(t, "****5309", str(t, contact.Attributes(), "cxone.call.from"))

	assert.Equal(t, "Do RESTful web service API call", call.Name())
	assert.Equal(t, ptrace.SpanKindClient, call.Kind())
	assert.Equal(t, "395a24f0d8f45cac917de022238adbc2", call.TraceID().String())
	assert.Equal(t, "a2673fd123db840d", call.SpanID().String())
	assert.Equal(t, "4fe9953aec12ce7c", call.ParentSpanID().String())
	assert.Equal(t, "2023-04-21T11:20:20Z", call.EndTimestamp().AsTime().Format(time.RFC3339Nano))
	assert.Equal(t, time.Second, call.EndTimestamp().AsTime().Sub(call.StartTimestamp().AsTime()))
	assert.Equal(t, ptrace.StatusCodeUnset, call.Status().Code())
	code, _ := call.Attributes().Get("http.response.status_code")
	assert.EqualValues(t, 200, code.Int())

	leg, api := c.records()[0], c.records()[1]
	assert.Equal(t, "cxone.call.completed", leg.EventName())
	assert.Equal(t, plog.SeverityNumberInfo, leg.SeverityNumber())
	assert.Equal(t, contact.SpanID(), leg.SpanID())
	assert.Equal(t, contact.EndTimestamp(), leg.Timestamp())
	assert.Equal(t, "cxone.script.api.completed", api.EventName())
	assert.Equal(t, "Do RESTful web service API call: 200 OK, 1 s, callbackurl.com", api.Body().Str())
	assert.Equal(t, call.SpanID(), api.SpanID())
	assert.Equal(t, call.TraceID(), api.TraceID())
	assert.Equal(t, call.EndTimestamp(), api.Timestamp())
}

func TestAJourneyIsOneTrace(t *testing.T) {
	t.Parallel()
	c := start(t, with(open))
	leg := func(contact string) string {
		return `{"ContactId": ` + contact + `, "MasterContactId": "100", "StartDateTime": "2026-01-01T10:00:00Z", "EndDateTime": ` +
			`"2026-01-01T10:05:00Z"}`
	}
	call := func(contact, action string) string {
		return `{"contactId": "` + contact + `", "masterContactId": 100, "actionId": "` + action + `", "dateTime": "1/1/2026 10:01:00 AM", ` +
			`"apiResponseCode": "200"}`
	}
	// API calls come before their legs, since they end before the call does.
	require.Equal(t, 200, c.post(scriptPath, `{"event": "SCRIPT_API_MONITORING ", "metadata": [`+call("100", "1")+`,`+
		call("200", "2")+`]}`).status)
	require.Equal(t, 200, c.post(scriptPath, `[`+call("200", "3")+`]`).status)
	require.Equal(t, 200, c.post(voicePath, leg("200")).status)
	require.Equal(t, 200, c.post(voicePath, leg("100")).status)
	c.await(0, 5, 5)

	present := map[pcommon.SpanID]bool{}
	for _, s := range c.spans() {
		present[s.SpanID()] = true
		assert.Equal(t, c.spans()[0].TraceID(), s.TraceID())
	}
	assert.Len(t, present, 5)
	roots := 0
	for _, s := range c.spans() {
		if s.ParentSpanID().IsEmpty() {
			roots++
			assert.Equal(t, "100", str(t, s.Attributes(), "cxone.contact.id"))
			continue
		}
		assert.True(t, present[s.ParentSpanID()], "the parent of %s", s.Name())
	}
	assert.Equal(t, 1, roots)
}

func TestTheSameDeliveryGivesTheSameTelemetryAfterARestart(t *testing.T) {
	t.Parallel()
	var ids [2][]string
	for i := range ids {
		c := start(t, with(open))
		require.Equal(t, 200, c.post(voicePath, payload(t, "voice_quality.json")).status)
		c.await(4, 1, 1)
		ids[i] = []string{c.spans()[0].TraceID().String(), c.spans()[0].SpanID().String(), str(t, c.records()[0].Attributes(), "log.record.uid")}
	}
	assert.Equal(t, ids[0], ids[1])
}
