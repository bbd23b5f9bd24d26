// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package pemfile

import (
	"bytes"
	"testing"
)

// FuzzBlocks reads any text. Nothing may panic, an error may not be longer than a few lines, and every block must be in the
// text.
func FuzzBlocks(f *testing.F) {
	one := text("CERTIFICATE", "one")
	for _, seed := range []string{"", one, one + one, "\xef\xbb\xbf" + one, "  " + one, one[:20], "\x30\x82", text("PRIVATE KEY", "x") + one} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		blocks, err := Blocks(data, "CERTIFICATE", "PRIVATE KEY")
		if err != nil {
			if len(err.Error()) > 400 {
				t.Fatal("too long: ", err)
			}
			return
		}
		if bytes.Count(data, begin) < len(blocks) || len(blocks) == 0 {
			t.Fatalf("%d blocks of %d", len(blocks), bytes.Count(data, begin))
		}
	})
}
