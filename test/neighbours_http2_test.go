// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package test

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"strings"
	"sync/atomic"
	"testing"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"
)

// speaker writes HTTP/2 frames that no client would write.
type speaker struct {
	net.Conn
	framer *http2.Framer
	block  bytes.Buffer
	hpack  *hpack.Encoder
	stream uint32
}

// speak begins an HTTP/2 connection. The server's frames are read and dropped.
func (n *neighbourhood) speak() (*speaker, error) {
	conn, err := n.dial("h2")
	if err != nil {
		return nil, err
	}
	s := &speaker{Conn: conn, framer: http2.NewFramer(conn, nil), stream: 1}
	s.hpack = hpack.NewEncoder(&s.block)
	if _, err := io.WriteString(conn, http2.ClientPreface); err != nil {
		conn.Close()
		return nil, err
	}
	if err := s.framer.WriteSettings(); err != nil {
		conn.Close()
		return nil, err
	}
	go func() { _, _ = io.Copy(io.Discard, conn) }()
	return s, nil
}

// begin opens a stream with a delivery's headers, complete or to be continued.
func (s *speaker) begin(complete bool) (stream uint32, err error) {
	s.block.Reset()
	for _, f := range [][2]string{{":method", "POST"}, {":scheme", "https"}, {":authority", "localhost"}, {":path", voicePath}} {
		_ = s.hpack.WriteField(hpack.HeaderField{Name: f[0], Value: f[1]})
	}
	stream = s.stream
	s.stream += 2
	return stream, s.framer.WriteHeaders(http2.HeadersFrameParam{StreamID: stream, BlockFragment: s.block.Bytes(), EndHeaders: complete})
}

// rapidResets opens streams and resets them at once (CVE-2023-44487).
func (n *neighbourhood) rapidResets(*testing.T) (load, string) {
	var count atomic.Int64
	good := n.meanwhile(4, func(stopped func() bool) {
		s, err := n.speak()
		if err != nil {
			return
		}
		defer s.Close()
		for !stopped() {
			stream, err := s.begin(true)
			if err != nil || s.framer.WriteRSTStream(stream, http2.ErrCodeCancel) != nil {
				return
			}
			count.Add(1)
		}
	})
	return good, fmt.Sprintf("%d streams reset", count.Load())
}

// endlessStreams opens as many streams as a connection may have, each with a body that never ends.
func (n *neighbourhood) endlessStreams(*testing.T) (load, string) {
	const connections, streams = 8, 250
	var count atomic.Int64
	release := make(chan struct{})
	done := make(chan struct{}, connections)
	for range connections {
		s, err := n.speak()
		if err != nil {
			done <- struct{}{}
			continue
		}
		for range streams {
			stream, err := s.begin(true)
			if err != nil || s.framer.WriteData(stream, false, []byte("{")) != nil {
				break
			}
			count.Add(1)
		}
		go func() {
			<-release
			s.Close()
			done <- struct{}{}
		}()
	}
	good := n.goodLoad()
	close(release)
	for range connections {
		<-done
	}
	return good, fmt.Sprintf("%d endless streams on %d connections", count.Load(), connections)
}

// continuationFlood sends headers that never end (CVE-2023-45288).
func (n *neighbourhood) continuationFlood(*testing.T) (load, string) {
	var count atomic.Int64
	good := n.meanwhile(4, func(stopped func() bool) {
		s, err := n.speak()
		if err != nil {
			return
		}
		defer s.Close()
		stream, err := s.begin(false)
		if err != nil {
			return
		}
		for !stopped() {
			s.block.Reset()
			_ = s.hpack.WriteField(hpack.HeaderField{Name: "x-flood", Value: strings.Repeat("a", 1000), Sensitive: true})
			if s.framer.WriteContinuation(stream, false, s.block.Bytes()) != nil {
				break
			}
		}
		count.Add(1)
	})
	return good, fmt.Sprintf("%d floods of CONTINUATION cut off", count.Load())
}
