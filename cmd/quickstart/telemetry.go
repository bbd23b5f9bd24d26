// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"fmt"
	"time"

	"github.com/cxone-otel/cxonereceiver/cmd/internal/demo"
	"github.com/cxone-otel/cxonereceiver/cmd/internal/show"
)

const (
	arrivalTimeout = 15 * time.Second
	flushInterval  = 200 * time.Millisecond // of the file exporters in the configuration
)

// gather reads the files until they hold the expected telemetry, and a moment longer, to notice any surplus. It also
// returns the collector's own counts. The metrics over all calls are emitted at an interval. The files and the collector
// must agree on them, and they are left out of the counts.
func gather(ctx context.Context, d *demo.Demo, expected counts) (*show.Telemetry, counts, error) {
	deadline, tail, t := time.Now().Add(arrivalTimeout), show.Tail{Directory: d.Directory}, &show.Telemetry{}
	for complete := false; ; {
		select {
		case <-time.After(2 * flushInterval):
		case <-ctx.Done():
			return nil, counts{}, ctx.Err()
		}
		own, err := ownCounts(ctx, d.Own)
		if err != nil {
			return nil, own, fmt.Errorf("read the collector's own metrics: %w", err)
		}
		if err = tail.Read(t); err != nil || complete && own.points == t.AllPoints || time.Now().After(deadline) {
			own.points -= t.AllPoints - t.GaugePoints
			return t, own, err
		}
		complete = t.GaugePoints >= expected.points && len(t.Spans) >= expected.spans && len(t.Logs) >= expected.logs
	}
}
