// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// What readers of the pictures asked for. Each test is one rule.

func TestPagesRefreshAndRowsAreOpen(t *testing.T) {
	for name, p := range pages(t) {
		assert.Equal(t, "1m", p.Refresh, name)
		for _, panel := range p.Panels {
			assert.False(t, panel.Collapsed, "%s, %q", name, panel.Title)
		}
	}
}

// TestLegendsAreNames wants no raw query as a legend, which is what Grafana shows where none is given.
func TestLegendsAreNames(t *testing.T) {
	for name, p := range pages(t) {
		for _, panel := range p.Panels {
			for _, target := range panel.Targets {
				if source(target.Datasource.Type) == metrics {
					assert.NotEmpty(t, target.LegendFormat, "%s, %q", name, panel.Title)
					assert.NotContains(t, target.LegendFormat, "(", "%s, %q", name, panel.Title)
				}
			}
		}
	}
}

// TestTitlesNameTheThing wants titles that can be understood without the row above them, and are not questions.
func TestTitlesNameTheThing(t *testing.T) {
	for name, p := range pages(t) {
		seen := map[string]bool{}
		for _, panel := range p.Panels {
			assert.NotRegexp(t, `(?i)^(who|where|what|when|why|now)\b`, panel.Title, name)
			assert.NotContains(t, panel.Title, ": ", name)
			assert.False(t, seen[panel.Title], "%s: %q twice", name, panel.Title)
			seen[panel.Title] = true
		}
	}
}

// TestWhatIsZeroIsLeftOut wants no series of a reason, an outcome or a count of which there was none in the time shown. All of these
// are there from the start, as zeros.
func TestWhatIsZeroIsLeftOut(t *testing.T) {
	counted := regexp.MustCompile(`by \([^)]*\b(reason|outcome|cxone_call_disconnect_reason)\b[^)]*\) \((rate|increase)`)
	found := 0
	for name, p := range pages(t) {
		for _, panel := range p.Panels {
			for _, target := range panel.Targets {
				many := counted.MatchString(target.Expr) || strings.HasPrefix(target.Expr, "topk(")
				if many && source(target.Datasource.Type) == metrics {
					found++
					assert.Regexp(t, `> 0$`, target.Expr, "%s, %q", name, panel.Title)
				}
			}
		}
	}
	assert.Greater(t, found, 8)
}

// TestReasonsHaveTheCountFirst wants the number of calls before the reason, the most frequent reason first.
func TestReasonsHaveTheCountFirst(t *testing.T) {
	for _, panel := range pages(t)["voice-quality.json"].Panels {
		if panel.Title != "Calls by disconnect reason" {
			continue
		}
		require.Len(t, panel.Transformations, 2)
		order, sort := panel.Transformations[0].Options, panel.Transformations[1].Options
		assert.Equal(t, map[string]int{"Value": 0, "cxone_call_disconnect_reason": 1}, order.IndexByName)
		assert.Equal(t, "Calls", order.RenameByName["Value"])
		require.Len(t, sort.Sort, 1)
		assert.Equal(t, "Calls", sort.Sort[0].Field)
		assert.True(t, sort.Sort[0].Desc)
		return
	}
	t.Fatal("there are no disconnect reasons")
}

// colour is that of a series in a panel, as Grafana finds it: the last of the overrides that match.
func (p *pagePanel) colour(t *testing.T, series string) (colour string) {
	t.Helper()
	for _, override := range p.FieldConfig.Overrides {
		pattern := strings.TrimSuffix(strings.TrimPrefix(override.Matcher.Options, "/"), "/")
		for _, property := range override.Properties {
			if property.ID == "color" && regexp.MustCompile(pattern).MatchString(series) {
				fixed, ok := property.Value.(map[string]any)
				require.True(t, ok)
				require.Equal(t, "fixed", fixed["mode"])
				colour = fixed["fixedColor"].(string)
			}
		}
	}
	return colour
}

// TestColoursMean wants the same colour for the same name in every picture that can have it.
func TestColoursMean(t *testing.T) {
	want := map[string]string{
		"good": "green", "poor": "orange", "bad": "red", "unmeasured": "#808080",
		"answered": "green", "200": "green", "404": "orange", "503": "red", "503 pay.example.com Take the payment": "red",
		"cxone_internal": "dark-red", "accepted": "green", "malformed": "orange", "refused": "red", "success": "green", "failure": "red",
		"median": "blue", "worst tenth": "purple",
		"Cox Communications": "", "goodness": "", "5030": "", "script_api: malformed": "", // means nothing, or is one of several like it
	}
	found := map[string]int{}
	for name, p := range pages(t) {
		for _, panel := range p.Panels {
			if panel.Type == "timeseries" {
				assert.Equal(t, "palette-classic-by-name", panel.FieldConfig.Defaults.Color.Mode, "%s, %q", name, panel.Title)
			}
			for series, colour := range want {
				if got := panel.colour(t, series); got != "" {
					found[series]++
					assert.Equal(t, colour, got, "%s, %q: %s", name, panel.Title, series)
				}
			}
		}
	}
	for series, colour := range want {
		assert.Equal(t, colour != "", found[series] > 0, series)
	}
}

// TestLimitsDivideGreenFromRed wants neither colour where there is no limit.
func TestLimitsDivideGreenFromRed(t *testing.T) {
	for name, p := range pages(t) {
		for _, panel := range p.Panels {
			var colours []string
			for _, step := range panel.FieldConfig.Defaults.Thresholds.Steps {
				colours = append(colours, step.Color)
			}
			switch strings.Join(colours, " ") {
			case "", "blue", "green red", "red green":
			default:
				t.Errorf("%s, %q: %s", name, panel.Title, colours)
			}
		}
	}
}
