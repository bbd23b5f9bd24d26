// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package rfc9421

import (
	"slices"
	"strings"
	"time"

	"github.com/dunglas/httpsfv"

	"github.com/cxone-otel/cxonereceiver/internal/signature/keys"
	"github.com/cxone-otel/cxonereceiver/internal/signature/parts"
	"github.com/cxone-otel/cxonereceiver/internal/signature/refusal"
)

const (
	headerSignature      = "Signature"
	headerSignatureInput = "Signature-Input"
)

// Method signs and verifies HTTP message signatures.
type Method struct {
	layout   *parts.Layout
	required []requirement
	namesKey bool
}

// NewMethod makes the method of a configuration's components. Unless namesKey is set, a signature may leave keyid out.
func NewMethod(components []string, namesKey bool, layout *parts.Layout) (*Method, error) {
	required, err := parseRequirements(components)
	return &Method{layout: layout, required: required, namesKey: namesKey}, err
}

// labelled is one of a request's signatures, ready to be verified.
type labelled struct {
	key           *keys.Key
	version       string
	base          []byte
	signature     []byte
	coversContent bool
}

// Check makes the checks that are cheap and need no body, and returns the one that decides. A request may have several
// signatures, for example of proxies. Those that fail are ignored if one passes.
func (r *Method) Check(m *parts.Message, ring *keys.Ring) (decide func(body []byte) *refusal.Error, refused *refusal.Error) {
	inputs, refused := readDictionary(m, headerSignatureInput)
	if refused != nil {
		return nil, refused
	}
	values, refused := readDictionary(m, headerSignature)
	if refused != nil {
		return nil, refused
	}
	labels := inputs.Names()
	if len(labels) > parts.MaxSignatures {
		return nil, refusal.New(refusal.ReasonMalformed,
			"%s holds %d signatures; at most %d", headerSignatureInput, len(labels), parts.MaxSignatures)
	}
	if refused := r.layout.Read(m); refused != nil {
		return nil, refused
	}
	first := refusal.New(refusal.ReasonMissing, "%s holds no signature", headerSignatureInput)
	var ready []labelled
	for i, label := range labels {
		one, refused := r.checkLabel(m, ring, inputs, values, label)
		switch {
		case refused == nil:
			ready = append(ready, one)
		case i == 0:
			first = refused
		}
	}
	if len(ready) == 0 {
		return nil, first
	}
	m.Version = ready[0].version
	return func(body []byte) *refusal.Error { return verify(m, ready, body) }, nil
}

// readDictionary reads a structured field. Several lines of it count as one, joined with commas (RFC 9651, section 4.2). A
// label that comes twice is refused; in a dictionary, the last would count.
func readDictionary(m *parts.Message, name string) (*httpsfv.Dictionary, *refusal.Error) {
	lines := m.Request.Header[name]
	if len(lines) == 0 {
		return nil, refusal.New(refusal.ReasonMissing, "no signature: header %s is not there", name)
	}
	dictionary, err := httpsfv.UnmarshalDictionary(lines)
	if err != nil {
		return nil, refusal.New(refusal.ReasonMalformed, "header %s is not a dictionary of structured fields (RFC 9651)", name)
	}
	if len(lines) > 1 {
		return dictionary, checkLines(lines, name, len(dictionary.Names()))
	}
	return dictionary, nil
}

// checkLines refuses lines of a field that are not complete by themselves, or that share a member.
func checkLines(lines []string, name string, members int) *refusal.Error {
	for _, line := range lines {
		one, err := httpsfv.UnmarshalDictionary([]string{line})
		if err != nil {
			return refusal.New(refusal.ReasonMalformed, "header %s is split within a member", name)
		}
		members -= len(one.Names())
	}
	if members < 0 {
		return refusal.New(refusal.ReasonDuplicate, "header %s has a label in two lines", name)
	}
	return nil
}

func (r *Method) checkLabel(
	m *parts.Message, ring *keys.Ring, inputs, values *httpsfv.Dictionary, label string,
) (labelled, *refusal.Error) {
	member, _ := inputs.Get(label)
	input, ok := member.(httpsfv.InnerList)
	if !ok || input.Params == nil {
		return labelled{}, refusal.New(refusal.ReasonMalformed, "%s %s is not a list of components", headerSignatureInput, refusal.Quote(label))
	}
	member, _ = values.Get(label)
	item, _ := member.(httpsfv.Item)
	value, ok := item.Value.([]byte)
	if !ok {
		return labelled{}, refusal.New(refusal.ReasonMissing, "%s has no byte sequence under label %s", headerSignature, refusal.Quote(label))
	}
	covered, refused := coveredComponents(input)
	if refused != nil {
		return labelled{}, refused
	}
	for _, wanted := range r.required {
		if !wanted.metBy(covered) {
			return labelled{}, refusal.New(refusal.ReasonNotCovered, "the signature under label %s does not cover %s", refusal.Quote(label), wanted)
		}
	}
	one := labelled{signature: value, coversContent: slices.Contains(covered, contentDigest)}
	if refused := r.checkDates(input.Params, m.Now); refused != nil {
		return labelled{}, refused
	}
	if one.key, refused = r.keyOf(m, ring, input.Params); refused != nil {
		return labelled{}, refused
	}
	one.version = m.Version
	if !one.key.Plausible([][]byte{value}) {
		return labelled{}, refusal.New(refusal.ReasonMalformed,
			"the signature's length cannot be right for %s", keys.Describe([]*keys.Key{one.key}))
	}
	one.base, refused = signatureBase(m, input)
	return one, refused
}

