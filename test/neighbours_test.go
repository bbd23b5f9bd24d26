// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package test

import (
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The deliveries of a good sender, spread over a while.
const (
	goodDeliveries = 400
	goodEvery      = 5 * time.Millisecond
)

// neighbourhood is a collector with TLS, with good senders and bad ones.
type neighbourhood struct {
	*collector
	authority *authority
	alone     load
	next      atomic.Int64
	taken     atomic.Int64
	clients   []*http.Client // the good senders'
}

// load is the result of a good sender.
type load struct {
	ok       int
	p50, p99 time.Duration
}

func (l load) String() string {
	return fmt.Sprintf("%d of %d answered 200, p50 %v, p99 %v", l.ok, goodDeliveries, l.p50.Round(10*time.Microsecond),
		l.p99.Round(10*time.Microsecond))
}

// goodLoad delivers at a constant rate, every other time over a new connection.
func (n *neighbourhood) goodLoad() load {
	n.t.Helper()
	kept := n.authority.httpsClient()
	fresh := n.authority.httpsClient()
	fresh.Transport.(*http.Transport).DisableKeepAlives = true
	n.clients = append(n.clients, kept, fresh)
	took := make([]time.Duration, goodDeliveries)
	var ok atomic.Int64
	var wg sync.WaitGroup
	ticker := time.NewTicker(goodEvery)
	defer ticker.Stop()
	for i := range goodDeliveries {
		<-ticker.C
		client := kept
		if i%2 == 0 {
			client = fresh
		}
		wg.Go(func() {
			begun := time.Now()
			resp, err := n.postTLS(client, voicePath, fmt.Sprintf(`{"ContactId": "good-%d"}`, n.next.Add(1)))
			took[i] = time.Since(begun)
			if err == nil && resp.StatusCode == http.StatusOK {
				ok.Add(1)
			}
		})
	}
	wg.Wait()
	n.taken.Add(ok.Load())
	slices.Sort(took)
	return load{int(ok.Load()), took[len(took)/2], took[len(took)*99/100]}
}

// dial opens a connection, within TLS if protocols are given.
func (n *neighbourhood) dial(protocols ...string) (net.Conn, error) {
	conn, err := net.DialTimeout("tcp", n.address, 20*time.Second)
	if err != nil || len(protocols) == 0 {
		return conn, err
	}
	_ = conn.SetDeadline(time.Now().Add(60 * time.Second))
	secured := tls.Client(conn, &tls.Config{
		RootCAs:    n.authority.pool,
		ServerName: "localhost",
		NextProtos: protocols,
		MinVersion: tls.VersionTLS12,
	})
	if err := secured.Handshake(); err != nil {
		conn.Close()
		return nil, err
	}
	return secured, nil
}

// meanwhile runs good deliveries while bad neighbours repeat their attack on several goroutines.
func (n *neighbourhood) meanwhile(goroutines int, bad func(stopped func() bool)) load {
	stop := make(chan struct{})
	stopped := func() bool {
		select {
		case <-stop:
			return true
		default:
			return false
		}
	}
	var wg sync.WaitGroup
	for range goroutines {
		wg.Go(func() {
			for !stopped() {
				bad(stopped)
			}
		})
	}
	good := n.goodLoad()
	close(stop)
	wg.Wait()
	return good
}

// hangUp ends the good senders' connections, including those that were made too late for a delivery.
func (n *neighbourhood) hangUp() {
	for _, client := range n.clients {
		client.CloseIdleConnections()
	}
}

// files counts the collector's file descriptors.
func (c *collector) files() int {
	c.t.Helper()
	entries, err := os.ReadDir(fmt.Sprintf("/proc/%d/fd", c.cmd.Process.Pid))
	require.NoError(c.t, err)
	return len(entries)
}

// openFiles is how many files a process may open.
func openFiles(t testing.TB, pid string) int {
	t.Helper()
	text, err := os.ReadFile("/proc/" + pid + "/limits")
	require.NoError(t, err)
	limit := regexp.MustCompile(`Max open files\s+(\d+)`).FindStringSubmatch(string(text))
	require.NotNil(t, limit)
	n, err := strconv.Atoi(limit[1])
	require.NoError(t, err)
	return n
}

// settle waits until the good connections have ended, after which the rest does not change any more.
func (n *neighbourhood) settle() {
	n.t.Helper()
	last, since := n.files(), time.Now()
	n.waitFor(func() bool {
		n.hangUp()
		if now := n.files(); now != last {
			last, since = now, time.Now()
		}
		return time.Since(since) > time.Second
	}, "the good connections to end")
}

// goroutines ends a collector with a signal that prints its goroutines, and counts them.
func (c *collector) goroutines() int {
	c.t.Helper()
	c.ready = time.Time{} // it will end with an error
	require.NoError(c.t, c.cmd.Process.Signal(syscall.SIGQUIT))
	err := <-c.ended
	c.ended <- err
	return strings.Count("\n"+c.log.String(), "\ngoroutine ")
}

// TestBadNeighbours has bad senders attack while a good sender delivers. The good sender may only notice the time, which is
// printed beside the time without attacks. Afterwards nothing of the bad senders is left.
func TestBadNeighbours(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("file descriptors are counted in /proc, which only Linux has")
	}
	authority := newAuthority(t, "ours")
	// Nobody is cut off during the test.
	patience := "    read_header_timeout: 10m\n    read_timeout: 10m\n    write_timeout: 10m\n"
	config := strings.ReplaceAll(with(open+patience+serverTLS(authority.server("receiver"), "")), "level: debug", "level: info")
	n := &neighbourhood{collector: start(t, config), authority: authority}
	n.goodLoad() // to warm up
	n.alone = n.goodLoad()
	require.Equal(t, goodDeliveries, n.alone.ok)
	n.settle()
	idle := n.files()

	for _, tc := range []struct {
		name string
		run  func(t *testing.T) (good load, done string)
	}{
		{"slow connections", n.slowConnections},
		{"connection churn", n.churn},
		{"half-open and reset connections", n.halfOpen},
		{"HTTP/2 resets", n.rapidResets},
		{"HTTP/2 streams that never end", n.endlessStreams},
		{"header floods", n.headerFlood},
		{"HTTP/2 header floods", n.continuationFlood},
	} {
		t.Run(tc.name, func(t *testing.T) {
			good, done := tc.run(t)
			t.Logf("%s: %v; alone: %v; peak memory %d MiB", done, good, n.alone, n.peakMemory())
			assert.Equal(t, goodDeliveries, good.ok, "every good delivery is taken")
			left := 0
			assert.Eventually(t, func() bool {
				n.hangUp()
				left = n.files()
				return left <= idle
			}, 30*time.Second, 50*time.Millisecond, "file descriptors return to where they were")
			assert.LessOrEqual(t, left, idle)
		})
	}
	assert.InDelta(t, float64(n.taken.Load()), n.own("receiver_cxone_deliveries", `outcome="accepted"`), 0, "acknowledged and counted")

	witness := start(t, config) // a collector that only had good senders
	w := &neighbourhood{collector: witness, authority: authority}
	w.goodLoad()
	w.settle()
	w.own("receiver_cxone_deliveries") // as above
	before, after := witness.goroutines(), n.goroutines()
	t.Logf("goroutines: %d after all of this, %d without", after, before)
	assert.LessOrEqual(t, after, before+5, "the runtime keeps a few of its own, or does not")
}

