// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package translate

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/open-telemetry/opentelemetry-collector-contrib/pkg/golden"
	"github.com/open-telemetry/opentelemetry-collector-contrib/pkg/pdatatest/plogtest"
	"github.com/open-telemetry/opentelemetry-collector-contrib/pkg/pdatatest/pmetrictest"
	"github.com/open-telemetry/opentelemetry-collector-contrib/pkg/pdatatest/ptracetest"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/pmetric"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/cxone-otel/cxonereceiver/receiver/internal/payload"
	"github.com/cxone-otel/cxonereceiver/receiver/internal/privacy"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// variants are other settings under which a payload is translated, besides the defaults. The golden files of one carry
// its name.
var variants = map[string]map[string]func(*Options){
	"voice_quality": {
		"namespace": func(o *Options) { o.Namespace = "eu" },
	},
	"voice_quality_full": {
		"opt_in": func(o *Options) {
			for f := range NumFigures {
				o.Figures[f].Attributes = MetricAttributes()
			}
		},
		"other_units": func(o *Options) {
			for f, unit := range map[Figure]string{Jitter: "us", PacketLoss: "ratio", RTT: "s", Bitrate: "bit/s", Duration: "ms", SetupTime: "ns"} {
				o.Figures[f].Unit, _ = ParseUnit(f, unit)
			}
			o.Figures[Score].Metric = false
			o.Resource = Resource{BusinessUnit: true}
		},
	},
	"voice_quality_unmeasured": {
		"no_contact_spans": func(o *Options) { o.ContactSpans = false },
		"zero_counts":      func(o *Options) { o.Figures[Mos].ZeroIsUnmeasured, o.Figures[Score].ZeroIsUnmeasured = false, false },
	},
	"voice_quality_personal": {
		"mask": func(o *Options) { o.Privacy.AgentNames = privacy.Mask },
		"hash": func(o *Options) {
			o.Privacy.PhoneNumbers, o.Privacy.AgentNames, o.Privacy.HashKey = privacy.Hash, privacy.Hash, []byte("0123456789abcdef")
		},
		"drop": func(o *Options) {
			o.Privacy.PhoneNumbers, o.Privacy.AgentNames, o.Privacy.ExtraFields = privacy.Drop, privacy.Drop, privacy.Drop
		},
		"keep": func(o *Options) { o.Privacy.PhoneNumbers, o.Privacy.URLQuery = privacy.Keep, privacy.Keep },
	},
	"script_api": {
		"namespace": func(o *Options) { o.Namespace = "eu" },
		"no_parent": func(o *Options) { o.ScriptParents = false },
		"start":     func(o *Options) { o.TimestampIsStart = true },
	},
	"script_api_codes": {
		"no_message": func(o *Options) { o.Privacy.ResponseMessage, o.Privacy.ExtraFields = privacy.Drop, privacy.Drop },
	},
	"script_api_odd": {
		"start": func(o *Options) { o.TimestampIsStart, o.ResponseTime = true, durationUnits["ms"] },
	},
	"script_api_endpoints": {
		"query": func(o *Options) { o.Privacy.URLQuery = privacy.Keep },
	},
}

// eachPayload calls a function with each payload of testdata/payloads and each of its settings.
func eachPayload(t *testing.T, call func(t *testing.T, golden string, dataType payload.DataType, o Options, body string)) {
	t.Helper()
	for _, dataType := range []payload.DataType{payload.VoiceQuality, payload.ScriptAPI} {
		inputs, err := filepath.Glob(filepath.Join(root, "testdata", "payloads", dataType.String()+"*.json"))
		require.NoError(t, err)
		require.NotEmpty(t, inputs)
		for _, input := range inputs {
			name := strings.TrimSuffix(filepath.Base(input), ".json")
			body := file(t, "testdata", "payloads", name+".json")
			t.Run(name, func(t *testing.T) { call(t, name, dataType, defaults(), body) })
			for variant, change := range variants[name] {
				o := defaults()
				change(&o)
				t.Run(name+"_"+variant, func(t *testing.T) { call(t, name+"_"+variant, dataType, o, body) })
			}
		}
	}
}

