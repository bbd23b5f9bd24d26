// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package parts

import (
	"net/http"
	"net/url"
	"strings"
)

// Target is where a request went, as the sender saw it.
type Target struct {
	// Path and Query are as they were sent, with their percent-encoding. The query has no question mark.
	Path, Query string
	HasQuery    bool
}

// TargetOf returns the target in the request line, or in the URL of a request that is still to be sent.
func TargetOf(r *http.Request) Target {
	if strings.HasPrefix(r.RequestURI, "/") {
		path, query, hasQuery := strings.Cut(r.RequestURI, "?")
		return Target{Path: path, Query: query, HasQuery: hasQuery}
	}
	path := r.URL.EscapedPath()
	if path == "" {
		path = "/"
	}
	return Target{Path: path, Query: r.URL.RawQuery, HasQuery: r.URL.RawQuery != "" || r.URL.ForceQuery}
}

// HostOf returns the authority that the request was sent to.
func HostOf(r *http.Request) string {
	if r.Host != "" {
		return r.Host
	}
	return r.URL.Host
}

// Without returns the target without a query parameter. A signature in the query cannot sign itself, so its own parameter
// is not part of {query}, nor of a {url} that is made from the request.
func (t Target) Without(parameter string) Target {
	if parameter == "" || !t.HasQuery {
		return t
	}
	t.Query = removeParameter(t.Query, parameter)
	t.HasQuery = t.Query != ""
	return t
}

// Parameter looks up a query parameter. It returns its value as it was sent and how often its name came. Unlike net/url, it
// does not skip what it cannot parse, and only & separates.
func (t Target) Parameter(name string) (raw string, count int) {
	for segment := range strings.SplitSeq(t.Query, "&") {
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

// unescapeParameter decodes the percent-encoding of a query parameter's value. A plus stays a plus, so that base64 that a
// sender forgot to encode can be read. No part of a scheme contains spaces.
func unescapeParameter(raw string) string {
	if !strings.Contains(raw, "%") {
		return raw
	}
	value := []byte(raw)
	return string(value[:URLDecode(value, false)])
}

// escapeParameter encodes a value so that unescapeParameter and every other reader of queries decode the same.
func escapeParameter(value string) string {
	return strings.ReplaceAll(url.QueryEscape(value), "+", "%20")
}

// Origin is the part of a URL that a proxy hides from the receiver: the configured signature_url.
type Origin struct {
	URL       string // whole, as configured; empty if the URL is made from the request
	Scheme    string
	Authority string
}

// OriginOf takes the origin from a whole URL. If there is none, the sender's URL has the request's Host, and https, since
// the vendor supports nothing else.
func OriginOf(configured string) Origin {
	parsed, err := url.Parse(configured)
	if configured == "" || err != nil {
		return Origin{Scheme: "https"}
	}
	return Origin{URL: configured, Scheme: strings.ToLower(parsed.Scheme), Authority: parsed.Host}
}

// URLDecode decodes percent-encoding in place and returns the new length. It never fails: a broken escape stays as it is,
// and a string that was not signed in this way does not verify.
func URLDecode(value []byte, plusIsSpace bool) int {
	n := 0
	for i := 0; i < len(value); i, n = i+1, n+1 {
		switch {
		case value[i] == '%' && i+2 < len(value) && isHex(value[i+1]) && isHex(value[i+2]):
			value[n] = fromHex(value[i+1])<<4 | fromHex(value[i+2])
			i += 2
		case value[i] == '+' && plusIsSpace:
			value[n] = ' '
		default:
			value[n] = value[i]
		}
	}
	return n
}

func isHex(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F'
}

func fromHex(c byte) byte {
	switch {
	case c >= 'a':
		return c - 'a' + 10
	case c >= 'A':
		return c - 'A' + 10
	default:
		return c - '0'
	}
}

// URLEncode percent-encodes all but the unreserved characters of RFC 3986, with upper-case hex.
func URLEncode(value []byte) []byte {
	const digits = "0123456789ABCDEF"
	encoded := make([]byte, 0, len(value)+len(value)/4)
	for _, c := range value {
		if c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.IndexByte("-._~", c) >= 0 {
			encoded = append(encoded, c)
		} else {
			encoded = append(encoded, '%', digits[c>>4], digits[c&15])
		}
	}
	return encoded
}
