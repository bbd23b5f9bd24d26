// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"
)

// exported is what a collector's file exporter of traces writes.
type exported struct {
	t         *testing.T
	directory string
	traces    ptrace.Traces
}

func newExported(t *testing.T) *exported {
	return &exported{t: t, directory: t.TempDir(), traces: ptrace.NewTraces()}
}

var noon = time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC)

// leg adds a call leg's span.
func (e *exported) leg(trace, id, parent byte, ended time.Time, mos float64, agent, network string) {
	span := e.traces.ResourceSpans().AppendEmpty().ScopeSpans().AppendEmpty().Spans().AppendEmpty()
	span.SetName("contact")
	span.SetKind(ptrace.SpanKindInternal)
	e.place(span, trace, id, parent, ended, 3*time.Minute)
	span.Attributes().PutStr("cxone.contact.id", string('0'+rune(id)))
	span.Attributes().PutStr("cxone.agent.name", agent)
	span.Attributes().PutStr("cxone.isp", network)
	if mos > 0 {
		span.Attributes().PutDouble("cxone.call.mos", mos)
	}
	span.Attributes().PutStr("cxone.call.quality", quality(mos))
}

// quality is as the receiver judges it by default.
func quality(mos float64) string {
	switch {
	case mos == 0:
		return "unmeasured"
	case mos <= 3.1:
		return "bad"
	case mos <= 3.6:
		return "poor"
	default:
		return "good"
	}
}

// apiCall adds the span of an API call.
func (e *exported) apiCall(trace, id, parent byte, ended time.Time, failed bool) {
	span := e.traces.ResourceSpans().AppendEmpty().ScopeSpans().AppendEmpty().Spans().AppendEmpty()
	span.SetName("Take the payment")
	span.SetKind(ptrace.SpanKindClient)
	e.place(span, trace, id, parent, ended, 2*time.Second)
	if failed {
		span.Status().SetCode(ptrace.StatusCodeError)
		span.Status().SetMessage("Service Unavailable")
		span.Attributes().PutStr("error.type", "503")
	}
}

func (e *exported) place(span ptrace.Span, trace, id, parent byte, ended time.Time, length time.Duration) {
	span.SetTraceID(pcommon.TraceID{trace})
	span.SetSpanID(pcommon.SpanID{trace, id})
	if parent != 0 {
		span.SetParentSpanID(pcommon.SpanID{trace, parent})
	}
	span.SetEndTimestamp(pcommon.NewTimestampFromTime(ended))
	span.SetStartTimestamp(pcommon.NewTimestampFromTime(ended.Add(-length)))
}

// flush writes it out.
func (e *exported) flush() {
	traces, err := new(ptrace.JSONMarshaler).MarshalTraces(e.traces)
	require.NoError(e.t, err)
	file, err := os.OpenFile(filepath.Join(e.directory, "traces.jsonl"), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	require.NoError(e.t, err)
	_, err = file.Write(append(traces, '\n'))
	require.NoError(e.t, err)
	require.NoError(e.t, file.Close())
	e.traces = ptrace.NewTraces()
}

// logsOfTwo answers as VictoriaLogs does, to the query for the second trace.
func logsOfTwo(t *testing.T) string {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.FormValue("query") == `"trace_id":="04000000000000000000000000000000" | sort by (_time)` {
			return // none has come
		}
		if r.FormValue("query") != `"trace_id":="02000000000000000000000000000000" | sort by (_time)` {
			http.Error(w, "another query", http.StatusBadRequest)
			return
		}
		_, _ = io.WriteString(w, `
{"_time":"2026-11-27T12:01:10Z","_msg":"Call leg: agent Irene <Becker>","severity_text":"Warn","severity_number":"13"`+
			`,"cxone.record.error":"AvgMos"}
{"_time":"2026-11-27T12:02:10Z","_msg":"Call leg: agent Salvo Dubois","severity_text":"Info","severity_number":"9"}
`)
	}))
	t.Cleanup(server.Close)
	return strings.TrimPrefix(server.URL, "http://")
}

