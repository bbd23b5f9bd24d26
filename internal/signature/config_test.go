// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package signature

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/config/configoptional"
	"go.opentelemetry.io/collector/confmap"
)

func TestUnmarshalStartsFromThePreset(t *testing.T) {
	t.Run("the default scheme", func(t *testing.T) {
		config := fromYAML(t, `keys: [{version: "1", public_key_file: v1.pub.pem}]`)
		preset, _ := Preset("monitoring_gateway")
		preset.Keys = []KeyConfig{{Version: "1", PublicKeyFile: "v1.pub.pem", Algorithm: "rsa_sha256", SecretEncoding: "raw"}}
		assert.Equal(t, &preset, config)
		require.NoError(t, config.Validate())
	})
	t.Run("key by key", func(t *testing.T) {
		config := fromYAML(t, `{scheme: cxone_expert, value: {prefix: ""}, timestamp: {max_future: 5s}}`)
		assert.Equal(t, "X-Nexus-Signature-256", config.Value.Header)
		assert.Empty(t, config.Value.Prefix)
		assert.Equal(t, "hex", config.Value.Encoding)
		assert.Equal(t, 5*time.Second, config.Timestamp.MaxFuture)
		assert.Equal(t, "X-Nexus-Timestamp", config.Timestamp.Header)
		assert.Equal(t, "s", config.Timestamp.Unit)
	})
	t.Run("naming a query parameter clears the header", func(t *testing.T) {
		config := fromYAML(t, `{value: {query: sig}, timestamp: {query: ts}, key_version: {query: v}, consumer: {query: c}, nonce: {query: n}}`)
		for name, location := range config.locations() {
			assert.Empty(t, location.Header, name)
			assert.NotEmpty(t, location.Query, name)
		}
	})
	t.Run("naming a header clears the field", func(t *testing.T) {
		config := fromYAML(t, `{scheme: stripe, timestamp: {header: X-Time}}`)
		assert.Equal(t, LocationConfig{Header: "X-Time"}, config.Timestamp.Location)
	})
	t.Run("empty names clear themselves alone", func(t *testing.T) {
		config := fromYAML(t, `{consumer: {header: ""}, key_version: {query: ""}}`)
		assert.False(t, config.Consumer.IsSet())
		assert.Equal(t, "X-Key-Version", config.KeyVersion.Header)
	})
	t.Run("custom starts empty", func(t *testing.T) {
		config := fromYAML(t, `scheme: custom`)
		for name, location := range config.locations() {
			assert.False(t, location.IsSet(), name)
		}
		assert.Empty(t, config.SignedString)
	})
	t.Run("lists are replaced", func(t *testing.T) {
		config := fromYAML(t, `{scheme: stripe, value: {select: [v0, v2]}}`)
		assert.Equal(t, []string{"v0", "v2"}, config.Value.Select)
		preset, _ := Preset("stripe")
		assert.Equal(t, []string{"v1"}, preset.Value.Select, "the table itself is not changed")
	})
	t.Run("max_age follows refresh_interval", func(t *testing.T) {
		assert.Equal(t, 10*time.Minute, fromYAML(t, `{}`).Timestamp.MaxAge)
		assert.Equal(t, 2*time.Hour, fromYAML(t, `refresh_interval: 1h`).Timestamp.MaxAge)
		assert.Equal(t, 3*time.Minute, fromYAML(t, `{refresh_interval: 1h, timestamp: {max_age: 3m}}`).Timestamp.MaxAge)
		assert.Zero(t, fromYAML(t, `timestamp: {max_age: 0s}`).Timestamp.MaxAge, "and is refused by Validate")
	})
	t.Run("dates need no quotes", func(t *testing.T) {
		config := fromYAML(t, `keys: [{not_before: 2026-01-31T00:00:00Z, not_after: "2026-03-01T00:00:00+02:00"}]`)
		assert.Equal(t, "2026-01-31T00:00:00Z", config.Keys[0].NotBefore)
		assert.Equal(t, "2026-03-01T00:00:00+02:00", config.Keys[0].NotAfter)
	})
	t.Run("unknown keys are refused", func(t *testing.T) {
		_, err := decodeYAML(`signed_strnig: x`)
		requireError(t, err, "signed_strnig")
		_, err = decodeYAML(`value: {colour: red}`)
		requireError(t, err, "colour")
		_, err = decodeYAML(`value: red`)
		require.Error(t, err)
		_, err = decodeYAML(`keys: [{version: 1}]`)
		requireError(t, err, "version")
	})
	t.Run("in the receiver's optional block", func(t *testing.T) {
		var outer struct {
			Signature configoptional.Optional[Config] `mapstructure:"signature"`
		}
		conf := confmap.NewFromStringMap(map[string]any{"signature": map[string]any{
			"scheme": "github", "keys": []any{map[string]any{"secret": ""}},
		}})
		require.NoError(t, conf.Unmarshal(&outer))
		require.True(t, outer.Signature.HasValue())
		assert.Equal(t, "X-Hub-Signature-256", outer.Signature.Get().Value.Header)
		err := outer.Signature.Get().Validate()
		requireError(t, err, "keys[0].secret: missing or empty", "${env:NAME}")
		assert.Equal(t, 1, strings.Count(err.Error(), "missing or empty"), "said once")
	})
}

