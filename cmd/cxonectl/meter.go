// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"io"
	"time"

	"github.com/cxone-otel/cxonereceiver/cmd/internal/show"
)

// meter shows progress: in one line that changes on a terminal, and in a line now and then elsewhere.
type meter struct {
	out      io.Writer
	interval time.Duration // how often a line is written that stays
	terminal bool
	shown    bool
	last     time.Duration
}

func newMeter(out io.Writer, interval time.Duration) *meter {
	return &meter{out: out, interval: interval, terminal: show.IsTerminal(out)}
}

// show shows the state after the time that has passed.
func (m *meter) show(text string, elapsed time.Duration) {
	switch {
	case m.terminal:
		fmt.Fprintf(m.out, "\r%s\x1b[K", text)
		m.shown = true
	case elapsed-m.last >= m.interval:
		m.last = elapsed
		fmt.Fprintln(m.out, text)
	}
}

// end removes the line, so that the next text begins at the left.
func (m *meter) end() {
	if m.shown {
		fmt.Fprint(m.out, "\r\x1b[K")
	}
}
