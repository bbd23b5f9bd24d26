// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package receiver

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/cxone-otel/cxonereceiver/receiver/internal/aggregate"
	"github.com/cxone-otel/cxonereceiver/receiver/internal/translate"
)

// AggregationConfig is for the metrics over all records, which are emitted at an interval.
type AggregationConfig struct {
	// Interval of the emissions, 1s at least; one more comes at shutdown. Default: 15s.
	Interval time.Duration `mapstructure:"interval"`

	// Temporality is "cumulative" (the default) or "delta".
	Temporality string `mapstructure:"temporality"`

	// Histograms are "explicit" (the default), with bounds, or "exponential".
	Histograms string `mapstructure:"histograms"`

	// Figures that get a histogram. Default: mos, jitter, packet_loss, rtt, duration.
	Figures []string `mapstructure:"figures"`

	// Buckets are upper bounds in the metric's unit, by figure or for script_api_duration. Defaults: docs/telemetry.md.
	Buckets map[string][]float64 `mapstructure:"buckets"`

	// Attributes of the voice metrics: any that a gauge can have. Default: cxone.skill.name, cxone.team.name.
	Attributes []string `mapstructure:"attributes"`

	// ScriptAttributes are those of the API calls' metrics. Default: cxone.script.name, cxone.action.label, server.address.
	ScriptAttributes []string `mapstructure:"script_attributes"`

	// MaxSeries is how many series each metric has at most; further ones share one series. Default: 2000.
	MaxSeries int `mapstructure:"max_series"`

	// prevent unkeyed literal initialization
	_ struct{}
}

const (
	temporalityCumulative = "cumulative"
	temporalityDelta      = "delta"
	histogramsExplicit    = "explicit"
	histogramsExponential = "exponential"

	// apiDurationKey is the key in buckets for the API calls' durations.
	apiDurationKey = "script_api_duration"

	// maxBounds bounds a point's size. Nobody reads more bounds than this.
	maxBounds = 100
)

func defaultAggregation() AggregationConfig {
	return AggregationConfig{
		Interval:    15 * time.Second,
		Temporality: temporalityCumulative,
		Histograms:  histogramsExplicit,
		Figures: []string{
			translate.Mos.String(), translate.Jitter.String(), translate.PacketLoss.String(), translate.RTT.String(), translate.Duration.String(),
		},
		Attributes:       []string{"cxone.skill.name", "cxone.team.name"},
		ScriptAttributes: []string{"cxone.script.name", "cxone.action.label", "server.address"},
		MaxSeries:        2000,
	}
}

// Validate finds wrong settings of the aggregated metrics.
func (c *AggregationConfig) Validate() error {
	errs := []error{
		validateOneOf("temporality", c.Temporality, temporalityCumulative, temporalityDelta),
		validateOneOf("histograms", c.Histograms, histogramsExplicit, histogramsExponential),
		validateNames("attributes", "a metric of call legs", c.Attributes, translate.MetricAttributes()),
		validateNames("script_attributes", "a metric of API calls", c.ScriptAttributes, translate.ScriptMetricAttributes()),
	}
	if c.Interval < time.Second {
		errs = append(errs, fmt.Errorf("interval: %v is too short; it can be 1s or more, written with its unit, such as 15s", c.Interval))
	}
	if c.MaxSeries < 1 {
		errs = append(errs, fmt.Errorf("max_series: %d must be 1 or more; the default is 2000", c.MaxSeries))
	}
	for _, name := range c.Figures {
		if _, err := translate.ParseFigure(name); err != nil {
			errs = append(errs, fmt.Errorf("figures: %w", err))
		}
	}
	return errors.Join(append(errs, c.validateBuckets()...)...)
}

// validateNames finds names that are not attributes of the metric.
func validateNames(key, where string, names, known []string) error {
	for _, name := range names {
		if !slices.Contains(known, name) {
			return fmt.Errorf("%s: %q is not an attribute that %s can have; it can be one of %s", key, name, where, strings.Join(known, ", "))
		}
	}
	return nil
}

// validateBuckets finds buckets of figures without a histogram, and bounds that do not rise.
func (c *AggregationConfig) validateBuckets() (errs []error) {
	if c.Histograms == histogramsExponential && len(c.Buckets) > 0 {
		return []error{errors.New("buckets: exponential histograms have no bounds to choose; leave buckets out, or set histograms: explicit")}
	}
	for _, name := range slices.Sorted(maps.Keys(c.Buckets)) {
		bounds := c.Buckets[name]
		_, err := translate.ParseFigure(name)
		switch {
		case err != nil && name != apiDurationKey:
			errs = append(errs, fmt.Errorf("buckets: %w, and %s", err, apiDurationKey))
		case err == nil && !slices.Contains(c.Figures, name):
			errs = append(errs, fmt.Errorf("buckets::%s: it has no histogram; name it in aggregation::figures", name))
		case len(bounds) == 0 || len(bounds) > maxBounds:
			errs = append(errs, fmt.Errorf("buckets::%s: it has %d bounds; give between 1 and %d", name, len(bounds), maxBounds))
		case !rising(bounds):
			errs = append(errs, fmt.Errorf("buckets::%s: each bound must be a number above the one before it, such as [1, 2.5, 5]", name))
		}
	}
	return errs
}

func rising(bounds []float64) bool {
	for i, bound := range bounds {
		if math.IsNaN(bound) || math.IsInf(bound, 0) || i > 0 && bound <= bounds[i-1] {
			return false
		}
	}
	return true
}

// settings returns a valid configuration in the aggregator's form. What other blocks decide is not in it.
func (c *AggregationConfig) settings() aggregate.Settings {
	s := aggregate.Settings{
		Delta:       c.Temporality == temporalityDelta,
		Exponential: c.Histograms == histogramsExponential,
		APIBounds:   aggregate.DefaultAPIBounds(),
		MaxSeries:   c.MaxSeries,
	}
	if bounds, ok := c.Buckets[apiDurationKey]; ok {
		s.APIBounds = bounds
	}
	for f := range translate.NumFigures {
		if !slices.Contains(c.Figures, f.String()) {
			continue
		}
		s.Bounds[f] = f.DefaultBounds()
		if bounds, ok := c.Buckets[f.String()]; ok {
			s.Bounds[f] = bounds
		}
	}
	return s
}