func TestSecretsAreNotPrinted(t *testing.T) {
	config := fromYAML(t, `{scheme: github, keys: [{secret: `+testSecret+`}]}`)
	for _, verb := range []string{"%v", "%+v", "%#v", "%s"} {
		assert.NotContains(t, fmt.Sprintf(verb, *config), testSecret)
	}
}

// Each configuration is a scheme that works, with one thing changed.
func TestValidateNamesTheKeyAndWhatWouldBeRight(t *testing.T) {
	const (
		gateway = "keys: [{version: \"1\", public_key_file: a.pem}]\n"
		github  = "scheme: github\n"
		secret  = "keys: [{secret: " + testSecret + "}]\n"
	)
	for name, test := range map[string]struct {
		yaml string
		want []string
	}{
		"unknown scheme": {
			"scheme: monitoring\n" + gateway,
			[]string{"scheme: unknown scheme \"monitoring\"", "monitoring_gateway", "custom"},
		},
		"unknown atom": {
			"signed_string: \"{timestamp}.{bdoy}\"\n" + gateway,
			[]string{"signed_string: unknown atom {bdoy} at byte 12; known atoms are {method}"},
		},
		"unknown filter": {
			"signed_string: \"{body|sha3}\"\n" + gateway,
			[]string{`signed_string: unknown filter "sha3" in {body|sha3} at byte 0; known filters are trim`},
		},
		"atom not closed": {"signed_string: \"{body\"\n" + gateway, []string{"signed_string: the { at byte 0 is never closed"}},
		"unknown escape": {
			"signed_string: '\\q{body}'\n" + gateway,
			[]string{`signed_string: unknown escape at byte 0; known escapes are \n`},
		},
		"header of no name":  {"signed_string: \"{header:}\"\n" + gateway, []string{"{header:} at byte 0 names nothing"}},
		"header not a token": {"signed_string: \"{header:a b}\"\n" + gateway, []string{"does not name a header"}},
		"constant string":    {"signed_string: hello\n" + gateway, []string{"signed_string: holds nothing of the request"}},
		"no string":          {"signed_string: \"\"\n" + gateway, []string{"signed_string: missing"}},
		"timestamp nowhere": {
			"timestamp: {header: \"\"}\n" + gateway,
			[]string{"signed_string: uses {timestamp}, but nothing says where that travels; name timestamp.header"},
		},
		"version nowhere":  {"key_version: {header: \"\"}\n" + gateway, []string{"signed_string: uses {key_version}"}},
		"consumer nowhere": {"consumer: {header: \"\"}\n" + gateway, []string{"signed_string: uses {consumer_id}"}},
		"nonce nowhere":    {"signed_string: \"{nonce}{body}\"\n" + gateway, []string{"signed_string: uses {nonce}"}},
		"field nowhere": {
			"signed_string: \"{field:t}{body}\"\n" + gateway,
			[]string{"signed_string: uses {field:...}, but only value.format: pairs"},
		},
		"field of a header":  {"timestamp: {field: t}\n" + gateway, []string{"timestamp.field: fields are there only with value.format: pairs"}},
		"field of the value": {"scheme: stripe\nvalue: {field: t}\n" + secret, []string{"value.field"}},
		"one place for two": {
			"timestamp: {header: x-signature}\n" + gateway,
			[]string{"timestamp: header X-Signature is where value travels already"},
		},
		"two places":      {"timestamp: {header: A, query: b}\n" + gateway, []string{"timestamp: header, query and field exclude each other"}},
		"not a header":    {"timestamp: {header: \"X Time\"}\n" + gateway, []string{`timestamp.header: "X Time" is not a header's name`}},
		"no place":        {"value: {header: \"\"}\n" + gateway, []string{"value: nothing says where the signature travels"}},
		"unknown unit":    {"timestamp: {unit: min}\n" + gateway, []string{`timestamp.unit: unknown unit "min"; known units are s, ms`}},
		"no max_age":      {"timestamp: {max_age: 0s}\n" + gateway, []string{"timestamp.max_age: 0s accepts nothing"}},
		"negative future": {"timestamp: {max_future: -1s}\n" + gateway, []string{"timestamp.max_future: -1s is negative"}},
		"unknown format":  {"value: {format: json}\n" + gateway, []string{"value.format: unknown format \"json\"; known formats are plain"}},
		"unknown encoding": {
			"value: {encoding: base32}\n" + gateway,
			[]string{"value.encoding: unknown encoding \"base32\"; known encodings are base64"},
		},
		"no separator":       {"value: {format: list, separator: \"\"}\n" + gateway, []string{"value.separator: list needs one"}},
		"nothing selected":   {"value: {format: pairs}\n" + gateway, []string{"value.select: pairs needs the names"}},
		"select of a plain":  {"value: {select: [a]}\n" + gateway, []string{"value.select: only value.format: pairs"}},
		"not a URL":          {"url: telemetry.example.com\n" + gateway, []string{`url: "telemetry.example.com" is not a whole URL`}},
		"refreshing always":  {"refresh_interval: 1ms\n" + gateway, []string{"refresh_interval: 1ms is too short"}},
		"consumer unchecked": {github + "consumer_id: a\n" + secret, []string{"consumer_id: nothing in the scheme carries a consumer"}},
		"components":         {github + "components: [\"@method\"]\n" + secret, []string{"components: only scheme: rfc9421"}},

		"no keys": {"url: \"\"", []string{"keys: there are none"}},
		"no version": {
			"keys: [{public_key_file: a}]",
			[]string{"keys[0].version: missing; the scheme carries a key version (header X-Key-Version)"},
		},
		"no version of several": {
			github + "keys: [{secret: " + testSecret + "}, {version: b, secret: " + testSecret + "}]",
			[]string{"keys[0].version: missing; with several keys"},
		},
		"same version": {
			"keys: [{version: a, public_key_file: a}, {version: a, public_key_file: b}]",
			[]string{`keys[1]: keys[0] has version "a"`},
		},
		"too many to try": {
			github + "keys: [" + strings.Join(nineKeys(), ", ") + "]",
			[]string{"keys: the scheme carries no key version, so 9 keys"},
		},
		"unknown algorithm": {
			"keys: [{version: a, algorithm: RS256, public_key_file: a}]",
			[]string{`keys[0].algorithm: unknown algorithm "RS256"; known algorithms are rsa_sha256`},
		},
		"none for custom": {
			"scheme: custom\nvalue: {header: S}\nsigned_string: \"{body}\"\nkeys: [{public_key_file: a}]",
			[]string{"keys[0].algorithm: missing; choose the sender's, one of rsa_sha256"},
		},
		"RSA without a file": {"keys: [{version: a}]", []string{"keys[0].public_key_file: missing; rsa_sha256 verifies with a public key"}},
		"RSA with a secret": {
			"keys: [{version: a, secret: " + testSecret + "}]",
			[]string{"keys[0]: rsa_sha256 verifies with a public key"},
		},
		"RSA with a secret file": {
			"keys: [{version: a, secret_file: a, public_key_file: b}]",
			[]string{"keys[0]: rsa_sha256 verifies with a public key"},
		},
		"HMAC with a public key": {
			github + "keys: [{public_key_file: a}]",
			[]string{"keys[0].public_key_file: hmac_sha256 verifies with a shared secret"},
		},
		"both secrets": {
			github + "keys: [{secret: " + testSecret + ", secret_file: b}]",
			[]string{"keys[0]: secret and secret_file exclude each other"},
		},
		"empty secret": {github + "keys: [{secret: \"\"}]", []string{"keys[0].secret: missing or empty"}},
		"short secret": {github + "keys: [{secret: fifteen-bytes-x}]", []string{"keys[0].secret: the secret has fewer than 16 bytes"}},
		"short when decoded": {
			github + "keys: [{secret: 0123456789abcdef0123456789abcd, secret_encoding: hex}]",
			[]string{"fewer than 16 bytes when decoded"},
		},
		"secret not hex": {
			github + "keys: [{secret: " + testSecret + "x, secret_encoding: hex}]",
			[]string{"keys[0].secret: the secret is not in its encoding"},
		},
		"secret encoding": {
			github + "keys: [{secret: " + testSecret + ", secret_encoding: base32}]",
			[]string{"keys[0].secret_encoding: unknown encoding"},
		},
		"PEM as a secret": {
			github + "keys: [{secret: \"-----BEGIN PUBLIC KEY-----\\nMFkw\\n-----END PUBLIC KEY-----\"}]",
			[]string{"keys[0].secret: this is a public key or a certificate"},
		},
		"bad date": {
			"keys: [{version: a, public_key_file: a, not_before: soon}]",
			[]string{`keys[0].not_before: "soon" is not an RFC 3339 date`},
		},
		"bad other date": {"keys: [{version: a, public_key_file: a, not_after: \"2026-02-30\"}]", []string{"keys[0].not_after"}},
		"dates the wrong way": {
			"keys: [{version: a, public_key_file: a, not_before: 2026-02-01T00:00:00Z, not_after: 2026-01-01T00:00:00Z}]",
			[]string{"keys[0].not_after: not after not_before"},
		},
		"consumer of no use": {
			github + "keys: [{secret: " + testSecret + ", consumer_id: a}]",
			[]string{"keys[0].consumer_id: the scheme carries no consumer"},
		},
		"another consumer": {
			"consumer_id: a\nkeys: [{version: a, public_key_file: a, consumer_id: b}]",
			[]string{"keys[0].consumer_id: signature.consumer_id accepts another"},
		},

		"RFC 9421, algorithm": {
			"scheme: rfc9421\nkeys: [{algorithm: hmac_sha1, secret: " + testSecret + "}]",
			[]string{"keys[0].algorithm: hmac_sha1 is not an algorithm of RFC 9421; those are rsa_sha256"},
		},
		"RFC 9421, nothing covered": {
			"scheme: rfc9421\ncomponents: []\nkeys: [{algorithm: hmac_sha256, secret: " + testSecret + "}]",
			[]string{"components: empty"},
		},
		"RFC 9421, component": {
			"scheme: rfc9421\ncomponents: [\"@body\"]\nkeys: [{algorithm: hmac_sha256, secret: " + testSecret + "}]",
			[]string{"components: \"@body\": not a component", "@target-uri"},
		},
		"RFC 9421, own parts": {
			"scheme: rfc9421\nsigned_string: \"{body}\"\nvalue: {header: S}\nkeys: [{algorithm: hmac_sha256, secret: " + testSecret + "}]",
			[]string{"signed_string: RFC 9421 says where this is", "value: RFC 9421"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			config, err := decodeYAML(test.yaml)
			require.NoError(t, err)
			err = config.Validate()
			requireError(t, err, test.want...)
			assert.NotContains(t, err.Error(), testSecret)
		})
	}
}

