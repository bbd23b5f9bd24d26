// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package receiver

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/pdata/plog"
)

// envelopeOf is an envelope with unknown fields around n small records.
func envelopeOf(fields string, n int) string {
	return `{` + fields + `"metadata":[` + strings.Repeat(`{"contactId":1},`, n-1) + `{"contactId":1}]}`
}

// weigher is a logs pipeline that adds up the size of what it takes, as it would be sent.
func weigher(tb testing.TB) (consumer.Logs, *atomic.Int64) {
	tb.Helper()
	var bytes atomic.Int64
	logs, err := consumer.NewLogs(func(_ context.Context, ld plog.Logs) error {
		bytes.Add(int64((&plog.ProtoMarshaler{}).LogsSize(ld)))
		return nil
	})
	require.NoError(tb, err)
	return logs, &bytes
}

// TestTheFieldsOfAnEnvelopeCostOnce has large envelopes around many small records. When an envelope's fields were processed
// for each of its records, each delivery took 16 s, or became 131 MB.
func TestTheFieldsOfAnEnvelopeCostOnce(t *testing.T) {
	array := func(size int) string { return `"x":[` + strings.Repeat("1,", size/2) + `1],` }
	var texts strings.Builder
	for i := range 64 {
		texts.WriteString(`"n` + strings.Repeat("n", i) + `":"` + strings.Repeat("v", 4000) + `",`)
	}
	for name, tc := range map[string]struct {
		body    string
		records int
	}{
		"an array of 1 MB around 1,000 records":          {envelopeOf(array(1<<20), 1000), 1000},
		"an array of 2 MB around 20,000 records":         {envelopeOf(array(2<<20), 20000), 20000},
		"64 texts of 4,000 bytes around 500 records":     {envelopeOf(texts.String(), 500), 500},
		"a text of 1 MB that holds JSON, 10,000 records": {envelopeOf(`"x":"[`+strings.Repeat("1,", 1<<19)+`1]",`, 10000), 10000},
	} {
		t.Run(name, func(t *testing.T) {
			logs, bytes := weigher(t)
			e := openEndpoint(t, consumers{logs: logs})
			started := time.Now()
			w := httptest.NewRecorder()
			e.ServeHTTP(w, httptest.NewRequest(http.MethodPost, scriptPath, strings.NewReader(tc.body)))
			took := time.Since(started)
			require.Equal(t, http.StatusOK, w.Code, w.Body)
			t.Logf("%v, %d bytes of output for a body of %d", took.Round(time.Millisecond), bytes.Load(), len(tc.body))
			perRecord := int64(700) // the log record of a small record, without its envelope
			assert.Less(t, bytes.Load(), int64(tc.records)*perRecord+2*(64<<10))
			assert.Less(t, took, 8*time.Second, "on any machine")
		})
	}
}
