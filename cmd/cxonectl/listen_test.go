// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// screen is what a running command has printed so far.
type screen struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (s *screen) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.Write(p)
}

func (s *screen) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.String()
}

var shownURL = regexp.MustCompile(`https?://[^/\s]+`)

// listen runs `cxonectl listen`, and returns its address and its output.
func listen(t *testing.T, args ...string) (base string, shown *screen) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	shown = &screen{}
	root := newRootCommand()
	root.SetArgs(append([]string{"listen", "--listen", "127.0.0.1:0"}, args...))
	root.SetOut(shown)
	root.SetErr(shown)
	ended := make(chan error, 1)
	go func() { ended <- root.ExecuteContext(ctx) }()
	t.Cleanup(func() {
		cancel()
		assert.NoError(t, <-ended, shown)
	})
	require.Eventually(t, func() bool { return strings.Contains(shown.String(), "script_api ") || len(ended) > 0 },
		20*time.Second, 5*time.Millisecond)
	base = shownURL.FindString(shown.String())
	require.NotEmpty(t, base, shown)
	return base, shown
}

// try runs a command that may fail, and returns what it prints.
func try(t *testing.T, args ...string) string {
	t.Helper()
	var out bytes.Buffer
	root := newRootCommand()
	root.SetArgs(args)
	root.SetOut(&out)
	root.SetErr(&out)
	if err := root.ExecuteContext(t.Context()); err != nil {
		out.WriteString(err.Error())
	}
	return out.String()
}

func TestListenShowsWhatComes(t *testing.T) {
	directory := t.TempDir()
	file, key := directory+"/collector.yaml", directory+"/v1.key.pem"
	cxonectl(t, "keygen", "signature", "--out", directory, "--bits", "2048", "--write", file)
	base, shown := listen(t, "--config", file)

	assert.Contains(t, cxonectl(t, "send", "journey", "--config", file, "--endpoint", base, "--private-key-file", key),
		"every answer as expected")
	for _, text := range []string{
		"POST /cxone/script-api, ", "headers: Accept-Encoding, Content-Length, Content-Type, User-Agent, X-Consumer-Id, ",
		"signature: authentic", "scheme       monitoring_gateway, rsa_sha256, key versions 1", "signed string, ",
		`answer: 200 {"accepted": 1}`, "FAILED · 503 · Service Unavailable", "cxone.call.completed", "cxone.call.mos", "Take the payment",
	} {
		assert.Contains(t, shown.String(), text)
	}

	// A request that is not authentic is refused, and is printed too. One that is not JSON gets the receiver's own answer.
	assert.Contains(t, try(t, "send", "bad-signature", "malformed", "wrong-endpoint", "--config", file, "--endpoint", base,
		"--private-key-file", key), "every answer as expected")
	assert.Contains(t, shown.String(), "signature: refused: bad_signature: ")
	assert.Contains(t, shown.String(), "answer: 401; of its content the receiver would say: 200")
	assert.Contains(t, shown.String(), "answer: 400 ")
	assert.NotContains(t, shown.String(), "BEGIN")

	made, err := filepath.Glob(directory + "/*")
	require.NoError(t, err)
	assert.Len(t, made, 3, "nothing is stored")
}

func TestListenWithoutAConfigurationTakesEverything(t *testing.T) {
	base, shown := listen(t)
	assert.Contains(t, cxonectl(t, "send", "--endpoint", base), "every answer as expected")
	assert.Contains(t, shown.String(), "signature: not looked at; --config")
	assert.Contains(t, shown.String(), "Sherlock Holmes")
	assert.Contains(t, try(t, "send", "good-call", "--endpoint", base, "--voice-path", "/elsewhere"), "404")
	assert.Contains(t, shown.String(), "answer: 404 ")
}

func TestListenOverMutualTLS(t *testing.T) {
	directory := t.TempDir()
	file := directory + "/collector.yaml"
	cxonectl(t, "keygen", "mtls", "--out", directory, "--write", file)
	base, shown := listen(t, "--config", file)
	present := []string{"--ca-file", directory + "/ca.crt", "--cert-file", directory + "/client.crt", "--key-file", directory + "/client.key"}
	assert.Contains(t, cxonectl(t, append([]string{"send", "--endpoint", base}, present...)...), "every answer as expected")
	assert.Contains(t, shown.String(), `answer: 200 {"accepted": 1}`)
	assert.Contains(t, try(t, "send", "--endpoint", base, "--ca-file", directory+"/ca.crt"), "if it wants a client certificate")
	assert.Eventually(t, func() bool { return strings.Contains(shown.String(), "client didn't provide a certificate") },
		10*time.Second, 5*time.Millisecond)
}

