// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

// Package keys is the keys that sign: which algorithms there are, how a key is read from text, how it verifies and signs a
// string, and the ring that holds the keys of a configuration and keeps them up to date. It knows nothing of requests.
package keys
