// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package privacy

import (
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/cxone-otel/cxonereceiver/receiver/internal/payload"
)

// defaults are those of the configuration.
func defaults() Policies {
	return Policies{PhoneNumbers: Mask, AgentNames: Keep, URLQuery: Drop, ResponseMessage: Keep, ExtraFields: Keep}
}

// strict are the strictest masks.
func strict() Policies {
	return Policies{PhoneNumbers: Mask, AgentNames: Mask, URLQuery: Drop, ResponseMessage: Drop, ExtraFields: Keep}
}

func TestMaskedNumbers(t *testing.T) {
	for number, want := range map[string]string{
		"sips:+1-801-867-5309@sbc.example.org:5061;transport=tls": "****5309",
		`"Holmes, S. 221" <sip:+18018675309@10.0.0.1>`:            "****5309",
		"sip:1174@18018675309.example.org":                        "****",
		"tel:+44.207.946.0812":                                    "****0812",
		"+18018675309 x 12":                                       "****0912",
		"1234567":                                                 "****4567",
		"123456":                                                  "****",
		"+":                                                       "****",
		" ":                                                       "****",
		"true":                                                    "****",
		"@18018675309":                                            "****",
		"٠١٢٣٤٥٦٧٨":                                               "****",
	} {
		assert.Equal(t, want, maskNumber(number), number)
	}
}

func TestInitialsInSeveralScripts(t *testing.T) {
	for name, want := range map[string]string{
		"Ирина Ивановна": "И. И.", "Γιώργος Παπαδόπουλος": "Γ. Π.", "محمد علي": "م. ع.", "田中太郎": "田.",
		"김 철수": "김. 철.", "อรุณ ศรี": "อ. ศ.",
		"José Á. Núñez": "J. Á. N.", "e\u0301va": "e.", "O'Brien-Smith": "O. B. S.",
		"  ": "****", "4711": "****", "👍": "****", "agent_42": "a.",
	} {
		assert.Equal(t, want, initials(name), name)
	}
}

func TestHashVectors(t *testing.T) {
	p := Policies{PhoneNumbers: Hash, AgentNames: Hash, HashKey: []byte("0123456789abcdef")}
	// printf %s "Sherlock Holmes" | openssl dgst -sha256 -hmac 0123456789abcdef
	assert.Equal(t, "3b94a209d0feac37b0aefe36690619f7223e26172acf5c28afe9f4ae9d0a80c8", p.Value(payload.Agent, "Sherlock Holmes"))
	q := p
	q.HashKey = []byte("another key of 16")
	assert.NotEqual(t, p.Value(payload.Agent, "Sherlock Holmes"), q.Value(payload.Agent, "Sherlock Holmes"))
}

