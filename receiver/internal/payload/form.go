// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package payload

import (
	"strings"
	"unicode"
)

// maxForm is how many characters of a text its form shows.
const maxForm = 40

// Form describes the value that came for a field without showing it: the JSON kind, and the form of a text or a number. In
// a form, 9 is any digit, A and a are any letter, and ? is a character that cannot be printed. An example: a string of the
// form "9,9 aa". A field that is not given has the form "nothing".
func (v *Value) Form() string {
	switch v.Kind {
	case 0:
		return "nothing"
	case '"':
		return `a string of the form "` + formOf(v.Text) + `"`
	case '0':
		return `a number of the form "` + formOf(v.Text) + `"`
	default:
		return kindName(v.Kind)
	}
}

func formOf(text string) string {
	var b strings.Builder
	characters := 0
	for _, r := range text {
		if characters++; characters > maxForm {
			b.WriteString("...")
			break
		}
		switch {
		case unicode.IsDigit(r):
			r = '9'
		case unicode.IsUpper(r):
			r = 'A'
		case unicode.IsLetter(r), unicode.IsMark(r):
			r = 'a'
		case r == ' ' || unicode.Is(unicode.Zs, r):
			r = ' '
		case r >= 0x80 || !unicode.IsPrint(r), r == '"':
			r = '?'
		}
		b.WriteRune(r)
	}
	return b.String()
}
