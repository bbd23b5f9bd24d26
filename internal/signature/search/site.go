// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package search

import (
	"bytes"
	"cmp"
	"crypto"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/cxone-otel/cxonereceiver/internal/signature"
	"github.com/cxone-otel/cxonereceiver/internal/signature/keys"
)

// site is a place where a signature may be, and a form in which it may be written there.
type site struct {
	value signature.ValueConfig
	// texts are the whole values by request, and signatures are the signatures decoded from them.
	texts      []string
	signatures [][][]byte
	openings   []opening
	note       string // what opening the signature has shown
	keyFits    bool   // an RSA key opens the signature
	foreign    []int  // the requests whose signature opens in another way, or not at all
	choices    map[*opening][]choice
}

// findSites looks for every value that can be a signature of the key. Every request must have it.
func findSites(captures []Capture, key *Key) []*site {
	var sites []*site
	for _, f := range fieldsOf(captures) {
		for _, value := range readings(f, key) {
			s := &site{value: value, texts: f.texts}
			for _, text := range f.texts {
				signatures, err := value.Signatures(text)
				if err != nil || !slices.ContainsFunc(signatures, key.plausible) {
					break
				}
				s.signatures = append(s.signatures, slices.DeleteFunc(signatures, func(one []byte) bool { return !key.plausible(one) }))
			}
			if len(s.signatures) == len(captures) && !s.isDigest(captures) {
				sites = append(sites, s)
			}
		}
	}
	slices.SortStableFunc(sites, func(a, b *site) int { return cmp.Compare(a.rank(), b.rank()) })
	return sites
}

// isDigest reports whether a value that looks like a signature is the body's digest.
func (s *site) isDigest(captures []Capture) bool {
	body := keys.Bytes(captures[0].Body)
	kinds := []crypto.Hash{crypto.MD5, crypto.SHA1, crypto.SHA256, crypto.SHA384, crypto.SHA512}
	return slices.ContainsFunc(kinds, func(kind crypto.Hash) bool { return bytes.Equal(body.Digest(kind), s.signatures[0][0]) })
}

// rank puts values with a signature's name first, and forms with few assumptions before the others.
func (s *site) rank() int {
	rank := len(s.value.Prefix)
	if name := strings.ToLower(s.value.Header + s.value.Query); !containsAny(name, "sig", "hmac", "auth", "sign") {
		rank += 1000
	}
	return rank
}

// String describes the place and the form for a person.
func (s *site) String() string {
	text := "header " + s.value.Header
	if s.value.Query != "" {
		text = "query parameter " + s.value.Query
	}
	switch s.value.Format {
	case "list":
		text += fmt.Sprintf(", a list separated by %q", s.value.Separator)
	case "pairs", "positions":
		text += fmt.Sprintf(", field %s", s.value.Select[0])
	}
	if s.value.Prefix != "" {
		text += fmt.Sprintf(", after %q", s.value.Prefix)
	}
	return fmt.Sprintf("%s, %s, %d bytes", text, s.value.Encoding, len(s.signatures[0][0]))
}

// readings are the forms in which a field's values can be signatures. They are those of the first request's value, since
// the others must have the same form; if the first has a list of one, those of the others count too.
func readings(f field, key *Key) []signature.ValueConfig {
	var all []signature.ValueConfig
	for _, text := range f.texts {
		structured := slices.Concat(pairReadings(text, key), listReadings(text, key), positionReadings(text, key))
		if len(structured) == 0 {
			structured = plainReadings(text, key)
		}
		for _, value := range structured {
			value.Location = f.location
			if !slices.ContainsFunc(all, func(known signature.ValueConfig) bool { return sameValue(known, value) }) {
				all = append(all, value)
			}
		}
	}
	return all
}

func sameValue(a, b signature.ValueConfig) bool {
	return a.Format == b.Format && a.Separator == b.Separator && a.Prefix == b.Prefix && a.Encoding == b.Encoding &&
		slices.Equal(a.Select, b.Select)
}

