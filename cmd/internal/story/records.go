// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package story

import (
	"encoding/json"
	"time"
)

// VoiceRecord is a call leg as CXone posts it: the fields, their spelling and their order are those of the vendor's sample.
// A nil is sent as null, which means that there was nothing to measure.
type VoiceRecord struct {
	ContactID                int64     `json:"ContactId"`
	DataSource               string    `json:"DataSource"`
	MasterContactID          int64     `json:"MasterContactId"`
	BusinessUnit             int64     `json:"BusinessUnit"`
	SkillID                  int       `json:"SkillId"`
	SkillName                string    `json:"SkillName"`
	TeamID                   int       `json:"TeamId"`
	TeamName                 string    `json:"TeamName"`
	AgentID                  int       `json:"AgentId"`
	Agent                    string    `json:"Agent"`
	DbKey                    any       `json:"DbKey"`
	StartDateTime            Timestamp `json:"StartDateTime"`
	EndDateTime              Timestamp `json:"EndDateTime"`
	From                     string    `json:"From"`
	To                       string    `json:"To"`
	Direction                any       `json:"Direction"`
	AvgJitter                any       `json:"AvgJitter"`  // taken to be ms
	AvgPktLoss               any       `json:"AvgPktLoss"` // taken to be per cent
	AvgMos                   any       `json:"AvgMos"`
	AvgRFactor               any       `json:"AvgRFactor"`
	CallScore                any       `json:"CallScore"`
	Poc                      string    `json:"Poc"`
	LineType                 string    `json:"LineType"`
	DisconnectReason         string    `json:"DisconnectReason"`
	Disposition              string    `json:"Disposition"`
	Callduration             any       `json:"Callduration"` // taken to be s, as are the next two
	Ringtime                 any       `json:"Ringtime"`
	Disconnecttime           any       `json:"Disconnecttime"`
	Cluster                  string    `json:"Cluster"`
	SipResponseCode          any       `json:"SipResponseCode"`
	SipFailureCode           any       `json:"SipFailureCode"`
	SipIsDroppedCode         any       `json:"SipIsDroppedCode"`
	SipAbandonedByOriginator any       `json:"SipAbandonedByOriginator"`
	AvgBitrate               any       `json:"AvgBitrate"` // taken to be kbit/s
	AvgRtt                   any       `json:"AvgRtt"`     // taken to be ms
	IspProvider              string    `json:"IspProvider"`
	CallSetupTime            any       `json:"CallSetupTime"` // taken to be ms
	OperatingSystem          string    `json:"OperatingSystem"`
	OsVersion                string    `json:"OsVersion"`
	LocationCountry          string    `json:"LocationCountry"`
	LocationCity             string    `json:"LocationCity"`
	SdkVersion               string    `json:"SdkVersion"`
	Browser                  string    `json:"Browser"`
	ConnectionType           string    `json:"ConnectionType"`
	MediaTransport           string    `json:"MediaTransport"`
	AgentConsoleType         string    `json:"AgentConsoleType"`
	AgentConsoleVersion      string    `json:"AgentConsoleVersion"`
	SpearlineAnalysis        any       `json:"spearlineAnalysis"`
}

// ScriptRecord is an API call that a Studio script made, as CXone posts it: every value is a string.
type ScriptRecord struct {
	BusNo              string `json:"busNo"`
	MessageID          string `json:"messageId"`
	ContactID          string `json:"contactId"`
	MasterContactID    string `json:"masterContactId"`
	ScriptID           string `json:"scriptId/version"`
	ScriptName         string `json:"scriptName"`
	ActionID           string `json:"actionId"`
	ActionName         string `json:"actionName"`
	ActionLabel        string `json:"actionLabel"`
	DateTime           string `json:"dateTime"`
	APIEndpoint        string `json:"apiEndpoint"`
	APIResponseCode    string `json:"apiResponseCode"`
	APIResponseMessage string `json:"apiResponseMessage"`
	ResponseTime       string `json:"responseTime"` // taken to be s
}

// Timestamp is a time the way a voice quality record writes it.
type Timestamp time.Time

// MarshalText implements encoding.TextMarshaler.
func (t Timestamp) MarshalText() ([]byte, error) {
	return time.Time(t).UTC().AppendFormat(nil, "2006-01-02T15:04:05.000Z"), nil
}

// ScriptTime is a time the way a script API record writes it: US style, in the business unit's zone, which it doesn't name.
const ScriptTime = "1/2/2006 3:04:05 PM"

// Envelope puts script API records into what CXone wraps around them: the array travels as a string, and the event's name
// has a space at its end.
func Envelope(at time.Time, records any) []byte {
	return Encode(struct {
		Source    string `json:"source"`
		Event     string `json:"event"`
		Timestamp string `json:"timestamp"`
		Metadata  string `json:"metadata"`
	}{"NICE", "SCRIPT_API_MONITORING ", at.Format(ScriptTime), string(Encode(records))})
}

// Encode is for values of this package's own types, none of which can fail.
func Encode(v any) []byte {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return text
}
