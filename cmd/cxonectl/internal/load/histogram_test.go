// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package load

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

func TestQuantilesAreOffByLessThanOnePerCent(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 1))
	var h histogram
	all := make([]time.Duration, 20_000)
	for i := range all {
		all[i] = time.Duration(1e3 * (1 + random.ExpFloat64()*float64(uint64(1)<<random.IntN(24)))) // from a microsecond to a minute or so
		h.add(all[i])
	}
	slices.Sort(all)
	for _, q := range []float64{0, 0.01, 0.5, 0.9, 0.99, 0.999} {
		exact := all[int(q*float64(len(all)-1))]
		assert.InDelta(t, exact.Seconds(), h.quantile(q).Seconds(), 0.01*exact.Seconds()+1e-6, "%g", q)
	}
	assert.Equal(t, all[len(all)-1], h.quantile(1))
}

func TestBucketsFollowOneAnother(t *testing.T) {
	before := -1
	for us := range 1 << 12 {
		d := time.Duration(us) * time.Microsecond
		bucket := bucketOf(d)
		assert.Contains(t, []int{before, before + 1}, bucket)
		assert.Greater(t, boundOf(bucket), d)
		before = bucket
	}
	assert.Zero(t, (&histogram{}).quantile(0.5))
	assert.NotPanics(t, func() { new(histogram).add(1<<63 - 1) })
}
