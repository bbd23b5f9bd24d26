// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql"
	"github.com/prometheus/prometheus/promql/parser"
	"github.com/prometheus/prometheus/promql/promqltest"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// page is a Grafana dashboard as it is in the repository.
type page struct {
	UID, Title, Refresh string
	Panels              []pagePanel
	Templating          struct {
		List []struct {
			Name, Type, Definition string
			Query                  any
		}
	}
}

type pagePanel struct {
	ID          int
	Type, Title string
	Collapsed   bool
	GridPos     struct{ X, Y, W, H int }
	Datasource  datasource
	FieldConfig struct {
		Defaults struct {
			Unit       string
			Color      struct{ Mode string }
			Thresholds struct{ Steps []struct{ Color string } }
		}
		Overrides []struct {
			Matcher    struct{ Options string }
			Properties []struct {
				ID    string
				Value any
			}
		}
	}
	Transformations []struct {
		Options struct {
			IndexByName  map[string]int
			RenameByName map[string]string
			Sort         []struct {
				Field string
				Desc  bool
			}
		}
	}
	Targets []struct {
		Expr, Query, LegendFormat string
		Datasource                datasource
		Instant                   bool
	}
}

type datasource struct{ Type, UID string }

func pages(t *testing.T) map[string]page {
	t.Helper()
	all := map[string]page{}
	names, err := filepath.Glob(root + "/examples/grafana/*.json")
	require.NoError(t, err)
	require.Len(t, names, 4)
	for _, name := range names {
		text, err := os.ReadFile(name)
		require.NoError(t, err)
		var p page
		require.NoError(t, json.Unmarshal(text, &p), name)
		all[filepath.Base(name)] = p
	}
	return all
}

// TestGenerated finds files that `make generate` would change.
func TestGenerated(t *testing.T) {
	for name, content := range files() {
		got, err := os.ReadFile(filepath.Join(root, "examples", name))
		require.NoError(t, err)
		assert.Equal(t, string(content), string(got), "%s is stale: run make generate and commit the result", name)
	}
}

// units are those of Grafana's that the dashboards use, each with what its metrics' names say.
var units = []string{"", "none", "short", "s", "percentunit", "reqps", "cps", "bytes"}

// TestDashboards checks what Grafana would not say but only draw nothing.
func TestDashboards(t *testing.T) {
	uids := map[string]bool{}
	for name, p := range pages(t) {
		assert.NotEmpty(t, p.Title, name)
		assert.False(t, uids[p.UID], "%s: uid twice", name)
		uids[p.UID] = true
		variables := map[string]bool{"__range": true, "__value": true}
		for _, v := range p.Templating.List {
			variables[v.Name] = true
			if v.Type == "datasource" {
				assert.Contains(t, []any{"prometheus", "tempo", "loki"}, v.Query, name)
			}
		}
		for _, s := range []source{metrics, traces, logs} {
			assert.True(t, variables[s.variable()], "%s: no variable for %s", name, s)
		}
		ids, used := map[int]bool{}, map[string]bool{}
		for i, panel := range p.Panels {
			where := fmt.Sprintf("%s, %q", name, panel.Title)
			assert.NotZero(t, panel.ID, where)
			assert.False(t, ids[panel.ID], "%s: id twice", where)
			ids[panel.ID] = true
			assert.Contains(t, units, panel.FieldConfig.Defaults.Unit, where)
			assert.LessOrEqual(t, panel.GridPos.X+panel.GridPos.W, 24, where)
			for _, other := range p.Panels[:i] {
				a, b := panel.GridPos, other.GridPos
				apart := a.X+a.W <= b.X || b.X+b.W <= a.X || a.Y+a.H <= b.Y || b.Y+b.H <= a.Y
				assert.True(t, apart, "%s lies over %q", where, other.Title)
			}
			if panel.Type == "row" {
				continue
			}
			if panel.Type == "timeseries" || panel.Type == "stat" || panel.Type == "bargauge" || panel.Type == "heatmap" {
				assert.NotEmpty(t, panel.FieldConfig.Defaults.Unit, "%s: no unit", where)
			}
			require.NotEmpty(t, panel.Targets, where)
			for _, target := range panel.Targets {
				assert.Equal(t, panel.Datasource, target.Datasource, where)
				assert.Equal(t, "${"+source(target.Datasource.Type).variable()+"}", target.Datasource.UID, where)
				for _, match := range regexp.MustCompile(`\$\{?(\w+)`).FindAllStringSubmatch(target.Expr+target.Query, -1) {
					assert.True(t, variables[match[1]], "%s: no variable %s", where, match[1])
					used[match[1]] = true
				}
			}
		}
		for _, v := range p.Templating.List {
			assert.True(t, used[v.Name] || v.Type == "datasource" || v.Type == "interval", "%s: variable %s is not used", name, v.Name)
		}
	}
}

// TestUnits holds units to the metrics' names, which Prometheus' rules end with them.
func TestUnits(t *testing.T) {
	for name, p := range pages(t) {
		for _, panel := range p.Panels {
			for _, target := range panel.Targets {
				if !strings.Contains(target.Expr, "histogram_quantile") {
					continue
				}
				want := "none"
				switch {
				case strings.Contains(target.Expr, "_seconds_bucket"), strings.Contains(target.Expr, "_delivery_lag"):
					want = "s"
				case strings.Contains(target.Expr, "packet_loss"):
					want = "percentunit"
				}
				assert.Equal(t, want, panel.FieldConfig.Defaults.Unit, "%s, %q", name, panel.Title)
			}
		}
	}
}

