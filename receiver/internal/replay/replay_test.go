// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package replay

import (
	"context"
	"encoding/binary"
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
	"unsafe"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func key(s string) Key { return NewKey("consumer", "/path", []byte(s)) }

func begin(t *testing.T, m *Memory, k Key) (*Claim, Entry) {
	t.Helper()
	claim, entry, err := m.Begin(t.Context(), k)
	require.NoError(t, err)
	return claim, entry
}

func deliver(t *testing.T, m *Memory, k Key) {
	t.Helper()
	claim, _ := begin(t, m, k)
	require.NotNil(t, claim)
	claim.End(Entry{Done: 1, Taken: 1, Complete: true, Records: 3})
}

func TestKeyTellsItsPartsApart(t *testing.T) {
	keys := map[Key]bool{
		NewKey("", "", []byte("")):    true,
		NewKey("a", "b", []byte("c")): true,
		NewKey("ab", "", []byte("c")): true,
		NewKey("", "ab", []byte("c")): true,
		NewKey("a", "bc", []byte("")): true,
		NewKey("", "", []byte("abc")): true,
	}
	assert.Len(t, keys, 6)
	first, second := NewKey("a", "b", []byte("c")), NewKey("a", "b", []byte("c"))
	assert.Equal(t, first, second)
}

func TestRepeatOfAnAcceptedDelivery(t *testing.T) {
	m := New(10, time.Minute, func() {})
	deliver(t, m, key("a"))
	claim, entry := begin(t, m, key("a"))
	assert.Nil(t, claim)
	assert.Equal(t, Entry{Done: 1, Taken: 1, Complete: true, Records: 3}, entry)
}

func TestNothingIsRememberedOfARefusedDelivery(t *testing.T) {
	m := New(10, time.Minute, func() {})
	claim, _ := begin(t, m, key("a"))
	claim.End(Entry{})
	claim, entry := begin(t, m, key("a"))
	require.NotNil(t, claim)
	assert.Zero(t, entry)
	claim.End(Entry{})
	assert.Empty(t, m.index)
	assert.Empty(t, m.inFlight)
}

func TestProgressIsRememberedUntilComplete(t *testing.T) {
	m := New(10, time.Minute, func() {})
	claim, _ := begin(t, m, key("a"))
	claim.End(Entry{Done: 0b01, Taken: 0b01})
	claim, entry := begin(t, m, key("a"))
	assert.Equal(t, Entry{Done: 0b01, Taken: 0b01}, entry)
	claim.End(Entry{Done: 0b11, Taken: 0b01, Refused: 0b10, Complete: true})
	claim, entry = begin(t, m, key("a"))
	assert.Nil(t, claim)
	assert.Equal(t, Entry{Done: 0b11, Taken: 0b01, Refused: 0b10, Complete: true}, entry)
	assert.True(t, entry.Rejected())
}

func TestOffWithSizeZero(t *testing.T) {
	m := New(0, time.Minute, nil)
	assert.Nil(t, m)
	claim, entry := begin(t, m, key("a"))
	assert.Nil(t, claim)
	assert.Zero(t, entry)
	claim.End(Entry{Taken: 1, Complete: true})
}

func TestForgottenAfterItsTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := New(10, time.Minute, func() { t.Error("evicted before its time") })
		deliver(t, m, key("a"))
		time.Sleep(59 * time.Second)
		claim, _ := begin(t, m, key("a"))
		assert.Nil(t, claim, "still remembered")
		time.Sleep(time.Second)
		claim, entry := begin(t, m, key("a"))
		require.NotNil(t, claim)
		assert.Zero(t, entry)
		claim.End(Entry{Taken: 1, Complete: true})
		deliver(t, m, key("b"))
		assert.Len(t, m.index, 2)
		assert.Equal(t, 2, m.ring.count, "expired entries are dropped")
	})
}

func TestTheOldestIsEvictedWhenFull(t *testing.T) {
	const size = 3000 // more than one growth
	evicted := 0
	m := New(size, time.Hour, func() { evicted++ })
	for i := range size + 500 {
		deliver(t, m, key(fmt.Sprint(i)))
	}
	assert.Equal(t, 500, evicted)
	assert.Len(t, m.index, size)
	assert.Len(t, m.ring.places, size)
	for i := range size + 500 {
		entry := m.find(key(fmt.Sprint(i)), time.Now())
		assert.Equal(t, i >= 500, entry.Complete, "delivery %d", i)
	}
}

func TestARenewedEntryKeepsOneSlotAlive(t *testing.T) {
	m := New(4, time.Hour, func() {})
	for range 100 {
		claim, _ := begin(t, m, key("a"))
		claim.End(Entry{Done: 1, Taken: 1})
	}
	assert.Len(t, m.index, 1)
	assert.LessOrEqual(t, m.ring.count, 4)
}

