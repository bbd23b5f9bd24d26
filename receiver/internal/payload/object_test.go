// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package payload

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestOrderOfFields has the fields of both payloads in the vendor's order, in others, with some left out, and with names that
// are not quite the vendor's: every value is found.
func TestOrderOfFields(t *testing.T) {
	for dataType, specs := range map[DataType][]fieldSpec{VoiceQuality: voiceFields, ScriptAPI: scriptFields[:14]} {
		backwards := slices.Clone(specs)
		slices.Reverse(backwards)
		for name, order := range map[string][]fieldSpec{
			"as documented": specs, "backwards": backwards, "from the middle": append(slices.Clone(specs[7:]), specs[:7]...),
			"every second": everySecond(specs), "every second, and then all": append(everySecond(specs), specs...),
		} {
			for _, spelling := range []func(string) string{strings.Clone, strings.ToLower, func(name string) string { return " " + name + "\t" }} {
				t.Run(fmt.Sprint(dataType, name, spelling("X")), func(t *testing.T) {
					members := make([]string, len(order))
					for i, spec := range order {
						key, err := json.Marshal(spelling(spec.name))
						require.NoError(t, err)
						members[i] = fmt.Sprintf(`%s:"%d"`, key, spec.field)
					}
					body := "{" + strings.Join(members, ",") + "}"
					require.NoError(t, NewDecoder(dataType, time.UTC).Decode([]byte(body), func(rec *Record) error {
						require.NoError(t, rec.Err)
						assert.Empty(t, rec.Unknown)
						for _, spec := range order {
							assert.Equal(t, fmt.Sprint(uint8(spec.field)), rec.Get(spec.field).Text, spec.name)
						}
						return nil
					}))
				})
			}
		}
	}
}

func everySecond(specs []fieldSpec) (some []fieldSpec) {
	for i := 0; i < len(specs); i += 2 {
		some = append(some, specs[i])
	}
	return some
}

// TestCompact compares a record's compact JSON with encoding/json's, with white space wherever it may be, and without.
func TestCompact(t *testing.T) {
	for _, raw := range []string{
		`{"ContactId":1}`, `{"ContactId":1,"Agent":"a b"}`, `{"ContactId" :1}`, `{"ContactId": 1}`, `{ "ContactId":1}`, `{"ContactId":1 }`,
		`{"ContactId":1 ,"Agent":"a b"}`, `{"ContactId":1, "Agent":"a\" b"}`, "{\n\t\"ContactId\": 1,\r\n\t\"Agent\": \" \"\n}",
		`{"ContactId":1,"x":{"a":1}}`, `{"ContactId":1,"x":{"a": 1}}`, `{"ContactId":1,"x":[1, "a b"]}`, `{"ContactId":1,"x":{ }}`,
	} {
		var want bytes.Buffer
		require.NoError(t, json.Compact(&want, []byte(raw)))
		require.NoError(t, NewDecoder(VoiceQuality, time.UTC).Decode([]byte(raw), func(rec *Record) error {
			assert.Equal(t, want.String(), string(rec.AppendCompact(nil)), raw)
			return nil
		}))
	}
}
