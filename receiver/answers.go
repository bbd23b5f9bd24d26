// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package receiver

import (
	"net/http"
	"strconv"
	"time"

	"github.com/go-json-experiment/json/jsontext"
	"go.opentelemetry.io/collector/consumer/consumererror"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// outcome is what became of a delivery, as own telemetry counts it.
type outcome uint8

const (
	accepted outcome = iota
	duplicate
	unauthenticated
	forbidden
	malformed
	tooLarge
	refused  // could not be taken now; the sender may try again
	rejected // refused for good by the pipeline
	notFound
	methodNotAllowed
	numOutcomes
)

var outcomeNames = [numOutcomes]string{
	"accepted", "duplicate", "unauthenticated", "forbidden", "malformed", "too_large", "refused", "rejected", "not_found",
	"method_not_allowed",
}

// Reasons of refusals, for the log. Those of authentication are in the packages that check it.
const (
	reasonServerAuth  = "server_auth"
	reasonNotFound    = "not_found"
	reasonMethod      = "method_not_allowed"
	reasonTooLarge    = "too_large"
	reasonRecords     = "too_many_records"
	reasonNoRoom      = "no_room"  // max_inflight_bytes
	reasonTooMany     = "too_many" // max_concurrent_deliveries
	reasonTooSlow     = "too_slow" // the body gave way to others
	reasonShutdown    = "shutting_down"
	reasonIncomplete  = "incomplete_body"
	reasonEncoding    = "unsupported_encoding"
	reasonCompression = "bad_compression"
	reasonMalformed   = "malformed"
	reasonCallback    = "wrong_callback"
	reasonPipeline    = "pipeline"
	reasonLate        = "delivery_timeout"
	reasonBadRequest  = "bad_request" // refused by the HTTP server
)

// answer is what the sender receives. This file is the one place where a status code is decided.
type answer struct {
	status  int
	outcome outcome
	// reason is the kind of refusal, for the log.
	reason string
	// text is the error in the answer's body. It is constant wherever the sender is not trusted yet.
	text string
	// records is how many records were accepted, and unreadable how many could not be read.
	records, unreadable int
	// allow and acceptEncoding are header values that go with 405 and 415.
	allow, acceptEncoding string
}

var (
	answerUnauthenticated = answer{status: http.StatusUnauthorized, outcome: unauthenticated, text: "authentication failed"}
	answerForbidden       = answer{status: http.StatusForbidden, outcome: forbidden, text: "the client certificate may not deliver here"}
	answerNotFound        = answer{status: http.StatusNotFound, outcome: notFound, reason: reasonNotFound, text: "no such path"}
	answerMethod          = answer{
		status: http.StatusMethodNotAllowed, outcome: methodNotAllowed, reason: reasonMethod,
		text: "deliver with POST", allow: http.MethodPost,
	}
	answerBusy         = unavailable(reasonNoRoom, "too many deliveries at once, try again")
	answerShuttingDown = unavailable(reasonShutdown, "shutting down, try again")
	answerTryAgain     = unavailable(reasonPipeline, "try again")
	answerRejected     = answer{status: http.StatusBadRequest, outcome: rejected, reason: reasonPipeline, text: "rejected by the pipeline"}
)

func unavailable(reason, text string) answer {
	return answer{status: http.StatusServiceUnavailable, outcome: refused, reason: reason, text: text}
}

// because returns the answer with another reason for the log.
func (a answer) because(reason string) answer {
	a.reason = reason
	return a
}

func answerAccepted(records, unreadable int) answer {
	return answer{status: http.StatusOK, outcome: accepted, records: records, unreadable: unreadable}
}

func answerDuplicate(records, unreadable int) answer {
	return answer{status: http.StatusOK, outcome: duplicate, records: records, unreadable: unreadable}
}

func answerMalformed(why string) answer {
	return answer{status: http.StatusBadRequest, outcome: malformed, reason: reasonMalformed, text: why}
}

func answerTooLarge(limit int64) answer {
	return answer{
		status: http.StatusRequestEntityTooLarge, outcome: tooLarge, reason: reasonTooLarge,
		text: "the body may have " + strconv.FormatInt(limit, 10) + " bytes at most, compressed or not",
	}
}

func answerTooManyRecords(limit int) answer {
	return answer{
		status: http.StatusRequestEntityTooLarge, outcome: tooLarge, reason: reasonRecords,
		text: "a delivery may have " + strconv.Itoa(limit) + " records at most",
	}
}

func answerEncoding(supported string) answer {
	return answer{
		status: http.StatusUnsupportedMediaType, outcome: malformed, reason: reasonEncoding,
		text: "unsupported Content-Encoding; supported: " + supported, acceptEncoding: supported,
	}
}

// answerPipelineError maps the error of one signal's pipeline. A gRPC status counts before the permanent mark, since
// exporters mark errors that they do not retry themselves. No answer is 429: many senders never repeat after a 4xx.
func answerPipelineError(err error) answer {
	if s, ok := status.FromError(err); ok {
		if s.Code() == codes.InvalidArgument {
			return answerRejected
		}
		return answerTryAgain
	}
	if consumererror.IsPermanent(err) {
		return answerRejected
	}
	return answerTryAgain
}

func (a *answer) retryable() bool {
	return a.status == http.StatusServiceUnavailable
}

var contentTypeJSON = []string{"application/json"}

// write sends the answer. Headers go before the status line, or they would be lost; net/http adds the length.
func (a *answer) write(w http.ResponseWriter, retryAfter time.Duration) {
	h := w.Header()
	h["Content-Type"] = contentTypeJSON
	if a.retryable() {
		h.Set("Retry-After", strconv.Itoa(int((retryAfter+time.Second-1)/time.Second)))
	}
	if a.allow != "" {
		h.Set("Allow", a.allow)
	}
	if a.acceptEncoding != "" {
		h.Set("Accept-Encoding", a.acceptEncoding)
	}
	if a.status != http.StatusOK { // which writing says by itself
		w.WriteHeader(a.status)
	}
	// A failure is ignored: a sender that has gone does not learn of the answer, and repeats the delivery.
	_, _ = w.Write(a.appendBody(make([]byte, 0, 128))) //nolint:gosec // it is JSON
}

// appendBody appends {"accepted": N} or {"error": "..."}.
func (a *answer) appendBody(dst []byte) []byte {
	if a.status != http.StatusOK {
		dst = append(dst, `{"error": `...)
		dst, _ = jsontext.AppendQuote(dst, a.text) // invalid UTF-8 is replaced
		return append(dst, "}\n"...)
	}
	dst = append(dst, `{"accepted": `...)
	dst = strconv.AppendInt(dst, int64(a.records), 10)
	if a.unreadable > 0 {
		dst = append(dst, `, "unreadable": `...)
		dst = strconv.AppendInt(dst, int64(a.unreadable), 10)
	}
	if a.outcome == duplicate {
		dst = append(dst, `, "duplicate": true`...)
	}
	return append(dst, "}\n"...)
}
