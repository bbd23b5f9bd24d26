// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"strings"
)

// object is JSON.
type object map[string]any

const sources = 3 // metrics, traces and logs: the first variables of each dashboard

// grafana is the page as Grafana imports it.
func (d dashboard) grafana() object {
	return object{
		"__requires": []object{
			{"type": "grafana", "id": "grafana", "name": "Grafana", "version": "11.0.0"},
			{"type": "datasource", "id": string(metrics), "name": "Prometheus", "version": "1.0.0"},
			{"type": "datasource", "id": string(traces), "name": "Tempo", "version": "1.0.0"},
			{"type": "datasource", "id": string(logs), "name": "Loki", "version": "1.0.0"},
		},
		"uid": d.uid, "title": d.title, "description": d.text, "tags": []string{"cxone"},
		"schemaVersion": 39, "version": 1, "editable": true, "graphTooltip": 1, "refresh": "1m", "timezone": "browser",
		"time":       object{"from": "now-6h", "to": "now"},
		"templating": object{"list": d.grafanaVariables()},
		"links": []object{{
			"type": "dashboards", "title": "CXone", "tags": []string{"cxone"}, "asDropdown": true, "includeVars": false, "keepTime": true,
			"icon": "external link", "tooltip": "", "targetBlank": false,
		}},
		"annotations": object{"list": []object{}},
		"panels":      d.grafanaPanels(),
	}
}

func (d dashboard) grafanaVariables() []object {
	list := make([]object, 0, sources+1+len(d.variables))
	for _, s := range []struct {
		from  source
		label string
	}{{metrics, "Metrics"}, {traces, "Traces"}, {logs, "Logs"}} {
		list = append(list, object{"type": "datasource", "name": s.from.variable(), "label": s.label, "query": string(s.from)})
	}
	list = append(list, object{
		"type": "interval", "name": "window", "label": "Window", "query": "1m,5m,15m,1h,6h", "auto": false,
		"current": object{"text": "15m", "value": "15m"}, "description": "Rates, medians and shares are taken over this time.",
	})
	for _, v := range d.variables {
		if v.metric == "" {
			list = append(list, object{"type": "textbox", "name": v.name, "label": v.label, "query": "", "current": object{"text": "", "value": ""}})
			continue
		}
		query := "label_values(" + ownNames(v.metric) + ", " + v.key + ")"
		list = append(list, object{
			"type": "query", "name": v.name, "label": v.label, "datasource": metrics.object(), "definition": query,
			"query": object{"query": query, "refId": "variable"}, "refresh": 2, "sort": 1, "multi": true, "includeAll": true, "allValue": ".*",
			"current": object{"text": []string{"All"}, "value": []string{"$__all"}},
		})
	}
	return list
}

// variable is the name by which a dashboard chooses the data source.
func (s source) variable() string {
	return map[source]string{metrics: "metrics", traces: "traces", logs: "logs"}[s]
}

func (s source) object() object { return object{"type": string(s), "uid": "${" + s.variable() + "}"} }

// grafanaPanels lays the panels out from left to right, row by row, on Grafana's grid of 24 columns.
func (d dashboard) grafanaPanels() []object {
	var panels []object
	id, y := 0, 0
	for _, r := range d.rows {
		id++
		panels = append(panels, object{
			"id": id, "type": "row", "title": r.title, "collapsed": false, "panels": []object{}, "gridPos": object{"x": 0, "y": y, "w": 24, "h": 1},
		})
		y++
		x, tallest := 0, 0
		for _, p := range r.panels {
			if x+p.width > 24 {
				x, y, tallest = 0, y+tallest, 0
			}
			id++
			panels = append(panels, p.grafana(d.filter, id, object{"x": x, "y": y, "w": p.width, "h": p.height}))
			x, tallest = x+p.width, max(tallest, p.height)
		}
		y += tallest
	}
	return panels
}

