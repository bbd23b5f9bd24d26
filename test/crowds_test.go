// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package test

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

// crowd is a body of n small records.
func crowd(n int, name string) string {
	var b strings.Builder
	b.WriteByte('[')
	for i := range n {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, `{"ContactId":"%s-%d","AvgMos":4}`, name, i)
	}
	b.WriteByte(']')
	return b.String()
}

// TestBodiesOfVeryManyRecords sends as many records as there is room for, and more.
func TestBodiesOfVeryManyRecords(t *testing.T) {
	t.Parallel()
	c := start(t, strings.ReplaceAll(with(open), "level: debug", "level: info"))
	a := c.post(voicePath, crowd(200_000, "many"))
	assert.Equal(t, http.StatusRequestEntityTooLarge, a.status, a.text)
	assert.Contains(t, a.text, "65536 records", "max_inflight_bytes, at 1 KiB a record")
	assert.Equal(t, http.StatusRequestEntityTooLarge, c.post(voicePath, "["+strings.Repeat("0,", 1_000_000)+"0]").status)
	assert.Equal(t, oneAccepted, c.post(voicePath, leg).String())
	t.Logf("peak memory, after what was refused: %d MiB", c.peakMemory())

	assert.Equal(t, `200 {"accepted": 65000}`, c.post(voicePath, crowd(65_000, "some")).String())
	c.await(65_001, 65_001, 65_001)
	// The telemetry of a record takes about 4 KiB. It is never there for all of them, since they go to the pipelines in parts.
	t.Logf("peak memory, with 65000 records: %d MiB", c.peakMemory())
	assert.Less(t, c.peakMemory(), 300)
}

// TestFullRecordsAtOnce has six senders of 8 MiB each, with all fields in every record. These have the most telemetry for
// their bytes. There is room for two at a time.
func TestFullRecordsAtOnce(t *testing.T) {
	t.Parallel()
	const room = 17 // MiB
	c := start(t, fmt.Sprintf(`
receivers: {cxone: {endpoint: "127.0.0.1:${PORT}", allow_unauthenticated: true, max_inflight_bytes: %d}}
`+nopPipelines+telemetryConfig, room<<20))
	idle := c.peakMemory()
	record := strings.TrimSpace(payload(t, "voice_quality_full.json"))
	var taken, busy atomic.Int32
	var wg sync.WaitGroup
	for i := range 6 {
		body := "[" + strings.Repeat(record+",", (8<<20-10)/(len(record)+1)-1) + record + strings.Repeat(" ", i) + "]"
		wg.Go(func() {
			resp, err := http.Post("http://"+c.address+voicePath, "", strings.NewReader(body))
			if err != nil {
				return // refused before it had sent everything
			}
			defer resp.Body.Close()
			switch resp.StatusCode {
			case http.StatusOK:
				taken.Add(1)
			case http.StatusServiceUnavailable:
				busy.Add(1)
			default:
				t.Errorf("status %d", resp.StatusCode)
			}
		})
	}
	wg.Wait()
	assert.Positive(t, taken.Load())
	assert.Equal(t, oneAccepted, c.post(voicePath, leg).String())
	// The telemetry of a full record takes about twenty times its size: its attributes are on points, spans and log records. It is
	// never there for a whole body.
	t.Logf("%d taken, %d told to come back; peak memory: %d MiB, idle %d MiB", taken.Load(), busy.Load(), c.peakMemory(), idle)
	assert.Less(t, c.peakMemory(), idle+8*room)
}

// TestAThousandSlowBodiesAreAnsweredInTheEnd waits until read_timeout has ended all of them.
func TestAThousandSlowBodiesAreAnsweredInTheEnd(t *testing.T) {
	t.Parallel()
	c := start(t, with(open+"    read_timeout: 3s\n"))
	var slow []*connection
	for range 1000 {
		o := c.open("Content-Length: 8000000\r\n", `{"Contact`)
		defer o.Close()
		slow = append(slow, o)
	}
	begun := time.Now()
	var wg sync.WaitGroup
	for _, o := range slow {
		wg.Go(func() { assert.Equal(t, http.StatusBadRequest, o.answer().status) })
	}
	good := 0
	for ; time.Since(begun) < 3*time.Second; good++ {
		assert.Equal(t, oneAccepted, c.post(voicePath, fmt.Sprintf(`{"ContactId": "good-%d"}`, good)).String())
		time.Sleep(20 * time.Millisecond)
	}
	wg.Wait()
	assert.Less(t, time.Since(begun), 15*time.Second)
	c.await(0, good, good)
	// A connection takes about 40 KiB here: 4 KiB of the body, and net/http's own buffers.
	t.Logf("%d good deliveries meanwhile; peak memory: %d MiB", good, c.peakMemory())
	assert.Less(t, c.peakMemory(), 250)
}
