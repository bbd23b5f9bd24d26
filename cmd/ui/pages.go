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
	"slices"
	"time"

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
	"logsOf":  logsPage,
	"allLogs": func() template.URL { return allLogs },
}).ParseFS(pageFiles, "pages/*.html"))

// site is what the pages are made of: journeys, dashboards, and the addresses of VictoriaMetrics and VictoriaLogs.
type site struct {
	trails        *trails
	dashboards    []dashboard
	metrics, logs string
}

// handler serves the pages, and behind them the pages and the answers of VictoriaMetrics and, below /select/, of VictoriaLogs.
func (s *site) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, r *http.Request) {
		page, err := s.home(r.Context())
		answer(w, "home.html", page, err)
	})
	mux.HandleFunc("GET /dashboards/{name}", func(w http.ResponseWriter, r *http.Request) {
		i := slices.IndexFunc(s.dashboards, func(d dashboard) bool { return d.Name == r.PathValue("name") })
		if i < 0 {
			http.Error(w, "there is no such dashboard", http.StatusNotFound)
			return
		}
		page, err := s.dashboard(r.Context(), &s.dashboards[i])
		answer(w, "dashboard.html", page, err)
	})
	mux.HandleFunc("GET /minutes/{start}", func(w http.ResponseWriter, r *http.Request) {
		start, err := time.Parse(minuteForm, r.PathValue("start"))
		if err != nil {
			http.Error(w, "no minute such as "+minuteForm, http.StatusNotFound)
			return
		}
		calls, err := s.trails.calls(start)
		answer(w, "minute.html", newMinutePage(start, calls, r.URL.Query().Get("network")), err)
	})
	mux.HandleFunc("GET /journeys/{trace}", func(w http.ResponseWriter, r *http.Request) {
		page, err := s.journey(r.Context(), r.PathValue("trace"), r.URL.Query().Get("from"))
		if page == nil && err == nil {
			http.Error(w, "there is no such journey, or it has not been written out yet: reload in a second", http.StatusNotFound)
			return
		}
		answer(w, "journey.html", page, err)
	})
	mux.Handle("/", httputil.NewSingleHostReverseProxy(&url.URL{Scheme: "http", Host: s.metrics}))
	mux.Handle("/select/", httputil.NewSingleHostReverseProxy(&url.URL{Scheme: "http", Host: s.logs}))
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

// chartsPage has charts, and the minutes that they lead to.
type chartsPage struct {
	Title, Text string
	Dashboards  []dashboard // to go to
	Pictures    []picture
	Minutes     []minute
}

// firstCharts are those of the first page, by dashboard: how calls sound, where they don't, and which API fails.
var firstCharts = map[string][]string{
	"voice-quality": {"MOS", "Share of poor calls, by network provider"},
	"script-api":    {"Share of API calls that failed, by API"},
}

// home is the first page.
func (s *site) home(ctx context.Context) (*chartsPage, error) {
	var panels []panel
	for _, d := range s.dashboards {
		for _, p := range d.Panels {
			if slices.Contains(firstCharts[d.Name], p.Title) {
				p.GridPos.W = 8 // three side by side
				panels = append(panels, p)
			}
		}
	}
	return s.charts(ctx, panels)
}

func (s *site) dashboard(ctx context.Context, d *dashboard) (*chartsPage, error) {
	page, err := s.charts(ctx, d.Panels)
	if err != nil {
		return nil, err
	}
	page.Title, page.Text = d.Title, d.Description
	return page, nil
}

// charts draws the panels, as soon as there are calls.
func (s *site) charts(ctx context.Context, panels []panel) (*chartsPage, error) {
	minutes, err := s.trails.minutes()
	if err != nil {
		return nil, err
	}
	page := &chartsPage{Dashboards: s.dashboards, Minutes: minutes}
	if len(minutes) == 0 {
		return page, nil
	}
	during := timeOf(minutes, time.Now())
	for _, p := range panels {
		drawn, err := p.draw(ctx, s.metrics, during, minutes)
		if err != nil {
			return nil, err
		}
		page.Pictures = append(page.Pictures, drawn)
	}
	return page, nil
}

// timeOf is the time that charts show: that in which calls ended, or its last half hour, and until the metrics have followed.
func timeOf(minutes []minute, now time.Time) shown {
	const most, follow = 30 * time.Minute, 75 * time.Second
	first, last := minutes[len(minutes)-1].Start, minutes[0].Start.Add(follow)
	if now.Before(last) {
		last = now
	}
	if last.Sub(first) > most {
		first = last.Add(-most)
	}
	return shown{first, last}
}

// minutePage is a minute: the networks in it, and the calls, or those on one network.
type minutePage struct {
	Start    time.Time
	Network  string
	Networks []network
	Calls    []call
}

func newMinutePage(start time.Time, calls []call, network string) *minutePage {
	page := &minutePage{Start: start, Network: network, Networks: networksOf(calls), Calls: calls}
	if network != "" {
		page.Calls = slices.DeleteFunc(slices.Clone(calls), func(c call) bool { return c.Network != network })
	}
	return page
}
