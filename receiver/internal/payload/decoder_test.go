// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package payload

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// read is a copy of a record for a test: its text fields, and what else a test checks.
type read struct {
	fields     map[string]string
	unreadable []string
	unknown    []Member
	envelope   []Member // unknown fields of the envelope
	numUnknown int
	numDropped int
	err        string
	raw        string

	envelopeNanos int64
}

// decode reads a body and keeps what it yields.
func decode(t testing.TB, dataType DataType, body string) ([]read, error) {
	t.Helper()
	var all []read
	err := NewDecoder(dataType, time.UTC).Decode([]byte(body), func(r *Record) error {
		all = append(all, keep(r))
		return nil
	})
	return all, err
}

func keep(r *Record) read {
	k := read{
		fields: map[string]string{}, numUnknown: r.NumUnknown, numDropped: r.NumDropped, unknown: append([]Member(nil), r.Unknown...),
		raw: r.Raw, envelopeNanos: r.EnvelopeNanos,
	}
	if r.Envelope != nil {
		k.envelope = r.Envelope.Unknown
	}
	if r.Err != nil {
		k.err = r.Err.Error()
		return k
	}
	for f := range envelopeSource {
		v := r.Get(f)
		switch {
		case v.Unreadable:
			k.unreadable = append(k.unreadable, f.Name(r.Type))
		case v.Kind != 0:
			k.fields[f.Name(r.Type)] = v.Text
		}
	}
	return k
}

func sample(t testing.TB, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", "..", "testdata", "payloads", name))
	require.NoError(t, err)
	return string(text)
}

func TestTheVendorsSamplesAreReadWhole(t *testing.T) {
	voice, err := decode(t, VoiceQuality, sample(t, "voice_quality.json"))
	require.NoError(t, err)
	require.Len(t, voice, 1)
	assert.True(t, len(voiceFields) == 48, "%d fields, but the vendor's page has 48", len(voiceFields)) //nolint:testifylint // Len prints all
	assert.Len(t, voice[0].fields, 34, "the other 14 are null")
	assert.Zero(t, voice[0].numUnknown)
	assert.Empty(t, voice[0].unreadable)

	full, err := decode(t, VoiceQuality, sample(t, "voice_quality_full.json"))
	require.NoError(t, err)
	for _, spec := range voiceFields {
		assert.NotEmpty(t, full[0].fields[spec.name], "testdata/payloads/voice_quality_full.json lacks %s", spec.name)
	}

	script, err := decode(t, ScriptAPI, sample(t, "script_api.json"))
	require.NoError(t, err)
	require.Len(t, script, 1)
	assert.Len(t, script[0].fields, 14)
	assert.Equal(t, "130000000", script[0].fields["scriptId/version"])
	assert.Zero(t, script[0].numUnknown)
}

func TestFormsOfABody(t *testing.T) {
	for name, tc := range map[string]struct {
		dataType DataType
		body     string
		contacts string
	}{
		"an object":                         {VoiceQuality, `{"ContactId":1}`, "1"},
		"an array":                          {VoiceQuality, `[{"ContactId":1},{"ContactId":2}]`, "1 2"},
		"an empty array":                    {VoiceQuality, `[]`, ""},
		"white space around":                {VoiceQuality, " \r\n\t{\"ContactId\":1}\n", "1"},
		"a byte order mark":                 {VoiceQuality, "\ufeff" + `{"ContactId":1}`, "1"},
		"encoded twice":                     {VoiceQuality, `"{\"ContactId\":1}"`, "1"},
		"an array encoded twice":            {VoiceQuality, `"[{\"ContactId\":1},{\"ContactId\":2}]"`, "1 2"},
		"an envelope with a string":         {ScriptAPI, `{"metadata":"[{\"contactId\":1}]"}`, "1"},
		"an envelope with an array":         {ScriptAPI, `{"metadata":[{"contactId":1},{"contactId":"2"}]}`, "1 2"},
		"an envelope with an object":        {ScriptAPI, `{"metadata":{"contactId":1}}`, "1"},
		"an envelope with an object string": {ScriptAPI, `{"metadata":"{\"contactId\":1}"}`, "1"},
		"an envelope with nothing in it":    {ScriptAPI, `{"metadata":[]}`, ""},
		"an envelope, metadata first":       {ScriptAPI, `{"metadata":"[{\"contactId\":1}]","event":"SCRIPT_API_MONITORING "}`, "1"},
		"envelopes in an array":             {ScriptAPI, `[{"metadata":[{"contactId":1}]},{"metadata":"[{\"contactId\":2}]"}]`, "1 2"},
		"an envelope encoded twice":         {ScriptAPI, `"{\"metadata\":\"[{\\\"contactId\\\":1}]\"}"`, "1"},
		"a record without its envelope":     {ScriptAPI, `{"contactId":1,"busNo":2}`, "1"},
		"names in any case":                 {VoiceQuality, `{"CONTACTID":1}`, "1"},
		"escapes in a name":                 {VoiceQuality, `{"\u0043ontactId":1}`, "1"},
		"of two names the last":             {VoiceQuality, `{"ContactId":1,"ContactId":2}`, "2"},
		"of two names in another case":      {VoiceQuality, `{"ContactId":1,"contactid":2}`, "2"},
	} {
		t.Run(name, func(t *testing.T) {
			records, err := decode(t, tc.dataType, tc.body)
			require.NoError(t, err)
			var contacts []string
			for _, r := range records {
				assert.Empty(t, r.err)
				contacts = append(contacts, r.fields[ContactID.Name(tc.dataType)])
			}
			assert.Equal(t, tc.contacts, strings.Join(contacts, " "))
		})
	}
}