func (p panel) grafana(filter string, id int, position object) object {
	from := p.from
	if from == "" {
		from = metrics
	}
	made := object{
		"id": id, "type": p.kind, "title": p.title, "description": p.text, "gridPos": position, "datasource": from.object(),
		"targets": p.targets(from, filter), "options": p.options(), "fieldConfig": object{"defaults": p.defaults(), "overrides": p.overrides()},
	}
	if p.counted != "" {
		made["transformations"] = p.countFirst()
	}
	if p.kind == "table" && from == logs {
		made["transformations"] = []object{{"id": "labelsToFields", "options": object{}}, {"id": "merge", "options": object{}}}
	}
	return made
}

func (p panel) targets(from source, filter string) []object {
	targets := make([]object, 0, len(p.queries))
	for i, q := range p.queries {
		expr := expand(q.expr, filter, "$window")
		target := object{"refId": string(rune('A' + i)), "datasource": from.object()}
		switch {
		case from == traces && q.table == "traces":
			target["queryType"], target["query"], target["filters"] = "traceql", expr, []object{}
		case from == traces:
			target["queryType"], target["query"], target["tableType"], target["limit"], target["spss"] = "traceql", expr, q.table, 50, 50
			target["filters"] = []object{}
		case from == logs:
			target["expr"], target["legendFormat"], target["queryType"] = expr, q.legend, "range"
			if q.instant {
				target["queryType"] = "instant"
			}
		default:
			target["expr"], target["legendFormat"], target["instant"], target["range"] = expr, q.legend, q.instant, !q.instant
			target["exemplar"] = !q.instant && strings.Contains(expr, "_bucket{")
			target["format"] = "time_series"
			if q.table != "" {
				target["format"] = q.table
			}
		}
		targets = append(targets, target)
	}
	return targets
}

// defaults are the unit, the limits, and how curves are drawn.
func (p panel) defaults() object {
	defaults := object{"thresholds": object{"mode": "absolute", "steps": p.steps()}}
	if p.unit != "" {
		defaults["unit"] = p.unit
	}
	switch p.kind {
	case "timeseries":
		style := "off"
		if len(p.limits) > 0 {
			style = "dashed"
		}
		defaults["custom"] = object{
			"thresholdsStyle": object{"mode": style}, "showPoints": "never", "fillOpacity": 8, "lineWidth": 2, "spanNulls": 300_000,
		}
		defaults["color"] = object{"mode": "palette-classic-by-name"} // the same name, the same colour
	case "bargauge":
		defaults["min"] = 0
		defaults["color"] = object{"mode": "thresholds"}
	}
	return defaults
}

// steps are green on the good side of the limit, and red on the other. Without a limit nothing is good or bad.
func (p panel) steps() []object {
	good, bad := "green", "red"
	if len(p.limits) == 0 {
		return []object{{"color": "blue", "value": nil}}
	}
	if p.limits[0].below {
		good, bad = bad, good
	}
	return []object{{"color": good, "value": nil}, {"color": bad, "value": p.limits[0].value}}
}

func (p panel) overrides() []object {
	overrides := []object{}
	override := func(pattern, id string, value any) {
		overrides = append(overrides, object{
			"matcher": object{"id": "byRegexp", "options": pattern}, "properties": []object{{"id": id, "value": value}},
		})
	}
	if p.link != nil {
		override(p.link.column, "links", []object{{"title": p.link.title, "url": p.link.url}})
	}
	for _, m := range p.meanings() {
		override(m.pattern(), "color", object{"mode": "fixed", "fixedColor": m.colour})
	}
	return overrides
}

// countFirst orders a table's columns and rows: how many, of what; the most first.
func (p panel) countFirst() []object {
	label := strings.Trim(p.queries[0].legend, "{}")
	return []object{
		{"id": "organize", "options": object{
			"excludeByName": object{"Time": true}, "indexByName": object{"Value": 0, label: 1},
			"renameByName": object{"Value": p.counted, label: "By"},
		}},
		{"id": "sortBy", "options": object{"fields": object{}, "sort": []object{{"field": p.counted, "desc": true}}}},
	}
}

// expand puts the filter and the window into an expression.
func expand(expr, filter, window string) string {
	and := ""
	if filter != "" {
		and, filter = ","+filter, "{"+filter+"}"
	}
	return ownNames(strings.NewReplacer("AND_FILTER", and, "FILTER", filter, "WINDOW", window).Replace(expr))
}
