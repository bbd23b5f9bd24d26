// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package show

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"
)

func TestJourneyIsATree(t *testing.T) {
	var spans []ptrace.Span
	add := func(id, parent byte, start int64) {
		span := ptrace.NewSpan()
		span.SetSpanID(pcommon.SpanID{id})
		span.SetParentSpanID(pcommon.SpanID{parent})
		span.SetStartTimestamp(pcommon.NewTimestampFromTime(time.Unix(start, 0)))
		spans = append(spans, span)
	}
	add(3, 2, 30)
	add(2, 1, 20)
	add(1, 0, 10)
	add(4, 1, 15)
	add(9, 8, 1)
	j := NewJourney(pcommon.TraceID{1}, spans)
	assert.Equal(t, 1, j.Orphans)
	require.Len(t, j.Roots, 2)
	assert.Equal(t, pcommon.SpanID{9}, j.Roots[0].SpanID())
	below := j.Children[pcommon.SpanID{1}]
	require.Len(t, below, 2)
	assert.Equal(t, pcommon.SpanID{4}, below[0].SpanID(), "what began first comes first")
	assert.Len(t, j.Children[pcommon.SpanID{2}], 1)
}

func TestTextFitsItsColumns(t *testing.T) {
	assert.Equal(t, "a b", Clip("a\n\tb\x1b", 3))
	assert.Equal(t, "añ…", Clip("añoñada", 3))
	assert.Equal(t, []string{"one two"}, wrap("one two", 7, 2))
	assert.Equal(t, []string{"one", "two…"}, wrap("one two three four", 4, 2))
	assert.Equal(t, []string{"onet", "wo"}, wrap("onetwo", 4, 2))
	assert.Equal(t, "380 ms", Seconds(380*time.Millisecond))
	assert.Equal(t, "12.6 s", Seconds(12600*time.Millisecond))
	assert.Equal(t, "6 min 02 s", Seconds(6*time.Minute+2*time.Second))
}
