// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// unpublished signs in a way that is not a preset. It uses only the standard library.
func unpublished(path, body string, at time.Time) []string {
	seconds := strconv.FormatInt(at.Unix(), 10)
	sum := sha256.Sum256([]byte(body))
	mac := hmac.New(sha256.New, []byte(sharedSecret))
	mac.Write([]byte("POST|" + path + "|" + seconds + "|" + hex.EncodeToString(sum[:])))
	return []string{"Nice-Sent-At", seconds, "Nice-Proof", "mac " + hex.EncodeToString(mac.Sum(nil))}
}

// TestDiagnoseFindsWhatTheCollectorThenAccepts does what an operator does whose vendor does not say how it signs. Refused
// deliveries are captured, the scheme is found, its block is pasted, and the same sender is accepted, but no other.
func TestDiagnoseFindsWhatTheCollectorThenAccepts(t *testing.T) {
	t.Parallel()
	first := start(t, with(`    signature:
      consumer_id: anybody
      keys: [{version: "1", algorithm: hmac_sha256, secret: "`+sharedSecret+`"}]
      capture_rejected: {directory: "${DIR}/captures"}
`))
	now := time.Now()
	script := payload(t, "script_api.json")
	require.Equal(t, 401, first.post(voicePath, leg, unpublished(voicePath, leg, now)...).status)
	require.Equal(t, 401, first.post(scriptPath, script, unpublished(scriptPath, script, now.Add(-3*time.Second))...).status)

	captures, err := filepath.Glob(filepath.Join(first.dir, "captures", "*.http"))
	require.NoError(t, err)
	require.Len(t, captures, 2)
	secret := filepath.Join(t.TempDir(), "secret")
	require.NoError(t, os.WriteFile(secret, []byte(sharedSecret), 0o600))
	printed, err := cxonectl(t, nil, append([]string{"diagnose", "--secret-file", secret}, captures...)...)
	require.NoError(t, err, printed)
	_, block, found := strings.Cut(printed, "as it is indented here:\n\n")
	require.True(t, found, printed)
	block, _, _ = strings.Cut(block, "\n\n")

	second := start(t, with(block+"\n"))
	assert.Equal(t, `200 {"accepted": 1}`, second.post(voicePath, leg, unpublished(voicePath, leg, time.Now())...).String())
	assert.Equal(t, `200 {"accepted": 1}`, second.post(scriptPath, script, unpublished(scriptPath, script, time.Now())...).String())
	assert.Equal(t, 401, second.post(voicePath, leg+" ", unpublished(voicePath, leg, time.Now())...).status, "another body")
	assert.Equal(t, 401, second.post(voicePath, leg, unpublished(scriptPath, leg, time.Now())...).status, "another path")
	assert.Equal(t, 401, second.post(voicePath, leg, unpublished(voicePath, leg, time.Now().Add(-time.Hour))...).status, "too old")
	second.await(1, 2, 2)
}
