// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package keys

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestPEMThatCannotBeRead says what is wrong with the text, as people paste it.
func TestPEMThatCannotBeRead(t *testing.T) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	der, err := x509.MarshalPKIXPublicKey(&key.PublicKey)
	require.NoError(t, err)
	good := string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}))
	for says, text := range map[string]string{
		"indented":        "  " + strings.ReplaceAll(good, "\n", "\n  "),
		"byte order mark": "\xef\xbb\xbf" + good,
		"broken":          good[:len(good)-10],
	} {
		_, err := ParsePublicKey([]byte(text))
		require.ErrorContains(t, err, says)
	}
}
