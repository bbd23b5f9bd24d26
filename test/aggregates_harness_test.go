// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package test

import (
	"fmt"
	"maps"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/pmetric"
)

// Aggregated metrics are compared with the log records. Each accepted record has one, with all of its figures.

// aggregate is one series: a count, or the sum and the cumulative buckets of a histogram.
type aggregate struct {
	count, sum float64
	buckets    map[float64]float64
}

// aggregates are series by the metric's name and attributes, as in a Prometheus scrape.
type aggregates map[string]*aggregate

func (a aggregates) of(metric string, attributes map[string]string) *aggregate {
	var key strings.Builder
	key.WriteString(metric)
	for _, name := range slices.Sorted(maps.Keys(attributes)) {
		if attributes[name] != "" {
			fmt.Fprintf(&key, " %s=%q", name, attributes[name])
		}
	}
	if a[key.String()] == nil {
		a[key.String()] = &aggregate{buckets: map[float64]float64{}}
	}
	return a[key.String()]
}

// add adds series.
func (a aggregates) add(others aggregates) aggregates {
	for key, other := range others {
		if a[key] == nil {
			a[key] = &aggregate{buckets: map[float64]float64{}}
		}
		a[key].count += other.count
		a[key].sum += other.sum
		for bound, n := range other.buckets {
			a[key].buckets[bound] += n
		}
	}
	return a
}

// total is the sum of a metric's counts.
func (a aggregates) total(metric string) (sum float64) {
	for key, one := range a {
		if strings.HasPrefix(key+" ", metric+" ") {
			sum += one.count
		}
	}
	return sum
}

// bounds are the default bounds of the figures with a histogram, with Prometheus' suffix of their names.
var bounds = map[string][]float64{
	"mos":         {1, 2, 2.5, 2.6, 3.1, 3.5, 3.6, 4, 4.2, 4.3, 4.4, 4.5},
	"jitter":      {.001, .005, .01, .02, .03, .05, .06, .1, .3, 1},
	"packet_loss": {0, .001, .003, .005, .01, .025, .03, .05, .1, .4},
	"rtt":         {.05, .1, .15, .2, .3, .4, .5, .75, 1},
	"duration":    {5, 15, 30, 60, 120, 180, 300, 600, 900, 1800, 3600},
	"api":         {.05, .1, .25, .5, 1, 2, 5, 10, 30, 60, 90, 120},
}

func (a *aggregate) observe(v float64, bounds []float64) {
	a.count++
	a.sum += v
	for _, bound := range append(slices.Clone(bounds), math.Inf(1)) {
		if v <= bound {
			a.buckets[bound]++
		} else {
			a.buckets[bound] += 0
		}
	}
}

// ledgerOf computes the aggregated metrics from log records.
func ledgerOf(records []record) aggregates {
	all := aggregates{}
	for i := range records {
		r := &records[i]
		text := func(name string) string {
			v, ok := r.Attributes().Get(name)
			if !ok {
				return ""
			}
			return v.AsString()
		}
		labels := map[string]string{}
		if unit, ok := r.resource.Get("cxone.business_unit.id"); ok {
			labels["cxone_business_unit_id"] = unit.AsString()
		}
		switch r.EventName() {
		case "cxone.call.completed":
			labels["cxone_skill_name"], labels["cxone_team_name"] = text("cxone.skill.name"), text("cxone.team.name")
			for figure, bounds := range bounds {
				if v, ok := r.Attributes().Get("cxone.call." + figure); ok {
					all.of("cxone_call_"+figure+"_distribution", labels).observe(v.Double(), bounds)
				}
			}
			labels["cxone_call_quality"], labels["cxone_call_disconnect_reason"] = text("cxone.call.quality"), text("cxone.call.disconnect_reason")
			labels["cxone_call_degraded"] = strconv.FormatBool(text("cxone.call.degraded_by") != "")
			all.of("cxone_calls", labels).count++
		case "cxone.script.api.completed":
			for label, name := range map[string]string{
				"cxone_script_name": "cxone.script.name", "cxone_action_label": "cxone.action.label", "server_address": "server.address",
				"error_type": "error.type",
			} {
				labels[label] = text(name)
			}
			if v, ok := r.Attributes().Get("cxone.script.api.duration"); ok {
				all.of("cxone_script_api_duration", labels).observe(v.Double(), bounds["api"])
			}
			labels["http_response_status_code"] = text("http.response.status_code")
			all.of("cxone_script_api_calls", labels).count++
		}
	}
	return all
}

