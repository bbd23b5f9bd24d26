// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package translate

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/pmetric"
	"go.yaml.in/yaml/v3"

	"github.com/cxone-otel/cxonereceiver/receiver/internal/metadata"
	"github.com/cxone-otel/cxonereceiver/receiver/internal/payload"
	"github.com/cxone-otel/cxonereceiver/receiver/internal/privacy"
)

// The tables of the specification, written once more: the attribute of each field, and whether it is on metrics.
const (
	byDefault = "by default"
	optIn     = "opt-in"
	never_    = "never"
)

type specRow struct{ field, attribute, onMetrics, given, want string }

var voiceRows = []specRow{
	{"DataSource", "cxone.data_source", byDefault, "X1", "X1"},
	{"LineType", "cxone.call.line_type", byDefault, "X1", "X1"},
	{"Direction", "cxone.call.direction", byDefault, "X1", "X1"},
	{"SkillName", "cxone.skill.name", byDefault, "X1", "X1"},
	{"TeamName", "cxone.team.name", byDefault, "X1", "X1"},
	{"MediaTransport", "network.transport", byDefault, "UDP", "udp"},
	{"ConnectionType", "cxone.media.connection_type", byDefault, "X1", "X1"},
	{"AgentConsoleType", "cxone.agent_console.type", byDefault, "X1", "X1"},
	{"SkillId", "cxone.skill.id", optIn, "X1", "X1"},
	{"TeamId", "cxone.team.id", optIn, "X1", "X1"},
	{"AgentId", "cxone.agent.id", optIn, "X1", "X1"},
	{"Poc", "cxone.poc", optIn, "X1", "X1"},
	{"IspProvider", "cxone.isp", optIn, "X1", "X1"},
	{"LocationCountry", "cxone.location.country", optIn, "England", "England"},
	{"LocationCountry", "cxone.location.country", optIn, "gb", "gb"},
	{"LocationCountry", "geo.country.iso_code", optIn, "gb", "GB"},
	{"LocationCity", "geo.locality.name", optIn, "X1", "X1"},
	{"OperatingSystem", "user_agent.os.name", optIn, "X1", "X1"},
	{"OsVersion", "user_agent.os.version", optIn, "X1", "X1"},
	{"Browser", "user_agent.name", optIn, "X1", "X1"},
	{"SdkVersion", "cxone.sdk.version", optIn, "X1", "X1"},
	{"AgentConsoleVersion", "cxone.agent_console.version", optIn, "X1", "X1"},
	{"DisconnectReason", "cxone.call.disconnect_reason", optIn, "X1", "X1"},
	{"Disposition", "cxone.call.disposition", optIn, "X1", "X1"},
	{"SipResponseCode", "cxone.sip.response_code", optIn, "X1", "X1"},
	{"SipFailureCode", "cxone.sip.failure_code", optIn, "X1", "X1"},
	{"SipIsDroppedCode", "cxone.sip.dropped_code", optIn, "X1", "X1"},
	{"SipAbandonedByOriginator", "cxone.sip.abandoned_by_originator", optIn, "X1", "X1"},
	{"Agent", "cxone.agent.name", optIn, "X1", "X1"},
	{"ContactId", "cxone.contact.id", optIn, "X1", "X1"},
	{"MasterContactId", "cxone.master_contact.id", optIn, "X1", "X1"},
	{"From", "cxone.call.from", never_, "+18018675309", "****5309"},
	{"To", "cxone.call.to", never_, "+18018675309", "****5309"},
	{"DbKey", "cxone.db_key", never_, "X1", "X1"},
	{"spearlineAnalysis", "cxone.spearline_analysis", never_, "X1", "X1"},
}

