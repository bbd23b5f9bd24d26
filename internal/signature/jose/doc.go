// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

// Package jose has two ways to sign: a detached JSON Web Signature of the body in a header (RFC 7515 appendix F, also with
// RFC 7797's `b64: false`), and a JSON Web Token (RFC 7519). go-jose parses them.
//
// A token never chooses how it is verified. The key is the one that the configuration has for `kid`, and the algorithm is
// that key's. Keys and addresses of keys within a token (jwk, jku, x5c, x5u) are ignored.
package jose
