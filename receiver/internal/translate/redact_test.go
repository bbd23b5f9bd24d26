// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package translate

import (
	"strings"
	"testing"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/stretchr/testify/assert"

	"github.com/cxone-otel/cxonereceiver/receiver/internal/payload"
)

// strict are the strictest masks.
func strict() Privacy {
	return Privacy{PhoneNumbers: PolicyMask, AgentNames: PolicyMask, URLQuery: PolicyDrop, ResponseMessage: PolicyDrop, ExtraFields: PolicyKeep}
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
		"Ирина Ивановна": "И. И.", "Γιώργος Παπαδόπουλος": "Γ. Π.", "محمد علي": "م. ع.", "田中太郎": "田.", "김 철수": "김. 철.", "อรุณ ศรี": "อ. ศ.",
		"José Á. Núñez": "J. Á. N.", "e\u0301va": "e.", "O'Brien-Smith": "O. B. S.", "  ": "****", "4711": "****", "👍": "****", "agent_42": "a.",
	} {
		assert.Equal(t, want, initials(name), name)
	}
}

func TestHashVectors(t *testing.T) {
	p := Privacy{PhoneNumbers: PolicyHash, AgentNames: PolicyHash, HashKey: []byte("0123456789abcdef")}
	// printf %s "Sherlock Holmes" | openssl dgst -sha256 -hmac 0123456789abcdef
	assert.Equal(t, "3b94a209d0feac37b0aefe36690619f7223e26172acf5c28afe9f4ae9d0a80c8", p.agentName("Sherlock Holmes"))
	q := p
	q.HashKey = []byte("another key of 16")
	assert.NotEqual(t, p.agentName("Sherlock Holmes"), q.agentName("Sherlock Holmes"))
}

func TestWhatIsNotGivenIsNoSecret(t *testing.T) {
	for _, policy := range []Policy{PolicyKeep, PolicyMask, PolicyHash, PolicyDrop} {
		o := defaults()
		o.Privacy.PhoneNumbers, o.Privacy.AgentNames, o.Privacy.HashKey = policy, policy, []byte("0123456789abcdef")
		for _, body := range []string{`{"ContactId":1}`, `{"ContactId":1,"Agent":null,"From":""}`} {
			b := voice(t, o, body)
			assert.Equal(t, "Call leg 1", b.Logs.ResourceLogs().At(0).ScopeLogs().At(0).LogRecords().At(0).Body().Str(), policy)
			assert.NotContains(t, firstLogAttributes(b).AsRaw(), "cxone.agent.name")
			assert.NotContains(t, firstLogAttributes(b).AsRaw(), "cxone.call.from")
		}
	}
}

