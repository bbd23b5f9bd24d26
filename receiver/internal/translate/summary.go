// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package translate

import (
	"bytes"
	"math"
	"net/http"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/cxone-otel/cxonereceiver/receiver/internal/payload"
)

// maxPart is the length in bytes at which a part of a summary is cut. An attribute has the whole text.
const maxPart = 256

// summary is a line of text for people, made of parts.
type summary struct {
	line      []byte
	separator string
}

// say adds a part, unless its text is empty.
func (s *summary) say(what, text string) {
	if text == "" {
		return
	}
	s.begin(what)
	s.text(text)
}

// measure adds a number with its unit.
func (s *summary) measure(what string, v float64, unit string) {
	s.begin(what)
	s.line = append(appendNumber(s.line, v), unit...)
}

func (s *summary) begin(what string) {
	s.line = append(append(s.line, s.separator...), what...)
	s.separator = ", "
}

// text adds a sender's text in one line.
func (s *summary) text(text string) {
	text = cut(text, maxPart)
	for i := range len(text) {
		if text[i] < ' ' || text[i] > '~' {
			s.escape(text)
			return
		}
	}
	s.line = append(s.line, text...)
}

// escape adds a text. Line breaks and other control characters become blanks.
func (s *summary) escape(text string) {
	for _, r := range text {
		if unicode.IsControl(r) || r == '\u2028' || r == '\u2029' {
			r = ' '
		}
		s.line = utf8.AppendRune(s.line, r)
	}
}

// summary returns a call leg in one line for people. Parts that are not given are left out: "Call leg 8675309: agent Sherlock
// Holmes, skill Mysteries, MOS 4.1, loss 0.5 %, jitter 12 ms, RTT 85 ms".
func (l *leg) summary() string {
	s := summary{line: append(l.batch.line[:0], "Call leg"...), separator: " "}
	s.say("", l.rec.Text(payload.ContactID))
	s.separator = ": "
	s.say("agent ", l.batch.translator.options.Privacy.Value(payload.Agent, l.rec.Text(payload.Agent)))
	s.say("skill ", l.rec.Text(payload.SkillName))
	for _, part := range []struct {
		what   string
		figure Figure
		factor float64
		unit   string
	}{{"MOS ", Mos, 1, ""}, {"loss ", PacketLoss, 100, " %"}, {"jitter ", Jitter, 1e3, " ms"}, {"RTT ", RTT, 1e3, " ms"}} {
		if l.measured[part.figure] {
			s.measure(part.what, l.values[part.figure]*part.factor, part.unit)
		}
	}
	l.batch.line = s.line
	return string(s.line)
}

// summary returns an API call in one line for people: its name, the outcome, the duration and the host: "Take the payment:
// 503 Service Unavailable, 12.6 s, pay.example.com".
func (c *call) summary() string {
	s := summary{line: c.batch.line[:0]}
	s.text(callName(c.rec))
	s.separator = ": "
	switch code := strings.TrimSpace(c.rec.Text(payload.APIResponseCode)); {
	case code == "":
		s.say("", "no response code")
	case c.code == codeInternal:
		s.say("", "Studio's internal error (-1)")
	case c.code != 0:
		s.begin("")
		s.line = strconv.AppendInt(s.line, c.code, 10)
		if text := http.StatusText(int(c.code)); text != "" {
			s.line = append(append(s.line, ' '), text...)
		}
	default:
		s.say("", code)
	}
	if c.hasDuration {
		s.measure("", c.seconds, " s")
	}
	if c.address != nil {
		s.say("", c.address.Hostname())
	}
	c.batch.line = s.line
	return string(s.line)
}

// appendNumber appends a number with three decimals at most.
func appendNumber(dst []byte, v float64) []byte {
	const exact = 1e9 // up to here, thousandths are exact
	switch {
	case math.Abs(v) >= 1e15:
		return strconv.AppendFloat(dst, v, 'g', -1, 64) // nobody reads 300 digits
	case math.Abs(v) >= exact:
		return strconv.AppendFloat(dst, math.Round(v*1e3)/1e3, 'f', -1, 64)
	}
	thousandths := int64(math.Round(v * 1e3))
	if thousandths < 0 {
		dst, thousandths = append(dst, '-'), -thousandths
	}
	dst = strconv.AppendInt(dst, thousandths/1e3, 10)
	if rest := thousandths % 1e3; rest != 0 {
		decimals := [...]byte{'.', byte('0' + rest/100), byte('0' + rest/10%10), byte('0' + rest%10)}
		dst = append(dst, bytes.TrimRight(decimals[:], "0")...)
	}
	return dst
}
