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

// Limits of log lines that senders cause, so that they cannot fill a disk: some lines at once, then one at each interval.
// One limit is for lines with the same message, the other for all of them.
var (
	linesOfKind = lineLimit{atOnce: 10, interval: 10 * time.Second}
	linesOfAll  = lineLimit{atOnce: 100, interval: time.Second}
)

type lineLimit struct {
	atOnce   float64
	interval time.Duration
}

// newLimitedLogger returns a logger for lines that senders cause. The field not_logged says how many lines with this
// message were left out since the last one.
func newLimitedLogger(logger *zap.Logger) *zap.Logger {
	lines := &lines{kinds: map[string]*lineBucket{}}
	return logger.WithOptions(zap.WrapCore(func(core zapcore.Core) zapcore.Core { return limitedCore{core, lines, 0} }))
}

// lines counts the lines of a logger by their message. Messages are constant texts of the receiver, so there are few.
type lines struct {
	mu    sync.Mutex
	all   lineBucket
	kinds map[string]*lineBucket
}

// lineBucket is the number of lines that may be logged now.
type lineBucket struct {
	room      float64
	at        time.Time // when room was computed
	notLogged int
}

// allow reports whether a line may be logged, and how many lines of its kind were left out since the last one.
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

// fill adds the room for the time that has passed, and reports whether there is room for a line.
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

// newServerLog takes the lines of net/http. Lines that senders cause are logged at debug level, since a refused handshake
// has a line of its own. The receiver's own trouble, such as a missing file descriptor, is an error.
func newServerLog(logger *zap.Logger) *log.Logger {
	return log.New(serverLog{logger}, "", 0)
}

type serverLog struct{ logger *zap.Logger }

func (s serverLog) Write(line []byte) (int, error) {
	text := strings.TrimSpace(string(line))
	if strings.HasPrefix(text, "http: Accept error") || strings.Contains(text, ": panic serving ") {
		s.logger.Error("the HTTP server is in trouble", zap.String("message", text)) // a stack trace, which has no text of a sender
	} else {
		s.logger.Debug("the HTTP server says", zap.String("message", quoted(text)))
	}
	return len(line), nil
}

// maxQuoted is how many bytes of a sender's text a log line has at most.
const maxQuoted = 120

// quoted makes a sender's text safe for a log line: without line breaks and terminal codes, and cut.
func quoted(s string) string {
	if len(s) > maxQuoted {
		s = s[:maxQuoted]
	}
	q := strconv.QuoteToASCII(s)
	return q[1 : len(q)-1]
}
