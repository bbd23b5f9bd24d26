// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package search

import (
	"fmt"
	"slices"
	"strings"

	"github.com/cxone-otel/cxonereceiver/internal/signature"
)

// withSignature sets aside the captures without a signature, if others have one. A public server gets requests of many
// senders.
func withSignature(captures []Capture, key *Key) (kept []Capture, aside []SetAside) {
	places := map[signature.LocationConfig]int{}
	has := make([]map[signature.LocationConfig]bool, len(captures))
	for i := range captures {
		has[i] = map[signature.LocationConfig]bool{}
		for _, site := range findSites(captures[i:i+1], key) {
			has[i][site.value.Location] = true
		}
		for place := range has[i] {
			places[place]++
		}
	}
	var best signature.LocationConfig
	for place, count := range places {
		better := !best.IsSet() || isSignatureName(place) && !isSignatureName(best)
		if isSignatureName(place) == isSignatureName(best) {
			better = better || count > places[best] || count == places[best] && placeName(place) < placeName(best)
		}
		if better {
			best = place
		}
	}
	if !best.IsSet() {
		return slices.Clone(captures), nil
	}
	for i, c := range captures {
		if has[i][best] {
			kept = append(kept, c)
		} else {
			aside = append(aside, SetAside{c.Name, fmt.Sprintf("it has no signature in %s, where the others have one", placeName(best))})
		}
	}
	return kept, aside
}

func isSignatureName(place signature.LocationConfig) bool {
	return containsAny(strings.ToLower(place.Header+place.Query), "sig", "hmac", "auth")
}

func placeName(place signature.LocationConfig) string { return place.Place().String() }

// aside sets captures aside by their number.
func (s *run) aside(numbers []int, why string) []SetAside {
	var all []SetAside
	for _, number := range numbers {
		all = append(all, SetAside{s.captures[number].Name, why})
	}
	return all
}
