// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

// Package delivery posts a body to a webhook and reads the answer, as the vendor's server would.
package delivery

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"syscall"
	"time"

	"github.com/cxone-otel/cxonereceiver/cmd/internal/show"
)

// Answer is the server's answer.
type Answer struct {
	// Status is the HTTP status.
	Status int
	// Accepted, Unreadable and Duplicate are those of an accepting answer.
	Accepted, Unreadable int
	Duplicate            bool
	// Error is that of a refusing answer, on one line. If the answer does not have the receiver's form, it is the answer's
	// beginning.
	Error string
	// RetryAfter is the Retry-After header as received.
	RetryAfter string
	// Took is the time from the first byte sent to the last one read.
	Took time.Duration
}

// Text is the answer in a few words: "accepted 1", "accepted 1, duplicate", or the error.
func (a *Answer) Text() string {
	if a.Status != http.StatusOK || a.Error != "" {
		return a.Error
	}
	text := fmt.Sprintf("accepted %d", a.Accepted)
	if a.Unreadable > 0 {
		text += fmt.Sprintf(", unreadable %d", a.Unreadable)
	}
	if a.Duplicate {
		text += ", duplicate"
	}
	return text
}

// Client posts deliveries. It is safe for concurrent use.
type Client struct {
	http http.Client
}

// NewClient makes a client. A nil TLS configuration is the system's own.
func NewClient(config *tls.Config, timeout time.Duration) *Client {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.TLSClientConfig = config
	transport.MaxIdleConns, transport.MaxIdleConnsPerHost = 0, 1024 // as many as a load has workers
	return &Client{http: http.Client{
		Transport: transport,
		Timeout:   timeout,
		// A webhook's sender follows no redirects, and the receiver never sends one.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// Sign adds a signature to a request with the given body.
type Sign func(r *http.Request, body []byte) error

// askFirst is the size from which a body is sent only after the server has agreed to it. Otherwise a server that refuses by
// the declared length closes the connection while the body is being written, and its answer is lost.
const askFirst = 1 << 20

// Post sends a body, signed unless sign is nil.
func (c *Client) Post(ctx context.Context, url string, body []byte, sign Sign) (*Answer, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("User-Agent", "cxonectl")
	return c.Do(request, body, sign)
}

// Do sends a request with this body, signed unless sign is nil.
func (c *Client) Do(request *http.Request, body []byte, sign Sign) (*Answer, error) {
	if len(body) >= askFirst {
		request.Header.Set("Expect", "100-continue")
	}
	if sign != nil {
		if err := sign(request, body); err != nil {
			return nil, fmt.Errorf("sign the delivery: %w", err)
		}
	}
	start := time.Now()
	response, err := c.http.Do(request)
	if err != nil {
		return nil, explain(err, request.URL.Scheme)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(io.LimitReader(response.Body, 64<<10))
	if err != nil {
		return nil, explain(fmt.Errorf("read the answer: %w", err), request.URL.Scheme)
	}
	answer := readAnswer(response.StatusCode, text)
	answer.RetryAfter = response.Header.Get("Retry-After")
	answer.Took = time.Since(start)
	return answer, nil
}

// readAnswer reads the receiver's {"accepted": N} or {"error": "..."}, or any answer of a proxy.
func readAnswer(status int, text []byte) *Answer {
	var body struct {
		Accepted   *int   `json:"accepted"`
		Unreadable int    `json:"unreadable"`
		Duplicate  bool   `json:"duplicate"`
		Error      string `json:"error"`
	}
	a := &Answer{Status: status}
	switch err := json.Unmarshal(text, &body); {
	case err == nil && body.Accepted != nil:
		a.Accepted, a.Unreadable, a.Duplicate = *body.Accepted, body.Unreadable, body.Duplicate
	case err == nil && body.Error != "":
		a.Error = show.Clip(body.Error, maxShown)
	default:
		a.Error = "not the receiver's answer: " + show.Clip(string(text), maxShown)
	}
	return a
}

// maxShown is how many characters of an answer are kept.
const maxShown = 200

// explain adds advice to the error of a delivery without an answer.
func explain(err error, scheme string) error {
	var (
		unknownHost *net.DNSError
		certificate *tls.CertificateVerificationError
		record      tls.RecordHeaderError
		remote      *net.OpError
	)
	switch {
	case errors.Is(err, syscall.ECONNREFUSED):
		return fmt.Errorf("%w; nothing listens there: is the collector running, and is the address right?", err)
	case errors.As(err, &unknownHost):
		return fmt.Errorf("%w; the host's name is not known here", err)
	case errors.As(err, &certificate):
		return fmt.Errorf("%w; if the server's certificate is of a CA of your own, name the CA with --ca-file", err)
	case errors.As(err, &record), strings.Contains(err.Error(), "server gave HTTP response to HTTPS client"):
		return fmt.Errorf("%w; the server speaks plain HTTP there: use http:// in --endpoint", err)
	case scheme == "http" && brokenOff(err):
		return fmt.Errorf("%w; the server broke off: if it speaks TLS, use https:// in --endpoint", err)
	// A server that misses a client certificate says so in a TLS alert, which a write that fails first may hide, and HTTP/2 too.
	case errors.As(err, &remote) && remote.Op == "remote error", brokenOff(err),
		strings.Contains(err.Error(), "http2: client conn could not be established"):
		return fmt.Errorf("%w; the server broke off: if it wants a client certificate, give --cert-file and --key-file", err)
	default:
		return err
	}
}

func brokenOff(err error) bool {
	return errors.Is(err, syscall.EPIPE) || errors.Is(err, syscall.ECONNRESET) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
}