// coveredComponents returns the identifiers of the components that a signature covers.
func coveredComponents(input httpsfv.InnerList) ([]string, *refusal.Error) {
	covered := make([]string, 0, len(input.Items))
	for _, item := range input.Items {
		id, err := identifierOf(item)
		if err != nil {
			return nil, refusal.New(refusal.ReasonMalformed, "%v", err)
		}
		if slices.Contains(covered, id) {
			return nil, refusal.New(refusal.ReasonMalformed, "component %s is covered twice, which RFC 9421 forbids", refusal.Quote(id))
		}
		covered = append(covered, id)
	}
	return covered, nil
}

// checkDates checks created, which is required, and expires, which is not.
func (r *Method) checkDates(params *httpsfv.Params, now time.Time) *refusal.Error {
	value, ok := params.Get("created")
	if !ok {
		return refusal.New(refusal.ReasonMissing, "the signature has no parameter created, so it would be good forever")
	}
	seconds, ok := value.(int64)
	if !ok || seconds < 0 {
		return refusal.New(refusal.ReasonMalformed, "the signature's parameter created is not a time in seconds")
	}
	created := time.Unix(min(seconds, parts.MaxUnixSeconds), 0)
	if _, refused := r.layout.Timestamp.Within(r.layout.Timestamp.Text(created), now); refused != nil {
		return refused
	}
	value, ok = params.Get("expires")
	if !ok {
		return nil
	}
	if seconds, ok = value.(int64); !ok {
		return refusal.New(refusal.ReasonMalformed, "the signature's parameter expires is not a time in seconds")
	}
	if now.Unix() > seconds {
		return refusal.New(refusal.ReasonStale, "the signature's parameter expires has passed")
	}
	return nil
}

// keyOf finds the key that keyid names. The alg parameter never chooses an algorithm. It must agree with the key's.
func (r *Method) keyOf(m *parts.Message, ring *keys.Ring, params *httpsfv.Params) (*keys.Key, *refusal.Error) {
	found, refused := r.find(m, ring, params)
	if refused != nil {
		return nil, refused
	}
	k := found[0]
	if value, ok := params.Get("alg"); ok && value != k.Algorithm.RFC9421 {
		name, _ := value.(string)
		return nil, refusal.New(refusal.ReasonWrongAlgorithm, "the signature says alg %s; key version %s is pinned to %s",
			refusal.Quote(name), refusal.Quote(k.ID.Version), k.Algorithm.RFC9421)
	}
	return k, nil
}

func (r *Method) find(m *parts.Message, ring *keys.Ring, params *httpsfv.Params) ([]*keys.Key, *refusal.Error) {
	m.Version = ""
	if value, ok := params.Get("keyid"); ok {
		if m.Version, ok = value.(string); !ok {
			return nil, refusal.New(refusal.ReasonMalformed, "the signature's parameter keyid is not a string")
		}
	} else if r.namesKey {
		return nil, refusal.New(refusal.ReasonMissing, "the signature has no parameter keyid, which names the key's version")
	}
	return ring.Find(m.Request.Context(), keys.ID{Version: m.Version, Consumer: m.Consumer}, r.namesKey, m.Now)
}

// verify tries the signatures in turn. The body's digest is checked after the signature, so that a forgery does not make
// the receiver hash a body.
func verify(m *parts.Message, ready []labelled, body []byte) *refusal.Error {
	for i := range ready {
		one := &ready[i]
		if !one.key.Verify(keys.Bytes(one.base), [][]byte{one.signature}) {
			continue
		}
		m.Version = one.version
		if one.coversContent {
			return checkContentDigest(m.Request, body)
		}
		return nil
	}
	first := []*keys.Key{ready[0].key}
	refused := refusal.New(refusal.ReasonBadSignature, "no signature was made by the key that it names (%s)", keys.Describe(first))
	refused.SetHint(func() string {
		return keys.Fault(first, [][]byte{ready[0].signature}, "signature.url and the components")
	})
	return refused
}

// signatureBase builds the string that is signed, RFC 9421 section 2.5.
func signatureBase(m *parts.Message, input httpsfv.InnerList) ([]byte, *refusal.Error) {
	var base []byte
	for _, item := range input.Items {
		id, err := httpsfv.Marshal(item)
		if err != nil {
			return nil, refusal.New(refusal.ReasonMalformed, "a covered component cannot be written as a structured field")
		}
		value, refused := component(m, item)
		if refused != nil {
			return nil, refused
		}
		base = append(base, id...)
		base = append(base, ": "...)
		base = append(base, value...)
		base = append(base, '\n')
	}
	params, err := httpsfv.Marshal(input)
	if err != nil {
		return nil, refusal.New(refusal.ReasonMalformed, "%s cannot be written as a structured field", headerSignatureInput)
	}
	base = append(base, `"@signature-params": `...)
	return append(base, params...), nil
}

// requirement is a component that must be covered, or several of which one is enough.
type requirement []string

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
