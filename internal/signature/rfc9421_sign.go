// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package signature

import (
	"crypto/ecdsa"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/dunglas/httpsfv"
)

// messageLabel is the label that a signer gives its signature.
const messageLabel = "sig1"

// signMessage signs as RFC 9421 says: of each required component the first alternative is covered.
func (s *Signer) signMessage(r *http.Request, body []byte, now time.Time) error {
	m := s.prepare(r, now)
	input, err := s.messageInput(r, body, now)
	if err != nil {
		return err
	}
	base, refusal := m.signatureBase(input)
	if refusal != nil {
		return fmt.Errorf("cannot sign: %w", refusal)
	}
	signed, err := s.sign(&content{base: base})
	if err != nil {
		return err
	}
	if s.algorithm.family == familyECDSA {
		public, _ := s.key.PrivateKey.Public().(*ecdsa.PublicKey)
		if signed, err = rawECDSA(public, signed); err != nil {
			return err
		}
	}
	if err := setDictionary(r, headerSignatureInput, input); err != nil {
		return err
	}
	return setDictionary(r, headerSignature, httpsfv.NewItem(signed))
}

// messageInput lists what is covered, with the signature's parameters, and sets the headers that it covers but that a
// request yet to be sent does not have: Content-Digest and Content-Length.
func (s *Signer) messageInput(r *http.Request, body []byte, now time.Time) (httpsfv.InnerList, error) {
	input := httpsfv.InnerList{Params: httpsfv.NewParams()}
	for _, wanted := range s.scheme.components {
		item, err := itemOf(wanted[0])
		if err != nil {
			return input, err
		}
		input.Items = append(input.Items, item)
	}
	if slices.ContainsFunc(s.scheme.components, covers(contentDigest)) {
		value, err := formatContentDigest(body)
		if err != nil {
			return input, err
		}
		r.Header.Set(headerDigest, value)
	}
	if slices.ContainsFunc(s.scheme.components, covers("content-length")) {
		r.Header.Set("Content-Length", strconv.Itoa(len(body)))
	}
	input.Params.Add("created", now.Unix())
	if s.key.Version != "" {
		input.Params.Add("keyid", s.key.Version)
	}
	input.Params.Add("alg", s.algorithm.rfc9421)
	return input, nil
}

// covers finds the requirement that a signer meets with this component.
func covers(id string) func(requirement) bool {
	return func(wanted requirement) bool { return wanted[0] == id }
}

func setDictionary(r *http.Request, name string, member httpsfv.Member) error {
	dictionary := httpsfv.NewDictionary()
	dictionary.Add(messageLabel, member)
	text, err := httpsfv.Marshal(dictionary)
	if err != nil {
		return err
	}
	r.Header.Set(name, text)
	return nil
}
