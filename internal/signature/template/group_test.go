// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package template

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cxone-otel/cxonereceiver/internal/signature/refusal"
)

func TestGroupsRender(t *testing.T) {
	const body = " Body\n"
	for text, wanted := range map[string]string{
		`{({method} {path})}`:                     "POST /a%2Fb/",
		`<{({method} {path})|lower}>`:             "<post /a%2fb/>",
		`{(a\(b\)\{c\}\\{method})}`:               `a(b){c}\POST`,
		`{(a(b{method})}`:                         "a(bPOST",
		`{(({method}))}`:                          "", // see below: ) ends the group
		`a(b){method})`:                           "a(b)POST)",
		`{({({method})|lower}{body})|trim|upper}`: "POST BODY",
		`{()}{method}`:                            "POST",
		// printf 'Consumer\n1700000000\n Body\n' | openssl dgst -sha256 -r
		`{({consumer_id}\n{timestamp}\n{body})|sha256|hex}`: "9b9fe8f959d395410a186d82943b61ad49d6efb9d6388726d31645381059fe88",
		// printf ' Body\n' | openssl dgst -sha384 -r
		`{body|sha384|hex}`: "37ee6edfd72d5397dc08053ecc83b2cf9681da4b41ca1d72d3f9b45c7d25f1e1e27005eb76d5b1c32754b3150a67b2c8",
		// printf 'POST(%s)' "$(printf 'v7 Body\n' | openssl dgst -sha1 -r | cut -d' ' -f1)" | openssl dgst -sha512 -binary | base64 -w0
		`{({method}\({({key_version}{body})|sha1|hex}\))|sha512|base64}`: "s28YVo9oEQ0M18YCnXZ56okWeVwL9USX0B+x8CoPJUIptOh6hUJ+oAxGBD2rBNiry" +
			"GCD80zcNtPN+6b2B5qm9Q==",
		// printf Value | iconv -t UTF-16LE | xxd -p
		`{header:X-Mixed|utf16le|hex}`: "560061006c0075006500",
		// python3 -c "import urllib.parse; print(urllib.parse.quote('https://Inner.example:8443/a%2Fb/?x=1&y=%2f+z', safe='~'))"
		`{url|urlencode}`: "https%3A%2F%2FInner.example%3A8443%2Fa%252Fb%2F%3Fx%3D1%26y%3D%252f%2Bz",
	} {
		t.Run(text, func(t *testing.T) {
			parsed, err := Parse(text)
			if wanted == "" {
				require.ErrorContains(t, err, `the ) at byte 11 ends the group, and | or } has to follow; write \)`)
				return
			}
			require.NoError(t, err)
			assert.Equal(t, wanted, string(parsed.renderer(templateRequest(t), []byte(body)).whole()))
		})
	}
}

func TestUTF16OfWhatIsBeyondTheFirstPlane(t *testing.T) {
	// printf '\xf0\x9f\x98\x80' | iconv -f UTF-8 -t UTF-16LE | xxd -p
	parsed, err := Parse(`{body|utf16le|hex}`)
	require.NoError(t, err)
	assert.Equal(t, "3dd800de", string(parsed.renderer(templateRequest(t), []byte("😀")).whole()))
	assert.Equal(t, "fdff", string(parsed.renderer(templateRequest(t), []byte{0xff}).whole()))
}

