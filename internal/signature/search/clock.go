// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package search

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/cxone-otel/cxonereceiver/internal/signature"
)

// judgeClock compares the requests' times of signing with the clock. If no fresh request would be accepted, it widens the
// configuration's window.
func (s *run) judgeClock(config *signature.Config, times []time.Time) []string {
	var ahead []time.Duration // ahead of this machine's clock
	known := true
	for i, c := range s.captures {
		known = known && !c.At.IsZero()
		at := c.At
		if at.IsZero() {
			at = time.Now()
		}
		ahead = append(ahead, times[i].Sub(at).Round(time.Second))
	}
	most, least := slices.Max(ahead), slices.Min(ahead)
	var lines []string
	maxAge := config.Timestamp.MaxAge
	switch {
	case most > config.Timestamp.MaxFuture:
		config.Timestamp.MaxFuture = (most + time.Minute).Truncate(time.Minute)
		why := fmt.Sprintf("the sender's clock is %s ahead of the receiver's: set the clocks right, or keep max_future as it is here", most)
		if isExpiry(config.Timestamp.Location) {
			why = fmt.Sprintf("it is when the request expires, up to %s after it was sent, so that max_future has to be as large", most)
		}
		lines = append(lines, fmt.Sprintf("The timestamp lies in the future; %s.", why))
	case known && -least > maxAge:
		config.Timestamp.MaxAge = (-least + time.Minute).Truncate(time.Minute)
		lines = append(lines, fmt.Sprintf("When it was captured the request was %s old already: the sender's clock is behind, or it repeats "+
			"an old request; set the clocks right, or keep max_age as it is here.", -least))
	}
	if age := time.Since(slices.MinFunc(times, time.Time.Compare)).Round(time.Second); age > config.Timestamp.MaxAge {
		lines = append(lines, fmt.Sprintf("The captured requests are authentic, but up to %s old by now: the receiver would refuse them as "+
			"stale (max_age is %s). Fresh ones are accepted.", age, config.Timestamp.MaxAge))
	}
	return lines
}

// isExpiry reports whether a place holds an expiry, by its name.
func isExpiry(place signature.LocationConfig) bool {
	name := strings.ToLower(place.Header + place.Query + place.Field)
	return containsAny(name, "exp", "until", "valid", "ttl", "deadline")
}
