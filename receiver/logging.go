// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package receiver

import (
	"log"
	"strconv"
	"strings"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
)

// A message is logged this often within the interval: what anybody can cause must not fill a disk. There are some forty
// messages of that kind, and all of them together make fewer than 200 lines a minute.
const (
	logInterval = time.Minute
	logsEach    = 4
)

// newSampledLogger returns a logger for what senders cause.
func newSampledLogger(logger *zap.Logger) *zap.Logger {
	return logger.WithOptions(zap.WrapCore(func(core zapcore.Core) zapcore.Core {
		return zapcore.NewSamplerWithOptions(core, logInterval, logsEach, 0)
	}))
}

// newServerLog takes what net/http has to say. What senders cause is logged at debug level: a refused handshake has a line
// of its own. What is our own trouble, such as no file descriptor for a connection, is an error.
func newServerLog(logger *zap.Logger) *log.Logger {
	return log.New(serverLog{newSampledLogger(logger)}, "", 0)
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
