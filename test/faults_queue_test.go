// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package test

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestFaultBackendDown takes the backend away for a while. The queue keeps the telemetry meanwhile, and the senders notice
// nothing.
func TestFaultBackendDown(t *testing.T) {
	t.Parallel()
	sink := start(t, sinkConfig)
	c := start(t, queued(sink.address, anybody, onDisk))
	l := startLoadFor(t, "http://"+c.address, "80")
	strike(1500*time.Millisecond, func() {
		sink.end()
		time.Sleep(1500 * time.Millisecond)
		sink.again()
	})
	result, _ := requireNothingLost(t, "backend down for a while", sink.dir, l)
	assert.Equal(t, map[string]int{"200": result.Deliveries}, result.Answers)
	assert.Empty(t, result.Errors)
}

// TestFaultQueueFull takes the backend away for longer than the queue has room. Senders are asked to try again, and the
// component reports its status.
func TestFaultQueueFull(t *testing.T) {
	t.Parallel()
	sink := start(t, sinkConfig)
	config := strings.NewReplacer("extensions:\n", "extensions:\n  health_check: {use_v2: true, http: {endpoint: \"127.0.0.1:${SCRAPE}\"}}\n",
		"extensions: [", "extensions: [health_check, ").Replace(queued(sink.address, anybody, "storage: file_storage, queue_size: 40, "+
		"num_consumers: 1"))
	c := startWith(t, []string{"--feature-gates=extension.healthcheck.useComponentStatus"}, config)
	c.waitFor(func() bool { return c.receiverStatus() == "StatusOK" }, "the receiver to be OK")
	l := startLoadFor(t, "http://"+c.address, "80")
	strikes := 0
	strike(500*time.Millisecond, func() {
		strikes++
		body := fmt.Sprintf(`{"ContactId": "strike %d", "AvgMos": 4}`, strikes)
		sink.end()
		c.waitFor(func() bool { return c.receiverStatus() == "StatusRecoverableError" }, "Recoverable, while the queue is full")
		a := c.post(voicePath, body)
		assert.Equal(t, tryAgain, a.String())
		assert.Equal(t, "1", a.header.Get("Retry-After"))
		sink.again()
		c.waitFor(func() bool { return c.receiverStatus() == "StatusOK" }, "OK, once there is room")
		c.waitFor(func() bool { return c.post(voicePath, body).status == 200 }, "the retry to be taken")
	})
	result, a := requireNothingLost(t, "queue full: 503, and a retry that succeeds", sink.dir, l)
	assert.Positive(t, result.Answers["503"])
	assert.Empty(t, result.Errors)
	assert.GreaterOrEqual(t, result.LatencyMS.Max, 1000.0, "Retry-After was honoured")
	assert.Zero(t, a.repeats, "what one signal's queue had taken before another's was full is not given to it again")
}

// The load of the memory test: memoryRate deliveries of memoryBatch records a second pass through the narrow connection to
// the backend. Four times as much does not.
const (
	memoryLimit = 160 // MiB
	memoryRate  = 15
	memoryBatch = 100
	narrow      = 12 << 20 // bytes a second
)

// TestFaultMemoryLimiterRefuses has a queue in memory that is never full. Only the memory limiter protects the process from
// a load that is four times too high. max_concurrent_deliveries limits the deliveries before the limiter. GOMEMLIMIT limits
// garbage, at 80 % of the limit, as the collector's own documentation advises.
func TestFaultMemoryLimiterRefuses(t *testing.T) {
	t.Parallel()
	sink := start(t, sinkConfig)
	way := newRelay(t, narrow, 0, sink.address)
	config := strings.NewReplacer(
		"receivers: [cxone], exporters", "receivers: [cxone], processors: [memory_limiter], exporters",
		"exporters:\n", fmt.Sprintf("processors: {memory_limiter: {check_interval: 50ms, limit_mib: %d, spike_limit_mib: %d}}\nexporters:\n",
			memoryLimit, memoryLimit/2),
	).Replace(queued(way.address, anybody+", max_concurrent_deliveries: 8", "queue_size: 1000000"))
	c := launchWith(t, nil, config, fmt.Sprintf("GOMEMLIMIT=%dMiB", memoryLimit*8/10))
	c.waitReady(1)
	watch := watchMemory(c)

	var loads []*loader
	deliver := func(rate int, seconds string) loadResult {
		l := startLoadFor(t, "http://"+c.address, strconv.Itoa(rate), "--batch", strconv.Itoa(memoryBatch), "--duration", seconds)
		loads = append(loads, l)
		return l.wait()
	}
	for range 1 + int(soakFor/(2*time.Minute)) { // the files of more rounds would be large
		result := deliver(memoryRate, "2s")
		require.Equal(t, map[string]int{"200": result.Deliveries}, result.Answers, "this fits")
		result = deliver(4*memoryRate, "3s")
		assert.Positive(t, result.Answers["503"], "this does not fit")
		assert.Empty(t, result.Errors)
	}
	most := watch()
	t.Logf("the most memory of its own that the collector had: %d MiB of %d MiB", most, memoryLimit)
	assert.LessOrEqual(t, most, memoryLimit)
	requireNothingLost(t, fmt.Sprintf("memory limiter refusing at 4 times the load (%d of %d MiB)", most, memoryLimit), sink.dir, loads...)
}

// watchMemory watches a collector's anonymous memory, which does not include files. The returned function gives the highest
// value so far, in MiB.
func watchMemory(c *collector) (most func() int) {
	seen := make(chan int)
	status := fmt.Sprintf("/proc/%d/status", c.cmd.Process.Pid)
	go func() {
		highest := 0
		for {
			select {
			case seen <- highest:
				return
			case <-c.t.Context().Done():
				return
			case <-time.After(20 * time.Millisecond):
			}
			text, _ := os.ReadFile(status)
			_, after, _ := strings.Cut(string(text), "RssAnon:")
			if fields := strings.Fields(after); len(fields) > 0 {
				kib, _ := strconv.Atoi(fields[0])
				highest = max(highest, kib/1024)
			}
		}
	}()
	return func() int { return <-seen }
}
