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
	"github.com/cxone-otel/cxonereceiver/internal/signature/parts"
)

// field is a header, a query parameter, or a field of the signature's own value, which every request has exactly once.
type field struct {
	location signature.LocationConfig
	texts    []string // by request
}

// fieldsOf returns headers and query parameters, sorted so that every search takes the same way.
func fieldsOf(captures []Capture) []field {
	var all []field
	for name := range captures[0].Request.Header {
		all = appendField(all, captures, signature.LocationConfig{Header: name})
	}
	for name := range parametersOf(captures[0].Request) {
		all = appendField(all, captures, signature.LocationConfig{Query: name})
	}
	slices.SortFunc(all, func(a, b field) int { return strings.Compare(a.String(), b.String()) })
	return all
}

// textsAt are the values that a header or a parameter has.
func textsAt(r *http.Request, l signature.LocationConfig) []string {
	if l.Query != "" {
		return parametersOf(r)[l.Query]
	}
	return r.Header[l.Header]
}

func appendField(all []field, captures []Capture, location signature.LocationConfig) []field {
	f := field{location: location}
	for _, c := range captures {
		values := textsAt(c.Request, location)
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

// valueFields are the other fields of a signature's value, if it has several.
func (s *site) valueFields() []field {
	var all []field
	for name := range s.value.Fields(s.texts[0]) {
		if name == "" || slices.Contains(s.value.Select, name) {
			continue
		}
		f := field{location: signature.LocationConfig{Field: name}}
		for _, text := range s.texts {
			if value, ok := fieldText(&s.value, text, name); ok {
				f.texts = append(f.texts, value)
			}
		}
		if len(f.texts) == len(s.texts) {
			all = append(all, f)
		}
	}
	return all
}

// fieldText returns a field of a signature's value.
func fieldText(value *signature.ValueConfig, text, name string) (string, bool) {
	for field, one := range value.Fields(text) {
		if field == name && one != "" {
			return one, true
		}
	}
	return "", false
}

// name returns the field's name, in lower case.
func (f field) name() string {
	return strings.ToLower(f.location.Header + f.location.Query + f.location.Field)
}

// wire returns the field's name as it was sent.
func (f field) wire() string { return f.location.Header + f.location.Query + f.location.Field }

// String returns the field as it is written in a template.
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

// constant reports whether the field is the same in every request.
func (f field) constant() bool {
	return !slices.ContainsFunc(f.texts, func(text string) bool { return text != f.texts[0] })
}

// Numbers that are times of these years are taken for times.
var (
	earliest = time.Date(2001, 9, 9, 1, 46, 40, 0, time.UTC) // from then on, seconds have ten digits
	latest   = time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC)
)

// timeLayouts are other forms of times.
var timeLayouts = []string{
	"2006-01-02 15:04:05", "20060102150405", "2006-01-02 15:04:05.000", "2006/01/02 15:04:05", "2006-01-02T15:04:05-0700",
	"2006-01-02 15:04:05 -0700", "2006-01-02 15:04:05 MST", time.RFC1123Z, time.RFC850, time.ANSIC, "02/01/2006 15:04:05",
	"02.01.2006 15:04:05", "20060102T150405", "Jan 2, 2006, 3:04:05 PM",
}

// timeForm is the form of a time; empty for other texts.
type timeForm struct{ unit, layout string }

func (f timeForm) set(t *signature.TimestampConfig) { t.Unit, t.Layout = f.unit, f.layout }

// timeForm returns the form in which every text of the field is a time of this century; empty if there is none.
func (f field) timeForm() timeForm {
	forms := make([]timeForm, 0, 32)
	for _, unit := range parts.TimeUnits {
		forms = append(forms, timeForm{unit: unit})
	}
	for _, layout := range timeLayouts {
		forms = append(forms, timeForm{"layout", layout})
	}
	for _, form := range forms {
		var reader signature.TimestampConfig
		form.set(&reader)
		isTime := func(text string) bool {
			at, err := reader.Parse(text)
			return err == nil && at.After(earliest) && at.Before(latest)
		}
		if !slices.ContainsFunc(f.texts, func(text string) bool { return !isTime(text) }) {
			return form
		}
	}
	return timeForm{}
}

// role is the part of a scheme that a field may be.
type role uint8

const (
	roleNone role = iota
	roleConsumer
	roleNonce
	roleTimestamp
	roleVersion
)

// roleOf guesses a field's role by the user's options, by the field's name, and by its content. A wrong guess costs only a
// little time, since every field is tried in every place.
func (o *Options) roleOf(f field) role {
	name := f.name()
	switch {
	case f.timeForm() != timeForm{}:
		return roleTimestamp
	case f.constant() && o.KeyVersion != "" && f.texts[0] == o.KeyVersion && !containsAny(name, "content", "user-agent"):
		return roleVersion
	case f.constant() && o.ConsumerID != "" && f.texts[0] == o.ConsumerID:
		return roleConsumer
	case f.constant() && containsAny(name, "key-ver", "key_ver", "keyver", "key-id", "key_id", "keyid", "kid", "key.ver"):
		return roleVersion
	case f.constant() && containsAny(name, "consumer", "client-id", "client_id", "clientid", "app-id", "tenant", "account"):
		return roleConsumer
	case (!f.constant() || len(f.texts) == 1) && containsAny(name, "nonce", "delivery", "request-id", "request_id", "requestid",
		"message-id", "msg-id", "webhook-id", "event-id", "uuid", "transaction"):
		return roleNonce
	default:
		return roleNone
	}
}
