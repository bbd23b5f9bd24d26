// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"fmt"
	"math"
	"strings"
	"time"
)

// chart is a picture of curves, in the coordinates of an SVG image.
type chart struct {
	Width, Height           float64
	Left, Right, Top, Floor float64 // of the area of the curves
	Curves                  []curve
	Rows, Columns           []tick // across and down
	Limit                   *tick
	Minutes                 []band
}

// curve is a series: a path, and what the legend says of it.
type curve struct{ Name, Colour, Path, Last string }

// tick is a line across or down, with its label.
type tick struct {
	At    float64
	Label string
}

// band is a minute in the chart; it leads to the calls in it.
type band struct {
	Left, Width float64
	Start       time.Time
	Calls       int
}

const (
	columnWidth = 51.0 // of 24
	chartHeight = 230.0
)

// chart asks for the panel's curves, and draws them.
func (p *panel) chart(ctx context.Context, address string, during shown, minutes []minute) (*chart, error) {
	c := &chart{Width: columnWidth * float64(p.GridPos.W), Height: chartHeight, Left: 52, Top: 16, Floor: chartHeight - 22}
	c.Right = c.Width - 6
	x := func(at time.Time) float64 {
		return c.Left + (c.Right-c.Left)*at.Sub(during.from).Seconds()/during.length().Seconds()
	}
	limit, _, limited := p.limit()
	low, high := math.Inf(1), math.Inf(-1)
	if limited {
		low, high = limit, limit
	}
	type found struct {
		name   string
		values []sample
	}
	var all []found
	for _, t := range p.Targets {
		answer, err := during.over(ctx, address, t.query(during.length()))
		if err != nil {
			return nil, err
		}
		for _, s := range answer {
			all = append(all, found{t.name(s.Labels), s.Values})
			for _, v := range s.Values {
				low, high = min(low, v.Value), max(high, v.Value)
			}
		}
	}
	if len(all) == 0 {
		return nil, nil //nolint:nilnil // there is nothing to draw
	}
	if low > 0 && low < high/3 {
		low = 0
	}
	y, rows := c.rows(low, high, p.FieldConfig.Defaults.Unit)
	c.Rows = rows
	if limited {
		c.Limit = &tick{y(limit), "limit " + inUnit(p.FieldConfig.Defaults.Unit, limit)}
	}
	for _, one := range all {
		c.Curves = append(c.Curves, curve{
			Name: one.name, Colour: p.colour(one.name), Path: path(one.values, x, y, 2*during.step()),
			Last: inUnit(p.FieldConfig.Defaults.Unit, one.values[len(one.values)-1].Value),
		})
	}
	c.times(during, minutes, x)
	return c, nil
}

// rows places values between the floor and the top, with about four lines across at round values.
func (c *chart) rows(low, high float64, unit string) (y func(float64) float64, rows []tick) {
	if high == low {
		high = low + 1
	}
	labels := scaleOf(unit, high)
	step := labels.by * roundStep((high-low)/labels.by/3)
	low, high = step*math.Floor(low/step+1e-9), step*math.Ceil(high/step-1e-9)
	y = func(v float64) float64 { return c.Floor - (c.Floor-c.Top)*(v-low)/(high-low) }
	for v := low; v <= high+step/2; v += step {
		rows = append(rows, tick{y(v), labels.write(step * math.Round(v/step))})
	}
	return y, rows
}

// roundStep is the greatest of 1, 2 and 5, times a power of ten, that is no greater than that.
func roundStep(atMost float64) float64 {
	power := math.Pow(10, math.Floor(math.Log10(atMost)))
	for _, times := range []float64{5, 2} {
		if power*times <= atMost {
			return power * times
		}
	}
	return power
}

// times places the minutes, and the labels of some of them.
func (c *chart) times(during shown, minutes []minute, x func(time.Time) float64) {
	every := time.Minute
	for during.length()/every > 8 {
		every += time.Minute
	}
	for at := during.from.Truncate(every).Add(every); at.Before(during.to); at = at.Add(every) {
		c.Columns = append(c.Columns, tick{x(at), at.Format("15:04")})
	}
	for _, m := range minutes {
		left, right := max(c.Left, x(m.Start)), min(c.Right, x(m.Start.Add(time.Minute)))
		if right > left {
			c.Minutes = append(c.Minutes, band{left, right - left, m.Start, m.Calls})
		}
	}
}

// path draws a line through the samples, with a gap where none came for longer than that.
func path(values []sample, x func(time.Time) float64, y func(float64) float64, gap time.Duration) string {
	var text strings.Builder
	var last time.Time
	for _, v := range values {
		command := 'L'
		if v.At.Sub(last) > gap {
			command = 'M'
		}
		fmt.Fprintf(&text, "%c%.1f %.1f", command, x(v.At), y(v.Value))
		last = v.At
	}
	return text.String()
}
