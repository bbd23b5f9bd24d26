// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// metricsAt answers as VictoriaMetrics does: every query finds these series, each with its values every half minute from noon.
func metricsAt(t *testing.T, asked *[]string, found map[string][]float64) string {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		*asked = append(*asked, r.URL.Path+" "+r.FormValue("query"))
		var all []string
		for _, network := range slices.Sorted(maps.Keys(found)) {
			var values []string
			for i, v := range found[network] {
				values = append(values, fmt.Sprintf(`[%d,"%g"]`, noon.Unix()+int64(30*i), v))
			}
			text := fmt.Sprintf(`{"metric":{"cxone_isp":%q},"values":[%s]}`, network, strings.Join(values, ","))
			if r.URL.Path == "/api/v1/query" {
				text = fmt.Sprintf(`{"metric":{"cxone_isp":%q},"value":%s}`, network, values[len(values)-1])
			}
			all = append(all, text)
		}
		_, _ = io.WriteString(w, `{"status":"success","data":{"result":[`+strings.Join(all, ",")+`]}}`)
	}))
	t.Cleanup(server.Close)
	return strings.TrimPrefix(server.URL, "http://")
}

func shippedDashboards(t *testing.T) []dashboard {
	t.Helper()
	all, err := readDashboards("../../examples/grafana")
	require.NoError(t, err)
	return all
}

func TestTheFirstPageHasChartsThatLeadToTheMinutes(t *testing.T) {
	e := newExported(t)
	e.leg(1, 1, 0, noon.Add(10*time.Second), 4.3, "Vera Archer", "Verizon")
	e.leg(2, 1, 0, noon.Add(70*time.Second), 2.1, "Irene Becker", "Cox Communications")
	e.flush()
	var asked []string
	address := metricsAt(t, &asked, map[string][]float64{"Cox Communications": {0, 0.5, 1}, "Verizon": {0, 0.02, 0.04}})
	server := httptest.NewServer((&site{newTrails(e.directory), shippedDashboards(t), address, "127.0.0.1:1"}).handler())
	defer server.Close()
	b := &browser{t: t, base: server.URL}
	require.Equal(t, http.StatusOK, b.open("/"), b.page)

	charts := regexp.MustCompile(`(?s)<figure.*?</figure>`).FindAllString(b.page, -1)
	require.Len(t, charts, 3, "MOS, poor calls by network, failed API calls")
	assert.Contains(t, charts[0], "<figcaption>MOS<")
	assert.Contains(t, charts[1], "by network provider<")
	for _, chart := range charts {
		for _, start := range []string{"2026-11-27T12:00Z", "2026-11-27T12:01Z"} {
			assert.Contains(t, chart, `<a href="/minutes/`+start+`"><rect`)
		}
	}
	assert.Contains(t, charts[1], "Cox Communications <b>100 %</b>")
	assert.Contains(t, charts[1], "limit 10 %")
	assert.Contains(t, charts[0], `stroke="#1f6fb2"><title>median</title>`)
	assert.Contains(t, b.page, `href="/dashboards/voice-quality"`)
	for _, query := range asked {
		assert.NotContains(t, query, "$", "a variable of the dashboard's")
	}
}

func TestEveryShippedDashboardIsDrawn(t *testing.T) {
	e := newExported(t)
	e.leg(1, 1, 0, noon.Add(10*time.Second), 4.3, "Vera Archer", "Verizon")
	e.flush()
	var asked []string
	address := metricsAt(t, &asked, map[string][]float64{"Verizon": {1, 2}, "Orange <SA>": {3, 4}})
	server := httptest.NewServer((&site{newTrails(e.directory), shippedDashboards(t), address, "127.0.0.1:1"}).handler())
	defer server.Close()
	b := &browser{t: t, base: server.URL}
	for _, d := range shippedDashboards(t) {
		require.Equal(t, http.StatusOK, b.open("/dashboards/"+d.Name), b.page)
		assert.Greater(t, strings.Count(b.page, "<svg"), 5, d.Name)
		assert.Equal(t, strings.Count(b.page, "<figure"), strings.Count(b.page, "<svg")+strings.Count(b.page, `class="number"`)+
			strings.Count(b.page, `class="bars"`), "%s: a picture is empty", d.Name)
		assert.NotContains(t, b.page, "<SA>")
		assert.Contains(t, b.page, `http-equiv="refresh"`)
	}
	assert.Equal(t, http.StatusNotFound, b.open("/dashboards/none"))
}

