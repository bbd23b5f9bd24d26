// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

// Package payload reads what CXone's Monitoring Gateway posts: bytes in, typed records out.
//
// Two data types arrive, each at a callback URL of its own. A voice quality body is the record of a call leg, or an array
// of them. A script API body is an envelope whose metadata is a JSON string that holds an array of records. The vendor's
// page is an example, not a schema. So the package is strict about JSON and lenient about everything else: names match
// without regard to case, a number may be a string, a body may be encoded twice, and unknown fields are kept. A field that
// cannot be read costs only itself, and so does a record.
//
// A [Decoder] yields one [Record] at a time, in one pass over the body. It is pure: it has no clock, no logging, and no
// configuration but the time zone.
package payload
