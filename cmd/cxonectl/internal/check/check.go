// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

// Package check examines a callback's URL as the vendor's server would see it: the name, the connection, the certificate,
// and the answers of the exact path. It delivers nothing: its POSTs send `{}`, which is not a payload of any callback, so
// that even a receiver that accepts them takes no record.
package check

import (
	"context"
	"crypto/tls"
	"net"
	"net/http"
	"net/url"
	"time"

	"github.com/cxone-otel/cxonereceiver/cmd/cxonectl/internal/delivery"
)

// Level is the severity of a finding.
type Level string

// The levels.
const (
	OK   Level = "ok"
	Warn Level = "warn" // it works, or may work, but something may be wrong
	Fail Level = "FAIL" // the vendor's deliveries will not arrive, or others' deliveries will
)

// Finding is the result of one check of the endpoint.
type Finding struct {
	Level Level `json:"level"`
	// What was checked: name, connection, tls, ciphers, certificate, client certificate, GET, POST, signature, headers,
	// body, path, clock.
	What string `json:"what"`
	// Text describes what was found.
	Text string `json:"text"`
	// Remedy says what to do about it; empty if all is well.
	Remedy string `json:"remedy,omitempty"`
}

// Endpoint is a callback's URL and what is known of its receiver.
type Endpoint struct {
	URL *url.URL
	// TLS is the client's side: roots, server name, client certificate. Nil is the system's own.
	TLS *tls.Config
	// Timeout limits each step.
	Timeout time.Duration
	// Sign signs a probe as the vendor would; nil if there is no key.
	Sign delivery.Sign
	// BodyBytes is the announced size of a body, to find a smaller limit of a proxy. It is below the receiver's own limit.
	BodyBytes int64
}

// Run checks the endpoint step by step, and reports each finding at once. If a step fails and the later ones could show
// nothing new, it ends.
func Run(ctx context.Context, e *Endpoint, tell func(Finding)) {
	c := &checker{Endpoint: e, teller: tell}
	if c.resolve(ctx) && c.connect(ctx) && c.secure(ctx) {
		c.ask(ctx)
	}
}

// checker is one run, with the findings of its earlier steps.
type checker struct {
	*Endpoint
	teller

	addresses []string // host:port, those that answered
	// certificateAsked and certificateGiven are of the TLS handshake.
	certificateAsked, certificateGiven bool
	// verified says that every address has proven to be the URL's host. Nothing signed is sent to any other server: if the
	// scheme does not cover the body, the server could use the signature for deliveries of its own.
	verified bool
	client   http.Client
}

// teller tells of findings.
type teller func(Finding)

func (t teller) ok(what, text string) { t(Finding{Level: OK, What: what, Text: text}) }

func (t teller) warn(what, text, remedy string) {
	t(Finding{Level: Warn, What: what, Text: text, Remedy: remedy})
}

func (t teller) fail(what, text, remedy string) {
	t(Finding{Level: Fail, What: what, Text: text, Remedy: remedy})
}

// port is the URL's port, or the default port of its scheme.
func (c *checker) port() string {
	if port := c.URL.Port(); port != "" {
		return port
	}
	if c.URL.Scheme == "https" {
		return "443"
	}
	return "80"
}

func (c *checker) isLoopback() bool {
	host, _, _ := net.SplitHostPort(c.addresses[0])
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}
