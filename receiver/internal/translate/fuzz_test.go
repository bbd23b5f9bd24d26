// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package translate

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/cxone-otel/cxonereceiver/receiver/internal/payload"
	"github.com/cxone-otel/cxonereceiver/receiver/internal/privacy"
)

// FuzzEnvelopeTimesRecords puts unknown fields on an envelope with many records. The telemetry must be bounded by the
// records and by what is sent once, and translating must not take long.
func FuzzEnvelopeTimesRecords(f *testing.F) {
	f.Add("x", `[1,1,1]`, uint16(64), uint16(500), uint16(100))
	f.Add("From", `"+18018675309"`, uint16(64), uint16(500), uint16(9))
	f.Add("apiEndpoint", `"https://u:p@h/?a=b"`, uint16(3), uint16(1000), uint16(1))
	f.Add("timestamp ", `{"From":"[{\"Agent\":\"x\"}]"}`, uint16(1), uint16(300), uint16(64))
	f.Add("event", `"{\"a\""`, uint16(70), uint16(30), uint16(64))
	hashed := strict()
	hashed.PhoneNumbers, hashed.AgentNames, hashed.HashKey = privacy.Hash, privacy.Hash, []byte("0123456789abcdef")
	f.Fuzz(func(t *testing.T, name, value string, fields, records, repeat uint16) {
		fields, records, repeat = fields%80, records%1000, repeat%500
		if !json.Valid([]byte(value)) || len(value) > 2000 || len(name) > 2000 {
			return
		}
		if repeat > 1 && (value[0] == '[' || value[0] == '{') {
			value = "[" + strings.Repeat(value+",", int(repeat)) + "0]"
		}
		var body strings.Builder
		body.WriteString("{")
		for i := range fields {
			quoted, err := json.Marshal(name + strings.Repeat("n", int(i)))
			require.NoError(t, err)
			body.WriteString(string(quoted) + ":" + value + ",")
		}
		body.WriteString(`"metadata":[` + strings.Repeat(`{"contactId":1,"y":2},`, int(records)) + `{"contactId":1}]}`)
		o := defaults()
		o.Privacy = hashed
		b := New(o).NewBatch(received, everything)
		started := time.Now()
		if decodeInto(b, payload.ScriptAPI, body.String()) != nil {
			return // its metadata is another's
		}
		assert.Less(t, time.Since(started), 20*time.Second)
		if len(logRecords(b)) != int(records)+1 {
			return // the name was metadata's
		}
		size := (&plog.ProtoMarshaler{}).LogsSize(b.Logs)
		assert.Less(t, size, 1000*(int(records)+1)+2*maxEnvelopes, "%d bytes of body", body.Len())
		_, dropped := extrasOf(t, b)
		for i, lr := range logRecords(b) {
			assert.LessOrEqual(t, lr.Attributes().Len(), 20+payload.MaxUnknown)
			assert.GreaterOrEqual(t, dropped[i], 0)
		}
	})
}

// FuzzAnyJSON puts a JSON value in every possible place. Its telemetry must be bounded.
func FuzzAnyJSON(f *testing.F) {
	for _, seed := range []string{
		`[1,1]`,
		`{"a":{"b":[null,true,1e400,-0.0,"\ud800"]}}`,
		`"[{\"From\":1}]"`,
		`[[],{},""]`,
		`123456789012345678901`,
		`{"From":{"Agent":[]},"a":1,"a":2}`,
	} {
		f.Add(seed, uint16(1))
		f.Add(seed, uint16(300))
	}
	f.Fuzz(func(t *testing.T, value string, repeat uint16) {
		if !json.Valid([]byte(value)) || len(value) > 4000 {
			return
		}
		if repeat %= 400; repeat > 1 {
			value = "[" + strings.Repeat(value+",", int(repeat)) + "0]"
		}
		scalar := strings.IndexByte(`{[`, strings.TrimSpace(value)[0]) < 0
		b := New(defaults()).NewBatch(received, everything)
		if err := decodeInto(b, payload.VoiceQuality, `[{"ContactId":1,"spearlineAnalysis":`+value+`,"x":`+value+`,"AvgMos":`+value+
			`,"SkillName":`+value+`}]`); err != nil {
			assert.ErrorContains(t, err, "deeper")
			return
		}
		for _, attrs := range []pcommon.Map{firstSpanAttributes(b), firstLogAttributes(b)} {
			if v, ok := attrs.Get("cxone.spearline_analysis"); ok {
				nodes := nodesOf(v)
				assert.LessOrEqual(t, nodes, maxNodes)
				assert.True(t, scalar || nodes > 1 || v.Type() != pcommon.ValueTypeStr || len(v.Str()) <= maxText)
			}
		}
		assert.LessOrEqual(t, len(get(firstLogAttributes(b), "cxone.extra.x")), maxText)
		assert.NotEmpty(t, marshal(t, b))
		assert.Less(t, len(marshal(t, b)), 3000+12*min(len(value), 4*maxText))
	})
}

func nodesOf(v pcommon.Value) int {
	nodes := 1
	switch v.Type() {
	case pcommon.ValueTypeMap:
		for _, member := range v.Map().All() {
			nodes += nodesOf(member)
		}
	case pcommon.ValueTypeSlice:
		for _, element := range v.Slice().All() {
			nodes += nodesOf(element)
		}
	}
	return nodes
}