func nineKeys() []string {
	keys := make([]string, 9)
	for i := range keys {
		keys[i] = fmt.Sprintf("{version: v%d, secret: %s}", i, testSecret)
	}
	return keys
}

func TestValidateAcceptsWhatTheSpecificationShows(t *testing.T) {
	config := fromYAML(t, `
scheme: monitoring_gateway
url: ""
consumer_id: ""
refresh_interval: 5m
keys:
  - version: "1"
    consumer_id: ""
    algorithm: rsa_sha256
    public_key_file: v1.pub.pem
    not_before: ""
    not_after: ""
signed_string: "{consumer_id}\n{url}\n{timestamp}\n{key_version}\n{body}"
value:       {header: X-Signature, query: "", format: plain, separator: ",", select: [], prefix: "", encoding: base64}
timestamp:   {header: X-Timestamp, query: "", field: "", unit: ms, max_age: 10m, max_future: 1m}
key_version: {header: X-Key-Version, query: "", field: ""}
consumer:    {header: X-Consumer-Id, query: "", field: ""}
nonce:       {header: "", query: ""}
`)
	require.NoError(t, config.Validate())
}

func TestCoverageAndWarnings(t *testing.T) {
	for name, test := range map[string]struct {
		yaml                string
		covered, notCovered string
		warnings            []string
	}{
		"monitoring_gateway": {
			"scheme: monitoring_gateway", "body url timestamp key_version consumer_id", "method",
			[]string{"signature does not cover: method", "Host header"},
		},
		"monitoring_gateway with its URL": {
			"{scheme: monitoring_gateway, url: \"" + testURL + "\"}", "body url timestamp key_version consumer_id", "method",
			[]string{"signature does not cover: method"},
		},
		"walmart_service_registry": {
			"scheme: walmart_service_registry", "timestamp key_version consumer_id", "body url method",
			[]string{"signature does not cover: body, url, method"},
		},
		"github": {"scheme: github", "body", "url method timestamp", []string{"signature does not cover: url, method, timestamp"}},
		"weak digest and no separator": {
			`{scheme: github, signed_string: "{method}{path}{body|sha1|hex}"}`, "body url method", "timestamp",
			[]string{"does not cover", "MD5 or SHA-1", "nothing between {method} and {path}"},
		},
		"a time in the query": {
			`{scheme: github, signed_string: "{url}\\n{body}", timestamp: {query: ts}}`, "body url timestamp", "method", []string{
				"cover: method",
				"leave them empty only where the sender signs the URL that it calls",
			},
		},
		"a time in the query, which a fixed URL leaves out": {
			`{scheme: github, signed_string: "{url}\\n{body}", timestamp: {query: ts}, url: "` + testURL +
				`"}`, "body url", "method timestamp", []string{"cover: method, timestamp"},
		},
		"a time in a header that is signed by its name": {
			`{scheme: github, signed_string: "{header:X-At}\\n{body}", timestamp: {header: x-at}}`, "body timestamp", "url method",
			[]string{"cover: url, method"},
		},
		"rfc9421": {"scheme: rfc9421", "body url method timestamp", "", []string{"Host header"}},
		"rfc9421 over the path": {
			`{scheme: rfc9421, components: ["@path", x-who], consumer: {header: X-Who}}`, "url timestamp consumer_id", "body method",
			[]string{"does not cover: body, method"},
		},
		"rfc9421 where an alternative leaves the URL out": {
			`{scheme: rfc9421, components: ["@path|date", content-digest]}`, "body timestamp", "url method",
			[]string{"does not cover: url, method"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			config := fromYAML(t, test.yaml)
			covered, notCovered := Coverage(config)
			assert.Equal(t, test.covered, strings.Join(covered, " "))
			assert.Equal(t, test.notCovered, strings.Join(notCovered, " "))
			warnings := Warnings(config)
			require.Len(t, warnings, len(test.warnings), warnings)
			for i, part := range test.warnings {
				assert.Contains(t, warnings[i], part)
			}
		})
	}
	config := fromYAML(t, `{scheme: github, keys: [{algorithm: hmac_sha1, secret: `+testSecret+`}]}`)
	assert.Contains(t, strings.Join(Warnings(config), "\n"), "hmac_sha1 is out of date")
	gateway := fromYAML(t, `{}`)
	assert.Len(t, Warnings(gateway, Callback{SignatureURL: testURL}), 1, "a callback's URL does as well")
	assert.Len(t, Warnings(gateway, Callback{SignatureURL: testURL}, Callback{}), 2, "but every callback needs one")
	broken, notCovered := Coverage(&Config{})
	assert.Empty(t, broken)
	assert.Equal(t, []string{"body", "url", "method", "timestamp"}, notCovered)
	assert.Nil(t, Warnings(&Config{}))
}

func TestDescribe(t *testing.T) {
	config := fromYAML(t, `
keys:
  - {version: "1", public_key_file: a}
  - {version: "2", algorithm: ecdsa_sha256, public_key_file: b}
  - {version: "2", consumer_id: other, public_key_file: c}
`)
	d := Describe(config)
	assert.Equal(t, Description{"monitoring_gateway", []string{"rsa_sha256", "ecdsa_sha256"}, []string{"1", "2", "2@other"}}, d)
	assert.Equal(t, "monitoring_gateway, rsa_sha256 and ecdsa_sha256, key versions 1, 2, 2@other", d.String())
	assert.Equal(t, "github, hmac_sha256", Describe(fromYAML(t, `{scheme: github, keys: [{secret: x}]}`)).String())
}
