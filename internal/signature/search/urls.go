// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package search

import (
	"bytes"
	"net"
	"net/url"
	"slices"
	"strings"

	"github.com/cxone-otel/cxonereceiver/internal/signature"
)

// addURLs adds the URLs that a sender may have signed: the user's, the request's, and those before a proxy's changes.
func (m *partMaker) addURLs() {
	hasQuery := slices.ContainsFunc(m.captures, func(c Capture) bool { return strings.Contains(c.Request.RequestURI, "?") })
	urls := append(m.configuredURLs(), atom("{url}", 0), atom("{path}", 0))
	if hasQuery {
		urls = append(urls, atom("{path}?{query}", 0))
	}
	for _, origin := range m.origins() {
		urls = append(urls, atom(origin.template+"{path}", origin.cost))
		if hasQuery {
			urls = append(urls, atom(origin.template+"{path}?{query}", origin.cost))
		}
		urls = append(urls, atom(origin.template+"{path}/", origin.cost+3))
	}
	m.addChoice(0, append(urls,
		atom("{url|lower}", 2), atom("{url|urlencode}", 1), atom("{path|urlencode}", 2), atom("{url|urldecode}", 2), atom("{url|base64}", 3),
		atom("{path|lower}", 2), atom("{path|urldecode}", 2), atom("{path}/", 3))...)
}

// origin is a text that may be in front of the path.
type origin struct {
	template string
	cost     int
}

// origins lists scheme and host in every combination. A constant host is written as a literal if all requests have it.
func (m *partMaker) origins() []origin {
	other := 1
	if m.options.PlainHTTP {
		other = 0
	}
	all := []origin{
		{"https://{header:Host}", 0},
		{"http://{header:Host}", other},
		{"{header:Host}", 1},
		{"//{header:Host}", 3},
		{"https://{header:Host}:443", 2},
		{"http://{header:Host}:80", 3},
	}
	for _, host := range m.otherHosts() {
		all = append(all, origin{"https://" + escape(host), 1}, origin{"http://" + escape(host), 2}, origin{escape(host), 2})
	}
	for _, header := range []string{"X-Forwarded-Host", "X-Original-Host"} {
		all = append(all, origin{"https://{header:" + header + "}", 1}, origin{"http://{header:" + header + "}", 2})
	}
	return all
}

// otherHosts are the host without its port, and the host of the user's URL.
func (m *partMaker) otherHosts() []string {
	host := m.captures[0].Request.Host
	if slices.ContainsFunc(m.captures, func(c Capture) bool { return c.Request.Host != host }) {
		return nil
	}
	var all []string
	if bare, _, err := net.SplitHostPort(host); err == nil {
		all = append(all, bare)
	}
	if u, err := url.Parse(m.options.SignatureURL); err == nil && u.Host != "" {
		all = append(all, u.Host, u.Hostname())
	}
	return all
}

// configuredURLs are the URL of the vendor's form, and variants of it.
func (m *partMaker) configuredURLs() []part {
	given := m.options.SignatureURL
	if given == "" {
		return nil
	}
	all := []part{urlPart(given, 0)}
	if m.options.ScriptURL != "" {
		both := urlPart(given, 0)
		for i := range m.captures {
			both.values = append(both.values, []byte(m.options.urlFor(&m.captures[i])))
		}
		all = append(all, both)
	}
	bare, _, hasQuery := strings.Cut(given, "?")
	if hasQuery {
		all = append(all, urlPart(bare, 1))
	}
	u, err := url.Parse(bare)
	if err != nil {
		return all
	}
	all = append(all, m.literal(u.EscapedPath(), 1), m.literal(strings.TrimSuffix(u.Host+u.EscapedPath(), "/"), 2))
	if without, ok := strings.CutSuffix(bare, "/"); ok {
		all = append(all, urlPart(without, 1))
	} else {
		all = append(all, urlPart(bare+"/", 2))
	}
	all = append(all, urlPart(strings.ToLower(given), 2))
	for _, host := range []string{u.Hostname(), u.Hostname() + ":443", u.Hostname() + ":8443"} {
		for _, scheme := range []string{"https", "http"} {
			changed := *u
			changed.Scheme, changed.Host = scheme, host
			all = append(all, urlPart(changed.String(), 2))
		}
	}
	return all
}

// urlFor returns the URL of the vendor's form for the callback of a request.
func (o *Options) urlFor(c *Capture) string {
	isScript := strings.Contains(strings.ToLower(c.Request.RequestURI), "script") || bytes.Contains(c.Body, []byte("SCRIPT_API"))
	if o.ScriptURL != "" && isScript {
		return o.ScriptURL
	}
	return o.SignatureURL
}

// urlPart is a URL that the configuration must name.
func urlPart(text string, cost int) part {
	return part{template: "{url}", cost: cost, configure: func(c *signature.Config) { c.URL = text }}
}