func TestTheSameDeliveryAtOnceIsDeliveredOnce(t *testing.T) {
	m := New(10, time.Minute, func() {})
	var delivered, repeats atomic.Int32
	var wg sync.WaitGroup
	for range 50 {
		wg.Go(func() {
			claim, _, err := m.Begin(context.Background(), key("a"))
			assert.NoError(t, err)
			if claim == nil {
				repeats.Add(1)
				return
			}
			delivered.Add(1)
			time.Sleep(time.Millisecond)
			claim.End(Entry{Taken: 1, Complete: true})
		})
	}
	wg.Wait()
	assert.EqualValues(t, 1, delivered.Load())
	assert.EqualValues(t, 49, repeats.Load())
}

func TestTheSecondTriesWhereTheFirstFailed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := New(10, time.Minute, func() {})
		first, _ := begin(t, m, key("a"))
		done := make(chan Entry)
		go func() {
			claim, entry, err := m.Begin(t.Context(), key("a"))
			assert.NoError(t, err)
			claim.End(Entry{Taken: 1, Complete: true})
			done <- entry
		}()
		synctest.Wait()
		first.End(Entry{Done: 0b10, Taken: 0b10})
		assert.Equal(t, Entry{Done: 0b10, Taken: 0b10}, <-done)
	})
}

func TestWaitingForTheFirstIsBounded(t *testing.T) {
	m := New(10, time.Minute, func() {})
	first, _ := begin(t, m, key("a"))
	defer first.End(Entry{})
	ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	_, _, err := m.Begin(ctx, key("a"))
	assert.ErrorIs(t, err, context.DeadlineExceeded)
}

// TestMemoryOfAMemory fills a memory of the default size, and overwrites it once.
func TestMemoryOfAMemory(t *testing.T) {
	const size = 262_144
	heap := func() uint64 {
		runtime.GC()
		var stats runtime.MemStats
		runtime.ReadMemStats(&stats)
		return stats.HeapAlloc
	}
	before := heap()
	m := New(size, time.Hour, func() {})
	for i := range 2 * size {
		deliver(t, m, NewKey("consumer", "/path", binary.BigEndian.AppendUint32(nil, uint32(i)))) //nolint:gosec // far fewer
		if i == size-1 || i == 2*size-1 {
			taken := (heap() - before) >> 10
			t.Logf("%d deliveries take %d KiB", size, taken)
			assert.Less(t, taken, uint64(22<<10), "the heap may become twice as large before garbage is collected")
		}
	}
	assert.Equal(t, size, m.ring.count)
}

// TestKeysWithTheSameBeginning checks that such keys are told apart. The newer one is remembered.
func TestKeysWithTheSameBeginning(t *testing.T) {
	first, second := Key{7: 1, 8: 1}, Key{7: 1, 8: 2}
	m := New(2, time.Hour, func() { t.Error("evicted") })
	deliver(t, m, first)
	claim, entry := begin(t, m, second)
	require.NotNil(t, claim)
	assert.Zero(t, entry)
	claim.End(Entry{Taken: 1, Complete: true})
	claim, _ = begin(t, m, second)
	assert.Nil(t, claim, "remembered")
	claim, _ = begin(t, m, first)
	require.NotNil(t, claim, "forgotten")
	claim.End(Entry{Taken: 1, Complete: true})
	deliver(t, m, Key{1})
	claim, _ = begin(t, m, first)
	assert.Nil(t, claim, "the places of those that were forgotten are free")
}

func BenchmarkAcceptAndRemember(b *testing.B) {
	m := New(262144, time.Hour, func() {})
	body := make([]byte, 1300)
	b.ReportAllocs()
	for i := range b.N {
		body[0], body[1], body[2] = byte(i), byte(i>>8), byte(i>>16)
		claim, _, _ := m.Begin(context.Background(), NewKey("consumer", "/cxone/voice-quality", body))
		claim.End(Entry{Taken: 1, Complete: true})
	}
}

// TestAStepOfTheWallClock checks that nothing is forgotten, and nothing remembered longer.
func TestAStepOfTheWallClock(t *testing.T) {
	m := New(10, time.Minute, func() {})
	deliver(t, m, key("a"))
	for _, step := range []time.Duration{time.Hour, -time.Hour} {
		assert.True(t, m.find(key("a"), stepped(time.Now(), step)).Complete)
		assert.False(t, m.find(key("a"), stepped(time.Now().Add(2*time.Minute), step)).Complete)
	}
}

// stepped returns what time.Now returns at a time after the wall clock was set: only the wall clock's part differs.
func stepped(now time.Time, step time.Duration) time.Time {
	const secondsShift = 30 // of a time.Time that has a monotonic part
	words := (*[2]uint64)(unsafe.Pointer(&now))
	words[0] += uint64(step/time.Second) << secondsShift //nolint:gosec // it may wrap
	return now
}
