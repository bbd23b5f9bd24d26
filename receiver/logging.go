// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package receiver

import (
	"log"
	"strconv"
	"strings"
	"sync"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
)

// A kind of log line, which is its message, comes this often: some at once, then one at an interval. So do all kinds
// together: what senders cause must not fill a disk.
var (
	linesOfKind = lineLimit{atOnce: 10, interval: 10 * time.Second}
	linesOfAll  = lineLimit{atOnce: 100, interval: time.Second}
)

type lineLimit struct {
	atOnce   float64
	interval time.Duration
}

// newLimitedLogger returns a logger for what senders cause. A line says in not_logged how many of its kind there were since
// the last that was logged.
func newLimitedLogger(logger *zap.Logger) *zap.Logger {
	lines := &lines{kinds: map[string]*lineBucket{}}
	return logger.WithOptions(zap.WrapCore(func(core zapcore.Core) zapcore.Core { return limitedCore{core, lines, 0} }))
}

// lines counts the lines of a logger. Messages are the receiver's own words, so that there are few kinds.
type lines struct {
	mu    sync.Mutex
	all   lineBucket
	kinds map[string]*lineBucket
}

// lineBucket holds the lines that may be logged now.
type lineBucket struct {
	room      float64
	at        time.Time // when room was reckoned
	notLogged int
}

// allow reports whether a line may be logged, and how many of its kind were not since the last.
func (l *lines) allow(kind string, now time.Time) (notLogged int, ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	k := l.kinds[kind]
	if k == nil {
		k = &lineBucket{}
		l.kinds[kind] = k
	}
	if !k.fill(linesOfKind, now) || !l.all.fill(linesOfAll, now) {
		k.notLogged++
		return 0, false
	}
	k.room--
	l.all.room--
	notLogged, k.notLogged = k.notLogged, 0
	return notLogged, true
}

// fill adds the room that has come with the time, and reports whether there is room for a line.
func (b *lineBucket) fill(limit lineLimit, now time.Time) bool {
	if b.at.IsZero() {
		b.room = limit.atOnce
	} else {
		b.room = min(limit.atOnce, b.room+float64(now.Sub(b.at))/float64(limit.interval))
	}
	b.at = now
	return b.room >= 1
}

type limitedCore struct {
	zapcore.Core

	lines     *lines
	notLogged int
}

func (c limitedCore) With(fields []zapcore.Field) zapcore.Core {
	return limitedCore{c.Core.With(fields), c.lines, 0}
}

func (c limitedCore) Check(entry zapcore.Entry, checked *zapcore.CheckedEntry) *zapcore.CheckedEntry {
	if !c.Enabled(entry.Level) {
		return checked
	}
	notLogged, ok := c.lines.allow(entry.Message, entry.Time)
	if !ok {
		return checked
	}
	if notLogged == 0 {
		return c.Core.Check(entry, checked)
	}
	return checked.AddCore(entry, limitedCore{c.Core, c.lines, notLogged})
}

func (c limitedCore) Write(entry zapcore.Entry, fields []zapcore.Field) error {
	return c.Core.Write(entry, append(fields, zap.Int("not_logged", c.notLogged)))
}

// newServerLog takes what net/http has to say. What senders cause is logged at debug level: a refused handshake has a line
// of its own. What is our own trouble, such as no file descriptor for a connection, is an error.
func newServerLog(logger *zap.Logger) *log.Logger {
	return log.New(serverLog{logger}, "", 0)
}

type serverLog struct{ logger *zap.Logger }

func (s serverLog) Write(line []byte) (int, error) {
	text := strings.TrimSpace(string(line))
	if strings.HasPrefix(text, "http: Accept error") || strings.Contains(text, ": panic serving ") {
		s.logger.Error("the HTTP server is in trouble", zap.String("message", text)) // a stack, which is not a sender's text
	} else {
		s.logger.Debug("the HTTP server says", zap.String("message", quoted(text)))
	}
	return len(line), nil
}

// maxQuoted is how much of a sender's text goes into a log line.
const maxQuoted = 120

// quoted makes a sender's text safe to read: no line breaks, no terminal codes, not too much.
func quoted(s string) string {
	if len(s) > maxQuoted {
		s = s[:maxQuoted]
	}
	q := strconv.QuoteToASCII(s)
	return q[1 : len(q)-1]
}
