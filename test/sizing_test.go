// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package test

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TestSizing measures what a delivery costs, for docs/sizing.md (`make sizing`). It measures the processor time of the
// collector's process rather than the clock, so that the result is similar on a busy machine.
func TestSizing(t *testing.T) {
	if os.Getenv("CXONE_SIZING") == "" {
		t.Skip("this measures for minutes: make sizing")
	}
	keys := t.TempDir()
	for _, algorithm := range []string{"rsa_sha256", "hmac_sha256"} {
		output, err := cxonectl(t, nil, "keygen", "signature", "--out", keys, "--algorithm", algorithm)
		require.NoError(t, err, output)
	}
	withSecret := []string{"--consumer-id", "anybody"} // the secret is in the collector's configuration
	withKey := append(withSecret, "--private-key-file", filepath.Join(keys, "v1.key.pem"))
	rsa := `, signature: {keys: [{version: "1", public_key_file: "` + filepath.Join(keys, "v1.pub.pem") + `"}]}`
	hmac := `, signature: {keys: [{version: "1", algorithm: hmac_sha256, secret_file: "` + filepath.Join(keys, "v1.secret") + `"}]}`
	sink := startDrain(t)
	for _, tc := range []struct {
		name, receiver string
		batch          int
		load           []string
	}{
		{"unsigned, queue on disk", anybody, 1, nil},
		{"HMAC, queue on disk", hmac, 1, withSecret},
		{"RSA 2048, queue on disk", rsa, 1, withKey},
		{"RSA 2048, queue on disk, 20 records a delivery", rsa, 20, withKey},
	} {
		for _, cores := range []int{1, 2} {
			measure(t, tc.name, cores, tc.batch, queued(sink.address, tc.receiver, onDisk), tc.load)
		}
	}
	s := startScaleOut(t)
	withKey = append(withKey, "--private-key-file", filepath.Join(s.dir, "v1.key.pem"), "--key-version", "1")
	cost(t, "examples/scale-out: the edge, RSA 2048", 1, "http://"+s.edge.address, withKey, func(deliveries int) {
		s.edge.waitFor(func() bool {
			return s.processing[0].own("receiver_accepted_log_records")+s.processing[1].own("receiver_accepted_log_records") >= float64(deliveries)
		}, "all of it to be processed")
	}, s.edge, s.processing[0], s.processing[1])
}

// startDrain starts a backend that drops everything.
func startDrain(t *testing.T) *collector {
	t.Helper()
	return start(t, strings.NewReplacer("file/metrics", "nop/metrics", "file/traces", "nop/traces", "file/logs", "nop/logs",
		`{path: "${DIR}/metrics.jsonl", append: true, flush_interval: 100ms}`, "{}",
		`{path: "${DIR}/traces.jsonl", append: true, flush_interval: 100ms}`, "{}",
		`{path: "${DIR}/logs.jsonl", append: true, flush_interval: 100ms}`, "{}").Replace(sinkConfig))
}

// TestSizingOfGarbageCollection measures what GOGC and GOMEMLIMIT change, with the queue of deploy/collector.yaml. Settings
// take turns, so that other work on the machine affects all of them alike.
func TestSizingOfGarbageCollection(t *testing.T) {
	if os.Getenv("CXONE_SIZING") == "" {
		t.Skip("this measures for minutes: make sizing")
	}
	config := strings.NewReplacer("metric_attributes: [cxone.contact.id]", "gauges: false", "min_size: 200", "min_size: 1000").
		Replace(queued(startDrain(t).address, anybody, "storage: file_storage, sizer: bytes, queue_size: 2000000000, num_consumers: 1"))
	for range 3 {
		for _, batch := range []int{1, 20} {
			for _, setting := range []string{"GOGC=100", "GOGC=200", "GOGC=400", "GOGC=400 GOMEMLIMIT=410MiB"} {
				measure(t, fmt.Sprintf("%s, %d records a delivery", setting, batch), 1, batch, config, nil, strings.Fields(setting)...)
			}
		}
	}
}

// measure prints what a delivery costs with a configuration, on a number of cores.
func measure(t *testing.T, name string, cores, batch int, config string, load []string, env ...string) {
	t.Helper()
	c := launchWith(t, nil, config, append(env, fmt.Sprintf("GOMAXPROCS=%d", cores))...)
	c.waitReady(1)
	load = append([]string{"--batch", strconv.Itoa(batch), "--config", filepath.Join(c.dir, "collector.yaml")}, load...)
	cost(t, fmt.Sprintf("%s, %d cores", name, cores), batch, "http://"+c.address, load, func(int) {
		c.waitFor(func() bool { return c.own("exporter_queue_size") == 0 }, "the queues to be empty")
	}, c)
}

// cost delivers, waits until all of it is done, and prints what it cost each of the collectors.
func cost(t *testing.T, name string, batch int, endpoint string, load []string, done func(deliveries int), collectors ...*collector) {
	t.Helper()
	run := func(count int) {
		l := startLoad(t, endpoint, append([]string{"--count", strconv.Itoa(count), "--workers", "16"}, load...)...)
		require.Equal(t, count, l.wait().Acknowledged)
	}
	deliveries := 10_000 / batch
	run(deliveries / 10) // to fill caches and open connections
	done(deliveries / 10)
	before, memory := make([]time.Duration, len(collectors)), make([]func() int, len(collectors))
	for i, c := range collectors {
		before[i], memory[i] = processorTime(c), watchMemory(c)
	}
	run(deliveries)
	done(deliveries/10 + deliveries)
	for i, c := range collectors {
		each := (processorTime(c) - before[i]) / time.Duration(deliveries)
		fmt.Printf("%-56s %5d µs a delivery: a core takes %5d deliveries/s, %6d records/s; %3d MiB\n",
			name, each.Microseconds(), time.Second/each, int(time.Second/each)*batch, memory[i]())
		name = "  and one of the others, for its share"
	}
}

// processorTime is what a process has used so far (proc_pid_stat(5), fields 14 and 15, in hundredths of a second).
func processorTime(c *collector) time.Duration {
	c.t.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", c.cmd.Process.Pid))
	require.NoError(c.t, err)
	_, after, _ := strings.Cut(string(text), ") ") // the name may have spaces
	fields := strings.Fields(after)
	user, err := strconv.Atoi(fields[11])
	require.NoError(c.t, err)
	system, err := strconv.Atoi(fields[12])
	require.NoError(c.t, err)
	return time.Duration(user+system) * 10 * time.Millisecond
}
