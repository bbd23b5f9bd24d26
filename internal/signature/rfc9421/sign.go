// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package rfc9421

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/dunglas/httpsfv"

	"github.com/cxone-otel/cxonereceiver/internal/signature/keys"
)

// label is the name of a signer's signature.
const label = "sig1"

// Sign signs the first alternative of each required component.
func (r *Method) Sign(request *http.Request, body []byte, key *keys.SigningKey, now time.Time) error {
	m := r.layout.Write(request, key.Version, key.Consumer, now)
	input, err := r.input(request, body, key, now)
	if err != nil {
		return err
	}
	base, refused := signatureBase(m, input)
	if refused != nil {
		return fmt.Errorf("cannot sign: %w", refused)
	}
	signed, err := key.SignRaw(base)
	if err != nil {
		return err
	}
	if err := setDictionary(request, headerSignatureInput, input); err != nil {
		return err
	}
	return setDictionary(request, headerSignature, httpsfv.NewItem(signed))
}

// input lists the covered components, with the signature's parameters. It sets headers that are covered, but that a request
// has only once it is sent: Content-Digest and Content-Length.
func (r *Method) input(request *http.Request, body []byte, key *keys.SigningKey, now time.Time) (httpsfv.InnerList, error) {
	input := httpsfv.InnerList{Params: httpsfv.NewParams()}
	for _, wanted := range r.required {
		item, err := itemOf(wanted[0])
		if err != nil {
			return input, err
		}
		input.Items = append(input.Items, item)
	}
	if slices.ContainsFunc(r.required, covers(contentDigest)) {
		value, err := formatContentDigest(body)
		if err != nil {
			return input, err
		}
		request.Header.Set(headerDigest, value)
	}
	if slices.ContainsFunc(r.required, covers("content-length")) {
		request.Header.Set("Content-Length", strconv.Itoa(len(body)))
	}
	input.Params.Add("created", now.Unix())
	if key.Version != "" {
		input.Params.Add("keyid", key.Version)
	}
	input.Params.Add("alg", keys.AlgorithmNamed(key.Algorithm).RFC9421)
	return input, nil
}

// covers finds the requirement that a component meets.
func covers(id string) func(requirement) bool {
	return func(wanted requirement) bool { return wanted[0] == id }
}

func setDictionary(r *http.Request, name string, member httpsfv.Member) error {
	dictionary := httpsfv.NewDictionary()
	dictionary.Add(label, member)
	text, err := httpsfv.Marshal(dictionary)
	if err != nil {
		return err
	}
	r.Header.Set(name, text)
	return nil
}
