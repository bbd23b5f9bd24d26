// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package payload

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// decodeOne reads a body that holds one record.
func decodeOne(t *testing.T, dataType DataType, body string) read {
	t.Helper()
	records, err := decode(t, dataType, body)
	require.NoError(t, err)
	require.Len(t, records, 1)
	return records[0]
}

func TestEveryFieldIsFoundInAnyCase(t *testing.T) {
	for dataType, specs := range map[DataType][]fieldSpec{VoiceQuality: voiceFields, ScriptAPI: scriptFields} {
		for _, spec := range specs {
			if spec.field >= envelopeSource {
				continue
			}
			for _, name := range []string{
				spec.name,
				strings.ToUpper(spec.name),
				strings.ToLower(spec.name),
				strings.ToUpper(spec.name[:1]) + spec.name[1:],
			} {
				r := decodeOne(t, dataType, fmt.Sprintf(`{%q: "2024-03-26T13:57:41Z", "contactid": "1"}`, name))
				assert.Zero(t, r.numUnknown, name)
				if spec.kind == number {
					assert.Equal(t, []string{spec.name}, r.unreadable, "a time is no number: %s", name)
				} else if spec.field != ContactID {
					assert.Equal(t, "2024-03-26T13:57:41Z", r.fields[spec.name], name)
				}
			}
		}
	}
}

func TestNamesAreComparedWithoutRegardToASCIICaseOnly(t *testing.T) {
	// U+212A, the Kelvin sign, folds to k, and U+017F to s, in Unicode.
	r := decodeOne(t, VoiceQuality, `{"ContactId": 1, "\u212aillId": 2, "\u017fkillId": 3}`)
	assert.Equal(t, map[string]string{"ContactId": "1"}, r.fields)
	assert.Equal(t, 2, r.numUnknown)
}

func TestNamesAreComparedWithoutTheBlanksAroundThem(t *testing.T) {
	r := decodeOne(t, VoiceQuality, `{" contactId": 1, "From ": "+18018675309", "\t To\u00a0": 2, "\ufeffAgent\u200b": "x", "Skill Id": `+
		`4, " ": 5}`)
	assert.Equal(t, map[string]string{"ContactId": "1", "From": "+18018675309", "To": "2", "Agent": "x"}, r.fields)
	assert.Equal(t, 2, r.numUnknown)
	records, err := decode(t, ScriptAPI, `{" Event":"SCRIPT_API_MONITORING ","metadata ":[{"ContactID\r\n":1}]}`)
	require.NoError(t, err)
	assert.Equal(t, map[string]string{"contactId": "1"}, records[0].fields)
	assert.Zero(t, records[0].numUnknown)
	field, known := FieldByName("From ")
	assert.True(t, known)
	assert.Equal(t, From, field)
}

func TestOfTwoNamesTheLastCounts(t *testing.T) {
	for name, tc := range map[string]struct {
		body string
		mos  string
	}{
		"the same name":                       {`{"AvgMos":1,"AvgMos":2}`, "2"},
		"another case":                        {`{"AvgMos":1,"AVGMOS":2}`, "2"},
		"another case, the other way":         {`{"avgmos":1,"AvgMos":2}`, "2"},
		"three":                               {`{"AvgMos":1,"avgMos":2,"AvgMos":3}`, "3"},
		"one with an escape":                  {`{"AvgMos":1,"\u0041vgMos":2}`, "2"},
		"the last is null":                    {`{"AvgMos":1,"avgmos":null}`, ""},
		"the last is empty":                   {`{"AvgMos":1,"avgmos":""}`, ""},
		"the first cannot be read":            {`{"AvgMos":"x","avgmos":4}`, "4"},
		"the first is null":                   {`{"AvgMos":null,"avgmos":4}`, "4"},
		"others in between":                   {`{"AvgMos":1,"x":{"AvgMos":7},"AvgRtt":3,"avgmos":2}`, "2"},
		"the same name deeper counts not":     {`{"AvgMos":1,"x":{"AvgMos":7}}`, "1"},
		"the same text in a value is no name": {`{"AvgMos":1,"Agent":"AvgMos"}`, "1"},
	} {
		t.Run(name, func(t *testing.T) {
			r := decodeOne(t, VoiceQuality, tc.body)
			assert.Equal(t, tc.mos, r.fields["AvgMos"])
			assert.Empty(t, r.unreadable)
		})
	}
	r := decodeOne(t, VoiceQuality, `{"AvgMos":4,"avgmos":"x"}`)
	assert.Equal(t, []string{"AvgMos"}, r.unreadable, "the last counts, readable or not")
	script := decodeOne(t, ScriptAPI, `{"metadata":"[{\"contactId\":1}]","METADATA":[{"contactId":2}]}`)
	assert.Equal(t, "2", script.fields["contactId"])
}

