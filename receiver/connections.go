// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package receiver

import (
	"context"
	"net"
	"net/http"
	"sync"
)

// connections follows the server's connections, for two things that net/http does not report.
//
// net/http itself answers a request that is not HTTP, or whose headers are too long or never end, and reports this to
// nobody. It is noticed here: a connection ends on which bytes have come that no handler has seen. Only the first request
// of a connection is noticed in this way.
//
// Some connections have had no request yet: half-open ones, those that a client keeps in store, port scans. They make
// net/http's Shutdown wait for five seconds, in which the receiver is away, at every reload of the configuration. Nothing
// was acknowledged on them, so they can be closed.
type connections struct {
	unseen func(remote net.Addr) // called for each connection that ends with something that no handler has seen

	mu      sync.Mutex
	closing bool
	open    map[net.Conn]*connection
}

// connection is guarded by the mutex of connections.
type connection struct {
	silent bool // no request has come yet
	unseen bool // something has come that no handler has seen
}

type connectionKey struct{}

func newConnections(unseen func(net.Addr)) *connections {
	return &connections{unseen: unseen, open: map[net.Conn]*connection{}}
}

// context is the server's ConnContext.
func (s *connections) context(ctx context.Context, c net.Conn) context.Context {
	return context.WithValue(ctx, connectionKey{}, c)
}

// watch notes the requests that a handler sees.
func (s *connections) watch(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.seen(r.Context())
		next.ServeHTTP(w, r)
	})
}

func (s *connections) seen(ctx context.Context) {
	c, _ := ctx.Value(connectionKey{}).(net.Conn)
	s.mu.Lock()
	defer s.mu.Unlock()
	if conn := s.open[c]; conn != nil {
		conn.unseen = false
	}
}

// note is the server's ConnState.
func (s *connections) note(c net.Conn, state http.ConnState) {
	if s.follow(c, state) {
		s.unseen(c.RemoteAddr())
	}
}

// follow reports whether a connection ends on which bytes have come that no handler has seen.
func (s *connections) follow(c net.Conn, state http.ConnState) (unseen bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	conn := s.open[c]
	switch {
	case state == http.StateNew && s.closing:
		_ = c.Close()
	case state == http.StateNew:
		s.open[c] = &connection{silent: true}
	case conn == nil:
	case state == http.StateActive:
		conn.silent, conn.unseen = false, true
	case state == http.StateIdle:
		conn.silent, conn.unseen = false, false
	default: // it ends
		delete(s.open, c)
		return conn.unseen
	}
	return false
}

// closeSilent closes the connections on which no request has come. From now on it closes new ones too.
func (s *connections) closeSilent() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closing = true
	for c, conn := range s.open {
		if conn.silent {
			_ = c.Close()
		}
	}
}
