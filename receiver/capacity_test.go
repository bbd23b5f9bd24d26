// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package receiver

import (
	"errors"
	"io"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/iotest"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestAQuarterIsKeptForSmallBodies fills the part of the budget that large bodies can have.
func TestAQuarterIsKeptForSmallBodies(t *testing.T) {
	b := newBudget(64 << 20)
	declared, undeclared := b.newShare(8<<20), b.newShare(-1)
	require.True(t, declared.arrive(47<<20))
	require.True(t, undeclared.arrive(smallBody), "it may be a small one")
	assert.True(t, undeclared.arrive(1), "now it is large, and there is room for it")
	assert.EqualValues(t, 47<<20+smallBody+1, b.inLarges, "all of it counts as a large one's")
	another := b.newShare(8 << 20)
	assert.False(t, another.arrive(1<<20), "three quarters are theirs")

	small := make([]share, 0, 256)
	for {
		s := b.newShare(smallBody)
		if !s.arrive(smallBody) {
			break
		}
		small = append(small, s)
	}
	assert.Greater(t, len(small)*smallBody, 16<<20)
	for i := range small {
		small[i].release()
	}
	require.True(t, declared.take(15<<20), "an authenticated delivery may have the rest")
	declared.release()
	undeclared.release()
	assert.Zero(t, b.used())
	assert.Zero(t, b.inLarges)
}

func TestABodyOfTheLargestSizeFitsWhereItIsAlone(t *testing.T) {
	b := newBudget(8 << 20)
	first, second := b.newShare(8<<20), b.newShare(8<<20)
	require.True(t, first.arrive(5<<20))
	assert.False(t, second.arrive(2<<20), "two of them leave the quarter to small bodies")
	assert.True(t, second.arrive(1<<20))
	assert.False(t, second.arrive(3<<20))
	assert.True(t, first.arrive(3<<20), "the one that was refused has given its share back")
	assert.False(t, first.arrive(1))
}

func TestGrow(t *testing.T) {
	b := newBudget(10_000)
	s := b.newShare(100)
	require.True(t, s.arrive(100))
	require.NoError(t, s.grow(1024))
	assert.EqualValues(t, 1024, s.bytes)
	require.NoError(t, s.grow(1100))
	assert.EqualValues(t, 2048, s.bytes, "by as much as is held, so that it is not asked for often")
	other := b.newShare(-1)
	require.True(t, other.take(7000))
	require.ErrorIs(t, s.grow(9000), errBusy)
	other.release()
	require.NoError(t, s.grow(10_000))
	require.ErrorIs(t, s.grow(10_001), errTooLarge)
}

// TestWhatCounts checks that bytes count when they come, whatever length was declared.
func TestWhatCounts(t *testing.T) {
	for _, size := range []int{0, 1, firstRead - 1, firstRead, firstRead + 1, smallBody, smallBody + 1, 1<<20 + 1, 5 << 20} {
		for name, reader := range map[string]func(io.Reader) io.Reader{
			"at once":         func(r io.Reader) io.Reader { return r },
			"in halves":       iotest.HalfReader,
			"error with data": iotest.DataErrReader,
		} {
			for _, declared := range []int64{-1, int64(size), 8 << 20} {
				b := newBudget(64 << 20)
				s := b.newShare(declared)
				body, err := readAll(reader(strings.NewReader(strings.Repeat("a", size))), declared, 8<<20, s.arrive)
				require.NoError(t, err)
				require.Len(t, body, size, name)
				require.EqualValues(t, size, b.used(), name)
				require.LessOrEqual(t, cap(body), max(firstRead, 2*size, size+size/4+evenStep), "what is held beyond what has come")
			}
		}
	}
	s := newBudget(64 << 20).newShare(-1)
	_, err := readAll(strings.NewReader(strings.Repeat("a", 1001)), -1, 1000, s.arrive)
	require.ErrorIs(t, err, errTooLarge)
	_, err = readAll(iotest.ErrReader(errors.ErrUnsupported), -1, 1000, s.arrive)
	require.ErrorIs(t, err, errors.ErrUnsupported)
}

// TestWhoGivesWay has a body that comes too slowly, after the grace.
func TestWhoGivesWay(t *testing.T) {
	for name, tc := range map[string]struct {
		age   time.Duration
		bytes int64
		slow  bool
	}{
		"silent, within the grace":           {slowGrace, 0, false},
		"silent, after the grace":            {slowGrace + time.Millisecond, 0, true},
		"a little too slow":                  {4 * time.Second, 4*slowRate - 1, true},
		"fast enough":                        {4 * time.Second, 4 * slowRate, false},
		"fast at first, silent for long":     {time.Minute, 2 << 20, true},
		"large, and fast over all its time":  {time.Minute, 8 << 20, false},
		"a delivery of one record, stopped":  {3 * time.Second, 900, true},
		"nearly whole within the first half": {time.Second, 100, false},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var a arrivals
				body := a.begin(httptest.NewRecorder())
				body.bytes.Add(tc.bytes)
				time.Sleep(tc.age)
				a.shedSlow()
				assert.Equal(t, !tc.slow, a.end(body))
			})
		})
	}
}
