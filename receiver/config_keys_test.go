// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package receiver

import (
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/confmap"
	"go.yaml.in/yaml/v3"
)

// unmarshalYAML reads a configuration as the collector does.
func unmarshalYAML(t *testing.T, text string) error {
	t.Helper()
	var keys map[string]any
	require.NoError(t, yaml.Unmarshal([]byte(text), &keys))
	return confmap.NewFromStringMap(keys).Unmarshal(createDefaultConfig())
}

// Core v0.160 to v0.164 do not refuse these by themselves: make compat runs this test in a build with such a release.
func TestUnknownKeysAreRefused(t *testing.T) {
	for _, c := range []struct{ name, config, want string }{
		// At top level.
		{"endpoint", `endpiont: "localhost:0"`, "unknown key endpiont; did you mean endpoint?"},
		{"tls", `tsl: {cert_file: a}`, "unknown key tsl; did you mean tls?"},
		{
			"client certificate",
			`client_certifcate: {allowed_subject_names: [a]}`,
			"unknown key client_certifcate; did you mean client_certificate?",
		},
		{"signature", `singature: {scheme: github}`, "unknown key singature; did you mean signature?"},
		{"allow unauthenticated", `allow_unauthentificated: true`, "unknown key allow_unauthentificated; did you mean allow_unauthenticated?"},
		{"voice quality", `voice_qality: {path: /v}`, "unknown key voice_qality; did you mean voice_quality?"},
		{"script API", `script-api: {path: /s}`, "unknown key script-api; did you mean script_api?"},
		{"privacy", `privcy: {phone_numbers: drop}`, "unknown key privcy; did you mean privacy?"},
		{"replay window", `replay_windows: {size: 1}`, "unknown key replay_windows; did you mean replay_window?"},
		{"delivery timeout", `delivery_time_out: 1s`, "unknown key delivery_time_out; did you mean delivery_timeout?"},
		{"metrics", `metric: {}`, "unknown key metric; did you mean metrics?"},
		{"a key of another case", `Endpoint: "localhost:0"`, "unknown key Endpoint; did you mean endpoint?"},
		{"nothing near", `frobnicate: 1`, "unknown key frobnicate; the keys here are "},
		// Below.
		{
			"the allow-list", `client_certificate: {allowed_subject_name: [a]}`,
			"unknown key client_certificate::allowed_subject_name; did you mean allowed_subject_names?",
		},
		{"a privacy policy", `privacy: {phone_number: drop}`, "unknown key privacy::phone_number; did you mean phone_numbers?"},
		{
			"a key's algorithm",
			`signature: {keys: [{secret: a}, {algoritm: rsa_sha256}]}`,
			"unknown key signature::keys[1]::algoritm; did you mean algorithm?",
		},
		{"the signature's place", `signature: {value: {heder: X}}`, "unknown key signature::value::heder; did you mean header?"},
		{"the age of a signature", `signature: {timestamp: {max_aje: 1m}}`, "unknown key signature::timestamp::max_aje; did you mean max_age?"},
		{"a unit", `voice_quality: {units: {jiter: ms}}`, "unknown key voice_quality::units::jiter; did you mean jitter?"},
		{"a threshold", `voice_quality: {thresholds: {MOS: 3}}`, "unknown key voice_quality::thresholds::MOS; did you mean mos?"},
		{
			"the script API's unit",
			`script_api: {units: {response-time: ms}}`,
			"unknown key script_api::units::response-time; did you mean response_time?",
		},
		{"the replay window's size", `replay_window: {sizes: 1}`, "unknown key replay_window::sizes; did you mean size?"},
		{"a metric", `metrics: {cxone.call.moss: {enabled: false}}`, "unknown key metrics::cxone.call.moss; did you mean cxone.call.mos?"},
		{"a metric's switch", `metrics: {cxone.call.mos: {enable: false}}`, "unknown key metrics::cxone.call.mos::enable; did you mean enabled?"},
		{
			"a resource attribute", `resource_attributes: {cxone.clustr: {enabled: false}}`,
			"unknown key resource_attributes::cxone.clustr; did you mean cxone.cluster?",
		},
		{"the server's TLS", `tls: {client_ca: a}`, "unknown key tls::client_ca"},
		{"captures", `signature: {capture_rejected: {dir: /d}}`, "unknown key signature::capture_rejected::dir"},
	} {
		t.Run(c.name, func(t *testing.T) {
			require.ErrorContains(t, unmarshalYAML(t, c.config), c.want)
		})
	}
}

func TestEveryUnknownKeyIsNamedAtOnce(t *testing.T) {
	err := unmarshalYAML(t, "singature: {}\nprivacy: {phone_number: drop, agent_name: drop}")
	require.ErrorContains(t, err, "singature")
	require.ErrorContains(t, err, "privacy::phone_number")
	require.ErrorContains(t, err, "privacy::agent_name")
}

func TestKnownKeysOfAnyKindPass(t *testing.T) {
	for _, config := range []string{
		`voice_quality: null`,
		`voice_quality: {enabled: false}`,
		`tls: {enabled: false}`,
		`signature: {keys: [{version: "1", not_after: 2030-01-01}]}`,
		`metrics: {cxone.call.mos: {enabled: false}}`,
		`response_headers: {X-A: b}`,
		`cors: {allowed_origins: [a]}`,
		`auth: {authenticator: basicauth/cxone}`,
		`endpoint: localhost:0`,
	} {
		t.Run(config, func(t *testing.T) { require.NoError(t, unmarshalYAML(t, config)) })
	}
}

func TestANumberWhereATextBelongsNeedsQuotes(t *testing.T) {
	for _, c := range []struct{ config, want string }{
		{`signature: {keys: [{version: 1}]}`, "signature::keys[0]::version: 1 is not a text in YAML; quote it"},
		{`signature: {consumer_id: 8675309}`, "signature::consumer_id: 8675309 is not a text in YAML; quote it"},
		{`namespace: 12.5`, "namespace: 12.5 is not a text in YAML; quote it"},
		{`service_name: true`, "service_name: true is not a text in YAML; quote it"},
		{`signature: {keys: [{secret: 1234567890123456}]}`, "signature::keys[0]::secret: what is there is not a text in YAML; quote it"},
		{`privacy: {hash_key: 1234567890123456}`, "privacy::hash_key: what is there is not a text in YAML; quote it"},
		{`privacy: {agent_names: 1}`, "privacy::agent_names: 1 is not a text in YAML; quote it"},
		{`client_certificate: {allowed_subject_names: [1]}`, "client_certificate::allowed_subject_names[0]: 1 is not a text in YAML; quote it"},
	} {
		t.Run(c.config, func(t *testing.T) {
			err := unmarshalYAML(t, c.config)
			require.ErrorContains(t, err, c.want)
			require.NotContains(t, err.Error(), "1234567890123456", "a secret is not repeated")
		})
	}
}
