// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package payload

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestTheFormOfAValueDoesNotShowIt(t *testing.T) {
	for json, want := range map[string]string{
		`null`:                                "nothing",
		`""`:                                  "nothing",
		`"4,2"`:                               `a string of the form "9,9"`,
		`"0.5%"`:                              `a string of the form "9.9%"`,
		`"26.03.2024 13:57"`:                  `a string of the form "99.99.9999 99:99"`,
		`"Sherlock Holmes"`:                   `a string of the form "Aaaaaaaa Aaaaaa"`,
		`"\u0664\u202f\"\u00df\u0000\n♥"`:     `a string of the form "9 ?a???"`,
		`-1.5e9`:                              `a number of the form "-9.9a9"`,
		`true`:                                "a boolean",
		`{"From":"+18018675309"}`:             "an object",
		`["+18018675309"]`:                    "an array",
		`"` + strings.Repeat("1", 9999) + `"`: `a string of the form "` + strings.Repeat("9", 40) + `..."`,
	} {
		v := readValue(json, anything, nil)
		assert.Equal(t, want, v.Form(), json)
	}
}
