// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package payload

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestErrorsSayWhere(t *testing.T) {
	for name, tc := range map[string]struct {
		dataType DataType
		body     string
		want     string
	}{
		"in a value": {
			VoiceQuality,
			`{"ContactId":1,"AvgMos":nope}`,
			"not valid JSON: invalid character 'o' in literal null (expecting 'u') at byte 25, in AvgMos",
		},
		"in a value in another case": {
			VoiceQuality,
			`{"avgmos":01}`,
			"not valid JSON: invalid character '1' after object value (expecting ',' or '}') at byte 11",
		},
		"in a value that ends":  {VoiceQuality, `{"AvgMos":`, "not valid JSON: it ends too early at byte 10, in AvgMos"},
		"in a string that ends": {VoiceQuality, `{"Agent":"Sherl`, "not valid JSON: it ends too early at byte 15, in Agent"},
		"in an unknown field": {
			VoiceQuality,
			`{"Secret":nope}`,
			"not valid JSON: invalid character 'o' in literal null (expecting 'u') at byte 11",
		},
		"deep in a known field": {
			VoiceQuality,
			`{"spearlineAnalysis":{"x":[1,}}`,
			"not valid JSON: invalid character '}' at start of value at byte 29, in spearlineAnalysis",
		},
		"in metadata": {
			ScriptAPI,
			`{"metadata":"[{\"responseTime\":x}]"}`,
			"metadata: not valid JSON: invalid character 'x' at start of value at byte 17, in responseTime",
		},
		"in the envelope": {
			ScriptAPI,
			`{"timestamp":x}`,
			"not valid JSON: invalid character 'x' at start of value at byte 13, in timestamp",
		},
		"encoded twice": {
			VoiceQuality,
			`"{\"AvgMos\":"`,
			"the JSON held as a string: not valid JSON: it ends too early at byte 10, in AvgMos",
		},
		"a body after the body": {
			VoiceQuality,
			`{"AvgMos":1} {"AvgMos":2}`,
			"not valid JSON: more data follows the first value at byte 12",
		},
		"a string after the string": {VoiceQuality, `"{}" "{}"`, "not valid JSON: more data follows the first value at byte 4"},
		"a bracket too many":        {VoiceQuality, `[]]`, "not valid JSON: invalid character ']' at start of value at byte 2"},
		"after a byte order mark":   {VoiceQuality, "\ufeff" + `{"AvgMos":`, "not valid JSON: it ends too early at byte 13, in AvgMos"},
		"after invalid UTF-8": {
			VoiceQuality,
			"{\"Agent\":\"\xff\xff\xff\",\"AvgMos\":x",
			"not valid JSON: invalid character 'x' at start of value at byte 24, in AvgMos",
		},
		"after a real U+FFFD": {
			VoiceQuality,
			"\ufeff{\"Agent\":\"\ufffd\xff\",\"AvgMos\":x",
			"not valid JSON: invalid character 'x' at start of value at byte 28, in AvgMos",
		},
		"an escape that is none": {VoiceQuality, `{"Agent":"\u12Qz"}`, "not valid JSON: invalid escape in a string at byte 10, in Agent"},
		"a bare control character": {
			VoiceQuality,
			"{\"Agent\":\"\x01\"}",
			`not valid JSON: invalid character '\x01' in string (expecting non-control character) at byte 10, in Agent`,
		},
		"too deep": {
			VoiceQuality,
			`{"a":` + strings.Repeat("[", 100) + strings.Repeat("]", 100) + `}`,
			"nested deeper than 100 levels, up to here at byte 205",
		},
		"no record in it":             {ScriptAPI, `{"source":"NICE"}`, "the envelope has no metadata, so there is no record in it"},
		"metadata that is no records": {ScriptAPI, `{"metadata":"null"}`, "metadata: null where an object or an array of objects was expected"},
		"metadata that is blank":      {ScriptAPI, `{"metadata":"  "}`, "metadata: not valid JSON: it ends too early at byte 2"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := decode(t, tc.dataType, tc.body)
			assert.EqualError(t, err, tc.want)
		})
	}
}

