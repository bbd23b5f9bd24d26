// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package translate

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cxone-otel/cxonereceiver/receiver/internal/payload"
)

// TestIdentityVectors compares the derivation with the published vectors.
func TestIdentityVectors(t *testing.T) {
	var vectors struct {
		Contacts []struct {
			Namespace, ContactID, MasterContactID string
			TraceID                               string `json:"trace_id"`
			ContactSpanID                         string `json:"contact_span_id"`
			ParentSpanID                          string `json:"parent_span_id"`
		}
		ScriptAPICalls []struct {
			Namespace, MessageID, ContactID, ActionID, DateTime string
			Script                                              string `json:"scriptId/version"`
			SpanID                                              string `json:"span_id"`
		} `json:"script_api_calls"`
		LogRecords []struct {
			Namespace, Received, Compact string
			DataType                     string `json:"data_type"`
			UID                          string `json:"log.record.uid"`
		} `json:"log_records"`
		Anonymous []struct {
			Namespace, Received, Compact string
			TraceID                      string `json:"trace_id"`
		}
	}
	require.NoError(t, json.Unmarshal([]byte(file(t, "testdata", "identity_vectors.json")), &vectors))
	in := func(namespace string) Options {
		o := defaults()
		o.Namespace = namespace
		return o
	}

	require.NotEmpty(t, vectors.Contacts)
	for _, v := range vectors.Contacts {
		b := voice(t, in(v.Namespace), fmt.Sprintf(`{"ContactId": %q, "MasterContactId": %q}`, v.ContactID, v.MasterContactID))
		span := b.Traces.ResourceSpans().At(0).ScopeSpans().At(0).Spans().At(0)
		assert.Equal(t, v.TraceID, span.TraceID().String())
		assert.Equal(t, v.ContactSpanID, span.SpanID().String())
		assert.Equal(t, v.ParentSpanID, span.ParentSpanID().String())
	}
	require.NotEmpty(t, vectors.ScriptAPICalls)
	for _, v := range vectors.ScriptAPICalls {
		record, err := json.Marshal(map[string]string{
			"messageId": v.MessageID, "contactId": v.ContactID, "scriptId/version": v.Script, "actionId": v.ActionID, "dateTime": v.DateTime,
		})
		require.NoError(t, err)
		b := script(t, in(v.Namespace), string(record))
		assert.Equal(t, v.SpanID, b.Traces.ResourceSpans().At(0).ScopeSpans().At(0).Spans().At(0).SpanID().String())
	}
	require.NotEmpty(t, vectors.LogRecords)
	for _, v := range vectors.LogRecords {
		dataType := payload.VoiceQuality
		if v.DataType == payload.ScriptAPI.String() {
			dataType = payload.ScriptAPI
		}
		assert.Equal(t, v.UID, get(firstLogAttributes(translated(t, in(v.Namespace), dataType, v.Received)), "log.record.uid"))
		assert.Equal(t, v.UID, get(firstLogAttributes(translated(t, in(v.Namespace), dataType, v.Compact)), "log.record.uid"))
	}
	require.NotEmpty(t, vectors.Anonymous)
	for _, v := range vectors.Anonymous {
		span := voice(t, in(v.Namespace), v.Received).Traces.ResourceSpans().At(0).ScopeSpans().At(0).Spans().At(0)
		assert.Equal(t, v.TraceID, span.TraceID().String())
		assert.True(t, span.ParentSpanID().IsEmpty())
	}
}

