// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cxone-otel/cxonereceiver/cmd/internal/demo"
	"github.com/cxone-otel/cxonereceiver/cmd/internal/process"
)

// TestARushHour plays one with the real programs, and goes from the minutes to a journey by clicking.
func TestARushHour(t *testing.T) {
	root, err := filepath.Abs("../..")
	require.NoError(t, err)
	metrics, logs := filepath.Join(root, "bin/victoria-metrics"), filepath.Join(root, "bin/victoria-logs")
	if _, err = os.Stat(metrics); err != nil || os.Getenv("CXONE_COLLECTOR") == "" {
		t.Skip("make test-e2e makes the programs that this needs")
	}
	listen, err := process.FreeAddress(t.Context())
	require.NoError(t, err)
	s := settings{
		Settings: demo.Settings{
			Collector: os.Getenv("CXONE_COLLECTOR"), Ctl: os.Getenv("CXONE_CTL"), For: time.Minute,
			Config: filepath.Join(root, "examples/prometheus.yaml"),
		},
		metrics: metrics, logs: logs, dashboards: filepath.Join(root, "examples/grafana"), listen: listen,
		story: time.Minute, rate: 30, seed: 1,
	}
	ended := make(chan struct{})
	var ranErr error
	go func() {
		defer close(ended)
		ranErr = run(t.Context(), s)
	}()
	t.Cleanup(func() { <-ended }) // the context has ended by then; the programs end with it
	b := &browser{t: t, base: "http://" + listen}
	minute := regexp.MustCompile(`<a href="(/minutes/[^"]+)">[^<]*</a><td class="n">[1-9]`)
	journey := regexp.MustCompile(`<a href="(/journeys/[^"]+)">`)
	require.Eventually(t, func() bool {
		response, err := http.Get(b.base + "/")
		if err != nil {
			return false
		}
		_ = response.Body.Close()
		b.open("/")
		return minute.MatchString(b.page)
	}, 40*time.Second, 200*time.Millisecond)
	require.Equal(t, http.StatusOK, b.open(minute.FindStringSubmatch(b.page)[1]))
	require.Regexp(t, journey, b.page)
	require.Equal(t, http.StatusOK, b.open(journey.FindStringSubmatch(b.page)[1]))
	assert.Contains(t, b.page, "contact ")
	require.Eventually(t, func() bool {
		b.open(b.path)
		return strings.Contains(b.page, "cxone.call.completed")
	}, 10*time.Second, 200*time.Millisecond, "the log lines that VictoriaLogs has")
	require.Equal(t, http.StatusOK, b.open("/select/vmui/"))
	require.Equal(t, http.StatusOK, b.open("/vmui/"))
	require.Eventually(t, func() bool {
		return b.open("/dashboards/voice-quality") == http.StatusOK && strings.Contains(b.page, "<svg")
	}, 45*time.Second, 500*time.Millisecond, "a chart, when the calls were counted and scraped twice")
	<-ended
	assert.NoError(t, ranErr, "there was something to see in the charts")
}