// slowConnections holds ten thousand connections: silent ones, and ones in the middle of a TLS handshake, of headers, of a
// body.
func (n *neighbourhood) slowConnections(t *testing.T) (load, string) {
	want := 10_000
	if room := min(openFiles(t, "self"), openFiles(t, strconv.Itoa(n.cmd.Process.Pid))) - 1000; room < want {
		t.Logf("only %d slow connections: the limit of open files leaves no room for %d", room, want)
		want = room
	}
	starts := []string{
		"",
		"\x16\x03\x01\x02\x00\x01",
		"POST " + voicePath + " HTTP/1.1\r\nHost: ",
		"POST " + voicePath + " HTTP/1.1\r\nHost: a\r\nContent-Length: 8000000\r\n\r\n{",
	}
	conns := make([]net.Conn, want)
	var next, failed atomic.Int64
	var wg sync.WaitGroup
	for range 16 {
		wg.Go(func() {
			for i := next.Add(1) - 1; i < int64(want); i = next.Add(1) - 1 {
				kind := i % int64(len(starts))
				var protocols []string
				if kind >= 2 {
					protocols = []string{"http/1.1"}
				}
				conn, err := n.dial(protocols...)
				if err != nil {
					failed.Add(1)
					continue
				}
				_, _ = io.WriteString(conn, starts[kind])
				conns[i] = conn
			}
		})
	}
	wg.Wait()
	held := n.files()
	good := n.goodLoad()
	for _, conn := range conns {
		if conn != nil {
			conn.Close()
		}
	}
	assert.Zero(t, failed.Load(), "connections that were not even taken")
	assert.Greater(t, held, want/2, "they were there")
	return good, fmt.Sprintf("%d slow connections, %d file descriptors", want, held)
}

func (n *neighbourhood) churn(*testing.T) (load, string) {
	var count atomic.Int64
	good := n.meanwhile(4, func(func() bool) {
		if conn, err := n.dial("h2", "http/1.1"); err == nil {
			conn.Close()
			count.Add(1)
		}
	})
	return good, fmt.Sprintf("%d connections made and dropped", count.Load())
}

// halfOpen resets connections in the middle of handshakes and bodies, as a broken network does.
func (n *neighbourhood) halfOpen(*testing.T) (load, string) {
	var count atomic.Int64
	good := n.meanwhile(4, func(func() bool) {
		conn, err := net.Dial("tcp", n.address)
		if err != nil {
			return
		}
		_ = conn.(*net.TCPConn).SetLinger(0) // RST rather than FIN
		if count.Add(1)%2 == 0 {
			_, _ = io.WriteString(conn, "\x16\x03\x01\x02\x00\x01")
		}
		conn.Close()
		secured, err := n.dial("http/1.1")
		if err != nil {
			return
		}
		_, _ = io.WriteString(secured, "POST "+voicePath+" HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n{")
		_ = secured.(*tls.Conn).NetConn().(*net.TCPConn).SetLinger(0)
		_ = secured.(*tls.Conn).NetConn().Close()
		count.Add(1)
	})
	return good, fmt.Sprintf("%d connections reset half-way", count.Load())
}

func (n *neighbourhood) headerFlood(*testing.T) (load, string) {
	var count atomic.Int64
	line := strings.Repeat("X-Flood: "+strings.Repeat("a", 100)+"\r\n", 100)
	good := n.meanwhile(4, func(stopped func() bool) {
		conn, err := n.dial("http/1.1")
		if err != nil {
			return
		}
		defer conn.Close()
		_, _ = io.WriteString(conn, "POST "+voicePath+" HTTP/1.1\r\nHost: a\r\n")
		for !stopped() {
			if _, err := io.WriteString(conn, line); err != nil {
				break
			}
		}
		count.Add(1)
	})
	return good, fmt.Sprintf("%d floods of headers cut off", count.Load())
}
