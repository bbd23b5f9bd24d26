// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package signature

import (
	"context"
	"crypto/ed25519"
	"os"
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

// disk counts readings, and can be slow.
type disk struct {
	reads   atomic.Int64
	blocked chan struct{}
}

func (d *disk) read(path string) ([]byte, error) {
	d.reads.Add(1)
	if d.blocked != nil {
		<-d.blocked
	}
	return os.ReadFile(path)
}

// startedRing has the key of version 1, and reads it again only after an hour.
func startedRing(t *testing.T) (*Config, ed25519.PrivateKey, *disk, *Keyring, *Verifier) {
	t.Helper()
	mounted := &rotation{directory: t.TempDir()}
	public, private := newPair(t)
	mounted.swap(t, map[string][]byte{"1": public})
	config := gatewayWith(t, mounted.directory, "1")
	config.RefreshInterval = time.Hour
	files := &disk{}
	ring, verifier := newRing(t, config, KeyringOptions{ReadFile: files.read})
	require.NoError(t, ring.Start(t.Context()))
	return config, private, files, ring, verifier
}

func TestAnUnknownVersionCausesOneReadingASecond(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		config, private, files, ring, verifier := startedRing(t)
		defer ring.Shutdown()
		require.EqualValues(t, 1, files.reads.Load())
		unknown := signedBy(t, config, "2", private)

		var requests sync.WaitGroup
		for range 100 {
			requests.Go(func() {
				_, err := verifier.Check(unknown, testNow)
				requireRefused(t, err, refusal.ReasonUnknownKey)
			})
		}
		requests.Wait()
		assert.EqualValues(t, 2, files.reads.Load(), "a hundred at once share one reading")
		for range 100 {
			_, err := verifier.Check(unknown, testNow)
			requireRefused(t, err, refusal.ReasonUnknownKey)
		}
		assert.EqualValues(t, 2, files.reads.Load(), "and there is no other within a second")
		for range 100 {
			_, err := verifier.Check(signedBy(t, config, "1", private), testNow)
			require.NoError(t, err)
		}
		assert.EqualValues(t, 2, files.reads.Load(), "a known version causes none")
		time.Sleep(time.Second)
		_, err := verifier.Check(unknown, testNow)
		requireRefused(t, err, refusal.ReasonUnknownKey)
		assert.EqualValues(t, 3, files.reads.Load())
	})
}

func TestAnUnknownVersionFindsAFileThatHasCome(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mounted := &rotation{directory: t.TempDir()}
		onePublic, one := newPair(t)
		twoPublic, two := newPair(t)
		mounted.swap(t, map[string][]byte{"one": onePublic})
		config := gatewayWith(t, mounted.directory, "one", "two")
		core, logs := observer.New(zap.InfoLevel)
		ring, verifier := newRing(t, config, KeyringOptions{Logger: zap.New(core)})
		require.NoError(t, ring.Start(t.Context()), "one key will do")
		defer ring.Shutdown()
		require.Equal(t, 1, logs.FilterMessageSnippet("not there yet").Len())
		early := signedBy(t, config, "two", two)
		_, err := verifier.Check(early, testNow)
		assert.Contains(t, requireRefused(t, err, refusal.ReasonUnknownKey).Detail, "is configured, but its file could not be read")
		_, err = judge(verifier, signedBy(t, config, "one", one), testBody, testNow)
		require.NoError(t, err)

		mounted.swap(t, map[string][]byte{"one": onePublic, "two": twoPublic})
		time.Sleep(time.Second)
		_, err = judge(verifier, early, testBody, testNow)
		require.NoError(t, err)
	})
}

func TestNobodyWaitsForASlowDiskForLong(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		config, private, files, ring, verifier := startedRing(t)
		files.blocked = make(chan struct{})
		unknown := signedBy(t, config, "2", private)

		before := time.Now()
		_, err := verifier.Check(unknown, testNow)
		requireRefused(t, err, refusal.ReasonUnknownKey)
		assert.Equal(t, time.Second, time.Since(before))

		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		before = time.Now()
		_, err = verifier.Check(unknown.WithContext(ctx), testNow)
		requireRefused(t, err, refusal.ReasonUnknownKey)
		assert.Zero(t, time.Since(before), "the sender has gone")

		_, err = judge(verifier, signedBy(t, config, "1", private), testBody, testNow)
		require.NoError(t, err)
		assert.Zero(t, time.Since(before), "a known version never waits")
		close(files.blocked)
		ring.Shutdown()
	})
}
