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
	"go.opentelemetry.io/collector/pdata/plog"
	"go.yaml.in/yaml/v3"

	"github.com/cxone-otel/cxonereceiver/receiver/internal/payload"
)

func TestThresholdsAtTheirEdges(t *testing.T) {
	for body, want := range map[string]string{
		`"AvgMos":3.61`: "", `"AvgMos":3.6`: `["mos"]`, `"AvgRFactor":70.1`: "", `"AvgRFactor":70`: `["r_factor"]`,
		`"AvgJitter":30`: "", `"AvgJitter":31`: `["jitter"]`, `"AvgPktLoss":1`: "", `"AvgPktLoss":1.1`: `["packet_loss"]`,
		`"AvgRtt":300`: "", `"AvgRtt":301`: `["rtt"]`, `"AvgMos":0`: "", `"CallScore":1`: "",
		`"AvgRtt":999,"AvgMos":1,"AvgJitter":99`: `["mos","jitter","rtt"]`,
	} {
		b := voice(t, defaults(), `{"ContactId":1,`+body+`}`)
		assert.Equal(t, want, get(firstLogAttributes(b), "cxone.call.degraded_by"), body)
		severity := b.Logs.ResourceLogs().At(0).ScopeLogs().At(0).LogRecords().At(0).SeverityNumber()
		assert.Equal(t, want != "", severity == plog.SeverityNumberWarn, body)
	}
	o := defaults()
	o.Figures[Mos].Threshold = 0
	assert.Empty(t, get(firstLogAttributes(voice(t, o, `{"ContactId":1,"AvgMos":1}`)), "cxone.call.degraded_by"), "0 is off")
}

func TestImplausibleRecords(t *testing.T) {
	const at = `"StartDateTime":"2024-01-01T10:00:00Z","EndDateTime":"2024-01-01T10:05:00Z"`
	for body, want := range map[string]string{
		`{"ContactId":1,` + at + `,"Callduration":300}`:                                               "",
		`{"ContactId":1,` + at + `,"Callduration":301}`:                                               "",
		`{"ContactId":1,` + at + `,"Callduration":302}`:                                               "duration_exceeds_leg",
		`{"ContactId":1,"StartDateTime":"2024-01-01T10:00:00Z","EndDateTime":"2024-01-01T09:00:00Z"}`: "end_before_start",
		`{"ContactId":1,"EndDateTime":"2026-01-02T03:05:04Z"}`:                                        "",
		`{"ContactId":1,"EndDateTime":"2026-01-02T03:05:06Z"}`:                                        "future_time",
		`{"ContactId":1,"AvgMos":0.5}`:                                                                "mos_out_of_scale",
		`{"ContactId":1,"AvgMos":0}`:                                                                  "",
		`{"ContactId":1,"AvgMos":5.1}`:                                                                "mos_out_of_scale",
		`{"ContactId":1,"AvgRFactor":101}`:                                                            "r_factor_out_of_scale",
		`{"ContactId":1,"CallScore":9}`:                                                               "score_out_of_scale",
		`{"ContactId":1,"AvgPktLoss":101}`:                                                            "packet_loss_out_of_scale",
		`{"ContactId":1,"AvgRtt":-1,"AvgJitter":-2}`:                                                  "negative_figure",
	} {
		b := voice(t, defaults(), body)
		var found []string
		for i, n := range b.Stats.Implausible {
			for range n {
				found = append(found, Implausible(i).String())
			}
		}
		assert.Equal(t, want, strings.Join(found, " "), body)
		assert.Equal(t, 1, b.Stats.Accepted, "it is translated all the same")
	}
	b := script(t, defaults(), `{"contactId":1,"responseTime":"-1"}`)
	assert.Equal(t, 1, b.Stats.Implausible[NegativeResponseTime])
	assert.NotEmpty(t, NegativeResponseTime.Advice())
}

