// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package collectorconfig

import (
	"fmt"
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cxone-otel/cxonereceiver/cmd/internal/story"
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
		"nonsense":        "http://nonsense",
	} {
		assert.Equal(t, want, LocalURL("http", endpoint))
	}
	r, err := find(t, "receivers: {cxone: {transport: unix, endpoint: /run/s, allow_unauthenticated: true}}", "")
	require.NoError(t, err)
	require.ErrorContains(t, r.Reachable(), "receivers::cxone: transport: unix cannot be dialled from here")
	require.NoError(t, DefaultReceiver().Reachable())
}

func TestWhoseCallbackAPathIs(t *testing.T) {
	r := DefaultReceiver()
	assert.Equal(t, story.ScriptAPI, r.DataTypeAt("/cxone/script-api"))
	assert.Equal(t, story.VoiceQuality, r.DataTypeAt("/cxone/voice-quality"))
	assert.Equal(t, story.VoiceQuality, r.DataTypeAt("/elsewhere"))
}

func TestWhichReceiverIsMeant(t *testing.T) {
	for yaml, want := range map[string]string{
		"receivers: {otlp: }": "no cxone receiver",
		"exporters: {otlp: }": "no cxone receiver",
		"receivers: {cxone/a: , cxone/b: , cxonette: , otlp: , hotel/cxone: }": "choose one with --receiver: cxone/a, cxone/b",
	} {
		_, err := find(t, yaml, "")
		require.ErrorContains(t, err, want)
	}
	_, err := find(t, "receivers: {cxone/a: , cxone/b: }", "cxone/c")
	require.ErrorContains(t, err, `no receiver "cxone/c"; it has cxone/a, cxone/b`)
	_, err = Load(t.Context(), "yaml:receivers: {cxone: {endpoint: '${env:NOT A NAME}'}}")
	require.ErrorContains(t, err, "environment variable")
	_, err = Load(t.Context(), "nowhere.yaml")
	require.ErrorContains(t, err, "read the collector's configuration: ")
	require.ErrorContains(t, err, "nowhere.yaml")
}

// summary is the part of a receiver's configuration that a sender uses.
func summary(r *Receiver) string {
	parts := []string{r.URL()}
	for _, dataType := range []story.DataType{story.VoiceQuality, story.ScriptAPI} {
		if callback, on := r.Callback(dataType); on {
			parts = append(parts, strings.TrimSpace(callback.Path+" "+callback.SignatureURL))
		} else {
			parts = append(parts, "off")
		}
	}
	signed := "unsigned"
	if block := r.Scheme(); block != nil {
		signed = fmt.Sprintf("%s %d keys", block.Scheme, len(block.Keys))
	}
	return strings.Join(append(parts, signed, r.TimeZone().String()), ", ")
}

