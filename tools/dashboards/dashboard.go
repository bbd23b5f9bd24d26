// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package main

import "regexp"

// dashboard is one page.
type dashboard struct {
	file, uid, title, text string
	variables              []variable
	filter                 string // of every series, such as {cxone_skill_name=~"$skill"}
	rows                   []row
}

// variable is what a reader can choose on a page.
type variable struct {
	name, label string
	metric      string // whose values of label key are offered; none: free text
	key         string
}

type row struct {
	title  string
	panels []panel
}

// source is where a panel's data come from.
type source string

const (
	metrics source = "prometheus"
	traces  source = "tempo"
	logs    source = "loki"
)

// panel is one picture. Its queries have FILTER and AND_FILTER where the page's filter goes, and WINDOW for the time over
// which rates are taken.
type panel struct {
	title, text string
	kind        string // of Grafana's panels
	from        source // metrics, if not given
	unit        string // one of Grafana's
	width       int    // of 24
	height      int
	queries     []query
	limits      []limit
	link        *link
	counted     string // the label that a table counts by, the count first
}

// query is an expression with the legend of its series.
type query struct {
	expr, legend string
	instant      bool // a table's: the value now rather than a curve
	table        string
}

// limit is a line in a picture, past which it is bad.
type limit struct {
	value float64
	below bool // bad is what is below it
}

// link leads from a table's column to somewhere.
type link struct{ column, title, url string }

func over(expr, legend string) query { return query{expr: expr, legend: legend} }

func now(expr, legend string) query { return query{expr: expr, legend: legend, instant: true} }

// own finds the collector's own metrics in an expression, with what follows a histogram's name, and with their labels.
var own = regexp.MustCompile(`(otelcol_\w+?)(_bucket|_sum|_count)?(?:\{([^}]*)\}|\b)`)

// ownNames lets an expression find the collector's own metrics by whichever way they came: scraped they have no suffixes; what
// Prometheus and Mimir take by OTLP has its unit and _total.
func ownNames(expr string) string {
	return own.ReplaceAllStringFunc(expr, func(selector string) string {
		parts := own.FindStringSubmatch(selector)
		labels := parts[3]
		if labels != "" {
			labels = "," + labels
		}
		return `{__name__=~"` + parts[1] + `(_seconds|_bytes)?(_total)?` + parts[2] + `"` + labels + `}`
	})
}

// curves is a picture of series over time.
func curves(title, text, unit string, queries ...query) panel {
	return panel{title: title, text: text, kind: "timeseries", unit: unit, width: 12, height: 8, queries: queries}
}

// number is one figure, large.
func number(title, text, unit, expr string) panel {
	return panel{title: title, text: text, kind: "stat", unit: unit, width: 4, height: 4, queries: []query{now(expr, title)}}
}

// bars compares a figure between the values of a label.
func bars(title, text, unit, expr, legend string) panel {
	return panel{title: title, text: text, kind: "bargauge", unit: unit, width: 8, height: 8, queries: []query{now(expr, legend)}}
}

// counts is a table of how often each value of a label came, most often first.
func counts(title, text, column, label, expr string) panel {
	counted := query{expr: expr, legend: "{{" + label + "}}", instant: true, table: "table"}
	return panel{title: title, text: text, kind: "table", unit: "short", width: 8, height: 8, counted: column, queries: []query{counted}}
}

// some are the rates of what a counter counts by labels, without those that were zero in all of the time shown. It is for counters
// that begin with a zero for each of their values: of one that begins with 1, Prometheus' increase doesn't see the first.
func some(metric, labels, legend string) query {
	by := "sum by (" + labels + ") "
	return over(by+"(rate("+metric+"[WINDOW])) and "+by+"(increase("+metric+"[$__range])) > 0", legend)
}

// badBelow and badAbove draw a limit.
func (p panel) badBelow(value float64) panel {
	p.limits = append(p.limits, limit{value, true})
	return p
}

func (p panel) badAbove(value float64) panel {
	p.limits = append(p.limits, limit{value, false})
	return p
}

func (p panel) wide(width int) panel {
	p.width = width
	return p
}

// quantile is a percentile of a histogram's, by the labels given.
func quantile(q, histogram, by string) string {
	return "histogram_quantile(" + q + ", sum by (le" + by + ") (rate(" + histogram + "_bucketFILTER[WINDOW])))"
}

// share is the part of a histogram's values that are at most the bound.
func share(histogram, bound, by string) string {
	return "sum" + by + " (rate(" + histogram + `_bucket{le="` + bound + `"AND_FILTER}[WINDOW])) / sum` + by + " (rate(" +
		histogram + "_countFILTER[WINDOW]))"
}

// percentiles are the usual three.
func percentiles(histogram string) []query {
	return []query{
		over(quantile("0.5", histogram, ""), "median"),
		over(quantile("0.95", histogram, ""), "95th percentile"),
		over(quantile("0.99", histogram, ""), "99th percentile"),
	}
}
