// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package keys

import (
	"fmt"
	"strings"
	"time"

	"github.com/cxone-otel/cxonereceiver/internal/signature/refusal"
)

// keySet is one state of the keyring, never changed once it is made.
type keySet struct {
	// byID holds one key each. A key without a consumer serves every consumer that has none of its own of that version.
	byID map[ID][]*Key
	// byConsumer holds every key that may have signed for a consumer, for schemes that carry no version; under the empty
	// name are those for consumers that are not mentioned.
	byConsumer map[string][]*Key
	// consumers are all that the configuration mentions, whether their keys could be read or not.
	consumers map[string]bool
	loaded    []*Key
	unread    map[ID]bool // configured, but never read so far
}

func newKeySet(sources []*keySource) *keySet {
	set := &keySet{
		byID:       map[ID][]*Key{},
		byConsumer: map[string][]*Key{},
		consumers:  map[string]bool{},
		unread:     map[ID]bool{},
	}
	for _, source := range sources {
		set.consumers[source.config.ConsumerID] = true
		if source.good == nil {
			set.unread[ID{source.config.Version, source.config.ConsumerID}] = true
			continue
		}
		set.loaded = append(set.loaded, source.good)
		set.byID[source.good.ID] = []*Key{source.good}
	}
	for consumer := range set.consumers {
		for _, k := range set.loaded {
			if k.ID.Consumer == consumer || k.ID.Consumer == "" {
				set.byConsumer[consumer] = append(set.byConsumer[consumer], k)
			}
		}
	}
	return set
}

// knows reports whether any key could be for this consumer.
func (s *keySet) knows(consumer string) bool {
	return s.consumers[consumer] || s.consumers[""]
}

// versioned returns the key of a version and consumer, or nil.
func (s *keySet) versioned(version, consumer string) []*Key {
	if keys := s.byID[ID{version, consumer}]; keys != nil {
		return keys
	}
	return s.byID[ID{version, ""}]
}

// unversioned returns every key that may have signed for a consumer.
func (s *keySet) unversioned(consumer string) []*Key {
	if s.consumers[consumer] {
		return s.byConsumer[consumer]
	}
	return s.byConsumer[""]
}

// usable reports whether a key can be used now, or once its not_before has come.
func (s *keySet) usable(now time.Time) bool {
	for _, k := range s.loaded {
		if k.UsableAt(now) != refusal.ReasonExpiredKey {
			return true
		}
	}
	return false
}

func (s *keySet) expired(now time.Time) []error {
	var expired []error
	for _, k := range s.loaded {
		if k.UsableAt(now) == refusal.ReasonExpiredKey {
			expired = append(expired, fmt.Errorf(
				"key version %q: its not_after, %s, has passed", refusal.Cut(k.ID.Version), k.notAfter.Format(time.RFC3339)))
		}
	}
	return expired
}

// describeUnknown tells the log why there is no key of a version.
func (s *keySet) describeUnknown(version, consumer string) string {
	if s.unread[ID{version, consumer}] || s.unread[ID{version, ""}] {
		return fmt.Sprintf(
			"key version %s is configured, but its file could not be read so far; see the log for the file", refusal.Quote(version))
	}
	return fmt.Sprintf("no key has version %s; there is %s", refusal.Quote(version), Describe(s.loaded))
}

// Describe lists keys for the log: versions and algorithms, not too many.
func Describe(keys []*Key) string {
	const most = 8
	var text strings.Builder
	for i, k := range keys {
		if i == most {
			fmt.Fprintf(&text, " and %d more", len(keys)-most)
			break
		}
		if i > 0 {
			text.WriteString(", ")
		}
		fmt.Fprintf(&text, "version %s %s", refusal.Quote(k.ID.Version), k.Algorithm.Name)
	}
	return text.String()
}