func TestJSONIsWrittenAnew(t *testing.T) {
	for name, test := range map[string]struct{ template, body, want string }{
		"compact": {
			`{body|json_compact}`,
			" { \"b\" : [ 1.0 , \"a  \\u0041\\/\" ] ,\r\n\t\"a\" : { } }\n",
			`{"b":[1.0,"a  \u0041\/"],"a":{}}`,
		},
		"compact, within a group": {`{({timestamp}.{body|json_compact})|upper}`, `{ "a": 1 }`, `1700000000.{"A":1}`},
		"compact of a group":      {`{({body})|json_compact}`, `[ ]`, `[]`},
		// RFC 8785 section 3.2.2 and 3.2.3.
		"canonical": {`{body|json_canonical}`, `{
  "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
  "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
  "literals": [null, true, false]
}`, `{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\u000f\nA'B\"\\\\\"/"}`},
		// RFC 8785 section 3.2.3: names are sorted by UTF-16 code units.
		"canonical, order": {
			`{body|json_canonical}`, `{"\u20ac": "Euro Sign", "\r": "Carriage Return", "\ufb33": "Hebrew Letter Dalet With Dagesh", "1": ` +
				`"One", "\ud83d\ude00": "Emoji: Grinning Face", "\u0080": "Control", "\u00f6": "Latin Small Letter O With Diaeresis"}`,
			"{\"\\r\":\"Carriage Return\",\"1\":\"One\",\"\u0080\":\"Control\",\"ö\":\"Latin Small Letter O With Diaeresis\",\"€\":\"Euro " +
				"Sign\",\"😀\":\"Emoji: Grinning Face\",\"\ufb33\":\"Hebrew Letter Dalet With Dagesh\"}",
		},
		// RFC 8785 appendix B, some of the numbers.
		"canonical, numbers": {
			`{body|json_canonical}`, `[0, -0, 9007199254740992, 295147905179352830000, 1e23, 1e21, 999999999999999900000, ` +
				`9.999999999999997e22, 0.000001, 1e-7, 333333333.33333325, -0.0000033333333333333333, 1424953923781206.25]`,
			`[0,0,9007199254740992,295147905179352830000,1e+23,1e+21,999999999999999900000,9.999999999999997e+22,0.000001,1e-7,` +
				`333333333.33333325,-0.0000033333333333333333,1424953923781206.2]`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			parsed, err := Parse(test.template)
			require.NoError(t, err)
			rendering := parsed.renderer(templateRequest(t), []byte(test.body))
			assert.Equal(t, test.want, string(rendering.whole()))
			assert.Nil(t, rendering.refused)
		})
	}
}

func TestWhatIsNotJSONIsRefusedUnderAJSONFilter(t *testing.T) {
	for _, text := range []string{`{body|json_compact}`, `{body|json_canonical}`, `{({method}{body|json_compact})|sha256}`} {
		parsed, err := Parse(text)
		require.NoError(t, err)
		for name, body := range map[string]string{
			"empty": "", "a word": "secret-word", "a duplicate name": `{"a":1,"b":2,"a":1}`, "a duplicate name, escaped": `{"a":1,"\u0061":2}`,
			"a duplicate name below": `[{"x":{"b":1,"b":1}}]`,
			"two values":             `{} {}`, "cut": `{"a":`, "a comment": "{}//", "single quotes": "{'a':1}", "NaN": "[NaN]",
		} {
			rendering := parsed.renderer(templateRequest(t), []byte(body))
			rendering.whole()
			require.NotNil(t, rendering.refused, "%s %s", text, name)
			assert.Equal(t, refusal.ReasonMalformed, rendering.refused.Reason)
			assert.NotContains(t, rendering.refused.Error(), "secret-word")
		}
	}
}

func TestFaultsOfTemplatesAreNamed(t *testing.T) {
	for text, want := range map[string]string{
		`{(`:                      "the {( at byte 0 is never closed",
		`a{({method}`:             "the {( at byte 1 is never closed",
		`{({method})`:             "the { at byte 0 is never closed",
		`{({method})x}`:           "the ) at byte 10 ends the group",
		`{({method})|}`:           `unknown filter "" in {({method})} at byte 0`,
		`{({method})|sha3}`:       `unknown filter "sha3"`,
		`{({nope})}`:              "unknown atom {nope} at byte 2",
		`{({method}\x)}`:          `unknown escape at byte 10; known escapes are \n \t \\ \{ \} \( \)`,
		`{(constant)|sha256|hex}`: "holds nothing of the request",
		`{secret}`:                "holds nothing of the request",
		`{()}`:                    "holds nothing of the request",
		strings.Repeat("{(", 9):   "the group at byte 16 stands in 8 others",
		`{secret:x}`:              "unknown atom {secret:x}",
		`{body|json}`:             "json_compact json_canonical",
		`{body|sha256|hex`:        "the { at byte 0 is never closed",
		`{({body|sha256)|hex}`:    `unknown filter "sha256)"`,
	} {
		_, err := Parse(text)
		require.ErrorContains(t, err, want, text)
	}
}

// A hash has a fixed length, so it cannot lend bytes to its neighbour.
func TestNeighboursAreWarnedOf(t *testing.T) {
	for text, warnings := range map[string]int{
		`{method}{path}`: 1, `{method}{path|sha256|hex}`: 0, `{method|sha256|hex|trim}{path}`: 1, `{method|sha256}{path}`: 0,
		`{({method}{path})|sha256}`: 1,
		`{({method}.{path})}{body}`: 1, `{({method}.{path})|sha512|base64url}{body}`: 0, `{method}.{path}`: 0, `{body|md5|hex}.{path|sha1}`: 2,
	} {
		parsed, err := Parse(text)
		require.NoError(t, err)
		assert.Len(t, (&Method{template: parsed}).Warnings(), warnings, text)
	}
}
