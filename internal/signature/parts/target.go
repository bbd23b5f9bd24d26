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
	// Path and Query are as they travelled, percent-encoding and all; the query is without its question mark.
	Path, Query string
	HasQuery    bool
}

// TargetOf takes the target from the request line, or from the URL of a request that is yet to be sent.
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

// Without returns the target without a query parameter. A signature that travels in the query cannot sign itself, so its
// own parameter is no part of {query}, nor of a {url} that is made from the request.
func (t Target) Without(parameter string) Target {
	if parameter == "" || !t.HasQuery {
		return t
	}
	t.Query = removeParameter(t.Query, parameter)
	t.HasQuery = t.Query != ""
	return t
}

// Parameter looks a query parameter up, and returns its value as it travelled and how often its name came. Unlike
// net/url it does not skip what it cannot parse, and only & separates.
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

// unescapeParameter undoes percent-encoding in the value of a query parameter. A plus stays a plus: base64 that a sender
// forgot to encode is then still read, and no part of a scheme holds spaces.
func unescapeParameter(raw string) string {
	if !strings.Contains(raw, "%") {
		return raw
	}
	value := []byte(raw)
	return string(value[:URLDecode(value, false)])
}

// escapeParameter writes a value so that unescapeParameter and every other reader of queries get it back.
func escapeParameter(value string) string {
	return strings.ReplaceAll(url.QueryEscape(value), "+", "%20")
}

// Origin is the part of a URL that a request does not show behind a proxy: what the operator wrote in signature_url.
type Origin struct {
	URL       string // whole, as configured; empty where the URL is made from the request
	Scheme    string
	Authority string
}

// OriginOf takes a URL apart that is a whole URL. Without one, what is known of the sender's URL is
// https, since that is all the vendor speaks, and the Host header.
func OriginOf(configured string) Origin {
	parsed, err := url.Parse(configured)
	if configured == "" || err != nil {
		return Origin{Scheme: "https"}
	}
	return Origin{URL: configured, Scheme: strings.ToLower(parsed.Scheme), Authority: parsed.Host}
}

// URLDecode undoes percent-encoding in place and returns the new length. A broken escape stays as it is: nothing that a
// sender writes makes this fail, and what was not signed that way does not verify.
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

// URLEncode percent-encodes all but the unreserved characters of RFC 3986, in upper-case hex.
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
