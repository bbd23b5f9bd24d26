// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package receiver

import (
	"net"
	"net/http"
	"sync"
)

// silentConns are the connections on which no request has come yet: half-open ones, those a client keeps in store, port
// scans. net/http's Shutdown waits five seconds for them, in which the receiver is away for nothing, at every reload of
// the configuration. Nothing was acknowledged on them.
type silentConns struct {
	mu     sync.Mutex
	closed bool
	conns  map[net.Conn]struct{}
}

// note is an http.Server's ConnState.
func (s *silentConns) note(c net.Conn, state http.ConnState) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case state != http.StateNew:
		delete(s.conns, c)
	case s.closed:
		_ = c.Close()
	default:
		s.conns[c] = struct{}{}
	}
}

// close closes them, and those that are still to come.
func (s *silentConns) close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	for c := range s.conns {
		_ = c.Close()
	}
	clear(s.conns)
}
