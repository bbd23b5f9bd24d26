// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package signature

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// A signature of one key is not a signature of another key, nor under another algorithm, even if both are RSA.
func TestAlgorithmsArePinned(t *testing.T) {
	for _, signed := range Algorithms() {
		for _, pinned := range Algorithms() {
			if signed == pinned || strings.Contains(signed+pinned, "digest") {
				continue // a plain digest needs a string of its own, with {secret}
			}
			config, _ := Preset("github")
			verifying, _ := keyFor(t, pinned, "", "")
			_, signing := keyFor(t, signed, "", "")
			config.Keys = []KeyConfig{verifying}
			signer, err := NewSigner(&config, Callback{}, signing)
			require.NoError(t, err)
			r := newRequest(t, "POST", testURL)
			require.NoError(t, signer.Sign(r, []byte(testBody), testNow))
			_, err = judge(newVerifier(t, &config), overTheWire(t, r), testBody, testNow)
			require.True(t, isRefusal(err), "%s taken for %s", signed, pinned)
		}
	}
}
