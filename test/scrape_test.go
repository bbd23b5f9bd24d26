// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package test

import (
	"strconv"
	"strings"
)

// series returns the sum of the series of this name on a Prometheus page that have all these labels, written as
// label="value", and their number.
func series(page, name string, labels ...string) (sum float64, count int) {
	for line := range strings.Lines(page) {
		line, _, _ = strings.Cut(line, " # {") // an exemplar
		rest, ok := strings.CutPrefix(strings.TrimSpace(line), name)
		if !ok || rest == "" || (rest[0] != '{' && rest[0] != ' ') {
			continue
		}
		set, value := "", rest
		if i := strings.LastIndexByte(rest, '}'); i >= 0 {
			set, value = rest[:i], rest[i+1:]
		}
		if !hasLabels(set, labels) {
			continue
		}
		number, err := strconv.ParseFloat(strings.Fields(value)[0], 64)
		if err != nil {
			continue
		}
		sum += number
		count++
	}
	return sum, count
}

func hasLabels(set string, labels []string) bool {
	for _, label := range labels {
		if !strings.Contains(set, "{"+label) && !strings.Contains(set, ","+label) {
			return false
		}
	}
	return true
}

// own returns the sum of a counter of the collector's own. Its name is without "otelcol_".
func (c *collector) own(name string, labels ...string) float64 {
	c.t.Helper()
	sum, _ := series(c.get(c.telemetry), "otelcol_"+name, labels...)
	return sum
}
