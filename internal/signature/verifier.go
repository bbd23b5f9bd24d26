// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package signature

import (
	"context"
	"net/http"
	"time"
)

// Verifier judges the requests of one callback. It is safe for concurrent use.
type Verifier struct {
	scheme  *scheme
	keyring *Keyring
}

// NewVerifier makes a verifier of a configuration, with the keys of a keyring that was made from the same configuration.
// It returns what Config.Validate would say of the scheme, or that the callback's SignatureURL is no URL.
func NewVerifier(config *Config, keyring *Keyring, callback Callback) (*Verifier, error) {
	made, err := newScheme(config, callback)
	if err != nil {
		return nil, err
	}
	return &Verifier{scheme: made, keyring: keyring}, nil
}

// Attempt is a request that passed every cheap check; Verify decides. It refers to the request's headers, so it is good
// for as long as the request is, and for one goroutine.
type Attempt struct {
	scheme     *scheme
	now        time.Time
	message    message
	signatures signatures
	keys       []*key
	labels     []labelled // RFC 9421 only
	signedAt   time.Time
	verified   *key
}

// Consumer is the consumer that the request names, empty if the scheme has none. It is the sender's word until Verify has
// returned nil.
func (a *Attempt) Consumer() string { return a.message.consumer }

// KeyVersion is the key version that the request names or, once Verify has returned nil, the version of the key that made
// the signature.
func (a *Attempt) KeyVersion() string {
	if a.verified != nil {
		return a.verified.id.version
	}
	return a.message.version
}

// SignedAt is the request's timestamp, or the zero time if the scheme has none.
func (a *Attempt) SignedAt() time.Time { return a.signedAt }

// Check does what is cheap and needs no body: presence and duplicates, consumer, timestamp, key version, the signature's
// length. Its error is an *Error. A key version that nobody has makes it wait, up to a second, for the key files to be read
// again; the request's context ends that wait.
func (v *Verifier) Check(r *http.Request, now time.Time) (*Attempt, error) {
	a := &Attempt{scheme: v.scheme, now: now}
	a.message = message{request: r, target: targetOf(r), origin: v.scheme.origin, separator: v.scheme.value.Separator}
	var refusal *Error
	if v.scheme.components != nil {
		refusal = a.checkMessage(v.keyring)
	} else {
		refusal = a.check(v.keyring)
	}
	if refusal != nil {
		return nil, a.complete(refusal)
	}
	return a, nil
}

// Verify does the one expensive step: whether one of the keys made one of the signatures for this body, which has to be
// the body as it travelled, compressed if it was. Its error is an *Error.
func (a *Attempt) Verify(body []byte) error {
	ws := workspaces.Get().(*workspace) //nolint:forcetypeassert // the pool's New gives nothing else
	defer ws.release()
	if a.scheme.components != nil {
		if refusal := a.verifyMessage(ws, body); refusal != nil {
			return a.complete(refusal)
		}
		return nil
	}
	signed := content{template: a.scheme.template, message: &a.message, body: body}
	for _, k := range a.keys {
		if k.usableAt(a.now) == "" && ws.verify(k, &signed, a.signatures.all()) {
			a.verified = k
			return nil
		}
	}
	return a.complete(refuse(ReasonBadSignature, "no key made this signature for this request (tried: %s)", describeKeys(a.keys)))
}

// complete adds to a refusal what is known of its sender.
func (a *Attempt) complete(refusal *Error) error {
	refusal.Consumer = cut(a.message.consumer)
	refusal.KeyVersion = cut(a.message.version)
	refusal.scheme = a.scheme.name
	if refusal.Reason == ReasonMissing {
		refusal.arrived = a.message.request.Header
	}
	return refusal
}

