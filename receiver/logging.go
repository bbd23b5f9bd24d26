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

// A message is logged this often within the interval; what a stranger can cause must not fill a disk.
const (
	logInterval = 10 * time.Second
	logsEach    = 5
)

// newSampledLogger returns a logger for what senders cause.
func newSampledLogger(logger *zap.Logger) *zap.Logger {
	return logger.WithOptions(zap.WrapCore(func(core zapcore.Core) zapcore.Core {
		return zapcore.NewSamplerWithOptions(core, logInterval, logsEach, 0)
	}))
}

// newServerLog takes what net/http has to say, down at debug level: a stranger who speaks no TLS is no error of ours.
// Refused handshakes are counted. What is our own trouble, such as no file descriptor for a connection, is an error.
func newServerLog(logger *zap.Logger, t *telemetry) *log.Logger {
	return log.New(serverLog{newSampledLogger(logger), t}, "", 0)
}

type serverLog struct {
	logger    *zap.Logger
	telemetry *telemetry
}

func (s serverLog) Write(line []byte) (int, error) {
	text := strings.TrimSpace(string(line))
	// A connection that ends without a word is a load balancer's probe rather than somebody without a certificate.
	if strings.HasPrefix(text, "http: TLS handshake error") && !strings.HasSuffix(text, ": EOF") {
		s.telemetry.countAuthenticationFailure(nil, reasonTLS)
	}
	if strings.HasPrefix(text, "http: Accept error") || strings.Contains(text, ": panic serving ") {
		s.logger.Error("the HTTP server is in trouble", zap.String("message", text)) // a stack, which is no stranger's text
	} else {
		s.logger.Debug("the HTTP server says", zap.String("message", quoted(text)))
	}
	return len(line), nil
}

// maxQuoted is how much of a stranger's text goes into a log line.
const maxQuoted = 120

// quoted makes a stranger's text safe to read: no line breaks, no terminal codes, not too much.
func quoted(s string) string {
	if len(s) > maxQuoted {
		s = s[:maxQuoted]
	}
	q := strconv.QuoteToASCII(s)
	return q[1 : len(q)-1]
}
