// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package signature

import (
	"fmt"
	"net/http"
	"slices"
)

// maxHintNames is how many header names a hint lists.
const maxHintNames = 24

// everyday are header names that say nothing about a scheme.
var everyday = []string{
	"Accept", "Accept-Encoding", "Accept-Language", "Cache-Control", "Connection", "Content-Encoding", "Content-Length",
	"Content-Type", "Host", "Pragma", "Transfer-Encoding", "User-Agent",
}

// Hint says, of a request in which a part was missing, which header names did come (names only, cut, not too many), and
// which preset they look like. It is made when asked for, and empty for every other refusal.
func (e *Error) Hint() string {
	if e.arrived == nil {
		return ""
	}
	names := make([]string, 0, len(e.arrived))
	for name := range e.arrived {
		if !slices.Contains(everyday, name) {
			names = append(names, cut(name))
		}
	}
	slices.Sort(names)
	text := "no header came but everyday ones"
	if len(names) > 0 {
		listed := names[:min(len(names), maxHintNames)]
		text = fmt.Sprintf("headers that came: %q", listed)
		if more := len(names) - len(listed); more > 0 {
			text += fmt.Sprintf(" and %d more", more)
		}
	}
	if likeness := Resembles(e.arrived); likeness != "" && likeness != e.scheme {
		text += "; they look like scheme: " + likeness
	}
	return text
}

// Resembles returns the name of the preset whose headers these look like, or the empty string. The preset's signature
// header has to be there; of two that share it, the one with more of its other headers wins.
func Resembles(header http.Header) string {
	if has(header, "Signature") && has(header, "Signature-Input") {
		return SchemeRFC9421
	}
	best, bestFound := "", 0
	for i := range presets {
		p := &presets[i]
		if !has(header, p.value.Header) {
			continue
		}
		found := 1
		for _, part := range []LocationConfig{p.timestamp, p.keyVersion, p.consumer, p.nonce} {
			if has(header, part.Header) {
				found++
			}
		}
		if found > bestFound {
			best, bestFound = p.name, found
		}
	}
	return best
}

func has(header http.Header, name string) bool {
	return name != "" && len(header[http.CanonicalHeaderKey(name)]) > 0
}