func TestRawRecords(t *testing.T) {
	mask := strict()
	keep := Privacy{PhoneNumbers: PolicyKeep, AgentNames: PolicyKeep, URLQuery: PolicyKeep, ResponseMessage: PolicyKeep, ExtraFields: PolicyKeep}
	drop := Privacy{PhoneNumbers: PolicyDrop, AgentNames: PolicyDrop, URLQuery: PolicyDrop, ResponseMessage: PolicyDrop, ExtraFields: PolicyDrop}
	for _, tc := range []struct{ name, raw, mask, keep, drop string }{
		{"a member", `{"a":1,"From":"+18018675309"}`, `{"a":1,"From":"****5309"}`, "", `{}`},
		{"a name in another case, with escapes", `{"fr\u006fm":"+18018675309"}`, `{"from":"****5309"}`, "", `{}`},
		{"the same name twice", `{"From":"+18018675309","from":"+18018675308"}`, `{"From":"****5309","from":"****5308"}`, "", `{}`},
		{"at depth", `[[{"x":[{"Agent":"Jane Marple"}]}]]`, `[[{"x":[{"Agent":"J. M."}]}]]`, "", `[[{}]]`},
		{"a number", `{"To":18018675309}`, `{"To":"****5309"}`, "", `{}`},
		{"null stays", `{"To":null, "a":[ ]}`, `{"To":null, "a":[ ]}`, "", `{"To":null}`},
		{"empty stays", `{"To":"", "Agent":""}`, `{"To":"", "Agent":""}`, "", `{"To":"", "Agent":""}`},
		{"an object", `{"Agent":{"first":"Jane"},"apiEndpoint":null}`, `{"Agent":"[redacted]","apiEndpoint":null}`, "", `{"apiEndpoint":null}`},
		{"an address", `{"apiEndpoint":"https://u:p@h/x?y=z"}`, `{"apiEndpoint":"https://h/x"}`, `{"apiEndpoint":"https://h/x?y=z"}`, `{"apiEndpoint":"https://h/x"}`},
		{"addresses", `{"apiEndpoint":["https://u:p@h"]}`, `{"apiEndpoint":"[redacted]"}`, `{"apiEndpoint":"[redacted]"}`, `{"apiEndpoint":"[redacted]"}`},
		{"a message", `{"apiResponseMessage":"x","actionId":1}`, `{"actionId":1}`, "", `{"actionId":1}`},
		{"values are no names", `{"a":"From","b":["Agent","x"]}`, `{"a":"From","b":["Agent","x"]}`, "", `{}`},
		{"a known field keeps what it holds", `{"spearlineAnalysis":{"score":4,"To":"+18018675309"}}`, `{"spearlineAnalysis":{"score":4,"To":"****5309"}}`, "", `{"spearlineAnalysis":{"score":4}}`},
		{
			"an envelope that holds JSON as a string", `{"source":"NICE","metadata":"[{\"contactId\":1,\"new\":2,\"apiEndpoint\":\"https://u:p@h/?k\"}]"}`,
			`{"source":"NICE","metadata":"[{\"contactId\":1,\"new\":2,\"apiEndpoint\":\"https://h/\"}]"}`,
			`{"source":"NICE","metadata":"[{\"contactId\":1,\"new\":2,\"apiEndpoint\":\"https://h/?k\"}]"}`,
			`{"source":"NICE","metadata":"[{\"contactId\":1,\"apiEndpoint\":\"https://h/\"}]"}`,
		},
		{"an envelope's records", `{"metadata":[{"contactId":1,"new":2,"Agent":"Jane Marple"}]}`, `{"metadata":[{"contactId":1,"new":2,"Agent":"J. M."}]}`, "", `{"metadata":[{"contactId":1}]}`},
		{
			"JSON in JSON in JSON", `{"metadata":"{\"a\":\"{\\\"Agent\\\":\\\"Jane Marple\\\"}\"}"}`, `{"metadata":"{\"a\":\"{\\\"Agent\\\":\\\"J. M.\\\"}\"}"}`,
			"", `{"metadata":"{}"}`,
		},
		{
			"an envelope whose records end too early", `{"metadata":"[{\"To\":\"+18018675309\",\"apiEndpoint\":\"https://u:p@h/?k"}`,
			`{"metadata":"[{\"To\":\"+****5309\",\"apiEndpoint\":\"https://h/"}`, `{"metadata":"[{\"To\":\"+18018675309\",\"apiEndpoint\":\"https://h/?k"}`,
			`{"metadata":"[{\"To\":\"+****5309\",\"apiEndpoint\":\"https://h/"}`,
		},
		{"text", `"call 18018675309 at https://u:p@h/?k=1 now"`, `"call ****5309 at https://h/ now"`, `"call 18018675309 at https://h/?k=1 now"`, `"call ****5309 at https://h/ now"`},
		{"text with escapes", `"\u0031801867\u0035309"`, `"****5309"`, "", `"****5309"`},
		{"text that stays", `"\u0061bc 123456"`, `"\u0061bc 123456"`, "", `"\u0061bc 123456"`},
		{"a record as text", `"{\"Agent\":\"Jane Marple\"}"`, `"{\"Agent\":\"J. M.\"}"`, "", `"{}"`},
		{"half a surrogate pair", `{"From":"\ud800 18018675309","a":"\ud800"}`, `{"From":"****5309","a":"` + "\ufffd" + `"}`, "", `{}`},
		{"a number alone", `18018675309`, `****5309`, "", `****5309`},
		{"null", `null`, `null`, "", `null`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			assert.Equal(t, tc.mask, mask.raw(tc.raw))
			if tc.keep == "" {
				tc.keep = tc.raw
			}
			if tc.name == "half a surrogate pair" {
				return // written as U+FFFD
			}
			assert.Equal(t, tc.keep, keep.raw(tc.raw))
			if strings.ContainsAny(tc.drop, " ") && strings.HasPrefix(tc.drop, "{") {
				assert.JSONEq(t, tc.drop, drop.raw(tc.raw))
				return
			}
			assert.Equal(t, tc.drop, drop.raw(tc.raw))
		})
	}
}

