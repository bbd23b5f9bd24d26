// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"context"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/zap"

	"github.com/cxone-otel/cxonereceiver/cmd/cxonectl/internal/standalone"
	"github.com/cxone-otel/cxonereceiver/cmd/internal/collectorconfig"
	"github.com/cxone-otel/cxonereceiver/cmd/internal/process"
	"github.com/cxone-otel/cxonereceiver/internal/signature/keys"
)

// cxonectl runs the command, and returns its output.
func cxonectl(t *testing.T, args ...string) string {
	t.Helper()
	var out, errOut bytes.Buffer
	root := newRootCommand()
	root.SetArgs(args)
	root.SetOut(&out)
	root.SetErr(&errOut)
	require.NoError(t, root.ExecuteContext(t.Context()), "%s%s", &out, &errOut)
	return out.String()
}

// startReceiver starts the real receiver with blocks of YAML as its keys, and returns its address and the configuration's
// file. It ends with the test, or by stop.
func startReceiver(t *testing.T, blocks ...string) (address, file string, stop func()) {
	t.Helper()
	address, err := process.FreeAddress(t.Context())
	require.NoError(t, err)
	yaml := "endpoint: " + address + "\n" + strings.Join(blocks, "\n")
	file = filepath.Join(t.TempDir(), "collector.yaml")
	require.NoError(t, os.WriteFile(file, []byte("receivers:\n  cxone:\n"+indented(yaml, underReceiver)), 0o600))
	conf, err := collectorconfig.Load(t.Context(), file)
	require.NoError(t, err)
	r, err := collectorconfig.FindReceiver(conf, "")
	require.NoError(t, err, yaml)
	end, err := standalone.Start(t.Context(), r.Config, zap.NewNop(), standalone.Sink{})
	require.NoError(t, err)
	stop = sync.OnceFunc(func() { require.NoError(t, end(context.Background())) })
	t.Cleanup(stop)
	return address, file, stop
}

// pasted returns the block in a command's output: the lines from the one with this key to an empty one.
func pasted(t *testing.T, printed, key string) string {
	t.Helper()
	_, block, found := strings.Cut(printed, "\n    "+key+":\n")
	require.True(t, found, printed)
	block, _, _ = strings.Cut(block, "\n\n")
	return strings.ReplaceAll(key+":\n"+block+"\n", "\n    ", "\n")
}

func TestWhatKeygenPrintsIsAccepted(t *testing.T) {
	t.Run("signature", func(t *testing.T) {
		directory := t.TempDir()
		printed := cxonectl(t, "keygen", "signature", "--out", directory, "--signature-url", "https://gateway.example.com/cxone")
		_, config, _ := startReceiver(t, pasted(t, printed, "signature"))
		assert.Contains(t, cxonectl(t, "send", "--config", config, "--private-key-file", directory+"/v1.key.pem"), "every answer as expected")
	})
	t.Run("secret", func(t *testing.T) {
		printed := cxonectl(t, "keygen", "signature", "--out", t.TempDir(), "--algorithm", "hmac_sha256")
		_, config, _ := startReceiver(t, pasted(t, printed, "signature"))
		assert.Contains(t, cxonectl(t, "send", "--config", config), "every answer as expected")
	})
	t.Run("mtls", func(t *testing.T) {
		directory := t.TempDir()
		printed := cxonectl(t, "keygen", "mtls", "--out", directory)
		_, config, _ := startReceiver(t, pasted(t, printed, "tls"))
		assert.Contains(t, cxonectl(t, "send", "--config", config,
			"--ca-file", directory+"/ca.crt", "--cert-file", directory+
				"/client.crt", "--key-file", directory+"/client.key"), "every answer as expected")
	})
}

// vendor signs in a way of its own, without code of this project.
type vendor struct{ key *rsa.PrivateKey }

func (v *vendor) deliver(t *testing.T, address, path, body string) int {
	t.Helper()
	at := strconv.FormatInt(time.Now().UnixMilli(), 10)
	sum := sha256.Sum256([]byte(fmt.Sprintf("acme;%s;POST;http://%s%s;%s", at, address, path, body)))
	signed, err := rsa.SignPKCS1v15(nil, v.key, crypto.SHA256, sum[:])
	require.NoError(t, err)
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://"+address+path, strings.NewReader(body))
	require.NoError(t, err)
	r.Header.Set("Nice-Tenant", "acme")
	r.Header.Set("Nice-Sent", at)
	r.Header.Set("Nice-Mac", "RSA "+base64.StdEncoding.EncodeToString(signed))
	response, err := http.DefaultClient.Do(r)
	require.NoError(t, err)
	defer response.Body.Close()
	return response.StatusCode
}

func TestFromARefusedRequestToAnAcceptedOne(t *testing.T) {
	keyFiles, captures := t.TempDir(), t.TempDir()
	block := pasted(t, cxonectl(t, "keygen", "signature", "--out", keyFiles), "signature")
	text, err := os.ReadFile(keyFiles + "/v1.key.pem")
	require.NoError(t, err)
	private, err := keys.ParsePrivateKey(text)
	require.NoError(t, err)
	sender := vendor{private.(*rsa.PrivateKey)}

	address, _, stop := startReceiver(t, block+"  capture_rejected: {directory: "+captures+"}\n")
	leg := `{"ContactId": 8675309, "Mos": 4.2}`
	require.Equal(t, http.StatusUnauthorized, sender.deliver(t, address, "/cxone/voice-quality", leg))
	time.Sleep(2 * time.Millisecond) // for another timestamp
	require.Equal(t, http.StatusUnauthorized, sender.deliver(t, address, "/cxone/script-api", `{"Message": "{ \"a\": 1 }"}`))
	stop()

	files, err := filepath.Glob(captures + "/*.http")
	require.NoError(t, err)
	require.Len(t, files, 2)
	var found diagnosis
	printed := cxonectl(t, "diagnose", "--capture", files[0], "--capture", files[1], "--public-key-file", keyFiles+"/v1.pub.pem",
		"--output", "json")
	require.NoError(t, json.Unmarshal([]byte(printed), &found))
	require.True(t, found.Found)
	assert.Equal(t, `{consumer_id};{timestamp};{method};http://{header:Host}{path};{body}`, found.SignedString)

	address, _, _ = startReceiver(t, found.YAML)
	require.Equal(t, http.StatusOK, sender.deliver(t, address, "/cxone/voice-quality", leg))
	sender.key, err = rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	require.Equal(t, http.StatusUnauthorized, sender.deliver(t, address, "/cxone/voice-quality", leg))
}