// browser goes from page to page by the links in them, as one without scripts would.
type browser struct {
	t    *testing.T
	base string
	path string // that it is at
	page string
}

func (b *browser) open(path string) int {
	response, err := http.Get(b.base + path)
	require.NoError(b.t, err)
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	require.NoError(b.t, err)
	b.path, b.page = path, string(text)
	return response.StatusCode
}

// row returns the first row of the table that has this text.
func (b *browser) row(text string) string {
	for _, row := range strings.Split(b.page, "<tr>")[1:] {
		if strings.Contains(row, text) {
			return row
		}
	}
	b.t.Fatalf("no row has %q:\n%s", text, b.page)
	return ""
}

var link = regexp.MustCompile(`href="([^"]+)"`)

// follow follows the link in the row that has this text.
func (b *browser) follow(text string) {
	found := link.FindStringSubmatch(b.row(text))
	require.NotNil(b.t, found, "no link beside %q", text)
	require.Equal(b.t, http.StatusOK, b.open(strings.ReplaceAll(found[1], "&amp;", "&")), b.page)
}

func TestFromABadMinuteToAJourneyAndItsLogLines(t *testing.T) {
	e := newExported(t)
	e.leg(1, 1, 0, noon.Add(10*time.Second), 4.3, "Vera Archer", "Verizon")
	e.leg(2, 1, 0, noon.Add(70*time.Second), 2.1, "Irene <Becker>", "Cox Communications")
	e.leg(2, 2, 1, noon.Add(130*time.Second), 4.2, "Salvo Dubois", "Orange")
	e.apiCall(2, 3, 1, noon.Add(65*time.Second), true)
	e.leg(3, 1, 0, noon.Add(80*time.Second), 0, "A Telephone", "")
	server := httptest.NewServer((&site{trails: newTrails(e.directory), metrics: "127.0.0.1:1", logs: logsOfTwo(t)}).handler())
	defer server.Close()
	b := &browser{t: t, base: server.URL}

	require.Equal(t, http.StatusOK, b.open("/"))
	assert.Contains(t, b.page, "Nothing has come yet")
	e.flush()
	require.Equal(t, http.StatusOK, b.open("/"))
	assert.Less(t, strings.Index(b.page, ">12:02<"), strings.Index(b.page, ">12:01<"), "the newest minute first")
	bad := b.row(">12:01<")
	assert.Contains(t, bad, "Cox Communications")
	assert.Contains(t, bad, `<td class="n poor">1`)
	assert.Contains(t, bad, `<td class="n bad">1`)
	assert.NotContains(t, b.row(">12:00<"), "poor\"")

	b.follow(">12:01<")
	assert.Less(t, strings.Index(b.page, "Irene"), strings.Index(b.page, "A Telephone"), "the worst first")
	assert.Contains(t, b.row("Irene"), `<td class="n bad">2.10`)
	assert.Contains(t, b.row("A Telephone"), `unmeasured">none`)
	assert.Contains(t, b.page, "Irene &lt;Becker&gt;", "what came is text")
	assert.NotContains(t, b.page, "Vera Archer", "another minute's")

	assert.Contains(t, b.row("?network=Cox"), `<td class="n poor">1`)
	b.follow("?network=Cox")
	assert.Contains(t, b.page, "on the network of Cox Communications")
	assert.NotContains(t, b.page, "A Telephone", "on no network that is known")
	b.follow("Irene")
	assert.Contains(t, b.row("contact 1"), "3 min 00 s")
	assert.Contains(t, b.row("contact 1"), ">call<")
	assert.Contains(t, b.row("contact 2"), ">transfer<")
	assert.Contains(t, b.row("Take the payment"), "FAILED · 503 · Service Unavailable")
	assert.Contains(t, b.row("Take the payment"), "bar failed")
	assert.Contains(t, b.row("Call leg: agent Irene &lt;Becker&gt; (AvgMos)"), `<td class="poor">Warn`)
	assert.Contains(t, b.row("Call leg: agent Salvo Dubois"), `<td class="dim">Info`)
	assert.Contains(t, b.page, `href="/select/vmui/#/?g0.end_input=2026-11-27T12%3A03%3A10Z&amp;g0.range_input=6m0s&amp;`)
	assert.Contains(t, b.page, `query=%22trace_id%22%3A%3D%2202000000000000000000000000000000%22"`)
	assert.Contains(t, b.page, `<a href="/minutes/2026-11-27T12:01Z">`)
	assert.NotContains(t, b.page, "<script")

	// A transfer is one although the leg before it has not come.
	e.leg(4, 2, 1, noon.Add(140*time.Second), 4.2, "Nancy Dubois", "Orange")
	e.flush()
	require.Equal(t, http.StatusOK, b.open("/journeys/04000000000000000000000000000000?from="), b.page)
	assert.Contains(t, b.row("contact 2"), ">transfer<")

	// What comes later is there too.
	e.apiCall(2, 4, 2, noon.Add(120*time.Second), false)
	e.flush()
	b.open("/journeys/02000000000000000000000000000000")
	assert.Equal(t, 2, strings.Count(b.page, "Take the payment"))

	assert.Equal(t, http.StatusNotFound, b.open("/minutes/yesterday"))
	assert.Equal(t, http.StatusNotFound, b.open("/journeys/ff"))
	assert.Equal(t, http.StatusOK, b.open("/minutes/2001-01-01T00:00Z"))
	assert.Contains(t, b.page, "No call ended in this minute")
}

