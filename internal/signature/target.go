// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package signature

import (
	"net/http"
	"net/url"
	"strings"
)

// target is where a request went, as the sender saw it.
type target struct {
	// path and query are as they travelled, percent-encoding and all; the query is without its question mark.
	path, query string
	hasQuery    bool
}

// targetOf takes the target from the request line, or from the URL of a request that is yet to be sent.
func targetOf(r *http.Request) target {
	if strings.HasPrefix(r.RequestURI, "/") {
		path, query, hasQuery := strings.Cut(r.RequestURI, "?")
		return target{path: path, query: query, hasQuery: hasQuery}
	}
	path := r.URL.EscapedPath()
	if path == "" {
		path = "/"
	}
	return target{path: path, query: r.URL.RawQuery, hasQuery: r.URL.RawQuery != "" || r.URL.ForceQuery}
}

// hostOf returns the authority that the request was sent to.
func hostOf(r *http.Request) string {
	if r.Host != "" {
		return r.Host
	}
	return r.URL.Host
}

// without returns the target without a query parameter. A signature that travels in the query cannot sign itself, so its
// own parameter is no part of {query}, nor of a {url} that is made from the request.
func (t target) without(parameter string) target {
	if parameter == "" || !t.hasQuery {
		return t
	}
	t.query = removeParameter(t.query, parameter)
	t.hasQuery = t.query != ""
	return t
}

// parameter looks a query parameter up, and returns its value as it travelled and how often its name came. Unlike
// net/url it does not skip what it cannot parse, and only & separates.
func (t target) parameter(name string) (raw string, count int) {
	for segment := range strings.SplitSeq(t.query, "&") {
		key, value, _ := strings.Cut(segment, "=")
		if !sameParameter(key, name) {
			continue
		}
		if count == 0 {
			raw = value
		}
		count++
	}
	return raw, count
}

// sameParameter compares a name in a query, which may be percent-encoded, with one in the configuration.
func sameParameter(encoded, name string) bool {
	if encoded == name {
		return name != ""
	}
	if !strings.ContainsAny(encoded, "%+") {
		return false
	}
	decoded, err := url.QueryUnescape(encoded)
	return err == nil && decoded == name
}

func removeParameter(query, name string) string {
	kept := make([]string, 0, 8)
	for segment := range strings.SplitSeq(query, "&") {
		if key, _, _ := strings.Cut(segment, "="); !sameParameter(key, name) {
			kept = append(kept, segment)
		}
	}
	return strings.Join(kept, "&")
}

// unescapeParameter undoes percent-encoding in the value of a query parameter. A plus stays a plus: base64 that a sender
// forgot to encode is then still read, and no part of a scheme holds spaces.
func unescapeParameter(raw string) string {
	if !strings.Contains(raw, "%") {
		return raw
	}
	value := []byte(raw)
	return string(value[:urlDecode(value, false)])
}

// escapeParameter writes a value so that unescapeParameter and every other reader of queries get it back.
func escapeParameter(value string) string {
	return strings.ReplaceAll(url.QueryEscape(value), "+", "%20")
}

// origin is the part of a URL that a request does not show behind a proxy: what the operator wrote in signature_url.
type origin struct {
	url       string // whole, as configured; empty where {url} is made from the request
	scheme    string
	authority string
}

// originOf takes a URL apart that Validate or checkURL has accepted. Without one, what is known of the sender's URL is
// https, since that is all the vendor speaks, and the Host header.
func originOf(configured string) origin {
	parsed, err := url.Parse(configured)
	if configured == "" || err != nil {
		return origin{scheme: "https"}
	}
	return origin{url: configured, scheme: strings.ToLower(parsed.Scheme), authority: parsed.Host}
}
