// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"cmp"
	"context"
	"math"
	"slices"
	"strconv"
	"sync"
)

// picture is a panel of a dashboard with its data: a chart, a number, or bars.
type picture struct {
	Kind, Title, Text string
	Width             int // of 24
	Chart             *chart
	Value, Colour     string // a number and its colour
	Bars              []bar
}

// bar is a figure beside others.
type bar struct {
	Value, Name, Colour string
	Length              float64 // in per cent of the longest
	figure              float64
}

// draw makes the picture of a panel. Charts lead to the minutes.
func (p *panel) draw(ctx context.Context, address string, during shown, minutes []minute) (picture, error) {
	drawn := picture{Kind: p.Type, Title: p.Title, Text: p.Description, Width: cmp.Or(p.GridPos.W, 24)}
	var err error
	switch p.Type {
	case "timeseries":
		drawn.Chart, err = p.chart(ctx, address, during, minutes)
	case "stat", "bargauge", "table":
		err = p.figures(ctx, address, during, &drawn)
	}
	return drawn, err
}

// figures asks for the values now, those of the panel's bars, or its one number.
func (p *panel) figures(ctx context.Context, address string, during shown, drawn *picture) error {
	unit, longest := p.FieldConfig.Defaults.Unit, 0.0
	for _, t := range p.Targets {
		answer, err := during.last(ctx, address, t.query(during.length()))
		if err != nil {
			return err
		}
		for _, s := range answer {
			name := t.name(s.Labels)
			if math.IsNaN(s.Value.Value) {
				continue
			}
			longest = max(longest, s.Value.Value)
			drawn.Bars = append(drawn.Bars, bar{
				Value: inUnit(unit, s.Value.Value), Name: cmp.Or(name, "none"), figure: s.Value.Value, Colour: p.judge(name, s.Value.Value),
			})
		}
	}
	slices.SortStableFunc(drawn.Bars, func(a, b bar) int { return cmp.Or(cmp.Compare(b.figure, a.figure), cmp.Compare(a.Name, b.Name)) })
	for i := range drawn.Bars {
		drawn.Bars[i].Length = 100 * max(0, drawn.Bars[i].figure) / max(longest, math.SmallestNonzeroFloat64)
	}
	if p.Type == "stat" && len(drawn.Bars) > 0 {
		drawn.Value, drawn.Colour = drawn.Bars[0].Value, drawn.Bars[0].Colour
	}
	return nil
}

// judge is the colour of a figure: that of its name, or else of its side of the limit.
func (p *panel) judge(name string, value float64) string {
	if meant := p.meant(name); meant != "" {
		return cmp.Or(colours[meant], meant)
	}
	limit, below, ok := p.limit()
	switch {
	case !ok:
		return colours["blue"]
	case value < limit == below:
		return colours["red"]
	default:
		return colours["green"]
	}
}

// colours are those that dashboards give by name rather than by number.
var colours = map[string]string{
	"green": "#2e7d32", "orange": "#d9730d", "dark-orange": "#a04b00", "light-orange": "#f0a45b", "red": "#c62828", "dark-red": "#7f1d1d",
	"blue": "#1f6fb2", "purple": "#7b4fb5",
	"dark-purple": "#43256f",
}

// otherColours are for names that mean nothing: none of them is near to green, orange or red.
var otherColours = []string{
	"#1f77b4", "#17a2b8", "#8a63d2", "#6c757d", "#d16ba5", "#0b5563", "#9a8a1c", "#3f3d9e", "#5ab0e6", "#9c6b4e", "#a0369b", "#4d6b8a",
}

// named gives each name a colour of its own, the same on all pages.
type named struct {
	mu    sync.Mutex
	order map[string]int
}

func (n *named) colour(name string) string {
	n.mu.Lock()
	defer n.mu.Unlock()
	if _, known := n.order[name]; !known {
		n.order[name] = len(n.order)
	}
	return otherColours[n.order[name]%len(otherColours)]
}

var names = named{order: map[string]int{}}

// colour is that of a series.
func (p *panel) colour(name string) string {
	if meant := p.meant(name); meant != "" {
		return cmp.Or(colours[meant], meant)
	}
	return names.colour(name)
}

// scale is how values of a unit are written: divided, and with what behind them.
type scale struct {
	by     float64
	suffix string
}

// scaleOf is the scale that suits a value of one of the units that dashboards use.
func scaleOf(unit string, value float64) scale {
	switch unit {
	case "percentunit":
		return scale{0.01, " %"}
	case "s":
		return scaleOfSeconds(math.Abs(value))
	case "bytes":
		return scale{1 << 20, " MiB"}
	case "reqps", "cps":
		return scale{1, "/s"}
	default:
		return scale{1, ""}
	}
}

func scaleOfSeconds(value float64) scale {
	const day, hour, minute = 86400, 3600, 60
	switch {
	case value >= 2*day:
		return scale{day, " d"}
	case value >= 2*hour:
		return scale{hour, " h"}
	case value >= 2*minute:
		return scale{minute, " min"}
	case value >= 1, value == 0:
		return scale{1, " s"}
	default:
		return scale{0.001, " ms"}
	}
}

func (s scale) write(v float64) string { return short(v/s.by) + s.suffix }

// inUnit writes a value in one of the units that dashboards use.
func inUnit(unit string, v float64) string { return scaleOf(unit, v).write(v) }

// short writes a number with three digits, or all of a whole number's.
func short(v float64) string {
	if math.Abs(v) >= 100 {
		return strconv.FormatFloat(v, 'f', 0, 64)
	}
	return strconv.FormatFloat(v, 'g', 3, 64)
}
