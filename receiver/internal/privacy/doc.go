// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

// Package privacy decides which personal data of a payload leaves the receiver, and in which form. It is pure: text in,
// text out.
//
// Telephone numbers, agents' names, addresses of APIs and their response messages are recognised by the names of their
// fields, in every signal and at every depth: within JSON, and within strings that hold JSON. Text that cannot be divided
// into fields has no names. There, digit runs and addresses are recognised by their form, and if a policy needs more than
// that, the text is left out.
package privacy
