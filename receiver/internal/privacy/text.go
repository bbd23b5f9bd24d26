// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package privacy

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// unstructured returns what may be shown of text that cannot be divided into fields. In it, nothing distinguishes a name, a
// message or an extension from other words. If one of them is to be hashed or dropped, the text is left out, and only its
// length is shown. If names are masked, any word may be one.
func (p *Policies) unstructured(s string) string {
	switch {
	case s == "":
		return ""
	case isRemoved(p.PhoneNumbers), isRemoved(p.AgentNames), isRemoved(p.ResponseMessage), isRemoved(p.ExtraFields):
		return "[" + strconv.Itoa(len(s)) + " bytes left out]"
	case p.AgentNames == Mask:
		return p.recognised(shortenWords(withoutEscapes(s)))
	default:
		return p.recognised(s)
	}
}

func isRemoved(policy Policy) bool { return policy == Hash || policy == Drop }

// shortenWords leaves the first letter of each word, and the characters between words.
func shortenWords(s string) string {
	var b strings.Builder
	inWord, shortened := false, false
	for _, r := range s {
		isLetter := unicode.IsLetter(r) || unicode.IsMark(r)
		switch {
		case isLetter && inWord:
			shortened = true
			continue
		case !isLetter && inWord && shortened:
			b.WriteByte('.')
		}
		inWord, shortened = isLetter, false
		b.WriteRune(r)
	}
	if shortened {
		b.WriteByte('.')
	}
	return b.String()
}

// recognised masks the digit runs of a text, and shows each address in it as Address does.
func (p *Policies) recognised(s string) string {
	clean := p.addresses(withoutEscapes(s))
	if p.PhoneNumbers != Keep {
		clean = p.maskDigitRuns(clean)
	}
	return clean
}

// withoutEscapes decodes JSON's escapes of ASCII characters. Broken JSON may have them in place of digits.
func withoutEscapes(s string) string {
	const escape = `\u00`
	if !strings.Contains(s, escape) {
		return s
	}
	var b strings.Builder
	for {
		before, after, found := strings.Cut(s, escape)
		b.WriteString(before)
		if !found {
			return b.String()
		}
		s = after
		if len(after) >= 2 {
			if c, err := strconv.ParseUint(after[:2], 16, 8); err == nil && c > ' ' && c < 0x7f {
				b.WriteByte(byte(c))
				s = after[2:]
				continue
			}
		}
		b.WriteString(escape)
	}
}

// addresses handles each word that may be an address. A word may be the beginning of an address if an @ follows in another
// word: the password may contain a blank or a quote.
func (p *Policies) addresses(s string) string {
	lastAt := strings.LastIndexByte(s, '@')
	if lastAt < 0 && !strings.Contains(s, "//") {
		return s
	}
	var b strings.Builder
	for start := 0; start < len(s); {
		size := strings.IndexFunc(s[start:], endsAddress)
		if size < 0 {
			size = len(s) - start
		}
		end := start + size
		switch word := s[start:end]; {
		case !strings.Contains(word, "@") && !strings.Contains(word, "//"):
			b.WriteString(word)
		case lastAt >= end:
			b.WriteString(redacted)
		default:
			b.WriteString(p.Address(word))
		}
		if end < len(s) {
			_, width := utf8.DecodeRuneInString(s[end:])
			b.WriteString(s[end : end+width])
			end += width
		}
		start = end
	}
	return b.String()
}

func endsAddress(r rune) bool {
	return r == '"' || r == '<' || r == '>' || unicode.IsSpace(r) || unicode.IsControl(r)
}

// maskDigitRuns masks each run of seven digits or more, with or without separators between them. If numbers are masked, the
// last four digits stay; if they are hashed or dropped, none do.
func (p *Policies) maskDigitRuns(s string) string {
	if strings.IndexFunc(s, unicode.IsDigit) < 0 {
		return s
	}
	var b strings.Builder
	for start := 0; start < len(s); {
		r, size := utf8.DecodeRuneInString(s[start:])
		if !unicode.IsDigit(r) {
			b.WriteString(s[start : start+size])
			start += size
			continue
		}
		end, digits, last := digitRun(s[start:])
		switch {
		case digits < minNumberDigits:
			b.WriteString(s[start : start+end])
		case p.PhoneNumbers == Mask:
			b.WriteString(mask)
			b.WriteString(string(last[:]))
		default:
			b.WriteString(mask)
		}
		start += end
	}
	return b.String()
}

// digitRun measures the run of digits at the beginning of a text: the end of its last digit, the number of digits, and the
// last four of them.
func digitRun(s string) (end, digits int, last [keptDigits]rune) {
	for i, r := range s {
		switch {
		case unicode.IsDigit(r):
			copy(last[:], last[1:])
			last[keptDigits-1] = r
			digits++
			end = i + utf8.RuneLen(r)
		case !isSeparator(r):
			return end, digits, last
		}
	}
	return end, digits, last
}

// isSeparator reports whether a character may be between the digits of one number: blanks, dots, dashes, brackets, and
// invisible characters.
// what cannot be seen.
func isSeparator(r rune) bool {
	return r == '.' || r == '\u2212' || unicode.IsSpace(r) || unicode.In(r, unicode.Pd, unicode.Ps, unicode.Pe, unicode.Cf)
}
