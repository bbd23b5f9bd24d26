// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package test

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TestQueueRoom measures how much of an example's queue a delivery takes while the backend is away, for docs/sizing.md
// (`make sizing`). It prints how long an outage the queue can hold.
func TestQueueRoom(t *testing.T) {
	if os.Getenv("CXONE_SIZING") == "" {
		t.Skip("this measures for minutes: make sizing")
	}
	const deliveries, queueSize = 40_000, 2e9
	keys, directory, telemetry := t.TempDir(), t.TempDir(), freePort(t)
	output, err := cxonectl(t, nil, "keygen", "signature", "--out", keys, "--algorithm", "hmac_sha256") // the sender is faster with it
	require.NoError(t, err, output)
	secret := filepath.Join(keys, "v1.secret")
	key := `{version: "1", algorithm: hmac_sha256, secret_file: "` + secret + `", secret_encoding: base64}`
	e := startExampleWith(t, "grafana-cloud.yaml", keys, []string{"--config", "yaml:receivers::cxone::signature::keys: [" + key + "]"},
		append(exports["grafana-cloud.yaml"].env("http://127.0.0.1:"+freePort(t), directory), "CXONE_TELEMETRY_PORT="+telemetry)...)
	sender := filepath.Join(keys, "sender.yaml")
	require.NoError(t, os.WriteFile(sender, []byte("receivers: {cxone: {signature: {keys: ["+key+"]}}}\n"), 0o600))
	l := startLoad(t, "http://"+e.address, "--config", sender, "--consumer-id", "anybody", "--count", fmt.Sprint(deliveries),
		"--workers", "16")
	require.Equal(t, deliveries, l.wait().Acknowledged)
	own := page(t, "localhost:"+telemetry)
	var largest float64
	for _, signal := range []string{"traces", "logs", "metrics"} {
		size, n := series(own, "otelcol_exporter_queue_size", `data_type="`+signal+`"`)
		require.Positive(t, n, signal)
		fmt.Printf("%-8s %6.0f bytes a delivery in the queue\n", signal, size/deliveries)
		largest = max(largest, size/deliveries)
	}
	var disk int64
	require.NoError(t, filepath.WalkDir(directory, func(_ string, entry fs.DirEntry, err error) error {
		if err == nil && entry.Type().IsRegular() {
			info, err := entry.Info()
			if err != nil {
				return err
			}
			disk += info.Size()
		}
		return err
	}))
	fmt.Printf("on disk  %6d bytes a delivery, all signals\n", disk/deliveries)
	for _, rate := range []float64{10, 100, 1000} {
		full := time.Duration(queueSize / largest / rate * float64(time.Second))
		fmt.Printf("at %4.0f deliveries a second the queue is full after %s, and takes %.1f GB of disk then\n",
			rate, full.Round(time.Minute), float64(disk)/deliveries*rate*full.Seconds()/1e9)
	}
}
