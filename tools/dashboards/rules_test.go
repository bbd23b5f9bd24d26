// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"log/slog"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/rulefmt"
	"github.com/prometheus/prometheus/promql"
	"github.com/prometheus/prometheus/promql/parser"
	"github.com/prometheus/prometheus/promql/promqltest"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// rules reads the alert rules as Prometheus does, which also parses their templates.
func rules(t *testing.T) []rulefmt.Rule {
	t.Helper()
	text, err := os.ReadFile(root + "/examples/alerts/cxone.yaml")
	require.NoError(t, err)
	groups, errs := rulefmt.Parse(text, false, model.UTF8Validation, parser.NewParser(parser.Options{}), slog.New(slog.DiscardHandler))
	require.Empty(t, errs)
	var all []rulefmt.Rule
	for _, g := range groups.Groups {
		all = append(all, g.Rules...)
	}
	return all
}

// histogram is one that grows by so many values a minute for an hour, and by so many of them up to a bound.
func histogram(name, label, bound, below, all string) string {
	return fmt.Sprintf("%s_bucket{%s,le=%q} 0+%sx60\n%[1]s_bucket{%[2]s,le=\"+Inf\"} 0+%[5]sx60\n%[1]s_count{%[2]s} 0+%[5]sx60\n",
		name, label, bound, below, all)
}

type ruleCase struct {
	fires   string
	also    string // fires too
	silent  map[string]string
	minutes int // how long the series are; an hour, if not given
}

// network is the case of a figure that is bad above a bound, by network provider.
func network(name, bound string) ruleCase {
	const cox, orange = `cxone_isp="Cox"`, `cxone_isp="Orange"`
	return ruleCase{
		fires: histogram(name, cox, bound, "2", "4"),
		silent: map[string]string{
			"few of them are bad":    histogram(name, cox, bound, "9", "10"),
			"too few calls to tell":  histogram(name, cox, bound, "0", "1"),
			"another one has enough": histogram(name, cox, bound, "0", "1") + histogram(name, orange, bound, "50", "50"),
		},
	}
}

func apiCalls(errorType, each string) string {
	return fmt.Sprintf("cxone_script_api_calls_total{server_address=\"a\",error_type=%q} 0+%sx60\n", errorType, each)
}

func inFlight(unit, seconds string) string {
	return fmt.Sprintf("cxone_script_api_duration_seconds_sum{cxone_business_unit_id=%q} 0+%sx60\n", unit, seconds)
}

// counter is one of the collector's own, that grows by so many a minute.
func counter(name, label, each string) string {
	return fmt.Sprintf("otelcol_%s{%s} 0+%sx60\n", name, label, each)
}

// expires is a credential that does so, so many seconds after the end.
func expires(seconds int) string {
	return fmt.Sprintf("otelcol_receiver_cxone_credential_expiry_time{kind=\"server_certificate\",name=\"tls.crt\"} %dx60\n",
		end.Unix()+int64(seconds))
}

// lag is that of deliveries that come as late as a bucket says, so many a minute.
func lag(bucket, each string) string {
	var series strings.Builder
	below := true
	for _, bound := range []string{"-1800", "-60", "-1", "0", "1", "60", "300", "3600", "10800", "+Inf"} {
		below = below && bound != bucket
		count := each
		if below {
			count = "0"
		}
		fmt.Fprintf(&series, "otelcol_receiver_cxone_delivery_lag_bucket{data_type=\"script_api\",le=%q} 0+%sx60\n", bound, count)
	}
	fmt.Fprintf(&series, "otelcol_receiver_cxone_delivery_lag_count{data_type=\"script_api\"} 0+%sx60\n", each)
	return series.String()
}

// indent puts series below promqltest's load command.
func indent(series string) string {
	return "  " + strings.ReplaceAll(strings.TrimSpace(series), "\n", "\n  ") + "\n"
}

