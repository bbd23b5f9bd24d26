// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const sharedSecret = "a-secret-that-is-long-enough"

// githubSignature signs a body as GitHub does. It uses only the standard library, so that the receiver is not compared with
// its own code.
func githubSignature(body string) string {
	mac := hmac.New(sha256.New, []byte(sharedSecret))
	mac.Write([]byte(body))
	return "sha256=" + hex.EncodeToString(mac.Sum(nil))
}

func TestSignedDeliveries(t *testing.T) {
	t.Parallel()
	c := start(t, with(`    signature:
      scheme: github
      keys: [{secret: "`+sharedSecret+`"}]
      capture_rejected: {directory: ${DIR}/captures, max_files: 2}
`))
	assert.Equal(t, `200 {"accepted": 1}`, c.post(voicePath, leg, "X-Hub-Signature-256", githubSignature(leg)).String())
	assert.Equal(t, `200 {"accepted": 1, "duplicate": true}`, c.post(voicePath, leg, "X-Hub-Signature-256", githubSignature(leg)).String())
	for name, header := range map[string][]string{
		"none":           nil,
		"wrong":          {"X-Hub-Signature-256", githubSignature(leg + " ")},
		"empty":          {"X-Hub-Signature-256", ""},
		"twice":          {"X-Hub-Signature-256", githubSignature(leg), "X-Hub-Signature-256", "sha256=00"},
		"other scheme's": {"X-Slack-Signature", "v0=" + githubSignature(leg)[7:]},
	} {
		assert.Equal(t, `401 {"error": "authentication failed"}`, c.post(voicePath, leg, header...).String(), name)
	}
	c.await(1, 1, 1)
	c.waitLog("they look like scheme: slack")

	captures, err := filepath.Glob(filepath.Join(c.dir, "captures", "*"))
	require.NoError(t, err)
	require.Len(t, captures, 2, "no more than max_files")
	info, err := os.Stat(captures[0])
	require.NoError(t, err)
	assert.Equal(t, os.FileMode(0o600), info.Mode().Perm())
	text, err := os.ReadFile(captures[0])
	require.NoError(t, err)
	assert.Contains(t, string(text), "POST "+voicePath+" HTTP/1.1\r\n")
	assert.Contains(t, string(text), leg)

	log := c.log.String()
	for _, secret := range []string{sharedSecret, githubSignature(leg), githubSignature(leg)[7:], "AvgMos"} {
		assert.NotContains(t, log, secret)
	}
	assert.Contains(t, log, "signature does not cover: url, method, timestamp")
}

// TestASecretFileIsReadAgain changes a secret while the collector runs.
func TestASecretFileIsReadAgain(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "secret")
	require.NoError(t, os.WriteFile(file, []byte("another-secret-for-now\n"), 0o600))
	c := start(t, with(`    signature: {scheme: github, refresh_interval: 1s, keys: [{secret_file: "`+file+`"}]}`+"\n"))
	assert.Equal(t, 401, c.post(voicePath, leg, "X-Hub-Signature-256", githubSignature(leg)).status)
	require.NoError(t, os.WriteFile(file, []byte(sharedSecret+"\n"), 0o600))
	assert.Eventually(t, func() bool {
		return c.post(voicePath, leg, "X-Hub-Signature-256", githubSignature(leg)).status == 200
	}, 10*time.Second, 100*time.Millisecond)

	require.NoError(t, os.Remove(file))
	c.waitLog("could not be read again")
	assert.Equal(t, 200, c.post(voicePath, leg+" ", "X-Hub-Signature-256", githubSignature(leg+" ")).status, "the last good one stays")
	assert.Regexp(t, `otelcol_receiver_cxone_key_reloads{.*outcome="failure".*} [1-9]`, c.get(c.telemetry))
}

func TestWithoutAUsableKeyTheCollectorDoesNotStart(t *testing.T) {
	t.Parallel()
	c := launch(t, with(`    signature: {keys: [{version: "1", public_key_file: missing.pem}]}`+"\n"))
	err := <-c.ended
	c.ended <- err
	assert.Error(t, err)
	assert.Contains(t, c.log.String(), "no usable key")
	assert.Contains(t, c.log.String(), "missing.pem")
}

func TestAServerAuthExtension(t *testing.T) {
	t.Parallel()
	c := start(t, `
extensions: {basicauth/server: {htpasswd: {inline: "vendor:pass-word"}}}
receivers: {cxone: {endpoint: "127.0.0.1:${PORT}", auth: {authenticator: basicauth/server}}}
exporters: {nop: {}}
service:
  extensions: [basicauth/server]
  pipelines: {logs: {receivers: [cxone], exporters: [nop]}}
`+telemetryConfig)
	const good = "Basic dmVuZG9yOnBhc3Mtd29yZA=="
	assert.Equal(t, `200 {"accepted": 1}`, c.post(voicePath, leg, "Authorization", good).String())
	for _, header := range [][]string{nil, {"Authorization", "Basic dmVuZG9yOndyb25n"}, {"Authorization", "Bearer x"}} {
		assert.Equal(t, `401 {"error": "authentication failed"}`, c.post(voicePath, leg, header...).String())
	}
	assert.Equal(t, 401, c.post("/elsewhere", leg).status, "a sender without a key does not learn which paths exist")
	assert.Equal(t, 404, c.post("/elsewhere", leg, "Authorization", good).status)
	assert.Regexp(t, `otelcol_receiver_cxone_authentication_failures{data_type="voice_quality",.*reason="server_auth".*} 3`,
		c.get(c.telemetry))
	assert.NotContains(t, c.log.String(), "pass-word")
}
