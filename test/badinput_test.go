// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package test

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// peakMemory returns the collector's peak resident memory in MiB.
func (c *collector) peakMemory() int {
	c.t.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", c.cmd.Process.Pid))
	require.NoError(c.t, err)
	kib, err := strconv.Atoi(regexp.MustCompile(`VmHWM:\s+(\d+)`).FindStringSubmatch(string(text))[1])
	require.NoError(c.t, err)
	return kib >> 10
}

// raw sends bytes as they are.
func (c *collector) raw(request string) answer {
	c.t.Helper()
	conn, err := net.Dial("tcp", c.address)
	require.NoError(c.t, err)
	defer conn.Close()
	require.NoError(c.t, conn.SetDeadline(time.Now().Add(20*time.Second)))
	_, err = io.WriteString(conn, request)
	require.NoError(c.t, err)
	require.NoError(c.t, conn.(*net.TCPConn).CloseWrite())
	resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
	require.NoError(c.t, err)
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	require.NoError(c.t, err)
	return answer{resp.StatusCode, strings.TrimSpace(string(text)), resp.Header}
}

// TestBadInput sends one collector bodies that must neither stop it nor make it grow, and checks after each that a good
// delivery is accepted.
func TestBadInput(t *testing.T) {
	t.Parallel()
	c := start(t, with(open))
	const size = 8 << 20
	head := "POST " + voicePath + " HTTP/1.1\r\nHost: a\r\n"
	for i, tc := range []struct {
		name   string
		send   func() answer
		status int
	}{
		{"8 MiB of [", func() answer { return c.post(voicePath, strings.Repeat("[", size)) }, 400},
		{"8 MiB of {", func() answer { return c.post(voicePath, strings.Repeat(`{"a":`, size/5)) }, 400},
		{"one byte more than 8 MiB", func() answer { return c.post(voicePath, strings.Repeat(" ", size+1)) }, 413},
		{"a number beyond all numbers", func() answer { return c.post(voicePath, `{"ContactId": 1, "AvgMos": 1e400}`) }, 200},
		{"nested 101 deep", func() answer {
			return c.post(voicePath, `{"spearlineAnalysis": `+strings.Repeat("[", 100)+strings.Repeat("]", 100)+`}`)
		}, 400},
		{"nested 100 deep", func() answer {
			return c.post(voicePath, `{"spearlineAnalysis": `+strings.Repeat("[", 99)+strings.Repeat("]", 99)+`}`)
		}, 200},
		{"no UTF-8", func() answer { return c.post(voicePath, "{\"ContactId\": \"\xff\xfe\", \"Agent\": \"\xc3\"}") }, 200},
		{"half a surrogate pair", func() answer { return c.post(voicePath, `{"ContactId": "\ud800"}`) }, 200},
		{"NUL bytes", func() answer { return c.post(voicePath, "\x00\x00{}") }, 400},
		{"a body that ends early", func() answer { return c.raw(head + "Content-Length: 1000\r\n\r\n{\"ContactId\": 1}") }, 400},
		{"a body longer than it says", func() answer { return c.raw(head + "Content-Length: 5\r\n\r\n{\"ContactId\": 1}") }, 400},
		{"a bad chunk", func() answer { return c.raw(head + "Transfer-Encoding: chunked\r\n\r\nxyz\r\n") }, 400},
		{"a gzip bomb of 1 GiB", func() answer { return c.post(voicePath, gzipBomb(t), "Content-Encoding", "gzip") }, 413},
		{"a million small records", func() answer { return c.post(voicePath, "["+strings.Repeat("{},", 1000000)+"{}]") }, 413},
		{"a million unknown fields", func() answer { return c.post(voicePath, `{"ContactId": 2`+strings.Repeat(`,"a":1`, 1000000)+"}") }, 200},
		{"a wide analysis", func() answer { return c.post(voicePath, `{"ContactId": 3, "spearlineAnalysis": {`+wide(300000)+`}}`) }, 200},
		{"an 8 MiB text", func() answer {
			return c.post(scriptPath, `{"contactId": 4, "apiResponseMessage": "`+strings.Repeat("é", 4000000)+`"}`)
		}, 200},
		{"an 8 MiB name", func() answer { return c.post(voicePath, `{"ContactId": 5, "`+strings.Repeat("n", 8000000)+`": 1}`) }, 200},
	} {
		t.Run(tc.name, func(t *testing.T) {
			a := tc.send()
			assert.Equal(t, tc.status, a.status, "%.300s", a.text)
			good := c.post(voicePath, fmt.Sprintf(`{"ContactId": "good-%d"}`, i))
			assert.Equal(t, `200 {"accepted": 1}`, good.String())
		})
	}
	// Without load the collector takes about 100 MiB here. It may hold 64 MiB of bodies (max_inflight_bytes) and their
	// telemetry. One delivery at a time must stay far below that.
	t.Logf("peak memory: %d MiB", c.peakMemory())
	assert.Less(t, c.peakMemory(), 300)
}

