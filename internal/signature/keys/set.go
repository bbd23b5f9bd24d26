// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package keys

import (
	"fmt"
	"strings"
	"time"

	"github.com/cxone-otel/cxonereceiver/internal/signature/refusal"
)

// keySet is one state of the keyring. It never changes.
type keySet struct {
	// byID holds one key for each ID. A key without a consumer serves every consumer that has no key of that version.
	byID map[ID][]*Key
	// byConsumer holds every key that may have signed for a consumer, for schemes without a version. The empty name has
	// those for consumers that the configuration does not mention.
	byConsumer map[string][]*Key
	// consumers are all that the configuration mentions, whether or not their keys could be read.
	consumers map[string]bool
	loaded    []*Key
	unread    map[ID]bool // in the configuration, but never read so far
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

// knows reports whether any key can be for this consumer.
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

// usable reports whether a key can be used now or later.
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

// describeUnknown returns the reason why there is no key of a version, for the log.
func (s *keySet) describeUnknown(version, consumer string) string {
	if s.unread[ID{version, consumer}] || s.unread[ID{version, ""}] {
		return fmt.Sprintf(
			"key version %s is configured, but its file could not be read so far; see the log for the file", refusal.Quote(version))
	}
	return fmt.Sprintf("no key has version %s; there is %s", refusal.Quote(version), Describe(s.loaded))
}

// Describe lists keys for the log: versions and algorithms, with a limit.
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