// small are configurations of a receiver, by their speciality, with the expected summaries. The collector reads them too:
// see TestTheCollectorReadsTheSame.
var small = map[string]struct{ block, want string }{
	"bare": {`{allow_unauthenticated: true}`, "http://localhost:8443, /cxone/voice-quality, /cxone/script-api, unsigned, UTC"},
	"endpoint": {
		`{allow_unauthenticated: true, endpoint: "0.0.0.0:1"}`,
		"http://localhost:1, /cxone/voice-quality, /cxone/script-api, unsigned, UTC",
	},
	"tls": {
		`{allow_unauthenticated: true, tls: {cert_file: a, key_file: b}}`,
		"https://localhost:8443, /cxone/voice-quality, /cxone/script-api, unsigned, UTC",
	},
	"tls off": {
		`{allow_unauthenticated: true, tls: {enabled: false, cert_file: a, key_file: b}}`,
		"http://localhost:8443, /cxone/voice-quality, /cxone/script-api, unsigned, UTC",
	},
	"tls on": {
		`{allow_unauthenticated: true, tls: {enabled: true, cert_file: a, key_file: b}}`,
		"https://localhost:8443, /cxone/voice-quality, /cxone/script-api, unsigned, UTC",
	},
	"tls null": {
		`{allow_unauthenticated: true, tls: null}`,
		"http://localhost:8443, /cxone/voice-quality, /cxone/script-api, unsigned, UTC",
	},
	"signature off": {
		`{allow_unauthenticated: true, signature: {enabled: false, scheme: github, keys: [{secret: 0123456789abcdef}]}}`,
		"http://localhost:8443, /cxone/voice-quality, /cxone/script-api, unsigned, UTC",
	},
	"signature null": {
		`{allow_unauthenticated: true, signature: null}`,
		"http://localhost:8443, /cxone/voice-quality, /cxone/script-api, unsigned, UTC",
	},
	"signature": {
		`{signature: {keys: [{version: "1", public_key_file: k.pem}]}}`,
		"http://localhost:8443, /cxone/voice-quality, /cxone/script-api, monitoring_gateway 1 keys, UTC",
	},
	"dollar": {
		`{signature: {scheme: github, keys: [{secret: "a$$b-0123456789abcdef"}]}}`,
		"http://localhost:8443, /cxone/voice-quality, /cxone/script-api, github 1 keys, UTC",
	},
	"two keys": {
		`{signature: {keys: [{version: "1", public_key_file: k.pem}, {version: "2", public_key_file: l.pem, not_after: 2031-01-01T00:00:00Z}]}}`,
		"http://localhost:8443, /cxone/voice-quality, /cxone/script-api, monitoring_gateway 2 keys, UTC",
	},
	"signature in query": {
		`{signature: {scheme: custom, signed_string: "{timestamp}{body}", value: {query: sig}, timestamp: {query: at}, keys: [{algorithm: ` +
			`ed25519, public_key_file: k.pem}]}}`,
		"http://localhost:8443, /cxone/voice-quality, /cxone/script-api, custom 1 keys, UTC",
	},
	"voice off": {
		`{allow_unauthenticated: true, voice_quality: {enabled: false}}`,
		"http://localhost:8443, off, /cxone/script-api, unsigned, UTC",
	},
	"voice null": {
		`{allow_unauthenticated: true, voice_quality: null}`,
		"http://localhost:8443, off, /cxone/script-api, unsigned, UTC",
	},
	"voice empty": {
		`{allow_unauthenticated: true, voice_quality: {}}`,
		"http://localhost:8443, /cxone/voice-quality, /cxone/script-api, unsigned, UTC",
	},
	"script off": {
		`{allow_unauthenticated: true, script_api: {enabled: false, time_zone: Europe/Berlin}}`,
		"http://localhost:8443, /cxone/voice-quality, off, unsigned, UTC",
	},
	"script on": {
		`{allow_unauthenticated: true, script_api: {enabled: true, time_zone: Europe/Berlin}}`,
		"http://localhost:8443, /cxone/voice-quality, /cxone/script-api, unsigned, Europe/Berlin",
	},
	"paths": {
		`{allow_unauthenticated: true, voice_quality: {path: /v, signature_url: "https://x.example/v"}, script_api: {path: /s}}`,
		"http://localhost:8443, /v https://x.example/v, /s, unsigned, UTC",
	},
	"variable": {
		`{allow_unauthenticated: true, voice_quality: {path: "${env:SMALL_PATH}"}}`,
		"http://localhost:8443, /of/env, /cxone/script-api, unsigned, UTC",
	},
	"bare variable": {
		`{allow_unauthenticated: true, voice_quality: {path: "${SMALL_PATH}"}}`,
		"http://localhost:8443, /of/env, /cxone/script-api, unsigned, UTC",
	},
	"default": {
		`{allow_unauthenticated: true, endpoint: "${env:SMALL_UNSET:-127.0.0.1:2}"}`,
		"http://127.0.0.1:2, /cxone/voice-quality, /cxone/script-api, unsigned, UTC",
	},
	"empty default": {
		`{allow_unauthenticated: true, voice_quality: {signature_url: "${env:SMALL_UNSET:-}"}}`,
		"http://localhost:8443, /cxone/voice-quality, /cxone/script-api, unsigned, UTC",
	},
	"empty variable": {
		`{allow_unauthenticated: true, voice_quality: {signature_url: "${env:SMALL_EMPTY:-https://d.example}"}}`,
		"http://localhost:8443, /cxone/voice-quality, /cxone/script-api, unsigned, UTC",
	},
	"variable in text": {
		`{allow_unauthenticated: true, voice_quality: {path: "/x${env:SMALL_PATH}"}}`,
		"http://localhost:8443, /x/of/env, /cxone/script-api, unsigned, UTC",
	},
	"variable is yaml": {
		`{allow_unauthenticated: "${env:SMALL_TRUE}", replay_window: "${env:SMALL_YAML}"}`,
		"http://localhost:8443, /cxone/voice-quality, /cxone/script-api, unsigned, UTC",
	},
	"yaml in place": {
		`{allow_unauthenticated: true, script_api: "${yaml:path: /y}"}`,
		"http://localhost:8443, /cxone/voice-quality, /y, unsigned, UTC",
	},
	"anchors": {
		`{allow_unauthenticated: true, voice_quality: {path: &p /v}, script_api: {path: /s, signature_url: &u "https://x.example", ` +
			`time_zone: UTC}}`,
		"http://localhost:8443, /v, /s https://x.example, unsigned, UTC",
	},
	"squashed": {
		`{allow_unauthenticated: true, max_request_body_size: 1000, read_timeout: 5s, privacy: {phone_numbers: drop}}`,
		"http://localhost:8443, /cxone/voice-quality, /cxone/script-api, unsigned, UTC",
	},
	"both methods": {
		`{tls: {cert_file: a, key_file: b, client_ca_file: c}, signature: {scheme: stripe, keys: [{secret_file: s}]}}`,
		"https://localhost:8443, /cxone/voice-quality, /cxone/script-api, stripe 1 keys, UTC",
	},
	"metrics": {
		`{allow_unauthenticated: true, metrics: {cxone.call.mos: {enabled: false}}, resource_attributes: {service.name: {enabled: false}}}`,
		"http://localhost:8443, /cxone/voice-quality, /cxone/script-api, unsigned, UTC",
	},
	"unknown key":         {`{allow_unauthenticated: true, voice_qualty: {}}`, ""},
	"unknown key below":   {`{signature: {consumerid: x, keys: [{version: "1", public_key_file: k}]}}`, ""},
	"number as text":      {`{signature: {keys: [{version: 1, public_key_file: k}]}}`, ""},
	"no authentication":   {`{}`, ""},
	"nothing":             {``, ""},
	"both off":            {`{allow_unauthenticated: true, voice_quality: null, script_api: null}`, ""},
	"same path":           {`{allow_unauthenticated: true, voice_quality: {path: /a}, script_api: {path: /a}}`, ""},
	"zone":                {`{allow_unauthenticated: true, script_api: {time_zone: Mars/Olympus}}`, ""},
	"not a number":        {`{allow_unauthenticated: true, replay_window: {size: many}}`, ""},
	"unknown scheme":      {`{signature: {scheme: morse, keys: [{version: "1", public_key_file: k}]}}`, ""},
	"no key":              {`{signature: {scheme: github}}`, ""},
	"switch is no switch": {`{allow_unauthenticated: true, tls: {enabled: perhaps}}`, ""},
}