var scriptRows = []specRow{
	{"contactId", "cxone.contact.id", never_, "X1", "X1"},
	{"masterContactId", "cxone.master_contact.id", never_, "X1", "X1"},
	{"messageId", "cxone.message.id", never_, "X1", "X1"},
	{"scriptId/version", "cxone.script.id", never_, "130/7", "130"},
	{"scriptId/version", "cxone.script.version", never_, "130/7", "7"},
	{"scriptName", "cxone.script.name", never_, "X1", "X1"},
	{"actionId", "cxone.action.id", never_, "X1", "X1"},
	{"actionName", "cxone.action.name", never_, "X1", "X1"},
	{"actionLabel", "cxone.action.label", never_, "X1", "X1"},
	{"apiEndpoint", "url.full", never_, "https://h/p", "https://h/p"},
	{"apiEndpoint", "url.scheme", never_, "https://h/p", "https"},
	{"apiEndpoint", "url.path", never_, "https://h/p", "/p"},
	{"apiEndpoint", "server.address", never_, "https://h/p", "h"},
	{"apiEndpoint", "server.port", never_, "https://h/p", "443"},
	{"apiResponseCode", "http.response.status_code", never_, "204", "204"},
	{"apiResponseCode", "cxone.script.api.response_code", never_, "-1", "-1"},
	{"apiResponseCode", "error.type", never_, "-1", "cxone_internal"},
	{"apiResponseCode", "error.type", never_, "503", "503"},
	{"apiResponseMessage", "cxone.script.api.response_message", never_, "X1", "X1"},
	{"responseTime", "cxone.script.api.duration", never_, "1.5", "1.5"},
}

var figureRows = map[string]struct{ field, unit string }{
	"cxone.call.mos":             {"AvgMos", "{score}"},
	"cxone.call.r_factor":        {"AvgRFactor", "{score}"},
	"cxone.call.score":           {"CallScore", "{score}"},
	"cxone.call.jitter":          {"AvgJitter", "s"},
	"cxone.call.packet_loss":     {"AvgPktLoss", "1"},
	"cxone.call.rtt":             {"AvgRtt", "s"},
	"cxone.call.bitrate":         {"AvgBitrate", "bit/s"},
	"cxone.call.duration":        {"Callduration", "s"},
	"cxone.call.ring_time":       {"Ringtime", "s"},
	"cxone.call.setup_time":      {"CallSetupTime", "s"},
	"cxone.call.disconnect_time": {"Disconnecttime", "s"},
}

func firstMetrics(b *Batch) pmetric.MetricSlice {
	return b.Metrics.ResourceMetrics().At(0).ScopeMetrics().At(0).Metrics()
}

func TestAttributesOfACallLeg(t *testing.T) {
	all := defaults()
	for f := range NumFigures {
		all.Figures[f].Attributes = append(MetricAttributes(), "cxone.call.from", "cxone.call.to", "cxone.db_key", "cxone.spearline_analysis")
	}
	for _, row := range voiceRows {
		body := fmt.Sprintf(`{%q:%q,"AvgRtt":1}`, row.field, row.given)
		point := func(o Options) pcommon.Map {
			return firstMetrics(voice(t, o, body)).At(0).Gauge().DataPoints().At(0).Attributes()
		}
		b := voice(t, defaults(), body)
		assert.Equal(t, row.want, get(firstSpanAttributes(b), row.attribute), "%s on a span", row.field)
		assert.Equal(t, row.want, get(firstLogAttributes(b), row.attribute), "%s on a log record", row.field)

		onDefault, onAll := get(point(defaults()), row.attribute), get(point(all), row.attribute)
		assert.Equal(t, row.onMetrics == byDefault, onDefault == row.want, "%s %s", row.field, row.onMetrics)
		assert.Equal(t, row.onMetrics != never_, onAll == row.want, "%s %s", row.field, row.onMetrics)
		if row.onMetrics == never_ {
			out, err := (&pmetric.ProtoMarshaler{}).MarshalMetrics(voice(t, all, body).Metrics)
			require.NoError(t, err)
			assert.NotContains(t, string(out), row.attribute)
			assert.NotContains(t, string(out), "8675309")
		}
	}
	span := firstSpanAttributes(voice(t, defaults(), `{"LocationCountry":"England","BusinessUnit":"b","Cluster":"c",`+
		`"ContactId":18446744073709551616}`))
	assert.Empty(t, get(span, "geo.country.iso_code"), "not a two-letter code")
	id, _ := span.Get("cxone.contact.id")
	assert.Equal(t, pcommon.ValueTypeStr, id.Type())
	assert.Equal(t, "18446744073709551616", id.Str())
	for _, odd := range []string{"G1", "é", "GBR", " gb"} {
		assert.Empty(t, get(firstSpanAttributes(voice(t, defaults(), fmt.Sprintf(`{"LocationCountry":%q}`, odd))), "geo.country.iso_code"), odd)
	}
}

