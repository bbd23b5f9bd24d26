// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package signature

import (
	"fmt"
	"net/http"
	"slices"

	"github.com/cxone-otel/cxonereceiver/internal/signature/refusal"
)

// Error is a refusal. It is for the operator. The sender must only ever learn that authentication failed.
type Error = refusal.Error

// Reason is one word for the cause of a refusal.
type Reason = refusal.Reason

// The reasons that callers of this package compare with. Package refusal has all of them.
const (
	ReasonMalformed = refusal.ReasonMalformed
	ReasonStale     = refusal.ReasonStale
	ReasonFuture    = refusal.ReasonFuture
)

// Reasons returns all reasons.
func Reasons() []Reason { return refusal.Reasons() }

// maxHintNames is how many header names a hint has at most.
const maxHintNames = 24

// everyday are header names that say nothing about a scheme.
var everyday = []string{
	"Accept", "Accept-Encoding", "Accept-Language", "Cache-Control", "Connection", "Content-Encoding", "Content-Length",
	"Content-Type", "Host", "Pragma", "Transfer-Encoding", "User-Agent",
}

// arrivedHint names the headers of a request that lacks a part: names only, cut, and not too many. It also names the preset
// that they resemble.
func arrivedHint(header http.Header, scheme string) string {
	names := make([]string, 0, len(header))
	for name := range header {
		if !slices.Contains(everyday, name) {
			names = append(names, refusal.Cut(name))
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
	if likeness := resembles(header); likeness != "" && likeness != scheme {
		text += "; they look like scheme: " + likeness
	}
	return text
}

// resembles returns the name of the preset whose headers these resemble, or "". The preset's signature header must be among
// them. If two presets share it, the one with more of its other headers counts.
func resembles(header http.Header) string {
	if has(header, "Signature") && has(header, "Signature-Input") {
		return SchemeRFC9421
	}
	if has(header, jwsHeader) {
		return SchemeJWS
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
