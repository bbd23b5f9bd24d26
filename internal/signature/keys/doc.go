// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

// Package keys has the keys that sign: the algorithms, the parsing of keys, verifying and signing with a key, and the ring
// that holds the keys of a configuration and keeps them up to date. It knows nothing of requests.
package keys
