// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

// Package refusal has the error with which every check refuses a request. Its reason can be an attribute of a metric, and
// its detail can be logged.
package refusal

import (
	"fmt"
	"strconv"
)

// Reason is one word for the cause of a refusal. It is an attribute of the receiver's own telemetry, so it is always one of
// this list and never a text of the request.
type Reason string

const (
	// ReasonMissing means that a part that the scheme needs is missing, or not at its place.
	ReasonMissing Reason = "missing"
	// ReasonDuplicate means that a part came more than once.
	ReasonDuplicate Reason = "duplicate"
	// ReasonMalformed means that a part cannot be read, or no signature has this length.
	ReasonMalformed Reason = "malformed"
	// ReasonBadSignature means that no key made this signature for this request.
	ReasonBadSignature Reason = "bad_signature"
	// ReasonBadDigest means that the signed Content-Digest is not that of the body (RFC 9530).
	ReasonBadDigest Reason = "bad_digest"
	// ReasonNotCovered means that an RFC 9421 signature leaves out a component that it must cover.
	ReasonNotCovered Reason = "not_covered"
	// ReasonStale means that the timestamp is older than max_age.
	ReasonStale Reason = "stale"
	// ReasonFuture means that the timestamp is further ahead than max_future.
	ReasonFuture Reason = "future"
	// ReasonUnknownKey means that no key has this version.
	ReasonUnknownKey Reason = "unknown_key"
	// ReasonExpiredKey means that the key's not_after has passed.
	ReasonExpiredKey Reason = "expired_key"
	// ReasonNotYetValidKey means that the key's not_before is in the future.
	ReasonNotYetValidKey Reason = "not_yet_valid_key"
	// ReasonUnknownConsumer means that the request names another consumer, or one without a key.
	ReasonUnknownConsumer Reason = "unknown_consumer"
	// ReasonWrongAlgorithm means that an RFC 9421 signature names another algorithm than its key's.
	ReasonWrongAlgorithm Reason = "wrong_algorithm"
)

// Reasons returns all reasons.
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

// Error is a refusal. It is for the operator. The sender must only ever learn that authentication failed.
type Error struct {
	// Reason can be an attribute of a metric.
	Reason Reason
	// Detail can be logged. It may name headers and contain identifiers, quoted and cut, but never the value of a
	// signature, a secret, a signed string or a body.
	Detail string
	// Consumer and KeyVersion are those that the request named, as far as it was read: unverified, cut, and not quoted.
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

// SetHint sets the function for Hint. A hint may be expensive, and most refusals are never logged.
func (e *Error) SetHint(hint func() string) { e.hint = hint }

// Hint returns advice for the operator, or the empty string.
func (e *Error) Hint() string {
	if e.hint == nil {
		return ""
	}
	return e.hint()
}

// New makes a refusal. Texts of the request among the arguments must be quoted and cut: see Quote.
func New(reason Reason, format string, args ...any) *Error {
	return &Error{Reason: reason, Detail: fmt.Sprintf(format, args...)}
}

// IdentifierLimit is how many bytes of a sender's identifier are logged.
const IdentifierLimit = 64

// Cut shortens a sender's text to IdentifierLimit.
func Cut(text string) string {
	if len(text) <= IdentifierLimit {
		return text
	}
	return text[:IdentifierLimit]
}

// Quote makes a sender's text safe for a log: it escapes control characters and ANSI codes, and cuts.
func Quote(text string) string {
	if len(text) <= IdentifierLimit {
		return strconv.QuoteToASCII(text)
	}
	return strconv.QuoteToASCII(text[:IdentifierLimit]) + "..."
}
