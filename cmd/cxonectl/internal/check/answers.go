// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package check

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"slices"
	"strings"
	"time"
)

// maxSkew is how far the two clocks may differ without a warning: timestamp.max_future is a minute by default.
const maxSkew = 30 * time.Second

// answer is the endpoint's answer to a probe.
type answer struct {
	*http.Response

	// ours says that the answer has the receiver's form: {"error": "..."}.
	ours bool
	text string
}

// ask sends the probes, and compares each answer with the receiver's own.
func (c *checker) ask(ctx context.Context) {
	transport := &http.Transport{
		TLSClientConfig: c.config(), ForceAttemptHTTP2: true,
		// The first address that answered; the others were checked before.
		DialContext:           func(ctx context.Context, _, _ string) (net.Conn, error) { return c.dial(ctx, c.addresses[0]) },
		ExpectContinueTimeout: c.Timeout, // the body of the announced size is never sent
	}
	transport.TLSClientConfig.InsecureSkipVerify = !c.verified //nolint:gosec // said before; the probes hold nothing, and are not signed
	defer transport.CloseIdleConnections()
	c.client = http.Client{
		Transport: transport, Timeout: c.Timeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	if !c.get(ctx) {
		return
	}
	c.otherPath(ctx)
	if c.postUnsigned(ctx) {
		c.postSigned(ctx)
	}
	c.postLarge(ctx)
}

func (c *checker) do(request *http.Request) (*answer, error) {
	request.Header.Set("User-Agent", "cxonectl")
	response, err := c.client.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(io.LimitReader(response.Body, 4<<10))
	if err != nil {
		return nil, err
	}
	var body struct {
		Error string `json:"error"`
	}
	a := &answer{Response: response, text: fmt.Sprintf("%d %s", response.StatusCode, http.StatusText(response.StatusCode))}
	a.ours = json.Unmarshal(text, &body) == nil && body.Error != ""
	return a, nil
}

// get requests the path as a browser would. The receiver answers 405, unless a server-auth extension comes first. It
// reports whether the receiver seems to be there.
func (c *checker) get(ctx context.Context) bool {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, c.URL.String(), http.NoBody)
	if err != nil {
		c.fail("GET", err.Error(), "correct the URL")
		return false
	}
	a, err := c.do(request)
	switch {
	case err == nil:
		c.clock(a)
		return c.gotten(a)
	case c.certificateAsked && !c.certificateGiven:
		c.ok("GET", "refused without a client certificate, as it should be; give --cert-file and --key-file to see the rest")
	default:
		c.fail("GET", err.Error(), brokenOff)
	}
	return false
}

const brokenOff = "the connection was broken off: the collector's log, or the load balancer's, says more"

func (c *checker) gotten(a *answer) bool {
	text := a.text + ", " + a.Proto
	switch {
	case a.StatusCode == http.StatusMethodNotAllowed && a.Header.Get("Allow") == http.MethodPost:
		c.ok("GET", text)
		return true
	case a.StatusCode == http.StatusUnauthorized:
		c.ok("GET", text+": a server-auth extension, or a proxy, asks for credentials before all else")
		return true
	case a.StatusCode == http.StatusNotFound:
		c.fail("GET", text, "the path is not served: compare it with voice_quality.path and script_api.path (paths match exactly); a data "+
			"type without a pipeline is not served, and a proxy may change the path")
	case a.StatusCode == http.StatusBadRequest && c.URL.Scheme == "http":
		c.fail("GET", text, "the server may speak TLS there: use https://")
	case a.StatusCode >= 300 && a.StatusCode < 400:
		c.fail("GET", text+" to "+a.Header.Get("Location"),
			"a sender of webhooks follows no redirect: put the final URL into the vendor's form; the receiver itself never redirects")
	case a.StatusCode >= 500:
		c.fail("GET", text, "a proxy does not reach the collector: is it running, and is its address right there?")
	default:
		c.fail("GET", text, "the receiver would answer 405: something else answers here")
	}
	return false
}

// clock compares the server's clock with this machine's: the receiver judges a signature's age by its own.
func (c *checker) clock(a *answer) {
	date, err := http.ParseTime(a.Header.Get("Date"))
	if err != nil {
		return
	}
	if skew := time.Until(date).Round(time.Second); skew.Abs() > maxSkew {
		c.warn("clock", fmt.Sprintf("the server's clock and this machine's differ by %s", skew.Abs()),
			"synchronise both (NTP): signatures are refused when their timestamp is older than timestamp.max_age or newer than timestamp.max_future")
	}
}

// otherPath requests a path that no callback has. If a proxy answers it, it answers for the receiver elsewhere too.
func (c *checker) otherPath(ctx context.Context) {
	other := *c.URL
	other.Path, other.RawPath = other.Path+"-no-such-path", ""
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, other.String(), http.NoBody)
	if err != nil {
		return
	}
	a, err := c.do(request)
	switch {
	case err != nil:
		c.warn("path", err.Error(), "the connection was broken off at "+other.Path)
	case a.StatusCode == http.StatusNotFound, a.StatusCode == http.StatusUnauthorized:
		c.ok("path", a.text+" for "+other.Path)
	default:
		c.warn("path", a.text+" for "+other.Path, "something else than the receiver answers on other paths of this host")
	}
}

