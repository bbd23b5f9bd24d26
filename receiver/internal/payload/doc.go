// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

// Package payload reads what CXone's Monitoring Gateway posts: bytes in, typed records out.
//
// Two data types arrive, each at a callback URL of its own. A voice quality body is a call leg's record, or an array of
// them. A script API body is an envelope whose metadata is a JSON string that itself holds an array of records. The
// vendor's page is an example, not a schema, so the package is strict about JSON and lenient about everything else:
// names match without regard to case, a number may be a string, a body may be encoded twice, a field that nobody knows is
// kept, a field that cannot be read costs only itself and a record that cannot be read costs only itself.
//
// A [Decoder] hands over one [Record] at a time, read in one pass over the body. It is pure: no clock, no logging, and no
// configuration beyond the time zone given at construction.
package payload
