// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package search

import (
	"bytes"
	"cmp"
	"net/http"
	"slices"
	"strings"

	"github.com/cxone-otel/cxonereceiver/internal/signature"
)

// part is something that a sender may have signed: a fragment of a template, and its bytes in each request.
type part struct {
	template string
	cost     int      // how unusual it is to sign this
	values   [][]byte // by request
	// role is the part's role if it is the only one of that role in a string. Its fragment is then roleTemplate.
	role         role
	roleTemplate string
	// configure adds the keys that the fragment needs to the configuration; nil if it needs none.
	configure func(*signature.Config)
	// fault says what happened to the request. It is set for parts that no configuration can express.
	fault string
	// others are other fragments that stand for the same bytes in every request.
	others []string
	// wire is the part's name in the request; empty if it is not a header, parameter or field.
	wire string
	// name is the part's name, if the string contains it. before and after are the texts around the value that belong to
	// the name.
	name, before, after string
}

// choice is a place in the string for one of several parts, the cheapest first.
type choice struct {
	parts []part
	// omit is the cost of leaving the choice out. It is high for parts that senders mostly sign.
	omit int
}

// Costs of leaving out a part that is there. What a request carries for its signature is mostly signed.
const (
	omitBody      = 2
	omitTimestamp = 2
	omitNonce     = 1
	omitSecret    = 99
)

// secretAtom stands for the key's secret, if it is a part of the string.
const secretAtom = "{secret}"

// partMaker makes the parts of one site. The receiver's own code renders their values.
type partMaker struct {
	captures []Capture
	options  *Options
	site     *site
	bound    []part // fields with the body's digest
	choices  []choice
}

// newParts lists what can be signed, in the order that most senders use.
func newParts(captures []Capture, options *Options, site *site, opening *opening) []choice {
	m := &partMaker{captures: captures, options: options, site: site}
	m.addLiterals()
	m.addChoice(0, atom("{method}", 0), atom("{method|lower}", 1))
	m.addURLs()
	m.addChoice(0, atom("{query}", 1), atom("{query|urldecode}", 2))
	m.addChoice(0, atom("{header:Host}", 1), atom("{header:Host|lower}", 3))
	m.addFields()
	m.addBodies()
	if opening != nil && opening.digest {
		secret := part{template: secretAtom}
		for range captures {
			secret.values = append(secret.values, opening.secret.bytes)
		}
		m.addChoice(omitSecret, secret)
	}
	return m.choices
}

// atom is a fragment that needs no key of the configuration.
func atom(template string, cost int) part { return part{template: template, cost: cost} }

// baseConfig is a configuration that reads this site's signatures, and no other part yet.
func (s *site) baseConfig() signature.Config {
	config, _ := signature.Preset(signature.SchemeCustom)
	config.Value = s.value
	return config
}

// render returns the bytes of a fragment in each request, or nil if a request lacks it.
func (m *partMaker) render(p *part) [][]byte {
	config := m.site.baseConfig()
	config.SignedString = p.template
	if p.role != roleNone {
		config.SignedString = p.roleTemplate
	}
	if p.configure != nil {
		p.configure(&config)
	}
	var values [][]byte
	for _, c := range m.captures {
		value, err := signature.Render(&config, c.Request, c.Body)
		if err != nil {
			return nil
		}
		values = append(values, value)
	}
	return values
}

// addChoice adds the parts that the requests have. If several stand for the same bytes, only the cheapest is added.
func (m *partMaker) addChoice(omit int, parts ...part) {
	var made []part
	slices.SortStableFunc(parts, func(a, b part) int { return cmp.Compare(a.cost, b.cost) })
	for i := range parts {
		p := parts[i]
		if p.values == nil {
			p.values = m.render(&p)
		}
		if p.values == nil || allEmpty(p.values) {
			continue
		}
		if same := slices.IndexFunc(made, func(other part) bool { return sameValues(other.values, p.values) }); same >= 0 {
			if p.fault == "" {
				made[same].others = append(made[same].others, p.template)
			}
			continue
		}
		made = append(made, p)
	}
	if len(made) > 0 {
		m.choices = append(m.choices, choice{made, omit})
	}
}

func allEmpty(values [][]byte) bool {
	return !slices.ContainsFunc(values, func(value []byte) bool { return len(value) > 0 })
}

func sameValues(a, b [][]byte) bool { return slices.EqualFunc(a, b, bytes.Equal) }

// addLiterals adds constants: the text in front of the signature, which some schemes sign too, and texts of the vendor's
// form that the request lacks.
func (m *partMaker) addLiterals() {
	var literals []part
	add := func(text string, cost int) {
		if text != "" {
			literals = append(literals, m.literal(text, cost))
		}
	}
	prefix := m.site.value.Prefix
	add(strings.TrimRight(prefix, "=,:. "), 1)
	add(prefix, 2)
	for _, name := range m.site.value.Select {
		add(name, 2)
	}
	m.addChoice(0, literals...)
	if version := m.options.KeyVersion; version != "" && !m.inRequest(version) {
		m.addChoice(0, m.literal(version, 0))
	}
	if consumer := m.options.ConsumerID; consumer != "" && !m.inRequest(consumer) {
		m.addChoice(0, part{template: "{consumer_id}", configure: func(c *signature.Config) { c.ConsumerID = consumer }})
	}
}

