// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package receiver

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"
)

// TestLinesThatSendersCauseAreFew has 100,000 refusals in a minute, of one kind and of many.
func TestLinesThatSendersCauseAreFew(t *testing.T) {
	for _, kinds := range []int{1, 8, 40} {
		t.Run(fmt.Sprint(kinds, " kinds"), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				core, logs := observer.New(zapcore.DebugLevel)
				logger := newLimitedLogger(zap.New(core))
				for i := range 100_000 {
					logger.Warn(fmt.Sprint("refused a delivery: ", i%kinds), zap.Int("i", i))
					time.Sleep(time.Minute / 100_000)
				}
				lines := logs.TakeAll()
				assert.Less(t, len(lines), 200)

				time.Sleep(time.Minute)
				for i := range kinds {
					logger.Warn(fmt.Sprint("refused a delivery: ", i))
				}
				lines = append(lines, logs.TakeAll()...)
				told, seen := len(lines), map[string]bool{}
				for _, line := range lines {
					seen[line.Message] = true
					if n, ok := line.ContextMap()["not_logged"]; ok {
						told += int(n.(int64))
					}
				}
				assert.Equal(t, 100_000+kinds, told, "what is not logged is told")
				assert.Len(t, seen, kinds, "no kind is silent")
			})
		})
	}
}

func TestLinesOfAQuietLogAreAllThere(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		core, logs := observer.New(zapcore.InfoLevel)
		logger := newLimitedLogger(zap.New(core)).With(zap.String("a", "b"))
		for i := range 100 {
			logger.Debug("hidden")
			logger.Info("shown", zap.Int("i", i))
			time.Sleep(10 * time.Second)
		}
		require.Equal(t, 100, logs.Len())
		assert.Equal(t, map[string]any{"a": "b", "i": int64(99)}, logs.All()[99].ContextMap())
	})
}

func TestQuoted(t *testing.T) {
	assert.Equal(t, `\x1b[2J\u202e\n\"`, quoted("\x1b[2J\u202e\n\""))
	assert.Len(t, quoted(strings.Repeat("a", 1000)), maxQuoted)
}
