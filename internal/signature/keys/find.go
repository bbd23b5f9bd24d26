// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package keys

import (
	"context"
	"time"

	"github.com/cxone-otel/cxonereceiver/internal/signature/refusal"
)

// Find returns the keys that may have signed a request, at least one of which may be used now. A version that nobody has
// makes it wait, up to a second, for the files to be read again; the context ends that wait.
func (k *Ring) Find(ctx context.Context, wanted ID, now time.Time) ([]*Key, *refusal.Error) {
	set := k.snapshot.Load()
	if !set.knows(wanted.Consumer) {
		return nil, unknownConsumer(wanted.Consumer)
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

// FindAll is Find for a scheme that does not say which key signed a request: every key of the consumer may have.
func (k *Ring) FindAll(consumer string, now time.Time) ([]*Key, *refusal.Error) {
	set := k.snapshot.Load()
	if !set.knows(consumer) {
		return nil, unknownConsumer(consumer)
	}
	return usableKeys(set.unversioned(consumer), now)
}

func unknownConsumer(consumer string) *refusal.Error {
	return refusal.New(refusal.ReasonUnknownConsumer, "no key is for consumer %s", refusal.Quote(consumer))
}

// usableKeys returns the keys as they are if one of them is within its dates.
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
		return nil, refusal.New(refusal.ReasonNotYetValidKey, "key version %s is not valid before %s", refusal.Quote(k.ID.Version), k.notBefore.Format(time.RFC3339))
	}
	return nil, refusal.New(refusal.ReasonExpiredKey, "key version %s was valid until %s", refusal.Quote(k.ID.Version), k.notAfter.Format(time.RFC3339))
}
