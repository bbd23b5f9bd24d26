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
)

var update = flag.Bool("update", false, "rewrite the golden files")

// TestGolden holds the telemetry of each payload in testdata/payloads to what is in testdata/golden.
func TestGolden(t *testing.T) {
	for _, dataType := range []payload.DataType{payload.VoiceQuality, payload.ScriptAPI} {
		inputs, err := filepath.Glob(filepath.Join(root, "testdata", "payloads", dataType.String()+"*.json"))
		require.NoError(t, err)
		require.NotEmpty(t, inputs)
		for _, input := range inputs {
			name := strings.TrimSuffix(filepath.Base(input), ".json")
			t.Run(name, func(t *testing.T) {
				b := translated(t, defaults(), dataType, file(t, "testdata", "payloads", name+".json"))
				compare(t, filepath.Join(root, "testdata", "golden", name), b)
			})
		}
	}
}

func compare(t *testing.T, path string, b *Batch) {
	t.Helper()
	if *update {
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
		if b.Items(SignalMetrics) > 0 {
			require.NoError(t, golden.WriteMetricsToFile(path+"-metrics.yaml", b.Metrics, golden.SkipMetricTimestampNormalization()))
		}
		require.NoError(t, golden.WriteTracesToFile(path+"-traces.yaml", b.Traces))
		require.NoError(t, golden.WriteLogsToFile(path+"-logs.yaml", b.Logs))
	}
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

// marshal returns all that came out, as bytes.
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
	for _, name := range []string{"voice_quality", "script_api"} {
		dataType := payload.VoiceQuality
		if name == "script_api" {
			dataType = payload.ScriptAPI
		}
		body := file(t, "testdata", "payloads", name+".json")
		first := marshal(t, translated(t, defaults(), dataType, body))
		for range 10 {
			assert.Equal(t, first, marshal(t, translated(t, defaults(), dataType, body)))
		}
	}
}
