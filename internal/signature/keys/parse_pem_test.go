// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package keys

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cxone-otel/cxonereceiver/internal/signature/signaturetest"
)

// TestPEMThatCannotBeRead checks that errors say what is wrong with the text, as people paste it.
func TestPEMThatCannotBeRead(t *testing.T) {
	good := string(signaturetest.PublicPEM(t, signaturetest.KeyPairs()["p256"].Public()))
	for says, text := range map[string]string{
		"indented":        "  " + strings.ReplaceAll(good, "\n", "\n  "),
		"byte order mark": "\xef\xbb\xbf" + good,
		"broken":          good[:len(good)-10],
	} {
		_, err := ParsePublicKey([]byte(text))
		require.ErrorContains(t, err, says)
	}
}
