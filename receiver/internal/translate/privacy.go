// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package translate

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/cxone-otel/cxonereceiver/receiver/internal/payload"
)

// Policy says what becomes of personal data.
type Policy string

// The policies. A figure of the whole text stays correlatable under PolicyHash, as long as the key stays the same.
const (
	PolicyKeep Policy = "keep"
	PolicyMask Policy = "mask" // the last four digits of a number, the initials of a name
	PolicyHash Policy = "hash" // HMAC-SHA256 in hex
	PolicyDrop Policy = "drop"
)

// MinHashKey is the least length of a hash key in bytes. Telephone numbers are few enough to try them all, so that the
// key is all that protects a hash.
const MinHashKey = 16

const (
	minNumberDigits = 7 // a shorter number is an extension, and its last four digits are most of it
	keptDigits      = 4
	mask            = "****"
	redacted        = "[redacted]" // in place of personal data in a shape that no mask fits
)

// Privacy is what becomes of personal data, in every signal and in every text made from it. The user-info of a URL is
// dropped whatever the settings.
type Privacy struct {
	PhoneNumbers    Policy
	AgentNames      Policy
	URLQuery        Policy // keep or drop
	ResponseMessage Policy // keep or drop
	ExtraFields     Policy // keep or drop
	HashKey         []byte
}

func (p *Privacy) phoneNumber(s string) string { return p.apply(p.PhoneNumbers, s, maskNumber) }
func (p *Privacy) agentName(s string) string   { return p.apply(p.AgentNames, s, initials) }

func (p *Privacy) responseMessage(s string) string {
	if p.ResponseMessage == PolicyDrop {
		return ""
	}
	return s
}

func (p *Privacy) apply(policy Policy, s string, masked func(string) string) string {
	if s == "" {
		return "" // not given, which is no secret
	}
	switch policy {
	case PolicyKeep:
		return s
	case PolicyMask:
		return masked(s)
	case PolicyHash:
		mac := hmac.New(sha256.New, p.HashKey)
		mac.Write([]byte(s))
		return hex.EncodeToString(mac.Sum(nil))
	default:
		return ""
	}
}

// field applies what holds for a field's text. It is for text that is not the field's ordinary value: unknown and
// unreadable fields, and the raw record of an unreadable one. json says that the text is an object or an array, which no
// mask fits.
func (p *Privacy) field(f payload.Field, s string, json bool) string {
	switch f {
	case payload.From, payload.To:
		return p.apply(p.PhoneNumbers, s, unlessJSON(maskNumber, json))
	case payload.Agent:
		return p.apply(p.AgentNames, s, unlessJSON(initials, json))
	case payload.APIEndpoint:
		if json {
			return redacted
		}
		return p.url(s)
	case payload.APIResponseMessage:
		return p.responseMessage(s)
	default:
		return p.text(s, json)
	}
}

func unlessJSON(masked func(string) string, json bool) func(string) string {
	if json {
		return func(string) string { return redacted }
	}
	return masked
}

// maskNumber leaves the last four digits of a number of seven digits or more, and nothing of a shorter one. Of a SIP
// address only what stands before the host counts.
func maskNumber(s string) string {
	number, _, _ := strings.Cut(s, "@")
	digits := make([]byte, 0, 16)
	for i := range len(number) {
		if isDigit(number[i]) {
			digits = append(digits, number[i])
		}
	}
	if len(digits) < minNumberDigits {
		return mask
	}
	return mask + string(digits[len(digits)-keptDigits:])
}

// maskDigitRuns masks each run of seven digits or more like a number.
func maskDigitRuns(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); {
		end := i
		for end < len(s) && isDigit(s[end]) {
			end++
		}
		switch {
		case end-i >= minNumberDigits:
			b.WriteString(mask + s[end-keptDigits:end])
		case end > i:
			b.WriteString(s[i:end])
		default:
			end = i + 1
			b.WriteByte(s[i])
		}
		i = end
	}
	return b.String()
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

// initials leaves the first letter of each word: "Sherlock Holmes" becomes "S. H.".
func initials(name string) string {
	var b strings.Builder
	for _, word := range strings.FieldsFunc(name, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsMark(r) }) {
		if b.Len() > 0 {
			b.WriteByte(' ')
		}
		r, _ := utf8.DecodeRuneInString(word)
		b.WriteRune(r)
		b.WriteByte('.')
	}
	if b.Len() == 0 {
		return mask
	}
	return b.String()
}

// cut shortens a text to at most size bytes, on a rune boundary.
func cut(s string, size int) string {
	if len(s) <= size {
		return s
	}
	for size > 0 && !utf8.RuneStart(s[size]) {
		size--
	}
	return s[:size]
}
