// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package payload

import (
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"hash/fnv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// colliding returns 2^doublings names of the same length with the same FNV-1a hash. For the current state of the hash, it
// repeatedly finds two continuations that lead to the same state.
func colliding(doublings int) []string {
	names, prefix := []string{""}, ""
	for range doublings {
		seen := map[uint32]string{}
		for i := uint32(0); ; i++ {
			next := hex.EncodeToString(binary.BigEndian.AppendUint32(nil, i*2654435761))
			h := fnv.New32a()
			h.Write([]byte(prefix + next))
			other, found := seen[h.Sum32()]
			if !found {
				seen[h.Sum32()] = next
				continue
			}
			both := make([]string, 0, 2*len(names))
			for _, name := range names {
				both = append(both, name+next, name+other)
			}
			names, prefix = both, prefix+next
			break
		}
	}
	return names
}

// TestNamesThatCollideCostNoMore has a record with names whose FNV-1a hashes, which the decoder used before, collide.
func TestNamesThatCollideCostNoMore(t *testing.T) {
	body := func(names []string) []byte {
		return []byte(`{"ContactId":1,"` + strings.Join(names, `":1,"`) + `":1}`)
	}
	chosen := colliding(13)
	others := make([]string, len(chosen))
	for i := range others {
		others[i] = fmt.Sprintf("%0*x", len(chosen[0]), i)
	}
	d := NewDecoder(VoiceQuality, time.UTC)
	decode := func(body []byte) time.Duration {
		started := time.Now()
		require.NoError(t, d.Decode(body, func(r *Record) error {
			assert.Equal(t, len(chosen), r.NumUnknown)
			return nil
		}))
		return time.Since(started)
	}
	// The fastest of many, in turns: other programs disturb both alike.
	usual, attack := time.Hour, time.Hour
	for range 25 {
		usual, attack = min(usual, decode(body(others))), min(attack, decode(body(chosen)))
	}
	t.Logf("%d names: %v, and %v with chosen names", len(chosen), usual, attack)
	assert.Less(t, attack, 3*usual)
}