func TestAttributesOfAnAPICall(t *testing.T) {
	for _, row := range scriptRows {
		b := script(t, defaults(), fmt.Sprintf(`{%q:%q,"contactId":"X1"}`, row.field, row.given))
		assert.Equal(t, row.want, get(firstSpanAttributes(b), row.attribute), "%s on a span", row.field)
		assert.Equal(t, row.want, get(firstLogAttributes(b), row.attribute), "%s on a log record", row.field)
	}
	for key, want := range map[string]pcommon.ValueType{
		"http.response.status_code": pcommon.ValueTypeInt, "server.port": pcommon.ValueTypeInt,
		"cxone.script.api.duration": pcommon.ValueTypeDouble, "cxone.action.id": pcommon.ValueTypeStr,
	} {
		attrs := firstSpanAttributes(script(t, defaults(), `{"actionId":40,"apiResponseCode":200,"apiEndpoint":"https://h","responseTime":"1"}`))
		v, ok := attrs.Get(key)
		assert.True(t, ok, key)
		assert.Equal(t, want, v.Type(), key)
	}
}

func TestFigures(t *testing.T) {
	for f := range NumFigures {
		assert.NotEmpty(t, figureRows[f.Metric()].field, "figureRows lacks %s", f.Metric())
	}
	for name, row := range figureRows {
		b := voice(t, defaults(), fmt.Sprintf(`{%q:"2"}`, row.field))
		metrics := firstMetrics(b)
		require.Equal(t, 1, metrics.Len(), name)
		m := metrics.At(0)
		assert.Equal(t, name, m.Name())
		assert.Equal(t, row.unit, m.Unit(), name)
		assert.Contains(t, m.Description(), row.field)
		require.Equal(t, pmetric.MetricTypeGauge, m.Type())
		point := m.Gauge().DataPoints().At(0)
		assert.Equal(t, pmetric.NumberDataPointValueTypeDouble, point.ValueType(), name)
		for _, attrs := range []pcommon.Map{firstSpanAttributes(b), firstLogAttributes(b)} {
			v, ok := attrs.Get(name)
			require.True(t, ok, name)
			assert.Equal(t, pcommon.ValueTypeDouble, v.Type())
			assert.Equal(t, point.DoubleValue(), v.Double(), "in the metric's unit") //nolint:testifylint // the same
		}
	}
}

// TestMetadataFollowsTheSpecification compares metadata.yaml, which users read, with the tables above.
func TestMetadataFollowsTheSpecification(t *testing.T) {
	var declared struct {
		Resource map[string]struct {
			Enabled bool
			Type    string
		} `yaml:"resource_attributes"`
		Attributes map[string]struct {
			Type  string
			Level string `yaml:"requirement_level"`
		}
		Metrics map[string]struct {
			Enabled bool
			Unit    string
			Gauge   struct {
				ValueType string `yaml:"value_type"`
			}
		}
	}
	require.NoError(t, yaml.Unmarshal([]byte(file(t, "metadata.yaml")), &declared))

	want := map[string]string{"cxone.timestamp.source": "conditionally_required"}
	for _, row := range voiceRows {
		switch row.onMetrics {
		case byDefault:
			want[row.attribute] = ""
		case optIn:
			want[row.attribute] = "opt_in"
		}
	}
	got := map[string]string{}
	for name, a := range declared.Attributes {
		if strings.HasPrefix(name, "own.") { // of the receiver's own telemetry
			continue
		}
		got[name] = a.Level
		assert.Equal(t, "string", a.Type, name)
	}
	assert.Equal(t, want, got, "voiceRows and metadata.yaml")

	assert.ElementsMatch(t, slices.Collect(maps.Keys(figureRows)), slices.Collect(maps.Keys(declared.Metrics)))
	for name, row := range figureRows {
		assert.Equal(t, row.unit, declared.Metrics[name].Unit, name)
		assert.True(t, declared.Metrics[name].Enabled, name)
		assert.Equal(t, "double", declared.Metrics[name].Gauge.ValueType, name)
	}
	for _, name := range []string{"service.name", "cxone.business_unit.id", "cxone.cluster"} {
		assert.True(t, declared.Resource[name].Enabled, name)
		assert.Equal(t, "string", declared.Resource[name].Type, name)
	}
	assert.Len(t, declared.Resource, 3)
}

// TestGeneratedDefaultsAreTheTests compares the tests' own defaults with those that mdatagen makes of metadata.yaml.
func TestGeneratedDefaultsAreTheTests(t *testing.T) {
	var generated []string
	for _, key := range metadata.DefaultMetricsConfig().CxoneCallMos.EnabledAttributes {
		if key != "cxone.timestamp.source" {
			generated = append(generated, string(key))
		}
	}
	assert.ElementsMatch(t, generated, defaults().Figures[Mos].Attributes)
}