// TestGolden compares the telemetry of each payload in testdata/payloads with testdata/golden.
func TestGolden(t *testing.T) {
	dir := filepath.Join(root, "testdata", "golden")
	unused := map[string]bool{}
	files, err := filepath.Glob(filepath.Join(dir, "*.yaml"))
	require.NoError(t, err)
	for _, path := range files {
		unused[path] = true
	}
	eachPayload(t, func(t *testing.T, name string, dataType payload.DataType, o Options, body string) {
		b := translated(t, o, dataType, body)
		written := write(t, filepath.Join(t.TempDir(), name), b)
		for suffix, text := range written {
			path := filepath.Join(dir, name+suffix)
			delete(unused, path)
			if *update {
				require.NoError(t, os.MkdirAll(dir, 0o755))
				require.NoError(t, os.WriteFile(path, []byte(text), 0o644))
			}
		}
		compare(t, filepath.Join(dir, name), b)
		for suffix, text := range written { // byte for byte, since pdatatest ignores a few things, such as exemplars
			if file(t, "testdata", "golden", name+suffix)+"\n" != text {
				t.Errorf("%s differs: run with -update and look at git diff", name+suffix)
			}
		}
	})
	assert.Empty(t, unused, "golden files of no payload")
}

// write returns the golden files' texts by the suffix of their names.
func write(t *testing.T, path string, b *Batch) map[string]string {
	t.Helper()
	require.NoError(t, golden.WriteTracesToFile(path+"-traces.yaml", b.Traces))
	require.NoError(t, golden.WriteLogsToFile(path+"-logs.yaml", b.Logs))
	if b.Items(SignalMetrics) > 0 {
		sorted := pmetric.NewMetrics()
		b.Metrics.CopyTo(sorted)
		require.NoError(t, golden.WriteMetricsToFile(path+"-metrics.yaml", sorted, golden.SkipMetricTimestampNormalization()))
	}
	texts := map[string]string{}
	for _, suffix := range []string{"-metrics.yaml", "-traces.yaml", "-logs.yaml"} {
		text, err := os.ReadFile(path + suffix)
		if os.IsNotExist(err) {
			continue
		}
		require.NoError(t, err)
		texts[suffix] = string(text)
	}
	return texts
}

func compare(t *testing.T, path string, b *Batch) {
	t.Helper()
	metrics := pmetric.NewMetrics()
	if _, err := os.Stat(path + "-metrics.yaml"); err == nil {
		metrics, err = golden.ReadMetrics(path + "-metrics.yaml")
		require.NoError(t, err)
	}
	// The golden file is sorted.
	assert.NoError(t, pmetrictest.CompareMetrics(metrics, b.Metrics, pmetrictest.IgnoreResourceMetricsOrder(),
		pmetrictest.IgnoreMetricsOrder(), pmetrictest.IgnoreMetricDataPointsOrder()))
	traces, err := golden.ReadTraces(path + "-traces.yaml")
	require.NoError(t, err)
	assert.NoError(t, ptracetest.CompareTraces(traces, b.Traces))
	logs, err := golden.ReadLogs(path + "-logs.yaml")
	require.NoError(t, err)
	assert.NoError(t, plogtest.CompareLogs(logs, b.Logs))
}

// marshal returns all telemetry as bytes.
func marshal(t testing.TB, b *Batch) string {
	t.Helper()
	metrics, err := (&pmetric.ProtoMarshaler{}).MarshalMetrics(b.Metrics)
	require.NoError(t, err)
	traces, err := (&ptrace.ProtoMarshaler{}).MarshalTraces(b.Traces)
	require.NoError(t, err)
	logs, err := (&plog.ProtoMarshaler{}).MarshalLogs(b.Logs)
	require.NoError(t, err)
	return string(metrics) + string(traces) + string(logs)
}

func TestTheSameDeliveryGivesTheSameBytes(t *testing.T) {
	eachPayload(t, func(t *testing.T, _ string, dataType payload.DataType, o Options, body string) {
		first := marshal(t, translated(t, o, dataType, body))
		for range 5 {
			assert.Equal(t, first, marshal(t, translated(t, o, dataType, body)))
		}
	})
}