// attributesOf writes attributes as Prometheus does.
func attributesOf(attributes pcommon.Map) map[string]string {
	labels := map[string]string{}
	for name, v := range attributes.All() {
		labels[strings.ReplaceAll(name, ".", "_")] = v.AsString()
	}
	return labels
}

// requireLedger compares aggregates with the computed ones: every series, its count, its sum and each of its buckets.
func requireLedger(t testing.TB, want, got aggregates, where string) {
	t.Helper()
	require.ElementsMatch(t, slices.Collect(maps.Keys(want)), slices.Collect(maps.Keys(got)), "series %s", where)
	for key, w := range want {
		g := got[key]
		require.InDelta(t, w.count, g.count, 0, "the count of %s %s", key, where)
		require.InDelta(t, w.sum, g.sum, 1e-9*max(1, math.Abs(w.sum)), "the sum of %s %s", key, where)
		require.Equal(t, w.buckets, g.buckets, "the buckets of %s %s", key, where)
	}
}

// exported adds up the aggregated metrics in the collector's file, of all processes that wrote it.
func (c *collector) exported(temporality pmetric.AggregationTemporality) aggregates {
	c.t.Helper()
	var all []pmetric.Metrics
	for _, line := range c.lines("metrics.jsonl") {
		if len(line) == 0 {
			continue
		}
		d, err := (&pmetric.JSONUnmarshaler{}).UnmarshalMetrics(line)
		require.NoError(c.t, err)
		all = append(all, d)
	}
	return addUp(c.t, all, temporality)
}

// addUp adds up exports: deltas as they are, and of cumulative series the newest of each process. It checks that no
// cumulative series decreases.
func addUp(t testing.TB, exports []pmetric.Metrics, temporality pmetric.AggregationTemporality) aggregates {
	t.Helper()
	sums, newest := aggregates{}, map[string]aggregates{} // by process
	for _, d := range exports {
		for _, rm := range d.ResourceMetrics().All() {
			emitted := emittedIn(t, rm, temporality)
			if temporality == pmetric.AggregationTemporalityDelta {
				sums.add(emitted)
				continue
			}
			if len(emitted) == 0 {
				continue // gauges, which are not a process's
			}
			instance := str(t, rm.Resource().Attributes(), "service.instance.id")
			for key, now := range emitted {
				if before := newest[instance][key]; before != nil {
					requireRisen(t, key, before, now)
				}
			}
			if newest[instance] == nil {
				newest[instance] = aggregates{}
			}
			maps.Copy(newest[instance], emitted)
		}
	}
	for _, process := range newest {
		sums.add(process)
	}
	return sums
}

func requireRisen(t testing.TB, key string, before, now *aggregate) {
	t.Helper()
	require.GreaterOrEqual(t, now.count, before.count, "%s went down", key)
	require.GreaterOrEqual(t, now.sum, before.sum, "the sum of %s went down", key)
	for bound, n := range before.buckets {
		require.GreaterOrEqual(t, now.buckets[bound], n, "%s up to %v went down", key, bound)
	}
}

