// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"
)

func TestCountBody(t *testing.T) {
	voiceSample, err := os.ReadFile("../../testdata/payloads/voice_quality.json")
	require.NoError(t, err)
	scriptSample, err := os.ReadFile("../../testdata/payloads/script_api.json")
	require.NoError(t, err)
	for name, c := range map[string]struct {
		dataType, body string
		want           counts
	}{
		"the vendor's voice sample":  {"voice_quality", string(voiceSample), counts{points: 4, spans: 1, logs: 1}},
		"the vendor's script sample": {"script_api", string(scriptSample), counts{spans: 1, logs: 1}},
		"null is not measured":       {"voice_quality", `{"AvgMos":4,"AvgRtt":null}`, counts{1, 1, 1}},
		"a bad neighbour":            {"voice_quality", `[{"AvgMos":4},"what",{"AvgRtt":0}]`, counts{2, 2, 3}},
		"several calls":              {"script_api", `{"metadata":"[{},{}]"}`, counts{0, 2, 2}},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := countBody(c.dataType, []byte(c.body))
			require.NoError(t, err)
			assert.Equal(t, c.want, got)
		})
	}
}

func TestReadLinesLeavesAnUnfinishedOneForLater(t *testing.T) {
	file := filepath.Join(t.TempDir(), "x.jsonl")
	read := func() (lines []string) {
		require.NoError(t, readLines(file, func(line []byte) error {
			lines = append(lines, strings.TrimSpace(string(line)))
			return nil
		}))
		return lines
	}
	assert.Empty(t, read(), "there is no file yet")
	require.NoError(t, os.WriteFile(file, []byte("{}\n{\"a\":1}\n{\"half"), 0o600))
	assert.Equal(t, []string{"{}", `{"a":1}`}, read())
}

func TestJourneyIsATree(t *testing.T) {
	var spans []ptrace.Span
	add := func(id, parent byte, start int64) {
		span := ptrace.NewSpan()
		span.SetSpanID(pcommon.SpanID{id})
		span.SetParentSpanID(pcommon.SpanID{parent})
		span.SetStartTimestamp(pcommon.NewTimestampFromTime(time.Unix(start, 0)))
		spans = append(spans, span)
	}
	add(3, 2, 30)
	add(2, 1, 20)
	add(1, 0, 10)
	add(4, 1, 15)
	add(9, 8, 1)
	j := newJourney(pcommon.TraceID{1}, spans)
	assert.Equal(t, 1, j.orphans)
	require.Len(t, j.roots, 2)
	assert.Equal(t, pcommon.SpanID{9}, j.roots[0].SpanID())
	below := j.children[pcommon.SpanID{1}]
	require.Len(t, below, 2)
	assert.Equal(t, pcommon.SpanID{4}, below[0].SpanID(), "what began first comes first")
	assert.Len(t, j.children[pcommon.SpanID{2}], 1)
}

func TestEachSample(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte(`# HELP otelcol_receiver_accepted_spans_total Spans
# TYPE otelcol_receiver_accepted_spans_total counter
otelcol_receiver_accepted_spans_total{receiver="cxone",transport="http"} 31
otelcol_receiver_accepted_spans_total{receiver="otlp",transport="grpc"} 7
otelcol_receiver_accepted_log_records_total{receiver="cxone/eu"} 3e1
otelcol_receiver_accepted_metric_points_total{receiver="cxone"} 2
`))
	}))
	defer server.Close()
	got, err := ownCounts(t.Context(), server.URL)
	require.NoError(t, err)
	assert.Equal(t, counts{points: 2, spans: 31, logs: 30}, got)

	server.Config.Handler = http.NotFoundHandler()
	_, err = ownCounts(t.Context(), server.URL)
	require.ErrorContains(t, err, "404")
}

func TestTextFitsItsColumns(t *testing.T) {
	assert.Equal(t, "a b", clip("a\n\tb\x1b", 3))
	assert.Equal(t, "añ…", clip("añoñada", 3))
	assert.Equal(t, []string{"one two"}, wrap("one two", 7, 2))
	assert.Equal(t, []string{"one", "two…"}, wrap("one two three four", 4, 2))
	assert.Equal(t, []string{"onet", "wo"}, wrap("onetwo", 4, 2))
	assert.Equal(t, "380 ms", seconds(380*time.Millisecond))
	assert.Equal(t, "12.6 s", seconds(12600*time.Millisecond))
	assert.Equal(t, "6 min 02 s", seconds(6*time.Minute+2*time.Second))
}
