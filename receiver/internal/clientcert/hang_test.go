// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

//go:build unix

package clientcert

import (
	"os"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestAFileSystemThatHangs replaces each file by a pipe that nobody writes to, so that reading it does not return.
func TestAFileSystemThatHangs(t *testing.T) {
	ca := newAuthority(t, "ca")
	cert := ca.issue(2, nil)
	caFile, crlFile := write(t, "ca", ca.pem()), write(t, "crl", ca.crl(now.Add(time.Hour)))
	p := newPolicy(t, ca, func(s *Settings) { s.CAFile, s.CRLFile, s.CRLInterval = caFile, crlFile, time.Millisecond })
	for _, file := range []string{caFile, crlFile} {
		require.NoError(t, os.Remove(file))
		require.NoError(t, syscall.Mkfifo(file, 0o600))
	}
	p.Start()
	defer p.Shutdown()

	var ends []int
	for _, file := range []string{caFile, crlFile} {
		assert.Eventually(t, func() bool { // a pipe can be opened in this way only while a process reads it
			fd, err := syscall.Open(file, syscall.O_WRONLY|syscall.O_NONBLOCK, 0)
			if err == nil {
				ends = append(ends, fd)
			}
			return err == nil
		}, 10*time.Second, time.Millisecond)
	}
	start := time.Now()
	for range 100 {
		require.NoError(t, p.Check(with(cert), now))
		require.NoError(t, p.Check(with(ca.issue(3, nil)), now), "one that was not seen before")
	}
	assert.Less(t, time.Since(start), 5*time.Second)
	p.Shutdown()
	for _, fd := range ends {
		require.NoError(t, syscall.Close(fd))
	}
}
