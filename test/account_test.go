// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package test

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/pmetric"
	"go.opentelemetry.io/collector/pdata/ptrace"
)

// soakFor is how long the loads of the tests go on besides their short form: CXONE_SOAK, such as 10m.
var soakFor = func() time.Duration {
	d, _ := time.ParseDuration(os.Getenv("CXONE_SOAK"))
	return d
}()

// account compares what a ledger says was acknowledged with what arrived in files. It counts records: a call leg has
// arrived when its span, its log record and a data point of it have, an API call when its span and its log record have.
type account struct {
	acknowledged, arrived int
	// doubled are spans, log records and data points with distinct content under one identity, which a backend would show
	// twice or at random.
	doubled int
	// repeats are those that came again as they were, which a backend can drop.
	repeats int
}

func (a account) String() string {
	return fmt.Sprintf("acknowledged %d, arrived %d, doubled %d (raw repeats %d)", a.acknowledged, a.arrived, a.doubled, a.repeats)
}

// awaitAccount waits until all that was acknowledged has arrived in the files of a directory, or long enough that it never
// will, and prints the account.
func awaitAccount(t testing.TB, name, dir string, loads ...*loader) account {
	t.Helper()
	var a account
	deadline := time.Now().Add(time.Minute)
	for {
		arrived := readArrivals(t, dir)
		a = arrived.account(t, loads)
		if a.arrived >= a.acknowledged || time.Now().After(deadline) {
			break
		}
		time.Sleep(300 * time.Millisecond)
	}
	fmt.Printf("%-62s %s\n", name+":", a) // for whoever runs it, with or without -v
	return a
}

// arrivals is what is found in the files of a sink.
type arrivals struct {
	// spans, logs and points are by the record that they are of.
	spans, logs, points map[recordKey]bool
	// contents are those found under an identity.
	contents map[string]map[[sha256.Size]byte]int
}

// readArrivals reads traces.jsonl, logs.jsonl and metrics.jsonl.
func readArrivals(t testing.TB, dir string) *arrivals {
	t.Helper()
	a := &arrivals{
		spans: map[recordKey]bool{}, logs: map[recordKey]bool{}, points: map[recordKey]bool{},
		contents: map[string]map[[sha256.Size]byte]int{},
	}
	eachLine(t, dir, "traces.jsonl", func(line []byte) {
		d, err := (&ptrace.JSONUnmarshaler{}).UnmarshalTraces(line)
		require.NoError(t, err)
		for _, rs := range d.ResourceSpans().All() {
			for _, ss := range rs.ScopeSpans().All() {
				for _, s := range ss.Spans().All() {
					a.addSpan(t, rs.Resource(), s)
				}
			}
		}
	})
	eachLine(t, dir, "logs.jsonl", func(line []byte) {
		d, err := (&plog.JSONUnmarshaler{}).UnmarshalLogs(line)
		require.NoError(t, err)
		for _, rl := range d.ResourceLogs().All() {
			for _, sl := range rl.ScopeLogs().All() {
				for _, lr := range sl.LogRecords().All() {
					a.addLog(t, rl.Resource(), lr)
				}
			}
		}
	})
	eachLine(t, dir, "metrics.jsonl", func(line []byte) {
		d, err := (&pmetric.JSONUnmarshaler{}).UnmarshalMetrics(line)
		require.NoError(t, err)
		for _, rm := range d.ResourceMetrics().All() {
			for _, sm := range rm.ScopeMetrics().All() {
				for _, m := range sm.Metrics().All() {
					for _, p := range m.Gauge().DataPoints().All() {
						a.addPoint(t, m.Name(), p)
					}
				}
			}
		}
	})
	return a
}

func (a *arrivals) addSpan(t testing.TB, resource pcommon.Resource, s ptrace.Span) {
	a.spans[keyOf(s.Attributes())] = true
	d := ptrace.NewTraces()
	rs := d.ResourceSpans().AppendEmpty()
	resource.CopyTo(rs.Resource())
	s.CopyTo(rs.ScopeSpans().AppendEmpty().Spans().AppendEmpty())
	content, err := (&ptrace.ProtoMarshaler{}).MarshalTraces(d)
	require.NoError(t, err)
	a.addContent("span "+s.TraceID().String()+s.SpanID().String(), content)
}

func (a *arrivals) addLog(t testing.TB, resource pcommon.Resource, lr plog.LogRecord) {
	key := keyOf(lr.Attributes())
	if lr.EventName() == "cxone.record.unreadable" {
		key = recordKey{Unreadable: strings.Trim(lr.Body().AsString(), `"`)}
	}
	a.logs[key] = true
	d := plog.NewLogs()
	rl := d.ResourceLogs().AppendEmpty()
	resource.CopyTo(rl.Resource())
	copied := rl.ScopeLogs().AppendEmpty().LogRecords().AppendEmpty()
	lr.CopyTo(copied)
	copied.SetObservedTimestamp(0) // the one thing that is of the delivery, and not of the record
	content, err := (&plog.ProtoMarshaler{}).MarshalLogs(d)
	require.NoError(t, err)
	a.addContent("log "+str(t, lr.Attributes(), "log.record.uid"), content)
}

