// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package load

import (
	"encoding/json"
	"fmt"
	"os"

	"github.com/cxone-otel/cxonereceiver/cmd/internal/story"
)

// Ledger is a file of what was acknowledged, with a JSON object in each line. Each line is written at once, so that the
// file is correct whenever and however a run ends.
//
// The records are identified by the vendor's own keys, and not by the IDs that the receiver derives. Whoever compares the
// ledger with the telemetry looks for the same keys among its attributes, and so does not rely on the receiver's code. A
// call leg is the span named contact, and the log record cxone.call.completed, whose cxone.contact.id is contact_id. An API
// call is the CLIENT span, and the log record cxone.script.api.completed, whose cxone.message.id is message_id.
//
// A delivery that is not in the ledger may have arrived: its answer may have been lost.
type Ledger struct{ file *os.File }

// Entry is a line of a ledger: a delivery that was answered with 200.
type Entry struct {
	Number   int            `json:"number"`
	Kind     string         `json:"kind"`
	DataType story.DataType `json:"data_type"`
	// Tries is the number of requests that it needed.
	Tries  int `json:"tries"`
	Status int `json:"status"`
	// Accepted, Unreadable and Duplicate are those of the answer.
	Accepted   int  `json:"accepted"`
	Unreadable int  `json:"unreadable"`
	Duplicate  bool `json:"duplicate"`
	// Records are the delivery's records. For a repeat they are listed again.
	Records []story.Key `json:"records"`
}

// CreateLedger makes the file. It never overwrites one, since that may be needed as a proof.
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
