// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"
)

// dashboard is one of examples/grafana, as far as it is drawn here: its pictures of metrics.
type dashboard struct {
	Name               string `json:"-"`
	Title, Description string
	Panels             []panel
}

// panel is one picture.
type panel struct {
	Type, Title, Description string
	GridPos                  struct{ W int }
	FieldConfig              struct {
		Defaults struct {
			Unit       string
			Thresholds struct {
				Steps []struct {
					Color string
					Value *float64
				}
			}
		}
		Overrides []struct {
			Matcher    struct{ Options string }
			Properties []struct {
				ID    string
				Value any
			}
		}
	}
	Targets []target
}

type target struct {
	Expr, LegendFormat string
	Datasource         struct{ Type string }
}

// readDashboards reads the dashboards of a directory, without those that have nothing to be drawn here.
func readDashboards(directory string) (all []dashboard, err error) {
	for _, name := range []string{"voice-quality", "script-api", "receiver"} {
		text, err := os.ReadFile(filepath.Join(directory, name+".json")) //nolint:gosec // the user's directory
		if err != nil {
			return nil, err
		}
		d := dashboard{Name: name}
		if err = json.Unmarshal(text, &d); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		d.Panels = slices.DeleteFunc(d.Panels, func(p panel) bool { return !p.isDrawn() })
		all = append(all, d)
	}
	return all, nil
}

// isDrawn reports whether a panel is a row's title, or a picture of metrics that can be drawn here.
func (p *panel) isDrawn() bool {
	if !slices.Contains([]string{"row", "timeseries", "stat", "bargauge", "table"}, p.Type) {
		return false
	}
	return !slices.ContainsFunc(p.Targets, func(t target) bool { return t.Datasource.Type != "prometheus" })
}

// limit is the value past which something is bad, and whether bad is what is below it.
func (p *panel) limit() (value float64, below, ok bool) {
	steps := p.FieldConfig.Defaults.Thresholds.Steps
	if len(steps) < 2 || steps[1].Value == nil {
		return 0, false, false
	}
	return *steps[1].Value, steps[0].Color == "red", true
}

// meant is the colour that the dashboard gives to a series of this name; "" is any.
func (p *panel) meant(name string) (colour string) {
	for _, override := range p.FieldConfig.Overrides {
		if !regexp.MustCompile(strings.Trim(override.Matcher.Options, "/")).MatchString(name) {
			continue
		}
		for _, property := range override.Properties {
			if fixed, ok := property.Value.(map[string]any); ok && property.ID == "color" {
				colour, _ = fixed["fixedColor"].(string)
			}
		}
	}
	return colour
}

var (
	dashboardVariable = regexp.MustCompile(`\$\w+`)
	legendLabel       = regexp.MustCompile(`\{\{(\w+)\}\}`)
)

// rateWindow is over what rates are taken in a demonstration, which is over soon.
const rateWindow = "1m"

// query is the target's expression for the time shown, with every value of what a reader of the dashboard could choose.
func (t *target) query(shown time.Duration) string {
	return dashboardVariable.ReplaceAllStringFunc(t.Expr, func(name string) string {
		switch name {
		case "$window":
			return rateWindow
		case "$__range":
			return fmt.Sprintf("%ds", int(shown.Seconds()))
		default:
			return ".*"
		}
	})
}

// name is that of a series in the legend.
func (t *target) name(labels map[string]string) string {
	return legendLabel.ReplaceAllStringFunc(t.LegendFormat, func(text string) string { return labels[strings.Trim(text, "{}")] })
}
