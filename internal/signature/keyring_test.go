// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package signature

import (
	"crypto/ed25519"
	"crypto/rand"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"github.com/cxone-otel/cxonereceiver/internal/signature/refusal"
)

// rotation is a directory as Kubernetes mounts it: the files are links into ..data, which is a link that is replaced.
type rotation struct {
	directory string
	round     int
}

func (r *rotation) swap(t testing.TB, files map[string][]byte) {
	t.Helper()
	r.round++
	round := filepath.Join(r.directory, fmt.Sprintf("..round%d", r.round))
	require.NoError(t, os.Mkdir(round, 0o700))
	for name, data := range files {
		require.NoError(t, os.WriteFile(filepath.Join(round, name), data, 0o600))
		_ = os.Symlink(filepath.Join("..data", name), filepath.Join(r.directory, name))
	}
	next := filepath.Join(r.directory, "..next")
	require.NoError(t, os.Symlink(filepath.Base(round), next))
	require.NoError(t, os.Rename(next, filepath.Join(r.directory, "..data")))
}

func newPair(t testing.TB) (public []byte, private ed25519.PrivateKey) {
	t.Helper()
	key, private, err := ed25519.GenerateKey(rand.Reader)
	require.NoError(t, err)
	return publicPEM(t, key), private
}

// gatewayWith is the default scheme with Ed25519 keys in the files of a directory, one for each version.
func gatewayWith(t testing.TB, directory string, versions ...string) *Config {
	t.Helper()
	config := fromYAML(t, `url: `+testURL)
	for _, version := range versions {
		config.Keys = append(config.Keys, KeyConfig{Version: version, Algorithm: "ed25519", PublicKeyFile: filepath.Join(directory, version)})
	}
	return config
}

func signedBy(t testing.TB, config *Config, version string, private ed25519.PrivateKey) *http.Request {
	t.Helper()
	signer, err := NewSigner(config, Callback{}, SigningKey{Version: version, Consumer: "c", Algorithm: "ed25519", PrivateKey: private})
	require.NoError(t, err)
	r := newRequest(t, http.MethodPost, testURL)
	require.NoError(t, signer.Sign(r, []byte(testBody), testNow))
	return overTheWire(t, r)
}

func newRing(t testing.TB, config *Config, options KeyringOptions) (*Keyring, *Verifier) {
	t.Helper()
	ring, err := NewKeyring(config, options)
	require.NoError(t, err)
	verifier, err := NewVerifier(config, ring, Callback{})
	require.NoError(t, err)
	return ring, verifier
}

// Requests are signed with either key while the files are replaced, by a link or by a rename, and some of them are broken.
func TestARotationUnderLoadRefusesNoRequest(t *testing.T) {
	mounted := &rotation{directory: t.TempDir()}
	onePublic, one := newPair(t)
	twoPublic, two := newPair(t)
	mounted.swap(t, map[string][]byte{"one": onePublic, "two": twoPublic})
	config := gatewayWith(t, mounted.directory, "one", "two")
	var reloads atomic.Int64
	fast := *config
	fast.RefreshInterval = time.Millisecond // shorter than a configuration may set
	ring, err := NewKeyring(&fast, KeyringOptions{OnReload: func(string) { reloads.Add(1) }})
	require.NoError(t, err)
	verifier, err := NewVerifier(config, ring, Callback{})
	require.NoError(t, err)
	require.NoError(t, ring.Start(t.Context()))
	defer ring.Shutdown()

	done := make(chan struct{})
	var senders sync.WaitGroup
	var verified atomic.Int64
	for i := range 4 {
		version, private := "one", one
		if i%2 == 1 {
			version, private = "two", two
		}
		r := signedBy(t, config, version, private)
		senders.Go(func() {
			for {
				select {
				case <-done:
					return
				default:
				}
				if _, err := judge(verifier, r, testBody, testNow); !assert.NoError(t, err) {
					return
				}
				verified.Add(1)
			}
		})
	}
	for i := range 50 {
		files := map[string][]byte{"one": onePublic, "two": twoPublic}
		if i%3 == 1 {
			files["one"] = []byte("half a key") // the last good key stays
		}
		if i%3 == 2 {
			delete(files, "two") // here too
		}
		mounted.swap(t, files)
		time.Sleep(3 * time.Millisecond)
	}
	close(done)
	senders.Wait()
	assert.Positive(t, verified.Load())
	assert.Greater(t, reloads.Load(), int64(5))
	t.Logf("%d requests, %d reloads", verified.Load(), reloads.Load())
}