func TestOfTwoUnknownNamesTheLastCounts(t *testing.T) {
	r := decodeOne(t, VoiceQuality, `{"ContactId":1,"New":1,"other":0,"NEW":2,"\u006eew":3,"\u00e9":1,"\u00c9":2}`)
	assert.Equal(t, []Member{{"new", "3", false}, {"other", "0", false}, {"é", "1", false}, {"É", "2", false}}, r.unknown)
	assert.Equal(t, 4, r.numUnknown)

	// Beyond the limit, the kept fields still get their last value.
	var many strings.Builder
	for i := range 100 {
		fmt.Fprintf(&many, `,"n%d":1`, i)
	}
	r = decodeOne(t, VoiceQuality, `{"ContactId":1`+many.String()+`,"N0":"last"}`)
	assert.Len(t, r.unknown, MaxUnknown)
	assert.Equal(t, Member{"N0", "last", false}, r.unknown[0])
	assert.Equal(t, 100, r.numUnknown)
	assert.Equal(t, 36, r.numDropped)
}

func TestNotGiven(t *testing.T) {
	for _, value := range []string{`null`, `""`} {
		var members []string
		for _, spec := range voiceFields {
			members = append(members, fmt.Sprintf("%q:%s", spec.name, value))
		}
		r := decodeOne(t, VoiceQuality, "{"+strings.Join(members, ",")+"}")
		assert.Empty(t, r.fields)
		assert.Empty(t, r.unreadable)
		assert.Empty(t, r.unknown)
	}
	require.NoError(t, NewDecoder(VoiceQuality, time.UTC).Decode([]byte(`{"ContactId":null,"AvgRtt":0,"EndDateTime":""}`),
		func(r *Record) error {
			for f := range envelopeSource {
				_, isNumber := r.Number(f)
				_, isTime := r.Nanos(f)
				assert.Equal(t, f == AvgRtt, isNumber, "zero is a value, missing is none")
				assert.Equal(t, f == AvgRtt, isTime && r.Get(f).Kind != 0)
			}
			return nil
		}))
}

func TestUnreadableFieldsKeepTheirText(t *testing.T) {
	require.NoError(t, NewDecoder(VoiceQuality, time.UTC).Decode([]byte(`{"AvgMos":"30 ms","AvgRtt":{"a": `+
		`1},"SkillId":true,"EndDateTime":171146}`), func(r *Record) error {
		assert.Equal(t, []Field{SkillID, EndDateTime, AvgMos, AvgRtt}, r.Unreadable())
		assert.Equal(t, "30 ms", r.Get(AvgMos).Text)
		assert.Equal(t, `{"a": 1}`, r.Get(AvgRtt).Text)
		assert.Equal(t, "true", r.Get(SkillID).Text)
		assert.Equal(t, "171146", r.Get(EndDateTime).Text)
		for _, f := range r.Unreadable() {
			assert.Empty(t, r.Text(f))
			_, ok := r.Number(f)
			assert.False(t, ok)
			_, ok = r.Nanos(f)
			assert.False(t, ok)
		}
		return nil
	}))
}

