// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
)

// everyField has a value for each of the 48 fields.
const everyField = `{"ContactId":8675310,"DataSource":"SBC","MasterContactId":86753099,"BusinessUnit":1337,"SkillId":4,"SkillName":"S",` +
	`"TeamId":1010,"TeamName":"T","AgentId":1174,"Agent":"Sherlock Holmes","DbKey":"k","StartDateTime":"2024-03-26T13:57:41.727Z",` +
	`"EndDateTime":"2024-03-26T14:07:02.009Z","From":"+18018675309","To":"1174","Direction":"in","AvgJitter":40,"AvgPktLoss":2,"AvgMos":2,` +
	`"AvgRFactor":50,"CallScore":2,"Poc":"P","LineType":"webRTC","DisconnectReason":"1","Disposition":"D","Callduration":560,"Ringtime":4,` +
	`"Disconnecttime":1,"Cluster":"L69","SipResponseCode":200,"SipFailureCode":"f","SipIsDroppedCode":false,"SipAbandonedByOriginator":true,` +
	`"AvgBitrate":48,"AvgRtt":400,"IspProvider":"I","CallSetupTime":898,"OperatingSystem":"W","OsVersion":"10","LocationCountry":"gb",` +
	`"LocationCity":"London","SdkVersion":"1","Browser":"F","ConnectionType":"TURN","MediaTransport":"UDP","AgentConsoleType":"MAX",` +
	`"AgentConsoleVersion":"24","spearlineAnalysis":{"a":1}}`

var figureNames = []string{
	"mos", "r_factor", "score", "jitter", "packet_loss", "rtt", "bitrate", "duration", "ring_time", "setup_time",
	"disconnect_time",
}

const (
	onMetrics = "cxone.data_source cxone.call.line_type cxone.call.direction cxone.skill.name cxone.team.name network.transport " +
		"cxone.media.connection_type cxone.agent_console.type"
	optIn = "cxone.skill.id cxone.team.id cxone.agent.id cxone.poc cxone.isp cxone.location.country geo.country.iso_code geo.locality.name " +
		"user_agent.os.name user_agent.os.version user_agent.name cxone.sdk.version cxone.agent_console.version cxone.call.disconnect_reason " +
		"cxone.call.disposition cxone.sip.response_code cxone.sip.failure_code cxone.sip.dropped_code cxone.sip.abandoned_by_originator " +
		"cxone.agent.name cxone.contact.id cxone.master_contact.id"
	onLegs  = "cxone.call.quality cxone.call.from cxone.call.to cxone.db_key cxone.spearline_analysis"
	onCalls = "cxone.message.id cxone.script.id cxone.script.version cxone.script.name cxone.action.id cxone.action.name cxone.action.label " +
		"url.full server.address server.port url.scheme url.path http.response.status_code cxone.script.api.response_message " +
		"cxone.script.api.duration error.type"
	onFailed = "cxone.script.api.response_code error.type cxone.timestamp.source"
)

func assertHas(t *testing.T, attrs pcommon.Map, names string) {
	t.Helper()
	for name := range strings.FieldsSeq(names) {
		_, ok := attrs.Get(name)
		assert.True(t, ok, name)
	}
}

// TestEveryNameOfTheContractIsExported checks the names of metrics, attributes, events and own telemetry.
func TestEveryNameOfTheContractIsExported(t *testing.T) {
	t.Parallel()
	c := start(t, with(`    signature: {scheme: github, keys: [{secret: "`+sharedSecret+`"}]}
    replay_window: {size: 1, ttl: 15m}
    aggregation: {interval: 1h} # its points would count among the others
    voice_quality: {metric_attributes: [`+strings.Join(strings.Fields(optIn), ", ")+`]}
`))
	deliver := func(path, body string) answer {
		return c.post(path, body, "X-Hub-Signature-256", githubSignature(body))
	}
	require.Equal(t, 200, deliver(voicePath, everyField).status)
	require.Equal(t, 200, deliver(scriptPath, `{"timestamp": "4/20/2024 06:13:37 AM", "metadata": [
		{"busNo":"1","messageId":"m","contactId":"c","masterContactId":"c","scriptId/version":"5/7",
		 "scriptName":"s","actionId":"a","actionName":"n",
		 "actionLabel":"l","dateTime":"4/20/2024 06:13:37 AM","apiEndpoint":"https://h:1/p",
		  "apiResponseCode":"500","apiResponseMessage":"x","responseTime":"1"},
		{"contactId":"d","apiResponseCode":"-1","dateTime":"yesterday","new":1}, 5]}`).status)
	require.Equal(t, 401, c.post(voicePath, leg).status)
	c.await(11, 3, 4)

	byName := map[string]point{}
	for _, p := range c.points() {
		byName[p.name] = p
	}
	for _, figure := range figureNames {
		p, ok := byName["cxone.call."+figure]
		require.True(t, ok, figure)
		assertHas(t, p.Attributes(), onMetrics+" "+optIn)
		_, personal := p.Attributes().Get("cxone.call.from")
		assert.False(t, personal)
	}
	allFigures := "cxone.call." + strings.Join(figureNames, " cxone.call.")
	assertHas(t, c.spans()[0].Attributes(), onMetrics+" "+optIn+" "+onLegs+" "+allFigures)
	assertHas(t, c.spans()[0].resource, "service.name cxone.business_unit.id cxone.cluster")
	assertHas(t, c.spans()[1].Attributes(), onCalls)
	assertHas(t, c.spans()[2].Attributes(), onFailed)
	assertHas(t, c.records()[0].Attributes(), onMetrics+" "+optIn+" "+onLegs+" "+allFigures+" cxone.call.degraded_by log.record.uid")
	assertHas(t, c.records()[1].Attributes(), onCalls+" log.record.uid")
	assertHas(t, c.records()[2].Attributes(), onFailed+" log.record.uid cxone.extra.new cxone.unreadable.dateTime")
	assertHas(t, c.records()[3].Attributes(), "cxone.record.error log.record.uid")
	for i, event := range []string{
		"cxone.call.completed",
		"cxone.script.api.completed",
		"cxone.script.api.completed",
		"cxone.record.unreadable",
	} {
		assert.Equal(t, event, c.records()[i].EventName())
	}

	own := c.get(c.telemetry)
	for _, name := range []string{
		"deliveries", "authentication_failures", "records", "unknown_fields", "delivery_lag", "last_accepted_time",
		"replay_evictions", "implausible_records", "key_reloads",
	} {
		assert.Contains(t, own, "otelcol_receiver_cxone_"+name)
	}
	for _, series := range []string{
		`otelcol_receiver_cxone_deliveries{data_type="voice_quality",.*outcome="accepted".*} 1`,
		`otelcol_receiver_cxone_deliveries{data_type="voice_quality",.*outcome="unauthenticated".*} 1`,
		`otelcol_receiver_cxone_authentication_failures{data_type="voice_quality",.*reason="missing".*} 1`,
		`otelcol_receiver_cxone_records{data_type="script_api",.*outcome="unreadable".*} 1`,
		`otelcol_receiver_cxone_unknown_fields{data_type="script_api".*} 1`,
		`otelcol_receiver_cxone_replay_evictions 1`,
		`otelcol_receiver_accepted_metric_points.*{.*receiver="cxone".*} 11`,
		`otelcol_receiver_accepted_spans.*{.*receiver="cxone".*} 3`,
		`otelcol_receiver_accepted_log_records.*{.*receiver="cxone".*} 4`,
	} {
		assert.Regexp(t, series, own)
	}
	assert.Contains(t, c.get(c.scrape), fmt.Sprintf("cxone_call_%s", "mos"))
}