// outcomes are those that OnReload got.
type outcomes struct {
	mu   sync.Mutex
	list []string
}

func (o *outcomes) add(outcome string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.list = append(o.list, outcome)
}

func (o *outcomes) all() []string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return slices.Clone(o.list)
}

func (o *outcomes) last() string {
	all := o.all()
	return all[len(all)-1]
}

func TestARefreshTakesAChangedKeyAndKeepsALastGoodOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mounted := &rotation{directory: t.TempDir()}
		oldPublic, oldKey := newPair(t)
		newPublic, newKey := newPair(t)
		mounted.swap(t, map[string][]byte{"1": oldPublic})
		config := gatewayWith(t, mounted.directory, "1")
		core, logs := observer.New(zap.InfoLevel)
		var seen outcomes
		ring, verifier := newRing(t, config, KeyringOptions{Logger: zap.New(core), OnReload: seen.add})
		require.NoError(t, ring.Start(t.Context()))
		defer ring.Shutdown()
		refreshed := func() {
			time.Sleep(config.RefreshInterval)
			synctest.Wait()
		}
		require.Empty(t, seen.all(), "the first reading is no reload")
		_, err := judge(verifier, signedBy(t, config, "1", oldKey), testBody, testNow)
		require.NoError(t, err)

		refreshed()
		require.Equal(t, []string{"success"}, seen.all())
		require.Zero(t, logs.Len(), "nothing changed, nothing said")

		mounted.swap(t, map[string][]byte{"1": newPublic})
		refreshed()
		require.Equal(t, []string{"success", "success"}, seen.all())
		require.Equal(t, "A key has changed.", logs.All()[0].Message)
		_, err = judge(verifier, signedBy(t, config, "1", newKey), testBody, testNow)
		require.NoError(t, err)
		_, err = judge(verifier, signedBy(t, config, "1", oldKey), testBody, testNow)
		requireRefused(t, err, refusal.ReasonBadSignature)

		for _, broken := range [][]byte{[]byte("junk"), {}, publicPEM(t, keyPairs()["rsa"].Public())} {
			mounted.swap(t, map[string][]byte{"1": broken})
			refreshed()
			require.Equal(t, "failure", seen.last())
			_, err = judge(verifier, signedBy(t, config, "1", newKey), testBody, testNow)
			require.NoError(t, err, "the last good key stays")
		}
		require.NoError(t, os.Remove(filepath.Join(mounted.directory, "1")))
		refreshed()
		require.Equal(t, "failure", seen.last())
		last := logs.All()[logs.Len()-1]
		assert.Contains(t, last.Message, "the last good one stays")
		assert.NotContains(t, fmt.Sprint(last.ContextMap()), "junk")
		_, err = judge(verifier, signedBy(t, config, "1", newKey), testBody, testNow)
		require.NoError(t, err)
	})
}

func TestOneBrokenFileDoesNotHoldBackTheOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mounted := &rotation{directory: t.TempDir()}
		onePublic, one := newPair(t)
		twoPublic, two := newPair(t)
		mounted.swap(t, map[string][]byte{"one": onePublic, "two": onePublic})
		config := gatewayWith(t, mounted.directory, "one", "two")
		ring, verifier := newRing(t, config, KeyringOptions{})
		require.NoError(t, ring.Start(t.Context()))
		defer ring.Shutdown()
		mounted.swap(t, map[string][]byte{"one": []byte("broken"), "two": twoPublic})
		time.Sleep(config.RefreshInterval)
		synctest.Wait()
		for version, private := range map[string]ed25519.PrivateKey{"one": one, "two": two} {
			_, err := judge(verifier, signedBy(t, config, version, private), testBody, testNow)
			require.NoError(t, err, version)
		}
	})
}
