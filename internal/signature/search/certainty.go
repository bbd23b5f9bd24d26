// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package search

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
)

// certainty says which parts of a string that fits are certain and which are guesses.
func (s *run) certainty(c *composition) []string {
	lines := []string{fmt.Sprintf("The bytes that are signed are certain: %s by the receiver's own code.", s.verified())}
	if len(s.captures) == 1 {
		lines = append(lines, "What they stand for is read from one request, which cannot tell a field from a constant: give a second one "+
			"with --capture, of another time, body and callback.")
	} else if constant := c.constantParts(); len(constant) > 0 {
		lines = append(lines, fmt.Sprintf("The same in all %d requests, so that it may be a constant: %s.", len(s.captures),
			strings.Join(constant, ", ")))
	}
	choices := s.partsOf(c.site, c.opening)
	for _, p := range c.parts {
		if others := othersOf(p, choices); len(others) > 0 {
			lines = append(lines, fmt.Sprintf("%s could as well be %s: they are the same in what was captured.", p.label(),
				strings.Join(others, " or ")))
		}
	}
	return lines
}

// label is the part's name in the block.
func (p *part) label() string {
	if p.role != roleNone {
		return p.roleTemplate
	}
	return p.template
}

// constantParts are those that are the same in every request, although they need not be.
func (c *composition) constantParts() []string {
	var all []string
	for _, p := range c.parts {
		varies := slices.ContainsFunc(p.values, func(value []byte) bool { return string(value) != string(p.values[0]) })
		if !varies && strings.Contains(p.template, "{") {
			all = append(all, p.label())
		}
	}
	return all
}

// maxOthers keeps a sentence readable.
const maxOthers = 4

// othersOf returns other fragments, of any choice, that stand for the same bytes in every request.
func othersOf(p *part, choices []choice) []string {
	all := slices.Clone(p.others)
	for _, choice := range choices {
		for i := range choice.parts {
			other := &choice.parts[i]
			if other.template != p.template && other.fault == "" && sameValues(other.values, p.values) {
				all = append(all, other.template)
			}
		}
	}
	// A fragment with a filter that changes nothing is not another reading.
	all = slices.DeleteFunc(all, func(template string) bool { return strings.Contains(template, "|") || template == p.label() })
	slices.Sort(all)
	all = slices.Compact(all)
	return all[:min(len(all), maxOthers)]
}

// hints say what to check if nothing fits.
func (s *run) hints() []string {
	var hints []string
	add := func(format string, args ...any) { hints = append(hints, fmt.Sprintf(format, args...)) }
	isOpened := slices.ContainsFunc(s.sites, func(site *site) bool { return len(site.openings) > 0 })
	isOurs := slices.ContainsFunc(s.sites, func(site *site) bool { return site.keyFits })
	switch {
	case s.tokenHint != "":
		add("%s", s.tokenHint)
	case len(s.sites) == 0:
		hints = append(hints, s.otherKinds()...)
	case s.key.isRSA() && isOpened:
		add("The key is right; what is signed is none of the strings that were tried.")
	case isOurs:
		add("The key is right, but the receiver has no algorithm that makes such a signature: ask the sender for SHA-256.")
	case s.key.isRSA():
		add("The key opens none of the signatures, so the string does not matter yet: is it the public half of the key in the vendor's " +
			"form, and of the version that the request names?")
		hints = append(hints, s.otherKinds()...)
	default:
		add("A wrong key and a wrong string look the same here: make sure of the key first, and of a secret's encoding.")
	}
	if s.options.SignatureURL == "" {
		add("The request went to https://%s%s as far as can be seen here: if the vendor's form says another SIGNATURE URL, give it with "+
			"--signature-url.", s.captures[0].Request.Host, s.captures[0].Request.RequestURI)
	} else if u, err := url.Parse(s.options.SignatureURL); err == nil && u.Host != s.captures[0].Request.Host {
		add("The request's Host is %q, that of --signature-url %q: something on the way changes it, and perhaps more.",
			s.captures[0].Request.Host, u.Host)
	}
	if s.options.ConsumerID == "" || s.options.KeyVersion == "" {
		add("What the form has for CONSUMER ID and KEY VERSION may be signed without being sent: give --consumer-id and --key-version.")
	}
	return append(hints, s.requestHints()...)
}

// largeBody is the length in bytes from which hashing the body takes most of the time.
const largeBody = 64 << 10

// requestHints say what may have changed the first request on its way.
func (s *run) requestHints() []string {
	var hints []string
	header, body := s.captures[0].Request.Header, s.captures[0].Body
	for _, name := range []string{
		"Via",
		"X-Forwarded-For",
		"X-Forwarded-Host",
		"Forwarded",
		"X-Amzn-Trace-Id",
		"X-Envoy-Expected-Rq-Timeout-Ms",
	} {
		if header.Get(name) != "" {
			hints = append(hints, fmt.Sprintf("A proxy was on the way (%s): it may have changed path, Host or body, or dropped headers; "+
				"capture a request in front of it.", name))
			break
		}
	}
	if encoding := header.Get("Content-Encoding"); encoding != "" {
		hints = append(hints, fmt.Sprintf("The body is compressed (%s), and was tried as it is and decompressed.", encoding))
	}
	if len(body) > largeBody {
		hints = append(hints, fmt.Sprintf("The body has %d bytes, which makes each string slow to try: a capture with a short body is "+
			"searched far sooner.", len(body)))
	}
	if len(body) == 0 {
		hints = append(hints, "The capture has no body: is the file complete?")
	}
	return hints
}
