// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package signature

import (
	"fmt"
	"net/http"
	"time"

	"github.com/dunglas/httpsfv"
)

// Explanation shows an operator how a request was read. It holds the body: it is for the operator's own terminal, never for
// a log or an answer.
type Explanation struct {
	// SignedString is what the signature should be over, as far as the request's parts could be read.
	SignedString []byte
	// Consumer, KeyVersion, Timestamp and Nonce are the parts as they travelled, empty where they could not be read.
	Consumer, KeyVersion, Timestamp, Nonce string
	// Signatures are the lengths, in bytes, of the signatures that were found.
	Signatures []int
	// Refusal is what Check or Verify says of the request; nil if it is authentic.
	Refusal error
}

// ExplainToOperator verifies a request and shows the string that it was held against, whatever the outcome, so that a
// person can compare it with what the sender says it signs. For a command on the operator's own machine only.
func (v *Verifier) ExplainToOperator(r *http.Request, body []byte, now time.Time) Explanation {
	attempt, err := v.Check(r, now)
	if err == nil {
		err = attempt.Verify(body)
	}
	e := Explanation{Refusal: err}
	if v.scheme.components != nil {
		v.explainMessage(&e, r)
		return e
	}
	// Read the parts again, this time past whatever is wrong with them.
	s := v.scheme
	a := &Attempt{scheme: s, now: now, message: message{request: r, target: targetOf(r), origin: s.origin, separator: s.value.Separator}}
	m := &a.message
	_ = a.readSignatures()
	m.target = m.target.without(s.ownParameter())
	_ = a.readConsumer()
	m.version, _ = s.version.read(m, "key version")
	m.timestamp, _ = s.timestamp.read(m, "timestamp")
	m.nonce, _ = s.nonce.read(m, "nonce")
	e.Consumer, e.KeyVersion, e.Timestamp, e.Nonce = m.consumer, m.version, m.timestamp, m.nonce
	for _, signature := range a.signatures.all() {
		e.Signatures = append(e.Signatures, len(signature))
	}
	e.SignedString = render(&content{template: s.template, message: m, body: body})
	return e
}

// explainMessage shows the first signature of RFC 9421 whose base can be built.
func (v *Verifier) explainMessage(e *Explanation, r *http.Request) {
	m := &message{request: r, target: targetOf(r), origin: v.scheme.origin}
	e.Consumer, _ = v.scheme.consumer.read(m, "consumer")
	inputs, refusal := readDictionary(r, headerSignatureInput)
	if refusal != nil {
		return
	}
	for _, label := range inputs.Names() {
		member, _ := inputs.Get(label)
		input, ok := member.(httpsfv.InnerList)
		if !ok || input.Params == nil {
			continue
		}
		if _, refusal := coveredComponents(input); refusal != nil {
			continue
		}
		if base, refusal := m.signatureBase(input); refusal == nil {
			keyID, _ := input.Params.Get("keyid")
			e.KeyVersion, _ = keyID.(string)
			if created, _ := input.Params.Get("created"); created != nil {
				e.Timestamp = fmt.Sprint(created)
			}
			e.SignedString = base
			return
		}
	}
}