func TestLags(t *testing.T) {
	b := voice(t, defaults(), `[{"ContactId":1,"EndDateTime":"2026-01-02T03:03:05Z"},{"ContactId":2,`+
		`"EndDateTime":"2026-01-02T03:05:05Z"},{"ContactId":3}]`)
	assert.Equal(t, []float64{60, -60}, b.Stats.Lags, "a record without a time of its own has none")
}

func TestANumberThatIsTooLargeOnceConverted(t *testing.T) {
	b := voice(t, defaults(), `{"ContactId":1,"AvgBitrate":1e307}`)
	assert.Zero(t, b.Items(SignalMetrics))
	assert.Equal(t, "1e307", get(firstLogAttributes(b), "cxone.unreadable.AvgBitrate"))
}

func TestMetricsAreChosen(t *testing.T) {
	o := defaults()
	o.Figures[Mos].Metric = false
	o.Figures[RTT].Attributes = []string{"cxone.poc", "cxone.call.from", "nonsense"}
	b := voice(t, o, `{"ContactId":1,"EndDateTime":"2024-01-01T10:00:00Z","AvgMos":4,"AvgRtt":10,"AvgJitter":5,"Poc":"p","SkillName":"s",`+
		`"From":"+18018675309"}`)
	metrics := b.Metrics.ResourceMetrics().At(0).ScopeMetrics().At(0).Metrics()
	require.Equal(t, 2, metrics.Len())
	assert.Equal(t, map[string]any{"cxone.skill.name": "s"}, metrics.At(0).Gauge().DataPoints().At(0).Attributes().AsRaw())
	assert.Equal(t, map[string]any{"cxone.poc": "p"}, metrics.At(1).Gauge().DataPoints().At(0).Attributes().AsRaw())
	assert.Equal(t, "4", get(firstSpanAttributes(b), "cxone.call.mos"), "spans and logs keep it")
}

func TestExemplarsPointToContactSpans(t *testing.T) {
	o := defaults()
	o.ContactSpans = false
	b := voice(t, o, `{"ContactId":1,"AvgMos":4}`)
	assert.Zero(t, b.Metrics.ResourceMetrics().At(0).ScopeMetrics().At(0).Metrics().At(0).Gauge().DataPoints().At(0).Exemplars().Len())
}

func TestLongTextsAreCutOnARuneBoundary(t *testing.T) {
	message := strings.Repeat("a", maxText-1) + "é and more"
	attrs := firstLogAttributes(script(t, defaults(), fmt.Sprintf(`{"contactId":1,"apiResponseMessage":%q,"new":%q}`, message, message)))
	assert.Equal(t, message[:maxText-1], get(attrs, "cxone.script.api.response_message"))
	assert.Equal(t, message[:maxText-1], get(attrs, "cxone.extra.new"))
}

func TestUnknownFieldsBeyondTheLimitAreSaid(t *testing.T) {
	var body strings.Builder
	body.WriteString(`{"ContactId":1`)
	for i := range payload.MaxUnknown + 6 {
		fmt.Fprintf(&body, `,"n%d":%d`, i, i)
	}
	b := voice(t, defaults(), body.String()+"}")
	assert.EqualValues(t, 6, b.Logs.ResourceLogs().At(0).ScopeLogs().At(0).LogRecords().At(0).DroppedAttributesCount())
	assert.Equal(t, payload.MaxUnknown+6, b.Stats.UnknownFields)
}

func TestScriptTimes(t *testing.T) {
	times := func(o Options, body string) string {
		span := script(t, o, body).Traces.ResourceSpans().At(0).ScopeSpans().At(0).Spans().At(0)
		return span.StartTimestamp().AsTime().Format("15:04:05.000") + " " + span.EndTimestamp().AsTime().Format("15:04:05.000")
	}
	start := defaults()
	start.TimestampIsStart = true
	const at = `{"contactId":1,"dateTime":"1/1/2024 10:00:00 AM","responseTime":`
	assert.Equal(t, "09:59:58.500 10:00:00.000", times(defaults(), at+`"1.5"}`))
	assert.Equal(t, "10:00:00.000 10:00:01.500", times(start, at+`1.5}`))
	for _, odd := range []string{`-3`, `1e300`, `1e11`, `"x"`, `null`} {
		assert.Equal(t, "10:00:00.000 10:00:00.000", times(defaults(), at+odd+`}`), odd)
	}
	assert.Equal(t, "10:00:00.000 10:00:00.000", times(start, at+`1e300}`))
}