var variableNames = regexp.MustCompile(`"\$\w+"`)

// plain is an expression with all variables filled in as Grafana would.
func plain(expr string) string {
	expr = strings.NewReplacer("$__range", "1h", "$window", "15m").Replace(expr)
	return variableNames.ReplaceAllString(expr, `".*"`)
}

// queries are all of PromQL in the repository's dashboards and rules, by where they are.
func queries(t *testing.T) map[string]string {
	t.Helper()
	all := map[string]string{}
	for name, p := range pages(t) {
		for _, panel := range p.Panels {
			for i, target := range panel.Targets {
				if target.Datasource.Type == string(metrics) {
					all[fmt.Sprintf("%s, %q, %d", name, panel.Title, i)] = target.Expr
				}
			}
		}
	}
	return all
}

// TestAgainstARealCollector holds every name in a dashboard or rule to what collectors give under load, on each way on which
// their metrics can come, and wants every query of a dashboard to find something.
func TestAgainstARealCollector(t *testing.T) {
	ways, attributes, traces := export(t)
	engine := promqltest.NewTestEngine(t, false, 5*time.Minute, 1_000_000)
	now := time.Now()
	for _, e := range ways {
		for where, text := range queries(t) {
			where = e.way + ": " + where
			expr := parse(t, where, plain(text))
			if e.skips(expr) {
				continue
			}
			e.checkNames(t, where, expr)
			zeroToo := strings.Replace(plain(text), " > 0", " >= 0", 1) // of some reasons there is none under load
			query, err := engine.NewInstantQuery(t.Context(), e.storage, nil, zeroToo, now)
			require.NoError(t, err, where)
			result := query.Exec(t.Context())
			require.NoError(t, result.Err, where)
			if vector, ok := result.Value.(promql.Vector); ok {
				assert.NotEmpty(t, vector, "%s finds nothing: %s", where, text)
			}
		}
		for _, r := range rules(t) {
			if expr := parse(t, r.Alert, r.Expr); !e.skips(expr) {
				e.checkNames(t, e.way+": "+r.Alert, expr)
			}
		}
		e.checkVariables(t)
		e.checkExemplars(t, traces)
	}
	for name, p := range pages(t) {
		for _, panel := range p.Panels {
			for _, target := range panel.Targets {
				checkAttributes(t, attributes, fmt.Sprintf("%s, %q", name, panel.Title), target.Datasource.Type, target.Expr+target.Query)
			}
		}
	}
}

// rare are metrics, and labels, that only come when something is wrong, which is not so here.
var rare = regexp.MustCompile(`otelcol_exporter_send_failed_|otel_metric_overflow`)

// skips reports whether an expression is about the collector's own metrics, which do not come on this way, or about rare ones.
func (e *exported) skips(expr parser.Expr) (skip bool) {
	parser.Inspect(expr, func(node parser.Node, _ []parser.Node) error {
		if selector, ok := node.(*parser.VectorSelector); ok {
			own := strings.Contains(selector.String(), "otelcol_")
			skip = skip || own && !e.ownMetrics() || rare.MatchString(selector.String())
		}
		return nil
	})
	return skip
}

// checkVariables wants values for what a reader of a dashboard can choose.
func (e *exported) checkVariables(t *testing.T) {
	t.Helper()
	for name, p := range pages(t) {
		for _, v := range p.Templating.List {
			if v.Type != "query" {
				continue
			}
			match := regexp.MustCompile(`^label_values\((.+), (\w+)\)$`).FindStringSubmatch(v.Definition)
			require.NotNil(t, match, "%s: %s", name, v.Definition)
			expr := parse(t, name, match[1])
			if !e.skips(expr) {
				assert.NotEmpty(t, e.labels(expr.(*parser.VectorSelector))[match[2]], "%s, %s: %s", e.way, name, v.Definition)
			}
		}
	}
}

// checkExemplars wants exemplars of a call of poor quality, which lead to the trace of a contact of that quality.
func (e *exported) checkExemplars(t *testing.T, traces string) {
	t.Helper()
	if e.way == byScrape { // this scrape is of the text format, which has none
		return
	}
	querier, err := e.storage.ExemplarQuerier(t.Context())
	require.NoError(t, err)
	for _, name := range []string{"cxone_call_mos_distribution_bucket", "cxone_script_api_duration_seconds_bucket"} {
		results, err := querier.Select(0, time.Now().Add(time.Hour).UnixMilli(), []*labels.Matcher{
			labels.MustNewMatcher(labels.MatchEqual, model.MetricNameLabel, name),
		})
		require.NoError(t, err)
		poor, known := 0, 0
		for _, r := range results {
			for _, exemplar := range r.Exemplars {
				id := exemplar.Labels.Get("trace_id")
				require.Len(t, id, 32, "%s: %s", e.way, name)
				if strings.Contains(name, "mos") && exemplar.Value <= limitMOS {
					poor++
				}
				if strings.Contains(traces, id) {
					known++
				}
			}
		}
		assert.NotEmpty(t, results, "%s: no exemplar of %s", e.way, name)
		if strings.Contains(name, "mos") {
			assert.Positive(t, poor, "%s: no exemplar of a poor call", e.way)
		}
		if e.way == byWrite { // the collector whose traces these are
			assert.Positive(t, known, "%s: no exemplar of %s leads to a trace", e.way, name)
		}
	}
}

func parse(t *testing.T, where, text string) parser.Expr {
	t.Helper()
	expr, err := parser.NewParser(parser.Options{}).ParseExpr(text)
	require.NoError(t, err, "%s: %s", where, text)
	return expr
}
