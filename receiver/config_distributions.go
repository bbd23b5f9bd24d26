// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package receiver

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"

	"github.com/cxone-otel/cxonereceiver/receiver/internal/translate"
)

// validateDistributions finds distributions of what is no figure, and buckets that are none.
func (c *VoiceQualityConfig) validateDistributions() (errs []error) {
	for _, name := range c.Distributions {
		if _, err := translate.ParseFigure(name); err != nil {
			errs = append(errs, fmt.Errorf("distributions: %w", err))
		}
	}
	if c.ExponentialHistograms && len(c.Buckets) > 0 {
		errs = append(errs, errors.New("buckets: exponential histograms have no bounds to choose; leave buckets out, or exponential_histograms"))
	}
	for _, name := range slices.Sorted(maps.Keys(c.Buckets)) {
		bounds := c.Buckets[name]
		switch _, err := translate.ParseFigure(name); {
		case err != nil:
			errs = append(errs, fmt.Errorf("buckets: %w", err))
		case !slices.Contains(c.Distributions, name):
			errs = append(errs, fmt.Errorf("buckets::%s: there is no distribution of it; name it in distributions", name))
		case len(bounds) == 0 || len(bounds) > maxBounds:
			errs = append(errs, fmt.Errorf("buckets::%s: %d bounds; give between 1 and %d", name, len(bounds), maxBounds))
		case !rising(bounds):
			errs = append(errs, fmt.Errorf("buckets::%s: each bound must be a number above the one before it", name))
		}
	}
	return errs
}

// maxBounds is more than anybody reads, and keeps a point's size bounded.
const maxBounds = 100

func rising(bounds []float64) bool {
	for i, bound := range bounds {
		if math.IsNaN(bound) || math.IsInf(bound, 0) || i > 0 && bound <= bounds[i-1] {
			return false
		}
	}
	return true
}
