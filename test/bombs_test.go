// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package test

import (
	"encoding/binary"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

const zstdBlock = 128 << 10

// zstdFrame makes a zstd frame (RFC 8878) by hand: its window, and its blocks. Each block repeats one byte, or, without a
// count, is stored.
func zstdFrame(windowDescriptor byte, blocks int, text string) string {
	frame := []byte{0x28, 0xb5, 0x2f, 0xfd, 0, windowDescriptor}
	block := func(kind, size uint32, content string, last bool) {
		header := kind<<1 | size<<3
		if last {
			header |= 1
		}
		frame = append(binary.LittleEndian.AppendUint32(frame, header)[:len(frame)+3], content...)
	}
	const stored, repeated = 0, 1
	if blocks == 0 {
		block(stored, uint32(len(text)), text, true)
	}
	for i := range blocks {
		block(repeated, zstdBlock, text, i == blocks-1)
	}
	return string(frame)
}

// Window descriptors: of 128 KiB, of 64 MiB and of terabytes. RFC 9659 allows 8 MiB in a Content-Encoding.
const (
	smallWindow = 7 << 3
	largeWindow = 16 << 3
	hugeWindow  = 0xff
)

// TestCompressedBodies has a good body, a broken one and a bomb for each encoding.
func TestCompressedBodies(t *testing.T) {
	t.Parallel()
	c := start(t, with(open))
	spaces := strings.Repeat(" ", 64<<20)
	for _, tc := range []struct {
		name, encoding, body string
		status               int
	}{
		{"zstd", "zstd", zstdFrame(smallWindow, 0, `{"ContactId": "zstd"}`), 200},
		{"gzip, by its old name", "x-gzip", shrink(t, "gzip", `{"ContactId": "x-gzip"}`), 200},
		{"no encoding, by name", "identity", `{"ContactId": "identity"}`, 200},
		{"an encoding in capitals", "GZIP", shrink(t, "gzip", `{"ContactId": "GZIP"}`), 200},
		{"zstd that is none", "zstd", leg, 400},
		{"gzip that is cut off", "gzip", shrink(t, "gzip", leg)[:20], 400},
		{"gzip with a wrong checksum", "gzip", shrink(t, "gzip", leg)[:len(shrink(t, "gzip", leg))-8] + "xxxxxxxx", 400},
		{"gzip within gzip", "gzip", shrink(t, "gzip", shrink(t, "gzip", leg)), 400},
		{"deflate that is cut off", "deflate", shrink(t, "deflate", leg)[:20], 400},
		{"a gzip bomb of 1 GiB", "gzip", gzipBomb(t), 413},
		{"a deflate bomb of 64 MiB", "deflate", shrink(t, "deflate", spaces), 413},
		{"a zstd bomb of 1 GiB", "zstd", zstdFrame(smallWindow, 1<<30/zstdBlock, " "), 413},
		{"a zstd window over 8 MiB", "zstd", zstdFrame(largeWindow, 1, " "), 400},
		{"a zstd window of terabytes", "zstd", zstdFrame(hugeWindow, 1, " "), 400},
	} {
		t.Run(tc.name, func(t *testing.T) {
			a := c.post(voicePath, tc.body, "Content-Encoding", tc.encoding)
			assert.Equal(t, tc.status, a.status, a.text)
			if strings.HasPrefix(tc.name, "a zstd window") {
				assert.Contains(t, a.text, "not valid zstd", "it is not even opened")
			}
		})
	}
	c.await(0, 4, 4)
	// Idle it takes about 100 MiB. A bomb adds the 8 MiB at which it is cut, their copy while the buffer grows, and a
	// decoder.
	t.Logf("peak memory: %d MiB", c.peakMemory())
	assert.Less(t, c.peakMemory(), 250)
}

// TestLengthsThatLie declares lengths that differ from those of the bodies.
func TestLengthsThatLie(t *testing.T) {
	t.Parallel()
	c := start(t, with(open+"    read_timeout: 1s\n    max_request_body_size: 100000\n"))
	t.Run("a declared length over the limit is refused before the body", func(t *testing.T) {
		c.t = t
		o := c.open("Content-Length: 100001\r\nExpect: 100-continue\r\n", "")
		defer o.Close()
		assert.Equal(t, http.StatusRequestEntityTooLarge, o.answer().status)
	})
	t.Run("a chunked body over the limit", func(t *testing.T) {
		c.t = t
		o := c.open("Transfer-Encoding: chunked\r\n", fmt.Sprintf("%x\r\n%s\r\n0\r\n\r\n", 100001, strings.Repeat(" ", 100001)))
		defer o.Close()
		assert.Equal(t, http.StatusRequestEntityTooLarge, o.answer().status)
	})
	t.Run("a chunked body at the limit", func(t *testing.T) {
		c.t = t
		body := `{"ContactId": "chunked"}` + strings.Repeat(" ", 100000-24)
		o := c.open("Transfer-Encoding: chunked\r\n", fmt.Sprintf("%x\r\n%s\r\n0\r\n\r\n", len(body), body))
		defer o.Close()
		assert.Equal(t, oneAccepted, o.answer().String())
	})
	t.Run("a body that stops within its length", func(t *testing.T) {
		c.t = t
		begun := time.Now()
		o := c.open("Content-Length: 1000\r\n", leg)
		defer o.Close()
		a := o.answer()
		assert.Equal(t, http.StatusBadRequest, a.status, a.text)
		assert.Contains(t, a.text, "read_timeout")
		assert.Less(t, time.Since(begun), 10*time.Second)
	})
	t.Run("a body longer than its length", func(t *testing.T) {
		c.t = t
		o := c.open(fmt.Sprintf("Content-Length: %d\r\n", len(`{"ContactId": "short"}`)), `{"ContactId": "short"}`+", and more\r\n\r\n")
		defer o.Close()
		assert.Equal(t, oneAccepted, o.answer().String(), "the body is what was declared")
		assert.Equal(t, http.StatusBadRequest, o.answer().status, "what follows is no request")
	})
	c.t = t
	c.await(0, 2, 2)
}

// TestGoodDeliveriesMeanwhile delivers good records all the time, while others send large and slow bodies.
func TestGoodDeliveriesMeanwhile(t *testing.T) {
	t.Parallel()
	c := start(t, with(open+"    read_timeout: 5s\n"))
	const size = 8 << 20
	bad := []func() answer{
		func() answer { return c.post(voicePath, strings.Repeat("[", size)) },
		func() answer { return c.post(voicePath, gzipBomb(t), "Content-Encoding", "gzip") },
		func() answer { return c.post(voicePath, zstdFrame(smallWindow, 8192, "["), "Content-Encoding", "zstd") },
		func() answer { return c.post(scriptPath, `{"metadata": "`+strings.Repeat("[", size-100)+`"}`) },
		func() answer { return c.post(voicePath, strings.Repeat(`{"ContactId":`, size/13)) },
		func() answer { return c.post(voicePath, "["+strings.Repeat("\xff,", size/2-1)+"0]") },
	}
	stop := make(chan struct{})
	var wg sync.WaitGroup
	for range 200 { // slow bodies
		o := c.open("Content-Length: 1000000\r\n", "{")
		defer o.Close()
	}
	for _, send := range bad {
		wg.Go(func() {
			for range 3 {
				a := send()
				assert.Contains(t, []int{400, 413}, a.status, "%.300s", a.text)
			}
		})
	}
	go func() { wg.Wait(); close(stop) }()

	good, slowest := 0, time.Duration(0)
	for done := false; !done; good++ {
		begun := time.Now()
		assert.Equal(t, oneAccepted, c.post(voicePath, fmt.Sprintf(`{"ContactId": "good-%d"}`, good)).String())
		slowest = max(slowest, time.Since(begun))
		select {
		case <-stop:
			done = true
		case <-time.After(10 * time.Millisecond):
		}
	}
	c.await(0, good, good)
	// Six senders of 8 MiB at a time stay within max_inflight_bytes (64 MiB), twice as much while buffers are copied to
	// grow.
	t.Logf("%d good deliveries, the slowest took %v; peak memory: %d MiB", good, slowest, c.peakMemory())
	assert.Less(t, c.peakMemory(), 500)
	assert.Less(t, slowest, 10*time.Second)
}
