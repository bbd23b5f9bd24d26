// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package signature

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cxone-otel/cxonereceiver/internal/signature/refusal"
)

// requireJudged judges a request with a header. An empty reason means that it must be accepted.
func requireJudged(t *testing.T, verifier *Verifier, header, value string, reason Reason) {
	t.Helper()
	r := newRequest(t, http.MethodPost, testURL)
	r.Header.Set(header, value)
	_, err := judge(verifier, overTheWire(t, r), testBody, testNow)
	requireOutcome(t, err, reason, value)
}

func TestFieldsOfPairsMayNotComeTwice(t *testing.T) {
	config := fromYAML(t, `{scheme: stripe, keys: [{secret: `+testSecret+`}]}`)
	verifier := newVerifier(t, config)
	signature := "fada59049d1a44e07f2c632079f63a2a63a04637729a828458eb874fe60bd17e"
	for value, reason := range map[string]Reason{
		"t=1700000000,v1=" + signature:                                    "",
		"v1=" + signature + ", t=1700000000 ":                             "",
		"t=1700000000,v1=" + strings.Repeat("0", 64) + ",v1=" + signature: "",
		"t=1700000000,t=1700000000,v1=" + signature:                       refusal.ReasonDuplicate,
		"t=1700000000,t=1,v1=" + signature:                                refusal.ReasonDuplicate,
		"v1=" + signature:                                                 refusal.ReasonMissing,
		"t=,v1=" + signature:                                              refusal.ReasonMissing,
		"t=1700000000,v0=" + signature:                                    refusal.ReasonMissing,
		"t=1700000000,v1=" + signature[:62]:                               refusal.ReasonMalformed,
		"t=1700000000,v1=" + strings.Repeat("0", 64):                      refusal.ReasonBadSignature,
		"t=1700000001,v1=" + signature:                                    refusal.ReasonBadSignature,
		strings.Repeat("v1="+signature+",", 9) + "t=1700000000":           refusal.ReasonMalformed,
	} {
		requireJudged(t, verifier, "Stripe-Signature", value, reason)
	}
}

// The parts of `amx APP:SIGNATURE:NONCE:TIME` are fields by their position.
// printf 'appPOST1700000000n-1{"contactID":"123"}' | openssl dgst -sha256 -hmac 0123456789abcdef0123456789abcdef -binary | base64.
func TestPositions(t *testing.T) {
	config := fromYAML(t, `
scheme: custom
signed_string: "{consumer_id}{method}{timestamp}{nonce}{body}"
value: {header: Authorization, format: positions, separator: ":", select: ["2"], prefix: "amx "}
timestamp: {field: "4", unit: s}
consumer: {field: "1"}
nonce: {field: "3"}
keys: [{algorithm: hmac_sha256, secret: `+testSecret+`}]
`)
	verifier := newVerifier(t, config)
	const signature = "ByD9mYgwTn3rsNuwy48Mp3kY4Z8/mdRXKtoFiRT4oos="
	for value, reason := range map[string]Reason{
		"amx app:" + signature + ":n-1:1700000000":   "",
		"amx app:" + signature + ":n-1:1700000001":   refusal.ReasonBadSignature,
		"amx app:" + signature + ":n-2:1700000000":   refusal.ReasonBadSignature,
		"amx apq:" + signature + ":n-1:1700000000":   refusal.ReasonBadSignature,
		"amx app:" + signature + ":n-1:1600000000":   refusal.ReasonStale,
		"amx app:" + signature + ":n-1":              refusal.ReasonMissing,
		"amx app:" + signature + "::1700000000":      refusal.ReasonMissing,
		"app:" + signature + ":n-1:1700000000":       refusal.ReasonMissing,
		"amx app:n-1:" + signature + ":1700000000":   refusal.ReasonMalformed,
		"amx app:" + signature + ":n-1:1700000000:x": "", // further elements are ignored
	} {
		requireJudged(t, verifier, "Authorization", value, reason)
	}
	signer, err := NewSigner(config, Callback{}, SigningKey{Consumer: "app", Algorithm: "hmac_sha256", Secret: []byte(testSecret)})
	require.NoError(t, err)
	r := newRequest(t, http.MethodPost, testURL)
	require.NoError(t, signer.Sign(r, []byte(testBody), testNow))
	attempt, err := judge(verifier, overTheWire(t, r), testBody, testNow)
	require.NoError(t, err, r.Header)
	require.Equal(t, "app", attempt.Consumer())
}

func TestNamesOfPositionsAreNumbers(t *testing.T) {
	const scheme = "scheme: custom\nsigned_string: \"{body}\"\nkeys: [{algorithm: hmac_sha256, secret: " + testSecret + "}]\n"
	for text, want := range map[string]string{
		`value: {header: A, format: positions, separator: ":"}`: "value.select: positions needs " +
			"the names of the fields",
		`value: {header: A, format: positions, separator: ":", select: ["v1"]}`: "value.select: \"v1\" is not a position",
		`value: {header: A, format: positions, separator: ":", select: ["0"]}`:  "value.select: \"0\" is not a position",
		`value: {header: A, format: positions, separator: ":", select: ["01"]}`: "value.select: \"01\" is not a position",
		`value: {header: A, format: positions, separator: ":", select: ["99999"]}`: "value.select: " +
			"\"99999\" is not a position",
		"value: {header: A, format: positions, separator: ':', select: ['1']}\ntimestamp: {field: t}": "timestamp.field: \"t\" is not a position",
		"value: {header: A, format: list}\ntimestamp: {field: t}": "fields are there " +
			"only with value.format: pairs or positions",
		"value: {header: A}\ntimestamp: {header: T, layout: '02.01.2006'}": "timestamp.layout: \"02.01.2006\": " +
			"a time written in it is not read back",
		"value: {header: A}\ntimestamp: {header: T, unit: fortnights}": "unknown unit \"fortnights\"; known units are s, ms, us, ns, " +
			"rfc3339, http_date, us_date, iso8601, " +
			"iso8601_basic, dotnet_ticks, layout",
		"value: {header: A, encoding: base32}": "known encodings are base64, hex, base64_of_hex",
	} {
		config, err := decodeYAML(scheme + text)
		require.NoError(t, err, text)
		requireError(t, config.Validate(), want)
	}
	config := fromYAML(t, scheme+"value: {header: A}\ntimestamp: {header: T, layout: '2006-01-02 15:04:05', time_zone: Europe/Berlin}")
	require.NoError(t, config.Validate())
	require.Equal(t, "layout", config.Timestamp.Unit)
}
