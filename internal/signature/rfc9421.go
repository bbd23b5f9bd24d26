// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package signature

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/dunglas/httpsfv"
)

// HTTP message signatures, RFC 9421, of requests. What is asked of a signature beyond the RFC: it covers what `components`
// says, it has a `created` within max_age, its `keyid` is the version of a key (unless there is one key only, without a
// version), and a component with parameters other than @query-param's name is refused rather than guessed at.

const (
	headerSignature      = "Signature"
	headerSignatureInput = "Signature-Input"
)

// labelled is one of a request's signatures, ready to be verified.
type labelled struct {
	key           *key
	version       string
	createdAt     time.Time
	base          []byte
	signature     []byte
	coversContent bool
}

// checkMessage does the cheap checks. A request may carry several signatures, by proxies say; those that do not pass are
// passed over as long as one does.
func (a *Attempt) checkMessage(keyring *Keyring) *Error {
	inputs, refusal := readDictionary(a.message.request, headerSignatureInput)
	if refusal != nil {
		return refusal
	}
	values, refusal := readDictionary(a.message.request, headerSignature)
	if refusal != nil {
		return refusal
	}
	labels := inputs.Names()
	if len(labels) > maxSignatures {
		return refuse(ReasonMalformed, "%s holds %d signatures; at most %d", headerSignatureInput, len(labels), maxSignatures)
	}
	if refusal := a.readConsumer(); refusal != nil {
		return refusal
	}
	first := refuse(ReasonMissing, "%s holds no signature", headerSignatureInput)
	for i, label := range labels {
		one, refusal := a.checkLabel(keyring, inputs, values, label)
		switch {
		case refusal == nil:
			a.labels = append(a.labels, one)
		case i == 0:
			first = refusal
		}
	}
	if len(a.labels) == 0 {
		return first
	}
	a.message.version, a.signedAt = a.labels[0].version, a.labels[0].createdAt
	return nil
}

// readDictionary reads a structured field. Two lines of it are refused, although a list may be split: see place.read.
func readDictionary(r *http.Request, name string) (*httpsfv.Dictionary, *Error) {
	value, count := headerValue(r, name)
	if count == 0 {
		return nil, refuse(ReasonMissing, "no signature: header %s is not there", name)
	}
	if count > 1 {
		return nil, refuse(ReasonDuplicate, "header %s came %d times", name, count)
	}
	dictionary, err := httpsfv.UnmarshalDictionary([]string{value})
	if err != nil {
		return nil, refuse(ReasonMalformed, "header %s is not a dictionary of structured fields (RFC 9651)", name)
	}
	return dictionary, nil
}

func (a *Attempt) checkLabel(keyring *Keyring, inputs, values *httpsfv.Dictionary, label string) (labelled, *Error) {
	member, _ := inputs.Get(label)
	input, ok := member.(httpsfv.InnerList)
	if !ok || input.Params == nil {
		return labelled{}, refuse(ReasonMalformed, "%s %s is not a list of components", headerSignatureInput, quote(label))
	}
	member, _ = values.Get(label)
	item, _ := member.(httpsfv.Item)
	value, ok := item.Value.([]byte)
	if !ok {
		return labelled{}, refuse(ReasonMissing, "%s has no byte sequence under label %s", headerSignature, quote(label))
	}
	covered, refusal := coveredComponents(input)
	if refusal != nil {
		return labelled{}, refusal
	}
	for _, wanted := range a.scheme.components {
		if !wanted.metBy(covered) {
			return labelled{}, refuse(ReasonNotCovered, "the signature under label %s does not cover %s", quote(label), wanted)
		}
	}
	one := labelled{signature: value, coversContent: slices.Contains(covered, contentDigest)}
	if one.createdAt, refusal = a.checkDates(input.Params); refusal != nil {
		return labelled{}, refusal
	}
	if one.key, refusal = a.keyOf(keyring, input.Params); refusal != nil {
		return labelled{}, refusal
	}
	one.version = a.message.version
	if !one.key.algorithm.plausible(one.key.public, value) {
		return labelled{}, refuse(ReasonMalformed, "the signature's length cannot be right for %s", describeKeys([]*key{one.key}))
	}
	one.base, refusal = a.message.signatureBase(input)
	return one, refusal
}

// coveredComponents returns the identifiers of the components that a signature covers.
func coveredComponents(input httpsfv.InnerList) ([]string, *Error) {
	covered := make([]string, 0, len(input.Items))
	for _, item := range input.Items {
		id, err := identifierOf(item)
		if err != nil {
			return nil, refuse(ReasonMalformed, "%v", err)
		}
		if slices.Contains(covered, id) {
			return nil, refuse(ReasonMalformed, "component %s is covered twice, which RFC 9421 forbids", quote(id))
		}
		covered = append(covered, id)
	}
	return covered, nil
}

