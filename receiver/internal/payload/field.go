// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package payload

import (
	"slices"
	"strings"
)

// DataType is one of the vendor's data types; each has a callback URL of its own.
type DataType uint8

const (
	// VoiceQuality is one record per call leg.
	VoiceQuality DataType = iota
	// ScriptAPI is one record per API call that a Studio script made.
	ScriptAPI
)

// String returns the data type's name in the configuration, in attributes and in identities.
func (t DataType) String() string {
	if t == ScriptAPI {
		return "script_api"
	}
	return "voice_quality"
}

func (t DataType) other() DataType { return 1 - t }

// Field is a field of either payload. Three fields are in both payloads, under different names; each is one Field.
type Field uint8

// The fields, in the order of the vendor's page.
const (
	// In both payloads.
	ContactID Field = iota
	MasterContactID
	BusinessUnit // busNo in a script API record; taken to be the same

	// In a voice quality record.
	DataSource
	SkillID
	SkillName
	TeamID
	TeamName
	AgentID
	Agent
	DbKey
	StartDateTime
	EndDateTime
	From
	To
	Direction
	AvgJitter
	AvgPktLoss
	AvgMos
	AvgRFactor
	CallScore
	Poc
	LineType
	DisconnectReason
	Disposition
	CallDuration
	RingTime
	DisconnectTime
	Cluster
	SipResponseCode
	SipFailureCode
	SipIsDroppedCode
	SipAbandonedByOriginator
	AvgBitrate
	AvgRtt
	IspProvider
	CallSetupTime
	OperatingSystem
	OsVersion
	LocationCountry
	LocationCity
	SdkVersion
	Browser
	ConnectionType
	MediaTransport
	AgentConsoleType
	AgentConsoleVersion
	SpearlineAnalysis

	// In a script API record.
	MessageID
	ScriptIDVersion
	ScriptName
	ActionID
	ActionName
	ActionLabel
	DateTime
	APIEndpoint
	APIResponseCode
	APIResponseMessage
	ResponseTime

	// In the envelope around script API records.
	envelopeSource
	envelopeEvent
	EnvelopeTimestamp
	EnvelopeMetadata // the records, or a string that holds them

	numFields
	unknownField = numFields
)

// kind is the form that a field's value has.
type kind uint8

const (
	identifier kind = iota // a string, or a number kept digit by digit
	text                   // a string, a number or a boolean, passed on as it is
	number                 // a decimal number, or a string that holds one
	moment                 // a time: time.go has the forms
	anything               // any JSON value
)

type fieldSpec struct {
	field Field
	name  string // as the vendor prints it
	kind  kind
}

// voiceFields are the 48 fields of the vendor's voice quality example, with its spelling.
var voiceFields = []fieldSpec{
	{ContactID, "ContactId", identifier},
	{DataSource, "DataSource", text},
	{MasterContactID, "MasterContactId", identifier},
	{BusinessUnit, "BusinessUnit", identifier},
	{SkillID, "SkillId", identifier},
	{SkillName, "SkillName", text},
	{TeamID, "TeamId", identifier},
	{TeamName, "TeamName", text},
	{AgentID, "AgentId", identifier},
	{Agent, "Agent", text},
	{DbKey, "DbKey", text},
	{StartDateTime, "StartDateTime", moment},
	{EndDateTime, "EndDateTime", moment},
	{From, "From", text},
	{To, "To", text},
	{Direction, "Direction", text},
	{AvgJitter, "AvgJitter", number},
	{AvgPktLoss, "AvgPktLoss", number},
	{AvgMos, "AvgMos", number},
	{AvgRFactor, "AvgRFactor", number},
	{CallScore, "CallScore", number},
	{Poc, "Poc", text},
	{LineType, "LineType", text},
	{DisconnectReason, "DisconnectReason", text},
	{Disposition, "Disposition", text},
	{CallDuration, "Callduration", number},
	{RingTime, "Ringtime", number},
	{DisconnectTime, "Disconnecttime", number},
	{Cluster, "Cluster", text},
	{SipResponseCode, "SipResponseCode", text},
	{SipFailureCode, "SipFailureCode", text},
	{SipIsDroppedCode, "SipIsDroppedCode", text},
	{SipAbandonedByOriginator, "SipAbandonedByOriginator", text},
	{AvgBitrate, "AvgBitrate", number},
	{AvgRtt, "AvgRtt", number},
	{IspProvider, "IspProvider", text},
	{CallSetupTime, "CallSetupTime", number},
	{OperatingSystem, "OperatingSystem", text},
	{OsVersion, "OsVersion", text},
	{LocationCountry, "LocationCountry", text},
	{LocationCity, "LocationCity", text},
	{SdkVersion, "SdkVersion", text},
	{Browser, "Browser", text},
	{ConnectionType, "ConnectionType", text},
	{MediaTransport, "MediaTransport", text},
	{AgentConsoleType, "AgentConsoleType", text},
	{AgentConsoleVersion, "AgentConsoleVersion", text},
	{SpearlineAnalysis, "spearlineAnalysis", anything},
}

