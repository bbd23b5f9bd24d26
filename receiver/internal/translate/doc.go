// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

// Package translate turns records into telemetry: a call leg into gauges, a contact span and a log record, a script API
// call into a CLIENT span and a log record, and a record that cannot be read into a log record that holds it.
//
// It is a pure function of a record, the time of its receipt and the settings given at construction. The same delivery
// gives the same telemetry on any replica and at any time: IDs are derived from the payload (identity.go), time stamps
// come from it, and what had to come from the clock says so in cxone.timestamp.source.
//
// Two tables say what becomes of a field: figures (figures.go) for what is measured, attributes (attributes.go) for what
// describes it. The privacy package is asked wherever a field's text leaves this one, whatever the signal.
package translate
