// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package main

// receiver is about the endpoint itself: what it answered, and what it had to refuse.
func receiver() dashboard {
	by := func(metric, label string) query { return some(metric+"FILTER", label, "{{"+label+"}}") }
	lag := "otelcol_receiver_cxone_delivery_lag"
	return dashboard{
		file: "receiver", uid: "cxone-receiver", title: "CXone: receiver",
		text:      "What is delivered, what is refused and why, and whether it gets through.",
		variables: []variable{{"data", "Data type", "otelcol_receiver_cxone_deliveries", "data_type"}},
		filter:    `data_type=~"$data"`,
		rows: []row{
			{"Deliveries at a glance", []panel{
				number("Deliveries", "In the time shown.", "short", "sum(increase(otelcol_receiver_cxone_deliveriesFILTER[$__range]))").wide(6),
				number("Deliveries not accepted", "Share of the deliveries that were neither accepted nor repeats.", "percentunit",
					`sum(rate(otelcol_receiver_cxone_deliveries{outcome!~"accepted|duplicate"AND_FILTER}[WINDOW])) / `+
						`sum(rate(otelcol_receiver_cxone_deliveriesFILTER[WINDOW]))`).badAbove(0.05).wide(6),
				number("Time since the last delivery", "Since the last accepted delivery of the data type that is silent longest.", "s",
					"time() - min(otelcol_receiver_cxone_last_accepted_timeFILTER)").badAbove(1800).wide(6),
				number("First credential to expire", "Certificate, authority, CRL or key: how long it is still good. Below zero it has expired.", "s",
					"min(otelcol_receiver_cxone_credential_expiry_time) - time()").badBelow(14 * 86400).wide(6),
			}},
			{"Deliveries and refusals", []panel{
				curves("Deliveries a second, by outcome", "", "reqps", by("otelcol_receiver_cxone_deliveries", "outcome")),
				curves("Refusals a second, by data type and outcome", "The collector's log says what was wrong with them.", "reqps",
					some(`otelcol_receiver_cxone_deliveries{outcome!~"accepted|duplicate"AND_FILTER}`, "data_type, outcome",
						"{{data_type}}: {{outcome}}")),
				curves("Authentication failures a second, by reason", "", "reqps", by("otelcol_receiver_cxone_authentication_failures", "reason")),
				curves("Delivery lag", "Receipt minus the record's own time. Near whole hours, the zone is set wrongly; below zero, a clock is.", "s",
					over(quantile("0.5", lag, ", data_type"), "{{data_type}}, median"),
					over(quantile("0.95", lag, ", data_type"), "{{data_type}}, 95th percentile")),
				curves("Time since the last accepted delivery", "", "s",
					over("time() - max by (data_type) (otelcol_receiver_cxone_last_accepted_timeFILTER)", "{{data_type}}")).badAbove(1800),
			}},
			{"Records and fields", []panel{
				curves("Records a second", "", "reqps", by("otelcol_receiver_cxone_records", "outcome")).wide(8),
				curves("Unknown fields a second", "The vendor has added something.", "cps",
					by("otelcol_receiver_cxone_unknown_fields", "data_type")).wide(8),
				curves("Unreadable fields a second", "Values that could not be read: the vendor writes them in another way than it did.", "cps",
					over("sum by (data_type, field) (rate(otelcol_receiver_cxone_unreadable_fieldsFILTER[WINDOW]))", "{{data_type}}: {{field}}")).wide(8),
				curves("Implausible records a second, by reason", "A unit or a zone is set wrongly; a log line says which.", "cps",
					by("otelcol_receiver_cxone_implausible_records", "reason")).wide(12),
				bars("Credentials, how long they are still good", "", "s",
					"min by (kind, name) (otelcol_receiver_cxone_credential_expiry_time) - time()", "{{kind}} {{name}}").badBelow(14 * 86400).wide(12),
			}},
			{"Pipelines, queues and the process", []panel{
				curves("Refused by the pipeline, a second", "The sender was told to come back.", "cps",
					over("sum(rate(otelcol_receiver_refused_metric_points{receiver=~\"cxone.*\"}[WINDOW]))", "metric points"),
					over("sum(rate(otelcol_receiver_refused_spans{receiver=~\"cxone.*\"}[WINDOW]))", "spans"),
					over("sum(rate(otelcol_receiver_refused_log_records{receiver=~\"cxone.*\"}[WINDOW]))", "log records")).wide(8),
				curves("Sending queue, share in use", "Of exporters that have one.", "percentunit",
					over("max by (exporter, data_type) (otelcol_exporter_queue_size / otelcol_exporter_queue_capacity)",
						"{{exporter}}, {{data_type}}")).badAbove(0.8).wide(8),
				curves("Key reloads and forgotten repeats, a second", "A reload that failed keeps the last good keys.", "cps",
					some("otelcol_receiver_cxone_key_reloads", "outcome", "{{outcome}}"),
					over("sum(rate(otelcol_receiver_cxone_replay_evictions[WINDOW]))", "forgotten before their time")).wide(8),
				curves("Refused by the backend for good, a second", "Lost. The collector's log has the backend's answer.", "cps",
					over("sum by (exporter) (rate(otelcol_exporter_send_failed_spans[WINDOW]))", "{{exporter}}: spans"),
					over("sum by (exporter) (rate(otelcol_exporter_send_failed_log_records[WINDOW]))", "{{exporter}}: log records"),
					over("sum by (exporter) (rate(otelcol_exporter_send_failed_metric_points[WINDOW]))", "{{exporter}}: metric points")),
				curves("Memory use", "", "bytes", over("sum(otelcol_process_memory_rss)", "resident"),
					over("sum(otelcol_process_runtime_heap_alloc_bytes)", "heap")),
				curves("Processor use", "Cores.", "none", over("sum(rate(otelcol_process_cpu_seconds[WINDOW]))", "cores")),
			}},
		},
	}
}
