// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"slices"
	"strings"
)

// meaning is the colour of series whose names mean something, the same in every picture.
type meaning struct {
	colour string
	names  []string // patterns
}

var meanings = []meaning{
	{"green", []string{"good", "accepted", "success", "answered", `2\d\d`}},
	{"orange", []string{"poor", "unreadable", "malformed", `4\d\d`}},
	{"dark-orange", []string{"unauthenticated", "forbidden"}},
	{"light-orange", []string{"too_large", "not_found", "method_not_allowed"}},
	{"red", []string{"bad", "failure", "refused", `5\d\d`}},
	{"dark-red", []string{"rejected", "cxone_internal"}},
	{"#808080", []string{"unmeasured"}},
	{"blue", []string{"median", "duplicate"}},
	{"purple", []string{"95th percentile", "worst tenth"}},
	{"dark-purple", []string{"99th percentile"}},
}

// named are the values of labels that mean something.
var named = map[string][]string{
	"cxone_call_quality": {"good", "poor", "bad", "unmeasured"},
	"error_type":         {`4\d\d`, `5\d\d`, "cxone_internal"},
	"outcome": {
		"accepted", "duplicate", "unauthenticated", "forbidden", "malformed", "too_large", "refused", "rejected", "not_found",
		"method_not_allowed", "unreadable", "success", "failure",
	},
}

// pattern finds the names of such series, which begin with these words.
func (m meaning) pattern() string { return "/^(" + strings.Join(m.names, "|") + ")\\b/" }

// meanings are those that a panel's series can have.
func (p panel) meanings() (found []meaning) {
	var names []string
	for _, q := range p.queries {
		names = append(names, q.legend)
		for label, values := range named {
			if strings.Contains(q.legend, "{{"+label+"}}") {
				names = append(names, values...)
			}
		}
	}
	for _, m := range meanings {
		if slices.ContainsFunc(m.names, func(name string) bool { return slices.Contains(names, name) }) {
			found = append(found, m)
		}
	}
	return found
}
