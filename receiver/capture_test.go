// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package receiver

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"
)

const fullText = "refused requests are not captured any more"

func capturing(t *testing.T, change func(*CaptureConfig)) (*running, string) {
	t.Helper()
	directory := filepath.Join(t.TempDir(), "captures")
	r := bodySigned(t, func(cfg *Config) {
		capture := &cfg.Signature.Get().CaptureRejected
		capture.Directory, capture.MaxFiles = directory, 3
		if change != nil {
			change(capture)
		}
	})
	return r, directory
}

func filesIn(t *testing.T, directory string) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(directory, "*"))
	require.NoError(t, err)
	return files
}

func TestCapturesAreFewAndSaySoOnce(t *testing.T) {
	r, directory := capturing(t, nil)
	for range 10 {
		code, _, _ := r.post(voicePath, leg)
		assert.Equal(t, 401, code)
	}
	assert.Len(t, filesIn(t, directory), 3)
	assert.Equal(t, 1, strings.Count(r.logged(), fullText))

	core, logs := observer.New(zapcore.DebugLevel)
	_, err := newCaptures(&CaptureConfig{Directory: directory, MaxFiles: 3}, zap.New(core))
	require.NoError(t, err)
	require.Equal(t, 1, logs.Len(), "a directory that is full from the start")
	assert.Contains(t, logs.All()[0].Message, fullText)
}

func TestWhatIsCaptured(t *testing.T) {
	for name, tc := range map[string]struct {
		body   string
		header []string
		files  int
	}{
		"JSON":                          {leg, nil, 1},
		"JSON after a byte order mark":  {"\uFEFF" + leg, nil, 1},
		"no JSON":                       {"x", nil, 0},
		"compressed, as it travelled":   {string(gzipped(t, strings.Repeat(" ", 64<<20))), []string{"Content-Encoding", "gzip"}, 1},
		"an encoding that is not known": {leg, []string{"Content-Encoding", "br"}, 0},
		"with a wrong signature":        {leg, []string{"X-Hub-Signature-256", "sha256=" + strings.Repeat("0", 64)}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			r, directory := capturing(t, nil)
			used := r.receiver.endpoint.budget.used
			code, _, _ := r.post(voicePath, tc.body, tc.header...)
			assert.Equal(t, 401, code)
			files := filesIn(t, directory)
			require.Len(t, files, tc.files)
			if tc.files == 1 {
				text, err := os.ReadFile(files[0])
				require.NoError(t, err)
				assert.True(t, strings.HasSuffix(string(text), "\r\n\r\n"+tc.body))
			}
			assert.Zero(t, used())
		})
	}
}

func TestCapturesThatCannotBeWrittenCount(t *testing.T) {
	r, directory := capturing(t, nil)
	require.NoError(t, os.Remove(directory))
	for range 10 {
		r.post(voicePath, leg)
	}
	assert.Equal(t, 3, strings.Count(r.logged(), "cannot capture a refused request"))
	assert.Equal(t, 1, strings.Count(r.logged(), fullText))
}

func TestCapturesFrom(t *testing.T) {
	for network, files := range map[string]int{
		"127.0.0.0/8": 1, "127.0.0.1/32": 1, "::ffff:127.0.0.0/104": 1, "0.0.0.0/0": 1, "10.0.0.0/8": 0, "::/0": 0, "::1/128": 0,
	} {
		t.Run(network, func(t *testing.T) {
			r, directory := capturing(t, func(c *CaptureConfig) { c.From = []string{"203.0.113.0/24", network} })
			r.post(voicePath, leg)
			assert.Len(t, filesIn(t, directory), files)
		})
	}
}

func TestTheDirectoryForCaptures(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("modes are of Unix")
	}
	for _, tc := range []struct {
		mode    os.FileMode
		refused bool
		warned  bool
	}{
		{0o700, false, false},
		{0o755, false, false},
		{0o770, false, true},
		{0o777, true, false},
		{0o702, true, false},
		{0o777 | os.ModeSticky, true, false},
	} {
		t.Run(tc.mode.String(), func(t *testing.T) {
			directory := filepath.Join(t.TempDir(), "captures")
			require.NoError(t, os.Mkdir(directory, 0o700))
			require.NoError(t, os.Chmod(directory, tc.mode))
			core, logs := observer.New(zapcore.DebugLevel)
			_, err := newCaptures(&CaptureConfig{Directory: directory, MaxFiles: 3}, zap.New(core))
			if tc.refused {
				require.ErrorContains(t, err, "chmod 700")
				require.ErrorContains(t, err, directory)
				return
			}
			require.NoError(t, err)
			assert.Equal(t, tc.warned, logs.Len() == 1)
		})
	}
	made := filepath.Join(t.TempDir(), "a", "b")
	_, err := newCaptures(&CaptureConfig{Directory: made, MaxFiles: 3}, zap.NewNop())
	require.NoError(t, err)
	info, err := os.Stat(made)
	require.NoError(t, err)
	assert.Equal(t, os.FileMode(0o700), info.Mode().Perm())
}
