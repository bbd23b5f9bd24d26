// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"crypto/rand"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/stretchr/testify/require"

	"github.com/cxone-otel/cxonereceiver/cmd/cxonectl/internal/keygen"
	"github.com/cxone-otel/cxonereceiver/cmd/internal/collectorconfig"
	"github.com/cxone-otel/cxonereceiver/cmd/internal/story"
	"github.com/cxone-otel/cxonereceiver/internal/signature"
)

// keysVariable names the directory of the keys for the scripts' configurations, and for the servers that read them too.
const keysVariable = "KEYS"

// makeKeys makes the same keys as `cxonectl keygen`.
func makeKeys(t *testing.T) {
	t.Helper()
	directory := t.TempDir()
	t.Setenv(keysVariable, directory)
	for name, algorithm := range map[string]string{"customer": "rsa_sha256", "ed25519": "ed25519"} {
		pair := must(keygen.Pair(algorithm, 2048))
		require.NoError(t, keygen.Write(directory,
			keygen.File{Name: name + ".key", Content: must(keygen.PrivatePEM(pair)), Private: true},
			keygen.File{Name: name + ".pub", Content: must(keygen.PublicPEM(pair.Public()))}))
	}
	made := must(keygen.MakeCertificates([]string{"localhost"}, "client", 1))
	require.NoError(t, keygen.Write(directory, made.Files...))
	require.NoError(t, keygen.WriteNew(filepath.Join(directory, "secret"), []byte(rand.Text()+"\n"), 0o600))
}

func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}

// startSignedStandIns starts a server for every configuration in the script's directory signed, which verifies by it. The
// script finds signed/github.yaml at $GITHUB.
func startSignedStandIns(env *testscript.Env) error {
	files, err := filepath.Glob(filepath.Join(env.WorkDir, "signed", "*.yaml"))
	if err != nil {
		return err
	}
	for _, file := range files {
		verify, err := verifierOf(file)
		if err != nil {
			return err
		}
		server := (&standIn{remembers: true, verify: verify}).start()
		env.Defer(server.Close)
		env.Setenv(strings.ToUpper(strings.TrimSuffix(filepath.Base(file), ".yaml")), server.URL)
	}
	env.Setenv(keysVariable, os.Getenv(keysVariable))
	return nil
}

// verifierOf returns a verifier with a configuration's signature block. It uses the receiver's own code.
func verifierOf(file string) (func(*http.Request, []byte) error, error) {
	conf, err := collectorconfig.Load(context.Background(), file)
	if err != nil {
		return nil, err
	}
	receiver, err := collectorconfig.FindReceiver(conf, "")
	if err != nil {
		return nil, err
	}
	config := receiver.Scheme()
	keyring, err := signature.NewKeyring(config, signature.KeyringOptions{})
	if err == nil {
		err = keyring.Load()
	}
	if err != nil {
		return nil, err
	}
	verifier, err := signature.NewVerifier(config, keyring, signatureCallback(receiver, story.VoiceQuality))
	if err != nil {
		return nil, err
	}
	return func(r *http.Request, body []byte) error {
		attempt, err := verifier.Check(r, time.Now())
		if err != nil {
			return err
		}
		return attempt.Verify(body)
	}, nil
}
