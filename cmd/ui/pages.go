// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"context"
	"embed"
	"fmt"
	"html/template"
	"net/http"
	"net/http/httputil"
	"net/url"
	"time"

	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/cxone-otel/cxonereceiver/cmd/internal/show"
)

//go:embed pages/*.html
var pageFiles embed.FS

// minuteForm is how a minute stands in a URL.
const minuteForm = "2006-01-02T15:04Z"

var pages = template.Must(template.New("").Funcs(template.FuncMap{
	"clock":   func(t time.Time) string { return t.UTC().Format("15:04") },
	"second":  func(t time.Time) string { return t.UTC().Format("15:04:05") },
	"minute":  func(t time.Time) string { return t.UTC().Format(minuteForm) },
	"lasting": show.Seconds,
	"mos":     func(v float64) string { return fmt.Sprintf("%.2f", v) },
	"allLogs": func() template.URL { return logsPage("") },
	"logsOf":  func(field, value string) template.URL { return logsPage(of(field, value)) },
}).ParseFS(pageFiles, "pages/*.html"))

// newHandler serves the pages, and behind them the pages and the answers of VictoriaMetrics and, below /select/, of VictoriaLogs.
func newHandler(t *trails, metrics, logs string) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) {
		minutes, err := t.minutes()
		answer(w, "minutes.html", minutes, err)
	})
	mux.HandleFunc("GET /minutes/{start}", func(w http.ResponseWriter, r *http.Request) {
		start, err := time.Parse(minuteForm, r.PathValue("start"))
		if err != nil {
			http.Error(w, "no minute such as "+minuteForm, http.StatusNotFound)
			return
		}
		calls, err := t.calls(start)
		answer(w, "calls.html", struct {
			Start time.Time
			Calls []call
		}{start, calls}, err)
	})
	mux.HandleFunc("GET /journeys/{trace}", func(w http.ResponseWriter, r *http.Request) {
		page, err := readJourney(r.Context(), t, logs, r.PathValue("trace"))
		if page == nil && err == nil {
			http.Error(w, "there is no such journey, or it has not been written out yet: reload in a second", http.StatusNotFound)
			return
		}
		if page != nil {
			page.From = r.URL.Query().Get("from")
		}
		answer(w, "journey.html", page, err)
	})
	mux.Handle("/", httputil.NewSingleHostReverseProxy(&url.URL{Scheme: "http", Host: metrics}))
	mux.Handle("/select/", httputil.NewSingleHostReverseProxy(&url.URL{Scheme: "http", Host: logs}))
	return mux
}

// answer writes a page. It is made as a whole first, so that a page is either right or an error.
func answer(w http.ResponseWriter, name string, data any, err error) {
	var page bytes.Buffer
	if err == nil {
		err = pages.ExecuteTemplate(&page, name, data)
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = page.WriteTo(w) // whoever went away needs no page
}

// journeyPage is a journey as its page shows it.
type journeyPage struct {
	Trace, From string
	Steps       []step
	Logs        []logLine
}

// step is a call leg, a transfer, or an API call.
type step struct {
	Depth              int
	Title, About, Kind string
	Start              time.Time
	Length             time.Duration
	Failed             bool
	// Left and Width place it in the journey's time, in per cent.
	Left, Width float64
}

// readJourney makes the page of a trace; there is none of a trace that is not known.
func readJourney(ctx context.Context, t *trails, logs, trace string) (*journeyPage, error) {
	journey, err := t.journey(trace)
	if journey == nil || err != nil {
		return nil, err
	}
	page := newJourneyPage(journey)
	page.Logs, err = logLines(ctx, logs, of("trace_id", trace))
	return page, err
}

func newJourneyPage(journey *show.Journey) *journeyPage {
	page := &journeyPage{Trace: journey.Trace.String()}
	for _, root := range journey.Roots {
		page.add(journey, root, 0)
	}
	begin, end := page.Steps[0].Start, page.Steps[0].Start
	for _, s := range page.Steps {
		if s.Start.Before(begin) {
			begin = s.Start
		}
		if ended := s.Start.Add(s.Length); ended.After(end) {
			end = ended
		}
	}
	whole := max(end.Sub(begin), time.Millisecond).Seconds()
	for i := range page.Steps {
		s := &page.Steps[i]
		s.Left, s.Width = 100*s.Start.Sub(begin).Seconds()/whole, max(0.4, 100*s.Length.Seconds()/whole)
	}
	return page
}

func (p *journeyPage) add(journey *show.Journey, span ptrace.Span, depth int) {
	kind := "call"
	switch {
	case span.Kind() == ptrace.SpanKindClient:
		kind = "API call"
	case depth > 0:
		kind = "transfer"
	}
	p.Steps = append(p.Steps, step{
		Depth: depth, Title: show.SpanTitle(span), About: show.SpanAbout(span), Kind: kind, Start: span.StartTimestamp().AsTime(),
		Length: span.EndTimestamp().AsTime().Sub(span.StartTimestamp().AsTime()), Failed: span.Status().Code() == ptrace.StatusCodeError,
	})
	for _, below := range journey.Children[span.SpanID()] {
		p.add(journey, below, depth+1)
	}
}
