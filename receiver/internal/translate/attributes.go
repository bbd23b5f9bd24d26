// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package translate

import (
	"strings"

	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"

	"github.com/cxone-otel/cxonereceiver/receiver/internal/payload"
	"github.com/cxone-otel/cxonereceiver/receiver/internal/privacy"
)

// form is how a field's text becomes an attribute.
type form uint8

const (
	verbatim   form = iota // package privacy decides about personal data
	lowerCase              // semantic conventions want network.transport in lower case
	isoCountry             // a country code of ISO 3166-1, or nothing
)

// attribute is a row of the one table that maps descriptive fields to attributes.
type attribute struct {
	field   payload.Field
	key     string
	form    form
	metrics bool // whether metrics may have it: attributes with few values do by default, the others opt in
}

// voiceAttributes are those of a call leg, on its span and its log record. metadata.yaml decides which are on metrics by
// default.
var voiceAttributes = [...]attribute{
	{payload.ContactID, keyContactID, verbatim, true},
	{payload.MasterContactID, keyMasterContactID, verbatim, true},
	{payload.DataSource, "cxone.data_source", verbatim, true},
	{payload.LineType, "cxone.call.line_type", verbatim, true},
	{payload.Direction, "cxone.call.direction", verbatim, true},
	{payload.SkillName, "cxone.skill.name", verbatim, true},
	{payload.TeamName, "cxone.team.name", verbatim, true},
	{payload.MediaTransport, string(semconv.NetworkTransportKey), lowerCase, true},
	{payload.ConnectionType, "cxone.media.connection_type", verbatim, true},
	{payload.AgentConsoleType, "cxone.agent_console.type", verbatim, true},
	{payload.SkillID, "cxone.skill.id", verbatim, true},
	{payload.TeamID, "cxone.team.id", verbatim, true},
	{payload.AgentID, "cxone.agent.id", verbatim, true},
	{payload.Agent, "cxone.agent.name", verbatim, true},
	{payload.Poc, "cxone.poc", verbatim, true},
	{payload.IspProvider, "cxone.isp", verbatim, true},
	{payload.LocationCountry, "cxone.location.country", verbatim, true},
	{payload.LocationCountry, string(semconv.GeoCountryISOCodeKey), isoCountry, true},
	{payload.LocationCity, string(semconv.GeoLocalityNameKey), verbatim, true},
	{payload.OperatingSystem, string(semconv.UserAgentOSNameKey), verbatim, true},
	{payload.OsVersion, string(semconv.UserAgentOSVersionKey), verbatim, true},
	{payload.Browser, string(semconv.UserAgentNameKey), verbatim, true},
	{payload.SdkVersion, "cxone.sdk.version", verbatim, true},
	{payload.AgentConsoleVersion, "cxone.agent_console.version", verbatim, true},
	{payload.DisconnectReason, keyDisconnectReason, verbatim, true},
	{payload.Disposition, "cxone.call.disposition", verbatim, true},
	{payload.SipResponseCode, "cxone.sip.response_code", verbatim, true},
	{payload.SipFailureCode, "cxone.sip.failure_code", verbatim, true},
	{payload.SipIsDroppedCode, "cxone.sip.dropped_code", verbatim, true},
	{payload.SipAbandonedByOriginator, "cxone.sip.abandoned_by_originator", verbatim, true},
	{payload.From, "cxone.call.from", verbatim, false},
	{payload.To, "cxone.call.to", verbatim, false},
	{payload.DbKey, "cxone.db_key", verbatim, false},
}

// scriptAttributes are those of an API call. script.go has those that need more than copying: the endpoint, the code, the
// message, the script's version and the duration.
var scriptAttributes = []attribute{
	{payload.ContactID, keyContactID, verbatim, false},
	{payload.MasterContactID, keyMasterContactID, verbatim, false},
	{payload.MessageID, "cxone.message.id", verbatim, false},
	{payload.ScriptName, "cxone.script.name", verbatim, true},
	{payload.ActionID, "cxone.action.id", verbatim, true},
	{payload.ActionName, "cxone.action.name", verbatim, true},
	{payload.ActionLabel, "cxone.action.label", verbatim, true},
}

// The attributes that need more than copying a field.
const (
	keyContactID       = "cxone.contact.id"
	keyMasterContactID = "cxone.master_contact.id"

	keyDisconnectReason = "cxone.call.disconnect_reason"

	keyServiceName  = string(semconv.ServiceNameKey)
	keyBusinessUnit = "cxone.business_unit.id"
	keyCluster      = "cxone.cluster"

	keySpearline     = "cxone.spearline_analysis"
	keyScriptID      = "cxone.script.id"
	keyScriptVersion = "cxone.script.version"
	keyURLFull       = string(semconv.URLFullKey)
	keyURLScheme     = string(semconv.URLSchemeKey)
	keyURLPath       = string(semconv.URLPathKey)
	keyServerAddress = string(semconv.ServerAddressKey)
	keyServerPort    = string(semconv.ServerPortKey)
	keyStatusCode    = string(semconv.HTTPResponseStatusCodeKey)
	keyResponseCode  = "cxone.script.api.response_code"
	keyMessage       = "cxone.script.api.response_message"
	keyAPIDuration   = "cxone.script.api.duration"
	keyErrorType     = string(semconv.ErrorTypeKey)

	keyTimestampSource = "cxone.timestamp.source"
	keyLogRecordUID    = string(semconv.LogRecordUIDKey)
	keyQuality         = "cxone.call.quality"
	keyDegraded        = "cxone.call.degraded"
	keyDegradedBy      = "cxone.call.degraded_by"
	keyRecordError     = "cxone.record.error"
	prefixExtra        = "cxone.extra."
	prefixUnreadable   = "cxone.unreadable."
)

// SchemaURL is that of the semantic conventions in use: the newest release of which the project's dependencies have a Go
// package.
const SchemaURL = semconv.SchemaURL

// MetricAttributes returns the names of all attributes that a metric of call legs can have.
func MetricAttributes() []string { return onMetrics(voiceAttributes[:]) }

// ScriptMetricAttributes returns the names of all attributes that a metric of API calls can have.
func ScriptMetricAttributes() []string {
	return append(onMetrics(scriptAttributes), keyServerAddress, keyScriptID, keyURLPath)
}

func onMetrics(attributes []attribute) []string {
	names := []string{}
	for i := range attributes {
		if attributes[i].metrics {
			names = append(names, attributes[i].key)
		}
	}
	return names
}

// text returns an attribute's text for a record; "" means that the attribute is left out.
func (a *attribute) text(rec *payload.Record, policies *privacy.Policies) string {
	s := rec.Text(a.field)
	if s == "" {
		return ""
	}
	switch a.form {
	case lowerCase:
		return strings.ToLower(s)
	case isoCountry:
		return countryCode(s)
	default:
		return policies.Value(a.field, s)
	}
}
