// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package rfc9421

import (
	"bytes"
	"crypto"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/dunglas/httpsfv"
	"golang.org/x/net/http/httpguts"

	"github.com/cxone-otel/cxonereceiver/internal/signature/keys"
	"github.com/cxone-otel/cxonereceiver/internal/signature/parts"
	"github.com/cxone-otel/cxonereceiver/internal/signature/refusal"
)

const (
	contentDigest = "content-digest"
	queryParam    = "@query-param"
	headerDigest  = "Content-Digest"
)

// derived are the derived components of a request (RFC 9421 section 2.2) without @query-param, which has a parameter.
var derived = []string{"@method", "@target-uri", "@authority", "@scheme", "@request-target", "@path", "@query"}

var errComponent = errors.New("not a component that can be verified: known are " + strings.Join(derived, " ") +
	` @query-param;name="..." and header names in lower case, without parameters`)

// identifierOf returns a component's identifier without quotes: content-digest, @query-param;name="Pet".
func identifierOf(item httpsfv.Item) (string, error) {
	name, ok := item.Value.(string)
	if !ok || item.Params == nil {
		return "", errComponent
	}
	parameters := item.Params.Names()
	if name == queryParam && len(parameters) == 1 && parameters[0] == "name" {
		value, _ := item.Params.Get("name")
		if text, ok := value.(string); ok {
			return fmt.Sprintf(`%s;name=%q`, queryParam, text), nil
		}
	}
	// Parameters (sf, key, bs, req, tr) change what is covered. If they were ignored, something else would be verified.
	isField := httpguts.ValidHeaderFieldName(name) && name == strings.ToLower(name)
	if len(parameters) == 0 && (isField || slices.Contains(derived, name)) {
		return name, nil
	}
	return "", fmt.Errorf("%s: %w", refusal.Quote(name), errComponent)
}

// itemOf is the inverse of identifierOf.
func itemOf(identifier string) (httpsfv.Item, error) {
	name, parameters, hasParameters := strings.Cut(identifier, ";")
	quoted := `"` + name + `"`
	if hasParameters {
		quoted += ";" + parameters
	}
	item, err := httpsfv.UnmarshalItem([]string{quoted})
	if err != nil {
		return httpsfv.Item{}, fmt.Errorf("%s: %w", refusal.Quote(identifier), errComponent)
	}
	if _, err := identifierOf(item); err != nil {
		return httpsfv.Item{}, err
	}
	return item, nil
}

// component returns the value of a component that identifierOf has accepted.
func component(m *parts.Message, item httpsfv.Item) (string, *refusal.Error) {
	name, _ := item.Value.(string)
	switch name {
	case "@method":
		return m.Request.Method, nil
	case "@target-uri":
		return string(m.AppendURL(nil)), nil
	case "@authority":
		return normalAuthority(m), nil
	case "@scheme":
		return m.Origin.Scheme, nil
	case "@request-target":
		if m.Request.RequestURI != "" {
			return m.Request.RequestURI, nil
		}
		return m.Request.URL.RequestURI(), nil
	case "@path":
		return m.Target.Path, nil
	case "@query":
		return "?" + m.Target.Query, nil
	case queryParam:
		value, _ := item.Params.Get("name")
		parameter, _ := value.(string)
		return queryParameter(m, parameter)
	default:
		return fieldOf(m, name)
	}
}

// normalAuthority returns the authority in lower case, without the default port of its scheme (RFC 9421 section 2.2.3).
func normalAuthority(m *parts.Message) string {
	authority := strings.ToLower(m.Authority())
	if m.Origin.Scheme == "http" {
		return strings.TrimSuffix(authority, ":80")
	}
	return strings.TrimSuffix(authority, ":443")
}

// queryParameter reads a parameter as a form field and encodes it again (RFC 9421 section 2.2.8).
func queryParameter(m *parts.Message, encodedName string) (string, *refusal.Error) {
	var found string
	count := 0
	for segment := range strings.SplitSeq(m.Target.Query, "&") {
		key, value, _ := strings.Cut(segment, "=")
		if encodeFormValue(decodeFormValue(key)) == encodedName {
			found = encodeFormValue(decodeFormValue(value))
			count++
		}
	}
	if count == 0 {
		return "", refusal.New(refusal.ReasonMissing, "query parameter %s is covered but not there", refusal.Quote(encodedName))
	}
	if count > 1 {
		return "", refusal.New(refusal.ReasonDuplicate, "query parameter %s is covered but came %d times", refusal.Quote(encodedName), count)
	}
	return found, nil
}

func decodeFormValue(text string) string {
	value := []byte(text)
	return string(value[:parts.URLDecode(value, true)])
}

// encodeFormValue uses the application/x-www-form-urlencoded percent-encode set of the URL standard, with %20 for a space;
// net/url differs in * and ~.
func encodeFormValue(text string) string {
	text = strings.ReplaceAll(url.QueryEscape(text), "+", "%20")
	text = strings.ReplaceAll(text, "%2A", "*")
	return strings.ReplaceAll(text, "~", "%7E")
}

// fieldOf returns all values of a header as one (RFC 9421 section 2.1).
func fieldOf(m *parts.Message, name string) (string, *refusal.Error) {
	canonical := http.CanonicalHeaderKey(name)
	if canonical == "Host" {
		return parts.HostOf(m.Request), nil
	}
	values := m.Request.Header[canonical]
	if len(values) == 0 {
		return "", refusal.New(refusal.ReasonMissing, "header %s is covered but not there", refusal.Quote(name))
	}
	trimmed := make([]string, len(values))
	for i, value := range values {
		trimmed[i] = parts.TrimSpace(value)
	}
	return strings.Join(trimmed, ", "), nil
}

// digests are the digests of RFC 9530 that are still secure.
var digests = []struct {
	name string
	hash crypto.Hash
}{{"sha-256", crypto.SHA256}, {"sha-512", crypto.SHA512}}

// checkContentDigest compares the body with Content-Digest (RFC 9530). At least one digest must be of a secure kind, and
// all of the secure ones must be right.
func checkContentDigest(r *http.Request, body []byte) *refusal.Error {
	dictionary, err := httpsfv.UnmarshalDictionary(r.Header[headerDigest])
	if err != nil {
		return refusal.New(refusal.ReasonMalformed, "header %s is not a dictionary of structured fields (RFC 9651)", headerDigest)
	}
	checked := 0
	content := keys.Bytes(body)
	for _, kind := range digests {
		member, ok := dictionary.Get(kind.name)
		if !ok {
			continue
		}
		item, _ := member.(httpsfv.Item)
		stated, ok := item.Value.([]byte)
		if !ok {
			return refusal.New(refusal.ReasonMalformed, "header %s: %s is not a byte sequence", headerDigest, kind.name)
		}
		if !bytes.Equal(stated, content.Digest(kind.hash)) {
			return refusal.New(refusal.ReasonBadDigest, "the body is not the one of header %s (%s)", headerDigest, kind.name)
		}
		checked++
	}
	if checked == 0 {
		return refusal.New(refusal.ReasonMalformed, "header %s has neither %s nor %s", headerDigest, digests[0].name, digests[1].name)
	}
	return nil
}

// formatContentDigest returns the body's digest as a signer writes it.
func formatContentDigest(body []byte) (string, error) {
	dictionary := httpsfv.NewDictionary()
	dictionary.Add(digests[0].name, httpsfv.NewItem(keys.Bytes(body).Digest(digests[0].hash)))
	return httpsfv.Marshal(dictionary)
}
