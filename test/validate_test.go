// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package test

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// validate runs the collector's validate command on a receiver's configuration.
func validate(t *testing.T, receiver string) (output string, err error) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "collector.yaml")
	require.NoError(t, os.WriteFile(file, []byte("receivers:\n  cxone: "+receiver+`
exporters: {nop: {}}
service: {pipelines: {metrics: {receivers: [cxone], exporters: [nop]}, logs: {receivers: [cxone], exporters: [nop]}}}
`), 0o600))
	out, err := exec.Command(collectorProgram(t), "validate", "--config", file).CombinedOutput()
	return string(out), err
}

func TestBadConfigurationsAreRefused(t *testing.T) {
	t.Parallel()
	const key = `{version: "1", public_key_file: k.pem}`
	for name, tc := range map[string]struct{ receiver, names string }{
		"no authentication":        {"{}", "allow_unauthenticated"},
		"both data types off":      {"{allow_unauthenticated: true, voice_quality: null, script_api: null}", "voice_quality and script_api"},
		"the same path twice":      {"{allow_unauthenticated: true, voice_quality: {path: /a}, script_api: {path: /a}}", "script_api::path"},
		"a path without a slash":   {"{allow_unauthenticated: true, voice_quality: {path: a}}", "voice_quality: path"},
		"no port":                  {"{allow_unauthenticated: true, endpoint: localhost}", "endpoint"},
		"compression":              {"{allow_unauthenticated: true, compression_algorithms: [br]}", "compression_algorithms"},
		"a unit of time":           {"{allow_unauthenticated: true, voice_quality: {units: {rtt: minutes}}}", "units::rtt"},
		"a unit of packet loss":    {"{allow_unauthenticated: true, voice_quality: {units: {packet_loss: permille}}}", "units::packet_loss"},
		"a unit of bit rate":       {"{allow_unauthenticated: true, voice_quality: {units: {bitrate: kb}}}", "units::bitrate"},
		"a threshold without unit": {"{allow_unauthenticated: true, voice_quality: {thresholds: {jitter: 30}}}", "jitter"},
		"a threshold in percent":   {"{allow_unauthenticated: true, voice_quality: {thresholds: {packet_loss: 5}}}", "packet_loss"},
		"a figure":                 {"{allow_unauthenticated: true, voice_quality: {zero_is_unmeasured: [loss]}}", "zero_is_unmeasured"},
		"an attribute on metrics":  {"{allow_unauthenticated: true, voice_quality: {metric_attributes: [cxone.call.to]}}", "metric_attributes"},
		"an interval":              {"{allow_unauthenticated: true, aggregation: {interval: 15}}", "aggregation: interval"},
		"a temporality":            {"{allow_unauthenticated: true, aggregation: {temporality: deltas}}", "aggregation: temporality"},
		"a histogram":              {"{allow_unauthenticated: true, aggregation: {figures: [moss]}}", "aggregation: figures"},
		"buckets of nothing":       {"{allow_unauthenticated: true, aggregation: {buckets: {score: [1, 2]}}}", "buckets::score"},
		"buckets that fall":        {"{allow_unauthenticated: true, aggregation: {buckets: {mos: [2, 1]}}}", "buckets::mos"},
		"a time zone":              {"{allow_unauthenticated: true, script_api: {time_zone: Nowhere}}", "time_zone"},
		"timestamp_is":             {"{allow_unauthenticated: true, script_api: {timestamp_is: begin}}", "timestamp_is"},
		"span_parent":              {"{allow_unauthenticated: true, script_api: {span_parent: master}}", "span_parent"},
		"a policy":                 {"{allow_unauthenticated: true, privacy: {agent_names: blur}}", "agent_names"},
		"a hash without a key":     {"{allow_unauthenticated: true, privacy: {phone_numbers: hash}}", "hash_key"},
		"replay size":              {"{allow_unauthenticated: true, replay_window: {size: -1}}", "replay_window::size"},
		"concurrency":              {"{allow_unauthenticated: true, max_concurrent_deliveries: -1}", "max_concurrent_deliveries"},
		"inflight bytes":           {"{allow_unauthenticated: true, max_inflight_bytes: 1}", "max_inflight_bytes"},
		"delivery timeout":         {"{allow_unauthenticated: true, delivery_timeout: -1s}", "delivery_timeout"},
		"retry_after":              {"{allow_unauthenticated: true, retry_after: 0s}", "retry_after"},
		"write timeout":            {"{allow_unauthenticated: true, write_timeout: 1s}", "write_timeout"},
		"aggregation": {
			"{allow_unauthenticated: true, metrics: {cxone.call.mos: {aggregation_strategy: sum}}}",
			"aggregation_strategy",
		},
		"a metric":                  {"{allow_unauthenticated: true, metrics: {cxone.call.moss: {enabled: false}}}", "cxone.call.moss"},
		"a misspelled key":          {"{allow_unauthenticated: true, privcy: {}}", "privcy"},
		"certificates without mTLS": {"{allow_unauthenticated: true, client_certificate: {crl_file: a.crl}}", "client_certificate"},
		"tls without certificate":   {"{tls: {client_ca_file: ca.pem}}", "tls"},
		"a scheme":                  {"{signature: {scheme: cxone, keys: [" + key + "]}}", "scheme"},
		"no keys":                   {"{signature: {scheme: github}}", "keys"},
		"a key of nothing":          {`{signature: {keys: [{version: "1"}]}}`, "keys[0]"},
		"an algorithm":              {`{signature: {keys: [{version: "1", algorithm: rsa, public_key_file: k.pem}]}}`, "algorithm"},
		"two keys of a version":     {"{signature: {keys: [" + key + "," + key + "]}}", "version"},
		"a short secret":            {`{signature: {scheme: github, keys: [{secret: short}]}}`, "secret"},
		"an empty secret":           {`{signature: {scheme: github, keys: [{secret: ""}]}}`, "keys[0]"},
		"a public key for HMAC":     {`{signature: {scheme: github, keys: [{public_key_file: k.pem}]}}`, "public_key_file"},
		"an atom":                   {`{signature: {keys: [` + key + `], signed_string: "{bdoy}"}}`, "signed_string"},
		"a filter":                  {`{signature: {keys: [` + key + `], signed_string: "{body|sha3}"}}`, "signed_string"},
		"a timestamp unit":          {`{signature: {keys: [` + key + `], timestamp: {unit: min}}}`, "unit"},
		"an encoding":               {`{signature: {keys: [` + key + `], value: {encoding: base32}}}`, "encoding"},
		"a replay memory too short": {`{signature: {keys: [` + key + `]}, replay_window: {ttl: 1m}}`, "replay_window::ttl"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			output, err := validate(t, tc.receiver)
			require.Error(t, err, "it was taken")
			assert.Contains(t, output, tc.names)
		})
	}
}

