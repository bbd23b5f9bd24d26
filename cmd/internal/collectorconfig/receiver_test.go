// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package collectorconfig

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func find(t *testing.T, yaml, name string) (*Receiver, error) {
	t.Helper()
	conf, err := Load(t.Context(), "yaml:"+yaml)
	require.NoError(t, err)
	return FindReceiver(conf, name)
}

func TestWhereAReceiverIsReached(t *testing.T) {
	for endpoint, want := range map[string]string{
		"localhost:8443":  "http://localhost:8443",
		"0.0.0.0:8443":    "http://localhost:8443",
		"[::]:8443":       "http://localhost:8443",
		":8443":           "http://localhost:8443",
		"192.0.2.1:9":     "http://192.0.2.1:9",
		"[2001:db8::1]:9": "http://[2001:db8::1]:9",
		"my.host:443":     "http://my.host:443",
	} {
		r, err := find(t, "receivers: {cxone: {endpoint: '"+endpoint+"'}}", "")
		require.NoError(t, err)
		assert.Equal(t, want, r.URL())
	}
	r, err := find(t, "receivers: {cxone: {tls: {cert_file: a, key_file: b}}}", "")
	require.NoError(t, err)
	assert.Equal(t, "https://localhost:8443", r.URL())
}

func TestWhatAReceiverLeavesOut(t *testing.T) {
	r, err := find(t, "receivers: {otlp: , cxone: }", "")
	require.NoError(t, err)
	assert.Equal(t, DefaultReceiver(), r)
	assert.Equal(t, Callback{Enabled: true, Path: "/cxone/voice-quality"}, r.VoiceQuality)
	assert.Equal(t, Callback{Enabled: true, Path: "/cxone/script-api"}, r.ScriptAPI)
	assert.Equal(t, int64(8<<20), r.MaxBodyBytes)
	assert.True(t, r.RecognisesRepeats)
	assert.Nil(t, r.Signature)
	assert.Equal(t, "UTC", r.TimeZone.String())
}

func TestWhatAReceiverSays(t *testing.T) {
	t.Setenv("VOICE", "/v")
	r, err := find(t, `
receivers:
  cxone/eu:
    endpoint: ${env:NOWHERE:-127.0.0.1:1}
    max_request_body_size: 1000
    replay_window: {size: 0}
    voice_quality: {path: "${VOICE}", signature_url: "https://x.example/v", thresholds: {mos: 3}}
    script_api: {enabled: false, time_zone: Europe/Berlin}
    signature: {scheme: github, keys: [{secret: "a$$b"}]}
`, "cxone/eu")
	require.NoError(t, err)
	assert.Equal(t, "127.0.0.1:1", r.Endpoint)
	assert.Equal(t, Callback{Enabled: true, Path: "/v", SignatureURL: "https://x.example/v"}, r.VoiceQuality)
	assert.False(t, r.ScriptAPI.Enabled)
	assert.Equal(t, int64(1000), r.MaxBodyBytes)
	assert.False(t, r.RecognisesRepeats)
	assert.Equal(t, "Europe/Berlin", r.TimeZone.String())
	require.NotNil(t, r.Signature)
	assert.Equal(t, "github", r.Signature.Get("scheme"))
	assert.Equal(t, []any{map[string]any{"secret": "a$b"}}, r.Signature.Get("keys"))
}

func TestWhatCannotBeUsed(t *testing.T) {
	for yaml, want := range map[string]string{
		"receivers: {otlp: }": "no cxone receiver",
		"exporters: {otlp: }": "no cxone receiver",
		"receivers: {cxone: {script_api: {time_zone: Mars/Olympus}}}":          "receivers::cxone: script_api::time_zone: unknown time zone Mars/Olympus",
		"receivers: {cxone: {transport: unix, endpoint: /tmp/s}}":              "receivers::cxone: transport: unix cannot be dialled from here",
		"receivers: {cxone: {replay_window: {size: many}}}":                    "replay_window",
		"receivers: {cxone/a: , cxone/b: , cxonette: , otlp: , hotel/cxone: }": "choose one with --receiver: cxone/a, cxone/b",
	} {
		_, err := find(t, yaml, "")
		require.ErrorContains(t, err, want)
	}
	_, err := Load(t.Context(), "yaml:receivers: {cxone: {endpoint: '${env:NOT A NAME}'}}")
	require.ErrorContains(t, err, "does not name an environment variable")
}
