// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const (
	tryAgain = `503 {"error": "try again"}`
	rejected = `400 {"error": "rejected by the pipeline"}`
)

// anybody accepts deliveries from anybody; see toBackend. Aggregated metrics are off, so that they do not count.
const anybody = ", allow_unauthenticated: true, aggregation: {interval: 1h}"

// TestEveryGRPCStatusOfAPipeline answers a real exporter with each of gRPC's codes.
func TestEveryGRPCStatusOfAPipeline(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	c := start(t, toBackend(b, anybody))
	for code := int32(1); code <= 16; code++ {
		t.Run(fmt.Sprint("code ", code), func(t *testing.T) {
			b.answerAll(code)
			a := c.post(voicePath, fmt.Sprintf(`{"ContactId": "code-%d", "AvgMos": 4}`, code))
			switch code {
			case grpcInvalidArgument:
				assert.Equal(t, rejected, a.String())
				assert.Empty(t, a.header.Get("Retry-After"))
			default:
				assert.Equal(t, tryAgain, a.String())
				assert.Equal(t, "7", a.header.Get("Retry-After"))
			}
		})
	}
	b.answerAll(grpcOK)
	assert.Equal(t, `200 {"accepted": 1}`, c.post(voicePath, `{"ContactId": "code-14", "AvgMos": 4}`).String(), "the retry after 503")
	assert.InDelta(t, 15, c.own("receiver_cxone_deliveries", `outcome="refused"`), 0)
	assert.InDelta(t, 1, c.own("receiver_cxone_deliveries", `outcome="rejected"`), 0)
	assert.InDelta(t, 1, c.own("receiver_cxone_deliveries", `outcome="accepted"`), 0)
	assert.Positive(t, c.own("receiver_refused_spans"), "the collector's standard metrics count refusals too")
}

func TestADeadBackend(t *testing.T) {
	t.Parallel()
	b := &backend{address: "127.0.0.1:" + freePort(t)}
	c := start(t, toBackend(b, anybody))
	assert.Equal(t, tryAgain, c.post(voicePath, leg).String())
}

func TestAMemoryLimiterThatRefuses(t *testing.T) {
	t.Parallel()
	c := start(t, `
receivers: {cxone: {endpoint: "127.0.0.1:${PORT}", allow_unauthenticated: true}}
processors: {memory_limiter: {check_interval: 50ms, limit_mib: 1}}
exporters: {nop: {}}
service:
  pipelines: {logs: {receivers: [cxone], processors: [memory_limiter], exporters: [nop]}}
`+telemetryConfig)
	tries := 0
	c.waitFor(func() bool { // another delivery each time: the repeat of an accepted one does not reach the pipeline
		tries++
		return c.post(voicePath, leg+strings.Repeat(" ", tries)).status != http.StatusOK
	}, "the memory limiter to refuse")
	a := c.post(voicePath, leg)
	assert.Equal(t, tryAgain, a.String())
	assert.Equal(t, "5", a.header.Get("Retry-After"))
}

func TestDeliveryTimeout(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	b.holdAll()
	c := start(t, toBackend(b, anybody+", delivery_timeout: 500ms"))
	begun := time.Now()
	assert.Equal(t, tryAgain, c.post(voicePath, leg).String())
	assert.Greater(t, time.Since(begun), 450*time.Millisecond)
	assert.Less(t, time.Since(begun), 4*time.Second)
	b.release()
	assert.Equal(t, `200 {"accepted": 1}`, c.post(voicePath, leg).String())
}

