// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package main

// concurrencyLimit is the vendor's, of API requests at a time for a business unit.
const concurrencyLimit = 100

// ofScripts selects, in Loki, the log records of API calls.
const ofScripts = `{service_name="cxone"} | cxone_script_name != ""`

func scriptAPI() dashboard {
	failed := func(by string) string {
		return "sum" + by + ` (rate(cxone_script_api_calls_total{error_type!=""AND_FILTER}[WINDOW])) / sum` + by +
			" (rate(cxone_script_api_calls_totalFILTER[WINDOW]))"
	}
	active := func(key string) string {
		return "count(count by (" + key + ") (increase(cxone_script_api_calls_totalFILTER[WINDOW]) > 0))"
	}
	return dashboard{
		file: "script-api", uid: "cxone-script-api", title: "CXone: script API health",
		text: "The API calls that Studio scripts make: which fail, which are slow, and for whom.",
		variables: []variable{
			{"unit", "Business unit", "cxone_script_api_calls_total", "cxone_business_unit_id"},
			{"api", "API", "cxone_script_api_calls_total", "server_address"},
			{"script", "Script", "cxone_script_api_calls_total", "cxone_script_name"},
		},
		filter: `cxone_business_unit_id=~"$unit",server_address=~"$api",cxone_script_name=~"$script"`,
		rows: []row{
			{"API calls at a glance", []panel{
				number("API calls", "In the time shown.", "short", "sum(increase(cxone_script_api_calls_totalFILTER[$__range]))").wide(6),
				number("Share that failed", "Share with 4xx, 5xx or the vendor's -1.", "percentunit", failed("")).badAbove(0.05).wide(6),
				number("Duration, 95th percentile", "How long an API call takes.", "s",
					quantile("0.95", "cxone_script_api_duration_seconds", "")).badAbove(5).wide(6),
				number("API calls in flight",
					"API calls at a time: seconds of waiting in a second (Little's law). The vendor allows 100 for a business unit.", "none",
					"sum(rate(cxone_script_api_duration_seconds_sumFILTER[WINDOW]))").badAbove(0.8 * concurrencyLimit).wide(6),
			}},
			{"Failures and duration", []panel{
				curves("Share of API calls that failed, by API", "", "percentunit",
					over(failed(" by (server_address)"), "{{server_address}}")).badAbove(0.05),
				curves("Duration of API calls", "In Grafana, the dots are API calls: click one for its trace.", "s",
					percentiles("cxone_script_api_duration_seconds")...).badAbove(5),
				curves("API calls a second, by outcome", "cxone_internal is the vendor's -1: no answer came.", "reqps",
					over(`sum(rate(cxone_script_api_calls_total{error_type=""AND_FILTER}[WINDOW]))`, "answered"),
					over(`sum by (error_type) (rate(cxone_script_api_calls_total{error_type!=""AND_FILTER}[WINDOW]))`, "{{error_type}}")),
				curves("Duration of API calls, by API", "95th percentile.", "s",
					over(quantile("0.95", "cxone_script_api_duration_seconds", ", server_address"), "{{server_address}}")).badAbove(5),
				{
					title: "How many API calls took how long", kind: "heatmap", unit: "s", width: 24, height: 8,
					queries: []query{{
						expr:   "sum by (le) (increase(cxone_script_api_duration_seconds_bucketFILTER[WINDOW]))",
						legend: "{{le}}", table: "heatmap",
					}},
				},
			}},
			{"Most-used scripts, actions and APIs", []panel{
				bars("Most-used scripts", "API calls in the time shown.", "short",
					"topk(10, sum by (cxone_script_name) (increase(cxone_script_api_calls_totalFILTER[$__range]))) > 0", "{{cxone_script_name}}"),
				bars("Most-used actions", "API calls in the time shown.", "short",
					"topk(10, sum by (cxone_action_label) (increase(cxone_script_api_calls_totalFILTER[$__range]))) > 0", "{{cxone_action_label}}"),
				bars("Most-used APIs", "API calls in the time shown.", "short",
					"topk(10, sum by (server_address) (increase(cxone_script_api_calls_totalFILTER[$__range]))) > 0", "{{server_address}}"),
			}},
			{"API calls that failed", []panel{
				bars("Failed API calls by code, API and action", "In the time shown.", "short",
					`topk(15, sum by (server_address, cxone_action_label, error_type) `+
						`(increase(cxone_script_api_calls_total{error_type!=""AND_FILTER}[$__range]))) > 0`,
					"{{error_type}} {{server_address}} {{cxone_action_label}}").wide(12),
				{
					title: "Error messages", text: "What the APIs said, and how often, in the time shown.", kind: "table", from: logs, unit: "short",
					width: 12, height: 8,
					queries: []query{{
						expr: `topk(15, sum by (server_address, error_type, cxone_script_api_response_message) (count_over_time(` + ofScripts +
							` | error_type != "" [$__range])))`,
						instant: true, legend: "{{cxone_script_api_response_message}}",
					}},
				},
				search("Failed and slow API calls",
					"The trace ID leads to the call that it was made for; the master contact ID to the page of the contact.",
					`{ kind = client && (status = error || duration > 10s) } | select(span.cxone.script.name, span.cxone.action.label, `+
						`span.server.address, span.error.type, span.cxone.script.api.response_message, span.cxone.master_contact.id)`).toContact(),
			}},
			{"In use at the same time", []panel{
				curves("Scripts and actions in use", "Distinct ones with an API call in the window.", "none",
					over(active("cxone_script_name"), "scripts"), over(active("cxone_script_name, cxone_action_label"), "actions")).wide(8),
				{
					title: "Calls in a script", text: "Distinct contacts with an API call in the window.", kind: "timeseries", from: logs, unit: "none",
					width: 8, height: 8,
					queries: []query{over("count(sum by (cxone_contact_id) (count_over_time("+ofScripts+" [WINDOW])))", "contacts")},
				},
				curves("API calls in flight, by business unit",
					"For a business unit, by Little's law. The line is the vendor's limit of 100 at a time.", "none",
					over("sum by (cxone_business_unit_id) (rate(cxone_script_api_duration_seconds_sumFILTER[WINDOW]))",
						"business unit {{cxone_business_unit_id}}")).badAbove(concurrencyLimit).wide(8),
			}},
		},
	}
}
