// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

// Package signature decides whether an HTTP request was sent by the holder of a key, and signs requests the same way.
//
// NICE CXone signs its webhooks, but publishes neither the header names nor the string that is signed. So a scheme is data,
// not code: where the signature, the timestamp, the key version and the consumer are (a [LocationConfig] each), how the
// signature is written (a [ValueConfig]), and which string is signed, in a small template language:
//
//	{consumer_id}\n{url}\n{timestamp}\n{key_version}\n{body|sha256|hex}
//
// A preset (presets.go) is such data under a name. There are two other ways to sign: RFC 9421 HTTP message signatures, in
// which the request itself names the components that it signs, and JSON Web Signatures and Tokens.
//
// The packages, each of which imports only those below it:
//
//   - search finds out how a sender signs, with this package;
//   - this package is the configuration, and the [Verifier], [Signer] and [Keyring] that others call;
//   - template, rfc9421 and jose are the ways to sign, behind one interface, which scheme.go chooses between;
//   - parts reads a scheme's parts from a request, for verifying, explaining and searching alike;
//   - keys has the algorithms, the parsing of keys, and the ring that holds them;
//   - refusal has the error of all of them.
//
// A request is judged in two steps. [Verifier.Check] makes the cheap checks, which need no body: presence, duplicates,
// consumer, timestamp, key version, the signature's length. [Attempt.Verify] makes the one expensive check. A [Keyring]
// holds the keys. It reads their files repeatedly, and replaces the keys while requests are served. A refusal is an
// [*Error]. Its Reason can be an attribute of a metric, and its Detail can be logged: neither ever holds a signature, a
// secret, a signed string or a body.
//
// The rules that keep forgeries out:
//   - The algorithm is pinned by the configuration and never read from the request. A public key is refused as an HMAC
//     secret, so a known public key signs nothing.
//   - A part that comes twice is refused, even if one of the two is right: what the next hop reads may be the other one.
//   - An unknown key version never falls back to another key.
//   - Values enter the signed string as they travelled, never parsed and printed again.
package signature
