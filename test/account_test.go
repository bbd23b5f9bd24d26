// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package test

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/pmetric"
	"go.opentelemetry.io/collector/pdata/ptrace"
)

// soakFor is how much longer the tests' loads take than in their short form: CXONE_SOAK, such as 10m.
var soakFor = func() time.Duration {
	d, _ := time.ParseDuration(os.Getenv("CXONE_SOAK"))
	return d
}()

// account compares the acknowledged records of a ledger with those that arrived in files. A call leg has arrived when its
// span, its log record and a data point have. An API call has arrived when its span and its log record have.
type account struct {
	acknowledged, arrived int
	// doubled are spans, log records and data points with different content under one identity. A backend would show them
	// twice, or either at random.
	doubled int
	// repeats are those that came again unchanged, which a backend can drop.
	repeats int
}

func (a account) String() string {
	return fmt.Sprintf("acknowledged %d, arrived %d, doubled %d (raw repeats %d)", a.acknowledged, a.arrived, a.doubled, a.repeats)
}

// awaitAccount waits until all acknowledged records have arrived in the files of a directory, or will not arrive any more.
// It prints the account.
func awaitAccount(t testing.TB, name, dir string, loads ...*loader) account {
	t.Helper()
	return newArrivals(t, dir).await(name, loads...)
}

// await is awaitAccount for other kinds of arrivals.
func (a *arrivals) await(name string, loads ...*loader) account {
	a.t.Helper()
	acknowledged := acknowledgedKeys(loads)
	deadline := time.Now().Add(2*time.Minute + soakFor/10)
	for {
		a.read()
		sum := a.account(acknowledged)
		if sum.arrived == sum.acknowledged || time.Now().After(deadline) {
			fmt.Printf("%-62s %s\n", name+":", sum) // for whoever runs it, with or without -v
			return sum
		}
		time.Sleep(500 * time.Millisecond)
	}
}

// acknowledgedKeys are the acknowledged records of ledgers.
func acknowledgedKeys(loads []*loader) map[recordKey]bool {
	keys := map[recordKey]bool{}
	for _, l := range loads {
		for _, e := range l.entries() {
			for _, key := range e.Records {
				if key.MessageID != "" {
					key.ContactID = ""
				}
				keys[key] = true
			}
		}
	}
	return keys
}

// arrivals is the telemetry in the files of a sink.
type arrivals struct {
	t       testing.TB
	dir     string
	offsets map[string]int64 // how far each file is read
	// spans, logs and points are by record.
	spans, logs, points map[recordKey]bool
	// withoutGauges is set if no points of single calls are expected.
	withoutGauges bool
	// contents are the hashes of everything under an identity.
	contents         map[string][][sha256.Size]byte
	doubled, repeats int
}

func newArrivals(t testing.TB, dir string) *arrivals {
	return &arrivals{
		t: t, dir: dir, offsets: map[string]int64{},
		spans: map[recordKey]bool{}, logs: map[recordKey]bool{}, points: map[recordKey]bool{},
		contents: map[string][][sha256.Size]byte{},
	}
}

// read reads the new lines of traces.jsonl, logs.jsonl and metrics.jsonl.
func (a *arrivals) read() {
	a.eachNewLine("traces.jsonl", func(line []byte) {
		d, err := (&ptrace.JSONUnmarshaler{}).UnmarshalTraces(line)
		require.NoError(a.t, err)
		for _, rs := range d.ResourceSpans().All() {
			for _, ss := range rs.ScopeSpans().All() {
				for _, s := range ss.Spans().All() {
					a.addSpan(rs.Resource(), s)
				}
			}
		}
	})
	a.eachNewLine("logs.jsonl", func(line []byte) {
		d, err := (&plog.JSONUnmarshaler{}).UnmarshalLogs(line)
		require.NoError(a.t, err)
		for _, rl := range d.ResourceLogs().All() {
			for _, sl := range rl.ScopeLogs().All() {
				for _, lr := range sl.LogRecords().All() {
					a.addLog(rl.Resource(), lr)
				}
			}
		}
	})
	a.eachNewLine("metrics.jsonl", func(line []byte) {
		d, err := (&pmetric.JSONUnmarshaler{}).UnmarshalMetrics(line)
		require.NoError(a.t, err)
		for _, rm := range d.ResourceMetrics().All() {
			for _, sm := range rm.ScopeMetrics().All() {
				for _, m := range sm.Metrics().All() {
					if m.Type() != pmetric.MetricTypeGauge || !strings.HasPrefix(m.Name(), "cxone.") {
						continue // counts and distributions have no identity of their own; others are the collector's own
					}
					for _, p := range m.Gauge().DataPoints().All() {
						a.addPoint(rm.Resource(), m.Name(), p)
					}
				}
			}
		}
	})
}

