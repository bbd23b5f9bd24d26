// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"crypto/tls"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
)

// standIn answers as the receiver does, as far as the answers depend only on the request.
type standIn struct {
	remembers        bool
	tls              bool
	wantsCertificate bool
	brokenBy         string // the text of its 502, if it is set
	busyFor          int    // how many deliveries it first answers 503
	verify           func(r *http.Request, body []byte) error

	mu   sync.Mutex
	seen map[string]bool
}

func (s *standIn) start() *httptest.Server {
	s.seen = map[string]bool{}
	server := httptest.NewUnstartedServer(s)
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	if s.wantsCertificate {
		server.TLS = &tls.Config{ClientAuth: tls.RequireAnyClientCert, MinVersion: tls.VersionTLS12}
	}
	if s.tls {
		server.StartTLS()
	} else {
		server.Start()
	}
	return server
}

// The paths are the defaults, and those of the configuration in testdata/script.
var markers = map[string]string{
	"/cxone/voice-quality": `"ContactId"`, "/hooks/voice": `"ContactId"`,
	"/cxone/script-api": `"metadata"`, "/hooks/script": `"metadata"`,
}

const limit = 8 << 20

func (s *standIn) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	marker, known := markers[r.URL.Path]
	switch {
	case s.brokenBy != "":
		w.WriteHeader(http.StatusBadGateway)
		_, _ = io.WriteString(w, s.brokenBy)
		return
	case !known:
		refuse(w, http.StatusNotFound, "no such path")
		return
	case r.ContentLength > limit:
		refuse(w, http.StatusRequestEntityTooLarge, "too large")
		return
	}
	body, err := io.ReadAll(r.Body)
	switch {
	case err != nil:
		refuse(w, http.StatusBadRequest, "unread")
	case s.busy():
		w.Header().Set("Retry-After", "1")
		refuse(w, http.StatusServiceUnavailable, "try again")
	case s.verify != nil && s.verify(r, body) != nil:
		refuse(w, http.StatusUnauthorized, "authentication failed")
	case !json.Valid(body):
		refuse(w, http.StatusBadRequest, "not valid JSON: it ends too early")
	case !strings.Contains(string(body), marker):
		refuse(w, http.StatusBadRequest, "this is the other payload")
	default:
		s.accept(w, r.URL.Path, string(body))
	}
}

func (s *standIn) busy() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.busyFor--
	return s.busyFor >= 0
}

func refuse(w http.ResponseWriter, status int, text string) {
	w.WriteHeader(status)
	fmt.Fprintf(w, "{\"error\": %q}\n", text)
}

func (s *standIn) accept(w io.Writer, path, body string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	records := max(1, strings.Count(body, `"ContactId"`), strings.Count(body, `\"messageId\"`))
	text := fmt.Sprintf(`{"accepted": %d`, records)
	if strings.Contains(body, "a record should be here") {
		text += `, "unreadable": 1`
	}
	if s.seen[path+body] && s.remembers {
		text += `, "duplicate": true`
	}
	s.seen[path+body] = true
	_, _ = io.WriteString(w, text+"}\n")
}
