// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package payload

import (
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
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		records, err := decode(t, dataType, string(body))
		again, errAgain := decode(t, dataType, string(body))
		assert.Equal(t, records, again, "the same bytes give the same records")
		assert.Equal(t, err == nil, errAgain == nil)
		if err != nil {
			return
		}
		_ = NewDecoder(dataType, time.UTC).Decode(body, func(r *Record) error {
			require.True(t, utf8.ValidString(r.Raw))
			compact, err := jsontext.AppendFormat(nil, r.Raw, jsontext.PreserveRawStrings(true), jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
			require.NoError(t, err)
			assert.Equal(t, string(compact), string(r.AppendCompact(nil)), "only white space goes")
			for _, m := range r.Unknown {
				assert.True(t, utf8.ValidString(m.Name) && utf8.ValidString(m.Text))
			}
			assert.LessOrEqual(t, len(r.Unknown), MaxUnknown)
			return nil
		})
	})
}

func FuzzDecodeVoiceQuality(f *testing.F) { fuzzDecode(f, VoiceQuality) }
func FuzzDecodeScriptAPI(f *testing.F)    { fuzzDecode(f, ScriptAPI) }

func BenchmarkDecode(b *testing.B) {
	for _, dataType := range []DataType{VoiceQuality, ScriptAPI} {
		one := sample(b, dataType.String()+".json")
		for name, body := range map[string]string{"1": one, "100": "[" + strings.Repeat(one+",", 99) + one + "]"} {
			b.Run(dataType.String()+"/"+name, func(b *testing.B) {
				d := NewDecoder(dataType, time.UTC)
				b.SetBytes(int64(len(body)))
				b.ReportAllocs()
				for b.Loop() {
					if err := d.Decode([]byte(body), func(*Record) error { return nil }); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}