func (a *arrivals) addSpan(resource pcommon.Resource, s ptrace.Span) {
	a.spans[keyOf(s.Attributes())] = true
	d := ptrace.NewTraces()
	rs := d.ResourceSpans().AppendEmpty()
	resource.CopyTo(rs.Resource())
	s.CopyTo(rs.ScopeSpans().AppendEmpty().Spans().AppendEmpty())
	content, err := (&ptrace.ProtoMarshaler{}).MarshalTraces(d)
	require.NoError(a.t, err)
	a.addContent("span "+s.TraceID().String()+s.SpanID().String(), content)
}

func (a *arrivals) addLog(resource pcommon.Resource, lr plog.LogRecord) {
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
	copied.SetObservedTimestamp(0) // it depends on the delivery rather than on the record
	content, err := (&plog.ProtoMarshaler{}).MarshalLogs(d)
	require.NoError(a.t, err)
	a.addContent("log "+str(a.t, lr.Attributes(), "log.record.uid"), content)
}

func (a *arrivals) addPoint(resource pcommon.Resource, metric string, p pmetric.NumberDataPoint) {
	key := keyOf(p.Attributes())
	a.points[key] = true
	m := pmetric.NewMetrics()
	rm := m.ResourceMetrics().AppendEmpty()
	resource.CopyTo(rm.Resource())
	p.CopyTo(rm.ScopeMetrics().AppendEmpty().Metrics().AppendEmpty().SetEmptyGauge().DataPoints().AppendEmpty())
	content, err := (&pmetric.ProtoMarshaler{}).MarshalMetrics(m)
	require.NoError(a.t, err)
	a.addContent("point "+metric+key.ContactID, content)
}

func (a *arrivals) addContent(identity string, content []byte) {
	hash := sha256.Sum256(content)
	switch known := a.contents[identity]; {
	case slices.Contains(known, hash):
		a.repeats++
	default:
		a.doubled += min(1, len(known))
		a.contents[identity] = append(known, hash)
	}
}

// keyOf returns the record of an item of telemetry.
func keyOf(attributes pcommon.Map) (key recordKey) {
	if id, ok := attributes.Get("cxone.message.id"); ok {
		return recordKey{MessageID: id.AsString()}
	}
	if id, ok := attributes.Get("cxone.contact.id"); ok {
		key.ContactID = id.AsString()
	}
	return key
}

// account compares the acknowledged records with those that arrived.
func (a *arrivals) account(acknowledged map[recordKey]bool) account {
	sum := account{acknowledged: len(acknowledged), doubled: a.doubled, repeats: a.repeats}
	for key := range acknowledged {
		if a.has(key) {
			sum.arrived++
		}
	}
	return sum
}

// has reports whether all telemetry of a record has arrived.
func (a *arrivals) has(key recordKey) bool {
	switch {
	case key.Unreadable != "":
		return a.logs[key]
	case key.MessageID != "":
		return a.spans[key] && a.logs[key]
	default:
		return a.spans[key] && a.logs[key] && (a.points[key] || a.withoutGauges)
	}
}

// eachNewLine reads the complete lines of a file since the last reading.
func (a *arrivals) eachNewLine(name string, read func(line []byte)) {
	file, err := os.Open(filepath.Join(a.dir, name))
	if os.IsNotExist(err) {
		return
	}
	require.NoError(a.t, err)
	defer file.Close()
	_, err = file.Seek(a.offsets[name], io.SeekStart)
	require.NoError(a.t, err)
	lines := bufio.NewReader(file)
	for {
		line, err := lines.ReadBytes('\n')
		if err != nil {
			return // the rest is still being written
		}
		a.offsets[name] += int64(len(line))
		if line = bytes.TrimSpace(line); len(line) > 0 {
			read(line)
		}
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

// TestTheAccountItself removes items from a sink's files, and adds some, and checks that the account notices.
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
		arrived := newArrivals(t, dir)
		arrived.read()
		return arrived.account(acknowledgedKeys([]*loader{l}))
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
