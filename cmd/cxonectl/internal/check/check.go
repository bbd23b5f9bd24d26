// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

// Package check looks at a callback's URL as the vendor's server would meet it: the name, the way there, the certificate,
// and the answers of the exact path. It delivers nothing: its POSTs hold `{}`, which is no payload of any callback, so that
// even a receiver that lets them in takes no record from them.
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

// Level says what a finding means.
type Level string

// The levels.
const (
	OK   Level = "ok"
	Warn Level = "warn" // it works, or may work, but deserves a look
	Fail Level = "FAIL" // the vendor's deliveries will not arrive, or others' will
)

// Finding is what one look at the endpoint gave.
type Finding struct {
	Level Level `json:"level"`
	// What was looked at: name, connection, tls, ciphers, certificate, client certificate, GET, POST, signature, headers, body, path,
	// clock.
	What string `json:"what"`
	// Text says what was found.
	Text string `json:"text"`
	// Remedy says what to do about it; empty where all is well.
	Remedy string `json:"remedy,omitempty"`
}

// Endpoint is a callback's URL and what is known of its receiver.
type Endpoint struct {
	URL *url.URL
	// TLS is the client's side: roots, server name, client certificate. Nil is the system's own.
	TLS *tls.Config
	// Timeout bounds each step.
	Timeout time.Duration
	// Sign signs a probe as the vendor would; nil where there is no key.
	Sign delivery.Sign
	// BodyBytes is the size of the body that is announced, to find a smaller limit in between: below the receiver's own.
	BodyBytes int64
}

// Run looks at the endpoint, step by step, and tells of each as it comes. A step that fails ends it where the later ones
// could say nothing new.
func Run(ctx context.Context, e *Endpoint, tell func(Finding)) {
	c := &checker{Endpoint: e, teller: tell}
	if c.resolve(ctx) && c.connect(ctx) && c.secure(ctx) {
		c.ask(ctx)
	}
}

// checker is one run, and what its earlier steps found.
type checker struct {
	*Endpoint
	teller

	addresses []string // host:port, those that answered
	// certificateAsked and certificateGiven are of the TLS handshake.
	certificateAsked, certificateGiven bool
	// verified says that every address has proven to be the URL's host. To any other server nothing signed is sent: under a
	// scheme that does not cover the body, it could use the signature for deliveries of its own.
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

// port is the URL's, or its scheme's own.
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
