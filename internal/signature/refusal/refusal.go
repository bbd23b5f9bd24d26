// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

// Package refusal is how everything that judges a request says no: with a reason that is fit for a metric, and a detail
// that is fit for a log.
package refusal

import (
	"fmt"
	"strconv"
)

// Reason is one word for why a request was refused. It is an attribute value of the receiver's own telemetry, so it comes
// from this list and never from the request.
type Reason string

const (
	// ReasonMissing means: a part that the scheme needs is not there, or not where the scheme has it.
	ReasonMissing Reason = "missing"
	// ReasonDuplicate means: a part came more than once.
	ReasonDuplicate Reason = "duplicate"
	// ReasonMalformed means: a part cannot be read, or the signature cannot have the length it has.
	ReasonMalformed Reason = "malformed"
	// ReasonBadSignature means: no key made this signature for this request.
	ReasonBadSignature Reason = "bad_signature"
	// ReasonBadDigest means: the body is not the one that the signed Content-Digest is of (RFC 9530).
	ReasonBadDigest Reason = "bad_digest"
	// ReasonNotCovered means: an RFC 9421 signature leaves out a component that it has to cover.
	ReasonNotCovered Reason = "not_covered"
	// ReasonStale means: the timestamp is older than max_age.
	ReasonStale Reason = "stale"
	// ReasonFuture means: the timestamp is further ahead than max_future.
	ReasonFuture Reason = "future"
	// ReasonUnknownKey means: no key has this version.
	ReasonUnknownKey Reason = "unknown_key"
	// ReasonExpiredKey means: the key's not_after has passed.
	ReasonExpiredKey Reason = "expired_key"
	// ReasonNotYetValidKey means: the key's not_before has not come.
	ReasonNotYetValidKey Reason = "not_yet_valid_key"
	// ReasonUnknownConsumer means: the request names another consumer, or one that has no key.
	ReasonUnknownConsumer Reason = "unknown_consumer"
	// ReasonWrongAlgorithm means: an RFC 9421 signature names another algorithm than its key's.
	ReasonWrongAlgorithm Reason = "wrong_algorithm"
)

// Reasons returns all of them.
func Reasons() []Reason {
	return []Reason{
		ReasonMissing,
		ReasonDuplicate,
		ReasonMalformed,
		ReasonBadSignature,
		ReasonBadDigest,
		ReasonNotCovered,
		ReasonStale,
		ReasonFuture,
		ReasonUnknownKey,
		ReasonExpiredKey,
		ReasonNotYetValidKey,
		ReasonUnknownConsumer,
		ReasonWrongAlgorithm,
	}
}

// Error is a refusal. It is for the operator: the sender must only ever be told that authentication failed.
type Error struct {
	// Reason is fit for a metric's attribute.
	Reason Reason
	// Detail is fit for the local log: it may name headers and hold identifiers, quoted and cut, but never the value of a
	// signature, a secret, a signed string or a body.
	Detail string
	// Consumer and KeyVersion are what the request said of itself, as far as it was read: unverified, cut, not quoted.
	Consumer   string
	KeyVersion string

	hint func() string
}

// Error returns the reason and the detail.
func (e *Error) Error() string {
	if e.Detail == "" {
		return string(e.Reason)
	}
	return string(e.Reason) + ": " + e.Detail
}

// SetHint sets what Hint returns. It is made late, since it may cost something, and most refusals are never logged.
func (e *Error) SetHint(hint func() string) { e.hint = hint }

// Hint says what else the operator may look at, or returns the empty string.
func (e *Error) Hint() string {
	if e.hint == nil {
		return ""
	}
	return e.hint()
}

// New makes a refusal. What the arguments say of the request has to be quoted and cut: see Quote.
func New(reason Reason, format string, args ...any) *Error {
	return &Error{Reason: reason, Detail: fmt.Sprintf(format, args...)}
}

// IdentifierLimit is how much of a sender's identifier reaches a log, in bytes.
const IdentifierLimit = 64

// Cut shortens what a sender wrote, so that a log line stays a line.
func Cut(text string) string {
	if len(text) <= IdentifierLimit {
		return text
	}
	return text[:IdentifierLimit]
}

// Quote makes a sender's text safe for a log: control characters and ANSI codes escaped, and cut.
func Quote(text string) string {
	if len(text) <= IdentifierLimit {
		return strconv.QuoteToASCII(text)
	}
	return strconv.QuoteToASCII(text[:IdentifierLimit]) + "..."
}
