// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

// Package rfc9421 is HTTP message signatures, RFC 9421, of requests. What is asked of a signature beyond the RFC: it covers
// what `components` says, it has a `created` within max_age, its `keyid` is the version of a key (unless there is one key
// only, without a version), and a component with parameters other than @query-param's name is refused rather than guessed
// at.
package rfc9421
