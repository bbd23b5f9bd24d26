// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package load

import (
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cxone-otel/cxonereceiver/cmd/cxonectl/internal/delivery"
	"github.com/cxone-otel/cxonereceiver/cmd/internal/story"
)

func TestTheLedgerHoldsWhatWasAcknowledged(t *testing.T) {
	name := filepath.Join(t.TempDir(), "ledger.jsonl")
	ledger, err := CreateLedger(name)
	require.NoError(t, err)
	defer ledger.Close()
	run(t, Config{Rate: 1, Workers: 1, Count: 3, Ledger: ledger, Retry: Retry{Most: 1}, Next: func() func() story.Delivery {
		n := -1
		return func() story.Delivery {
			n++
			d := valid(n)
			d.DataType = "script_api"
			d.Keys = []story.Key{{ContactID: "1", MasterContactID: "2", MessageID: "m"}, {Unreadable: "no record"}}
			return d
		}
	}()}, func(n, try int) (*delivery.Answer, error) {
		switch {
		case n == 0, n == 1 && try == 1:
			return busy("")
		default:
			return &delivery.Answer{Status: http.StatusOK, Accepted: 1, Unreadable: 1, Duplicate: n == 2}, nil
		}
	}, func(_ *server, r Result) { assert.Equal(t, 2, r.Acknowledged) })

	text, err := os.ReadFile(name)
	require.NoError(t, err)
	const records = `"records":[{"contact_id":"1","master_contact_id":"2","message_id":"m"},{"unreadable":"no record"}]}` + "\n"
	assert.Equal(t, `{"number":1,"kind":"valid","data_type":"script_api","tries":2,"status":200,"accepted":1,"unreadable":1,`+
		`"duplicate":false,`+records+
		`{"number":2,"kind":"valid","data_type":"script_api","tries":1,"status":200,"accepted":1,"unreadable":1,"duplicate":true,`+
		records, string(text))

	_, err = CreateLedger(name)
	assert.ErrorIs(t, err, os.ErrExist, "a ledger is not overwritten")
}