func TestNesting(t *testing.T) {
	nest := func(levels int) string { return strings.Repeat("[", levels) + strings.Repeat("]", levels) }
	objects := func(levels int) string {
		return strings.Repeat(`{"a":`, levels-1) + "{}" + strings.Repeat("}", levels-1)
	}
	quoted := func(s string) string { return strings.ReplaceAll(strings.ReplaceAll(s, `\`, `\\`), `"`, `\"`) }
	for name, tc := range map[string]struct {
		dataType DataType
		body     func(deepest string) string
		around   int // levels around the deepest
	}{
		"in an unknown field":            {VoiceQuality, func(v string) string { return `{"ContactId":1,"x":` + v + `}` }, 1},
		"in spearlineAnalysis":           {VoiceQuality, func(v string) string { return `{"spearlineAnalysis":` + v + `}` }, 1},
		"in a field that holds no value": {VoiceQuality, func(v string) string { return `{"ContactId":1,"AvgMos":` + v + `}` }, 1},
		"in an array of records":         {VoiceQuality, func(v string) string { return `[{"ContactId":1,"x":` + v + `}]` }, 2},
		"in an element that is none":     {VoiceQuality, func(v string) string { return `[` + v + `]` }, 1},
		"in a record encoded twice":      {VoiceQuality, func(v string) string { return `"` + quoted(`{"ContactId":1,"x":`+v+`}`) + `"` }, 1},
		"in metadata as an array":        {ScriptAPI, func(v string) string { return `{"metadata":[{"contactId":1,"x":` + v + `}]}` }, 3},
		"in metadata as a string": {
			ScriptAPI,
			func(v string) string { return `{"metadata":"` + quoted(`[{"contactId":1,"x":`+v+`}]`) + `"}` },
			2,
		},
		"beside metadata": {ScriptAPI, func(v string) string { return `{"metadata":[],"x":` + v + `}` }, 1},
	} {
		for what, of := range map[string]func(int) string{"arrays": nest, "objects": objects} {
			t.Run(name+", "+what, func(t *testing.T) {
				_, err := decode(t, tc.dataType, tc.body(of(maxDepth-tc.around)))
				assert.NoError(t, err, "100 levels")
				_, err = decode(t, tc.dataType, tc.body(of(maxDepth-tc.around+1)))
				assert.ErrorContains(t, err, "nested deeper than 100 levels", "101 levels")
			})
		}
	}
	r := decodeOne(t, VoiceQuality, `{"ContactId":1,"x":"`+strings.Repeat("[", 200)+`\"{"}`)
	assert.Equal(t, 1, r.numUnknown, "brackets in a string nest nothing")
}

func TestOneBadEnvelopeOfSeveralCostsOnlyItself(t *testing.T) {
	deep := strings.Repeat("[", 101) + strings.Repeat("]", 101)
	for bad, says := range map[string]string{
		`{"metadata":"[{"}`:                         "metadata: not valid JSON: it ends too early at byte 2",
		`{"metadata":"[] x"}`:                       "metadata: not valid JSON",
		`{"metadata":5}`:                            "metadata: a number where an array of records",
		`{"metadata":"5"}`:                          "metadata: a number where an object or an array",
		`{"metadata":"` + deep + `"}`:               "metadata: nested deeper than 100 levels",
		`{"event":"SCRIPT_API_MONITORING "}`:        "the envelope has no metadata",
		`{"source":"NICE","metadata":null}`:         "the envelope has no metadata",
		`{"metadata":true,"event":"x","source":""}`: "metadata: a boolean where an array of records",
	} {
		records, err := decode(t, ScriptAPI, `[{"metadata":[{"contactId":1}]},`+bad+`,{"metadata":"[{\"contactId\":2}]"}]`)
		require.NoError(t, err, bad)
		require.Len(t, records, 3, bad)
		assert.Equal(t, "1", records[0].fields["contactId"])
		assert.Contains(t, records[1].err, says)
		assert.Equal(t, bad, records[1].raw)
		assert.Equal(t, "2", records[2].fields["contactId"])

		if _, err = decode(t, ScriptAPI, bad); assert.Error(t, err, "alone it is refused") {
			assert.Contains(t, err.Error(), says)
		}
	}
}

func TestTheEnvelopesFieldsAreUnknownWithinARecord(t *testing.T) {
	records, err := decode(t, ScriptAPI, `{"timestamp":"4/20/2024 06:13:37 `+
		`AM","metadata":[{"contactId":1,"source":"a","event":"b","timestamp":"c","metadata":"d"},{"source":"x"}]}`)
	require.NoError(t, err)
	require.Len(t, records, 2)
	assert.Equal(t, []Member{
		{"source", "a", false},
		{"event", "b", false},
		{"timestamp", "c", false},
		{"metadata", "d", false},
	}, records[0].unknown)
	assert.Contains(t, records[1].err, "without one known field", "there is nothing of a record in it")
}

func TestTheEnvelopesTimeHoldsForAllOfItsRecords(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	require.NoError(t, err)
	const body = `[{"timestamp":"7/20/2024 06:13:37 PM","tenant":"t","metadata":[{"contactId":1},2,{"x":1}]},{"contactId":3}]`
	var seconds []int64
	var unknown []int
	require.NoError(t, NewDecoder(ScriptAPI, berlin).Decode([]byte(body), func(r *Record) error {
		seconds = append(seconds, r.EnvelopeNanos/1e9)
		if r.Envelope != nil {
			unknown = append(unknown, len(r.Envelope.Unknown))
		}
		return nil
	}))
	at := time.Date(2024, 7, 20, 16, 13, 37, 0, time.UTC).Unix()
	assert.Equal(t, []int64{at, at, at, 0}, seconds, "the unreadable ones included")
	assert.Equal(t, []int{1, 1, 1}, unknown)
}

func TestABareScriptRecordBesideEnvelopeFields(t *testing.T) {
	for _, metadata := range []string{``, `,"metadata":null`, `,"metadata":""`} {
		r := decodeOne(t, ScriptAPI, `{"contactId":1,"messageId":"m","event":"SCRIPT_API_MONITORING `+
			`","source":"NICE","timestamp":"4/20/2024 06:13:37 AM"`+metadata+`}`)
		assert.Equal(t, map[string]string{"contactId": "1", "messageId": "m"}, r.fields)
		assert.Zero(t, r.numUnknown)
		assert.EqualValues(t, 1713593617, r.envelopeNanos/1e9)
	}
	r := decodeOne(t, ScriptAPI, `{"contactId":1,"event":"ANOTHER","timestamp":"soon"}`)
	assert.Equal(t, []Member{{"event", "ANOTHER", false}, {"timestamp", "soon", false}}, r.unknown, "nothing is lost")
}

func TestUnknownFieldsOfTheEnvelopeBeyondTheLimit(t *testing.T) {
	var many strings.Builder
	for i := range 70 {
		fmt.Fprintf(&many, `"n%d":1,`, i)
	}
	records, err := decode(t, ScriptAPI, `{`+many.String()+`"metadata":[{"contactId":1,"x":1},{"contactId":2}]}`)
	require.NoError(t, err)
	assert.Len(t, records[0].unknown, 1)
	assert.Len(t, records[0].envelope, MaxUnknown)
	assert.Equal(t, 71, records[0].numUnknown)
	assert.Zero(t, records[0].numDropped)
	assert.Zero(t, records[1].numUnknown)
}

func TestRecordsOfTheOtherPayload(t *testing.T) {
	for name, tc := range map[string]struct {
		dataType DataType
		body     string
		errs     []string // nil: the body is refused
	}{
		"a leg alone":                      {ScriptAPI, `{"AvgMos":4}`, nil},
		"a leg encoded twice":              {ScriptAPI, `"{\"AvgMos\":4}"`, nil},
		"legs in an array":                 {ScriptAPI, `[{"AvgMos":4},{"AvgMos":3}]`, nil},
		"a leg among what nobody can read": {ScriptAPI, `[1,{"AvgMos":4},{}]`, nil},
		"a leg in metadata":                {ScriptAPI, `{"metadata":{"AvgMos":4}}`, nil},
		"a leg in a string of metadata":    {ScriptAPI, `{"metadata":"[{\"AvgMos\":4}]"}`, nil},
		"a leg beside an empty envelope":   {ScriptAPI, `[{"metadata":[]},{"AvgMos":4}]`, nil},
		"a leg among calls":                {ScriptAPI, `[{"contactId":1},{"AvgMos":4}]`, []string{"", "this is the voice_quality payload"}},
		"a leg before calls": {
			ScriptAPI,
			`[{"AvgMos":4},{"metadata":[{"contactId":1}]}]`,
			[]string{"this is the voice_quality payload", ""},
		},
		"a leg with a field of a call":     {ScriptAPI, `{"AvgMos":4,"actionId":1}`, []string{""}},
		"identifiers that both have":       {ScriptAPI, `{"ContactId":1,"MasterContactId":2}`, []string{""}},
		"identifiers that both have, legs": {VoiceQuality, `{"contactId":1,"masterContactId":2}`, []string{""}},
		"an envelope alone":                {VoiceQuality, `{"source":"NICE","event":"x","timestamp":"y","metadata":"[]"}`, nil},
		"a call alone":                     {VoiceQuality, `{"messageId":"m","contactId":1}`, []string{}},
		"calls in an array":                {VoiceQuality, `[{"messageId":"m"},{"actionId":1}]`, nil},
		"an envelope among legs": {
			VoiceQuality,
			`[{"ContactId":1},{"source":"x","metadata":"[]"}]`,
			[]string{"", "this is the script_api payload"},
		},
		"nothing that anybody could read": {
			VoiceQuality,
			`[1,{},"x"]`,
			[]string{"a number where", "without one known field", "a string where"},
		},
		"only what nobody could read, script": {ScriptAPI, `{"metadata":[1,{}]}`, []string{"a number where", "without one known field"}},
	} {
		t.Run(name, func(t *testing.T) {
			records, err := decode(t, tc.dataType, tc.body)
			if len(tc.errs) == 0 {
				var refusal *Error
				require.ErrorAs(t, err, &refusal)
				assert.True(t, refusal.WrongType)
				assert.Equal(t, tc.dataType.other(), refusal.Found)
				return
			}
			require.NoError(t, err)
			require.Len(t, records, len(tc.errs))
			for i, says := range tc.errs {
				assert.Contains(t, records[i].err, says)
				assert.Equal(t, says == "", records[i].err == "")
			}
		})
	}
}
