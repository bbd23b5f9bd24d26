// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package receiver

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/pmetric"
	"go.opentelemetry.io/collector/pdata/ptrace"
	"go.opentelemetry.io/collector/receiver/receivertest"

	"github.com/cxone-otel/cxonereceiver/receiver/internal/metadata"
)

// recorder keeps the bytes of the telemetry, without the parts that depend on the clock. It refuses the signals that it is
// told to.
type recorder struct {
	out     bytes.Buffer
	refuse  uint8 // a bit for each signal
	refused int
}

func (c *recorder) take(signal uint8, b []byte, err error) error {
	if c.refuse&(1<<signal) != 0 {
		c.refused++
		return errTransient
	}
	c.out.Write(b)
	return err
}

func (c *recorder) pipelines(tb testing.TB) consumers {
	tb.Helper()
	metrics, err := consumer.NewMetrics(func(_ context.Context, d pmetric.Metrics) error {
		b, err := (&pmetric.ProtoMarshaler{}).MarshalMetrics(d)
		return c.take(0, b, err)
	})
	require.NoError(tb, err)
	traces, err := consumer.NewTraces(func(_ context.Context, d ptrace.Traces) error {
		b, err := (&ptrace.ProtoMarshaler{}).MarshalTraces(d)
		return c.take(1, b, err)
	})
	require.NoError(tb, err)
	logs, err := consumer.NewLogs(func(_ context.Context, d plog.Logs) error {
		for _, rl := range d.ResourceLogs().All() {
			for _, sl := range rl.ScopeLogs().All() {
				for _, lr := range sl.LogRecords().All() {
					lr.SetObservedTimestamp(0)
				}
			}
		}
		b, err := (&plog.ProtoMarshaler{}).MarshalLogs(d)
		return c.take(2, b, err)
	})
	require.NoError(tb, err)
	return consumers{metrics, traces, logs}
}

// FuzzEndpoint sends bodies through the whole endpoint. For any body there must be no panic, and an answer of the table.
// 200 is answered only if every pipeline accepted what was counted as accepted. Nothing may be exported otherwise, and the
// same bytes must have the same telemetry.
func FuzzEndpoint(f *testing.F) {
	cfg := testConfig()
	cfg.ReplayWindow.Size = 0 // or a repeat would export nothing
	cfg.MaxInflightBytes = cfg.MaxRequestBodySize
	set := receivertest.NewNopSettings(metadata.Type)
	r, err := newReceiver(set, cfg)
	require.NoError(f, err)
	kept := &recorder{}
	r.next = kept.pipelines(f)
	e, err := newEndpoint(f.Context(), r, componenttest.NewNopHost())
	require.NoError(f, err)

	for _, seed := range []string{
		leg, "[" + leg + ",{},3]", `"` + strings.ReplaceAll(leg, `"`, `\"`) + `"`, `{"AvgMos": 1e400}`, `[[[[`, "{}", "[]", "",
		payloadFile(f, "voice_quality.json"), payloadFile(f, "script_api.json"),
		`{"metadata": [{"contactId": 1, "responseTime": -5, "apiEndpoint": "https://u:p@h/x?y"}], "x": {"From": "+18018675309"}}`,
	} {
		f.Add([]byte(seed), true, "", uint8(0))
		f.Add([]byte(seed), false, "gzip", uint8(0))
		f.Add([]byte(seed), true, "", uint8(4))
		f.Add([]byte(seed), false, "", uint8(2))
	}
	f.Fuzz(func(t *testing.T, body []byte, voice bool, encoding string, refuse uint8) {
		path := scriptPath
		if voice {
			path = voicePath
		}
		post := func() (int, string, string) {
			kept.out.Reset()
			kept.refused = 0
			req := httptest.NewRequest(http.MethodPost, path, bytes.NewReader(body))
			if encoding != "" {
				req.Header.Set("Content-Encoding", encoding)
			}
			w := httptest.NewRecorder()
			e.ServeHTTP(w, req)
			return w.Code, w.Body.String(), kept.out.String()
		}
		kept.refuse = refuse
		code, _, _ := post()
		if kept.refused > 0 {
			require.Equal(t, http.StatusServiceUnavailable, code, "a pipeline that refused has its delivery come back")
		}
		kept.refuse = 0

		code, text, out := post()
		var said struct {
			Accepted, Unreadable int
			Error                string
		}
		require.NoError(t, json.Unmarshal([]byte(text), &said), text)
		switch code {
		case http.StatusOK:
			assert.Equal(t, said.Accepted+said.Unreadable > 0, out != "", "what is acknowledged came out")
		case http.StatusBadRequest, http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType, http.StatusServiceUnavailable:
			assert.NotEmpty(t, said.Error)
			assert.Empty(t, out, "what is refused did not")
		default:
			t.Fatalf("%d is no answer of the table", code)
		}
		assert.Zero(t, e.budget.used(), "all room is given back")
		assert.Zero(t, e.inPipeline.Load())

		againCode, againText, again := post()
		assert.Equal(t, code, againCode)
		assert.Equal(t, text, againText)
		if !strings.Contains(out, "receipt") {
			assert.Equal(t, out, again, "the same bytes give the same telemetry")
		}
	})
}
