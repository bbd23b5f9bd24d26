// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package translate

import (
	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/cxone-otel/cxonereceiver/receiver/internal/payload"
	"github.com/cxone-otel/cxonereceiver/receiver/internal/privacy"
)

const eventUnreadable = "cxone.record.unreadable"

func setSeverity(lr plog.LogRecord, n plog.SeverityNumber) {
	lr.SetSeverityNumber(n)
	switch n {
	case plog.SeverityNumberError:
		lr.SetSeverityText("ERROR")
	case plog.SeverityNumberWarn:
		lr.SetSeverityText("WARN")
	default:
		lr.SetSeverityText("INFO")
	}
}

// finishLog sets what only log records have: the unknown fields, the fields that could not be read, and the uid.
func (b *Batch) finishLog(lr plog.LogRecord, rec *payload.Record) {
	attrs := lr.Attributes()
	for _, f := range rec.Unreadable() {
		v := rec.Get(f)
		text := b.translator.options.Privacy.Field(f, v.Text, v.Kind == '{' || v.Kind == '[')
		putStr(attrs, prefixUnreadable+f.Name(rec.Type), cut(text, maxText))
	}
	dropped := rec.NumDropped
	if b.translator.options.Privacy.ExtraFields != privacy.Drop {
		for i := range rec.Unknown {
			b.extraOf(&rec.Unknown[i]).put(attrs)
		}
		dropped += b.putEnvelope(attrs, rec)
	}
	lr.SetDroppedAttributesCount(uint32(dropped)) //nolint:gosec // fewer than the bytes of a body
	attrs.PutStr(keyLogRecordUID, b.identity.logRecord(rec))
	lr.SetObservedTimestamp(b.received)
}

// addUnreadable keeps a record that could not be read as a log record, with its raw text and the reason. Without a logs
// pipeline it is only counted.
func (b *Batch) addUnreadable(rec *payload.Record) {
	if !b.want.Logs {
		return
	}
	lr := b.newLog(b.groupOf(rec))
	lr.SetEventName(eventUnreadable)
	setSeverity(lr, plog.SeverityNumberError)
	at, source := b.envelopeTime(rec)
	lr.SetTimestamp(at)
	lr.Body().SetStr(b.translator.options.Privacy.Raw(rec.Raw))
	attrs := lr.Attributes()
	attrs.EnsureCapacity(3)
	attrs.PutStr(keyRecordError, rec.Err.Error())
	attrs.PutStr(keyTimestampSource, source)
	b.finishLog(lr, rec)
}