func TestExtraFieldsDropLeavesKnownFieldsAlone(t *testing.T) {
	o := defaults()
	o.Privacy.ExtraFields = PolicyDrop
	attrs := firstLogAttributes(voice(t, o, `{"ContactId":1,"New":2,"AvgMos":{"a":1},"spearlineAnalysis":{"score":4,"To":"+18018675309"}}`))
	analysis, _ := attrs.Get("cxone.spearline_analysis")
	assert.Equal(t, map[string]any{"score": int64(4), "To": "****5309"}, analysis.AsRaw())
	assert.Equal(t, `{"a":1}`, get(attrs, "cxone.unreadable.AvgMos"))
	assert.Empty(t, get(attrs, "cxone.extra.New"))
}

// TestNothingPersonalInAnyShape puts personal data wherever a sender could.
func TestNothingPersonalInAnyShape(t *testing.T) {
	const (
		number  = `+18018675309`
		address = `https://user:S3CRET@h.example.org/p?token=S3CRET`
	)
	one := `{"From":"` + number + `","To":["` + number + `"],"Agent":"Jane Marple","apiEndpoint":"` + address + `","apiResponseMessage":"S3CRET"}`
	quoted := func(s string) string {
		q, err := jsontext.AppendQuote(nil, s)
		assert.NoError(t, err)
		return string(q)
	}
	o := defaults()
	o.Privacy = strict()
	for f := range NumFigures {
		o.Figures[f].Attributes = MetricAttributes()
	}
	for _, value := range []string{one, quoted(one), "[" + one + "]", quoted("[" + one + "]"), `{"x":` + quoted(`{"y":`+quoted(one)+`}`) + `}`, quoted(" \t" + one)} {
		for _, body := range []string{
			`{"contactId":1,"New":` + value + `}`, `[` + value + `,{"contactId":1}]`, `{"contactId":1,"AvgRtt":` + value + `,"actionId":` + value + `,"dateTime":` + value + `}`,
			`{"contactId":1,"SkillName":` + value + `,"Agent":` + value + `,"spearlineAnalysis":` + value + `,"AvgJitter":1}`,
			`{"contactId":1,"metadata":[{"contactId":1,"x":` + value + `},` + value + `],"y":` + value + `}`,
			`[{"metadata":"x","y":` + value + `},{"contactId":1}]`, `[{"metadata":` + value + `},{"contactId":1},{"y":` + value + `}]`,
		} {
			for _, dataType := range []payload.DataType{payload.VoiceQuality, payload.ScriptAPI} {
				b := New(o).NewBatch(received, everything)
				if err := decodeInto(b, dataType, body); err != nil {
					continue // the other payload
				}
				out := marshal(t, b)
				for _, personal := range []string{"8018675309", "Jane", "Marple", "S3CRET"} {
					if strings.Contains(body, `"SkillName":"`) && dataType == payload.VoiceQuality {
						continue // a skill's name is passed on as it is given
					}
					if strings.Contains(body, `"actionId":"`) && dataType == payload.ScriptAPI {
						continue
					}
					assert.NotContains(t, out, personal, "%s: %s", dataType, body)
				}
			}
		}
	}
}
