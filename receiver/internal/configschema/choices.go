// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"slices"

	"github.com/cxone-otel/cxonereceiver/internal/signature"
	"github.com/cxone-otel/cxonereceiver/internal/signature/parts"
	"github.com/cxone-otel/cxonereceiver/receiver/internal/translate"
)

// choices are the values that a text can have, and the names that a map can have, by the key's path. An element of a list
// has the list's path. A test compares them with the Config's own checks.
func choices() map[string][]string {
	figures := make([]string, 0, translate.NumFigures)
	for f := range translate.NumFigures {
		figures = append(figures, f.String())
	}
	personal := []string{"keep", "mask", "hash", "drop"}
	keepOrDrop := []string{"keep", "drop"}
	all := map[string][]string{
		"compression_algorithms":            {"gzip", "deflate", "zstd"},
		"signature::scheme":                 signature.Schemes(),
		"signature::keys::algorithm":        signature.Algorithms(),
		"signature::timestamp::unit":        parts.Units,
		"signature::value::format":          {parts.FormatPlain, parts.FormatList, parts.FormatPairs, parts.FormatPositions},
		"voice_quality::zero_is_unmeasured": figures,
		"voice_quality::metric_attributes":  translate.MetricAttributes(),
		"script_api::timestamp_is":          {"end", "start"},
		"script_api::span_parent":           {"contact", "none"},
		"script_api::units::response_time":  translate.DurationUnits(),
		"aggregation::temporality":          {"cumulative", "delta"},
		"aggregation::histograms":           {"explicit", "exponential"},
		"aggregation::figures":              figures,
		"aggregation::buckets":              append(slices.Clone(figures), "script_api_duration"),
		"aggregation::attributes":           translate.MetricAttributes(),
		"aggregation::script_attributes":    translate.ScriptMetricAttributes(),
		"privacy::phone_numbers":            personal,
		"privacy::agent_names":              personal,
		"privacy::url_query":                keepOrDrop,
		"privacy::response_message":         keepOrDrop,
		"privacy::extra_fields":             keepOrDrop,
	}
	for f := range translate.NumFigures {
		if f.DefaultUnit() != "" {
			all["voice_quality::units::"+f.String()] = f.Units()
		}
	}
	return all
}
