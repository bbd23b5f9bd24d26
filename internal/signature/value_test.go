// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package signature

import (
	"encoding/base64"
	"encoding/hex"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestEncodings(t *testing.T) {
	raw := append([]byte{0xfb, 0xff, 0xfe}, make([]byte, 28)...) // 31 bytes: both alphabets differ, and there is padding
	std := base64.StdEncoding.EncodeToString(raw)
	for name, test := range map[string]struct {
		encoding, text string
		ok             bool
	}{
		"std, padded":              {"base64", std, true},
		"std, not padded":          {"base64", strings.TrimRight(std, "="), true},
		"url, padded":              {"base64", base64.URLEncoding.EncodeToString(raw), true},
		"url, not padded":          {"base64", base64.RawURLEncoding.EncodeToString(raw), true},
		"both alphabets":           {"base64", "-" + std[1:3] + "/" + std[4:], false},
		"too much padding":         {"base64", std + "=", false},
		"padding in the middle":    {"base64", "AA==" + std, false},
		"bits after the end":       {"base64", strings.TrimRight(std, "AE=") + "B==", false},
		"a line end":               {"base64", std[:10] + "\n" + std[10:], false},
		"a carriage return":        {"base64", std + "\r", false},
		"a blank":                  {"base64", " " + std, false},
		"hex":                      {"hex", hex.EncodeToString(raw), true},
		"hex, upper case":          {"hex", strings.ToUpper(hex.EncodeToString(raw)), true},
		"hex, odd":                 {"hex", hex.EncodeToString(raw)[1:], false},
		"hex, not hex":             {"hex", "0g", false},
		"hex with 0x":              {"hex", "0x" + hex.EncodeToString(raw), false},
		"base64 where hex belongs": {"hex", std, false},
	} {
		t.Run(name, func(t *testing.T) {
			decoded, err := decodeSignature(nil, []byte(test.text), test.encoding)
			if test.ok {
				require.NoError(t, err)
				assert.Equal(t, raw, decoded)
				return
			}
			require.Error(t, err)
		})
	}
}

func TestValueFormats(t *testing.T) {
	list := ValueConfig{Format: "list", Separator: " ", Prefix: "v1,", Encoding: "hex"}
	pairs := ValueConfig{Format: "pairs", Separator: ",", Select: []string{"v1", "v0"}, Encoding: "hex"}
	for name, test := range map[string]struct {
		value ValueConfig
		text  string
		want  []string
		err   error
	}{
		"plain":                       {ValueConfig{Encoding: "hex"}, "aa", []string{"aa"}, nil},
		"plain with its prefix":       {ValueConfig{Encoding: "hex", Prefix: "sha256="}, "sha256=aa", []string{"aa"}, nil},
		"plain without its prefix":    {ValueConfig{Encoding: "hex", Prefix: "sha256="}, "aa", nil, errPrefix},
		"plain, prefix in other case": {ValueConfig{Encoding: "hex", Prefix: "sha256="}, "SHA256=aa", nil, errPrefix},
		"list":                        {list, "v1,aa v1,bb", []string{"aa", "bb"}, nil},
		"list with others":            {list, "v2,zz  v1,aa v1a,bb", []string{"aa"}, nil},
		"list of others":              {list, "v2,zz", nil, nil},
		"list with a broken one":      {list, "v1,aa v1,zz", nil, errEncoding},
		"list, too long":              {list, strings.Repeat("v1,aa ", 9), nil, errTooMany},
		"list, separators only":       {list, "   ", nil, nil},
		"pairs":                       {pairs, "t=1,v1=aa", []string{"aa"}, nil},
		"pairs with blanks":           {pairs, " t = 1 ,\tv1 = aa , v0=bb", []string{"aa", "bb"}, nil},
		"pairs, twice":                {pairs, "v1=aa,v1=bb", []string{"aa", "bb"}, nil},
		"pairs of others":             {pairs, "t=1,v2=aa", nil, nil},
		"pairs without a value":       {pairs, "v1,v1=", nil, nil},
		"pairs, broken":               {pairs, "v1=xyz", nil, errEncoding},
		"pairs with an equals sign":   {pairs, "v1=aa=", nil, errEncoding},
	} {
		t.Run(name, func(t *testing.T) {
			var found signatures
			err := found.read(&test.value, test.text)
			if test.err != nil {
				require.ErrorIs(t, err, test.err)
				return
			}
			require.NoError(t, err)
			require.Equal(t, len(test.want), found.count)
			for i, signature := range found.all() {
				assert.Equal(t, test.want[i], hex.EncodeToString(signature))
			}
		})
	}
}

func TestFieldsOfPairsMayNotComeTwice(t *testing.T) {
	config := fromYAML(t, `{scheme: stripe, keys: [{secret: `+testSecret+`}]}`)
	verifier := newVerifier(t, config)
	signature := "fada59049d1a44e07f2c632079f63a2a63a04637729a828458eb874fe60bd17e"
	for value, reason := range map[string]Reason{
		"t=1700000000,v1=" + signature:                                    "",
		"v1=" + signature + ", t=1700000000 ":                             "",
		"t=1700000000,v1=" + strings.Repeat("0", 64) + ",v1=" + signature: "",
		"t=1700000000,t=1700000000,v1=" + signature:                       ReasonDuplicate,
		"t=1700000000,t=1,v1=" + signature:                                ReasonDuplicate,
		"v1=" + signature:                                                 ReasonMissing,
		"t=,v1=" + signature:                                              ReasonMissing,
		"t=1700000000,v0=" + signature:                                    ReasonMissing,
		"t=1700000000,v1=" + signature[:62]:                               ReasonMalformed,
		"t=1700000000,v1=" + strings.Repeat("0", 64):                      ReasonBadSignature,
		"t=1700000001,v1=" + signature:                                    ReasonBadSignature,
		strings.Repeat("v1="+signature+",", 9) + "t=1700000000":           ReasonMalformed,
	} {
		r := newRequest(t, http.MethodPost, testURL)
		r.Header.Set("Stripe-Signature", value)
		_, err := judge(verifier, overTheWire(t, r), testBody, testNow)
		if reason == "" {
			require.NoError(t, err, value)
			continue
		}
		requireRefused(t, err, reason)
	}
}

func TestTimestamps(t *testing.T) {
	now := testNow
	for name, test := range map[string]struct {
		unit, text string
		reason     Reason
		hint       string
	}{
		"s": {"s", "1700000000", "", ""}, "ms": {"ms", "1700000000000", "", ""}, "us": {"us", "1700000000000000", "", ""},
		"ns": {"ns", "1700000000000000000", "", ""}, "rfc3339": {"rfc3339", "2023-11-14T23:13:20.5+01:00", "", ""},
		"http_date":                    {"http_date", "Tue, 14 Nov 2023 22:13:20 GMT", "", ""},
		"as old as may be":             {"s", "1699999400", "", ""},
		"older":                        {"s", "1699999399", ReasonStale, ""},
		"as far ahead as may be":       {"s", "1700000060", "", ""},
		"further":                      {"s", "1700000061", ReasonFuture, ""},
		"seconds for ms":               {"ms", "1700000000", ReasonStale, "set timestamp.unit: s if"},
		"ms for seconds":               {"s", "1700000000000", ReasonFuture, "set timestamp.unit: ms if"},
		"a date for seconds":           {"s", "2023-11-14T22:13:20Z", ReasonMalformed, "set timestamp.unit: rfc3339 if"},
		"seconds for a date":           {"http_date", "1700000000", ReasonMalformed, "set timestamp.unit: s if"},
		"zero":                         {"s", "0", ReasonStale, ""},
		"negative":                     {"s", "-1", ReasonMalformed, ""},
		"a fraction":                   {"s", "1700000000.5", ReasonMalformed, ""},
		"an exponent":                  {"s", "17e8", ReasonMalformed, ""},
		"hexadecimal":                  {"s", "0x6553f100", ReasonMalformed, ""},
		"with an underscore":           {"s", "1_700_000_000", ReasonMalformed, ""},
		"a blank":                      {"s", " 1700000000", ReasonMalformed, ""},
		"the largest":                  {"s", "9223372036854775807", ReasonFuture, ""},
		"one more":                     {"s", "9223372036854775808", ReasonMalformed, ""},
		"the largest ns":               {"ns", "9223372036854775807", ReasonFuture, ""},
		"one that would wrap into now": {"s", "18446744011009551616", ReasonMalformed, ""},
		"an RFC 3339 date that is not": {"rfc3339", "2023-13-14T22:13:20Z", ReasonMalformed, ""},
	} {
		t.Run(name, func(t *testing.T) {
			at, refusal := clockWindow{test.unit, 10 * time.Minute, time.Minute}.check(test.text, now)
			if test.reason == "" {
				require.Nil(t, refusal)
				assert.WithinDuration(t, now, at, 10*time.Minute)
				return
			}
			require.NotNil(t, refusal)
			assert.Equal(t, test.reason, refusal.Reason, refusal.Detail)
			assert.Contains(t, refusal.Detail, test.hint)
		})
	}
	for _, unit := range unitNames {
		at, err := parseTime(formatTime(now, unit), unit)
		require.NoError(t, err)
		assert.Equal(t, now, at.UTC(), unit)
	}
}
