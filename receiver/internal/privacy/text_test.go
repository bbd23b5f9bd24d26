// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package privacy

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

// with returns the defaults with another policy for numbers, names and messages.
func with(numbers, names, messages Policy) Policies {
	p := defaults()
	p.PhoneNumbers, p.AgentNames, p.ResponseMessage, p.HashKey = numbers, names, messages, []byte("0123456789abcdef")
	return p
}

func TestTextThatCannotBeTakenApart(t *testing.T) {
	for given, want := range map[string]string{
		// Numbers, with separators between their digits.
		`[["+18018675309","Sherlock Holmes"]]`:     `[["+****5309","Sherlock Holmes"]]`,
		`["+1 801 867 5309"]`:                      `["+****5309"]`,
		`["+1 (801) 867-5309", "801.867.5309"]`:    `["+****5309", "****5309"]`,
		"[\"1\u00a0801\u2011867\u200b5309\"]":      `["****5309"]`,
		`["\u0038\u0030\u00318675309"]`:            `["****5309"]`,
		`["٠١٢٣٤٥٦٧٨", "１２３４５６７"]`:                 `["****٥٦٧٨", "****４５６７"]`,
		`[18018675309, 1174]`:                      `["****5309", 1174]`,
		`"extension 1174, 12:30, 123456"`:          `"extension 1174, 12:30, 123456"`,
		`{"+18018675309":1}`:                       `{"+****5309":1}`,
		`{"x":{"y":["call 801 867 5309"]}}`:        `{"x":{"y":["call ****5309"]}}`,
		`{"x":8018675309,"ContactId":8018675309}`:  `{"x":"****5309","ContactId":8018675309}`,
		"\ufeff" + `[["+18018675309"]]`:            "\ufeff" + `[["+****5309"]]`,
		`{"metadata":"call 801 867 5309"}`:         `{"metadata":"call ****5309"}`,
		`{"metadata":"[{\"To\":\"+18018675309\""}`: `{"metadata":"[{\"To\":\"+****5309\""}`,
		`{"metadata":["\ufeff{\"To\":1174}"]}`:     `{"metadata":["{\"To\":\"****\"}"]}`,
		`broken \u0038\u0030\u00318675309 \u00zz`:  `broken ****5309 \u00zz`,
		// Addresses.
		`["//u:pw@h", "https:/u:pw@h", "u:pw@h"]`:            `["//h", "[redacted]", "[redacted]"]`,
		`["see https://u:pw@h/x?k=1, please"]`:               `["see https://h/x please"]`,
		`["https://u:pw@h/x and https://u:pw@h/y"]`:          `["[redacted] and https://h/y"]`,
		`["https://u:1 2@h"]`:                                `["[redacted] [redacted]"]`,
		`["mail holmes@example.com"]`:                        `["mail [redacted]"]`,
		`{"metadata":"{\"apiEndpoint\":\"https://u:pw@h/x"}`: `{"metadata":"{\"apiEndpoint\":\"https://h/x"}`,
		`{"x":"//u:pw@h","u:pw@h":1}`:                        `{"x":"//h","[redacted]":1}`,
		`[{"apiEndpoint": "https:\/\/u:pw@h"`:                `[{"apiEndpoint": "[redacted]"`,
	} {
		p := defaults()
		assert.Equal(t, strings.ReplaceAll(want, " ", ""), strings.ReplaceAll(p.Raw(given), " ", ""), given)
	}
}

