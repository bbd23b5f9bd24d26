// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

// Package translate turns records into telemetry. A call leg becomes gauges, a contact span and a log record. A script API
// call becomes a CLIENT span and a log record. A record that cannot be read becomes a log record that holds it.
//
// Translation is a pure function of a record, the time of its receipt and the settings. The same delivery has the same
// telemetry on any replica and at any time: IDs are derived from the payload (identity.go), and time stamps come from it. A
// time stamp that comes from the clock is marked by cxone.timestamp.source.
//
// Two tables map the fields: figures (figures.go) those that are measured, attributes (attributes.go) those that describe.
// Every text of a field passes through package privacy, in each signal.
package translate