func (a *Attempt) check(keyring *Keyring) *Error {
	s, m := a.scheme, &a.message
	if refusal := a.readSignatures(); refusal != nil {
		return refusal
	}
	if refusal := a.readConsumer(); refusal != nil {
		return refusal
	}
	var refusal *Error
	if s.version.kind != placeNone {
		if m.version, refusal = s.version.read(m, "key version"); refusal != nil {
			return refusal
		}
	}
	if s.timestamp.kind != placeNone {
		if m.timestamp, refusal = s.timestamp.read(m, "timestamp"); refusal != nil {
			return refusal
		}
		if a.signedAt, refusal = s.window.check(m.timestamp, a.now); refusal != nil {
			return refusal
		}
	}
	if m.nonce, refusal = s.nonce.read(m, "nonce"); refusal != nil {
		if refusal.Reason != ReasonMissing || s.needsNonce() {
			return refusal
		}
	}
	if refusal = s.checkAtoms(m); refusal != nil {
		return refusal
	}
	a.keys, refusal = a.findKeys(m.request.Context(), keyring)
	if refusal != nil {
		return refusal
	}
	for _, k := range a.keys {
		if k.plausible(a.signatures.all()) {
			return nil
		}
	}
	return refuse(ReasonMalformed, "the signature's length cannot be right for %s: %s", describeKeys(a.keys), s.signature)
}

func (a *Attempt) readSignatures() *Error {
	s, m := a.scheme, &a.message
	text, refusal := s.signature.read(m, "signature")
	if refusal != nil {
		return refusal
	}
	if s.value.Format == formatPairs {
		m.pairs = text
	}
	if err := a.signatures.read(&s.value, text); err != nil {
		return refuse(ReasonMalformed, "the signature %v: %s", err, s.signature)
	}
	if a.signatures.count == 0 {
		return refuse(ReasonMissing, "no signature of this scheme in what came: %s, format %s, prefix %q, select %q",
			s.signature, s.value.Format, s.value.Prefix, s.value.Select)
	}
	m.target = m.target.without(s.ownParameter())
	return nil
}

func (a *Attempt) readConsumer() *Error {
	s, m := a.scheme, &a.message
	if s.consumer.kind == placeNone {
		m.consumer = s.consumerID
		return nil
	}
	var refusal *Error
	if m.consumer, refusal = s.consumer.read(m, "consumer"); refusal != nil {
		return refusal
	}
	if s.consumerID != "" && m.consumer != s.consumerID {
		return refuse(ReasonUnknownConsumer, "consumer %s is not the one of consumer_id", quote(m.consumer))
	}
	return nil
}

// checkAtoms refuses what the template would read but is not there, or is there twice.
func (s *scheme) checkAtoms(m *message) *Error {
	for i := range s.template.pieces {
		p := &s.template.pieces[i]
		var count int
		switch p.atom {
		case atomHeader:
			_, count = headerValue(m.request, p.text)
		case atomParameter:
			_, count = m.target.parameter(p.text)
		case atomField:
			_, count = pairField(m.pairs, m.separator, p.text)
		default:
			continue
		}
		if count == 0 {
			return refuse(ReasonMissing, "%s is signed but not there", p)
		}
		if count > 1 {
			return refuse(ReasonDuplicate, "%s is signed but came %d times", p, count)
		}
	}
	return nil
}

// findKeys returns the keys that may have signed the request, at least one of which may be used now.
func (a *Attempt) findKeys(ctx context.Context, keyring *Keyring) ([]*key, *Error) {
	m := &a.message
	set := keyring.snapshot.Load()
	if !set.knows(m.consumer) {
		return nil, refuse(ReasonUnknownConsumer, "no key is for consumer %s", quote(m.consumer))
	}
	if !a.scheme.namesKey {
		return usableKeys(set.unversioned(m.consumer), a.now)
	}
	keys := set.versioned(m.version, m.consumer)
	if keys == nil {
		set = keyring.renew(ctx)
		keys = set.versioned(m.version, m.consumer)
	}
	if keys == nil {
		return nil, refuse(ReasonUnknownKey, "%s", set.describeUnknown(m.version, m.consumer))
	}
	return usableKeys(keys, a.now)
}

// usableKeys returns the keys as they are if one of them is within its dates.
func usableKeys(keys []*key, now time.Time) ([]*key, *Error) {
	if len(keys) == 0 {
		return nil, refuse(ReasonUnknownKey, "no key has been read yet; see the log for the file")
	}
	for _, k := range keys {
		if k.usableAt(now) == "" {
			return keys, nil
		}
	}
	k := keys[len(keys)-1]
	if k.usableAt(now) == ReasonNotYetValidKey {
		return nil, refuse(ReasonNotYetValidKey, "key version %s is not valid before %s", quote(k.id.version), k.notBefore.Format(time.RFC3339))
	}
	return nil, refuse(ReasonExpiredKey, "key version %s was valid until %s", quote(k.id.version), k.notAfter.Format(time.RFC3339))
}
