// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package receiver

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/confmap"
	"go.opentelemetry.io/collector/confmap/confmaptest"
)

// loadFile returns the configuration of that name in testdata/config.yaml, validated.
func loadFile(t *testing.T, name string) *Config {
	t.Helper()
	all, err := confmaptest.LoadConf(filepath.Join("testdata", "config.yaml"))
	require.NoError(t, err)
	one, err := all.Sub(name)
	require.NoError(t, err)
	cfg := createDefaultConfig().(*Config)
	require.NoError(t, one.Unmarshal(cfg))
	require.NoError(t, confmap.Validate(cfg))
	return cfg
}

func TestConfigFileWithTheDefaults(t *testing.T) {
	want := createDefaultConfig().(*Config)
	want.AllowUnauthenticated = true
	assert.Equal(t, want, loadFile(t, "cxone"))
}

func TestConfigFileWithEveryBlock(t *testing.T) {
	cfg := loadFile(t, "cxone/all")
	assert.Equal(t, "ca.crt", cfg.TLS.Get().ClientCAFile)
	assert.Equal(t, []string{"cxone.example.org"}, cfg.ClientCertificate.AllowedSubjectNames)
	assert.Equal(t, "acme", cfg.Signature.Get().ConsumerID)
	assert.Len(t, cfg.Signature.Get().Keys, 2)
	assert.Equal(t, "/voice", cfg.VoiceQuality.Get().Path)
	assert.False(t, cfg.VoiceQuality.Get().Gauges)
	assert.Equal(t, 250*time.Millisecond, cfg.VoiceQuality.Get().Thresholds.RTT)
	assert.Equal(t, "America/Denver", cfg.ScriptAPI.Get().TimeZone)
	assert.Equal(t, "delta", cfg.Aggregation.Get().Temporality)
	assert.Equal(t, 10*time.Second, cfg.DeliveryTimeout)
	assert.False(t, cfg.Metrics.CxoneCallMos.Enabled)
	assert.False(t, cfg.ResourceAttributes.CxoneCluster.Enabled)
}

func TestConfigFileWithOneDataType(t *testing.T) {
	cfg := loadFile(t, "cxone/script")
	assert.False(t, cfg.VoiceQuality.HasValue())
	assert.True(t, cfg.ScriptAPI.HasValue())
	assert.False(t, cfg.Aggregation.HasValue())
}
