// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

// Package rfc9421 has HTTP message signatures of requests (RFC 9421). It requires more of a signature than the RFC. It must
// cover the configured `components`. It must have a `created` within max_age. Its `keyid` must be the version of a key,
// unless there is only one key without a version. A component with parameters other than @query-param's name is refused.
package rfc9421
