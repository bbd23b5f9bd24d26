// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package payload

import (
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func fuzzDecode(f *testing.F, dataType DataType) {
	for _, seed := range []string{
		sample(f, "voice_quality.json"), sample(f, "script_api.json"), `"{\"ContactId\":1}"`, `[{"contactId":1},2]`, `{"metadata":"[{}]"}`,
		`{"contactId":"\ud800","x":{"y":[1e400]}}`, "{\"ContactId\":\"\xff\"}", "\ufeff[]",
		`[{"metadata":"[{"},{"metadata":5,"x":1},{"metadata":[{"contactId":1,"source":"s","x":2}],"X":"y"}]`,
		`{"contactId":1,"event":"x","timestamp":"1/1/2024 1:00:00 AM"}`,
		`{"source":"s","contactId":1,"spearlineAnalysis":null}`,
		`{"AvgMos":" 4.2 ","avgmos":-1e-5,"StartDateTime":"2024-03-26T13:57:41.727Z","new":" ","NEW":null}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		before := string(body)
		records, err := decode(t, dataType, before)
		again, errAgain := decode(t, dataType, string(body))
		assert.Equal(t, records, again, "the same bytes give the same records")
		assert.Equal(t, err == nil, errAgain == nil)
		if err != nil {
			var problem *Error
			require.ErrorAs(t, err, &problem)
			assert.True(t, problem.Part != partBody || problem.Offset <= int64(len(body)), "an offset beyond the body")
			return
		}
		_ = NewDecoder(dataType, time.UTC).Decode(body, func(r *Record) error {
			require.True(t, utf8.ValidString(r.Raw))
			compact, err := jsontext.AppendFormat(nil, r.Raw, jsontext.PreserveRawStrings(true), jsontext.AllowDuplicateNames(true),
				jsontext.AllowInvalidUTF8(true))
			require.NoError(t, err)
			assert.Equal(t, string(compact), string(r.AppendCompact(nil)), "only white space goes")
			for _, m := range r.Unknown {
				assert.True(t, utf8.ValidString(m.Name) && utf8.ValidString(m.Text))
			}
			assert.LessOrEqual(t, len(r.Unknown), MaxUnknown)
			readAgain(t, r)
			return nil
		})
		assert.Equal(t, before, string(body), "the body is left as it is")
	})
}

// readAgain decodes a record's raw text, with and without its white space. The values must be the same.
func readAgain(t *testing.T, r *Record) {
	want := keep(r)
	for _, text := range []string{r.Raw, string(r.AppendCompact(nil))} {
		body := []byte(text)
		if r.Type == ScriptAPI {
			// In metadata an envelope's fields are unknown fields, but in a record without an envelope they count. Its
			// values are the same.
			body = []byte(`{"metadata":` + string(must(jsontext.AppendQuote(nil, text))) + `}`)
		}
		again, err := decode(t, r.Type, string(body))
		if r.Err != nil {
			if err == nil && len(again) == 1 {
				assert.NotEmpty(t, again[0].err)
			}
			continue
		}
		if problem, ok := err.(*Error); ok && problem.WrongType { //nolint:errorlint // never wrapped
			continue // a record of this data type for an envelope's field alone, which means nothing in metadata
		}
		require.NoError(t, err)
		require.Len(t, again, 1)
		assert.Equal(t, want.unreadable, again[0].unreadable)
		if text == r.Raw { // the text of objects and arrays keeps its white space
			assert.Equal(t, want.fields, again[0].fields)
		}
	}
}

func must(b []byte, err error) []byte {
	if err != nil {
		panic(err)
	}
	return b
}

func FuzzDecodeVoiceQuality(f *testing.F) { fuzzDecode(f, VoiceQuality) }
func FuzzDecodeScriptAPI(f *testing.F)    { fuzzDecode(f, ScriptAPI) }

func BenchmarkDecode(b *testing.B) {
	for _, dataType := range []DataType{VoiceQuality, ScriptAPI} {
		one := sample(b, dataType.String()+".json")
		for name, body := range batches(one) {
			b.Run(dataType.String()+"/"+name, func(b *testing.B) {
				d, bytes := NewDecoder(dataType, time.UTC), []byte(body)
				b.SetBytes(int64(len(body)))
				b.ReportAllocs()
				for b.Loop() {
					if err := d.Decode(bytes, func(*Record) error { return nil }); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}

func batches(one string) map[string]string {
	bodies := map[string]string{"1": one}
	for _, n := range []int{10, 100, 1000} {
		bodies[strconv.Itoa(n)] = "[" + strings.Repeat(one+",", n-1) + one + "]"
	}
	return bodies
}
