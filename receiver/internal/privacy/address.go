// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package privacy

import (
	"net/url"
	"strings"
)

// Address returns what may be shown of an API's address: no user-info, and no query and fragment unless the query is kept.
// An address that net/url refuses, or that still has an @ without its user-info, is shown as "[redacted]": a password that
// was not escaped can look like the port, the path or the query that follow it (https://user:7/secret@host).
func (p *Policies) Address(s string) string {
	shown, _ := p.Endpoint(s)
	return shown
}

// Endpoint returns what may be shown of an API's address, as Address does, and the same taken apart: nil where it is not the
// address of a host.
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
		return redacted // only name=value shows that it is a query, which then is left out
	}
	if p.URLQuery == Drop {
		return address
	}
	return address + rest
}

// withoutUserInfo removes what stands before the last @ of the authority, which begins after the first two slashes.
func withoutUserInfo(address string) string {
	start := strings.Index(address, "//") + len("//")
	end := len(address)
	if i := strings.IndexByte(address[start:], '/'); i >= 0 {
		end = start + i
	}
	return address[:start] + address[start+strings.LastIndexByte(address[start:end], '@')+1:]
}