// TestRecordsWithoutIDsKeepTheirSpansApart has legs of one journey, and calls of one contact, that differ only in their
// records. The values were made with Python's hashlib.
func TestRecordsWithoutIDsKeepTheirSpansApart(t *testing.T) {
	ids := func(b *Batch) (ids []string) {
		for _, span := range b.Traces.ResourceSpans().At(0).ScopeSpans().At(0).Spans().All() {
			ids = append(ids, span.SpanID().String()+" "+span.ParentSpanID().String())
		}
		return ids
	}
	o := defaults()
	o.Namespace = "eu"
	master := voice(t, defaults(), `{"ContactId":"86753099"}`).Traces.ResourceSpans().At(0).ScopeSpans().At(0).Spans().At(0).SpanID().String()

	legs := `[{"MasterContactId": "86753099", "AvgMos": ` +
		`4.1},{"ContactId":"","MasterContactId":"86753099","AvgMos":4.2},{"ContactId":null,"MasterContactId":"86753099","AvgMos":4.2}]`
	assert.Equal(t, []string{
		"a6dc4b1c5dd6284c " + master,
		"530f77b87b13a34a " + master,
		"8f27ffbe20918823 " + master,
	}, ids(voice(t, defaults(), legs)))
	assert.NotEqual(t, ids(voice(t, o, legs)), ids(voice(t, defaults(), legs)))

	calls := `[{"contactId": "1", ` +
		`"responseTime":"1.0"},{"contactId":"1","responseTime":"2.0","messageId":"","scriptId/version":null},{"contactId":"1","actionId":"2"}]`
	contact := "6a285a27010f767d"
	assert.Equal(t, []string{
		"0de0eccf740db3f6 " + contact,
		"89bb98c47316caf1 " + contact,
		"d50d39ff33f7cc37 " + contact,
	}, ids(script(t, defaults(), calls)))
	assert.NotEqual(t, ids(script(t, o, calls)), ids(script(t, defaults(), calls)))
}

func TestNumbersAndStringsAreTheSameIdentity(t *testing.T) {
	number := voice(t, defaults(), `{"ContactId": 8675309, "MasterContactId": 86753099}`)
	text := voice(t, defaults(), `{"ContactId": "8675309", "MasterContactId": "86753099"}`)
	spans := func(b *Batch) string {
		s := b.Traces.ResourceSpans().At(0).ScopeSpans().At(0).Spans().At(0)
		return s.TraceID().String() + s.SpanID().String() + s.ParentSpanID().String()
	}
	assert.Equal(t, spans(number), spans(text))
}

func TestAnAPICallWithoutAContactHasNoParent(t *testing.T) {
	for body, hasParent := range map[string]bool{
		`{"contactId": "1", "actionId": "2"}`:       true,
		`{"masterContactId": "1", "actionId": "2"}`: false,
		`{"actionId": "2"}`:                         false,
	} {
		span := script(t, defaults(), body).Traces.ResourceSpans().At(0).ScopeSpans().At(0).Spans().At(0)
		assert.Equal(t, hasParent, !span.ParentSpanID().IsEmpty(), body)
		assert.False(t, span.TraceID().IsEmpty())
	}
}

// TestIdentitiesInABatch has records of the same contact, and of others, one after the other: each has the IDs that it has alone.
func TestIdentitiesInABatch(t *testing.T) {
	records := []string{
		`{"ContactId": "1", "MasterContactId": "1"}`, `{"ContactId": "2", "MasterContactId": "1"}`, `{"ContactId": "1"}`,
		`{"MasterContactId": "1"}`,
		`{"Agent": "a"}`, `{"ContactId": "1", "MasterContactId": "2"}`, `{"ContactId": "2"}`, `{"Agent": "b"}`, `{"ContactId": "2"}`,
	}
	all := voice(t, defaults(), "["+strings.Join(records, ",")+"]").Traces.ResourceSpans().At(0).ScopeSpans().At(0).Spans()
	require.Equal(t, len(records), all.Len())
	for i, record := range records {
		alone := voice(t, defaults(), record).Traces.ResourceSpans().At(0).ScopeSpans().At(0).Spans().At(0)
		assert.Equal(t, alone.TraceID(), all.At(i).TraceID(), record)
		assert.Equal(t, alone.SpanID(), all.At(i).SpanID(), record)
		assert.Equal(t, alone.ParentSpanID(), all.At(i).ParentSpanID(), record)
	}
}
