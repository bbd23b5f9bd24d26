// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package translate

import (
	"math"
	"strconv"
	"strings"

	"github.com/cxone-otel/cxonereceiver/receiver/internal/payload"
)

// legSummary is a call leg in one line that a person can read, as far as its parts are given:
// "Call leg 8675309: agent Sherlock Holmes, skill Mysteries, MOS 4.1, loss 0.5 %, jitter 12 ms, RTT 85 ms".
func (b *Batch) legSummary(l *leg) string {
	line := append(b.line[:0], "Call leg"...)
	if contact := l.rec.Text(payload.ContactID); contact != "" {
		line = append(append(line, ' '), contact...)
	}
	separator := ": "
	say := func(what, text string) {
		if text != "" {
			line = append(append(append(line, separator...), what...), text...)
			separator = ", "
		}
	}
	measure := func(what string, f Figure, factor float64, unit string) {
		if l.measured[f] {
			line = append(append(line, separator...), what...)
			line = append(appendNumber(line, l.values[f]*factor), unit...)
			separator = ", "
		}
	}
	say("agent ", b.translator.options.Privacy.AgentName(l.rec.Text(payload.Agent)))
	say("skill ", l.rec.Text(payload.SkillName))
	measure("MOS ", Mos, 1, "")
	measure("loss ", PacketLoss, 100, " %")
	measure("jitter ", Jitter, 1e3, " ms")
	measure("RTT ", RTT, 1e3, " ms")
	b.line = line
	return string(line)
}

// callSummary is an API call without a message in one line: "Look up customer: 200 in 0.25 s".
func (b *Batch) callSummary(c *call) string {
	line := append(b.line[:0], callName(c.rec)...)
	line = append(line, ": "...)
	switch code := strings.TrimSpace(c.rec.Text(payload.APIResponseCode)); {
	case code == "":
		line = append(line, "no response code"...)
	case c.code == codeInternal:
		line = append(line, "Studio's internal error (-1)"...)
	default:
		line = append(line, code...)
	}
	if c.hasDuration {
		line = append(line, " in "...)
		line = append(appendNumber(line, c.seconds), " s"...)
	}
	b.line = line
	return string(line)
}

// appendNumber appends a number with three decimals at most.
func appendNumber(dst []byte, v float64) []byte {
	if math.Abs(v) >= 1e15 {
		return strconv.AppendFloat(dst, v, 'g', -1, 64) // nobody reads 300 digits
	}
	return strconv.AppendFloat(dst, math.Round(v*1e3)/1e3, 'f', -1, 64)
}
