// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package story

import (
	"fmt"
	"net/http"
	"strconv"
)

// The kinds of deliveries that a Generator makes. Each is the delivery's Scenario.
const (
	KindValid        = "valid"
	KindRepeat       = "repeat"                        // of an earlier one
	KindMalformed    = "malformed"                     // ends in the middle
	KindBadSignature = "bad-signature"                 // signed with a key that is not the sender's
	KindBadRecord    = "bad-record"                    // one of its records cannot be read; the others can
	badRecordText    = "a record should be here, not " // and a word that is new each time
)

// Key identifies a record in the telemetry.
type Key struct {
	// ContactID and MasterContactID are the attributes cxone.contact.id and cxone.master_contact.id of spans and logs.
	ContactID       string `json:"contact_id,omitempty"`
	MasterContactID string `json:"master_contact_id,omitempty"`
	// MessageID is cxone.message.id of an API call; empty for a call leg.
	MessageID string `json:"message_id,omitempty"`
	// Unreadable is the body of the log record for a record that cannot be read; empty for other records.
	Unreadable string `json:"unreadable,omitempty"`
}

func newKey(contact, master int64) Key {
	return Key{ContactID: strconv.FormatInt(contact, 10), MasterContactID: strconv.FormatInt(master, 10)}
}

// batch is the records that wait until there are enough for a delivery.
type batch struct {
	records []any
	keys    []Key
}

func (b *batch) add(record any, key Key) {
	b.records = append(b.records, record)
	b.keys = append(b.keys, key)
}

// take makes a delivery of the batch, and empties it.
func (b *batch) take(dataType DataType, g *Generator) Delivery {
	d := Delivery{Scenario: KindValid, DataType: dataType, Keys: b.keys, Records: len(b.records), Expect: Accepted(len(b.records))}
	// The answer to an earlier try may have been lost, and a repeat may arrive before the original.
	d.Expect.Repeat = MayRepeat
	switch {
	case dataType == ScriptAPI:
		d.Body = Envelope(g.now.In(g.settings.TimeZone), b.records)
	case len(b.records) == 1:
		d.Body = Encode(b.records[0])
	default:
		d.Body = Encode(b.records)
	}
	*b = batch{}
	return d
}

// invalid makes an invalid delivery. Its records belong to no journey, so that no journey lacks them.
func (g *Generator) invalid() Delivery {
	kinds := []string{KindMalformed, KindBadRecord, KindBadSignature}
	if !g.settings.Signed {
		kinds = kinds[:2]
	}
	kind := kinds[g.random.IntN(len(kinds))]
	dataType, record, key := g.stray()
	b := batch{}
	b.add(record, key)
	if kind == KindBadRecord {
		text := badRecordText + g.word()
		b.add(text, Key{Unreadable: text})
	}
	d := b.take(dataType, g)
	switch d.Scenario = kind; kind {
	case KindMalformed:
		d.Body, d.Records, d.Expect = d.Body[:len(d.Body)/2], 0, Refused(http.StatusBadRequest)
	case KindBadSignature:
		d.Forgery, d.Expect = BadSignature, Refused(http.StatusUnauthorized)
	default:
		d.Expect.Accepted, d.Expect.Unreadable = 1, 1
	}
	return d
}

// stray makes a record of a journey that has no other record.
func (g *Generator) stray() (DataType, any, Key) {
	j := g.begin()
	if !g.settings.Script || g.settings.Voice && g.random.IntN(2) == 0 {
		j.events = j.events[len(j.events)-1:]
	}
	return g.step(j)
}

// word makes a word that no other delivery has, of letters: digits might be taken for a telephone number and masked.
func (g *Generator) word() string {
	word := []byte(fmt.Sprint(g.nextContact()))
	for i := range word {
		word[i] += 'a' - '0'
	}
	return string(word)
}