func TestFiguresHaveTheCountFirstAndTheMostAtTheTop(t *testing.T) {
	var asked []string
	address := metricsAt(t, &asked, map[string][]float64{"few": {2}, "many": {40}})
	for _, d := range shippedDashboards(t) {
		for _, p := range d.Panels {
			if p.Title != "Calls by disconnect reason" {
				continue
			}
			drawn, err := p.draw(t.Context(), address, shown{noon, noon.Add(time.Minute)}, nil)
			require.NoError(t, err)
			require.Len(t, drawn.Bars, 2)
			assert.Equal(t, "40", drawn.Bars[0].Value)
			assert.InDelta(t, 5, drawn.Bars[1].Length, 0.001)
			assert.Contains(t, asked[0], "[60s]")
			return
		}
	}
	t.Fatal("there are no disconnect reasons")
}

func TestAnErrorOfVictoriaMetricsIsShown(t *testing.T) {
	e := newExported(t)
	e.leg(1, 1, 0, noon, 4.3, "Vera Archer", "Verizon")
	e.flush()
	behind := httptest.NewServer(http.NotFoundHandler())
	defer behind.Close()
	s := &site{newTrails(e.directory), shippedDashboards(t), strings.TrimPrefix(behind.URL, "http://"), "127.0.0.1:1"}
	server := httptest.NewServer(s.handler())
	defer server.Close()
	b := &browser{t: t, base: server.URL}
	assert.Equal(t, http.StatusInternalServerError, b.open("/"))
	assert.Contains(t, b.page, "ask VictoriaMetrics: ")
}

func TestRowsAreAtRoundValuesOfTheUnit(t *testing.T) {
	c := &chart{Top: 0, Floor: 100}
	for _, one := range []struct {
		unit      string
		low, high float64
		want      string
	}{
		{"none", 1.8, 4.3, "1.5 2 2.5 3 3.5 4 4.5"},
		{"percentunit", 0, 1, "0 % 20 % 40 % 60 % 80 % 100 %"},
		{"s", 0, 1800, "0 min 10 min 20 min 30 min"},
		{"s", 0, 0.05, "0 ms 10 ms 20 ms 30 ms 40 ms 50 ms"},
		{"bytes", 0, 90 << 20, "0 MiB 20 MiB 40 MiB 60 MiB 80 MiB 100 MiB"},
		{"none", 3, 3, "3 3.2 3.4 3.6 3.8 4"},
	} {
		_, rows := c.rows(one.low, one.high, one.unit)
		var labels []string
		for _, row := range rows {
			labels = append(labels, row.Label)
		}
		assert.Equal(t, one.want, strings.Join(labels, " "))
	}
}

func TestACurveHasAGapWhereNothingCame(t *testing.T) {
	x := func(at time.Time) float64 { return at.Sub(noon).Seconds() }
	y := func(v float64) float64 { return v }
	samples := []sample{{noon, 1}, {noon.Add(5 * time.Second), 2}, {noon.Add(60 * time.Second), 3}}
	assert.Equal(t, "M0.0 1.0L5.0 2.0M60.0 3.0", path(samples, x, y, 10*time.Second))
}

func TestTheTimeShownEndsWhenTheMetricsHaveFollowed(t *testing.T) {
	minutes := []minute{{Start: noon.Add(2 * time.Minute)}, {Start: noon}}
	assert.Equal(t, shown{noon, noon.Add(150 * time.Second)}, timeOf(minutes, noon.Add(150*time.Second)), "as it goes on")
	assert.Equal(t, shown{noon, noon.Add(195 * time.Second)}, timeOf(minutes, noon.Add(time.Hour)), "an hour later")
	minutes = append(minutes, minute{Start: noon.Add(-2 * time.Hour)})
	assert.Equal(t, 30*time.Minute, timeOf(minutes, noon.Add(time.Hour)).length())
}