func TestBodiesThatAreRefused(t *testing.T) {
	for name, tc := range map[string]struct {
		dataType DataType
		body     string
		says     string
	}{
		"nothing":                  {VoiceQuality, ``, "it ends too early at byte 0"},
		"white space":              {VoiceQuality, `  `, "it ends too early at byte 2"},
		"a word":                   {VoiceQuality, `nope`, "not valid JSON"},
		"null":                     {VoiceQuality, `null`, "null where an object"},
		"a number":                 {VoiceQuality, `12`, "a number where an object"},
		"a string of no JSON":      {VoiceQuality, `"x"`, "the JSON held as a string: not valid JSON"},
		"a string in a string":     {VoiceQuality, `"\"{}\""`, "the JSON held as a string: a string where an object"},
		"an empty object":          {VoiceQuality, `{}`, "without one known field"},
		"no known field":           {ScriptAPI, `{"a":1}`, "without one known field"},
		"broken off":               {VoiceQuality, `{"ContactId":`, "it ends too early at byte 13"},
		"broken off in an array":   {VoiceQuality, `[{"ContactId":1},`, "it ends too early"},
		"two bodies":               {VoiceQuality, `{"ContactId":1}{"ContactId":2}`, "more data follows"},
		"a comma too many":         {VoiceQuality, `{"ContactId":1,}`, "not valid JSON"},
		"single quotes":            {VoiceQuality, `{'ContactId':1}`, "not valid JSON"},
		"a name that is no string": {VoiceQuality, `{1:2}`, "not valid JSON"},
		"a control character":      {VoiceQuality, "{\"ContactId\":\"\n\"}", "not valid JSON"},
		"UTF-16":                   {VoiceQuality, "\xff\xfe{\x00}\x00", "not valid JSON"},
		"nested too deep": {
			VoiceQuality,
			`{"x":` + strings.Repeat("[", 100) + strings.Repeat("]", 100) + `}`,
			"nested deeper than 100 levels",
		},
		"nested too deep in an element": {VoiceQuality, strings.Repeat("[", 101) + strings.Repeat("]", 101), "nested deeper than 100 levels"},
		"nested too deep in metadata": {
			ScriptAPI,
			`{"metadata":"[` + strings.Repeat("[", 100) + strings.Repeat("]", 100) + `]"}`,
			"metadata: nested deeper than 100 levels",
		},
		"8 MiB of [":                {VoiceQuality, strings.Repeat("[", 8<<20), "not valid JSON"},
		"8 MiB of names":            {VoiceQuality, strings.Repeat(`{"a":`, 8<<20/5), "not valid JSON"},
		"no metadata":               {ScriptAPI, `{"event":"SCRIPT_API_MONITORING "}`, "the envelope has no metadata"},
		"metadata null":             {ScriptAPI, `{"event":"x","metadata":null}`, "the envelope has no metadata"},
		"metadata empty":            {ScriptAPI, `{"event":"x","metadata":""}`, "the envelope has no metadata"},
		"metadata a number":         {ScriptAPI, `{"metadata":5}`, "metadata: a number where an array"},
		"metadata no JSON":          {ScriptAPI, `{"metadata":"[{"}`, "metadata: not valid JSON: it ends too early at byte 2"},
		"metadata with more":        {ScriptAPI, `{"metadata":"[] []"}`, "metadata: not valid JSON: more data"},
		"voice on the script path":  {ScriptAPI, `{"ContactId":1,"AvgMos":4}`, "this is the voice_quality payload"},
		"only voice in an array":    {ScriptAPI, `[{"ContactId":1,"AvgMos":4},{}]`, "this is the voice_quality payload"},
		"only voice in an envelope": {ScriptAPI, `{"metadata":[{"AvgMos":4}]}`, "this is the voice_quality payload"},
		"script on the voice path":  {VoiceQuality, `{"event":"x","metadata":"[]"}`, "this is the script_api payload"},
		"a script record on voice":  {VoiceQuality, `{"contactId":1,"actionId":2}`, "this is the script_api payload"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := decode(t, tc.dataType, tc.body)
			var refusal *Error
			require.ErrorAs(t, err, &refusal)
			assert.Contains(t, err.Error(), tc.says)
			assert.Equal(t, strings.HasPrefix(tc.says, "this is"), refusal.WrongType)
			assert.Less(t, len(err.Error()), 200)
		})
	}
}

