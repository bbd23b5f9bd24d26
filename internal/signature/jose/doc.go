// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

// Package jose is two ways to sign: a JSON Web Signature over the body, which travels detached in a header (RFC 7515
// appendix F, also with RFC 7797's `b64: false`), and a JSON Web Token (RFC 7519). On go-jose, which parses them.
//
// What a token says of itself never chooses how it is verified: the key is the one that the configuration has for `kid`,
// and the algorithm is that key's. Keys and addresses of keys within a token (jwk, jku, x5c, x5u) are not looked at.
package jose
