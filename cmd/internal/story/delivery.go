// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

// Package story simulates a contact centre: one cast of agents, skills and scripts, the records that CXone makes of their
// work, and other requests that a subscriber's server can receive. A scenario is a few deliveries and the expected answer
// of each: good and bad calls, failing API calls, repeats, forgeries and garbage. A Generator makes a whole day's traffic,
// in which networks and APIs fail and recover as a plot says.
//
// Only the vendor's two samples are fixed. Times are relative to a given time, so that dashboards show them. Identifiers
// come from a seed, so that a run can be repeated and two runs do not collide. Figures are consistent, as in reality: a
// congested network shows in delay, jitter, loss, R-factor and MOS at once.
package story

import (
	"fmt"
	"net/http"
	"strconv"
)

// DataType is one of the vendor's data types; each has a callback URL of its own.
type DataType string

// The data types, as in the receiver's configuration.
const (
	VoiceQuality DataType = "voice_quality"
	ScriptAPI    DataType = "script_api"
)

// ParseDataType finds a data type by its name.
func ParseDataType(name string) (DataType, error) {
	switch t := DataType(name); t {
	case VoiceQuality, ScriptAPI:
		return t, nil
	default:
		return "", fmt.Errorf("%q is no data type; it is %s or %s", name, VoiceQuality, ScriptAPI)
	}
}

// Delivery is one POST, and its expected answer.
type Delivery struct {
	// Scenario is the name of its scenario, or one of the kinds that a Generator makes.
	Scenario string
	// DataType is the data type of the body.
	DataType DataType
	// Callback is the data type whose URL it goes to. It differs from DataType only in scenarios about the wrong callback.
	Callback DataType
	// Body is the request's body.
	Body []byte
	// Forgery is what is wrong with its signature, in scenarios about that.
	Forgery Forgery
	// Records is the number of its records, including unreadable ones; 0 if the body has no records to count.
	Records int
	// Expect is its expected answer.
	Expect Expectation
	// Number counts deliveries from 0, in the order in which a Generator makes them.
	Number int
	// Keys identify its records in the telemetry. Only deliveries of a Generator have them.
	Keys []Key
}

// Forgery is what is wrong with a delivery's signature.
type Forgery uint8

// The forgeries.
const (
	Genuine      Forgery = iota
	BadSignature         // signed with a key that is not the sender's
	Stale                // of a time long ago
	UnknownKey           // signed with a key version that the receiver does not have
	Unsigned             // without a signature
)

// Expectation is the expected answer to a delivery.
type Expectation struct {
	// Status is the HTTP status.
	Status int
	// Accepted is the number of accepted records in the answer; -1 for any number.
	Accepted int
	// Unreadable is the number of unreadable records in the answer.
	Unreadable int
	// Repeat says what the answer calls the delivery: it may, or must, be a repeat.
	Repeat Repeat
}

// Repeat is the expected "duplicate" of an answer.
type Repeat uint8

// The expected values of an answer's "duplicate".
const (
	NoRepeat  Repeat = iota // absent, or false
	IsRepeat                // true
	MayRepeat               // either
)

// Met reports whether an answer is the expected one.
func (e *Expectation) Met(status, accepted, unreadable int, duplicate bool) bool {
	switch {
	case status != e.Status:
		return false
	case status != http.StatusOK:
		return true
	default:
		records := e.Accepted < 0 || accepted == e.Accepted && unreadable == e.Unreadable
		repeat := e.Repeat == MayRepeat || duplicate == (e.Repeat == IsRepeat)
		return records && repeat
	}
}

// Accepted expects that n records are accepted.
func Accepted(n int) Expectation { return Expectation{Status: http.StatusOK, Accepted: n} }

// Refused expects a refusal.
func Refused(status int) Expectation { return Expectation{Status: status} }

// String returns the expectation in a few words: "200 accepted 1", "200 duplicate", "413".
func (e Expectation) String() string {
	switch {
	case e.Status != http.StatusOK || e.Accepted < 0:
		return strconv.Itoa(e.Status)
	case e.Repeat == IsRepeat:
		return "200 duplicate"
	case e.Unreadable > 0:
		return fmt.Sprintf("200 accepted %d, unreadable %d", e.Accepted, e.Unreadable)
	default:
		return fmt.Sprintf("200 accepted %d", e.Accepted)
	}
}
