// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package translate

import (
	"net/url"
	"strconv"
	"unicode/utf8"

	"go.opentelemetry.io/collector/pdata/pcommon"
)

const (
	// maxText is the length in bytes at which attributes of free text are cut.
	maxText = 4096
	// maxMetricText is the length in bytes at which texts on metrics are cut: they are repeated with each figure.
	maxMetricText = 256
)

// cut shortens a text to at most size bytes, on a rune boundary.
func cut(s string, size int) string {
	if len(s) <= size {
		return s
	}
	for size > 0 && !utf8.RuneStart(s[size]) {
		size--
	}
	return s[:size]
}

// putStr sets an attribute, unless its text is empty.
func putStr(attrs pcommon.Map, key, value string) {
	if value != "" {
		attrs.PutStr(key, value)
	}
}

// putURL sets the attributes of an API's endpoint, by the semantic conventions for HTTP clients.
func putURL(attrs pcommon.Map, full string, u *url.URL) {
	putStr(attrs, keyURLFull, full)
	if u == nil {
		return
	}
	putStr(attrs, keyURLScheme, u.Scheme)
	putStr(attrs, keyServerAddress, u.Hostname())
	if port, known := portOf(u); known {
		attrs.PutInt(keyServerPort, port)
	}
	putStr(attrs, keyURLPath, u.EscapedPath())
}

// portOf returns the port of an address, or the default port of its scheme.
func portOf(u *url.URL) (port int64, known bool) {
	if text := u.Port(); text != "" {
		if port, err := strconv.ParseInt(text, 10, 32); err == nil {
			return port, true
		}
	}
	switch u.Scheme {
	case "http":
		return 80, true
	case "https":
		return 443, true
	default:
		return 0, false
	}
}