// emittedIn reads the aggregated metrics of a resource. All must have this temporality.
func emittedIn(t testing.TB, rm pmetric.ResourceMetrics, temporality pmetric.AggregationTemporality) aggregates {
	t.Helper()
	all := aggregates{}
	for _, sm := range rm.ScopeMetrics().All() {
		for _, m := range sm.Metrics().All() {
			name := strings.ReplaceAll(m.Name(), ".", "_")
			switch m.Type() {
			case pmetric.MetricTypeSum:
				require.True(t, m.Sum().IsMonotonic())
				require.Equal(t, temporality, m.Sum().AggregationTemporality())
				for _, p := range m.Sum().DataPoints().All() {
					require.Less(t, p.StartTimestamp(), p.Timestamp())
					all.of(name, attributesOf(p.Attributes())).count = float64(p.IntValue())
				}
			case pmetric.MetricTypeHistogram:
				require.Equal(t, temporality, m.Histogram().AggregationTemporality())
				for _, p := range m.Histogram().DataPoints().All() {
					require.Less(t, p.StartTimestamp(), p.Timestamp())
					a := all.of(name, attributesOf(p.Attributes()))
					a.count, a.sum = float64(p.Count()), p.Sum()
					upTo := 0.0
					for i, n := range p.BucketCounts().All() {
						upTo += float64(n)
						bound := math.Inf(1)
						if i < p.ExplicitBounds().Len() {
							bound = p.ExplicitBounds().At(i)
						}
						a.buckets[bound] = upTo
					}
				}
			default:
			}
		}
	}
	return all
}

var (
	sampleLine = regexp.MustCompile(`(?m)^(cxone_[a-z_]+?)(_seconds)?(_bucket|_sum|_count|_total)\{(.*?)\} ([0-9.e+-]+)(?: # .*)?$`)
	oneLabel   = regexp.MustCompile(`([a-z_]+)="((?:[^"\\]|\\.)*)"`)
	// ofTheResource are labels of the resource.
	ofTheResource = map[string]bool{"job": true, "instance": true, "service_name": true, "service_instance_id": true}
)

// scraped reads the aggregated metrics of a Prometheus page.
func (c *collector) scraped() aggregates {
	c.t.Helper()
	all := aggregates{}
	for _, line := range sampleLine.FindAllStringSubmatch(c.get(c.scrape), -1) {
		name, kind := line[1], line[3]
		value, err := strconv.ParseFloat(line[5], 64)
		require.NoError(c.t, err)
		labels := map[string]string{}
		bound := math.NaN()
		for _, label := range oneLabel.FindAllStringSubmatch(line[4], -1) {
			switch text := strings.ReplaceAll(label[2], `\"`, `"`); {
			case label[1] == "le":
				bound, err = strconv.ParseFloat(text, 64)
				require.NoError(c.t, err)
			case !ofTheResource[label[1]] && !strings.HasPrefix(label[1], "otel_scope_"):
				labels[label[1]] = text
			}
		}
		switch a := all.of(name, labels); kind {
		case "_bucket":
			a.buckets[bound] = value
		case "_sum":
			a.sum = value
		default:
			a.count = value
		}
	}
	return all
}

// watchScrapes scrapes until the test ends it, and checks that no series decreases.
func (c *collector) watchScrapes() (stop func()) {
	quit, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		before := aggregates{}
		for n := 0; ; n++ {
			now := c.scraped()
			for key, was := range before {
				if assert.Contains(c.t, now, key, "a series is gone") {
					for bound, up := range was.buckets {
						assert.GreaterOrEqual(c.t, now[key].buckets[bound], up, "%s went down", key)
					}
					assert.GreaterOrEqual(c.t, now[key].count, was.count, "%s went down", key)
					assert.GreaterOrEqual(c.t, now[key].sum, was.sum, "the sum of %s went down", key)
				}
			}
			before = now
			select {
			case <-quit:
				assert.Greater(c.t, n, 3, "scrapes")
				return
			case <-time.After(200 * time.Millisecond):
			}
		}
	}()
	return func() { close(quit); <-done }
}
