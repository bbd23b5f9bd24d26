// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package translate

import (
	"net/url"
	"strconv"
	"strings"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/cxone-otel/cxonereceiver/receiver/internal/payload"
)

const (
	defaultAPISpanName = "script API call"
	eventScriptAPI     = "cxone.script.api.completed"

	// codeInternal is Studio's internal error, which is not HTTP.
	codeInternal      = -1
	errorTypeInternal = "cxone_internal"
)

// call is a script API call that is being translated.
type call struct {
	batch       *Batch
	rec         *payload.Record
	at          pcommon.Timestamp
	source      string
	seconds     float64
	hasDuration bool
	code        int64 // 0 if there is none, or it is not a whole number
	message     string
	endpoint    string   // with privacy applied
	address     *url.URL // the parsed endpoint; nil if it is not the address of a host
}

func (b *Batch) addScript(rec *payload.Record) {
	c := &call{batch: b, rec: rec, message: b.translator.options.Privacy.Message(rec.Text(payload.APIResponseMessage))}
	c.at, c.source = b.scriptTime(rec)
	if given, ok := rec.Number(payload.ResponseTime); ok {
		c.seconds, c.hasDuration = b.translator.options.ResponseTime.To(rec.Get(payload.ResponseTime).Text, given), true
	}
	c.code = responseCode(rec.Text(payload.APIResponseCode))
	c.endpoint, c.address = b.translator.options.Privacy.Endpoint(rec.Text(payload.APIEndpoint))

	c.judge()
	b.countUnreadable(rec, payload.DateTime, c.source)
	traceID, spanID := b.identity.trace(rec), b.identity.scriptAPISpan(rec)
	if b.want.Aggregates {
		c.observe(traceID, spanID)
	}
	if !b.want.Traces && !b.want.Logs {
		return
	}
	log, span := b.contact(b.groupOf(rec), c.fill)
	if b.want.Traces {
		span.SetTraceID(traceID)
		span.SetSpanID(spanID)
		c.fillSpan(span)
	}
	if b.want.Logs {
		log.SetTraceID(traceID)
		log.SetSpanID(spanID)
		c.fillLog(log)
	}
}

// responseCode reads the code of a response: 500, or 500.0 from a system without whole numbers. It is 0 for any other text.
func responseCode(text string) int64 {
	text = strings.TrimSpace(text)
	if whole, fraction, found := strings.Cut(text, "."); found && strings.Trim(fraction, "0") == "" {
		text = whole
	}
	code, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return 0
	}
	return code
}

// failed reports whether the API, or Studio itself, answered with an error.
func (c *call) failed() bool { return c.code == codeInternal || (c.code >= 400 && c.code <= 599) }

// errorType returns the error.type of a failed call.
func (c *call) errorType() string {
	if c.code == codeInternal {
		return errorTypeInternal
	}
	return strconv.FormatInt(c.code, 10)
}

// fill sets the attributes that the span and the log record share.
func (c *call) fill(attrs pcommon.Map) {
	attrs.EnsureCapacity(len(scriptAttributes) + 11) // with the uid of the log record; seldom more
	for i := range scriptAttributes {
		putStr(attrs, scriptAttributes[i].key, scriptAttributes[i].text(c.rec, &c.batch.translator.options.Privacy))
	}
	script, version, _ := strings.Cut(c.rec.Text(payload.ScriptIDVersion), "/")
	putStr(attrs, keyScriptID, script)
	putStr(attrs, keyScriptVersion, version)
	putURL(attrs, c.endpoint, c.address)
	if c.code >= 100 && c.code <= 599 {
		attrs.PutInt(keyStatusCode, c.code)
	} else {
		putStr(attrs, keyResponseCode, c.rec.Text(payload.APIResponseCode))
	}
	putStr(attrs, keyMessage, cut(c.message, maxText))
	if c.hasDuration {
		attrs.PutDouble(keyAPIDuration, c.seconds)
	}
	if c.failed() {
		attrs.PutStr(keyErrorType, c.errorType())
	}
	putStr(attrs, keyTimestampSource, c.source)
}

func (c *call) fillSpan(span ptrace.Span) {
	contact := c.rec.Text(payload.ContactID)
	if contact != "" && c.batch.translator.options.ScriptParents {
		span.SetParentSpanID(c.batch.identity.contactSpan(contact))
	}
	span.SetName(callName(c.rec))
	span.SetKind(ptrace.SpanKindClient)
	start, end := scriptSpan(c.at, c.seconds, c.batch.translator.options.TimestampIsStart)
	span.SetStartTimestamp(start)
	span.SetEndTimestamp(end)
	if c.failed() {
		span.Status().SetCode(ptrace.StatusCodeError)
		span.Status().SetMessage(cut(c.message, maxText))
	}
}

// callName returns the name that the script's author gave the action.
func callName(rec *payload.Record) string {
	if label := rec.Text(payload.ActionLabel); label != "" {
		return label
	}
	if name := rec.Text(payload.ActionName); name != "" {
		return name
	}
	return defaultAPISpanName
}

func (c *call) fillLog(lr plog.LogRecord) {
	lr.SetEventName(eventScriptAPI)
	lr.SetTimestamp(c.at)
	switch {
	case c.code == codeInternal || (c.code >= 500 && c.code <= 599):
		setSeverity(lr, plog.SeverityNumberError)
	case c.code >= 400 && c.code <= 499:
		setSeverity(lr, plog.SeverityNumberWarn)
	default:
		setSeverity(lr, plog.SeverityNumberInfo)
	}
	lr.Body().SetStr(c.summary())
	c.batch.finishLog(lr, c.rec)
}
