// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package story

import (
	"encoding/json"
	"time"
)

// VoiceRecord is a call leg as CXone sends it. The fields, their spelling and their order are those of the vendor's sample.
// A nil is sent as null, which means that nothing was measured.
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
	AvgJitter                any       `json:"AvgJitter"`  // assumed to be ms
	AvgPktLoss               any       `json:"AvgPktLoss"` // assumed to be per cent
	AvgMos                   any       `json:"AvgMos"`
	AvgRFactor               any       `json:"AvgRFactor"`
	CallScore                any       `json:"CallScore"`
	Poc                      string    `json:"Poc"`
	LineType                 string    `json:"LineType"`
	DisconnectReason         string    `json:"DisconnectReason"`
	Disposition              string    `json:"Disposition"`
	Callduration             any       `json:"Callduration"` // assumed to be s, like the next two
	Ringtime                 any       `json:"Ringtime"`
	Disconnecttime           any       `json:"Disconnecttime"`
	Cluster                  string    `json:"Cluster"`
	SipResponseCode          any       `json:"SipResponseCode"`
	SipFailureCode           any       `json:"SipFailureCode"`
	SipIsDroppedCode         any       `json:"SipIsDroppedCode"`
	SipAbandonedByOriginator any       `json:"SipAbandonedByOriginator"`
	AvgBitrate               any       `json:"AvgBitrate"` // assumed to be kbit/s
	AvgRtt                   any       `json:"AvgRtt"`     // assumed to be ms
	IspProvider              string    `json:"IspProvider"`
	CallSetupTime            any       `json:"CallSetupTime"` // assumed to be ms
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

// ScriptRecord is an API call of a Studio script as CXone sends it. Every value is a string.
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
	ResponseTime       string `json:"responseTime"` // assumed to be s
}

// Timestamp is a time in the form of a voice quality record.
type Timestamp time.Time

// MarshalText implements encoding.TextMarshaler.
func (t Timestamp) MarshalText() ([]byte, error) {
	return time.Time(t).UTC().AppendFormat(nil, "2006-01-02T15:04:05.000Z"), nil
}

// ScriptTime is the form of times in a script API record: US style, in the business unit's zone, which is not named.
const ScriptTime = "1/2/2006 3:04:05 PM"

// Envelope puts script API records into CXone's envelope: the array is a string in it, and the event's name ends with a
// space.
func Envelope(at time.Time, records any) []byte {
	return Encode(struct {
		Source    string `json:"source"`
		Event     string `json:"event"`
		Timestamp string `json:"timestamp"`
		Metadata  string `json:"metadata"`
	}{"NICE", "SCRIPT_API_MONITORING ", at.Format(ScriptTime), string(Encode(records))})
}

// Encode encodes a value of this package's own types. None of these can fail.
func Encode(v any) []byte {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return text
}