// scriptFields are the 14 fields of the vendor's script API example, and the envelope's four.
var scriptFields = []fieldSpec{
	{BusinessUnit, "busNo", identifier},
	{MessageID, "messageId", identifier},
	{ContactID, "contactId", identifier},
	{MasterContactID, "masterContactId", identifier},
	{ScriptIDVersion, "scriptId/version", identifier},
	{ScriptName, "scriptName", text},
	{ActionID, "actionId", identifier},
	{ActionName, "actionName", text},
	{ActionLabel, "actionLabel", text},
	{DateTime, "dateTime", moment},
	{APIEndpoint, "apiEndpoint", text},
	{APIResponseCode, "apiResponseCode", text},
	{APIResponseMessage, "apiResponseMessage", text},
	{ResponseTime, "responseTime", number},

	{envelopeSource, "source", text},
	{envelopeEvent, "event", text},
	{EnvelopeTimestamp, "timestamp", moment},
	{EnvelopeMetadata, "metadata", anything},
}

// schema is the fields that a data type's callback knows, by lower-case name.
type schema struct {
	byName map[string]Field
	specs  [numFields]fieldSpec
	// quoted has the names in the vendor's order, as they are written in JSON. places has each field's index in it.
	quoted []string
	fields []Field
	places [numFields]int
	shared [numFields]bool // with the other data type
}

var schemas = [...]*schema{VoiceQuality: newSchema(voiceFields, scriptFields), ScriptAPI: newSchema(scriptFields, voiceFields)}

func newSchema(specs, others []fieldSpec) *schema {
	s := &schema{byName: make(map[string]Field, len(specs))}
	for i, spec := range specs {
		s.byName[strings.ToLower(spec.name)] = spec.field
		s.specs[spec.field] = spec
		s.quoted, s.fields = append(s.quoted, `"`+spec.name+`"`), append(s.fields, spec.field)
		s.places[spec.field] = i
		s.shared[spec.field] = slices.ContainsFunc(others, func(other fieldSpec) bool { return strings.EqualFold(other.name, spec.name) })
	}
	return s
}

// lookup finds the field of a name, without regard to ASCII case and to blanks around it. It does not allocate.
func (s *schema) lookup(name []byte) Field {
	var lower [32]byte // longer than the longest name
	name = bare(name)
	if len(name) > len(lower) {
		return unknownField
	}
	for i, c := range name {
		lower[i] = lowerASCII(c)
	}
	if field, ok := s.byName[string(lower[:len(name)])]; ok {
		return field
	}
	return unknownField
}

// Name returns the field's name as the vendor prints it in the data type's payload.
func (f Field) Name(t DataType) string { return schemas[t].specs[f].name }

// FieldByName finds the field that a name has in either payload, without regard to case and to blanks around it. Package
// privacy uses it for text that is not a readable record.
func FieldByName(name string) (Field, bool) {
	for _, s := range schemas {
		if field := s.lookup([]byte(name)); field != unknownField {
			return field, true
		}
	}
	return 0, false
}
