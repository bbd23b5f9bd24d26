// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package receiver

import (
	"context"
	"io"
	"net"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// quickly is well below the five seconds for which net/http waits.
const quickly = 4 * time.Second

func TestShutdownDoesNotWaitForSilentConnections(t *testing.T) {
	r := run(t, testConfig())
	conn, err := net.Dial("tcp", r.receiver.address.String())
	require.NoError(t, err)
	defer conn.Close()
	r.post(voicePath, leg) // the server has taken the connection before it
	ctx, cancel := context.WithTimeout(t.Context(), quickly)
	defer cancel()
	assert.NoError(t, r.receiver.Shutdown(ctx))
}

func TestShutdownDoesNotWaitForUnfinishedHeaders(t *testing.T) {
	r := run(t, testConfig())
	conn, err := net.Dial("tcp", r.receiver.address.String())
	require.NoError(t, err)
	defer conn.Close()
	_, err = io.WriteString(conn, "POST "+voicePath+" HTTP/1.1\r\nHost: ")
	require.NoError(t, err)
	r.post(voicePath, leg)
	ctx, cancel := context.WithTimeout(t.Context(), quickly)
	defer cancel()
	assert.NoError(t, r.receiver.Shutdown(ctx))
}

// TestShutdownCutsOffSlowHTTP2Bodies has many streams of one connection whose bodies never end.
func TestShutdownCutsOffSlowHTTP2Bodies(t *testing.T) {
	p := newPKI(t)
	r := run(t, p.config())
	client := p.client(p.issue(nil), true)
	client.Transport.(*http.Transport).ForceAttemptHTTP2 = true

	const slow = 50
	statuses := make(chan int, slow)
	for range slow {
		body, sender := io.Pipe()
		defer sender.Close()
		go func() {
			req, err := http.NewRequest(http.MethodPost, r.url+voicePath, body)
			if !assert.NoError(t, err) {
				return
			}
			resp, err := client.Do(req)
			if err != nil {
				statuses <- 0
				return
			}
			defer resp.Body.Close()
			assert.Equal(t, 2, resp.ProtoMajor)
			statuses <- resp.StatusCode
		}()
		go func() { _, _ = io.WriteString(sender, `{"ContactId":`) }()
	}
	require.Eventually(t, func() bool { return r.receiver.endpoint.budget.used() == slow*int64(len(`{"ContactId":`)) },
		10*time.Second, 10*time.Millisecond)
	ctx, cancel := context.WithTimeout(t.Context(), drainGrace+quickly)
	defer cancel()
	assert.NoError(t, r.receiver.Shutdown(ctx))
	for range slow {
		assert.Equal(t, http.StatusServiceUnavailable, <-statuses)
	}
	assert.Zero(t, r.receiver.endpoint.budget.used())
}
