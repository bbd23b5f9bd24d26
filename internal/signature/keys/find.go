// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package keys

import (
	"context"
	"time"

	"github.com/cxone-otel/cxonereceiver/internal/signature/refusal"
)

// Find returns the keys that may have signed a request. At least one of them may be used now. If the request names the
// version, there is one key. If no key has that version, Find waits, up to a second, until the files are read again; the
// context ends that wait. If the request names no version, every key of the consumer may have signed it.
func (k *Ring) Find(ctx context.Context, wanted ID, named bool, now time.Time) ([]*Key, *refusal.Error) {
	set := k.snapshot.Load()
	if !set.knows(wanted.Consumer) {
		return nil, refusal.New(refusal.ReasonUnknownConsumer, "no key is for consumer %s", refusal.Quote(wanted.Consumer))
	}
	if !named {
		return usableKeys(set.unversioned(wanted.Consumer), now)
	}
	found := set.versioned(wanted.Version, wanted.Consumer)
	if found == nil {
		set = k.renew(ctx)
		found = set.versioned(wanted.Version, wanted.Consumer)
	}
	if found == nil {
		return nil, refusal.New(refusal.ReasonUnknownKey, "%s", set.describeUnknown(wanted.Version, wanted.Consumer))
	}
	return usableKeys(found, now)
}

// usableKeys returns the keys unchanged if one of them is within its dates.
func usableKeys(keys []*Key, now time.Time) ([]*Key, *refusal.Error) {
	if len(keys) == 0 {
		return nil, refusal.New(refusal.ReasonUnknownKey, "no key has been read yet; see the log for the file")
	}
	for _, k := range keys {
		if k.UsableAt(now) == "" {
			return keys, nil
		}
	}
	k := keys[len(keys)-1]
	if k.UsableAt(now) == refusal.ReasonNotYetValidKey {
		return nil, refusal.New(refusal.ReasonNotYetValidKey,
			"key version %s is not valid before %s", refusal.Quote(k.ID.Version), k.notBefore.Format(time.RFC3339))
	}
	return nil, refusal.New(refusal.ReasonExpiredKey,
		"key version %s was valid until %s", refusal.Quote(k.ID.Version), k.notAfter.Format(time.RFC3339))
}
