// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestErrorsSayWhatWouldBeRight has a bad value for each key. The message names the key, and says what would be right.
func TestErrorsSayWhatWouldBeRight(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		keys string
		says []string
	}{
		"a port that is too high":       {"endpoint: 127.0.0.1:70000", []string{"endpoint", "65535"}},
		"a port by name":                {"endpoint: 127.0.0.1:https", []string{"endpoint"}},
		"an unknown key of a data type": {"voice_quality: {contact_span: true}", []string{"contact_span"}},
		"an unknown unit key":           {"voice_quality: {units: {mos: s}}", []string{"units", "mos"}},
		"a ratio's unit for a time":     {"voice_quality: {units: {jitter: percent}}", []string{"units::jitter", "ms"}},
		"a time's unit for a ratio":     {"voice_quality: {units: {packet_loss: ms}}", []string{"units::packet_loss", "percent", "ratio"}},
		"a time's unit for a bit rate":  {"voice_quality: {units: {bitrate: s}}", []string{"units::bitrate", "kbit/s"}},
		"an empty unit":                 {"voice_quality: {units: {duration: ''}}", []string{"units::duration"}},
		"the response time's unit":      {"script_api: {units: {response_time: percent}}", []string{"units::response_time", "ms"}},
		"a path with a query":           {"script_api: {path: '/a?b=c'}", []string{"script_api", "path"}},
		"an empty path":                 {"voice_quality: {path: ''}", []string{"voice_quality", "path", "/"}},
		"a path with a space":           {"voice_quality: {path: /a b}", []string{"voice_quality", "path"}},
		"both off, by enabled": {
			"voice_quality: {enabled: false}, script_api: {enabled: false}",
			[]string{"voice_quality", "script_api"},
		},
		"enabled is no word":             {"voice_quality: {enabled: perhaps}", []string{"enabled"}},
		"the machine's zone":             {"script_api: {time_zone: Local}", []string{"time_zone", "America/Denver"}},
		"no zone":                        {"script_api: {time_zone: ''}", []string{"time_zone"}},
		"rtt without a unit":             {"voice_quality: {thresholds: {rtt: 300}}", []string{"thresholds", "rtt", "300ms"}},
		"a fraction without a unit":      {"voice_quality: {thresholds: {jitter: 0.03}}", []string{"thresholds", "jitter"}},
		"a quoted number without a unit": {"voice_quality: {thresholds: {jitter: '30'}}", []string{"jitter", "unit"}},
		"a negative threshold":           {"voice_quality: {thresholds: {mos: -1}}", []string{"thresholds", "mos", "0 (off)"}},
		"a MOS off the scale":            {"voice_quality: {thresholds: {mos: 6}}", []string{"thresholds", "mos", "5"}},
		"packet loss in percent":         {"voice_quality: {thresholds: {packet_loss: 2}}", []string{"thresholds", "packet_loss", "ratio"}},
		"an attribute nobody has":        {"voice_quality: {metric_attributes: [cxone.nope]}", []string{"metric_attributes", "cxone.skill.id"}},
		"a figure nobody has":            {"voice_quality: {zero_is_unmeasured: [moss]}", []string{"zero_is_unmeasured", "mos"}},
		"a mask for the query":           {"privacy: {url_query: mask}", []string{"privacy", "url_query", "keep"}},
		"a hash for messages":            {"privacy: {response_message: hash}", []string{"privacy", "response_message", "drop"}},
		"a mask for extra fields":        {"privacy: {extra_fields: mask}", []string{"privacy", "extra_fields", "drop"}},
		"a short hash key":               {"privacy: {agent_names: hash, hash_key: 0123456789abcde}", []string{"privacy", "hash_key", "16"}},
		"no ttl":                         {"replay_window: {ttl: 0s}", []string{"replay_window::ttl"}},
		"no concurrency":                 {"max_concurrent_deliveries: 0", []string{"max_concurrent_deliveries", "positive"}},
		"no body":                        {"max_request_body_size: -1", []string{"max_request_body_size", "positive"}},
		"less room than a body takes":    {"max_inflight_bytes: 8388607", []string{"max_inflight_bytes", "max_request_body_size"}},
		"a delivery timeout of nothing":  {"delivery_timeout: 0s", []string{"delivery_timeout", "25s"}},
		"a delivery timeout, bare":       {"delivery_timeout: 25", []string{"delivery_timeout", "unit"}},
		"a replay ttl, bare":             {"replay_window: {ttl: 900}", []string{"replay_window::ttl", "unit"}},
		"half a second":                  {"retry_after: 500ms", []string{"retry_after", "1s"}},
		"no service name":                {"service_name: ''", []string{"service_name"}},
		"an attribute on one metric":     {"metrics: {cxone.call.mos: {attributes: [cxone.nope]}}", []string{"cxone.call.mos", "attributes"}},
		"an unknown resource attribute":  {"resource_attributes: {cxone.nope: {enabled: true}}", []string{"resource_attributes", "cxone.nope"}},
		"a digest with colons": {
			"tls: {cert_file: a, key_file: b, client_ca_file: c}, client_certificate: {allowed_spki_sha256: ['ab:cd']}",
			[]string{"allowed_spki_sha256", "64 hex digits"},
		},
		"an empty name": {
			"tls: {cert_file: a, key_file: b, client_ca_file: c}, client_certificate: {allowed_subject_names: ['']}",
			[]string{"allowed_subject_names"},
		},
		"a list with one bad encoding": {"compression_algorithms: [gzip, snappy]", []string{"compression_algorithms", "snappy", "zstd"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			output, err := validate(t, "{allow_unauthenticated: true, "+tc.keys+"}")
			require.Error(t, err, "it was taken")
			for _, says := range tc.says {
				assert.Contains(t, output, says)
			}
			assert.NotContains(t, output, "0123456789abcde", "a key is not repeated")
		})
	}
}

// TestOtherGoodConfigurationsAreTaken has configurations that look wrong and are right. None of the files exists, since
// validate reads none.
func TestOtherGoodConfigurationsAreTaken(t *testing.T) {
	t.Parallel()
	for name, keys := range map[string]string{
		"the default block":       "",
		"thresholds that are off": "voice_quality: {thresholds: {mos: 0, r_factor: 0, jitter: 0, packet_loss: 0, rtt: 0}}",
		"a threshold in seconds":  "voice_quality: {thresholds: {jitter: 0.03s, rtt: 1s}}",
		"every opt-in attribute": "voice_quality: {metric_attributes: [cxone.skill.id, " +
			"cxone.team.id, cxone.agent.id, cxone.poc, cxone.contact.id]}",
		"a metric that is off":       "metrics: {cxone.call.mos: {enabled: false}}",
		"a metric's attributes":      "metrics: {cxone.call.mos: {attributes: [cxone.skill.name]}}",
		"a resource attribute off":   "resource_attributes: {cxone.cluster: {enabled: false}}",
		"no replay memory":           "replay_window: {size: 0}",
		"no compression":             "compression_algorithms: []",
		"a zone":                     "script_api: {time_zone: America/Denver}",
		"any port":                   "endpoint: 127.0.0.1:0",
		"hashes with a key":          "privacy: {phone_numbers: hash, agent_names: hash, hash_key: 0123456789abcdef}",
		"one data type, empty block": "voice_quality: {}, script_api: null",
		"who may deliver": "tls: {cert_file: a, key_file: b, client_ca_file: c}, " +
			"client_certificate: {allowed_subject_names: [gateway], crl_file: d}",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			output, err := validate(t, "{allow_unauthenticated: true, "+keys+"}")
			assert.NoError(t, err, output)
		})
	}
}