func TestGoodConfigurationsAreTaken(t *testing.T) {
	t.Parallel()
	for name, receiver := range map[string]string{
		"the least":                 "{allow_unauthenticated: true}",
		"one data type off by null": "{allow_unauthenticated: true, voice_quality: null}",
		"one data type off by name": "{allow_unauthenticated: true, script_api: {enabled: false}}",
		"a signature":               `{signature: {keys: [{version: "1", public_key_file: missing.pem}]}}`,
		"mutual TLS":                "{tls: {cert_file: a, key_file: b, client_ca_file: c}}",
		"a server-auth extension":   "{auth: {authenticator: basicauth}}",
		"all of the spec's settings": "{allow_unauthenticated: true, voice_quality: {enabled: true, path: /cxone/voice-quality, " +
			"signature_url: '', contact_spans: true, zero_is_unmeasured: [mos, score], units: {jitter: ms, packet_loss: percent, rtt: ms, " +
			"bitrate: kbit/s, duration: s, ring_time: s, setup_time: ms, disconnect_time: s}, thresholds: {mos: 3.6, r_factor: 70, jitter: " +
			"30ms, packet_loss: 0.01, rtt: 300ms}, metric_attributes: []}, script_api: {enabled: true, path: /cxone/script-api, signature_url: " +
			"'', time_zone: UTC, timestamp_is: end, span_parent: contact, units: {response_time: s}}, service_name: cxone, namespace: '', " +
			"privacy: {phone_numbers: mask, agent_names: keep, url_query: drop, response_message: keep, extra_fields: keep, hash_key: ''}, " +
			"replay_window: {size: 262144, ttl: 15m}, max_concurrent_deliveries: 1024, " +
			"max_inflight_bytes: 67108864, delivery_timeout: 25s, retry_after: 5s}",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			output, err := validate(t, receiver)
			if name == "a server-auth extension" { // the extension is not in this configuration, and nothing else is wrong
				return
			}
			assert.NoError(t, err, output)
		})
	}
}
