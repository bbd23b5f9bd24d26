// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package test

import (
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// largestBody is the size of a body by default.
const largestBody = 8 << 20

// arrayOf is a body of the largest size: an array of as many records as fit, each made by its number.
func arrayOf(record func(i int) string) string {
	var b strings.Builder
	b.WriteString("[" + record(0))
	for i := 1; ; i++ {
		r := record(i)
		if b.Len()+len(r)+20 > largestBody {
			return b.String() + "]"
		}
		b.WriteString("," + r)
	}
}

// filled is JSON that repeats a unit as often as fits into a body.
func filled(head, unit, tail string) string {
	return head + strings.Repeat(unit, (largestBody-len(head)-len(tail)-20)/len(unit)) + tail
}

// heldAsString is an array as a string that holds it, without the records that do not fit.
func heldAsString(head, array, tail string) string {
	quoted := strconv.Quote(array)
	quoted = quoted[:strings.LastIndex(quoted[:min(len(quoted), largestBody-len(head)-len(tail)-20)], "},{")]
	return head + quoted + `}]"` + tail
}

func apiCall(i int) string {
	return fmt.Sprintf(`{"busNo":"1337","messageId":"m-%[1]d","contactId":"%[1]d","masterContactId":"5","scriptId/version":"12/3",`+
		`"scriptName":"Main\\Route","actionId":"7","actionName":"REST","actionLabel":"Look the customer up","dateTime":"4/20/2024 06:13:37 AM",`+
		`"apiEndpoint":"https://api.example.org/v1/customers/%[1]d","apiResponseCode":"200","apiResponseMessage":"OK","responseTime":"321"}`, i)
}

// TestMemoryOfLargeBodies has one sender of 8 MiB, and seven at once, of good records and of such as take much memory for their
// bytes. What counts is the collector's peak above that of one that has taken one small delivery.
func TestMemoryOfLargeBodies(t *testing.T) {
	t.Parallel()
	leg := strings.TrimSpace(payload(t, "voice_quality_full.json"))
	legs := arrayOf(func(int) string { return leg })
	calls := arrayOf(apiCall)
	numbered := func(rest string) func(i int) string {
		return func(i int) string { return fmt.Sprintf(`{"ContactId":%d,%s}`, i, rest) }
	}
	for _, tc := range []struct {
		name, path, body string
		one              int // MiB
	}{
		{"call legs", voicePath, legs, 40},
		{"API calls", scriptPath, calls, 40},
		{"API calls as a string in their envelope", scriptPath, heldAsString(`{"event":"SCRIPT_API_MONITORING","metadata":`, calls, "}"), 48},
		{"call legs as a string", voicePath, heldAsString("", legs, ""), 48},
		{"65,000 records", voicePath, "[" + strings.Repeat(`{"AvgMos":4,"DbKey":"`+strings.Repeat("x", 90)+`"},`, 65_000) + "{}]", 40},
		{"a huge record", voicePath, filled(`{"ContactId":1,"spearlineAnalysis":[1`, ",1", "]}"), 48},
		{"wide records", voicePath, arrayOf(numbered(`"spearlineAnalysis":[{}` + strings.Repeat(",{}", 254) + "]")), 40},
		{"records of unknown fields", voicePath, arrayOf(numbered(`"a":1` + unknownFields(63))), 40},
		{"records of invalid UTF-8", voicePath, arrayOf(numbered(`"Agent":"` + strings.Repeat("\xff", 1000) + `"`)), 40},
		{
			"seven envelopes of 1 MiB", scriptPath,
			"[" + strings.Repeat(`{"x":[1`+strings.Repeat(",1", 1<<19)+`],"metadata":[{"contactId":1}]},`, 7) + `{"contactId":1}]`, 40,
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			c := startQuiet(t)
			idle := c.peakMemory()
			c.deliverAtOnce(tc.path, tc.body, 1)
			one := c.peakMemory() - idle
			c.deliverAtOnce(tc.path, tc.body, 7)
			seven := c.peakMemory() - idle
			t.Logf("%d bytes: one takes %d MiB, seven at once %d MiB", len(tc.body), one, seven)
			assert.LessOrEqual(t, one, tc.one)
			assert.LessOrEqual(t, seven, 200)
		})
	}
}

// unknownFields are members with names of their own.
func unknownFields(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, `,"u%d":1`, i)
	}
	return b.String()
}

// nopPipelines take everything and do nothing.
const nopPipelines = `
exporters: {nop: {}}
service:
  pipelines:
    metrics: {receivers: [cxone], exporters: [nop]}
    traces: {receivers: [cxone], exporters: [nop]}
    logs: {receivers: [cxone], exporters: [nop]}
`

// startQuiet starts a collector with nopPipelines, and gives it one small delivery.
func startQuiet(t *testing.T) *collector {
	t.Helper()
	c := start(t, `
receivers: {cxone: {endpoint: "127.0.0.1:${PORT}", allow_unauthenticated: true}}
`+nopPipelines+`  telemetry: {metrics: {readers: [{pull: {exporter: {prometheus: {host: 127.0.0.1, port: ${TELEMETRY}}}}}]}}
`)
	require.Equal(t, oneAccepted, c.post(voicePath, leg).String())
	return c
}

// deliverAtOnce has so many senders deliver a body at the same time. What is after its end differs, so that none is a repeat.
func (c *collector) deliverAtOnce(path, body string, senders int) {
	c.t.Helper()
	var wg sync.WaitGroup
	var taken atomic.Int32
	for i := range senders {
		wg.Go(func() {
			end := strings.Repeat(" ", senders+i)
			req, err := http.NewRequest(http.MethodPost, "http://"+c.address+path, io.MultiReader(strings.NewReader(body), strings.NewReader(end)))
			assert.NoError(c.t, err)
			req.ContentLength = int64(len(body) + len(end))
			switch a := c.do(req); a.status {
			case http.StatusOK:
				taken.Add(1)
			case http.StatusServiceUnavailable: // a quarter of max_inflight_bytes is for small bodies
			default:
				assert.Fail(c.t, "not taken", "%d %.300s", a.status, a.text)
			}
		})
	}
	wg.Wait()
	assert.Positive(c.t, taken.Load())
}
