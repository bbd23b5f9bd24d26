// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package test

import (
	"bufio"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// connection is a request that is sent piece by piece.
type connection struct {
	t testing.TB
	net.Conn
	reader *bufio.Reader
}

// open begins a delivery to the voice quality path: header lines, and the beginning of its body.
func (c *collector) open(header, body string) *connection {
	c.t.Helper()
	conn, err := net.Dial("tcp", c.address)
	require.NoError(c.t, err)
	require.NoError(c.t, conn.SetDeadline(time.Now().Add(30*time.Second)))
	open := &connection{c.t, conn, bufio.NewReader(conn)}
	open.write("POST " + voicePath + " HTTP/1.1\r\nHost: a\r\n" + header + "\r\n" + body)
	return open
}

func (o *connection) write(s string) {
	o.t.Helper()
	_, err := io.WriteString(o.Conn, s)
	require.NoError(o.t, err)
}

// answer waits for the answer.
func (o *connection) answer() answer {
	o.t.Helper()
	resp, err := http.ReadResponse(o.reader, nil)
	require.NoError(o.t, err)
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	require.NoError(o.t, err)
	return answer{resp.StatusCode, strings.TrimSpace(string(text)), resp.Header}
}

// statusOf reads a component's status from the health check's verbose page.
func statusOf(t testing.TB, page io.Reader, path ...string) string {
	t.Helper()
	type node struct {
		Status     string          `json:"status"`
		Components map[string]node `json:"components"`
	}
	var at node
	require.NoError(t, json.NewDecoder(page).Decode(&at))
	for _, name := range path {
		at = at.Components[name]
	}
	return at.Status
}
