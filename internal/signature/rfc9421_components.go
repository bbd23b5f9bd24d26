// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package signature

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/dunglas/httpsfv"
	"golang.org/x/net/http/httpguts"
)

const (
	contentDigest   = "content-digest"
	queryParam      = "@query-param"
	headerDigest    = "Content-Digest"
	digestNameShort = "sha-256"
	digestNameLong  = "sha-512"
)

// derived are the derived components of a request, RFC 9421 section 2.2, but @query-param, which has a parameter.
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
	// Parameters (sf, key, bs, req, tr) change what is covered. To ignore one would be to verify something else.
	isField := httpguts.ValidHeaderFieldName(name) && name == strings.ToLower(name)
	if len(parameters) == 0 && (isField || slices.Contains(derived, name)) {
		return name, nil
	}
	return "", fmt.Errorf("%s: %w", quote(name), errComponent)
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
		return httpsfv.Item{}, fmt.Errorf("%s: %w", quote(identifier), errComponent)
	}
	if _, err := identifierOf(item); err != nil {
		return httpsfv.Item{}, err
	}
	return item, nil
}

// component returns the value of a component that identifierOf has accepted.
func (m *message) component(item httpsfv.Item) (string, *Error) {
	name, _ := item.Value.(string)
	switch name {
	case "@method":
		return m.request.Method, nil
	case "@target-uri":
		return string(m.appendURL(nil)), nil
	case "@authority":
		return m.normalAuthority(), nil
	case "@scheme":
		return m.origin.scheme, nil
	case "@request-target":
		if m.request.RequestURI != "" {
			return m.request.RequestURI, nil
		}
		return m.request.URL.RequestURI(), nil
	case "@path":
		return m.target.path, nil
	case "@query":
		return "?" + m.target.query, nil
	case queryParam:
		value, _ := item.Params.Get("name")
		parameter, _ := value.(string)
		return m.queryParameter(parameter)
	default:
		return m.field(name)
	}
}

// normalAuthority is in lower case and without the scheme's own port, RFC 9421 section 2.2.3.
func (m *message) normalAuthority() string {
	authority := strings.ToLower(m.authority())
	if m.origin.scheme == "http" {
		return strings.TrimSuffix(authority, ":80")
	}
	return strings.TrimSuffix(authority, ":443")
}

// queryParameter is read as a form field and encoded again, RFC 9421 section 2.2.8.
func (m *message) queryParameter(encodedName string) (string, *Error) {
	var found string
	count := 0
	for segment := range strings.SplitSeq(m.target.query, "&") {
		key, value, _ := strings.Cut(segment, "=")
		if encodeFormValue(decodeFormValue(key)) == encodedName {
			found = encodeFormValue(decodeFormValue(value))
			count++
		}
	}
	if count == 0 {
		return "", refuse(ReasonMissing, "query parameter %s is covered but not there", quote(encodedName))
	}
	if count > 1 {
		return "", refuse(ReasonDuplicate, "query parameter %s is covered but came %d times", quote(encodedName), count)
	}
	return found, nil
}

func decodeFormValue(text string) string {
	value := []byte(text)
	return string(value[:urlDecode(value, true)])
}

// encodeFormValue uses the application/x-www-form-urlencoded percent-encode set of the URL standard, with %20 for a space;
// net/url differs in * and ~.
func encodeFormValue(text string) string {
	text = strings.ReplaceAll(url.QueryEscape(text), "+", "%20")
	text = strings.ReplaceAll(text, "%2A", "*")
	return strings.ReplaceAll(text, "~", "%7E")
}

// field returns a header's values as one, RFC 9421 section 2.1.
func (m *message) field(name string) (string, *Error) {
	canonical := http.CanonicalHeaderKey(name)
	if canonical == "Host" {
		return hostOf(m.request), nil
	}
	values := m.request.Header[canonical]
	if len(values) == 0 {
		return "", refuse(ReasonMissing, "header %s is covered but not there", quote(name))
	}
	trimmed := make([]string, len(values))
	for i, value := range values {
		trimmed[i] = strings.Trim(value, whiteSpace)
	}
	return strings.Join(trimmed, ", "), nil
}

// checkContentDigest compares the body with Content-Digest, RFC 9530. At least one digest has to be of a kind that still
// is secure, and all of those have to be right.
func checkContentDigest(ws *workspace, r *http.Request, body []byte) *Error {
	dictionary, err := httpsfv.UnmarshalDictionary(r.Header[headerDigest])
	if err != nil {
		return refuse(ReasonMalformed, "header %s is not a dictionary of structured fields (RFC 9651)", headerDigest)
	}
	checked := 0
	for _, kind := range []struct {
		name   string
		digest digest
	}{{digestNameShort, digestSHA256}, {digestNameLong, digestSHA512}} {
		member, ok := dictionary.Get(kind.name)
		if !ok {
			continue
		}
		item, _ := member.(httpsfv.Item)
		stated, ok := item.Value.([]byte)
		if !ok {
			return refuse(ReasonMalformed, "header %s: %s is not a byte sequence", headerDigest, kind.name)
		}
		if !bytes.Equal(stated, ws.bodyDigest(kind.digest, body)) {
			return refuse(ReasonBadDigest, "the body is not the one of header %s (%s)", headerDigest, kind.name)
		}
		checked++
	}
	if checked == 0 {
		return refuse(ReasonMalformed, "header %s has neither %s nor %s", headerDigest, digestNameShort, digestNameLong)
	}
	return nil
}

// formatContentDigest is how a signer writes the body's digest.
func formatContentDigest(body []byte) (string, error) {
	dictionary := httpsfv.NewDictionary()
	dictionary.Add(digestNameShort, httpsfv.NewItem(digestSHA256.append(nil, body)))
	return httpsfv.Marshal(dictionary)
}

// checkMessageSignatures checks what a configuration says of RFC 9421.
func (c *Config) checkMessageSignatures(p *problems) {
	if _, err := parseRequirements(c.Components); err != nil {
		p.add("components", "%w", err)
	}
	if len(c.Components) == 0 {
		p.add("components", "empty, so a signature that covers nothing would do; leave the key out for %s", strings.Join(defaultComponents, ", "))
	}
	fixed := map[string]bool{
		"signed_string": c.SignedString != "", "value": c.Value.IsSet(), "timestamp": c.Timestamp.IsSet(),
		"key_version": c.KeyVersion.IsSet(), "nonce": c.Nonce.IsSet(),
	}
	for _, part := range []string{"signed_string", "value", "timestamp", "key_version", "nonce"} {
		if fixed[part] {
			p.add(part, "RFC 9421 says where this is; leave it out")
		}
	}
	if c.Timestamp.Unit != "s" {
		p.add("timestamp.unit", "RFC 9421 counts in s; leave it out")
	}
}
