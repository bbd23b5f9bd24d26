// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"strconv"
	"strings"
)

// vmui is the page for VictoriaMetrics' own user interface, which draws curves and has no variables: of the pictures of
// metrics, those over time.
func (d dashboard) vmui() object {
	rows := []object{}
	for _, r := range d.rows {
		panels := []object{}
		for _, p := range r.panels {
			if p.from != "" || p.kind != "timeseries" && p.kind != "bargauge" {
				continue
			}
			panels = append(panels, p.vmui())
		}
		if len(panels) > 0 {
			rows = append(rows, object{"title": r.title, "panels": panels})
		}
	}
	return object{"title": d.title, "filename": d.file + ".json", "rows": rows}
}

// demoWindow is over what rates are taken in a demonstration, which is over soon.
const demoWindow = "1m"

func (p panel) vmui() object {
	exprs, aliases := []string{}, []string{}
	for _, q := range p.queries {
		expr := strings.ReplaceAll(expand(q.expr, "", demoWindow), "$__range", demoWindow)
		if p.unit == "percentunit" { // it draws numbers as they are
			expr = "100 * (" + expr + ")"
		}
		exprs = append(exprs, expr)
		aliases = append(aliases, q.legend)
	}
	for _, l := range p.limits {
		value := l.value
		if p.unit == "percentunit" {
			value *= 100
		}
		exprs, aliases = append(exprs, strconv.FormatFloat(value, 'g', 6, 64)), append(aliases, "limit")
	}
	return object{
		"title": p.title, "description": p.text, "unit": vmuiUnits[p.unit], "width": p.width /
			2, "expr": exprs, "alias": aliases, "showLegend": true,
	}
}

// vmuiUnits are what is written beside the numbers.
var vmuiUnits = map[string]string{"s": "s", "percentunit": "%", "reqps": "/s", "cps": "/s", "bytes": "B"}
