// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

// Package aggregate keeps the metrics over all records: histograms of what was measured, and counts of the records. It is
// what the receiver keeps between deliveries, besides the replay memory.
//
// The sums, the buckets, the exemplars and the limit of series are the OpenTelemetry SDK's. This package says what is
// counted, and turns what the SDK has collected into pdata.
package aggregate

import (
	"context"
	"errors"
	"fmt"
	"math"

	"go.opentelemetry.io/collector/pdata/pmetric"
	"go.opentelemetry.io/otel/metric"
	sdk "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/exemplar"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	"go.opentelemetry.io/otel/trace"

	"github.com/cxone-otel/cxonereceiver/receiver/internal/payload"
	"github.com/cxone-otel/cxonereceiver/receiver/internal/translate"
)

// The metrics' names. A figure's histogram has the name of its gauge and this suffix.
const (
	distributionSuffix = ".distribution"
	callsName          = "cxone.calls"
	apiDurationName    = "cxone.script.api.duration"
	apiCallsName       = "cxone.script.api.calls"

	callUnit = "{call}"
)

// DefaultAPIBounds returns the default bounds of the API calls' durations in seconds. The vendor ends a REST call after 90 s.
func DefaultAPIBounds() []float64 {
	return []float64{.05, .1, .25, .5, 1, 2, 5, 10, 30, 60, 90, 120}
}

// Settings of an Aggregator, checked by whoever reads the configuration.
type Settings struct {
	// Delta says that each emission has what came since the one before it, rather than since the start.
	Delta bool
	// Exponential says that histograms are exponential, rather than ones with bounds.
	Exponential bool
	// Bounds has, for each figure that gets a histogram, the upper bounds of its buckets in the metric's unit.
	Bounds [translate.NumFigures][]float64
	// APIBounds are those of the API calls' durations.
	APIBounds []float64
	// MaxSeries is how many series each metric has at most, besides the one for what is beyond.
	MaxSeries int
	// Resource is what the metrics are about: attributes and their values.
	Resource map[string]string
	// ScopeName, ScopeVersion and SchemaURL are the receiver's.
	ScopeName, ScopeVersion, SchemaURL string
}

// Aggregator counts records, and emits what it has counted. Counting is safe for concurrent use; emitting is for one
// goroutine at a time.
type Aggregator struct {
	settings Settings
	provider *sdk.MeterProvider
	reader   *sdk.ManualReader
	bounds   map[string][]float64 // of the histograms, by name

	figures     [translate.NumFigures]metric.Float64Histogram // nil for those without a histogram
	calls       metric.Int64Counter
	apiDuration metric.Float64Histogram
	apiCalls    metric.Int64Counter

	pending []request // what was refused of a delta
}

// New returns an Aggregator that has counted nothing.
func New(settings Settings) (*Aggregator, error) {
	a := &Aggregator{settings: settings, bounds: map[string][]float64{}}
	a.reader = sdk.NewManualReader(
		sdk.WithTemporalitySelector(func(sdk.InstrumentKind) metricdata.Temporality {
			if settings.Delta {
				return metricdata.DeltaTemporality
			}
			return metricdata.CumulativeTemporality
		}),
	)
	a.provider = sdk.NewMeterProvider(
		sdk.WithReader(a.reader),
		sdk.WithCardinalityLimit(settings.MaxSeries+1), // the SDK counts the series for what is beyond
		sdk.WithExemplarFilter(exemplar.TraceBasedFilter),
		sdk.WithView(a.view),
	)
	return a, a.createInstruments()
}

// view says how a histogram is made.
func (a *Aggregator) view(i sdk.Instrument) (sdk.Stream, bool) {
	bounds, ok := a.bounds[i.Name]
	if !ok {
		return sdk.Stream{}, false
	}
	s := sdk.Stream{Name: i.Name, Description: i.Description, Unit: i.Unit, ExemplarReservoirProviderSelector: byBounds(bounds)}
	if a.settings.Exponential {
		s.Aggregation = sdk.AggregationBase2ExponentialHistogram{MaxSize: 160, MaxScale: 20} // the SDK's own defaults
	} else {
		s.Aggregation = sdk.AggregationExplicitBucketHistogram{Boundaries: bounds}
	}
	return s, true
}

func (a *Aggregator) createInstruments() error {
	meter := a.provider.Meter(a.settings.ScopeName)
	var errs []error
	histogram := func(name, unit, description string, bounds []float64) metric.Float64Histogram {
		a.bounds[name] = bounds
		h, err := meter.Float64Histogram(name, metric.WithUnit(unit), metric.WithDescription(description))
		errs = append(errs, err)
		return h
	}
	counter := func(name, description string) metric.Int64Counter {
		c, err := meter.Int64Counter(name, metric.WithUnit(callUnit), metric.WithDescription(description))
		errs = append(errs, err)
		return c
	}
	for f, bounds := range a.settings.Bounds {
		if bounds != nil {
			figure := translate.Figure(f) //nolint:gosec // one of eleven
			a.figures[f] = histogram(figure.Metric()+distributionSuffix, figure.MetricUnit(), figure.Description(), bounds)
		}
	}
	a.calls = counter(callsName, "Call legs, one for each record.")
	a.apiDuration = histogram(apiDurationName, "s", "How long the API calls of Studio scripts took (responseTime).", a.settings.APIBounds)
	a.apiCalls = counter(apiCallsName, "API calls of Studio scripts, one for each record.")
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("cannot make the aggregated metrics: %w", err)
	}
	return nil
}

// Count adds records to the metrics.
func (a *Aggregator) Count(observations []translate.Observation) {
	measured, counted := make([]metric.RecordOption, 1), make([]metric.AddOption, 1)
	for i := range observations {
		o := &observations[i]
		ctx := context.Background()
		if o.Span.IsValid() {
			ctx = trace.ContextWithSpanContext(ctx, o.Span)
		}
		measured[0], counted[0] = metric.WithAttributeSet(o.Attributes), metric.WithAttributeSet(o.Counted)
		if o.Type == payload.ScriptAPI {
			record(ctx, a.apiDuration, o.Seconds, measured)
			a.apiCalls.Add(ctx, 1, counted...)
			continue
		}
		for f, h := range a.figures {
			record(ctx, h, o.Figures[f], measured)
		}
		a.calls.Add(ctx, 1, counted...)
	}
}

func record(ctx context.Context, h metric.Float64Histogram, v float64, options []metric.RecordOption) {
	if h != nil && !math.IsNaN(v) {
		h.Record(ctx, v, options...)
	}
}

// Emit gives what was counted to consume, in one request or, where it is much, in several; in none where there is nothing. What
// consume refuses is not lost. Cumulative metrics have it the next time. Of a delta it is kept, and goes to consume again before
// any other; what is counted meanwhile stays in the SDK, which adds it up, so that never more than one delta is kept.
func (a *Aggregator) Emit(ctx context.Context, consume func(pmetric.Metrics) error) error {
	if err := a.give(consume); err != nil {
		return err
	}
	var collected metricdata.ResourceMetrics // made anew, so that it is garbage until the next time
	// With a context that never ends: what was collected of deltas is gone from the SDK.
	if err := a.reader.Collect(context.WithoutCancel(ctx), &collected); err != nil {
		return fmt.Errorf("cannot collect the aggregated metrics: %w", err)
	}
	a.pending = requestsOf(&collected)
	err := a.give(consume)
	if !a.settings.Delta {
		a.pending = nil
	}
	return err
}

// Shutdown frees what the SDK holds.
func (a *Aggregator) Shutdown(ctx context.Context) error { return a.provider.Shutdown(ctx) }
