// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package main

// options are those of the panel's kind. All that Grafana's types require are given, also where they are the defaults.
func (p panel) options() object {
	last := object{"calcs": []string{"lastNotNull"}, "fields": "", "values": false}
	tooltip := object{"mode": "multi", "sort": "desc"}
	switch p.kind {
	case "stat":
		return object{
			"colorMode": "value", "graphMode": "none", "justifyMode": "auto", "textMode": "value", "wideLayout": true,
			"showPercentChange": false, "percentChangeColorMode": "standard", "orientation": "auto", "reduceOptions": last,
		}
	case "bargauge":
		return object{
			"orientation": "horizontal", "displayMode": "basic", "valueMode": "color", "namePlacement": "left", "showUnfilled": true,
			"sizing": "auto", "minVizWidth": 8, "minVizHeight": 16, "maxVizHeight": 300, "reduceOptions": last,
			"legend": object{"showLegend": false, "displayMode": "list", "placement": "bottom", "calcs": []string{}},
		}
	case "timeseries":
		return object{
			"legend":  object{"showLegend": true, "displayMode": "list", "placement": "bottom", "calcs": []string{}},
			"tooltip": tooltip,
		}
	case "heatmap":
		return object{
			"calculate": false, "showValue": "auto", "yAxis": object{"unit": p.unit}, "legend": object{"show": true},
			"color": object{
				"mode": "scheme", "scheme": "Oranges", "fill": "dark-orange", "exponent": 0.5, "steps": 64, "reverse": false,
			},
			"exemplars": object{"color": "rgba(31,120,193,0.7)"},
			"tooltip":   object{"mode": "single", "yHistogram": false, "showColorScale": false},
		}
	case "table":
		return object{"showHeader": true, "frameIndex": 0}
	case "logs":
		return object{
			"showTime": true, "showLabels": false, "showCommonLabels": false, "showLogContextToggle": false, "sortOrder": "Ascending",
			"dedupStrategy": "none", "enableLogDetails": true, "wrapLogMessage": true, "prettifyLogMessage": false,
		}
	default:
		return object{}
	}
}
