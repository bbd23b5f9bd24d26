// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package search

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/cxone-otel/cxonereceiver/internal/signature"
)

// field is a header, a query parameter, or a field of the signature's own value, that every request has exactly once.
type field struct {
	location signature.LocationConfig
	texts    []string // by request
}

// fieldsOf lists headers and query parameters, sorted so that a search takes the same way each time.
func fieldsOf(captures []Capture) []field {
	var all []field
	for name := range captures[0].Request.Header {
		all = appendField(all, captures, signature.LocationConfig{Header: name}, headerTexts)
	}
	for name := range parametersOf(captures[0].Request) {
		all = appendField(all, captures, signature.LocationConfig{Query: name}, queryTexts)
	}
	slices.SortFunc(all, func(a, b field) int { return strings.Compare(a.String(), b.String()) })
	return all
}

func headerTexts(r *http.Request, l signature.LocationConfig) []string { return r.Header[l.Header] }

func queryTexts(r *http.Request, l signature.LocationConfig) []string {
	return parametersOf(r)[l.Query]
}

func appendField(all []field, captures []Capture, location signature.LocationConfig, texts func(*http.Request, signature.LocationConfig) []string) []field {
	f := field{location: location}
	for _, c := range captures {
		values := texts(c.Request, location)
		if len(values) != 1 || values[0] == "" {
			return all
		}
		f.texts = append(f.texts, values[0])
	}
	return append(all, f)
}

// parametersOf reads the query as the receiver does: only & separates, and a plus stays a plus.
func parametersOf(r *http.Request) map[string][]string {
	_, query, _ := strings.Cut(r.RequestURI, "?")
	all := map[string][]string{}
	for segment := range strings.SplitSeq(query, "&") {
		name, value, _ := strings.Cut(segment, "=")
		name, err := url.QueryUnescape(name)
		if err != nil || name == "" {
			continue
		}
		if plain, err := url.PathUnescape(value); err == nil {
			value = plain
		}
		all[name] = append(all[name], value)
	}
	return all
}

// pairFields are the other fields of a signature whose format is pairs.
func (s *site) pairFields() []field {
	if s.value.Format != "pairs" {
		return nil
	}
	var all []field
	for element := range strings.SplitSeq(s.texts[0], s.value.Separator) {
		name, _, ok := strings.Cut(element, "=")
		name = strings.TrimSpace(name)
		if !ok || name == "" || slices.Contains(s.value.Select, name) {
			continue
		}
		f := field{location: signature.LocationConfig{Field: name}}
		for _, text := range s.texts {
			if value, ok := pairText(text, s.value.Separator, name); ok {
				f.texts = append(f.texts, value)
			}
		}
		if len(f.texts) == len(s.texts) {
			all = append(all, f)
		}
	}
	return all
}

func pairText(text, separator, name string) (string, bool) {
	for element := range strings.SplitSeq(text, separator) {
		if key, value, ok := strings.Cut(element, "="); ok && strings.TrimSpace(key) == name {
			return strings.TrimSpace(value), true
		}
	}
	return "", false
}

// name is what the field is called, in lower case.
func (f field) name() string {
	return strings.ToLower(f.location.Header + f.location.Query + f.location.Field)
}

// String is the field as a template has it.
func (f field) String() string {
	switch {
	case f.location.Header != "":
		return "{header:" + f.location.Header + "}"
	case f.location.Query != "":
		return "{query:" + f.location.Query + "}"
	default:
		return "{field:" + f.location.Field + "}"
	}
}

// constant says whether the field is the same in every request.
func (f field) constant() bool {
	return !slices.ContainsFunc(f.texts, func(text string) bool { return text != f.texts[0] })
}

// The years in which a number is taken for a time.
var (
	earliest = time.Date(2001, 9, 9, 1, 46, 40, 0, time.UTC) // from here on, seconds have ten digits
	latest   = time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC)
)

// timeUnit is the unit in which every text of the field is a time of this century, empty if there is none.
func (f field) timeUnit() string {
	for _, unit := range signature.TimeUnits() {
		isTime := func(text string) bool {
			at, err := signature.ParseTime(text, unit)
			return err == nil && at.After(earliest) && at.Before(latest)
		}
		if !slices.ContainsFunc(f.texts, func(text string) bool { return !isTime(text) }) {
			return unit
		}
	}
	return ""
}

// role is which part of a scheme a field may be.
type role uint8

const (
	roleNone role = iota
	roleConsumer
	roleNonce
	roleTimestamp
	roleVersion
)

// roleOf guesses by what the user said, by the field's name, and by what is in it. A wrong guess costs a little time, since
// every field is tried in every place.
func (o *Options) roleOf(f field) role {
	name := f.name()
	switch {
	case f.timeUnit() != "":
		return roleTimestamp
	case f.constant() && o.KeyVersion != "" && f.texts[0] == o.KeyVersion && !containsAny(name, "content", "user-agent"):
		return roleVersion
	case f.constant() && o.ConsumerID != "" && f.texts[0] == o.ConsumerID:
		return roleConsumer
	case f.constant() && containsAny(name, "key-ver", "key_ver", "keyver", "key-id", "key_id", "keyid", "kid", "key.ver"):
		return roleVersion
	case f.constant() && containsAny(name, "consumer", "client-id", "client_id", "clientid", "app-id", "tenant", "account"):
		return roleConsumer
	case containsAny(name, "nonce", "delivery", "request-id", "request_id", "requestid", "message-id", "msg-id", "webhook-id", "event-id", "uuid", "transaction"):
		return roleNonce
	default:
		return roleNone
	}
}
