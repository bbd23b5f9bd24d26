// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

// Package replay remembers the deliveries that were accepted, so that a repeat is acknowledged and reaches no pipeline a
// second time. It also remembers how far a delivery has come that only some pipelines accepted, so that its retry sends
// only the rest.
//
// The memory is bounded in number and in time, and belongs to one process. After a restart, or on another replica, a repeat
// passes; it does no harm there, since the IDs of its telemetry are derived from the payload.
package replay

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"sync"
	"time"
)

// Key identifies a delivery: its consumer, its path and the bytes of its body. The signature is not part of it, since a
// sender may use one again for as long as its refresh interval. It is the first half of a SHA-256: that tells deliveries apart,
// and takes half the memory.
type Key [sha256.Size / 2]byte

// NewKey returns the key of a delivery. The body is the one that was sent, before any decompression.
func NewKey(consumer, path string, body []byte) Key {
	h := sha256.New()
	prefix := make([]byte, 0, 256)
	prefix = appendPart(prefix, consumer)
	prefix = appendPart(prefix, path)
	h.Write(prefix)
	h.Write(body)
	var sum [sha256.Size]byte
	h.Sum(sum[:0])
	return Key(sum[:len(Key{})])
}

// short returns a key's short form. It is very unlikely that two deliveries in a memory have the same one. If they do, the older
// one is forgotten.
func (k Key) short() uint64 { return binary.BigEndian.Uint64(k[:]) }

// appendPart precedes a part by its length, so that no two pairs of consumer and path look alike.
func appendPart(dst []byte, part string) []byte {
	return append(binary.BigEndian.AppendUint64(dst, uint64(len(part))), part...)
}

// Entry is the progress of a delivery that is remembered. The pipelines get a large delivery in parts, one after the other.
type Entry struct {
	// Parts is the number of parts that are done: no signal needs a further try.
	Parts int32
	// Done has a bit for each signal of the next part that needs no further try: accepted, or refused for good.
	Done uint8
	// Taken has a bit for each signal of which anything was accepted. Refused has one for each of which anything was
	// refused for good.
	Taken, Refused uint8
	// Complete says that no part needs a further try.
	Complete bool
	// Records and Unreadable count the delivery's records.
	Records, Unreadable int32
}

// Rejected reports whether something was refused for good.
func (e Entry) Rejected() bool { return e.Refused != 0 }

// Memory is the memory of deliveries. A nil Memory remembers nothing.
type Memory struct {
	ttl     time.Duration
	evicted func()
	start   time.Time // expiry counts from here, by the monotonic clock, which no change of the wall clock affects

	mu       sync.Mutex
	inFlight map[Key]chan struct{}
	index    map[uint64]uint64 // the position of a key's entry in the ring, by the key's short form
	ring     ring
}

// New returns a Memory of at most size deliveries, each remembered for ttl; nil if size is 0. evicted is called for each
// delivery that is forgotten before its ttl has passed.
func New(size int, ttl time.Duration, evicted func()) *Memory {
	if size <= 0 {
		return nil
	}
	return &Memory{
		ttl:      ttl,
		start:    time.Now(),
		evicted:  evicted,
		inFlight: map[Key]chan struct{}{},
		index:    map[uint64]uint64{},
		ring:     ring{size: size},
	}
}

// Claim is the right to deliver. Its holder must end it.
type Claim struct {
	memory *Memory
	key    Key
}

// Begin looks a delivery up. If its entry is complete, there is nothing left to do, and the claim is nil. Otherwise the
// caller holds the claim: it does what the entry has not done, and ends the claim. While another caller holds the claim,
// Begin waits. The context bounds the wait, and its error is the only one.
func (m *Memory) Begin(ctx context.Context, key Key) (*Claim, Entry, error) {
	if m == nil {
		return nil, Entry{}, nil
	}
	for {
		m.mu.Lock()
		other, ok := m.inFlight[key]
		if !ok {
			break
		}
		m.mu.Unlock()
		select {
		case <-other:
		case <-ctx.Done():
			return nil, Entry{}, context.Cause(ctx)
		}
	}
	defer m.mu.Unlock()
	entry := m.find(key, time.Now())
	if entry.Complete {
		return nil, entry, nil
	}
	m.inFlight[key] = make(chan struct{})
	return &Claim{m, key}, entry, nil
}

// End returns the claim, with the entry to remember. An entry of which nothing was taken is forgotten, since another try
// would send nothing twice.
func (c *Claim) End(entry Entry) {
	if c == nil {
		return
	}
	m := c.memory
	m.mu.Lock()
	defer m.mu.Unlock()
	close(m.inFlight[c.key])
	delete(m.inFlight, c.key)
	m.forget(c.key)
	if entry.Taken != 0 {
		m.remember(c.key, entry, time.Now())
	}
}

func (m *Memory) find(key Key, now time.Time) Entry {
	position, ok := m.index[key.short()]
	if !ok {
		return Entry{}
	}
	p := m.ring.at(position)
	if p.key != key || p.expires <= now.Sub(m.start) {
		return Entry{}
	}
	return p.entry
}

func (m *Memory) forget(key Key) {
	if position, ok := m.index[key.short()]; ok {
		m.ring.at(position).expires = gone
		delete(m.index, key.short())
	}
}

func (m *Memory) remember(key Key, entry Entry, now time.Time) {
	for m.ring.count > 0 && m.ring.oldest().expires <= now.Sub(m.start) {
		m.drop()
	}
	if m.ring.count == m.ring.size {
		m.drop()
		m.evicted()
	}
	m.index[key.short()] = m.ring.add(place{key: key, entry: entry, expires: now.Sub(m.start) + m.ttl})
}

// drop drops the oldest place, and its key unless that is remembered anew.
func (m *Memory) drop() {
	if oldest := m.ring.oldest(); oldest.expires != gone {
		delete(m.index, oldest.key.short())
	}
	m.ring.drop()
}
