// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

// Package privacy decides what of a payload's personal data leaves the receiver, and how. It is pure: text in, text out.
//
// Telephone numbers, agents' names, addresses of APIs and their response messages are personal by the name of their field,
// in whatever signal and at whatever depth: within JSON, and within strings that hold JSON. Text that cannot be taken apart
// into fields has no names. There, digit runs and addresses are recognised by their look, and where a policy asks for more
// than that, the text is left out.
package privacy
