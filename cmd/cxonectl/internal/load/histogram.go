// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package load

import (
	"math/bits"
	"time"
)

// histogram counts durations in buckets whose width grows with them. A quantile has an error below 1 % from a microsecond
// to hours, in a few kilobytes. The greatest duration is exact.
type histogram struct {
	counts [subBuckets * (64 - subBits)]uint32
	total  uint64
	max    time.Duration
}

// Each power of two, in microseconds, has this many buckets.
const (
	subBits    = 7
	subBuckets = 1 << subBits
)

func (h *histogram) add(d time.Duration) {
	h.counts[bucketOf(d)]++
	h.total++
	h.max = max(h.max, d)
}

func bucketOf(d time.Duration) int {
	us := uint64(max(0, d.Microseconds())) //nolint:gosec // not negative
	shift := max(0, bits.Len64(us)-subBits-1)
	return shift*subBuckets + int(us>>shift) //nolint:gosec // below 2*subBuckets
}

// boundOf is the end of a bucket, the reverse of bucketOf.
func boundOf(bucket int) time.Duration {
	shift := max(0, bucket/subBuckets-1)
	return time.Duration((bucket-shift*subBuckets+1)<<shift) * time.Microsecond
}

// quantile returns the duration that a fraction q of all does not exceed; 0 if there are none.
func (h *histogram) quantile(q float64) time.Duration {
	if h.total == 0 {
		return 0
	}
	left := uint64(q * float64(h.total-1))
	for i, n := range h.counts {
		if left < uint64(n) {
			return min(boundOf(i), h.max)
		}
		left -= uint64(n)
	}
	return h.max
}
