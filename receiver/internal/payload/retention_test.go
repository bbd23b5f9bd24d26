// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package payload

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestStringsOutliveTheBody overwrites the body after reading, as the buffer's next user will.
func TestStringsOutliveTheBody(t *testing.T) {
	for name, tc := range map[string]struct {
		dataType DataType
		body     string
	}{
		"a leg":                    {VoiceQuality, `{"ContactId":"abc","Agent":"d\u00e9f","AvgMos":"x","New":{"a":"b"},"n\u00e9w":1}`},
		"a leg encoded twice":      {VoiceQuality, `"{\"ContactId\":\"abc\",\"New\":\"def\"}"`},
		"a leg with invalid UTF-8": {VoiceQuality, "{\"ContactId\":\"a\xffc\",\"New\":\"def\"}"},
		"calls as a string": {
			ScriptAPI,
			`{"tenant":"t1","x":[1],"event":"other","metadata":"[{\"contactId\":\"abc\",\"New\":\"def\"},{\"contactId\":\"ghi\"},7]"}`,
		},
		"calls as an array": {
			ScriptAPI,
			`{"tenant":"t1","x":[1],"busNo":"b","metadata":[{"contactId":"abc","New":"def"},{"contactId":"ghi"},"stranger"]}`,
		},
		"envelopes": {
			ScriptAPI,
			`[{"metadata":[{"contactId":"abc"}],"tenant":"t1"},{"metadata":"x"},{"metadata":[{"contactId":"def"}]}]`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			want, err := decode(t, tc.dataType, tc.body)
			require.NoError(t, err)

			body := []byte(tc.body)
			d := NewDecoder(tc.dataType, time.UTC)
			var got []read
			require.NoError(t, d.Decode(body, func(r *Record) error { got = append(got, keep(r)); return nil }))
			assert.Equal(t, tc.body, string(body), "the body is left as it is")
			for i := range body {
				body[i] = '#'
			}
			// The decoder's own buffers are overwritten, too.
			_ = d.Decode([]byte(strings.Repeat("#", 4096)), func(*Record) error { return nil })
			_ = d.Decode([]byte(`[{"contactId":"########","New":"########","new2":"####"}]`), func(*Record) error { return nil })
			assert.Equal(t, want, got)
		})
	}
}

// TestAnIdleDecoderHoldsNothing looks at what a decoder in a pool would keep alive.
func TestAnIdleDecoderHoldsNothing(t *testing.T) {
	for _, body := range []string{
		`{"contactId":1,"New":"x"}`, `"{\"contactId\":1}"`, `{"tenant":"t","event":"e","metadata":"[{\"contactId\":1,\"New\":1}]"}`,
		`[1,{"AvgMos":4}]`, `{"contactId":`, `{"metadata":"[{"}`, "\xff",
	} {
		d := NewDecoder(ScriptAPI, time.UTC)
		_ = d.Decode([]byte(body), func(*Record) error { return nil })
		for _, r := range []*Record{&d.record, &d.envelope} {
			assert.Empty(t, r.Raw)
			assert.NoError(t, r.Err)
			assert.Equal(t, [numFields]Value{}, r.values)
			for _, m := range r.Unknown[:cap(r.Unknown)] {
				assert.Zero(t, m)
			}
		}
		for _, s := range []*source{&d.body, &d.metadata} {
			assert.Nil(t, s.text)
			assert.Zero(t, s.buffer.Cap())
		}
		assert.Empty(t, bytes.Trim(d.inner, "\x00"))
		assert.Nil(t, d.yield)
		assert.Nil(t, d.wrongType)
	}
}

func TestADecoderIsReusableAfterEveryKindOfEnd(t *testing.T) {
	ends := []string{
		``, `{`, `{"contactId":`, `{"contactId":1`, `[{"contactId":1},`, `{"metadata":"[{"}`, `{"metadata":"[{\"contactId\":1},"}`,
		`{"metadata":[{"contactId":1},`,
		`"{\"contactId\":"`, `{"AvgMos":1}`, `{}`, `[]`, strings.Repeat("[", 20000), `{"x":` + strings.Repeat("[", 150) +
			strings.Repeat("]", 150) + `}`,
		`{"tenant":"t","timestamp":"4/20/2024 06:13:37 AM","metadata":[{"contactId":1,"x":1}]}`, `{"metadata":[]}`, "\xff",
	}
	const good = `{"timestamp":"4/20/2024 06:13:37 AM","y":2,"metadata":[{"contactId":7,"z":3}]}`
	want, err := decode(t, ScriptAPI, good)
	require.NoError(t, err)
	d := NewDecoder(ScriptAPI, time.UTC)
	for _, end := range ends {
		_ = d.Decode([]byte(end), func(*Record) error { return nil })
		var got []read
		require.NoError(t, d.Decode([]byte(good), func(r *Record) error { got = append(got, keep(r)); return nil }))
		assert.Equal(t, want, got, "after %.40s", end)
	}
}

// TestWorkIsLinear has bodies that would take the decoder long if it compared each field with every other.
func TestWorkIsLinear(t *testing.T) {
	var many strings.Builder
	for range 400_000 {
		many.WriteString(`,"nnnnnnnnnn` + string(rune('a'+many.Len()%26)) + `":0`)
	}
	begun := time.Now()
	r := decodeOne(t, VoiceQuality, `{"ContactId":1`+many.String()+`}`)
	assert.Less(t, r.numUnknown, 27)
	assert.Less(t, time.Since(begun), 5*time.Second)
}