func setSmallVariables(t *testing.T) {
	t.Setenv("SMALL_PATH", "/of/env")
	t.Setenv("SMALL_EMPTY", "")
	t.Setenv("SMALL_TRUE", "true")
	t.Setenv("SMALL_YAML", "{size: 3, ttl: 20m}")
}

func TestWhatABlockComesTo(t *testing.T) {
	setSmallVariables(t)
	for name, each := range small {
		t.Run(name, func(t *testing.T) {
			r, err := find(t, "receivers:\n  cxone: "+each.block, "")
			if each.want == "" {
				require.ErrorContains(t, err, "receivers::cxone: ")
				return
			}
			require.NoError(t, err)
			assert.Equal(t, each.want, summary(r))
		})
	}
}

// TestNoCommandParsesYAML holds that the commands read a configuration with the collector's own packages only, or they would
// read another one than the collector does.
func TestNoCommandParsesYAML(t *testing.T) {
	out, err := exec.CommandContext(t.Context(), "go", "list", "-f", `{{range .Imports}}{{println .}}{{end}}`, "../../...").Output()
	require.NoError(t, err)
	imports := strings.Fields(string(out))
	require.Contains(t, imports, "go.opentelemetry.io/collector/confmap")
	for _, path := range imports {
		if path != "go.opentelemetry.io/collector/confmap/provider/yamlprovider" {
			assert.NotContains(t, path, "yaml")
		}
	}
}
