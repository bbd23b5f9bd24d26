// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package replay

// slot is an entry in the ring.
type slot struct {
	key     Key
	entry   Entry
	expires int64 // Unix nanoseconds
	gone    bool  // forgotten, or remembered anew further on
}

// ring holds slots in the order in which they were added, which is that in which they expire. It grows up to its size,
// and then goes round. Positions count the slots ever added, so that they outlast growth.
type ring struct {
	size    int
	slots   []slot
	count   int
	dropped uint64 // the position of the oldest slot
}

const firstSlots = 1024

func (r *ring) at(position uint64) *slot { return &r.slots[position%uint64(len(r.slots))] }

func (r *ring) oldest() *slot { return r.at(r.dropped) }

func (r *ring) drop() {
	*r.oldest() = slot{}
	r.dropped++
	r.count--
}

// add returns the slot's position. There must be room: count less than size.
func (r *ring) add(s slot) (position uint64) {
	if r.count == len(r.slots) {
		r.grow()
	}
	position = r.dropped + uint64(r.count) //nolint:gosec // not negative
	*r.at(position) = s
	r.count++
	return position
}

func (r *ring) grow() {
	grown := make([]slot, min(max(firstSlots, 2*len(r.slots)), r.size))
	for i := range uint64(r.count) { //nolint:gosec // not negative
		position := r.dropped + i
		grown[position%uint64(len(grown))] = *r.at(position)
	}
	r.slots = grown
}
