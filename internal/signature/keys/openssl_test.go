// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package keys

import (
	"crypto"
	"encoding/base64"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const opensslDirectory = "../../../testdata/signature/openssl/"

// Every algorithm verifies signatures of openssl, on each curve; make.sh beside the vectors has the commands.
func TestEveryAlgorithmVerifiesWhatOpenSSLSigned(t *testing.T) {
	text, err := os.ReadFile(opensslDirectory + "vectors.txt")
	require.NoError(t, err)
	met := map[string]bool{"digest_sha256": true, "digest_sha512": true} // their strings contain the secret: see package template
	for line := range strings.Lines(string(text)) {
		fields := strings.Fields(line)
		require.Len(t, fields, 3)
		algorithm, material := fields[0], fields[1]
		t.Run(algorithm+"/"+material, func(t *testing.T) {
			signature, err := base64.StdEncoding.DecodeString(fields[2])
			require.NoError(t, err)
			k := &Key{Algorithm: AlgorithmNamed(algorithm)}
			require.NotNil(t, k.Algorithm)
			if k.Algorithm.Symmetric() {
				k.secret = []byte(material)
			} else {
				k.public = opensslKey(t, material)
				require.NoError(t, k.Algorithm.CheckPublic(k.public))
			}
			require.True(t, k.Plausible([][]byte{signature}))
			assert.True(t, k.Verify(Bytes([]byte("signed by openssl")), [][]byte{signature}))
			assert.False(t, k.Verify(Bytes([]byte("signed by openssl ")), [][]byte{signature}))
			for i := range algorithms {
				other := Key{Algorithm: &algorithms[i], public: k.public, secret: k.secret}
				accepted := other.Algorithm.Symmetric() == k.Algorithm.Symmetric() &&
					other.Verify(Bytes([]byte("signed by openssl")), [][]byte{signature})
				assert.Equal(t, algorithms[i].Name == algorithm, accepted, "taken for %s", algorithms[i].Name)
			}
			signature[len(signature)/2] ^= 1
			assert.False(t, k.Verify(Bytes([]byte("signed by openssl")), [][]byte{signature}))
		})
		met[algorithm] = true
	}
	for _, name := range Names() {
		assert.True(t, met[name], "no vector of %s", name)
	}
}

func opensslKey(t *testing.T, file string) crypto.PublicKey {
	t.Helper()
	data, err := os.ReadFile(opensslDirectory + file)
	require.NoError(t, err)
	public, err := ParsePublicKey(data)
	require.NoError(t, err)
	return public
}
