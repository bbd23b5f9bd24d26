// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package replay

import "time"

// place is an entry in the ring. It has no pointers, so that the garbage collector never looks at the ring.
type place struct {
	key     Key
	entry   Entry
	expires time.Duration // since the memory's start
}

// gone is the expiry of a place that was forgotten, or is remembered anew further on.
const gone time.Duration = 0

// ring holds places in the order in which they were added, which is the order in which they expire. It grows up to its
// size; then new places follow the last ones from the start. Positions count all places ever added, so that they stay valid
// when the ring grows.
type ring struct {
	size    int
	places  []place
	count   int
	dropped uint64 // the position of the oldest place
}

const firstPlaces = 1024

func (r *ring) at(position uint64) *place { return &r.places[position%uint64(len(r.places))] }

func (r *ring) oldest() *place { return r.at(r.dropped) }

func (r *ring) drop() {
	*r.oldest() = place{}
	r.dropped++
	r.count--
}

// add returns the place's position. There must be room: count less than size.
func (r *ring) add(s place) (position uint64) {
	if r.count == len(r.places) {
		r.grow()
	}
	position = r.dropped + uint64(r.count) //nolint:gosec // not negative
	*r.at(position) = s
	r.count++
	return position
}

func (r *ring) grow() {
	grown := make([]place, min(max(firstPlaces, 2*len(r.places)), r.size))
	for i := range uint64(r.count) { //nolint:gosec // not negative
		position := r.dropped + i
		grown[position%uint64(len(grown))] = *r.at(position)
	}
	r.places = grown
}
