// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package translate

import (
	"encoding/binary"
	"slices"
	"sync"

	attr "go.opentelemetry.io/otel/attribute"

	"github.com/cxone-otel/cxonereceiver/receiver/internal/payload"
)

// labels gathers the attributes of an observation. The texts of a record are copied together. A series lives as long as the
// process, and must not keep the body of a delivery in memory.
type labels struct {
	texts []byte // each after its length
	named []label
	base  int // how many of them the histograms have
	room  *labelRoom
}

// labelRoom is the room for them: one allocation for a batch rather than two. More are allocated as needed.
type labelRoom struct {
	texts [256]byte
	named [8]label
}

// label is an attribute, and where its text is in the texts.
type label struct {
	key      string
	from, to int
}

// begin begins an observation. Those of one data type add the same attributes in the same order.
func (s *labels) begin(b *Batch, rec *payload.Record) *labels {
	if s.room == nil {
		s.room = &labelRoom{}
		s.texts, s.named = s.room.texts[:], s.room.named[:]
	}
	s.texts, s.named = append(s.texts[:0], byte(rec.Type)), s.named[:0]
	if b.translator.options.Resource.BusinessUnit {
		s.add(keyBusinessUnit, rec.Text(payload.BusinessUnit))
	}
	return s
}

// add adds an attribute. Without a text it is left out.
func (s *labels) add(key, text string) {
	text = cut(text, maxMetricText)
	s.texts = binary.BigEndian.AppendUint16(s.texts, uint16(len(text))) //nolint:gosec // cut
	from := len(s.texts)
	s.texts = append(s.texts, text...)
	if text != "" {
		s.named = append(s.named, label{key, from, len(s.texts)})
	}
}

// more says that the following attributes belong to the count alone.
func (s *labels) more() { s.base = len(s.named) }

// sets returns the attributes of the histograms, and those of the count. The count has one more, if it is valid; number tells its
// values apart.
func (s *labels) sets(known *observedSets, another attr.KeyValue, number uint16) (histograms, count attr.Set) {
	s.texts = binary.BigEndian.AppendUint16(s.texts, number)
	sets, ok := known.get(s.texts)
	if !ok {
		texts := string(s.texts)
		sets = s.make(texts, another)
		known.put(texts, sets)
	}
	return sets[0], sets[1]
}

func (s *labels) make(texts string, another attr.KeyValue) [2]attr.Set {
	all := make([]attr.KeyValue, 0, len(s.named)+1)
	for _, l := range s.named {
		all = append(all, attr.String(l.key, texts[l.from:l.to]))
	}
	histograms := attr.NewSet(slices.Clone(all[:s.base])...)
	if another.Valid() {
		all = append(all, another)
	}
	return [2]attr.Set{histograms, attr.NewSet(all...)}
}

// observedSets keeps the attributes of observations by their texts. Most records have the attributes of an earlier one, and an
// attribute set is sorted and hashed when it is made: that took half of what an observation takes (BenchmarkAggregation).
type observedSets struct {
	mu    sync.RWMutex
	known map[string][2]attr.Set
}

// maxObservedSets bounds the memory for them, to 3 MiB. When there are so many, they are forgotten.
const maxObservedSets = 1024

func (o *observedSets) get(texts []byte) (sets [2]attr.Set, ok bool) {
	o.mu.RLock()
	defer o.mu.RUnlock()
	sets, ok = o.known[string(texts)]
	return sets, ok
}

func (o *observedSets) put(texts string, sets [2]attr.Set) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.known == nil || len(o.known) == maxObservedSets {
		o.known = map[string][2]attr.Set{}
	}
	o.known[texts] = sets
}
