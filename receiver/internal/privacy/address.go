// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package privacy

import (
	"net/url"
	"strings"
)

// Address returns what may be shown of an API's address: without user-info, and without query and fragment unless the query
// is kept. An address that net/url refuses, or that has another @ besides that of its user-info, is shown as "[redacted]".
// A password that was not escaped can look like a port, a path or a query (https://user:7/secret@host).
func (p *Policies) Address(s string) string {
	shown, _ := p.Endpoint(s)
	return shown
}

// Endpoint returns the same text as Address, and the parsed address: nil if it is not the address of a host.
func (p *Policies) Endpoint(s string) (shown string, parsed *url.URL) {
	s = strings.TrimSpace(s)
	parsed, err := url.Parse(s)
	if err != nil {
		return redacted, nil
	}
	if shown = p.address(s, parsed.User != nil); shown != s {
		parsed, err = url.Parse(shown)
	}
	if err != nil || parsed.Host == "" {
		return shown, nil
	}
	return shown, parsed
}

func (p *Policies) address(s string, hasUser bool) string {
	address, rest := s, ""
	if i := strings.IndexAny(s, "?#"); i >= 0 {
		address, rest = s[:i], s[i:]
	}
	if hasUser {
		address = withoutUserInfo(address)
	}
	if strings.Contains(address, "@") {
		return redacted
	}
	if before, _, found := strings.Cut(rest, "@"); found && (p.URLQuery != Drop || !strings.Contains(before, "=")) {
		return redacted // only name=value shows that this is a query, and then it is left out
	}
	if p.URLQuery == Drop {
		return address
	}
	return address + rest
}

// withoutUserInfo removes everything before the last @ of the authority, which begins after the first two slashes.
func withoutUserInfo(address string) string {
	start := strings.Index(address, "//") + len("//")
	end := len(address)
	if i := strings.IndexByte(address[start:], '/'); i >= 0 {
		end = start + i
	}
	return address[:start] + address[start+strings.LastIndexByte(address[start:end], '@')+1:]
}