func wide(members int) string {
	var b strings.Builder
	for i := range members {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, `"%d":0`, i)
	}
	return b.String()
}

func gzipBomb(t *testing.T) string {
	t.Helper()
	piece := shrink(t, "gzip", strings.Repeat(" ", 64<<20))
	return strings.Repeat(piece, 16) // a gzip stream may have several members
}

func TestAThousandSlowSenders(t *testing.T) {
	t.Parallel()
	c := start(t, with(open))
	var conns []net.Conn
	for range 1000 {
		conn, err := net.Dial("tcp", c.address)
		require.NoError(t, err)
		defer conn.Close()
		_, err = fmt.Fprintf(conn, "POST %s HTTP/1.1\r\nHost: a\r\nContent-Length: 8000000\r\n\r\n{\"Contact", voicePath)
		require.NoError(t, err)
		conns = append(conns, conn)
	}
	var wg sync.WaitGroup
	for i := range 50 {
		wg.Go(func() {
			assert.Equal(t, `200 {"accepted": 1}`, c.post(voicePath, fmt.Sprintf(`{"ContactId": %d}`, i)).String())
		})
	}
	wg.Wait()
	for _, conn := range conns {
		_, err := io.WriteString(conn, `Id": 7}`) // still alive, and still slow
		assert.NoError(t, err)
	}
	t.Logf("peak memory: %d MiB", c.peakMemory())
	assert.Less(t, c.peakMemory(), 300)
}

func TestManyLargeBodiesAtOnce(t *testing.T) {
	t.Parallel()
	c := start(t, with(open+"    read_timeout: 5s\n"))
	body := bytes.Repeat([]byte(" "), 8<<20)
	copy(body, `{"ContactId": 1}`)
	var busy, taken int
	var mu sync.Mutex
	var wg sync.WaitGroup
	for range 40 { // five times what max_inflight_bytes holds
		wg.Go(func() {
			resp, err := http.Post("http://"+c.address+voicePath, "", bytes.NewReader(body))
			if err != nil {
				return // refused before it had sent everything
			}
			defer resp.Body.Close()
			mu.Lock()
			defer mu.Unlock()
			switch resp.StatusCode {
			case http.StatusOK:
				taken++
			case http.StatusServiceUnavailable:
				busy++
				assert.Equal(t, "5", resp.Header.Get("Retry-After"))
			default:
				t.Errorf("status %d", resp.StatusCode)
			}
		})
	}
	wg.Wait()
	assert.Positive(t, taken)
	assert.Equal(t, `200 {"accepted": 1}`, c.post(voicePath, `{"ContactId": 2}`).String())
	t.Logf("%d taken, %d told to come back; peak memory: %d MiB", taken, busy, c.peakMemory())
	assert.Less(t, c.peakMemory(), 600)
}
