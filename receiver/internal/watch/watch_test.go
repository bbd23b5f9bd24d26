// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package watch

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file")
	f := File[string]{Path: path, Parse: func(data []byte) (string, error) {
		if string(data) == "broken" {
			return "", errors.New("it is broken")
		}
		return string(data), nil
	}}
	for _, tc := range []struct {
		content, value, says string
		isNew                bool
	}{
		{"-", "", "no such file", true},
		{"-", "", "no such file", false},
		{"one", "one", "", true},
		{"one", "", "", false},
		{"broken", "", "file: it is broken", true},
		{"broken", "", "file: it is broken", false},
		{"-", "", "no such file", true},
		{"one", "one", "", true}, // the error is over
		{"two", "two", "", true},
	} {
		_ = os.Remove(path)
		if tc.content != "-" {
			require.NoError(t, os.WriteFile(path, []byte(tc.content), 0o600))
		}
		value, isNew, err := f.Look()
		assert.Equal(t, tc.value, value)
		assert.Equal(t, tc.isNew, isNew, tc.content)
		if tc.says == "" {
			assert.NoError(t, err)
		} else {
			assert.ErrorContains(t, err, tc.says)
		}
	}
}

func TestAFileWithoutAnEnd(t *testing.T) {
	if _, err := os.Stat("/dev/zero"); err != nil {
		t.Skip("there is no /dev/zero here")
	}
	f := File[int]{Path: "/dev/zero", Parse: func(data []byte) (int, error) { return len(data), nil }}
	_, _, err := f.Look()
	assert.ErrorContains(t, err, "more than 64 MiB")
}

func TestEvery(t *testing.T) {
	stop, looked := make(chan struct{}), make(chan struct{})
	ended := make(chan struct{})
	go func() {
		Every(time.Hour, stop, func() error { return nil })
		close(ended)
	}()
	close(stop)
	<-ended

	stop, ended = make(chan struct{}), make(chan struct{})
	go func() {
		Every(time.Millisecond, stop, func() error { looked <- struct{}{}; return errors.New("a failure ends nothing") })
		close(ended)
	}()
	for range 3 {
		<-looked
	}
	close(stop)
	select {
	case <-looked:
	case <-ended:
	}
}
