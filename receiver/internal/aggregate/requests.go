// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package aggregate

import (
	"go.opentelemetry.io/collector/pdata/pmetric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
)

// requestPoints is how many data points a request has at most. Most emissions have fewer in all. With thousands of series,
// one request would be larger than the 4 MiB that a gRPC server takes by default, and exporters take several times its size
// of memory.
const requestPoints = 1000

// request is what the pipeline gets at a time: metrics, or parts of them.
type request []metricdata.Metrics

// requestsOf divides the collected metrics into requests.
func requestsOf(collected *metricdata.ResourceMetrics) (all []request) {
	room := 0
	for _, scope := range collected.ScopeMetrics { // there is one
		for _, m := range scope.Metrics {
			for from := 0; from < points(m.Data); {
				if room == 0 {
					all, room = append(all, nil), requestPoints
				}
				to := min(from+room, points(m.Data))
				last := &all[len(all)-1]
				*last = append(*last, metricdata.Metrics{Name: m.Name, Description: m.Description, Unit: m.Unit, Data: part(m.Data, from, to)})
				room -= to - from
				from = to
			}
		}
	}
	return all
}

// points counts the data points of a metric of one of the types that New's instruments have.
func points(data metricdata.Aggregation) int {
	switch data := data.(type) {
	case metricdata.Sum[int64]:
		return len(data.DataPoints)
	case metricdata.Histogram[float64]:
		return len(data.DataPoints)
	case metricdata.ExponentialHistogram[float64]:
		return len(data.DataPoints)
	default:
		return 0
	}
}

// part returns the data points from one index to another.
func part(data metricdata.Aggregation, from, to int) metricdata.Aggregation {
	switch data := data.(type) {
	case metricdata.Sum[int64]:
		data.DataPoints = data.DataPoints[from:to]
		return data
	case metricdata.Histogram[float64]:
		data.DataPoints = data.DataPoints[from:to]
		return data
	case metricdata.ExponentialHistogram[float64]:
		data.DataPoints = data.DataPoints[from:to]
		return data
	default:
		return data
	}
}

// give passes the pending requests to consume, and keeps those that it refuses.
func (a *Aggregator) give(consume func(pmetric.Metrics) error) (err error) {
	var refused []request
	for _, r := range a.pending {
		if problem := consume(a.toMetrics(r)); problem != nil {
			refused, err = append(refused, r), problem
		}
	}
	a.pending = refused
	return err
}
