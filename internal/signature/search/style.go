// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package search

import (
	"bytes"
	"cmp"
	"net/http"
	"slices"
	"strings"
)

// style is how parts are written side by side: as they are, or each with its name.
type style struct {
	cost    int
	assign  string // between a name and its value; empty in the plain style, and if values follow names directly
	between string
	// open and close are around the whole string, like braces around JSON.
	open, close string
	json        bool
	// fieldsOnly says that only headers and parameters have names; method, URL and body do not.
	fieldsOnly bool
	named      bool
	naming     naming
}

var plain = style{}

// namedStyles are those in which parts have names, in each naming.
func namedStyles() []style {
	var all []style
	for _, s := range []style{
		{cost: 1, assign: "=", between: "&"},
		{cost: 1, assign: ":", between: "\n", fieldsOnly: true},
		{cost: 1, assign: ": ", between: "\n"},
		{cost: 1, json: true, assign: ":", between: ",", open: "{", close: "}"},
		{cost: 2, assign: ":", between: "\n"},
		{cost: 2, assign: ": ", between: "\n", fieldsOnly: true},
		{cost: 2, json: true, assign: ": ", between: ", ", open: "{", close: "}"},
		{cost: 2, assign: "=", between: "\n"},
		{cost: 2, assign: "=", between: ";"},
		{cost: 2, assign: "=", between: ","},
		{cost: 3, assign: ":", between: ";"},
		{cost: 3, assign: ":", between: "|"},
		{cost: 3, assign: "=", between: "|"},
		{cost: 3, assign: "", between: ""},
	} {
		s.named = true
		for name, cost := range namingCosts {
			one := s
			one.naming, one.cost = naming(name), s.cost+cost
			all = append(all, one)
		}
	}
	slices.SortStableFunc(all, func(a, b style) int { return cmp.Compare(a.cost, b.cost) })
	return all
}

// naming is where names come from, and how they are written.
type naming uint8

const (
	asSentLower naming = iota // x-timestamp
	snake                     // key_version
	camel                     // keyVersion
	asSent                    // X-Timestamp
	dashed                    // key-version
)

var namingCosts = [...]int{asSentLower: 0, snake: 0, camel: 0, asSent: 1, dashed: 1}

// partNames are the names that senders give the parts, the usual ones first, as words.
var partNames = map[string][]string{
	"method": {"method", "http method", "verb"}, "url": {"url", "uri", "request url"}, "path": {"path", "uri", "request path", "url"},
	"query": {"query", "query string"}, "host": {"host"},
	"body": {"body", "payload", "data", "content"}, "hash": {"body hash", "digest", "body", "content sha256", "hash", "sha256", "body sha256"},
	"timestamp": {"timestamp", "ts", "time", "t", "date"}, "nonce": {"nonce", "request id", "id"},
	"consumer": {"consumer id", "client id", "app id", "consumer"}, "version": {"key version", "key id", "version", "kid"},
	"secret": {"key", "secret"},
}

// names returns the names that a part can have in a naming, the usual one first.
func (n naming) names(p *part) []string {
	var names []string
	if p.wire != "" {
		switch n {
		case asSentLower:
			names = append(names, strings.ToLower(p.wire))
		case asSent:
			names = append(names, p.wire)
		default:
			words := strings.FieldsFunc(strings.ToLower(p.wire), func(r rune) bool { return strings.ContainsRune("-_. ", r) })
			if len(words) > 1 && words[0] == "x" {
				words = words[1:]
			}
			names = append(names, n.write(words))
		}
		if n == asSentLower || n == asSent {
			return names
		}
	}
	for _, words := range partNames[p.kind()] {
		if name := n.write(strings.Fields(words)); !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

func (n naming) write(words []string) string {
	switch n {
	case camel:
		var text strings.Builder
		text.WriteString(words[0])
		for _, word := range words[1:] {
			text.WriteString(strings.ToUpper(word[:1]) + word[1:])
		}
		return text.String()
	case asSent:
		return http.CanonicalHeaderKey(strings.Join(words, "-"))
	case snake:
		return strings.Join(words, "_")
	default:
		return strings.Join(words, "-")
	}
}

// kind is the part's key in partNames.
func (p *part) kind() string {
	switch {
	case p.role != roleNone:
		return roleKinds[p.role]
	case p.template == secretAtom:
		return "secret"
	case strings.HasPrefix(p.template, "{header:Host"), strings.HasPrefix(p.template, "{authority"):
		return "host"
	case strings.Contains(p.template, "{body|sha"), strings.Contains(p.template, "{body|md5"):
		return "hash"
	case strings.HasPrefix(p.template, "{body"):
		return "body"
	case strings.HasPrefix(p.template, "{method"):
		return "method"
	case strings.HasPrefix(p.template, "{path"):
		return "path"
	case strings.HasPrefix(p.template, "{query}"), strings.HasPrefix(p.template, "{query|"):
		return "query"
	case strings.HasPrefix(p.template, "{url"), strings.Contains(p.template, "//"):
		return "url"
	default:
		return ""
	}
}

var roleKinds = map[role]string{roleConsumer: "consumer", roleNonce: "nonce", roleTimestamp: "timestamp", roleVersion: "version"}

// apply gives the parts of every choice their names.
func (s style) apply(choices []choice) []choice {
	if !s.named {
		return choices
	}
	var all []choice
	for _, one := range choices {
		named := choice{omit: one.omit}
		for i := range one.parts {
			named.parts = append(named.parts, s.partsOf(&one.parts[i])...)
		}
		slices.SortStableFunc(named.parts, func(a, b part) int { return cmp.Compare(a.cost, b.cost) })
		if len(named.parts) > 0 {
			all = append(all, named)
		}
	}
	return all
}

func (s style) partsOf(p *part) []part {
	if s.fieldsOnly && p.wire == "" {
		return []part{*p}
	}
	var all []part
	for i, name := range s.naming.names(p) {
		for quotes, quote := range s.quotes(p) {
			one := *p
			one.name = name
			one.cost += min(i, 2) + quotes
			key := name + s.assign
			if s.json {
				key = `"` + name + `"` + s.assign
			}
			one.before, one.after = key+quote, quote
			one.values = nil
			for _, value := range p.values {
				one.values = append(one.values, slices.Concat([]byte(one.before), value, []byte(quote)))
			}
			all = append(all, one)
		}
	}
	return all
}

// quotes are the texts that can be around a value: none, except in JSON, where numbers and whole documents can also have
// none.
func (s style) quotes(p *part) []string {
	if !s.json {
		return []string{""}
	}
	isJSON, isText := true, true
	for _, value := range p.values {
		isJSON = isJSON && (p.kind() == "body" || len(value) > 0 && len(bytes.Trim(value, "0123456789")) == 0)
		isText = isText && !bytes.ContainsAny(value, "\"\\\n\r\t")
	}
	var all []string
	if isJSON {
		all = append(all, "")
	}
	if isText {
		all = append(all, `"`)
	}
	return all
}