// TestErrorsNeverQuoteTheBody breaks a body in many ways. All of its texts consist of the letter Q, of which an error may
// contain one at most.
func TestErrorsNeverQuoteTheBody(t *testing.T) {
	const record = `{"contactId":"QQQQ","QQQQ":"\u0051QQQ\ud801\udc37QQQ","apiResponseMessage":"QQQQ","n":[QQ],"o":{"QQ":12}}`
	quoted, err := json.Marshal(strings.ReplaceAll(record, "[QQ]", "[1]"))
	require.NoError(t, err)
	for _, body := range []string{
		record, strings.ReplaceAll(record, "[QQ]", "[1]"), `{"QQQQ":"QQQQ"}`, `QQQQ`, `"QQQQ"`, `["QQQQ",{"QQQQ":1}]`, `{"metadata":` +
			string(quoted) + `,"event":"QQQQ"}`,
		`{"metadata":"QQQQ"}`, `{"ContactId":"QQQQ","AvgMos":"QQQQ"}`, `{"x":"\uQQQQ"}`, `{"x":"\ud800\uQQQQ"}`, string(quoted),
	} {
		check := func(body string) {
			for _, dataType := range []DataType{VoiceQuality, ScriptAPI} {
				records, err := decode(t, dataType, body)
				if err != nil {
					assert.NotContains(t, err.Error(), "QQ", body)
				}
				for _, r := range records {
					assert.NotContains(t, r.err, "QQ", body)
				}
			}
		}
		check(body)
		for i := range body {
			check(body[:i])
			for _, c := range []string{"", `"`, `\`, "{", "]", ":", "\x00", "\xff", "\\u", "Q"} {
				check(body[:i] + c + body[i+1:])
			}
		}
	}
}

// TestYieldsErrorIsReturnedAsItIs checks errors of yield, also those that the JSON decoder has too.
func TestYieldsErrorIsReturnedAsItIs(t *testing.T) {
	for _, stop := range []error{
		errors.New("stop"),
		io.EOF,
		io.ErrUnexpectedEOF,
		&jsontext.SyntacticError{},
		&Error{Reason: "mine", Offset: 3},
	} {
		for _, body := range []string{
			`{"contactId":1}`,
			`[{"contactId":1},{"contactId":2}]`,
			`[1,2]`,
			`{"metadata":[{"contactId":1}]}`,
			"\ufeff" + `{"metadata":"[{\"contactId\":1}]"}`,
		} {
			seen := 0
			err := NewDecoder(ScriptAPI, time.UTC).Decode([]byte(body), func(*Record) error { seen++; return stop })
			assert.Same(t, stop, err, "%T %s", stop, body)
			assert.Equal(t, 1, seen)
		}
	}
	mine := &Error{Reason: "mine", Offset: 3}
	_ = NewDecoder(ScriptAPI, time.UTC).Decode([]byte("\ufeff[1]"), func(*Record) error { return mine })
	assert.EqualValues(t, 3, mine.Offset)
}

// TestBrokenAnywhere cuts the samples at every byte, and also drops and changes every byte.
func TestBrokenAnywhere(t *testing.T) {
	for dataType, name := range map[DataType]string{VoiceQuality: "voice_quality.json", ScriptAPI: "script_api.json"} {
		body := strings.TrimSpace(sample(t, name))
		for i := range len(body) {
			for what, broken := range map[string]string{
				"cut": body[:i], "without its beginning": body[i+1:], "a byte dropped": body[:i] + body[i+1:],
				"a quote": body[:i] + `"` + body[i+1:], "a NUL": body[:i] + "\x00" + body[i+1:], "no UTF-8": body[:i] + "\xfe" + body[i+1:],
			} {
				records, err := decode(t, dataType, broken)
				if err == nil {
					assert.True(t, json.Valid([]byte(broken)) || strings.Contains(broken, "\xfe"), "%s, %s at %d", name, what, i)
					assert.Len(t, records, 1)
					continue
				}
				var refusal *Error
				require.ErrorAs(t, err, &refusal, "%s, %s at %d", name, what, i)
				if refusal.Part == partBody {
					assert.LessOrEqual(t, refusal.Offset, int64(len(broken)), "%s, %s at %d", name, what, i)
				}
			}
		}
	}
}

func TestAnErrorIsTyped(t *testing.T) {
	_, err := decode(t, ScriptAPI, `{"metadata":"[{\"actionId\":"}`)
	var problem *Error
	require.ErrorAs(t, fmt.Errorf("wrapped: %w", err), &problem)
	assert.Equal(t, &Error{Offset: 13, Part: "metadata", Field: "actionId", Reason: "not valid JSON: it ends too early"}, problem)
}

// TestAnErrorNamesAFieldAsItsPayloadDoes has fields of both payloads, which spell them differently.
func TestAnErrorNamesAFieldAsItsPayloadDoes(t *testing.T) {
	for _, c := range []struct {
		dataType    DataType
		body, field string
	}{
		{VoiceQuality, `{"ContactId":NaN}`, "ContactId"},
		{VoiceQuality, `{"mastercontactid":NaN}`, "MasterContactId"},
		{VoiceQuality, `"{\"ContactId\":NaN}"`, "ContactId"},
		{VoiceQuality, `{"busNo":NaN}`, "busNo"},
		{ScriptAPI, `{"ContactId":NaN}`, "contactId"},
		{ScriptAPI, `{"metadata":"[{\"masterContactId\":NaN}]"}`, "masterContactId"},
		{ScriptAPI, `{"AvgMos":NaN}`, "AvgMos"},
	} {
		_, err := decode(t, c.dataType, c.body)
		var problem *Error
		require.ErrorAs(t, err, &problem, c.body)
		assert.Equal(t, c.field, problem.Field, c.body)
	}
}