// shapes put a text in places in which it cannot be divided into fields.
var shapes = []func(text string) string{
	func(text string) string { return `[{"contactId":1},` + quote(text) + `]` },
	func(text string) string { return `[{"contactId":1},[[` + quote(text) + `]]]` },
	func(text string) string { return `[{"contactId":1},` + quote(quote(text)) + `]` },
	func(text string) string { return `[{"contactId":1},{"metadata":` + quote(text) + `}]` },
	func(text string) string {
		return `[{"contactId":1},{"metadata":` + quote(`[{"contactId":1,`+text) + `}]`
	},
	func(text string) string {
		return `[{"contactId":1},{"metadata":` + quote("\ufeff"+`[`+quote(text)) + `}]`
	},
	func(text string) string { return `{"contactId":1,"metadata":[1,` + quote(text) + `]}` },
}

func quote(text string) string {
	quoted, err := json.Marshal(text)
	if err != nil {
		panic(err)
	}
	return string(quoted)
}

// onlyDigits leaves the digits of a text, and a mark for what may not stand between those of one number.
func onlyDigits(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case unicode.IsDigit(r):
			return r
		case unicode.IsSpace(r), strings.ContainsRune(".-()[]{}", r):
			return -1
		default:
			return '|'
		}
	}, text)
}

// hidings are the texts before, in and after the personal data.
var hidings = [][4]string{
	{"", "", "", ""},
	{"call ", " ", "-", " now"},
	{`[{"x":"`, ") ", ".", `"}]`},
	{`{"a":{`, "(", " ", "}"},
	{"\ufeff[", "]", " ", ""},
	{"https://", "\u00a0", " - ", "/p?q"},
	{`"`, "[", "\n", `\"`},
	{"<", "{", "}", ">"},
	{"//", ".", ".", "@"},
	{"1", "  ", "--", "2"},
	{`\`, "", "", `\\`},
	{"x=", "", "", "&y=z"},
	{"a", "", "", "@\x00"},
}

// numPolicies is the number of combinations of policies for numbers, names and messages.
const numPolicies = 32

func TestPrivacyOfUnreadableText(t *testing.T) {
	for _, h := range hidings {
		for shape := range shapes {
			for policy := range numPolicies {
				wantPrivate(t, h[0], h[1], h[2], h[3], uint8(shape), uint8(policy))
			}
		}
	}
}

// FuzzPrivacyOfUnreadableText hides a number, a name, a message and a password in text that is not a record.
func FuzzPrivacyOfUnreadableText(f *testing.F) {
	for i, h := range hidings {
		for shape := range shapes {
			f.Add(h[0], h[1], h[2], h[3], uint8(shape), uint8(5*i+3*shape))
		}
	}
	f.Fuzz(wantPrivate)
}

// wantPrivate checks that no signal contains anything that the policies hide.
func wantPrivate(t *testing.T, before, first, second, after string, shape, policy uint8) {
	t.Helper()
	if len(before)+len(after) > 300 || strings.Trim(first+second, " \n\t.-()[]{}\u00a0") != "" || strings.Contains(before+after, `\u`) {
		return
	}
	before, after = strings.ToValidUTF8(before, "?"), strings.ToValidUTF8(after, "?")
	if namesAField(before + after) {
		return // then it can be taken apart
	}
	number := "801" + first + "867" + second + "5309"
	body := shapes[int(shape)%len(shapes)](before + number + ", Sherlock Holmes: M3SSAGE u:S3CRET@h " + after)
	policies := []privacy.Policy{privacy.Keep, privacy.Mask, privacy.Hash, privacy.Drop}
	o := defaults()
	p := &o.Privacy
	p.PhoneNumbers, p.AgentNames, p.HashKey = policies[policy&3], policies[policy>>2&3], []byte("0123456789abcdef")
	if policy>>4&1 == 1 {
		p.ResponseMessage = privacy.Drop
	}
	for _, dataType := range []payload.DataType{payload.VoiceQuality, payload.ScriptAPI} {
		b := New(o).NewBatch(received, everything)
		if decodeInto(b, dataType, body) != nil {
			continue
		}
		out := marshal(t, b)
		if p.PhoneNumbers != privacy.Keep {
			assert.NotContains(t, onlyDigits(out), "8018675309", body)
		}
		for _, lr := range logRecords(b) {
			if p.PhoneNumbers == privacy.Hash || p.PhoneNumbers == privacy.Drop {
				assert.NotContains(t, lr.Body().AsString(), "5309", body)
			}
		}
		assert.NotContains(t, out, "S3CRET", body)
		if strings.Contains(before+after, "{") {
			continue // an unknown field may contain names and messages
		}
		if p.AgentNames != privacy.Keep {
			assert.NotContains(t, out, "Sherlock", body)
			assert.NotContains(t, out, "Holmes", body)
		}
		if p.ResponseMessage == privacy.Drop {
			assert.NotContains(t, out, "M3SSAGE", body)
		}
	}
}

// namesAField reports whether a known field is named in a text.
func namesAField(text string) bool {
	text = strings.ToLower(text)
	return slices.ContainsFunc([]string{
		"contactid", "datasource", "skill", "team", "agent", "dbkey", "time", "from", "to", "direction", "avg", "score", "poc", "line",
		"disposition", "reason", "dur",
		"cluster", "sip", "isp", "os", "location", "browser", "type", "media", "message", "script", "action", "api", "source", "event",
		"metadata", "bus", "operating", "version", "spearline",
	},
		func(name string) bool { return strings.Contains(text, name) })
}
