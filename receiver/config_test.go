// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package receiver

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/confmap"
	"go.yaml.in/yaml/v3"

	"github.com/cxone-otel/cxonereceiver/receiver/internal/translate"
)

// load reads a configuration as the collector does, and validates it.
func load(t *testing.T, text string) (*Config, error) {
	t.Helper()
	var raw map[string]any
	require.NoError(t, yaml.Unmarshal([]byte(text), &raw))
	cfg := createDefaultConfig().(*Config)
	if err := confmap.NewFromStringMap(raw).Unmarshal(cfg); err != nil {
		return cfg, err
	}
	return cfg, confmap.Validate(cfg)
}

func TestDefaults(t *testing.T) {
	cfg, err := load(t, "allow_unauthenticated: true")
	require.NoError(t, err)
	assert.Equal(t, "localhost:8443", cfg.NetAddr.Endpoint)
	assert.Equal(t, 10*time.Second, cfg.ReadHeaderTimeout)
	assert.Equal(t, 30*time.Second, cfg.ReadTimeout)
	assert.EqualValues(t, 8<<20, cfg.MaxRequestBodySize)
	assert.Equal(t, []string{"gzip", "deflate", "zstd"}, cfg.CompressionAlgorithms)
	require.True(t, cfg.VoiceQuality.HasValue())
	assert.Equal(t, "/cxone/voice-quality", cfg.VoiceQuality.Get().Path)
	assert.True(t, cfg.VoiceQuality.Get().ContactSpans)
	assert.Equal(t, []string{"mos", "score"}, cfg.VoiceQuality.Get().ZeroIsUnmeasured)
	require.True(t, cfg.ScriptAPI.HasValue())
	assert.Equal(t, "/cxone/script-api", cfg.ScriptAPI.Get().Path)
	assert.Equal(t, ReplayWindowConfig{Size: 262144, TTL: 15 * time.Minute}, cfg.ReplayWindow)
	assert.Equal(t, 1024, cfg.MaxConcurrentDeliveries)
	assert.EqualValues(t, 64<<20, cfg.MaxInflightBytes)
	assert.Equal(t, 25*time.Second, cfg.DeliveryTimeout)
	assert.Equal(t, 5*time.Second, cfg.RetryAfter)
	assert.False(t, cfg.voiceWritten)
	assert.False(t, cfg.scriptWritten)
}

func TestDataTypesAreSwitchedOff(t *testing.T) {
	for name, text := range map[string]string{
		"by null":           "{allow_unauthenticated: true, voice_quality: null}",
		"by enabled: false": "{allow_unauthenticated: true, voice_quality: {enabled: false}}",
		"whatever it says":  "{allow_unauthenticated: true, voice_quality: {enabled: false, path: /else}}",
	} {
		t.Run(name, func(t *testing.T) {
			cfg, err := load(t, text)
			require.NoError(t, err)
			assert.False(t, cfg.VoiceQuality.HasValue())
			assert.True(t, cfg.ScriptAPI.HasValue())
		})
	}
}

func TestKeysAreLaidOverTheDefaults(t *testing.T) {
	cfg, err := load(t, `
allow_unauthenticated: true
voice_quality: {enabled: true, units: {jitter: s}, thresholds: {rtt: 0, jitter: 20ms}, metric_attributes: [cxone.isp]}
metrics: {cxone.call.mos: {enabled: false}, cxone.call.rtt: {attributes: [cxone.poc]}}
resource_attributes: {cxone.cluster: {enabled: false}}
`)
	require.NoError(t, err)
	options, err := cfg.translateOptions("v")
	require.NoError(t, err)
	assert.InDelta(t, 2.0, options.Figures[translate.Jitter].Unit.To("2", 2), 0)
	assert.InDelta(t, 0.002, options.Figures[translate.RTT].Unit.To("2", 2), 0, "the others keep their defaults")
	assert.InDelta(t, 0.02, options.Figures[translate.Jitter].Threshold, 1e-12)
	assert.Zero(t, options.Figures[translate.RTT].Threshold)
	assert.InDelta(t, 3.6, options.Figures[translate.Mos].Threshold, 0)
	assert.False(t, options.Figures[translate.Mos].Metric)
	assert.Equal(t, []string{"cxone.poc", "cxone.isp"}, options.Figures[translate.RTT].Attributes)
	assert.Contains(t, options.Figures[translate.Jitter].Attributes, "cxone.skill.name")
	assert.Contains(t, options.Figures[translate.Jitter].Attributes, "cxone.isp")
	assert.Equal(t, translate.Resource{ServiceName: true, BusinessUnit: true}, options.Resource)
	assert.True(t, cfg.voiceWritten)
}

