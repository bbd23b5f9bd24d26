// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package test

import (
	"maps"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// counts are those of the calls that the vendor has received.
func (v *vendor) counts() *counts {
	v.mu.Lock()
	defer v.mu.Unlock()
	c := newCounts()
	for _, metrics := range v.points {
		c.add(metrics)
	}
	return c
}

// total returns how many spans and log records were received.
func (v *vendor) total() (spans, records int) {
	v.mu.Lock()
	defer v.mu.Unlock()
	return len(v.spans), len(v.records)
}

// TestFewRequests delivers 200 times to unchanged examples. The backend gets fewer than 20 requests, and none without
// content.
func TestFewRequests(t *testing.T) {
	t.Parallel()
	keys := signatureKeys(t)
	for _, name := range []string{"grafana-cloud.yaml", "datadog.yaml"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			v := newVendor(t)
			e := startExample(t, name, keys, append(exports[name].env(v.url, t.TempDir()), "CXONE_TELEMETRY_PORT="+freePort(t))...)
			l := startLoad(t, "http://"+e.address, append(signAs(keys), "--count", "200", "--rate", "40")...)
			require.Equal(t, 200, l.wait().Acknowledged)
			legs, calls := acknowledgedRecords(l)
			want := map[string]int64{"cxone.calls": legs, "cxone.script.api.calls": calls}
			require.Eventually(t, func() bool {
				spans, records := v.total()
				return int64(spans) == legs+calls && int64(records) == legs+calls && maps.Equal(want, v.counts().sums())
			}, time.Minute, 100*time.Millisecond, "all of it at the backend")
			e.end()
			v.mu.Lock()
			defer v.mu.Unlock()
			t.Logf("%d requests for 200 deliveries: %v, and the collector's own metrics", v.all, v.requests)
			assert.Less(t, v.all, 20)
			assert.Zero(t, v.empty, "requests with nothing in them")
			assert.NoError(t, v.failed)
		})
	}
}

// TestTwoReplicas runs examples twice, side by side, and delivers to both in turn. They share no series, no series
// decreases, and their counts together are those of the ledger.
func TestTwoReplicas(t *testing.T) {
	t.Parallel()
	keys := signatureKeys(t)
	for _, name := range []string{"grafana-cloud.yaml", "datadog.yaml"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			v := newVendor(t)
			var replicas []*example
			var addresses []string
			var queues [][]string
			run := func(env []string) *example {
				return startExampleWith(t, name, keys, []string{"--config", atOnce}, append(env, "CXONE_TELEMETRY_PORT="+freePort(t))...)
			}
			for range 2 {
				env := exports[name].env(v.url, t.TempDir())
				e := run(env)
				queues, replicas, addresses = append(queues, env), append(replicas, e), append(addresses, e.address)
			}
			balancer := newRelay(t, 0, 0, addresses...)
			l := startLoad(t, "http://"+balancer.address, append(signAs(keys), "--count", "400", "--rate", "100", "--workers", "8")...)
			require.Equal(t, 400, l.wait().Acknowledged)
			legs, calls := acknowledgedRecords(l)
			want := map[string]int64{"cxone.calls": legs, "cxone.script.api.calls": calls}
			for i, e := range replicas {
				e.end()        // emits the rest into the queue
				run(queues[i]) // sends what is in it
			}
			assert.Eventually(t, func() bool {
				spans, records := v.total()
				return maps.Equal(want, v.counts().sums()) && int64(spans) == legs+calls && int64(records) == legs+calls
			}, 20*time.Second, 100*time.Millisecond)
			c := v.counts()
			assert.Equal(t, want, c.sums())
			assert.Len(t, c.instances, 2, "each replica's series carry its own service.instance.id")
			assert.Empty(t, c.fell)
			assert.NoError(t, v.failure())
			spans, records := v.total()
			assert.Equal(t, legs+calls, int64(spans))
			assert.Equal(t, legs+calls, int64(records))
		})
	}
}

// TestTwoReplicasScraped does the same with a Prometheus that scrapes both.
func TestTwoReplicasScraped(t *testing.T) {
	t.Parallel()
	keys := signatureKeys(t)
	var pages, addresses []string
	for range 2 {
		prometheus := "localhost:" + freePort(t)
		e := startExampleWith(t, "prometheus.yaml", keys, []string{"--config", atOnce},
			"CXONE_PROMETHEUS_ENDPOINT="+prometheus, "CXONE_TELEMETRY_PORT="+freePort(t))
		pages, addresses = append(pages, prometheus), append(addresses, e.address)
	}
	balancer := newRelay(t, 0, 0, addresses...)
	l := startLoad(t, "http://"+balancer.address, append(signAs(keys), "--count", "400", "--rate", "100", "--workers", "8")...)
	require.Equal(t, 400, l.wait().Acknowledged)
	legs, calls := acknowledgedRecords(l)
	require.Eventually(t, func() bool {
		var sums [2]float64
		for _, address := range pages {
			text := page(t, address)
			n, _ := series(text, "cxone_calls_total")
			m, _ := series(text, "cxone_script_api_calls_total")
			sums[0], sums[1] = sums[0]+n, sums[1]+m
		}
		return sums == [2]float64{float64(legs), float64(calls)}
	}, 20*time.Second, 100*time.Millisecond, "both pages together to have what the ledger has")
}