// checkDates checks created, which must be there, and expires, which may.
func (a *Attempt) checkDates(params *httpsfv.Params) (time.Time, *Error) {
	value, ok := params.Get("created")
	if !ok {
		return time.Time{}, refuse(ReasonMissing, "the signature has no parameter created, so it would be good forever")
	}
	seconds, ok := value.(int64)
	if !ok || seconds < 0 {
		return time.Time{}, refuse(ReasonMalformed, "the signature's parameter created is not a time in seconds")
	}
	createdAt, refusal := a.scheme.window.check(formatTime(time.Unix(min(seconds, maxUnixSeconds), 0), "s"), a.now)
	if refusal != nil {
		return time.Time{}, refusal
	}
	value, ok = params.Get("expires")
	if !ok {
		return createdAt, nil
	}
	if seconds, ok = value.(int64); !ok {
		return time.Time{}, refuse(ReasonMalformed, "the signature's parameter expires is not a time in seconds")
	}
	if a.now.Unix() > seconds {
		return time.Time{}, refuse(ReasonStale, "the signature's parameter expires has passed")
	}
	return createdAt, nil
}

// keyOf finds the key that keyid names. The alg parameter never chooses an algorithm; it may only agree with the key's.
func (a *Attempt) keyOf(keyring *Keyring, params *httpsfv.Params) (*key, *Error) {
	a.message.version = ""
	if value, ok := params.Get("keyid"); ok {
		if a.message.version, ok = value.(string); !ok {
			return nil, refuse(ReasonMalformed, "the signature's parameter keyid is not a string")
		}
	} else if a.scheme.namesKey {
		return nil, refuse(ReasonMissing, "the signature has no parameter keyid, which names the key's version")
	}
	keys, refusal := a.findKeys(a.message.request.Context(), keyring)
	if refusal != nil {
		return nil, refusal
	}
	found := keys[0]
	if value, ok := params.Get("alg"); ok && value != found.algorithm.rfc9421 {
		name, _ := value.(string)
		return nil, refuse(ReasonWrongAlgorithm, "the signature says alg %s; key version %s is pinned to %s",
			quote(name), quote(found.id.version), found.algorithm.rfc9421)
	}
	return found, nil
}

// verifyMessage tries the signatures in turn. The body's digest comes after the signature, so that a forgery does not make
// us hash a body.
func (a *Attempt) verifyMessage(ws *workspace, body []byte) *Error {
	for i := range a.labels {
		one := &a.labels[i]
		ws.forget()
		if !ws.verify(one.key, &content{base: one.base}, [][]byte{one.signature}) {
			continue
		}
		a.message.version, a.signedAt = one.version, one.createdAt
		if one.coversContent {
			if refusal := checkContentDigest(ws, a.message.request, body); refusal != nil {
				return refusal
			}
		}
		a.verified = one.key
		return nil
	}
	return refuse(ReasonBadSignature, "no signature was made by the key that it names (%s)", describeKeys([]*key{a.labels[0].key}))
}

// signatureBase builds the string that is signed, RFC 9421 section 2.5.
func (m *message) signatureBase(input httpsfv.InnerList) ([]byte, *Error) {
	var base []byte
	for _, item := range input.Items {
		id, err := httpsfv.Marshal(item)
		if err != nil {
			return nil, refuse(ReasonMalformed, "a covered component cannot be written as a structured field")
		}
		value, refusal := m.component(item)
		if refusal != nil {
			return nil, refusal
		}
		base = append(base, id...)
		base = append(base, ": "...)
		base = append(base, value...)
		base = append(base, '\n')
	}
	params, err := httpsfv.Marshal(input)
	if err != nil {
		return nil, refuse(ReasonMalformed, "%s cannot be written as a structured field", headerSignatureInput)
	}
	base = append(base, `"@signature-params": `...)
	return append(base, params...), nil
}

// requirement is a component that has to be covered, or several of which any one will do.
type requirement []string

func (r requirement) String() string { return strings.Join(r, " or ") }

func (r requirement) metBy(covered []string) bool {
	return slices.ContainsFunc(r, func(id string) bool { return slices.Contains(covered, id) })
}

// parseRequirements reads the configuration's `components`.
func parseRequirements(components []string) ([]requirement, error) {
	made := make([]requirement, 0, len(components))
	for _, text := range components {
		alternatives := requirement(strings.Split(text, "|"))
		for i, id := range alternatives {
			alternatives[i] = strings.TrimSpace(id)
			if _, err := itemOf(alternatives[i]); err != nil {
				return nil, err
			}
		}
		made = append(made, alternatives)
	}
	return made, nil
}