// plainReadings finds a signature that is the whole text, or its end. Hex would also be base64, but of another length.
func plainReadings(text string, key *Key) []signature.ValueConfig {
	for _, encoding := range []string{"hex", "base64_of_hex", "base64"} {
		for i := range len(text) {
			if i > 0 && !strings.ContainsRune("=:,.; |-_/\"", rune(text[i-1])) {
				continue
			}
			value := signature.ValueConfig{Format: "plain", Separator: ",", Prefix: text[:i], Encoding: encoding}
			if decoded, err := value.Signatures(text); err == nil && len(decoded) == 1 && key.plausible(decoded[0]) {
				return []signature.ValueConfig{value} // the one with the shortest prefix
			}
		}
	}
	return nil
}

// bareReadings are those without a prefix.
func bareReadings(text string, key *Key) []signature.ValueConfig {
	return slices.DeleteFunc(plainReadings(text, key), func(v signature.ValueConfig) bool { return v.Prefix != "" })
}

var separators = []string{",", ";", " ", "&"}

// pairReadings finds a signature in `t=...,v1=...`, perhaps after a word: `Signature keyId="3",signature="..."`.
func pairReadings(text string, key *Key) []signature.ValueConfig {
	var all []signature.ValueConfig
	for _, separator := range separators {
		elements := strings.Split(text, separator)
		if len(elements) < 2 {
			continue
		}
		if separator == " " && strings.ContainsAny(elements[0][max(0, len(elements[0])-1):], ",;") {
			continue // the comma separates; the blank only follows it
		}
		word, rest, found := strings.Cut(elements[0], " ")
		prefix := ""
		if found && separator != " " && !strings.Contains(word, "=") {
			prefix, elements[0] = word+" ", rest
		}
		for _, element := range elements {
			name, value, ok := strings.Cut(element, "=")
			if name = strings.TrimSpace(name); !ok || name == "" || strings.ContainsAny(name, " :\"") {
				continue
			}
			for _, plain := range bareReadings(strings.Trim(strings.TrimSpace(value), `"`), key) {
				plain.Format, plain.Separator, plain.Select, plain.Prefix = "pairs", separator, []string{name}, prefix
				all = append(all, plain)
			}
		}
	}
	return all
}

// positionReadings finds a signature in `1764259260.ab12...`, perhaps after a word.
func positionReadings(text string, key *Key) []signature.ValueConfig {
	var all []signature.ValueConfig
	word, rest, found := strings.Cut(text, " ")
	prefix := ""
	if found && !strings.ContainsAny(word, ".:;,|") {
		prefix, text = word+" ", rest
	}
	for _, separator := range []string{".", ":", ";", ",", "|"} {
		elements := strings.Split(text, separator)
		if len(elements) < 2 {
			continue
		}
		for i, element := range elements {
			for _, plain := range bareReadings(element, key) {
				plain.Format, plain.Separator, plain.Select, plain.Prefix = "positions", separator, []string{strconv.Itoa(i + 1)}, prefix
				all = append(all, plain)
			}
		}
	}
	return all
}

// listReadings finds signatures in `v1,... v1,...`, or one among elements with other prefixes.
func listReadings(text string, key *Key) []signature.ValueConfig {
	var all []signature.ValueConfig
	for _, separator := range separators {
		elements := strings.Split(text, separator)
		if len(elements) < 2 {
			continue
		}
		for _, element := range elements {
			for _, plain := range plainReadings(strings.TrimSpace(element), key) {
				plain.Format, plain.Separator = "list", separator
				if readsAll(&plain, text) && !strings.HasSuffix(plain.Prefix, "=") {
					all = append(all, plain)
				}
			}
		}
	}
	return all
}

// readsAll reports whether every element of a list is a signature, if the first looks like one. A receiver ignores elements
// that it cannot decode, but a finding must explain them.
func readsAll(list *signature.ValueConfig, text string) bool {
	decoded, err := list.Signatures(text)
	alike := 0
	for element := range strings.SplitSeq(text, list.Separator) {
		if element = strings.TrimSpace(element); element != "" && strings.HasPrefix(element, list.Prefix) {
			alike++
		}
	}
	return err == nil && len(decoded) == alike
}

func containsAny(text string, parts ...string) bool {
	return slices.ContainsFunc(parts, func(part string) bool { return strings.Contains(text, part) })
}
