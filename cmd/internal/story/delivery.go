// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

// Package story plays a contact centre: one cast of agents, skills and scripts, the records that CXone makes of what they do,
// and what a subscriber's server may meet. A scenario is a few deliveries and the answer that each of them should get: good
// calls and bad ones, failing API calls, repeats, forgeries and garbage. A Generator makes up a whole day's traffic, in which
// networks and APIs fail and recover as a plot has it.
//
// The vendor's two samples apart, nothing is fixed: times are relative to a given moment, so that dashboards show them, and
// identifiers come from a seed, so that a run can be repeated and two runs don't collide. Figures go together as they do in
// life: a congested network shows in delay, jitter, loss, R-factor and MOS at once.
package story

import (
	"fmt"
	"net/http"
	"strconv"
)

// DataType is one of the vendor's data types; each has a callback URL of its own.
type DataType string

// The data types, as the receiver's configuration writes them.
const (
	VoiceQuality DataType = "voice_quality"
	ScriptAPI    DataType = "script_api"
)

// ParseDataType reads a data type's name.
func ParseDataType(name string) (DataType, error) {
	switch t := DataType(name); t {
	case VoiceQuality, ScriptAPI:
		return t, nil
	default:
		return "", fmt.Errorf("%q is no data type; it is %s or %s", name, VoiceQuality, ScriptAPI)
	}
}

// Delivery is one POST, and the answer that it should get.
type Delivery struct {
	// Scenario is the name of the scenario that it belongs to, or one of the kinds that a Generator makes.
	Scenario string
	// DataType is what the body is.
	DataType DataType
	// Callback is the data type whose URL it goes to. It differs from DataType only where that is the point.
	Callback DataType
	// Body is what is posted.
	Body []byte
	// Forgery is what is wrong with its signature, where that is the point.
	Forgery Forgery
	// Records is the number of records in it, unreadable ones included; 0 where that cannot be said.
	Records int
	// Expect is the answer that it should get.
	Expect Expectation
	// Number counts from 0, in the order in which a Generator makes deliveries.
	Number int
	// Keys name the records in it, by what the telemetry carries too. Those of a Generator have them.
	Keys []Key
}

// Forgery is what is wrong with a delivery's signature.
type Forgery uint8

// The forgeries.
const (
	Genuine      Forgery = iota
	BadSignature         // by a key that is not the sender's
	Stale                // of a time long gone
	UnknownKey           // under a key version that the receiver doesn't have
	Unsigned             // there is none
)

// Expectation is the answer that a delivery should get.
type Expectation struct {
	// Status is the HTTP status.
	Status int
	// Accepted is the number of records that an accepting answer counts, -1 for any number.
	Accepted int
	// Unreadable is the number of records that it counts as kept but not read.
	Unreadable int
	// Repeat reports whether the answer may, or must, call the delivery a repeat of an earlier one.
	Repeat Repeat
}

// Repeat says what an answer says of a delivery that came before.
type Repeat uint8

// What an answer's "duplicate" has to be.
const (
	NoRepeat  Repeat = iota // absent, or false
	IsRepeat                // true
	MayRepeat               // either
)

// Met reports whether an answer is the one that is expected.
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

// Accepted expects that n records are taken.
func Accepted(n int) Expectation { return Expectation{Status: http.StatusOK, Accepted: n} }

// Refused expects a refusal.
func Refused(status int) Expectation { return Expectation{Status: status} }

// String is the expectation in a few words: "200 accepted 1", "200 duplicate", "413".
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
