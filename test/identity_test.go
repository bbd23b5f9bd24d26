// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// identityVectors is testdata/identity_vectors.json.
type identityVectors struct {
	Contacts []struct {
		Namespace, ContactID, MasterContactID string
		TraceID                               string `json:"trace_id"`
		ContactSpanID                         string `json:"contact_span_id"`
		ParentSpanID                          string `json:"parent_span_id"`
	}
	ScriptAPICalls []struct {
		Namespace, MessageID, ContactID, ActionID, DateTime string

		ScriptIDVersion string `json:"scriptId/version"`
		SpanID          string `json:"span_id"`
	} `json:"script_api_calls"`
	LogRecords []struct {
		Namespace string
		DataType  string `json:"data_type"`
		Received  string
		UID       string `json:"log.record.uid"`
	} `json:"log_records"`
	Anonymous []struct {
		Namespace, Received string
		TraceID             string `json:"trace_id"`
	}
}

// TestThePublishedIdentityVectors delivers each vector to a collector with its namespace.
func TestThePublishedIdentityVectors(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(filepath.Join("..", "testdata", "identity_vectors.json"))
	require.NoError(t, err)
	var vectors identityVectors
	require.NoError(t, json.Unmarshal(text, &vectors))
	require.NotEmpty(t, vectors.Contacts)
	byNamespace := map[string]*collector{}
	for _, namespace := range []string{"", "eu"} {
		byNamespace[namespace] = start(t, unbuffered(with(open+fmt.Sprintf("    namespace: %q\n", namespace))))
	}
	deliver := func(namespace, path, body string) output {
		c, ok := byNamespace[namespace]
		require.True(t, ok, "a namespace that this test does not know: %q", namespace)
		return c.deliver(path, body, oneAccepted)
	}

	for _, v := range vectors.Contacts {
		o := deliver(v.Namespace, voicePath, fmt.Sprintf(`{"ContactId": %s, "MasterContactId": %q, "AvgMos": 4}`, v.ContactID, v.MasterContactID))
		span := o.spans[0]
		assert.Equal(t, []string{v.TraceID, v.ContactSpanID, v.ParentSpanID},
			[]string{span.TraceID().String(), span.SpanID().String(), span.ParentSpanID().String()}, "contact %s", v.ContactID)
		assert.Equal(t, span.SpanID(), o.records[0].SpanID())
		assert.Equal(t, span.TraceID(), o.records[0].TraceID())
		assert.Equal(t, span.SpanID(), o.points[0].Exemplars().At(0).SpanID())
	}
	for _, v := range vectors.ScriptAPICalls {
		o := deliver(v.Namespace, scriptPath, fmt.Sprintf(`{"messageId": %q, "contactId": %q, "scriptId/version": %q, "actionId": %q, `+
			`"dateTime": %q}`,
			v.MessageID, v.ContactID, v.ScriptIDVersion, v.ActionID, v.DateTime))
		assert.Equal(t, v.SpanID, o.spans[0].SpanID().String(), "action %s", v.ActionID)
		assert.Equal(t, v.SpanID, o.records[0].SpanID().String())
	}
	for _, v := range vectors.LogRecords {
		path := voicePath
		if v.DataType == "script_api" {
			path = scriptPath
		}
		o := deliver(v.Namespace, path, v.Received)
		assert.Equal(t, v.UID, str(t, o.records[0].Attributes(), "log.record.uid"), v.Received)
	}
	for _, v := range vectors.Anonymous {
		o := deliver(v.Namespace, voicePath, v.Received)
		assert.Equal(t, v.TraceID, o.spans[0].TraceID().String())
		assert.True(t, o.spans[0].ParentSpanID().IsEmpty())
	}
}

// TestPrometheus reads what the Prometheus exporter serves of the vendor's sample.
func TestPrometheus(t *testing.T) {
	t.Parallel()
	c := start(t, with(open))
	require.Equal(t, 200, c.post(voicePath, payload(t, "voice_quality.json")).status)
	page := c.get(c.scrape)
	for name, want := range map[string]float64{
		"cxone_call_duration_seconds": 561, "cxone_call_setup_time_seconds": 0.898, "cxone_call_bitrate_bit_per_second": 0,
		"cxone_call_rtt_seconds": 0,
	} {
		value, count := series(page, name, `cxone_business_unit_id="1337"`, `cxone_call_line_type="webRTC"`,
			`cxone_skill_name="Mysteries Report"`)
		assert.Equal(t, 1, count, "%s in:\n%s", name, page)
		assert.InDelta(t, want, value, 1e-12, name)
	}
	for _, absent := range []string{
		"cxone_call_mos",
		"cxone_call_r_factor",
		"cxone_call_jitter",
		"cxone_call_packet_loss",
		"5309",
		"8675309",
		"Sherlock",
	} {
		assert.NotContains(t, page, absent)
	}
}
