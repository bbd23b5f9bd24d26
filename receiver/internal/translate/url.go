// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package translate

import (
	"net/url"
	"strconv"
	"strings"

	"go.opentelemetry.io/collector/pdata/pcommon"
)

// url returns an API's endpoint without user-info, and without query and fragment unless they are to be kept. It works
// on the text, so that nothing slips through an address that no parser takes. Where what is left may still hold a
// password, nothing is kept: a password that was not escaped can look like the port, the path or the query that follow
// it (https://user:7/secret@host).
func (p *Privacy) url(s string) string {
	address, rest := s, ""
	if i := strings.IndexAny(s, "?#"); i >= 0 {
		address, rest = s[:i], s[i:]
	}
	start := authority(address)
	from := start
	if start < 2 || !isSlash(address[start-2]) {
		from = 0 // without two slashes, what looks like the scheme may be a user's name
	}
	given := address
	address, refused := dropUserInfo(address, start)
	if path, _, found := cutLast(address[from:], '@'); found && (len(address) < len(given) || strings.Contains(path, ":")) {
		return redacted
	}
	if before, _, found := cutLast(rest, '@'); found {
		query, _, _ := strings.Cut(before, "@")
		if refused || !strings.Contains(query, "=") && strings.Contains(given[from:]+before, ":") {
			return redacted
		}
	}
	if p.URLQuery == PolicyDrop {
		return address
	}
	return address + rest
}

// authority returns where an address's authority begins: after the scheme, where slashes follow it, and those slashes.
func authority(address string) int {
	start := 0
	if i := strings.IndexByte(address, ':'); i >= 0 && i+1 < len(address) && isSlash(address[i+1]) {
		start = i + 1
	}
	for start < len(address) && isSlash(address[start]) {
		start++
	}
	return start
}

func isSlash(c byte) bool { return c == '/' || c == '\\' }

// dropUserInfo removes what stands before the last @ of an address's authority. Where the authority ends is unclear in
// an address that net/url refuses (a password may hold a slash): there, everything before the last @ goes.
func dropUserInfo(address string, start int) (without string, refused bool) {
	end := len(address)
	if i := strings.IndexAny(address[start:], `/\`); i >= 0 {
		end = start + i
	}
	if at := strings.LastIndexByte(address[start:end], '@'); at >= 0 {
		address = address[:start] + address[start+at+1:]
	}
	checked := address
	if start == 0 {
		checked = "//" + address // or user:secret would be a scheme and something
	}
	if _, err := url.Parse(checked); err == nil {
		return address, false
	}
	if at := strings.LastIndexByte(address[start:], '@'); at >= 0 {
		address = address[:start] + address[start+at+1:]
	}
	return address, true
}

func cutLast(s string, c byte) (before, after string, found bool) {
	if i := strings.LastIndexByte(s, c); i >= 0 {
		return s[:i], s[i+1:], true
	}
	return s, "", false
}

// addressOf takes an endpoint apart; nil where it is not the address of a host.
func addressOf(endpoint string) *url.URL {
	u, err := url.Parse(endpoint)
	if err != nil || u.Host == "" {
		return nil
	}
	return u
}

// putURL sets the attributes of an API's endpoint, by the semantic conventions for HTTP clients.
func putURL(attrs pcommon.Map, full string, u *url.URL) {
	putStr(attrs, keyURLFull, full)
	if u == nil {
		return
	}
	putStr(attrs, keyURLScheme, u.Scheme)
	putStr(attrs, keyServerAddress, u.Hostname())
	if port, err := strconv.ParseInt(u.Port(), 10, 32); err == nil {
		attrs.PutInt(keyServerPort, port)
	} else if port, ok := defaultPorts[u.Scheme]; ok {
		attrs.PutInt(keyServerPort, port)
	}
	putStr(attrs, keyURLPath, u.EscapedPath())
}

var defaultPorts = map[string]int64{"http": 80, "https": 443}

// putStr sets an attribute unless there is nothing to say.
func putStr(attrs pcommon.Map, key, value string) {
	if value != "" {
		attrs.PutStr(key, value)
	}
}
