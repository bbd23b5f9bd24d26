// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package nearest

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestWord(t *testing.T) {
	known := []string{"client_certificate", "signature", "script_api", "url"}
	for _, c := range []struct{ name, written, want string }{
		{"a letter is missing", "client_certifcate", "client_certificate"},
		{"a letter is too many", "signaturre", "signature"},
		{"two letters are swapped", "singature", "signature"},
		{"a short word", "uri", "url"},
		{"a short word with two letters swapped", "ulr", "url"},
		{"capitals", "URL", "url"},
		{"the word itself", "signature", "signature"},
		{"nothing is near", "voice", ""},
		{"an empty word", "", ""},
		{"too long to compare", strings.Repeat("signature", 100), ""},
	} {
		t.Run(c.name, func(t *testing.T) { require.Equal(t, c.want, Word(c.written, known)) })
	}
}
