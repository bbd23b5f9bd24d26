// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

// Package show prints a collector's telemetry in a terminal: gauges, journeys, log events.
package show

import (
	"fmt"
	"io"
	"os"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Columns is the greatest width of a line.
const Columns = 100

// Page is where a command prints: text of at most 100 Columns, with colours on a terminal.
type Page struct {
	out    io.Writer
	colour bool
}

// NewPage makes a page.
func NewPage(out io.Writer) *Page {
	return &Page{out: out, colour: IsTerminal(out) && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"}
}

// IsTerminal reports whether a writer is a terminal.
func IsTerminal(out io.Writer) bool {
	file, ok := out.(*os.File)
	if !ok {
		return false
	}
	info, err := file.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

// The colours, as parameters of ANSI escape sequences.
const (
	Bold   = "1"
	Dim    = "2"
	Red    = "31"
	Green  = "32"
	Yellow = "33"
)

// Paint colours a text.
func (p *Page) Paint(colour, text string) string {
	if !p.colour || text == "" {
		return text
	}
	return "\x1b[" + colour + "m" + text + "\x1b[0m"
}

// Line prints a line.
func (p *Page) Line(format string, args ...any) { fmt.Fprintf(p.out, format+"\n", args...) }

// Step prints what is being done now.
func (p *Page) Step(format string, args ...any) {
	p.Line("\n%s %s", p.Paint(Bold, "==>"), fmt.Sprintf(format, args...))
}

// Done prints the result of a step.
func (p *Page) Done(format string, args ...any) {
	p.Line("    %s", p.Paint(Dim, fmt.Sprintf(format, args...)))
}

// Heading begins a part.
func (p *Page) Heading(format string, args ...any) {
	p.Line("\n%s", p.Paint(Bold, fmt.Sprintf(format, args...)))
}

// Clip cuts text that is wider than a number of Columns, and removes line breaks and control characters.
func Clip(text string, width int) string {
	text = strings.Join(strings.FieldsFunc(text, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }), " ")
	if utf8.RuneCountInString(text) <= width {
		return text
	}
	return string([]rune(text)[:width-1]) + "…"
}

// wrap breaks text into lines of a number of Columns at most, and clips the last line.
func wrap(text string, width, lines int) []string {
	var wrapped []string
	rest := Clip(text, width*lines)
	for len(wrapped) < lines-1 && utf8.RuneCountInString(rest) > width {
		line := string([]rune(rest)[:width+1])
		if space := strings.LastIndexByte(line, ' '); space > 0 {
			line = line[:space]
		} else {
			line = string([]rune(rest)[:width])
		}
		wrapped = append(wrapped, line)
		rest = strings.TrimPrefix(rest[len(line):], " ")
	}
	return append(wrapped, Clip(rest, width))
}

// Seconds writes a duration as a person would: 380 ms, 12.6 s, 6 min 12 s.
func Seconds(d time.Duration) string {
	switch {
	case d < time.Second:
		return fmt.Sprintf("%d ms", d.Milliseconds())
	case d < time.Minute:
		return fmt.Sprintf("%.1f s", d.Seconds())
	default:
		d = d.Round(time.Second)
		return fmt.Sprintf("%d min %02d s", d/time.Minute, d%time.Minute/time.Second)
	}
}