// TestEveryFieldComesOut gives each known field a value of its own, and finds it in the telemetry.
func TestEveryFieldComesOut(t *testing.T) {
	o := defaults()
	o.Privacy.PhoneNumbers, o.Privacy.URLQuery = privacy.Keep, privacy.Keep
	for _, dataType := range []payload.DataType{payload.VoiceQuality, payload.ScriptAPI} {
		var members []string
		want := map[string]string{}
		for f := payload.Field(0); f <= payload.ResponseTime; f++ {
			name := f.Name(dataType)
			if name == "" {
				continue // a field of the other payload
			}
			value := fmt.Sprintf("value-of-%d.", f)
			switch {
			case slices.Contains([]string{"StartDateTime", "EndDateTime", "dateTime"}, name):
				value = fmt.Sprintf("20%02d-01-01T00:00:00Z", f)
			case name == "responseTime" || slices.ContainsFunc(figures[:], func(x figure) bool { return x.field == f }):
				value = fmt.Sprintf("%d", 1000+int(f))
			default:
				want[name] = value
			}
			members = append(members, fmt.Sprintf("%q:%q", name, value))
		}
		b := translated(t, o, dataType, "{"+strings.Join(members, ",")+"}")
		spans, logs := fmt.Sprint(firstSpanAttributes(b).AsRaw()), fmt.Sprint(firstLogAttributes(b).AsRaw())
		resource := fmt.Sprint(b.Traces.ResourceSpans().At(0).Resource().Attributes().AsRaw())
		for name, value := range want {
			assert.Positive(t, strings.Count(spans+resource, value), "%s is not on spans", name) // Contains would print them
			assert.Positive(t, strings.Count(logs+resource, value), "%s is not on log records", name)
		}
		if dataType == payload.VoiceQuality {
			assert.Equal(t, int(NumFigures), b.Items(SignalMetrics))
			span := b.Traces.ResourceSpans().At(0).ScopeSpans().At(0).Spans().At(0)
			assert.Equal(t, 2000+int(payload.StartDateTime), span.StartTimestamp().AsTime().Year())
			assert.Equal(t, 2000+int(payload.EndDateTime), span.EndTimestamp().AsTime().Year())
		}
		assert.NotContains(t, logs, "cxone.extra.")
		assert.NotContains(t, logs, "cxone.unreadable.")
	}
}

func TestIdentityOfEverySignal(t *testing.T) {
	b := voice(t, defaults(), `{"ContactId":2,"MasterContactId":1,"AvgRtt":1}`)
	span := b.Traces.ResourceSpans().At(0).ScopeSpans().At(0).Spans().At(0)
	log := b.Logs.ResourceLogs().At(0).ScopeLogs().At(0).LogRecords().At(0)
	exemplar := firstMetrics(b).At(0).Gauge().DataPoints().At(0).Exemplars().At(0)
	assert.Equal(t, span.TraceID(), log.TraceID())
	assert.Equal(t, span.SpanID(), log.SpanID())
	assert.Equal(t, span.TraceID(), exemplar.TraceID())
	assert.Equal(t, span.SpanID(), exemplar.SpanID())
	assert.Equal(t, firstMetrics(b).At(0).Gauge().DataPoints().At(0).DoubleValue(), exemplar.DoubleValue()) //nolint:testifylint // the same

	master := voice(t, defaults(), `{"ContactId":1,"MasterContactId":"1"}`).Traces.ResourceSpans().At(0).ScopeSpans().At(0).Spans().At(0)
	assert.Equal(t, master.SpanID(), span.ParentSpanID())
	assert.True(t, master.ParentSpanID().IsEmpty())
	call := script(t, defaults(),
		`{"contactId":"2","masterContactId":1,"actionId":1}`).Traces.ResourceSpans().At(0).ScopeSpans().At(0).Spans().At(0)
	assert.Equal(t, span.TraceID(), call.TraceID(), "one trace per master contact, of both data types")
	assert.Equal(t, span.SpanID(), call.ParentSpanID())

	for _, unknown := range []string{`{"ContactId":{"a":1},"AvgRtt":1}`, `{"ContactId":null,"AvgRtt":1}`} {
		s := voice(t, defaults(), unknown).Traces.ResourceSpans().At(0).ScopeSpans().At(0).Spans().At(0)
		assert.False(t, s.TraceID().IsEmpty(), unknown)
		assert.True(t, s.ParentSpanID().IsEmpty(), unknown)
	}
}
