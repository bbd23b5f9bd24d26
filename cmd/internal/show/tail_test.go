// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package show

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestTailLeavesAnUnfinishedLineForLater(t *testing.T) {
	const one = `{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"body":{"stringValue":"x"}}]}]}]}`
	tail := Tail{Directory: t.TempDir()}
	var came Telemetry
	require.NoError(t, tail.Read(&came))
	assert.Empty(t, came.Logs, "there is no file yet")
	file, err := os.Create(filepath.Join(tail.Directory, "logs.jsonl"))
	require.NoError(t, err)
	defer file.Close()
	for i, step := range []struct {
		text string
		want int
	}{{one + "\n" + one[:20], 1}, {one[20:], 1}, {"\n", 2}, {"", 2}, {one + "\n", 3}} {
		_, err = file.WriteString(step.text)
		require.NoError(t, err)
		require.NoError(t, tail.Read(&came))
		assert.Len(t, came.Logs, step.want, "step %d", i)
	}
	_, err = file.WriteString("no JSON\n")
	require.NoError(t, err)
	require.ErrorContains(t, tail.Read(&came), "logs.jsonl: ")
}
