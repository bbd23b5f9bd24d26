// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package load

import (
	"encoding/json"
	"fmt"
	"os"

	"github.com/cxone-otel/cxonereceiver/cmd/internal/story"
)

// Ledger is a file of what was acknowledged, a JSON object a line. Each line is written at once, and nothing is kept back,
// so that the file is true whenever a run ends, however it ends.
//
// The records are named by the vendor's own keys, and not by the IDs that the receiver derives of them: whoever compares
// the ledger with what arrived looks for the same keys among the attributes there, and so relies on none of the
// receiver's code. A call leg is the span called contact, and the log record cxone.call.completed, whose cxone.contact.id
// is contact_id; an API call is the CLIENT span, and the log record cxone.script.api.completed, whose cxone.message.id is
// message_id.
//
// What is not in the ledger may have arrived all the same: the answer to it may have been lost.
type Ledger struct{ file *os.File }

// Entry is a line of a ledger: a delivery that was answered with 200.
type Entry struct {
	Number   int            `json:"number"`
	Kind     string         `json:"kind"`
	DataType story.DataType `json:"data_type"`
	// Tries is the number of requests that it took.
	Tries  int `json:"tries"`
	Status int `json:"status"`
	// Accepted, Unreadable and Duplicate are what the answer says.
	Accepted   int  `json:"accepted"`
	Unreadable int  `json:"unreadable"`
	Duplicate  bool `json:"duplicate"`
	// Records are the delivery's records. Those of a repeat are there a second time.
	Records []story.Key `json:"records"`
}

// CreateLedger makes the file. It never overwrites one: it may be the proof of something.
func CreateLedger(name string) (*Ledger, error) {
	file, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL|os.O_APPEND, 0o644) //nolint:gosec // made-up data, for others to read
	if err != nil {
		return nil, err
	}
	return &Ledger{file}, nil
}

func (l *Ledger) write(j *job) error {
	a := j.end.answer
	line, err := json.Marshal(Entry{
		Number: j.Number, Kind: j.Scenario, DataType: j.DataType, Tries: j.tries, Status: a.Status,
		Accepted: a.Accepted, Unreadable: a.Unreadable, Duplicate: a.Duplicate, Records: j.Keys,
	})
	if err == nil {
		_, err = l.file.Write(append(line, '\n'))
	}
	if err != nil {
		return fmt.Errorf("write the ledger: %w", err)
	}
	return nil
}

// Close closes the file.
func (l *Ledger) Close() error {
	if l == nil {
		return nil
	}
	return l.file.Close()
}
