// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package signature

import (
	"fmt"
	"slices"
	"strings"
)

// Description is what the start-up log line says of a configuration. It holds no secret.
type Description struct {
	Scheme      string
	Algorithms  []string // each once, in the order of the keys
	KeyVersions []string // in the order of the keys; of another consumer's key, version@consumer
}

// Describe sums a configuration up.
func Describe(config *Config) Description {
	d := Description{Scheme: config.Scheme}
	for i := range config.Keys {
		k := &config.Keys[i]
		if !slices.Contains(d.Algorithms, k.Algorithm) {
			d.Algorithms = append(d.Algorithms, k.Algorithm)
		}
		version := k.Version
		if k.ConsumerID != "" {
			version += "@" + k.ConsumerID
		}
		d.KeyVersions = append(d.KeyVersions, version)
	}
	return d
}

// String is the description in one line: "monitoring_gateway, rsa_sha256, key versions 1, 2".
func (d Description) String() string {
	text := d.Scheme + ", " + strings.Join(d.Algorithms, " and ")
	if versions := slices.DeleteFunc(slices.Clone(d.KeyVersions), func(v string) bool { return v == "" }); len(versions) > 0 {
		text += ", key versions " + strings.Join(versions, ", ")
	}
	return text
}

// Coverage says which parts of a request a forger cannot change, and which he can. body, url, method and timestamp are in
// one of the two for every scheme (a request without a timestamp can be sent again at any time); key_version, consumer_id
// and nonce are so where the scheme has them. A configuration that Validate refuses covers nothing.
func Coverage(config *Config) (covered, notCovered []string) {
	made, err := newScheme(config, Callback{})
	if err != nil {
		made = &scheme{template: &template{}}
	}
	covers := made.template.covers
	if made.components != nil {
		covers = made.messageCovers
	}
	for _, part := range []struct {
		name   string
		exists bool
		atoms  []atom
	}{
		{"body", true, []atom{atomBody}},
		{"url", true, []atom{atomURL, atomPath}},
		{"method", true, []atom{atomMethod}},
		{"timestamp", true, []atom{atomTimestamp}},
		{"key_version", made.version.kind != placeNone, []atom{atomKeyVersion}},
		{"consumer_id", made.consumer.kind != placeNone, []atom{atomConsumer}},
		{"nonce", made.nonce.kind != placeNone, []atom{atomNonce}},
	} {
		switch {
		case !part.exists:
		case slices.ContainsFunc(part.atoms, covers):
			covered = append(covered, part.name)
		default:
			notCovered = append(notCovered, part.name)
		}
	}
	return covered, notCovered
}

func (t *template) covers(a atom) bool { return t.uses(a) }

// messageCovers is covers for RFC 9421. A signature's parameters, the time and the key among them, are always covered.
func (s *scheme) messageCovers(a atom) bool {
	switch a {
	case atomBody:
		return s.requires(contentDigest)
	case atomURL:
		return s.requires("@target-uri", "@path", "@request-target")
	case atomMethod:
		return s.requires("@method")
	case atomConsumer:
		return s.consumer.kind == placeHeader && s.requires(strings.ToLower(s.consumer.name))
	default:
		return a == atomTimestamp
	}
}

// requires says whether every signature has to cover one of these components.
func (s *scheme) requires(components ...string) bool {
	return slices.ContainsFunc(s.components, func(wanted requirement) bool {
		return !slices.ContainsFunc(wanted, func(id string) bool { return !slices.Contains(components, id) })
	})
}

// UsesHost says whether what is signed is made from the request's Host header, which is the sender's word: the scheme signs
// a URL or an authority, and neither Config.URL nor the callback says which.
func UsesHost(config *Config, callback Callback) bool {
	made, err := newScheme(config, callback)
	if err != nil || made.origin.url != "" {
		return false
	}
	if made.components != nil {
		return slices.ContainsFunc(made.components, func(wanted requirement) bool {
			return slices.Contains(wanted, "@target-uri") || slices.Contains(wanted, "@authority")
		})
	}
	return made.template.uses(atomURL, atomAuthority)
}

// Warnings says what an operator should know about a configuration that Validate accepts, one sentence each. Give the
// callbacks that it serves; without any, Config.URL alone counts.
func Warnings(config *Config, callbacks ...Callback) []string {
	made, err := newScheme(config, Callback{})
	if err != nil {
		return nil
	}
	var warnings []string
	if _, missing := Coverage(config); len(missing) > 0 {
		warnings = append(warnings, "signature does not cover: "+strings.Join(missing, ", "))
	}
	if len(callbacks) == 0 {
		callbacks = []Callback{{}}
	}
	if slices.ContainsFunc(callbacks, func(c Callback) bool { return UsesHost(config, c) }) {
		warnings = append(warnings, "the signed URL is made from the Host header, which is the sender's word: set signature.url or the callback's signature_url to the vendor form's SIGNATURE URL")
	}
	if slices.ContainsFunc(config.Keys, func(k KeyConfig) bool { return k.Algorithm == weakAlgorithm }) {
		warnings = append(warnings, weakAlgorithm+" is out of date: ask the sender for hmac_sha256")
	}
	if made.template != nil {
		warnings = append(warnings, made.template.warnings()...)
	}
	return warnings
}

// warnings names what weakens a template.
func (t *template) warnings() []string {
	var found []string
	for i := range t.pieces {
		p := &t.pieces[i]
		if slices.Contains(p.filters, filterMD5) || slices.Contains(p.filters, filterSHA1) {
			found = append(found, fmt.Sprintf("signed_string hashes %s with MD5 or SHA-1, for which collisions can be made", p))
		}
		if i > 0 && p.atom != atomLiteral && t.pieces[i-1].atom != atomLiteral {
			found = append(found, fmt.Sprintf("signed_string has nothing between %s and %s, so bytes can be moved from one to the other", &t.pieces[i-1], p))
		}
	}
	return found
}