// post sends `{}`, which no callback accepts, so that the checks before the content can be observed.
func (c *checker) post(ctx context.Context, signed bool) (*answer, http.Header, error) {
	body := []byte("{}")
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, c.URL.String(), strings.NewReader(string(body)))
	if err != nil {
		return nil, nil, err
	}
	var added http.Header
	if signed {
		if err = c.Sign(request, body); err != nil {
			return nil, nil, err
		}
		added = request.Header.Clone()
	}
	request.Header.Set("Content-Type", "application/json")
	a, err := c.do(request)
	return a, added, err
}

// postUnsigned expects to be refused. It reports whether a signature would make a difference.
func (c *checker) postUnsigned(ctx context.Context) bool {
	a, _, err := c.post(ctx, false)
	if err != nil {
		c.fail("POST", err.Error(), brokenOff)
		return false
	}
	text := "without a signature: " + a.text
	switch {
	case !a.ours:
		c.fail("POST", text, "that is not the receiver's answer: a proxy refuses, or something else answers here")
	case a.StatusCode == http.StatusUnauthorized:
		c.ok("POST", text)
		return true
	case a.StatusCode == http.StatusBadRequest && c.certificateGiven:
		c.ok("POST", text+" for its content: the client certificate is enough")
	case a.StatusCode == http.StatusBadRequest:
		c.fail("POST", text+" for its content: nobody is asked who they are", "configure `signature`, or tls.client_ca_file for mutual TLS")
	case a.StatusCode == http.StatusForbidden:
		c.fail("POST", text, "the client certificate is not allowed, or revoked: see client_certificate; the collector's log says which")
	case a.StatusCode == http.StatusServiceUnavailable:
		c.fail("POST", text, "the receiver has no room, or is shutting down: look at receiver_cxone_deliveries and the collector's log")
	default:
		c.fail("POST", text, "401 was expected")
	}
	return false
}

// postSigned proves the key, the scheme and the transport of the headers: an authenticated probe is refused only for its
// content.
func (c *checker) postSigned(ctx context.Context) {
	if c.Sign == nil {
		c.warn("signature", "not tried: there is no key to sign with",
			"give --config and --private-key-file (or --secret-file), which also proves that proxies let the scheme's headers through")
		return
	}
	if !c.verified {
		c.warn("signature", "not tried: it is not certain that this is your server, and another one could make use of a signature",
			"mend what is said above of tls and certificate first; for an authority of your own give --ca-file")
		return
	}
	a, headers, err := c.post(ctx, true)
	if err != nil {
		c.fail("signature", err.Error(), "the unsigned probe was answered: does a proxy refuse the signature's headers?")
		return
	}
	odd := slices.DeleteFunc(slices.Sorted(maps.Keys(headers)), func(name string) bool { return !strings.ContainsAny(name, "._") })
	const proxies = "nginx: underscores_in_headers on; ignore_invalid_headers off;"
	switch {
	case a.StatusCode == http.StatusBadRequest && a.ours:
		c.ok("signature", "with a signature: "+a.text+" for its content: it is authenticated")
		if len(odd) > 0 {
			c.ok("headers", "names with dots or underscores arrive: "+strings.Join(odd, ", "))
		} else {
			c.ok("headers", "the scheme has no names with dots or underscores, which proxies drop")
		}
	case a.StatusCode == http.StatusUnauthorized && len(odd) > 0:
		c.fail("signature", "with a signature: "+a.text,
			"either a proxy drops header names with dots or underscores ("+strings.Join(odd, ", ")+"; "+proxies+"), "+
				"or key, consumer or signature_url differ; the receiver's log line of the refusal says which headers came")
	case a.StatusCode == http.StatusUnauthorized:
		c.fail("signature", "with a signature: "+a.text,
			"key, key version, consumer, signature_url or clock differ; the receiver's log line of the refusal says which")
	default:
		c.fail("signature", "with a signature: "+a.text, "400 was expected, for its content")
	}
}

// errAsked ends a probe whose body was asked for.
var errAsked = errors.New("the server asked for the body")

// neverSent is a body that stops the request as soon as it is wanted.
type neverSent struct{}

func (neverSent) Read([]byte) (int, error) { return 0, errAsked }

// postLarge announces a large body without sending it. Proxies have limits of their own, and refuse by the announced
// length.
func (c *checker) postLarge(ctx context.Context) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, c.URL.String(), neverSent{})
	if err != nil {
		return
	}
	request.ContentLength = c.BodyBytes
	request.Header.Set("Expect", "100-continue")
	size := fmt.Sprintf("of %.1f MiB", float64(c.BodyBytes)/(1<<20))
	a, err := c.do(request)
	switch {
	case errors.Is(err, errAsked): // the receiver reads even what it refuses where it captures
		c.ok("body", "one "+size+" is let through")
	case err != nil:
		c.warn("body", fmt.Sprintf("no answer to one %s: %v", size, err), "does a proxy limit the size of bodies?")
	case a.ours && a.StatusCode == http.StatusRequestEntityTooLarge:
		c.warn("body", a.text+" from the receiver for one "+size, "raise max_request_body_size if the vendor sends batches of that size")
	case a.ours:
		c.ok("body", "one "+size+" is let through")
	default:
		c.fail("body", a.text+" for one "+size, "a proxy limits the size of bodies (nginx: client_max_body_size)")
	}
}
