// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/promql/parser"
	"github.com/stretchr/testify/assert"
)

// nameOf is what a selector says of the metric's name: the name, or a pattern.
func nameOf(selector *parser.VectorSelector) string {
	for _, m := range selector.LabelMatchers {
		if m.Name == model.MetricNameLabel {
			return m.Value
		}
	}
	return selector.Name
}

// labels are those, with their values, of the metrics that a selector's name finds. More than one is a mistake: their series would
// be added up.
func (e *exported) labels(selector *parser.VectorSelector) (found map[string]map[string]bool) {
	for _, m := range selector.LabelMatchers {
		if m.Name == model.MetricNameLabel {
			for name, values := range e.values {
				if m.Matches(name) {
					found = values
				}
			}
		}
	}
	return found
}

// checkNames wants each metric, each label and each value that is asked for.
func (e *exported) checkNames(t *testing.T, where string, expr parser.Expr) {
	t.Helper()
	parser.Inspect(expr, func(node parser.Node, _ []parser.Node) error {
		switch node := node.(type) {
		case *parser.VectorSelector:
			found := e.labels(node)
			assert.NotEmpty(t, found, "%s: no metric %s", where, nameOf(node))
			for _, m := range node.LabelMatchers {
				assert.NotEmpty(t, found[m.Name], "%s: %s has no label %s", where, nameOf(node), m.Name)
				if m.Name != model.MetricNameLabel && m.Value != "" &&
					!strings.ContainsAny(m.Value, "$.*+[(") { // a value, or some: no variable, and no other pattern
					for value := range strings.SplitSeq(m.Value, "|") {
						assert.True(t, found[m.Name][value], "%s: no %s has %s=%q", where, nameOf(node), m.Name, value)
					}
				}
			}
		case *parser.AggregateExpr:
			names := map[string]bool{}
			parser.Inspect(node.Expr, func(inner parser.Node, _ []parser.Node) error {
				if selector, ok := inner.(*parser.VectorSelector); ok {
					for label := range e.labels(selector) {
						names[label] = true
					}
				}
				return nil
			})
			for _, label := range node.Grouping {
				assert.True(t, names[label], "%s: nothing to group by %s", where, label)
			}
		}
		return nil
	})
}

var (
	traceAttribute = regexp.MustCompile(`span\.([a-z][\w.]*)`)
	logLabel       = regexp.MustCompile(`(?:\| |by \(|, )([a-z]\w*)`)
)

// checkAttributes wants the attributes that TraceQL and LogQL ask for on spans and log records, in Loki's spelling there.
func checkAttributes(t *testing.T, attributes map[string]bool, where, kind, query string) {
	t.Helper()
	switch source(kind) {
	case traces:
		for _, match := range traceAttribute.FindAllStringSubmatch(query, -1) {
			assert.True(t, attributes[match[1]], "%s: no span has %s", where, match[1])
		}
	case logs:
		var known []string
		for name := range attributes {
			known = append(known, strings.ReplaceAll(name, ".", "_"))
		}
		for _, match := range logLabel.FindAllStringSubmatch(query, -1) {
			if match[1] != "sum" {
				assert.True(t, slices.Contains(known, match[1]), "%s: no log record has %s", where, match[1])
			}
		}
	}
}