func TestOneBadRecordCostsOnlyItself(t *testing.T) {
	records, err := decode(t, VoiceQuality, `[{"ContactId":1}, 2, "three", null, [4], {}, {"AvgMos":5,"actionId":1}, {"messageId":"m"}, `+
		`{"ContactId":9}]`)
	require.NoError(t, err)
	var errs []string
	for _, r := range records {
		errs = append(errs, r.err)
	}
	const unknown = "an object without one known field of the voice_quality payload"
	assert.Equal(t, []string{
		"", "a number where a record was expected", "a string where a record was expected", "null where a record was expected",
		"an array where a record was expected", unknown, "", "this is the script_api payload, and this is the callback for voice_quality", "",
	}, errs)
}

func TestTruncatedAnywhereIsRefused(t *testing.T) {
	for dataType, name := range map[DataType]string{VoiceQuality: "voice_quality.json", ScriptAPI: "script_api.json"} {
		body := strings.TrimSpace(sample(t, name))
		for i := range len(body) {
			_, err := decode(t, dataType, body[:i])
			require.Error(t, err, "%s, %d bytes", name, i)
		}
	}
}

func TestADecoderIsReusable(t *testing.T) {
	d := NewDecoder(VoiceQuality, time.UTC)
	body := []byte(`{"ContactId":"first","New":"a"}`)
	var kept read
	require.NoError(t, d.Decode(body, func(r *Record) error { kept = keep(r); return nil }))
	clear(body)
	require.Error(t, d.Decode([]byte(`{"ContactId":"x",`), func(*Record) error { return nil }))
	require.NoError(t, d.Decode([]byte(`{"AvgMos":1}`), func(r *Record) error {
		assert.Equal(t, map[string]string{"AvgMos": "1"}, keep(r).fields, "nothing is left of the one before")
		assert.Empty(t, r.Unknown)
		return nil
	}))
	assert.Equal(t, "first", kept.fields["ContactId"], "strings outlive the body")
	assert.Equal(t, []Member{{Name: "New", Text: "a"}}, kept.unknown)

	stop := fmt.Errorf("stop")
	seen := 0
	err := d.Decode([]byte(`[{"ContactId":1},{"ContactId":2}]`), func(*Record) error { seen++; return stop })
	assert.Equal(t, stop, err)
	assert.Equal(t, 1, seen)
}

func TestAllocations(t *testing.T) {
	for dataType, limit := range map[DataType]float64{VoiceQuality: 1, ScriptAPI: 4} {
		name := dataType.String() + ".json"
		body := []byte(sample(t, name))
		d := NewDecoder(dataType, time.UTC)
		allocations := testing.AllocsPerRun(100, func() {
			if err := d.Decode(body, func(*Record) error { return nil }); err != nil {
				t.Fatal(err)
			}
		})
		t.Logf("%s: %v", name, allocations)
		assert.LessOrEqual(t, allocations, limit, name)
	}
}
