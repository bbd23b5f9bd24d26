// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package main

// The limits are the receiver's thresholds by default, and bounds of the histograms' buckets.
const (
	limitMOS     = 3.6
	limitRFactor = 70
	limitJitter  = 0.03
	limitLoss    = 0.01
	limitRTT     = 0.3
)

func dashboards() []dashboard {
	return []dashboard{voiceQuality(), scriptAPI(), oneContact(), receiver()}
}

func voiceQuality() dashboard {
	return dashboard{
		file: "voice-quality", uid: "cxone-voice-quality", title: "CXone: voice quality",
		text: "How calls sound, and where they don't. Each call leg counts once.",
		variables: []variable{
			{"unit", "Business unit", "cxone_calls_total", "cxone_business_unit_id"},
			{"skill", "Skill", "cxone_calls_total", "cxone_skill_name"},
			{"team", "Team", "cxone_calls_total", "cxone_team_name"},
			{"isp", "Network provider", "cxone_calls_total", "cxone_isp"},
		},
		filter: `cxone_business_unit_id=~"$unit",cxone_skill_name=~"$skill",cxone_team_name=~"$team",cxone_isp=~"$isp"`,
		rows: []row{
			{"Call quality at a glance", []panel{
				number("Calls", "Call legs in the time shown.", "short", "sum(increase(cxone_calls_totalFILTER[$__range]))"),
				number("Median MOS", "Half of the calls sound better than this.", "none",
					quantile("0.5", "cxone_call_mos_distribution", "")).badBelow(limitMOS),
				number("Poor calls", "Share of the measured calls with a MOS of 3.6 or less.", "percentunit",
					share("cxone_call_mos_distribution", "3.6", "")).badAbove(0.1),
				number("Degraded calls", "Share of the calls with any figure past its threshold.", "percentunit",
					`sum(rate(cxone_calls_total{cxone_call_degraded="true"AND_FILTER}[WINDOW])) / `+
						`sum(rate(cxone_calls_totalFILTER[WINDOW]))`).badAbove(0.1),
				number("Calls at the same time", "How many go on at a time: seconds of talk in a second (Little's law).", "none",
					"sum(rate(cxone_call_duration_distribution_seconds_sumFILTER[WINDOW]))"),
				number("Median ring time", "From ringing to the answer.", "s", quantile("0.5", "cxone_call_ring_time_distribution_seconds", "")),
			}},
			{"Quality", []panel{
				curves("MOS", "Mean opinion score, 1 to 4.5. At 3.6 and below many users are dissatisfied (ITU-T G.107, G.109). The dots are "+
					"calls: click one for its trace.", "none",
					over(quantile("0.5", "cxone_call_mos_distribution", ""), "median"),
					over(quantile("0.1", "cxone_call_mos_distribution", ""), "worst tenth")).badBelow(limitMOS),
				curves("Share of poor calls, by network provider", "MOS of 3.6 or less.", "percentunit",
					over(share("cxone_call_mos_distribution", "3.6", " by (cxone_isp)"), "{{cxone_isp}}")).badAbove(0.1),
				curves("Calls a minute, by quality", "Bad: a MOS of 3.1 or less; poor: 3.6 or less; good: more.", "short",
					over("sum by (cxone_call_quality) (rate(cxone_calls_totalFILTER[WINDOW])) * 60", "{{cxone_call_quality}}")),
				curves("R-factor", "The E-model's rating, 0 to 93 (ITU-T G.107).", "none",
					over(quantile("0.5", "cxone_call_r_factor_distribution", ""), "median"),
					over(quantile("0.1", "cxone_call_r_factor_distribution", ""), "worst tenth")).badBelow(limitRFactor),
			}},
			{"Network", []panel{
				curves("Jitter", "Variation of the packets' delay.", "s",
					percentiles("cxone_call_jitter_distribution_seconds")...).badAbove(limitJitter).wide(8),
				curves("Packet loss", "Share of the packets that never came.", "percentunit",
					percentiles("cxone_call_packet_loss_distribution")...).badAbove(limitLoss).wide(8),
				curves("Round-trip time", "To the agent and back.", "s",
					percentiles("cxone_call_rtt_distribution_seconds")...).badAbove(limitRTT).wide(8),
			}},
			{"Poor calls by skill, team, network provider and connection type", []panel{
				poorBy("skill", "cxone_skill_name"), poorBy("team", "cxone_team_name"), poorBy("network provider", "cxone_isp"),
				poorBy("connection type", "cxone_media_connection_type"),
				counts("Calls by disconnect reason", "Why calls ended, as the vendor codes it, in the time shown.", "Calls",
					"cxone_call_disconnect_reason",
					"sum by (cxone_call_disconnect_reason) (increase(cxone_calls_totalFILTER[$__range])) > 0").wide(16),
			}},
			{"Ringing and set-up", []panel{
				curves("Ring time", "", "s", percentiles("cxone_call_ring_time_distribution_seconds")...),
				curves("Set-up time", "", "s", percentiles("cxone_call_setup_time_distribution_seconds")...),
			}},
			{"Single calls", []panel{
				curves("Call duration", "In Grafana, the dots are calls: click one for its trace.", "s",
					percentiles("cxone_call_duration_distribution_seconds")...),
				search("Worst calls", "The trace ID leads to the call, its transfers and its API calls; the master contact ID to the page of the "+
					"contact.",
					`{ name = "contact" && span.cxone.call.mos <= 3.1 } | select(span.cxone.call.mos, span.cxone.call.packet_loss, `+
						`span.cxone.call.jitter, span.cxone.call.rtt, span.cxone.skill.name, span.cxone.agent.name, span.cxone.isp, `+
						`span.cxone.master_contact.id)`).wide(12).toContact(),
			}},
		},
	}
}

// poorBy compares the share of poor calls between the values of a label.
func poorBy(what, key string) panel {
	return bars("Poor calls by "+what, "Share of the measured calls with a MOS of 3.6 or less.", "percentunit",
		share("cxone_call_mos_distribution", "3.6", " by ("+key+")"), "{{"+key+"}}").badAbove(0.1)
}

// search is a table of spans, each row leading to its trace.
func search(title, text, traceQL string) panel {
	return panel{
		title: title, text: text, kind: "table", from: traces, width: 24, height: 10, queries: []query{{expr: traceQL, table: "spans"}},
	}
}