func (a *arrivals) addPoint(t testing.TB, metric string, p pmetric.NumberDataPoint) {
	key := keyOf(p.Attributes())
	if key == (recordKey{}) {
		return // of a metric that is made further on
	}
	a.points[key] = true
	m := pmetric.NewMetrics()
	p.CopyTo(m.ResourceMetrics().AppendEmpty().ScopeMetrics().AppendEmpty().Metrics().AppendEmpty().SetEmptyGauge().DataPoints().AppendEmpty())
	content, err := (&pmetric.ProtoMarshaler{}).MarshalMetrics(m)
	require.NoError(t, err)
	a.addContent("point "+metric+key.ContactID, content)
}

func (a *arrivals) addContent(identity string, content []byte) {
	if a.contents[identity] == nil {
		a.contents[identity] = map[[sha256.Size]byte]int{}
	}
	a.contents[identity][sha256.Sum256(content)]++
}

// keyOf names the record that telemetry is of.
func keyOf(attributes pcommon.Map) (key recordKey) {
	if id, ok := attributes.Get("cxone.message.id"); ok {
		return recordKey{MessageID: id.AsString()}
	}
	if id, ok := attributes.Get("cxone.contact.id"); ok {
		key.ContactID = id.AsString()
	}
	return key
}

// account looks for what was acknowledged among what arrived.
func (a *arrivals) account(t testing.TB, loads []*loader) account {
	t.Helper()
	var sum account
	seen := map[recordKey]bool{}
	for _, l := range loads {
		for _, e := range l.entries() {
			for _, key := range e.Records {
				if key.MessageID != "" {
					key.ContactID = ""
				}
				if seen[key] {
					continue
				}
				seen[key] = true
				sum.acknowledged++
				if a.has(key) {
					sum.arrived++
				}
			}
		}
	}
	for _, contents := range a.contents {
		sum.doubled += len(contents) - 1
		for _, times := range contents {
			sum.repeats += times - 1
		}
	}
	return sum
}

// has says whether all that a record gives has arrived.
func (a *arrivals) has(key recordKey) bool {
	switch {
	case key.Unreadable != "":
		return a.logs[key]
	case key.MessageID != "":
		return a.spans[key] && a.logs[key]
	default:
		return a.spans[key] && a.logs[key] && a.points[key]
	}
}

func eachLine(t testing.TB, dir, name string, read func(line []byte)) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(dir, name))
	if os.IsNotExist(err) {
		return
	}
	require.NoError(t, err)
	for _, line := range wholeLines(data) {
		read(line)
	}
}

// wholeLines leaves out a line that is still being written, and empty ones.
func wholeLines(data []byte) (lines [][]byte) {
	for line := range bytes.Lines(data) {
		if text := bytes.TrimSpace(line); line[len(line)-1] == '\n' && len(text) > 0 {
			lines = append(lines, text)
		}
	}
	return lines
}

// TestTheAccountItself takes from a sink's files, and adds to them, and looks whether the account tells.
func TestTheAccountItself(t *testing.T) {
	t.Parallel()
	c := start(t, with(open+"    voice_quality: {metric_attributes: [cxone.contact.id]}\n"))
	l := startLoad(t, "http://"+c.address, "--count", "60", "--seed", "1")
	l.wait()
	whole := awaitAccount(t, "the account itself", c.dir, l)
	require.Equal(t, account{acknowledged: 60, arrived: 60}, whole)
	require.NoError(t, c.stop())
	change := func(name string, how func(lines [][]byte) [][]byte) account {
		dir := t.TempDir()
		require.NoError(t, os.CopyFS(dir, os.DirFS(c.dir)))
		file := filepath.Join(dir, name)
		data, err := os.ReadFile(file)
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(file, append(bytes.Join(how(wholeLines(data)), []byte("\n")), '\n'), 0o600))
		return readArrivals(t, dir).account(t, []*loader{l})
	}
	for _, name := range []string{"traces.jsonl", "logs.jsonl", "metrics.jsonl"} {
		lost := change(name, func(lines [][]byte) [][]byte { return lines[1:] })
		require.Equal(t, account{acknowledged: 60, arrived: 59}, lost, name)
		again := change(name, func(lines [][]byte) [][]byte { return append(lines, lines[0]) })
		require.Equal(t, 60, again.arrived)
		require.Zero(t, again.doubled)
		require.Positive(t, again.repeats, name)
		other := change(name, func(lines [][]byte) [][]byte {
			return append(lines, regexp.MustCompile(`"(endTimeUnixNano|timeUnixNano)":"1`).ReplaceAll(lines[0], []byte(`"$1":"2`)))
		})
		require.Positive(t, other.doubled, name)
		require.Zero(t, other.repeats, name)
	}
}
