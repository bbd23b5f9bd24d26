// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

// Package aggregate keeps the metrics over all records: histograms of the figures, and counts of the records. Besides the
// replay memory it is the only state that the receiver keeps between deliveries.
//
// The OpenTelemetry SDK keeps the sums, the buckets, the exemplars and the limit of series. This package decides what is
// counted, and converts the SDK's metrics to pdata.
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

// The metrics' names. A figure's histogram has the name of its gauge, with this suffix.
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

// Settings of an Aggregator. The caller has validated them.
type Settings struct {
	// Delta says that each emission has only the counts since the one before it, rather than since the start.
	Delta bool
	// Exponential says that histograms are exponential, rather than explicit ones with bounds.
	Exponential bool
	// Bounds has, for each figure that gets a histogram, the upper bounds of its buckets in the metric's unit.
	Bounds [translate.NumFigures][]float64
	// APIBounds are the upper bounds of the API calls' durations, in seconds.
	APIBounds []float64
	// MaxSeries is how many series each metric has at most, besides the overflow series.
	MaxSeries int
	// Resource is the resource of the metrics: attributes and their values.
	Resource map[string]string
	// ScopeName, ScopeVersion and SchemaURL are the receiver's.
	ScopeName, ScopeVersion, SchemaURL string
}

// Aggregator counts records, and emits the counts. Counting is safe for concurrent use. Only one goroutine at a time may
// emit.
type Aggregator struct {
	settings Settings
	provider *sdk.MeterProvider
	reader   *sdk.ManualReader
	bounds   map[string][]float64 // of the histograms, by name

	figures     [translate.NumFigures]metric.Float64Histogram // nil for those without a histogram
	calls       metric.Int64Counter
	apiDuration metric.Float64Histogram
	apiCalls    metric.Int64Counter

	pending []request // the points of a delta that were refused
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
		sdk.WithCardinalityLimit(settings.MaxSeries+1), // the SDK counts the overflow series too
		sdk.WithExemplarFilter(exemplar.TraceBasedFilter),
		sdk.WithView(a.view),
	)
	return a, a.createInstruments()
}

// view decides how a histogram is made.
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
			figure := translate.Figure(f) //nolint:gosec // an index of figures
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

// Emit passes the counts to consume: in one request, in several if there are many points, in none if there are no points.
// Counts that consume refuses are not lost. Cumulative metrics have them the next time. The points of a delta are kept, and
// go to consume before any others. Meanwhile the SDK adds up the new counts, so that never more than one delta is kept.
func (a *Aggregator) Emit(ctx context.Context, consume func(pmetric.Metrics) error) error {
	if err := a.give(consume); err != nil {
		return err
	}
	var collected metricdata.ResourceMetrics // made anew each time, so that it is garbage until the next emission
	// The context must not end: the SDK forgets the points of a delta when it has collected them.
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

// Shutdown frees the SDK's memory.
func (a *Aggregator) Shutdown(ctx context.Context) error { return a.provider.Shutdown(ctx) }
