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
		"std, padded":                {"base64", std, true},
		"std, not padded":            {"base64", strings.TrimRight(std, "="), true},
		"url, padded":                {"base64", base64.URLEncoding.EncodeToString(raw), true},
		"url, not padded":            {"base64", base64.RawURLEncoding.EncodeToString(raw), true},
		"both alphabets":             {"base64", "-" + std[1:3] + "/" + std[4:], false},
		"too much padding":           {"base64", std + "=", false},
		"padding in the middle":      {"base64", "AA==" + std, false},
		"bits after the end":         {"base64", strings.TrimRight(std, "AE=") + "B==", false},
		"a line end":                 {"base64", std[:10] + "\n" + std[10:], false},
		"a carriage return":          {"base64", std + "\r", false},
		"a blank":                    {"base64", " " + std, false},
		"hex":                        {"hex", hex.EncodeToString(raw), true},
		"hex, upper case":            {"hex", strings.ToUpper(hex.EncodeToString(raw)), true},
		"hex, odd":                   {"hex", hex.EncodeToString(raw)[1:], false},
		"hex, not hex":               {"hex", "0g", false},
		"hex with 0x":                {"hex", "0x" + hex.EncodeToString(raw), false},
		"base64 where hex belongs":   {"hex", std, false},
		"hex with dashes":            {"hex", separated(raw, "-"), true},
		"hex with colons":            {"hex", strings.ToUpper(separated(raw, ":")), true},
		"hex with blanks":            {"hex", separated(raw, " "), false},
		"hex with both":              {"hex", strings.Replace(separated(raw, "-"), "-", ":", 1), false},
		"hex with a dash too few":    {"hex", strings.Replace(separated(raw, "-"), "-", "", 1), false},
		"hex with a dash too many":   {"hex", separated(raw, "-") + "-", false},
		"hex with dashes by nibbles": {"hex", "f-b", false},
		"base64 of hex":              {"base64_of_hex", base64.StdEncoding.EncodeToString([]byte(hex.EncodeToString(raw))), true},
		"base64 of upper hex": {
			"base64_of_hex",
			base64.RawURLEncoding.EncodeToString([]byte(strings.ToUpper(hex.EncodeToString(raw)))),
			true,
		},
		"base64 of bytes":              {"base64_of_hex", std, false},
		"hex where its base64 belongs": {"base64_of_hex", hex.EncodeToString(raw), false},
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
		"list with a broken one":      {list, "v1,zz v1,aa v1,a", []string{"aa"}, nil},
		"list of broken ones":         {list, "v1,zz v1,a", nil, errEncoding},
		"list, too long":              {list, strings.Repeat("v1,aa ", 9), nil, errTooMany},
		"list, separators only":       {list, "   ", nil, nil},
		"pairs":                       {pairs, "t=1,v1=aa", []string{"aa"}, nil},
		"pairs with blanks":           {pairs, " t = 1 ,\tv1 = aa , v0=bb", []string{"aa", "bb"}, nil},
		"pairs, twice":                {pairs, "v1=aa,v1=bb", []string{"aa", "bb"}, nil},
		"pairs of others":             {pairs, "t=1,v2=aa", nil, nil},
		"pairs without a value":       {pairs, "v1,v1=", nil, nil},
		"pairs with a broken one":     {pairs, "v1=xyz,v0=aa", []string{"aa"}, nil},
		"pairs, broken":               {pairs, "v1=xyz", nil, errEncoding},
		"pairs with an equals sign":   {pairs, "v1=aa=", nil, errEncoding},
		"pairs in quotes":             {pairs, `t="1", v1="aa" ,v0 = "bb"`, []string{"aa", "bb"}, nil},
		"pairs with half a quote":     {pairs, `v1="aa`, nil, errEncoding},
		"pairs with one quote":        {pairs, `v1="`, nil, errEncoding},
		"pairs after a prefix": {
			Value{Format: "pairs", Separator: ",", Select: []string{"signature"}, Prefix: "Signature ", Encoding: "hex"},
			`Signature keyId="k",signature="aa"`,
			[]string{"aa"},
			nil,
		},
		"pairs, a prefix of each": {
			Value{Format: "pairs", Separator: ",", Select: []string{"s"}, Prefix: "sha256=", Encoding: "hex"},
			`t=1,s=sha256=aa,s=sha1=bb`,
			[]string{"aa"},
			nil,
		},
		"positions": {
			Value{Format: "positions", Separator: ".", Select: []string{"2"}, Encoding: "hex"},
			"1764259260.aabb",
			[]string{"aabb"},
			nil,
		},
		"positions after a prefix": {
			Value{Format: "positions", Separator: ":", Select: []string{"2"}, Prefix: "amx ", Encoding: "hex"},
			"amx app:aa:nonce:1700000000",
			[]string{"aa"},
			nil,
		},
		"positions, too few": {
			Value{Format: "positions", Separator: ":", Select: []string{"5"}, Encoding: "hex"},
			"app:aa:nonce:1700000000",
			nil,
			nil,
		},
		"positions, two": {
			Value{Format: "positions", Separator: ":", Select: []string{"1", "3"}, Encoding: "hex"},
			"aa:bb:cc",
			[]string{"aa", "cc"},
			nil,
		},
		"positions, not trimmed": {
			Value{Format: "positions", Separator: ":", Select: []string{"2"}, Encoding: "hex"},
			"t: aa",
			nil,
			errEncoding,
		},
		"positions, too many": {
			Value{Format: "positions", Separator: ":", Select: strings.Split("1 2 3 4 5 6 7 8 9", " "), Encoding: "hex"},
			"a0:a1:a2:a3:a4:a5:a6:a7:a8",
			nil,
			errTooMany,
		},
		"a list without the prefix": {
			Value{Format: "list", Separator: ",", Prefix: "sha256=", Encoding: "hex"},
			"sha1=zz, sha256=aa",
			[]string{"aa"},
			nil,
		},
	} {
		t.Run(name, func(t *testing.T) {
			found, err := test.value.Signatures(test.text)
			if test.err != nil {
				require.ErrorIs(t, err, test.err)
				return
			}
			require.NoError(t, err)
			require.Len(t, found, len(test.want))
			for i, signature := range found {
				assert.Equal(t, test.want[i], hex.EncodeToString(signature))
			}
		})
	}
}

