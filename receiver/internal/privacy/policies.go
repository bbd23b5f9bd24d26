// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package privacy

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/cxone-otel/cxonereceiver/receiver/internal/payload"
)

// Policy decides about one kind of personal data.
type Policy string

// The policies. A hash is of the whole text, so that equal texts have equal hashes as long as the key stays the same.
const (
	Keep Policy = "keep"
	Mask Policy = "mask" // leaves the last four digits of a number, and the initials of a name
	Hash Policy = "hash" // HMAC-SHA256 in hex
	Drop Policy = "drop"
)

// MinHashKey is the least length of a hash key in bytes. There are so few telephone numbers that all can be tried, so only
// the key protects a hash.
const MinHashKey = 16

const (
	minNumberDigits = 7 // a shorter number is an extension, and its last four digits are most of it
	keptDigits      = 4
	mask            = "****"
	redacted        = "[redacted]" // stands for personal data that cannot be masked
)

// Policies are the policy for each kind of personal data. The user-info of an address is always dropped.
type Policies struct {
	PhoneNumbers    Policy
	AgentNames      Policy
	URLQuery        Policy // Keep or Drop
	ResponseMessage Policy // Keep or Drop
	ExtraFields     Policy // Keep or Drop
	HashKey         []byte
}

// personal is a kind of personal data.
type personal uint8

const (
	impersonal personal = iota
	phoneNumber
	agentName
	address
	message
)

// kindOf is the one list of the fields with personal data.
func kindOf(f payload.Field) personal {
	switch f {
	case payload.From, payload.To:
		return phoneNumber
	case payload.Agent:
		return agentName
	case payload.APIEndpoint:
		return address
	case payload.APIResponseMessage:
		return message
	default:
		return impersonal
	}
}

// Value returns what may be shown of a field's ordinary value.
func (p *Policies) Value(f payload.Field, s string) string {
	if kindOf(f) == impersonal {
		return s
	}
	return p.Field(f, s, false)
}

// Message returns what may be shown of an API's response message.
func (p *Policies) Message(s string) string {
	if p.ResponseMessage == Drop {
		return ""
	}
	return s
}

// Field applies the policy of a field to a text that is not the field's ordinary value: unknown and unreadable fields, and
// the raw text of a record. json says that the text is an object or an array, which cannot be masked.
func (p *Policies) Field(f payload.Field, s string, json bool) string {
	switch kindOf(f) {
	case phoneNumber:
		return p.apply(p.PhoneNumbers, s, unlessJSON(maskNumber, json))
	case agentName:
		return p.apply(p.AgentNames, s, unlessJSON(initials, json))
	case address:
		if json {
			return redacted
		}
		return p.Address(s)
	case message:
		return p.Message(s)
	default:
		return p.Text(s, json)
	}
}

func (p *Policies) apply(policy Policy, s string, masked func(string) string) string {
	if s == "" {
		return "" // the field is not given, which is not a secret
	}
	switch policy {
	case Keep:
		return s
	case Mask:
		return masked(s)
	case Hash:
		mac := hmac.New(sha256.New, p.HashKey)
		mac.Write([]byte(s))
		return hex.EncodeToString(mac.Sum(nil))
	default:
		return ""
	}
}

func unlessJSON(masked func(string) string, json bool) func(string) string {
	if json {
		return func(string) string { return redacted }
	}
	return masked
}

// maskNumber leaves the last four digits of a number of seven digits or more, and nothing of a shorter one. Of a SIP
// address, only the part before the host is looked at.
func maskNumber(s string) string {
	number, _, _ := strings.Cut(s, "@")
	digits := make([]byte, 0, 16)
	for i := range len(number) {
		if '0' <= number[i] && number[i] <= '9' {
			digits = append(digits, number[i])
		}
	}
	if len(digits) < minNumberDigits {
		return mask
	}
	return mask + string(digits[len(digits)-keptDigits:])
}

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