func TestWhatIsNoPageIsOfTheTwoBehind(t *testing.T) {
	behind := func(name string) string {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.WriteString(w, name+": "+r.URL.String())
		}))
		t.Cleanup(server.Close)
		return strings.TrimPrefix(server.URL, "http://")
	}
	server := httptest.NewServer((&site{trails: newTrails(t.TempDir()), metrics: behind("metrics"), logs: behind("logs")}).handler())
	defer server.Close()
	b := &browser{t: t, base: server.URL}
	for path, want := range map[string]string{
		"/api/v1/query?query=up": "metrics: /api/v1/query?query=up", "/vmui/": "metrics: /vmui/", "/select/vmui/": "logs: /select/vmui/",
	} {
		require.Equal(t, http.StatusOK, b.open(path))
		assert.Equal(t, want, b.page)
	}
}

func TestAJourneyWithoutItsLogLinesIsAnError(t *testing.T) {
	e := newExported(t)
	e.leg(1, 1, 0, noon, 4.3, "Vera Archer", "Verizon")
	e.flush()
	server := httptest.NewServer((&site{trails: newTrails(e.directory), metrics: "127.0.0.1:1", logs: logsOfTwo(t)}).handler())
	defer server.Close()
	b := &browser{t: t, base: server.URL}
	assert.Equal(t, http.StatusInternalServerError, b.open("/journeys/01000000000000000000000000000000"))
	assert.Contains(t, b.page, "ask VictoriaLogs: ")
	assert.Contains(t, b.page, "400 Bad Request")
}

func TestAPageThatCannotBeMadeIsAnError(t *testing.T) {
	e := newExported(t)
	require.NoError(t, os.WriteFile(filepath.Join(e.directory, "traces.jsonl"), []byte("no JSON\n"), 0o600))
	server := httptest.NewServer((&site{trails: newTrails(e.directory), metrics: "127.0.0.1:1", logs: "127.0.0.1:1"}).handler())
	defer server.Close()
	b := &browser{t: t, base: server.URL}
	assert.Equal(t, http.StatusInternalServerError, b.open("/"))
	assert.Contains(t, b.page, "traces.jsonl")
}
