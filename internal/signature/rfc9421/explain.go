// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package rfc9421

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/dunglas/httpsfv"

	"github.com/cxone-otel/cxonereceiver/internal/signature/parts"
	"github.com/cxone-otel/cxonereceiver/internal/signature/refusal"
)

// Explain reads a request past every mistake, and returns the base of its first signature that has one.
func (r *Method) Explain(m *parts.Message, _ []byte) ([]byte, *refusal.Error) {
	_ = r.layout.ReadAll(m)
	inputs, refused := readDictionary(m, headerSignatureInput)
	if refused != nil {
		return nil, refused
	}
	refused = refusal.New(refusal.ReasonMissing, "%s holds no signature", headerSignatureInput)
	for _, name := range inputs.Names() {
		member, _ := inputs.Get(name)
		input, ok := member.(httpsfv.InnerList)
		if !ok || input.Params == nil {
			continue
		}
		var base []byte
		if _, refused = coveredComponents(input); refused != nil {
			continue
		}
		if base, refused = signatureBase(m, input); refused != nil {
			continue
		}
		keyID, _ := input.Params.Get("keyid")
		m.Version, _ = keyID.(string)
		if created, _ := input.Params.Get("created"); created != nil {
			m.Timestamp = fmt.Sprint(created)
		}
		return base, nil
	}
	return nil, refused
}

// Covers reports whether an attacker cannot change this part of a request. A signature's parameters, such as its time and
// its key, are always covered.
func (r *Method) Covers(part parts.Name) bool {
	switch part {
	case parts.Body:
		return r.requires(contentDigest)
	case parts.URL:
		return r.requires("@target-uri", "@path", "@request-target")
	case parts.Method:
		return r.requires("@method")
	case parts.Consumer:
		header := r.layout.ConsumerHeader()
		return header != "" && r.requires(header)
	default:
		return part == parts.Time
	}
}

// requires reports whether every signature must cover one of these components.
func (r *Method) requires(components ...string) bool {
	return slices.ContainsFunc(r.required, func(wanted requirement) bool {
		return !slices.ContainsFunc(wanted, func(id string) bool { return !slices.Contains(components, id) })
	})
}

// SignsHost reports whether a signature may cover the host that the request was sent to.
func (r *Method) SignsHost() bool {
	return slices.ContainsFunc(r.required, func(wanted requirement) bool {
		return slices.Contains(wanted, "@target-uri") || slices.Contains(wanted, "@authority")
	})
}

// Warnings returns none: Covers says what is not signed.
func (r *Method) Warnings() []string { return nil }

// CheckComponents returns the mistakes in a configuration's components.
func CheckComponents(components []string) error {
	_, err := parseRequirements(components)
	return err
}

// CoveredComponents returns the components that the first signature of a request names, in the form of the configuration's
// components; nil if no signature can be read.
func CoveredComponents(r *http.Request) []string {
	inputs, refused := readDictionary(parts.NewMessage(r, parts.Origin{}, time.Time{}), headerSignatureInput)
	if refused != nil || len(inputs.Names()) == 0 {
		return nil
	}
	member, _ := inputs.Get(inputs.Names()[0])
	input, ok := member.(httpsfv.InnerList)
	if !ok {
		return nil
	}
	covered, refused := coveredComponents(input)
	if refused != nil {
		return nil
	}
	return covered
}

// String joins the alternatives.
func (r requirement) String() string { return strings.Join(r, " or ") }