// TestListenChecksClientCertificates has an allow-list without the client.
func TestListenChecksClientCertificates(t *testing.T) {
	directory := t.TempDir()
	file := directory + "/collector.yaml"
	cxonectl(t, "keygen", "mtls", "--out", directory, "--write", file)
	base, shown := listen(t, "--config", file, "--config",
		"yaml:receivers::cxone::client_certificate::allowed_spki_sha256: ["+strings.Repeat("ab", 32)+"]")
	sent := try(t, "send", "good-call", "--endpoint", base, "--ca-file", directory+"/ca.crt",
		"--cert-file", directory+"/client.crt", "--key-file", directory+"/client.key")
	assert.Contains(t, sent, "403")
	assert.Contains(t, shown.String(), "client certificate: refused: ")
	assert.Contains(t, shown.String(), "answer: 403; of its content the receiver would say: 200")
}

func TestListenSaysWhatIsWrong(t *testing.T) {
	base, _ := listen(t)
	assert.Contains(t, try(t, "listen", "--listen", strings.TrimPrefix(base, "http://")), "--listen names another address: is the "+
		"collector running on this one?")
	assert.Contains(t, try(t, "listen", "--config", "nowhere.yaml"), "nowhere.yaml")
	assert.Contains(t, try(t, "listen", "--config", "nowhere.yaml", "--secret-file", "s"), "--config names the keys")
	assert.Contains(t, try(t, "listen", "--listen", "127.0.0.1:0", "--config", "yaml:receivers: {cxone: {allow_unauthenticated: true, "+
		"tls: {cert_file: none, key_file: none}}}"), "receivers::cxone: tls::cert_file: ")
}

func TestReplay(t *testing.T) {
	directory := t.TempDir()
	in := func(name string) string { return filepath.Join(directory, name) }
	cxonectl(t, "keygen", "signature", "--out", directory, "--bits", "2048")
	cxonectl(t, "keygen", "signature", "--out", in("other"), "--bits", "2048")
	leg := in("leg.json")
	require.NoError(t, os.WriteFile(leg, []byte(`{"ContactId": "489352004460", "AvgMos": 4.3}`), 0o600))
	block := "signature: {url: 'https://gateway.example.com/cxone', keys: [{version: '1', public_key_file: " + in("v1.pub.pem") + "}]}"
	_, file, _ := startReceiver(t, block, "replay_window: {size: 0}")
	write := func(name string, args ...string) string {
		require.NoError(t, os.WriteFile(in(name), []byte(cxonectl(t, append([]string{
			"sign",
			"--config",
			file,
			"--body",
			leg,
			"--request",
		}, args...)...)), 0o600))
		return in(name)
	}
	fresh := write("fresh.http", "--private-key-file", in("v1.key.pem"))
	old := write("old.http", "--private-key-file", in("v1.key.pem"), "--at", "2024-03-26T13:57:41Z")
	forged := write("forged.http", "--private-key-file", in("other/v1.key.pem"))

	printed := cxonectl(t, "replay", fresh, "--config", file)
	assert.Regexp(t, `(?m)^fresh\.http +voice_quality +200 +\d+  accepted 1$`, printed)
	assert.NotContains(t, printed, "The same again")
	printed = try(t, "replay", old, forged, "--config", file)
	assert.Regexp(t, `(?m)^old\.http +voice_quality +401 +\d+  .*<- expected 200$`, printed, "as it is, it is too old")
	assert.Regexp(t, `(?m)^forged\.http +voice_quality +401 `, printed)
	assert.Contains(t, printed, "2 not answered as expected")

	printed = cxonectl(t, "replay", old, forged, "--config", file, "--private-key-file", in("v1.key.pem"), "--output", "json")
	assert.Contains(t, printed, `"as_expected": 2`, "signed anew")
	assert.NotContains(t, printed, `"seed"`)
	printed = cxonectl(t, "replay", old, "--config", file, "--private-key-file", in("v1.key.pem"), "--as-is", "--expect", "401")
	assert.Contains(t, printed, "every answer as expected")

	assert.Contains(t, try(t, "replay"), "say what to send again")
	assert.Contains(t, try(t, "replay", fresh), "say where to deliver")
	assert.Contains(t, try(t, "replay", leg, "--config", file), "not an HTTP request as it travels")
	assert.Contains(t, try(t, "replay", in("none.http"), "--config", file), "none.http")
}