func TestRawRecords(t *testing.T) {
	mask := strict()
	keep := Policies{PhoneNumbers: Keep, AgentNames: Keep, URLQuery: Keep, ResponseMessage: Keep, ExtraFields: Keep}
	drop := Policies{PhoneNumbers: Drop, AgentNames: Drop, URLQuery: Drop, ResponseMessage: Drop, ExtraFields: Drop}
	for _, tc := range []struct{ name, raw, mask, keep, drop string }{
		{"a member", `{"a":1,"From":"+18018675309"}`, `{"a":1,"From":"****5309"}`, "", `{}`},
		{"a name in another case, with escapes", `{"fr\u006fm":"+18018675309"}`, `{"from":"****5309"}`, "", `{}`},
		{"the same name twice", `{"From":"+18018675309","from":"+18018675308"}`, `{"From":"****5309","from":"****5308"}`, "", `{}`},
		{"at depth", `[[{"x":[{"Agent":"Jane Marple"}]}]]`, `[[{"x":[{"Agent":"J. M."}]}]]`, "", `[[{}]]`},
		{"a number", `{"To":18018675309}`, `{"To":"****5309"}`, "", `{}`},
		{"null stays", `{"To":null, "a":[ ]}`, `{"To":null, "a":[ ]}`, "", `{"To":null}`},
		{"empty stays", `{"To":"", "Agent":""}`, `{"To":"", "Agent":""}`, "", `{"To":"", "Agent":""}`},
		{"an object", `{"Agent":{"first":"Jane"},"apiEndpoint":null}`, `{"Agent":"[redacted]","apiEndpoint":null}`, "", `{"apiEndpoint":null}`},
		{
			"an address",
			`{"apiEndpoint":"https://u:p@h/x?y=z"}`,
			`{"apiEndpoint":"https://h/x"}`,
			`{"apiEndpoint":"https://h/x?y=z"}`,
			`{"apiEndpoint":"https://h/x"}`,
		},
		{
			"addresses",
			`{"apiEndpoint":["https://u:p@h"]}`,
			`{"apiEndpoint":"[redacted]"}`,
			`{"apiEndpoint":"[redacted]"}`,
			`{"apiEndpoint":"[redacted]"}`,
		},
		{"a message", `{"apiResponseMessage":"x","actionId":1}`, `{"actionId":1}`, "", `{"actionId":1}`},
		{"values are no names", `{"a":"From","b":["Agent","x"]}`, `{"a":"From","b":["Agent","x"]}`, "", `{}`},
		{
			"a known field keeps what it holds",
			`{"spearlineAnalysis":{"score":4,"To":"+18018675309"}}`,
			`{"spearlineAnalysis":{"score":4,"To":"****5309"}}`,
			"",
			`{"spearlineAnalysis":{"score":4}}`,
		},
		{
			"an envelope that holds JSON as a string", `{"source":"NICE","metadata":"[{\"contactId\":1,\"new\":2,` +
				`\"apiEndpoint\":\"https://u:p@h/?k\"}]"}`,
			`{"source":"NICE","metadata":"[{\"contactId\":1,\"new\":2,\"apiEndpoint\":\"https://h/\"}]"}`,
			`{"source":"NICE","metadata":"[{\"contactId\":1,\"new\":2,\"apiEndpoint\":\"https://h/?k\"}]"}`,
			`{"source":"NICE","metadata":"[{\"contactId\":1,\"apiEndpoint\":\"https://h/\"}]"}`,
		},
		{
			"an envelope's records",
			`{"metadata":[{"contactId":1,"new":2,"Agent":"Jane Marple"}]}`,
			`{"metadata":[{"contactId":1,"new":2,"Agent":"J. M."}]}`,
			"",
			`{"metadata":[{"contactId":1}]}`,
		},
		{
			"JSON in JSON in JSON", `{"metadata":"{\"a\":\"{\\\"Agent\\\":\\\"Jane Marple\\\"}\"}"}`, `{"metadata":"{\"a\":\"{\\\"Agent\\\":\\\` +
				`"J. M.\\\"}\"}"}`,
			"", `{"metadata":"{}"}`,
		},
		{
			"an envelope whose records end too early", `{"metadata":"[{\"To\":\"+18018675309\",\"apiEndpoint\":\"https://u:p@h/?k"}`,
			`{"metadata":"[53 bytes left out]"}`, `{"metadata":"[{\"To\":\"+18018675309\",\"apiEndpoint\":\"https://h/?k"}`,
			`{"metadata":"[53 bytes left out]"}`,
		},
		{
			"text",
			`"call 18018675309 at https://u:p@h/?k=1 now"`,
			`"[42 bytes left out]"`,
			`"call 18018675309 at https://h/?k=1 now"`,
			`"[42 bytes left out]"`,
		},
		{"text with escapes", `"\u0031801867\u0035309"`, `"[11 bytes left out]"`, "", `"[11 bytes left out]"`},
		{"a record as text", `"{\"Agent\":\"Jane Marple\"}"`, `"{\"Agent\":\"J. M.\"}"`, "", `"{}"`},
		{"half a surrogate pair", `{"From":"\ud800 18018675309","a":"\ud800"}`, `{"From":"****5309","a":"` + "\ufffd" + `"}`, "", `{}`},
		{"a number alone", `18018675309`, `"[11 bytes left out]"`, "", `"[11 bytes left out]"`},
		{"null", `null`, `null`, "", `null`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			assert.Equal(t, tc.mask, mask.Raw(tc.raw))
			if tc.keep == "" {
				tc.keep = tc.raw
			}
			if tc.name == "half a surrogate pair" {
				return // written as U+FFFD
			}
			assert.Equal(t, tc.keep, keep.Raw(tc.raw))
			if strings.ContainsAny(tc.drop, " ") && strings.HasPrefix(tc.drop, "{") {
				assert.JSONEq(t, tc.drop, drop.Raw(tc.raw))
				return
			}
			assert.Equal(t, tc.drop, drop.Raw(tc.raw))
		})
	}
}

// TestNothingPersonalInAnyShape has personal data in every place in which a sender can put it.

// TestLargeTextWithinStrings takes text apart that one string holds, whatever its length, and text that two hold as long as it is
// short: each takes memory of its own.
func TestLargeTextWithinStrings(t *testing.T) {
	record := `{"Agent":"Jane Marple","x":"` + strings.Repeat("y", maxHeld) + `"}`
	held := strconv.Quote(record)
	p := strict()
	assert.Equal(t, strings.Replace(record, "Jane Marple", "J. M.", 1), p.Text(record, false))
	assert.Equal(t, `["[`+strconv.Itoa(len(record))+` bytes left out]"]`, p.Text(`[`+held+`]`, false))
}