func TestSpearlineAnalysis(t *testing.T) {
	for json, want := range map[string]any{
		`{"a":1,"b":[true,null,"x",1.5],"c":{"d":"e"}}`: map[string]any{
			"a": int64(1),
			"b": []any{true, nil, "x", 1.5},
			"c": map[string]any{"d": "e"},
		},
		`[1,2]`: []any{int64(1), int64(2)}, `"text"`: "text", `7`: int64(7), `1e2`: 100.0, `true`: true,
		`12345678901234567890123`: "12345678901234567890123",
	} {
		attrs := firstSpanAttributes(voice(t, defaults(), `{"ContactId":1,"spearlineAnalysis":`+json+`}`))
		v, ok := attrs.Get("cxone.spearline_analysis")
		require.True(t, ok)
		assert.Equal(t, want, v.AsRaw(), json)
	}
	var wide strings.Builder
	for i := range maxNodes {
		fmt.Fprintf(&wide, `,"n%d":1`, i)
	}
	text := "{" + wide.String()[1:] + "}"
	assert.Equal(t, text, get(firstSpanAttributes(voice(t, defaults(), `{"ContactId":1,"spearlineAnalysis":`+text+`}`)),
		"cxone.spearline_analysis"))
}

// TestMetadataSaysTheSame compares metadata.yaml, which users read, with the tables that make the telemetry.
func TestMetadataSaysTheSame(t *testing.T) {
	var metadata struct {
		SemConv    string `yaml:"sem_conv_version"`
		Attributes map[string]struct {
			Level string `yaml:"requirement_level"`
		}
		Metrics map[string]struct {
			Description, Unit string
			Attributes        []string
		}
	}
	require.NoError(t, yaml.Unmarshal([]byte(file(t, "metadata.yaml")), &metadata))
	assert.True(t, strings.HasSuffix(SchemaURL, "/"+metadata.SemConv))
	var figureNames []string
	names := append(MetricAttributes(), keyTimestampSource)
	for f := range NumFigures {
		figureNames = append(figureNames, f.Metric())
		m, found := metadata.Metrics[f.Metric()]
		if !assert.True(t, found, "metadata.yaml lacks the metric %s", f.Metric()) {
			continue
		}
		assert.Equal(t, figures[f].unit, m.Unit, "the unit of %s in metadata.yaml", f)
		assert.Equal(t, figures[f].description, m.Description, "the description of %s in metadata.yaml", f)
		assert.ElementsMatch(t, names, m.Attributes, "the attributes of %s in metadata.yaml", f)
		assert.Equal(t, "cxone.call."+f.String(), f.Metric())
	}
	assert.Subset(t, figureNames, slices.Collect(maps.Keys(metadata.Metrics)))
	var byDefault []string
	for name, attribute := range metadata.Attributes {
		if attribute.Level == "" {
			byDefault = append(byDefault, name)
		}
	}
	assert.ElementsMatch(t, defaults().Figures[Mos].Attributes, byDefault)
}

// TestThePageHasEveryAttribute finds each attribute in the page that users read.
func TestThePageHasEveryAttribute(t *testing.T) {
	page := file(t, "docs", "telemetry.md")
	for _, a := range slices.Concat(voiceAttributes[:], scriptAttributes) {
		assert.Positive(t, strings.Count(page, "`"+a.key+"`"), "docs/telemetry.md lacks the attribute %s", a.key) // Contains would print it
	}
}