// cases has for each alert what makes it fire, and what comes near that but must not.
var cases = map[string]ruleCase{
	"CXonePoorCalls": {
		fires: histogram("cxone_call_mos_distribution", `cxone_skill_name="Billing"`, "3.6", "1", "4"),
		silent: map[string]string{
			"few of them are poor":  histogram("cxone_call_mos_distribution", `cxone_skill_name="Billing"`, "3.6", "1", "10"),
			"too few calls to tell": histogram("cxone_call_mos_distribution", `cxone_skill_name="Billing"`, "3.6", "1", "1"),
			"another skill has many": histogram("cxone_call_mos_distribution", `cxone_skill_name="Billing"`, "3.6", "1",
				"1") + histogram("cxone_call_mos_distribution", `cxone_skill_name="Orders"`, "3.6", "0", "50"),
			"nobody calls any longer": histogram("cxone_call_mos_distribution", `cxone_skill_name="Billing"`, "3.6", "0", "0"),
		},
	},
	"CXonePacketLoss":    network("cxone_call_packet_loss_distribution", "0.01"),
	"CXoneJitter":        network("cxone_call_jitter_distribution_seconds", "0.03"),
	"CXoneRoundTripTime": network("cxone_call_rtt_distribution_seconds", "0.3"),
	"CXoneAPIErrors": {
		fires: apiCalls("503", "1") + apiCalls("", "4"),
		silent: map[string]string{
			"few fail":              apiCalls("503", "1") + apiCalls("", "20"),
			"too few calls to tell": apiCalls("503", "1"),
		},
	},
	"CXoneAPISlow": {
		fires: histogram(apiDuration, `server_address="a"`, "5", "2", "4") + apiDuration + `_bucket{server_address="a",le="10"} 0+4x60` + "\n",
		silent: map[string]string{
			"all are fast": histogram(apiDuration, `server_address="a"`, "5", "4", "4"),
			"too few calls to tell": histogram(apiDuration, `server_address="a"`, "5", "0", "1") + apiDuration +
				`_bucket{server_address="a",le="10"} 0+1x60` + "\n",
		},
	},
	"CXoneAPIInternalErrors": {
		fires:  apiCalls("cxone_internal", "1"),
		silent: map[string]string{"other errors": apiCalls("503", "9"), "none": apiCalls("cxone_internal", "0")},
	},
	"CXoneNearConcurrencyLimit": {
		fires: inFlight("a", "5400"), // 90 seconds a second
		silent: map[string]string{
			"half of it":         inFlight("a", "3000"),
			"two units share it": inFlight("a", "3000") + inFlight("b", "3000"),
		},
	},
	"CXoneTooManySeries": {
		fires:  `cxone_calls_total{otel_metric_overflow="true"} 0+1x60` + "\n",
		silent: map[string]string{"all have one": `cxone_calls_total{cxone_skill_name="Billing"} 0+1x60` + "\n"},
	},
	"CXoneCollectorGone": {
		fires: counter("receiver_cxone_deliveries", `data_type="voice_quality"`, "1"),
		silent: map[string]string{
			"one is there":          counter("process_uptime", `instance="a"`, "60"),
			"one is there, by OTLP": counter("process_uptime_seconds_total", `instance="a"`, "60"),
		},
	},
	"CXoneFeedSilent": {
		fires:   `otelcol_receiver_cxone_last_accepted_time{data_type="voice_quality"} 0x9000` + "\n",
		also:    `otelcol_receiver_cxone_last_accepted_time_seconds{data_type="voice_quality"} 0+60x600 36000x200` + "\n",
		silent:  map[string]string{"deliveries come": `otelcol_receiver_cxone_last_accepted_time{data_type="voice_quality"} 0+60x9000` + "\n"},
		minutes: noon,
	},
	"CXoneAuthenticationFailures": {
		fires: counter("receiver_cxone_authentication_failures", `data_type="voice_quality",reason="bad_signature"`, "1"),
		also:  counter("receiver_cxone_authentication_failures_total", `data_type="voice_quality",reason="bad_signature"`, "1"),
		silent: map[string]string{
			"none lately": `otelcol_receiver_cxone_authentication_failures{data_type="voice_quality",reason="bad_signature"} 0+1x20 20x40` + "\n",
		},
	},
	"CXoneRefusals": {
		fires:  counter("receiver_cxone_deliveries", `data_type="voice_quality",outcome="malformed"`, "1"),
		also:   counter("receiver_cxone_deliveries_total", `data_type="unknown",outcome="not_found"`, "1"),
		silent: map[string]string{"all are accepted": counter("receiver_cxone_deliveries", `data_type="voice_quality",outcome="accepted"`, "9")},
	},
	"CXonePipelineRefuses": {
		fires: counter("receiver_cxone_deliveries", `data_type="voice_quality",outcome="refused"`, "1"),
		silent: map[string]string{
			"others are at fault": counter("receiver_cxone_deliveries", `data_type="voice_quality",outcome="malformed"`, "9"),
		},
	},
	"CXoneTelemetryLost": {
		fires: counter("exporter_send_failed_spans", `exporter="otlp_http"`, "1"),
		also:  counter("exporter_send_failed_log_records_total", `exporter="otlp_http"`, "1"),
		silent: map[string]string{
			"all was sent": counter("exporter_send_failed_spans", `exporter="otlp_http"`, "0") +
				counter("exporter_sent_spans", `exporter="otlp_http"`, "9"),
		},
	},
	"CXoneQueueFills": {
		fires: queue("0+1000x60"),
		silent: map[string]string{
			"it is nearly empty":       queue("100x60"),
			"it was full for a minute": queue("0x58 60000 0"),
			"there is no queue at all": counter("exporter_sent_spans", `exporter="otlp_http"`, "9"),
		},
	},
	"CXoneCredentialExpires": {
		fires:  expires(13 * 86400),
		also:   expires(-3600),
		silent: map[string]string{"it is good for a month": expires(30 * 86400)},
	},
	"CXoneUnreadableFields": {
		fires: counter("receiver_cxone_unreadable_fields", `data_type="voice_quality",field="AvgMos"`, "1"),
		silent: map[string]string{
			"all can be read": counter("receiver_cxone_unreadable_fields", `data_type="voice_quality",field="AvgMos"`, "0"),
		},
	},
	"CXoneUnreadableRecords": {
		fires:  counter("receiver_cxone_records", `data_type="voice_quality",outcome="unreadable"`, "1"),
		silent: map[string]string{"all can be read": counter("receiver_cxone_records", `data_type="voice_quality",outcome="accepted"`, "9")},
	},
	"CXoneUnknownFields": {
		fires: `otelcol_receiver_cxone_unknown_fields{data_type="voice_quality"} 0x200 3x10` + "\n",
		silent: map[string]string{
			"none":                        `otelcol_receiver_cxone_unknown_fields{data_type="voice_quality"} 0x210` + "\n",
			"they have been there before": `otelcol_receiver_cxone_unknown_fields{data_type="voice_quality"} 0x20 0+1x190` + "\n",
		},
		minutes: 210,
	},
	"CXoneClockOrZone": {
		fires: lag("10800", "1"), // all between one hour and three
		also:  lag("-60", "1"),   // all more than a minute before their time
		silent: map[string]string{
			"in time":                        lag("60", "1"),
			"too few to tell":                lag("10800", "0.2"),
			"a clock is a few seconds ahead": lag("-1", "1"),
		},
	},
}

