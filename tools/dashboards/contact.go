// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package main

// oneContact is a customer's journey: what they heard, and what the scripts did meanwhile.
func oneContact() dashboard {
	const legs = `{ name = "contact" && span.cxone.master_contact.id = "$contact" }`
	const calls = `{ kind = client && span.cxone.master_contact.id = "$contact" }`
	return dashboard{
		file: "one-contact", uid: "cxone-one-contact", title: "CXone: one contact",
		text:      "Everything about one customer's journey, by the master contact ID.",
		variables: []variable{{name: "contact", label: "Master contact ID"}, {name: "trace", label: "Trace ID (click one below)"}},
		rows: []row{
			{"Legs", []panel{
				search("Call legs and their figures", "Click a trace ID: the trace shows below.",
					legs+` | select(span.cxone.contact.id, span.cxone.skill.name, span.cxone.team.name, span.cxone.agent.name, span.cxone.call.mos, `+
						`span.cxone.call.r_factor, span.cxone.call.packet_loss, span.cxone.call.jitter, span.cxone.call.rtt, span.cxone.call.ring_time, `+
						`span.cxone.call.disconnect_reason)`).
					showingTrace(),
				search("API calls", "In the order in which they were made, by start time.",
					calls+` | select(span.cxone.contact.id, span.cxone.script.name, span.cxone.action.label, span.url.full, `+
						`span.http.response.status_code, span.error.type, span.cxone.script.api.response_message, span.cxone.script.api.duration)`).
					showingTrace(),
			}},
			{"The journey", []panel{
				{title: "Trace", kind: "traces", from: traces, width: 24, height: 16, queries: []query{{expr: "$trace", table: "traces"}}},
				{
					title: "Log records", kind: "logs", from: logs, width: 24, height: 12,
					queries: []query{over(`{service_name="cxone"} | cxone_master_contact_id = "$contact"`, "")},
				},
			}},
		},
	}
}

// sameView keeps the time range and the data sources when a link is followed.
const sameView = "&${__url_time_range}&${metrics:queryparam}&${traces:queryparam}&${logs:queryparam}"

// showingTrace makes the trace IDs of a table lead to the trace on the same page.
func (p panel) showingTrace() panel {
	p.link = &link{"/trace ?id/i", "Show it below", "/d/cxone-one-contact?var-contact=${contact}&var-trace=${__value.raw}" + sameView}
	return p
}

// toContact makes the master contact IDs of a table lead to the page of that contact.
func (p panel) toContact() panel {
	p.link = &link{"/master_contact/i", "All about this contact", "/d/cxone-one-contact?var-contact=${__value.raw}" + sameView}
	return p
}
