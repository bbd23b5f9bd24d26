// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package test

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestBodiesThatAreNotAuthenticated has senders without a key that fill max_inflight_bytes. Their headers are plausible and
// declare 8 MiB, but only a part of these comes. A good sender's deliveries must nevertheless be accepted.
func TestBodiesThatAreNotAuthenticated(t *testing.T) {
	for _, tc := range []struct {
		name    string
		senders int
		sent    int
		silence time.Duration
	}{
		{"large bodies that stop for less than the grace", 24, 4<<20 + 1, 1900 * time.Millisecond},
		{"large bodies that stop for good", 24, 4<<20 + 1, time.Minute},
	} {
		t.Run(tc.name, func(t *testing.T) {
			c := start(t, strings.ReplaceAll(with(`    signature:
      scheme: github
      keys: [{secret: "`+sharedSecret+`"}]
`), "level: debug", "level: info"))
			head := fmt.Sprintf("POST %s HTTP/1.1\r\nHost: a\r\nX-Hub-Signature-256: %s\r\nContent-Length: 8388608\r\n\r\n", voicePath,
				githubSignature(leg))
			part := strings.Repeat(" ", tc.sent)
			stop := make(chan struct{})
			var wg sync.WaitGroup
			for range tc.senders {
				wg.Go(func() {
					for {
						conn, err := net.Dial("tcp", c.address)
						if err != nil { // the collector has ended
							return
						}
						_ = conn.SetWriteDeadline(time.Now().Add(10 * time.Second))
						_, _ = io.WriteString(conn, head+part) // the connection may be cut off
						_ = conn.SetReadDeadline(time.Now().Add(tc.silence))
						_, _ = conn.Read(make([]byte, 1)) // a refusal comes at once
						conn.Close()
						select {
						case <-stop:
							return
						default:
						}
					}
				})
			}
			time.Sleep(4 * time.Second) // until they hold as much as they can
			answers := map[int]int{}
			for i := range 200 {
				body := fmt.Sprintf(`{"ContactId": "good-%d", "AvgMos": 4.1}`, i)
				answers[c.post(voicePath, body, "X-Hub-Signature-256", githubSignature(body)).status]++
				time.Sleep(20 * time.Millisecond)
			}
			t.Logf("answers to the good sender: %v; peak memory %d MiB", answers, c.peakMemory())
			assert.Equal(t, map[int]int{http.StatusOK: 200}, answers)
			close(stop)
			require.NoError(t, c.stop())
			wg.Wait()
		})
	}
}

// TestCapturesOpenNothing has senders without a key that deliver bodies which decompress to a thousand times their size,
// while refused requests are captured.
func TestCapturesOpenNothing(t *testing.T) {
	t.Parallel()
	c := start(t, with(strings.Replace(signedByUs, "max_files: 2", "max_files: 100", 1)))
	bomb := shrink(t, "gzip", strings.Repeat(" ", 8<<20))
	before := c.peakMemory()
	begun := time.Now()
	for range 100 {
		require.Equal(t, 401, c.post(voicePath, bomb, "Content-Encoding", "gzip").status)
	}
	t.Logf("100 bombs of %d bytes in %v; peak memory %d MiB, %d before", len(bomb), time.Since(begun).Round(time.Millisecond),
		c.peakMemory(), before)
	assert.Less(t, c.peakMemory(), before+30)
	captures, err := filepath.Glob(filepath.Join(c.dir, "captures", "*.http"))
	require.NoError(t, err)
	require.Len(t, captures, 100)
	text, err := os.ReadFile(captures[0])
	require.NoError(t, err)
	assert.True(t, strings.HasSuffix(string(text), "\r\n\r\n"+bomb), "as it travelled")
}

// TestNothingIsSmuggledIn hides a request behind a chunked one that also has a Content-Length.
func TestNothingIsSmuggledIn(t *testing.T) {
	t.Parallel()
	c := start(t, with(open))
	hidden := fmt.Sprintf("POST %s HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n%s", voicePath, len(leg), leg)
	conn, err := net.Dial("tcp", c.address)
	require.NoError(t, err)
	defer conn.Close()
	require.NoError(t, conn.SetDeadline(time.Now().Add(20*time.Second)))
	_, err = fmt.Fprintf(conn, "POST %s HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n[]\r\n0\r\n\r\n%s",
		voicePath, len("2\r\n[]\r\n0\r\n\r\n")+len(hidden), hidden)
	require.NoError(t, err)
	answers, err := io.ReadAll(conn)
	require.NoError(t, err)
	assert.Equal(t, 1, strings.Count(string(answers), "HTTP/1.1 "), "one answer, and the connection ends")
	assert.Contains(t, string(answers), "Connection: close\r\n")
	c.await(0, 0, 0)
}
