// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package test

import (
	"crypto/tls"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestFaultKilledUnderLoad(t *testing.T) {
	t.Parallel()
	sink := start(t, sinkConfig)
	c := start(t, queued(sink.address, anybody, onDisk))
	l := startLoadFor(t, "http://"+c.address, "80")
	strike(1500*time.Millisecond, func() {
		c.kill()
		time.Sleep(300 * time.Millisecond)
		c.again()
	})
	result, _ := requireNothingLost(t, "killed (SIGKILL) under load, and started again", sink.dir, l)
	assert.NotEmpty(t, result.Errors, "connections were refused, and deliveries tried again")
	assert.Positive(t, result.Retries)
}

// TestFaultEndedUnderLoad sends SIGTERM, as each update does. Deliveries in flight are finished, and new ones are refused
// so that the sender tries again. The load has no repeats, so every repeat would be the collector's.
func TestFaultEndedUnderLoad(t *testing.T) {
	t.Parallel()
	sink := start(t, sinkConfig)
	c := start(t, queued(sink.address, anybody, onDisk))
	l := startLoadFor(t, "http://"+c.address, "80", "--duplicate-ratio", "0")
	strike(1500*time.Millisecond, func() {
		c.end()
		time.Sleep(300 * time.Millisecond)
		c.again()
	})
	result, a := requireNothingLost(t, "ended (SIGTERM) under load, and started again", sink.dir, l)
	assert.Positive(t, result.Errors["connection refused"])
	for status := range result.Answers {
		assert.Contains(t, []string{"200", "503"}, status)
	}
	assert.Zero(t, a.repeats, "what was in flight was finished, so that nothing came twice")
}

// TestFaultReloadedUnderLoad makes the collector read its configuration again, which restarts its pipelines.
func TestFaultReloadedUnderLoad(t *testing.T) {
	t.Parallel()
	sink := start(t, sinkConfig)
	c := start(t, queued(sink.address, anybody, onDisk))
	l := startLoadFor(t, "http://"+c.address, "80")
	strike(1500*time.Millisecond, c.reload)
	requireNothingLost(t, "configuration reloaded (SIGHUP) under load", sink.dir, l)
}

// TestFaultCertificateReplacedUnderLoad replaces the server's certificate, which is read again while deliveries go on.
func TestFaultCertificateReplacedUnderLoad(t *testing.T) {
	t.Parallel()
	a := newAuthority(t, "fault CA")
	served := a.server("first")
	sink := start(t, sinkConfig)
	c := start(t, queued(sink.address,
		anybody+`, tls: {cert_file: "`+served.certFile+`", key_file: "`+served.keyFile+`", reload_interval: 500ms}`, onDisk))
	l := startLoadFor(t, "https://"+c.address, "80", "--ca-file", a.file)
	strike(1500*time.Millisecond, func() {
		next := a.server("next")
		copyFile(t, next.keyFile, served.keyFile)
		copyFile(t, next.certFile, served.certFile)
		c.waitFor(func() bool {
			conn, err := tls.Dial("tcp", c.address, &tls.Config{RootCAs: a.pool, MinVersion: tls.VersionTLS12})
			if err != nil {
				return false
			}
			defer conn.Close()
			return conn.ConnectionState().PeerCertificates[0].SerialNumber.Cmp(next.leaf.SerialNumber) == 0
		}, "the new certificate")
	})
	result, sum := requireNothingLost(t, "certificate replaced under load", sink.dir, l)
	assert.Equal(t, map[string]int{"200": result.Deliveries}, result.Answers, "no delivery notices")
	assert.Empty(t, result.Errors)
	assert.Zero(t, sum.repeats)
}

// TestFaultOneOfTwoKilled has two collectors behind a plain TCP balancer that delays answers. One of them is killed.
// Deliveries that it had accepted, but whose answers had not come back, are delivered to the other, which derives the same
// IDs.
func TestFaultOneOfTwoKilled(t *testing.T) {
	t.Parallel()
	sink := start(t, sinkConfig)
	one := start(t, queued(sink.address, anybody, onDisk))
	other := start(t, queued(sink.address, anybody, onDisk))
	balancer := newRelay(t, 0, 150*time.Millisecond, one.address, other.address)
	l := startLoadFor(t, "http://"+balancer.address, "80", "--duplicate-ratio", "0")
	strike(1500*time.Millisecond, func() {
		one.kill()
		time.Sleep(time.Second) // the other alone
		one.again()             // to send what is in its queue
		one, other = other, one
	})
	result, a := requireNothingLost(t, "one of two behind a balancer killed under load", sink.dir, l)
	assert.Positive(t, result.Retries)
	assert.Positive(t, a.repeats, "what both of them took is there twice, in the same words")
	for i := range balancer.served {
		assert.Positive(t, balancer.served[i].Load(), "both took part")
	}
}

func copyFile(t testing.TB, from, to string) {
	t.Helper()
	data, err := os.ReadFile(from)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(to, data, 0o600))
}
