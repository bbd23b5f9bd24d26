// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package show

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/pmetric"
)

// gauge is all points of one metric.
type gauge struct {
	name, unit string
	points     int
	example    pmetric.NumberDataPoint // the newest
}

// PrintGauges prints a table of the gauges: metric, unit, how many points, and the newest of them.
func PrintGauges(p *Page, t *Telemetry, prometheusURL string) {
	gauges := map[string]*gauge{}
	for _, metric := range t.Metrics {
		if metric.Type() != pmetric.MetricTypeGauge {
			continue // a metric over all calls, emitted at an interval
		}
		g := gauges[metric.Name()]
		if g == nil {
			g = &gauge{name: metric.Name(), unit: metric.Unit()}
			gauges[g.name] = g
		}
		for _, point := range metric.Gauge().DataPoints().All() {
			if g.points == 0 || point.Timestamp() > g.example.Timestamp() {
				g.example = point
			}
			g.points++
		}
	}
	p.Heading("GAUGES: a point for every figure that was measured, at the time that the call leg ended")
	p.Line("    %s", p.Paint(Dim, fmt.Sprintf("%-27s %-8s %6s  %s", "METRIC", "UNIT", "POINTS", "THE NEWEST ONE")))
	for _, g := range slices.SortedFunc(maps.Values(gauges), func(a, b *gauge) int { return cmp.Compare(a.name, b.name) }) {
		p.Line("    %-27s %-8s %6d  %s", g.name, g.unit, g.points, Clip(pointText(g.example), Columns-50))
	}
	p.Line("    As Prometheus scrapes them: %s", prometheusURL)
}

// PrintPoints prints the gauges' points, a line each.
func PrintPoints(p *Page, t *Telemetry) {
	for _, metric := range t.Metrics {
		if metric.Type() != pmetric.MetricTypeGauge {
			continue
		}
		for _, point := range metric.Gauge().DataPoints().All() {
			p.Line("    %-27s %-8s %s", metric.Name(), metric.Unit(), strconv.FormatFloat(point.DoubleValue(), 'g', 6, 64))
		}
	}
}

// pointText is a point's value and the attributes that are most useful to a person.
func pointText(point pmetric.NumberDataPoint) string {
	value := strconv.FormatFloat(point.DoubleValue(), 'g', 6, 64)
	var about []string
	for _, name := range []string{"cxone.skill.name", "cxone.team.name"} {
		if text := Attribute(point.Attributes(), name); text != "" {
			about = append(about, text)
		}
	}
	return fmt.Sprintf("%-9s %s", value, strings.Join(about, ", "))
}

// alike is how many log records of one severity and event are printed. In a batch of good calls, a fourth one says little.
const alike = 3

// PrintLogs prints the log events, the most severe ones first.
func PrintLogs(p *Page, t *Telemetry) {
	records := slices.Clone(t.Logs)
	slices.SortStableFunc(records, func(a, b plog.LogRecord) int {
		return cmp.Or(cmp.Compare(b.SeverityNumber(), a.SeverityNumber()), cmp.Compare(a.EventName(), b.EventName()))
	})
	p.Heading("LOG EVENTS: one for every record, what cannot be read included")
	for from, to := 0, 0; from < len(records); from = to {
		first := records[from]
		for to = from; to < len(records) && records[to].SeverityNumber() == first.SeverityNumber() &&
			records[to].EventName() == first.EventName(); to++ {
			if to < from+alike {
				PrintLog(p, records[to])
			}
		}
		if more := to - from - alike; more > 0 {
			p.Line("    %s", p.Paint(Dim, fmt.Sprintf("%-5s %-26s  and %d more like these", "", "", more)))
		}
	}
}

// PrintLog prints a log record, on two lines if it is long.
func PrintLog(p *Page, record plog.LogRecord) {
	const indent = 38
	lines := wrap(LogText(record), Columns-indent, 2)
	p.Line("    %s %-26s  %s", severity(p, record.SeverityNumber()), record.EventName(), lines[0])
	for _, line := range lines[1:] {
		p.Line("%*s%s", indent, "", line)
	}
}

// LogText is a log record's body, and the attributes that it lacks.
func LogText(record plog.LogRecord) string {
	text := record.Body().AsString()
	if why := Attribute(record.Attributes(), "cxone.record.error"); why != "" {
		return text + " (" + why + ")"
	}
	return text
}

func severity(p *Page, n plog.SeverityNumber) string {
	switch text := fmt.Sprintf("%-5s", strings.ToUpper(n.String())); {
	case n >= plog.SeverityNumberError:
		return p.Paint(Red, text)
	case n >= plog.SeverityNumberWarn:
		return p.Paint(Yellow, text)
	default:
		return text
	}
}

// Attribute returns an attribute's value as text; "" if there is none.
func Attribute(attributes pcommon.Map, name string) string {
	value, ok := attributes.Get(name)
	if !ok {
		return ""
	}
	return value.AsString()
}