// literal is a text that no request contains.
func (m *partMaker) literal(text string, cost int) part {
	p := part{template: escape(text), cost: cost}
	for range m.captures {
		p.values = append(p.values, []byte(text))
	}
	return p
}

func (m *partMaker) inRequest(text string) bool {
	return slices.ContainsFunc(fieldsOf(m.captures), func(f field) bool { return f.texts[0] == text })
}

// escape writes a text as it is written in a template.
func escape(text string) string {
	return strings.NewReplacer(`\`, `\\`, "{", `\{`, "}", `\}`, "\n", `\n`, "\t", `\t`).Replace(text)
}

// addFields adds headers, query parameters and the fields of the signature's value.
func (m *partMaker) addFields() {
	fields := append(m.site.valueFields(), fieldsOf(m.captures)...)
	fields = slices.DeleteFunc(fields, func(f field) bool {
		own := m.site.value.Location
		return f.location == own || f.location.Header == "Host"
	})
	// Date comes after a timestamp of the scheme's own, and so on.
	slices.SortStableFunc(fields, func(a, b field) int {
		return cmp.Compare(everydayCost(a.location.Header), everydayCost(b.location.Header))
	})
	first := map[role]bool{}
	ranked := map[string]part{}
	omits := map[string]int{}
	for _, f := range fields {
		p := m.fieldPart(f)
		switch {
		case p.role == roleNone:
		case first[p.role]:
			p.cost++
		default:
			if f.location.Query == "" && everydayCost(f.location.Header) == 0 && !isTraced(f.name()) {
				omits[f.String()] = map[role]int{roleTimestamp: omitTimestamp, roleNonce: omitNonce}[p.role]
			}
			p.cost = 0
		}
		first[p.role] = true
		ranked[f.String()] = p
	}
	slices.SortStableFunc(fields, func(a, b field) int {
		return cmp.Compare(ranked[a.String()].role.order(), ranked[b.String()].role.order())
	})
	for _, f := range fields {
		p := ranked[f.String()]
		if bound, ok := m.boundToBody(f); ok {
			m.bound = append(m.bound, bound)
			continue // a signature of the header alone would not protect the body
		}
		name := strings.TrimSuffix(f.String(), "}")
		variants := []part{p}
		for _, filter := range []struct {
			name string
			cost int
		}{{"lower", 2}, {"upper", 2}, {"urldecode", 1}, {"urlencode", 1}} {
			variant := atom(name+"|"+filter.name+"}", p.cost+filter.cost)
			variant.wire = p.wire
			variants = append(variants, variant)
		}
		m.addChoice(omits[f.String()], variants...)
	}
}

// isTraced reports whether proxies add a header of this name to every request.
func isTraced(name string) bool { return containsAny(name, "request-id", "trace", "correlation") }

// order puts parts with a role where most senders put them.
func (r role) order() int {
	if r == roleNone {
		return int(roleVersion) + 1
	}
	return int(r)
}

// fieldPart returns the part for a field, with the cost of signing it.
func (m *partMaker) fieldPart(f field) part {
	p := part{template: f.String(), cost: everydayCost(f.location.Header), role: m.options.roleOf(f), wire: f.wire()}
	location := f.location
	switch p.role {
	case roleConsumer:
		id := f.texts[0]
		p.roleTemplate, p.configure = "{consumer_id}", func(c *signature.Config) {
			c.Consumer = location
			if m.options.ConsumerID == id {
				c.ConsumerID = id
			}
		}
	case roleNonce:
		p.roleTemplate, p.configure = "{nonce}", func(c *signature.Config) { c.Nonce = location }
	case roleTimestamp:
		form := f.timeForm()
		p.roleTemplate, p.configure = "{timestamp}", func(c *signature.Config) {
			c.Timestamp.Location = location
			form.set(&c.Timestamp)
		}
	case roleVersion:
		p.roleTemplate, p.configure = "{key_version}", func(c *signature.Config) { c.KeyVersion = location }
	default:
		p.cost++
	}
	return p
}

// everydayCost is the cost of taking a header for signed. Content types and digests are often signed, browsers' headers
// hardly ever. A header whose name begins with X- has a purpose.
func everydayCost(name string) int {
	switch name = http.CanonicalHeaderKey(name); name {
	case "Accept", "Accept-Encoding", "Accept-Language", "Cache-Control", "Connection", "Content-Length", "Pragma", "User-Agent", "Via",
		"X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Port", "X-Real-Ip", "Forwarded", "Traceparent", "Tracestate", "X-Request-Start":
		return 3
	case "Date":
		return 1
	case "Authorization", "Cookie", "Content-Encoding", "Origin", "Referer":
		return 2
	default:
		return 0
	}
}