func TestScriptSpansHaveNoParentWithoutContactSpans(t *testing.T) {
	for text, parents := range map[string]bool{
		"{}":                                true,
		"{script_api: {span_parent: none}}": false,
		"{voice_quality: {contact_spans: false}}": false,
		"{voice_quality: null}":                   false,
	} {
		cfg, _ := load(t, text)
		options, err := cfg.translateOptions("v")
		require.NoError(t, err)
		assert.Equal(t, parents, options.ScriptParents, text)
	}
}

func TestBadConfigurations(t *testing.T) {
	for name, tc := range map[string]struct{ text, message string }{
		"no authentication":   {"{}", "allow_unauthenticated"},
		"both data types off": {"{voice_quality: null, script_api: null}", "both switched off"},
		"one path for both":   {"{voice_quality: {path: /a}, script_api: {path: /a}}", "script_api::path"},
		"path without slash":  {"{voice_quality: {path: a}}", "voice_quality: path"},
		"path with query":     {"{script_api: {path: '/a?b'}}", "script_api: path"},
		"path with a space":   {"{script_api: {path: '/a b'}}", "script_api: path"},
		"voice signature_url": {
			"{voice_quality: {signature_url: /voice}}",
			`voice_quality: signature_url: "/voice" is not a whole URL`,
		},
		"script signature_url":          {"{script_api: {signature_url: hooks.example.com/calls}}", "script_api: signature_url"},
		"endpoint without port":         {"{endpoint: localhost}", "endpoint"},
		"port that is a word":           {"{endpoint: 'localhost:https'}", "endpoint"},
		"compression":                   {"{compression_algorithms: [brotli]}", "compression_algorithms"},
		"body size":                     {"{max_request_body_size: 0}", "max_request_body_size"},
		"service name":                  {"{service_name: ''}", "service_name"},
		"unit of time":                  {"{voice_quality: {units: {jitter: min}}}", "voice_quality: units::jitter"},
		"unit of ratio":                 {"{voice_quality: {units: {packet_loss: ms}}}", "voice_quality: units::packet_loss"},
		"unit of bit rate":              {"{voice_quality: {units: {bitrate: kbps}}}", "voice_quality: units::bitrate"},
		"unit of a score":               {"{voice_quality: {units: {mos: s}}}", "mos"},
		"unit of the response time":     {"{script_api: {units: {response_time: percent}}}", "script_api: units::response_time"},
		"threshold without unit":        {"{voice_quality: {thresholds: {jitter: 30}}}", "jitter: 30 has no unit"},
		"threshold with a fraction":     {"{voice_quality: {thresholds: {rtt: 0.3}}}", "rtt: 0.3 has no unit"},
		"threshold in percent":          {"{voice_quality: {thresholds: {packet_loss: 3}}}", "packet_loss"},
		"threshold beyond the scale":    {"{voice_quality: {thresholds: {mos: 36}}}", "mos"},
		"negative threshold":            {"{voice_quality: {thresholds: {rtt: -1s}}}", "rtt"},
		"threshold of another figure":   {"{voice_quality: {thresholds: {bitrate: 1}}}", "bitrate"},
		"figure that is none":           {"{voice_quality: {zero_is_unmeasured: [moss]}}", "zero_is_unmeasured"},
		"attribute never on metrics":    {"{voice_quality: {metric_attributes: [cxone.call.from]}}", "metric_attributes"},
		"time zone":                     {"{script_api: {time_zone: Mars/Olympus}}", "time_zone"},
		"local time zone":               {"{script_api: {time_zone: Local}}", "time_zone"},
		"empty time zone":               {"{script_api: {time_zone: ''}}", "time_zone"},
		"timestamp_is":                  {"{script_api: {timestamp_is: middle}}", "timestamp_is"},
		"span_parent":                   {"{script_api: {span_parent: master}}", "span_parent"},
		"policy":                        {"{privacy: {phone_numbers: hide}}", "phone_numbers"},
		"policy of a query":             {"{privacy: {url_query: mask}}", "url_query"},
		"hash without key":              {"{privacy: {agent_names: hash}}", "hash_key"},
		"hash with a short key":         {"{privacy: {phone_numbers: hash, hash_key: short}}", "hash_key"},
		"replay size":                   {"{replay_window: {size: -1}}", "replay_window::size"},
		"replay ttl":                    {"{replay_window: {ttl: 0s}}", "replay_window::ttl"},
		"concurrency":                   {"{max_concurrent_deliveries: 0}", "max_concurrent_deliveries"},
		"inflight bytes":                {"{max_inflight_bytes: 1000}", "max_inflight_bytes"},
		"delivery timeout":              {"{delivery_timeout: 0s}", "delivery_timeout"},
		"retry_after":                   {"{retry_after: 10ms}", "retry_after"},
		"write timeout":                 {"{write_timeout: 10s}", "write_timeout"},
		"aggregation":                   {"{metrics: {cxone.call.mos: {aggregation_strategy: max}}}", "aggregation_strategy"},
		"attribute that a metric lacks": {"{metrics: {cxone.call.mos: {attributes: [nope]}}}", "cxone.call.mos"},
		"metrics_include":               {"{resource_attributes: {cxone.cluster: {metrics_include: [{strict: L69}]}}}", "metrics_include"},
		"unknown key":                   {"{voice: {}}", "voice"},
		"unknown key in a block":        {"{script_api: {zone: UTC}}", "zone"},
		"client_certificate alone":      {"{client_certificate: {allowed_subject_names: [a]}}", "client_certificate"},
		"pin that is no digest":         {"{client_certificate: {allowed_spki_sha256: ['AB:CD']}}", "allowed_spki_sha256"},
		"empty name":                    {"{client_certificate: {allowed_subject_names: ['']}}", "allowed_subject_names"},
		"CRL interval":                  {"{client_certificate: {crl_file: a, crl_reload_interval: 0s}}", "crl_reload_interval"},
		"tls without certificate":       {"{tls: {client_ca_file: ca.crt}}", "tls"},
		"signature without keys":        {"{signature: {}}", "keys"},
		"capture of nothing": {
			"{signature: {scheme: github, keys: [{secret: 0123456789abcdef}], capture_rejected: {directory: /d, max_files: 0}}}",
			"signature: capture_rejected::max_files",
		},
		"capture from where": {
			"{signature: {scheme: github, keys: [{secret: 0123456789abcdef}], capture_rejected: {from: [192.0.2.1]}}}",
			"capture_rejected::from[0]",
		},
		"replay ttl under a signature": {
			"{signature: {keys: [{version: '1', public_key_file: k}], timestamp: {max_age: 1h}}}",
			"replay_window::ttl",
		},
		"replay ttl under RFC 9421": {
			"{replay_window: {ttl: 1m}, signature: {scheme: rfc9421, keys: [{version: '1', algorithm: ed25519, public_key_file: k}]}}",
			"replay_window::ttl",
		},
	} {
		t.Run(name, func(t *testing.T) {
			text := tc.text
			if name != "no authentication" {
				text = "{allow_unauthenticated: true, " + text[1:]
			}
			_, err := load(t, text)
			require.ErrorContains(t, err, tc.message)
		})
	}
}

func TestSecretsStayOutOfErrors(t *testing.T) {
	_, err := load(t, "{privacy: {phone_numbers: hash, hash_key: s3cr3t}, signature: {scheme: github, keys: [{secret: s3cr3t-too}]}}")
	require.Error(t, err)
	assert.NotContains(t, err.Error(), "s3cr3t")
}

func TestCapturesAreFewUnlessSaidOtherwise(t *testing.T) {
	const keys = "keys: [{secret: 0123456789abcdef}]"
	cfg, err := load(t, "{signature: {scheme: github, "+keys+", capture_rejected: {directory: /d}}}")
	require.NoError(t, err)
	assert.Equal(t, CaptureConfig{Directory: "/d", MaxFiles: 20}, cfg.Signature.Get().CaptureRejected)
	_, err = load(t, "{signature: {}}")
	assert.Equal(t, 1, strings.Count(err.Error(), "keys: there are none"), err)
}