// separated writes hex with a separator between all bytes.
func separated(raw []byte, separator string) string {
	var bytes []string
	for _, b := range raw {
		bytes = append(bytes, hex.EncodeToString([]byte{b}))
	}
	return strings.Join(bytes, separator)
}

// Reading ends for every text of a sender, and what a signer writes is read back.
func FuzzValue(f *testing.F) {
	f.Add("pairs", ",", "v1", "", "hex", `t="1", v1=aa`)
	f.Add("positions", ".", "2", "amx ", "base64", "amx 1700000000.AAAA")
	f.Add("list", " ", "", "v1,", "base64_of_hex", "v1,YWE= v2,zz")
	f.Add("plain", "", "", "sha256=", "hex", "sha256=aa:bb")
	f.Add("positions", ":", "3", "", "hex", strings.Repeat(":", 100))
	f.Fuzz(func(t *testing.T, format, separator, selected, prefix, encoding, text string) {
		v := Value{Format: format, Separator: separator, Select: []string{selected}, Prefix: prefix, Encoding: encoding}
		if format != FormatPlain && separator == "" {
			t.Skip("refused at start-up")
		}
		found, err := v.Signatures(text)
		if err != nil && len(text) > 0 && len(err.Error()) > 40 {
			t.Fatal("an error that may quote the value")
		}
		if len(found) > MaxSignatures {
			t.Fatal("too many")
		}
		fields := 0
		for range v.Fields(text) {
			fields++
		}
		if fields > strings.Count(text, separator)+1 {
			t.Fatal("more fields than elements")
		}
		for _, one := range found {
			again, err := decodeSignature(encodeSignature(one, encoding), encoding)
			if err != nil || string(again) != string(one) {
				t.Fatalf("%x is read back as %x, %v", one, again, err)
			}
		}
	})
}
