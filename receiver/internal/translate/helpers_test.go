// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package translate

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"

	"github.com/cxone-otel/cxonereceiver/receiver/internal/payload"
	"github.com/cxone-otel/cxonereceiver/receiver/internal/privacy"
)

// received is the time at which every test's delivery arrives.
var received = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

var everything = Signals{Metrics: true, Traces: true, Logs: true}

// defaults are the settings of the default configuration.
func defaults() Options {
	o := Options{
		ServiceName: "cxone", ScopeName: "test/receiver", ScopeVersion: "1.2.3",
		Resource:     Resource{ServiceName: true, BusinessUnit: true, Cluster: true},
		ContactSpans: true, ScriptParents: true, ResponseTime: durationUnits["s"],
		Privacy: privacy.Policies{
			PhoneNumbers:    privacy.Mask,
			AgentNames:      privacy.Keep,
			URLQuery:        privacy.Drop,
			ResponseMessage: privacy.Keep,
			ExtraFields:     privacy.Keep,
		},
	}
	for f := range NumFigures {
		o.Figures[f] = FigureOptions{Metric: true, ZeroIsUnmeasured: f == Mos || f == Score, Attributes: []string{
			"cxone.data_source", "cxone.call.line_type", "cxone.call.direction", "cxone.skill.name", "cxone.team.name",
			"network.transport", "cxone.media.connection_type", "cxone.agent_console.type",
		}}
		if unit := f.DefaultUnit(); unit != "" {
			o.Figures[f].Unit, _ = ParseUnit(f, unit)
		}
	}
	o.Figures[Mos].Threshold, o.Figures[RFactor].Threshold, o.Figures[PacketLoss].Threshold = 3.6, 70, 0.01
	o.Figures[Jitter].Threshold, o.Figures[RTT].Threshold = 0.03, 0.3
	return o
}

// translated translates a body with the decoder and a new translator.
func translated(t testing.TB, o Options, dataType payload.DataType, body string) *Batch {
	t.Helper()
	b := New(o).NewBatch(received, everything)
	require.NoError(t, decodeInto(b, dataType, body))
	return b
}

func decodeInto(b *Batch, dataType payload.DataType, body string) error {
	return payload.NewDecoder(dataType, time.UTC).Decode([]byte(body), func(rec *payload.Record) error {
		b.Add(rec)
		return nil
	})
}

func voice(t testing.TB, o Options, body string) *Batch {
	t.Helper()
	return translated(t, o, payload.VoiceQuality, body)
}

func script(t testing.TB, o Options, body string) *Batch {
	t.Helper()
	return translated(t, o, payload.ScriptAPI, body)
}

func firstSpanAttributes(b *Batch) pcommon.Map {
	return b.Traces.ResourceSpans().At(0).ScopeSpans().At(0).Spans().At(0).Attributes()
}

func firstLogAttributes(b *Batch) pcommon.Map {
	return b.Logs.ResourceLogs().At(0).ScopeLogs().At(0).LogRecords().At(0).Attributes()
}

// get returns an attribute as text, "" if there is none.
func get(attrs pcommon.Map, key string) string {
	v, ok := attrs.Get(key)
	if !ok {
		return ""
	}
	return v.AsString()
}

var root = filepath.Join("..", "..", "..")

func file(t testing.TB, path ...string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(append([]string{root}, path...)...))
	require.NoError(t, err)
	return strings.TrimSuffix(string(text), "\n")
}
