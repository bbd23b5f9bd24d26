// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

// Package search finds out how a sender signs, from requests that it sent and the key that they should verify with.
//
// It looks for a [signature.Config], so that a finding is a block to paste. Before a finding is returned, the receiver's
// own verifier has verified every request with it. Tokens (token.go) are recognised by their form, and the presets come
// first. Then:
//
//   - Captures of other senders are set aside (aside.go).
//   - Sites (site.go): every header and query parameter that holds something of a signature's length, plain, after a prefix,
//     in a list, in pairs or at a position.
//   - Openings (opening.go): an RSA signature is opened with the public key, which tells a wrong key from a wrong string at
//     once and makes each candidate string one hash. Other signatures cost one verification for each candidate.
//   - Parts (parts.go and its neighbours): fragments of the template language, with the bytes that each stands for in each
//     of the requests. A header that holds the body's digest is written with the digest (bound.go), since signing the header
//     alone would bind nothing.
//   - Styles and wrappers (style.go, wrapper.go): whether parts have names, and what is done to the whole string.
//   - Strings (level.go, worker.go): parts chosen, ordered and joined. Each choice has a cost, how unusual it is, and the
//     search goes through all strings of cost 0, then of cost 1, and so on. To leave out what a request carries for its
//     signature's sake costs too. So the usual is found at once, the first string that fits is the simplest one, and what
//     was ruled out can be said when time is up.
//   - The clock (clock.go): what would happen to the captures and to fresh requests now.
//
// Parts that no configuration can express (the body before compression, say) have a fault. A string with one is a near
// miss: it tells what happened to the request on its way.
package search
