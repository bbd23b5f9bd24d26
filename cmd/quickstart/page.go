// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"os"
	"strings"
	"time"
	"unicode/utf8"
)

// columns is the width that every line keeps to.
const columns = 100

// page is where the story is told: text of at most 100 columns, with colours on a terminal.
type page struct {
	file   *os.File
	colour bool
}

func newPage(file *os.File) *page {
	info, err := file.Stat()
	terminal := err == nil && info.Mode()&os.ModeCharDevice != 0
	return &page{file: file, colour: terminal && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"}
}

// The colours, as ANSI escape sequences' parameters.
const (
	bold   = "1"
	dim    = "2"
	red    = "31"
	green  = "32"
	yellow = "33"
)

func (p *page) paint(colour, text string) string {
	if !p.colour || text == "" {
		return text
	}
	return "\x1b[" + colour + "m" + text + "\x1b[0m"
}

func (p *page) line(format string, args ...any) { fmt.Fprintf(p.file, format+"\n", args...) }

// step says what is being done now; done says what came of it.
func (p *page) step(format string, args ...any) {
	p.line("\n%s %s", p.paint(bold, "==>"), fmt.Sprintf(format, args...))
}

func (p *page) done(format string, args ...any) {
	p.line("    %s", p.paint(dim, fmt.Sprintf(format, args...)))
}

func (p *page) heading(format string, args ...any) {
	p.line("\n%s", p.paint(bold, fmt.Sprintf(format, args...)))
}

// clip cuts text that is wider than so many columns, and takes line breaks and control characters out of it.
func clip(text string, width int) string {
	text = strings.Join(strings.FieldsFunc(text, func(r rune) bool { return r <= ' ' || r == 0x7f }), " ")
	if utf8.RuneCountInString(text) <= width {
		return text
	}
	return string([]rune(text)[:width-1]) + "…"
}

// wrap breaks text into lines of so many columns at most, and clips the last one of them.
func wrap(text string, width, lines int) []string {
	var wrapped []string
	rest := clip(text, width*lines)
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
	return append(wrapped, clip(rest, width))
}

// seconds words a span of time the way a person would: 380 ms, 12.6 s, 6 min 12 s.
func seconds(d time.Duration) string {
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