// TestSignalsThatDiffer has one pipeline refuse what the others accept.
func TestSignalsThatDiffer(t *testing.T) {
	t.Parallel()
	t.Run("a retry gives the missing signal only", func(t *testing.T) {
		t.Parallel()
		b := newBackend(t)
		b.logs.code.Store(grpcUnavailable)
		c := start(t, toBackend(b, anybody))
		assert.Equal(t, tryAgain, c.post(voicePath, leg).String())
		b.answerAll(grpcOK)
		assert.Equal(t, `200 {"accepted": 1}`, c.post(voicePath, leg).String())
		assert.Equal(t, `200 {"accepted": 1, "duplicate": true}`, c.post(voicePath, leg).String())
		assert.Equal(t, [3]int32{1, 1, 2}, b.calls())
	})
	t.Run("what is refused for good is not tried again", func(t *testing.T) {
		t.Parallel()
		b := newBackend(t)
		b.traces.code.Store(grpcInvalidArgument)
		b.logs.code.Store(grpcUnavailable)
		c := start(t, toBackend(b, anybody))
		assert.Equal(t, tryAgain, c.post(voicePath, leg).String(), "any retryable one wins")
		b.answerAll(grpcOK)
		assert.Equal(t, rejected, c.post(voicePath, leg).String())
		assert.Equal(t, [3]int32{1, 1, 2}, b.calls())
		c.waitLog("the pipeline refused a delivery")
	})
}

func (b *backend) calls() (n [3]int32) {
	for i, s := range b.signals() {
		n[i] = s.calls.Load()
	}
	return n
}

func TestTooManyAtOnce(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	b.holdAll()
	c := start(t, toBackend(b, anybody+", max_concurrent_deliveries: 1"))
	slow := c.open("Content-Length: 1000\r\n", `{"ContactId": 1`)
	defer slow.Close()
	first := make(chan answer, 1)
	go func() { first <- c.post(voicePath, leg) }()
	c.waitFor(func() bool { return b.calls() != [3]int32{} }, "the first delivery to reach the pipeline")

	second := c.post(voicePath, leg+" ")
	assert.Equal(t, http.StatusServiceUnavailable, second.status)
	assert.Equal(t, "7", second.header.Get("Retry-After"))
	assert.Contains(t, second.text, "too many")
	b.release()
	assert.Equal(t, http.StatusOK, (<-first).status)
	assert.Equal(t, http.StatusOK, c.post(voicePath, leg+" ").status, "the refused one's retry, with a slow body still open")
}

func TestMaxInflightBytes(t *testing.T) {
	t.Parallel()
	const size = 1_000_000
	c := start(t, with(open+fmt.Sprintf("    max_request_body_size: %d\n    max_inflight_bytes: %d\n", size, size)))
	large := `{"ContactId": "large"` + strings.Repeat(" ", 500_000) + "}"
	var refused answer
	attempt := func() bool { // the second body is refused, so the slow one must begin first
		body := `{"ContactId": "slow"` + strings.Repeat(" ", 900_000) + "}"
		slow := c.open(fmt.Sprintf("Content-Length: %d\r\n", len(body)), body[:len(body)-10])
		defer slow.Close()
		time.Sleep(100 * time.Millisecond)
		if refused = c.post(voicePath, large); refused.status != http.StatusServiceUnavailable {
			return false
		}
		slow.write(body[len(body)-10:])
		return slow.answer().status == http.StatusOK
	}
	c.waitFor(attempt, "the slow body to fill the room, and to be taken in the end")
	assert.Equal(t, "5", refused.header.Get("Retry-After"))
	assert.Contains(t, refused.text, `{"error": "`)
	assert.Equal(t, http.StatusOK, c.post(voicePath, large).status, "the room is given back")
}

// TestTheStatusOfTheComponent reads the receiver's status from the health check.
func TestTheStatusOfTheComponent(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	config := strings.Replace(toBackend(b, anybody), "service:", `extensions:
  health_check: {use_v2: true, http: {endpoint: "127.0.0.1:${SCRAPE}"}}
service:
  extensions: [health_check]`, 1)
	c := startWith(t, []string{"--feature-gates=extension.healthcheck.useComponentStatus"}, config)
	c.waitFor(func() bool { return c.receiverStatus() == "StatusOK" }, "the receiver to be OK")
	for _, body := range []string{leg, leg + " "} { // twice: refused and accepted again
		b.logs.code.Store(grpcUnavailable)
		require.Equal(t, tryAgain, c.post(voicePath, body).String())
		c.waitFor(func() bool { return c.receiverStatus() == "StatusRecoverableError" }, "Recoverable, while the pipeline refuses")
		b.answerAll(grpcOK)
		require.Equal(t, 200, c.post(voicePath, body).status)
		c.waitFor(func() bool { return c.receiverStatus() == "StatusOK" }, "OK, once the pipeline accepts")
	}
}