func TestTextIsLeftOutWhereAPolicyWantsMoreThanAMask(t *testing.T) {
	const broken = `{"metadata":"[{\"Agent\":\"Sherlock Holmes\",\"apiResponseMessage\":\"no such account\",\"To\":\"1174\""}`
	for name, tc := range map[string]struct {
		p                  Policies
		broken, list, text string
	}{
		"numbers dropped": {
			with(Drop, Keep, Keep),
			`{"metadata":"[78 bytes left out]"}`,
			`["[15 bytes left out]","[4 bytes left out]"]`,
			"[5 bytes left out]",
		},
		"numbers hashed": {
			with(Hash, Keep, Keep),
			`{"metadata":"[78 bytes left out]"}`,
			`["[15 bytes left out]","[4 bytes left out]"]`,
			"[5 bytes left out]",
		},
		"names dropped": {
			with(Keep, Drop, Keep),
			`{"metadata":"[78 bytes left out]"}`,
			`["[15 bytes left out]","[4 bytes left out]"]`,
			"[5 bytes left out]",
		},
		"names hashed": {
			with(Keep, Hash, Keep),
			`{"metadata":"[78 bytes left out]"}`,
			`["[15 bytes left out]","[4 bytes left out]"]`,
			"[5 bytes left out]",
		},
		"messages dropped": {
			with(Keep, Keep, Drop),
			`{"metadata":"[78 bytes left out]"}`,
			`["[15 bytes left out]","[4 bytes left out]"]`,
			"[5 bytes left out]",
		},
		"names masked": {
			with(Keep, Mask, Keep), `{"metadata":"[{\"A.\":\"S. H.\",\"a.\":\"n. s. a.\",\"T.\":\"1174\""}`,
			`["S. H.","1174"]`, "n. a.",
		},
		"all kept": {with(Keep, Keep, Keep), broken, `["Sherlock Holmes","1174"]`, "no ab"},
	} {
		assert.Equal(t, tc.broken, tc.p.Raw(broken), name)
		assert.Equal(t, tc.list, strings.ReplaceAll(tc.p.Raw(`["Sherlock Holmes","1174"]`), "\n", ""), name)
		assert.Equal(t, tc.text, strings.Trim(tc.p.Raw("no ab"), `"`), name)
	}
	// Text that can be parsed is not left out.
	p := with(Drop, Drop, Drop)
	assert.Equal(t, `{"ContactId":1,"x":"y"}`, p.Raw(`{"ContactId":1,"Agent":"Sherlock Holmes","x":"y","To":"1174"}`))
}

func TestJSONInAnUnknownFieldIsFound(t *testing.T) {
	p := with(Mask, Mask, Keep)
	for given, want := range map[string]string{
		"\ufeff" + `{"From":"+18018675309"}`:       `{"From":"****5309"}`,
		"\u200b \ufeff" + `[{"From ":"1174"}]`:     `[{"From ":"****"}]`,
		`{" fROM\u00a0":"+18018675309"}`:           `{" fROM` + "\u00a0" + `":"****5309"}`,
		`"{\"Agent\":\"Sherlock Holmes\"}"`:        `"{\"Agent\":\"S. H.\"}"`,
		`[{"From":"+18018675309","Agent":"Sherlo`:  `[{"F.":"+****5309","A.":"S.`,
		`"quoted" +18018675309`:                    `"quoted" +18018675309`,
		`a text of its own, 18018675309 in it`:     `a text of its own, 18018675309 in it`,
		"\ufeff" + `{"a":"+18018675309", "b": 2 }`: "\ufeff" + `{"a":"+18018675309", "b": 2 }`,
	} {
		assert.Equal(t, want, p.Text(given, false), given)
	}
}

// TestLongTextTakesLinearTime has texts that make a careless search start over and over.
func TestLongTextTakesLinearTime(t *testing.T) {
	p := defaults()
	started := time.Now()
	for _, piece := range []string{"1 ", "1      x", "a@b ", "//", "@", `\u00`, "://u:p@h ", "[", `{"a":`, `"`, `\"`} {
		p.Raw(strings.Repeat(piece, 1<<20/len(piece)))
		p.Text(`["`+strings.Repeat(piece, 1<<20/len(piece)), false)
	}
	assert.Less(t, time.Since(started), 20*time.Second)
	t.Log(time.Since(started))
}
