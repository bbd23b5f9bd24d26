// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// loader is a running `cxonectl load`.
type loader struct {
	t      testing.TB
	cmd    *exec.Cmd
	ledger string
	out    safeBuffer // the summary, JSON
	log    safeBuffer // a line each second
	ended  chan error
}

// loadResult is the part of the summary that tests check.
type loadResult struct {
	Deliveries   int                             `json:"deliveries"`
	Acknowledged int                             `json:"acknowledged"`
	Duplicates   int                             `json:"duplicates"`
	Records      int                             `json:"records"`
	Retries      int                             `json:"retries"`
	Refused      int                             `json:"refused"`
	GivenUp      int                             `json:"given_up"`
	Unexpected   int                             `json:"unexpected"`
	Answers      map[string]int                  `json:"answers"`
	Errors       map[string]int                  `json:"errors"`
	ActualRate   float64                         `json:"actual_rate"`
	LatencyMS    struct{ P50, P99, Max float64 } `json:"latency_ms"`
}

// startLoad starts a load on an endpoint such as http://127.0.0.1:8443.
func startLoad(t testing.TB, endpoint string, args ...string) *loader {
	t.Helper()
	l := &loader{t: t, ledger: filepath.Join(t.TempDir(), "ledger.jsonl"), ended: make(chan error, 1)}
	l.cmd = exec.Command(program(t, "CXONE_CTL", "cxonectl"),
		append([]string{"load", "--endpoint", endpoint, "--output", "json", "--ledger", l.ledger}, args...)...)
	l.cmd.Stdout, l.cmd.Stderr = &l.out, &l.log
	require.NoError(t, l.cmd.Start())
	go func() { l.ended <- l.cmd.Wait() }()
	t.Cleanup(func() {
		_ = l.cmd.Process.Kill()
		if t.Failed() {
			t.Logf("the load's lines:\n%s%s", l.log.String(), l.out.String())
		}
	})
	return l
}

// wait waits until all is delivered and acknowledged.
func (l *loader) wait() loadResult {
	l.t.Helper()
	select {
	case err := <-l.ended:
		l.ended <- err
		require.NoError(l.t, err, "%s%s", l.log.String(), l.out.String())
	case <-time.After(soakFor + 3*time.Minute):
		_ = l.cmd.Process.Signal(syscall.SIGQUIT)
		require.FailNow(l.t, "the load does not end", l.log.String())
	}
	var result loadResult
	require.NoError(l.t, json.Unmarshal([]byte(l.out.String()), &result))
	return result
}

// ledgerEntry is a line of the ledger.
type ledgerEntry struct {
	Number     int         `json:"number"`
	Kind       string      `json:"kind"`
	Status     int         `json:"status"`
	Duplicate  bool        `json:"duplicate"`
	Accepted   int         `json:"accepted"`
	Unreadable int         `json:"unreadable"`
	Records    []recordKey `json:"records"`
}

// recordKey is how the ledger names a record.
type recordKey struct {
	ContactID  string `json:"contact_id"`
	MessageID  string `json:"message_id"`
	Unreadable string `json:"unreadable"`
}

// entries reads the ledger so far.
func (l *loader) entries() []ledgerEntry {
	l.t.Helper()
	data, err := os.ReadFile(l.ledger)
	require.NoError(l.t, err)
	var all []ledgerEntry
	for _, line := range wholeLines(data) {
		var e ledgerEntry
		require.NoError(l.t, json.Unmarshal(line, &e))
		all = append(all, e)
	}
	return all
}

// TestALoadIsAccountedFor has repeats, bad records and malformed bodies in the traffic.
func TestALoadIsAccountedFor(t *testing.T) {
	t.Parallel()
	c := start(t, with(open+"    voice_quality: {metric_attributes: [cxone.contact.id]}\n"))
	l := startLoad(t, "http://"+c.address, "--count", "1500", "--batch", "2", "--duplicate-ratio", "0.1", "--invalid-ratio", "0.1")
	result := l.wait()
	a := awaitAccount(t, "a load with repeats and bad records", c.dir, l)
	assert.Equal(t, account{acknowledged: result.Records, arrived: result.Records}, a)
	assert.Equal(t, 1500, result.Acknowledged+result.Refused)
	assert.Positive(t, result.Duplicates)
	assert.Positive(t, result.Refused)
	assert.Len(t, l.entries(), result.Acknowledged)
}
