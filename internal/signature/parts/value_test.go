// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package parts

import (
	"encoding/base64"
	"encoding/hex"
	"strings"
	"testing"

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
			decoded, err := decodeSignature(test.text, test.encoding)
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
	list := Value{Format: "list", Separator: " ", Prefix: "v1,", Encoding: "hex"}
	pairs := Value{Format: "pairs", Separator: ",", Select: []string{"v1", "v0"}, Encoding: "hex"}
	for name, test := range map[string]struct {
		value Value
		text  string
		want  []string
		err   error
	}{
		"plain":                       {Value{Encoding: "hex"}, "aa", []string{"aa"}, nil},
		"plain with its prefix":       {Value{Encoding: "hex", Prefix: "sha256="}, "sha256=aa", []string{"aa"}, nil},
		"plain without its prefix":    {Value{Encoding: "hex", Prefix: "sha256="}, "aa", nil, errPrefix},
		"plain, prefix in other case": {Value{Encoding: "hex", Prefix: "sha256="}, "SHA256=aa", nil, errPrefix},
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
			found, err := test.value.Signatures(test.text)
			if test.err != nil {
				require.ErrorIs(t, err, test.err)
				return
			}
			require.NoError(t, err)
			require.Equal(t, len(test.want), len(found))
			for i, signature := range found {
				assert.Equal(t, test.want[i], hex.EncodeToString(signature))
			}
		})
	}
}
