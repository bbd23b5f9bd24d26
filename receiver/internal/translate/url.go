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
// on the text, so that nothing slips through an address that no parser takes.
func (p *Privacy) url(s string) string {
	address, rest := s, ""
	if i := strings.IndexAny(s, "?#"); i >= 0 {
		address, rest = s[:i], s[i:]
	}
	if p.URLQuery == PolicyDrop {
		rest = ""
	}
	return dropUserInfo(address) + rest
}

// dropUserInfo removes what stands before the last @ of an address's authority. Where the authority ends is unclear in
// an address that net/url refuses (a password may hold a slash): there, everything before the last @ goes.
func dropUserInfo(address string) string {
	start := 0
	if i := strings.Index(address, ":"); i >= 0 && strings.HasPrefix(address[i+1:], "/") || strings.HasPrefix(address[i+1:], `\`) {
		start = i + 1
	}
	for start < len(address) && (address[start] == '/' || address[start] == '\\') {
		start++
	}
	end := len(address)
	if i := strings.IndexAny(address[start:], `/\`); i >= 0 {
		end = start + i
	}
	if at := strings.LastIndexByte(address[start:end], '@'); at >= 0 {
		address = address[:start] + address[start+at+1:]
	}
	if _, err := url.Parse(address); err != nil {
		if at := strings.LastIndexByte(address[start:], '@'); at >= 0 {
			address = address[:start] + address[start+at+1:]
		}
	}
	return address
}

// putURL sets the attributes of an API's endpoint, by the semantic conventions for HTTP clients.
func putURL(attrs pcommon.Map, full string) {
	attrs.PutStr(keyURLFull, full)
	u, err := url.Parse(full)
	if err != nil || u.Host == "" {
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
