// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package receiver

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cxone-otel/cxonereceiver/receiver/internal/translate"
)

// TestEveryFigureCanBeConfigured holds the configuration to the table of figures: a figure that is missing here would be taken in
// the wrong unit, or have no threshold or no metric, and nobody would be told.
func TestEveryFigureCanBeConfigured(t *testing.T) {
	cfg, err := load(t, "allow_unauthenticated: true")
	require.NoError(t, err)
	voice := cfg.VoiceQuality.Get()
	options, err := voice.figureOptions(&cfg.Metrics)
	require.NoError(t, err)
	for figure := range translate.NumFigures {
		unit, hasUnit := voice.Units.byFigure()[figure]
		assert.Equal(t, figure.DefaultUnit() != "", hasUnit, "%s in UnitsConfig and its byFigure", figure)
		if hasUnit {
			assert.Equal(t, figure.DefaultUnit(), *unit, "%s in UnitsConfig.byFigure", figure)
		}
		_, hasThreshold := voice.Thresholds.byFigure()[figure]
		assert.Equal(t, figure.HasThreshold(), hasThreshold, "%s in ThresholdsConfig and its byFigure", figure)
		assert.True(t, options[figure].Metric, "%s has no metric: is %s in metadata.yaml, and make generate run?", figure, figure.Metric())
		assert.NotEmpty(t, options[figure].Attributes, "%s has no attributes in metadata.yaml", figure)
		assert.NotEmpty(t, figure.DefaultBounds(), "%s has no histogram", figure)
	}
}

// TestAMetricsOwnSettings gives one metric other settings than the rest.
func TestAMetricsOwnSettings(t *testing.T) {
	cfg, err := load(t, `{allow_unauthenticated: true, voice_quality: {metric_attributes: [cxone.isp]}, metrics: {
		cxone.call.rtt: {attributes: [cxone.poc]}, cxone.call.bitrate: {enabled: false}}}`)
	require.NoError(t, err)
	options, err := cfg.VoiceQuality.Get().figureOptions(&cfg.Metrics)
	require.NoError(t, err)
	assert.Equal(t, []string{"cxone.poc", "cxone.isp"}, options[translate.RTT].Attributes)
	assert.False(t, options[translate.Bitrate].Metric)
	assert.True(t, options[translate.RTT].Metric)
	assert.Contains(t, options[translate.Mos].Attributes, "cxone.skill.name", "the default")
	assert.Contains(t, options[translate.Mos].Attributes, "cxone.isp")
}