const apiDuration = "cxone_script_api_duration_seconds"

// queue is one that holds 60,000 bytes.
func queue(size string) string {
	const labels = `exporter="otlp_http",data_type="traces"`
	return fmt.Sprintf("otelcol_exporter_queue_size{%s} %s\notelcol_exporter_queue_capacity{%[1]s} 60000x60\n", labels, size)
}

// end is when the series of most cases end. They begin with the year 1970, which was a Thursday.
var end = time.Unix(3600, 0)

// noon is that of this Thursday, in minutes.
const noon = 12 * 60

// books are the headings of the troubleshooting page, as links to them are written.
func books(t *testing.T) (anchors []string) {
	t.Helper()
	text, err := os.ReadFile(root + "/docs/troubleshooting.md")
	require.NoError(t, err)
	for _, match := range regexp.MustCompile(`(?m)^#+ (.+)$`).FindAllStringSubmatch(string(text), -1) {
		words := regexp.MustCompile(`[^a-z0-9 -]`).ReplaceAllString(strings.ToLower(match[1]), "")
		anchors = append(anchors, strings.ReplaceAll(words, " ", "-"))
	}
	return anchors
}

// TestRules evaluates each alert on series that it is for, and on others that come near.
func TestRules(t *testing.T) {
	seen, books := map[string]bool{}, books(t)
	for _, r := range rules(t) {
		seen[r.Alert] = true
		c, ok := cases[r.Alert]
		require.True(t, ok, "%s has no case", r.Alert)
		require.NotEmpty(t, c.silent, r.Alert)
		assert.NotEmpty(t, r.Annotations["summary"], r.Alert)
		assert.NotEmpty(t, r.Annotations["description"], r.Alert)
		assert.NotContains(t, r.Annotations["summary"], "humanize }}", "%s: a count is a whole number", r.Alert)
		assert.Contains(t, []string{"critical", "warning", "info"}, r.Labels["severity"], r.Alert)
		assert.Equal(t, "cxone", r.Labels["service"], r.Alert)
		assert.Positive(t, r.For, "%s has no for", r.Alert)
		if strings.Contains(r.Expr, "otelcol_") && r.Labels["severity"] != "info" {
			page, heading, _ := strings.Cut(r.Annotations["runbook_url"], "#")
			assert.Equal(t, "https://github.com/cxone-otel/cxonereceiver/blob/main/docs/troubleshooting.md", page, r.Alert)
			assert.Contains(t, books, heading, r.Alert)
		}
		assert.True(t, c.firesOn(t, r, c.fires), "%s does not fire", r.Alert)
		assert.True(t, c.also == "" || c.firesOn(t, r, c.also), "%s does not fire in the other case", r.Alert)
		for name, series := range c.silent {
			assert.False(t, c.firesOn(t, r, series), "%s fires although %s", r.Alert, name)
		}
		if r.Alert == "CXoneFeedSilent" {
			for _, closed := range []int{noon + 10*60, noon + 2*24*60} { // late, and on a Saturday
				c.minutes = closed
				assert.False(t, c.firesOn(t, r, c.fires), "%s fires outside of the hours of business", r.Alert)
			}
		}
	}
	for name := range cases {
		assert.True(t, seen[name], "no rule %s", name)
	}
}

// firesOn reports whether an alert would be sent at the end of some series: its expression gives something, and has for as long
// as it is to.
func (c *ruleCase) firesOn(t *testing.T, r rulefmt.Rule, series string) bool {
	t.Helper()
	end := end
	if c.minutes > 0 {
		end = time.Unix(int64(c.minutes)*60, 0)
	}
	storage := promqltest.LoadedStorage(t, "load 1m\n"+indent(series))
	engine := promqltest.NewTestEngine(t, false, 5*time.Minute, 1_000_000)
	for at := end.Add(-time.Duration(r.For)); !at.After(end); at = at.Add(time.Minute) {
		query, err := engine.NewInstantQuery(t.Context(), storage, nil, r.Expr, at)
		require.NoError(t, err, r.Alert)
		result := query.Exec(t.Context())
		require.NoError(t, result.Err, r.Alert)
		if len(result.Value.(promql.Vector)) == 0 {
			return false
		}
	}
	return true
}
