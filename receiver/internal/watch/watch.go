// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

// Package watch reads files repeatedly in the background, so that no request and no handshake waits for a file system.
package watch

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"
)

// maxBytes bounds a file. A revocation list of a million entries has about 40 MB, and a wrong path may name a file without
// an end.
const maxBytes = 64 << 20

// retryInterval is the time after which a file that could not be read is read again: it may have been incomplete.
const retryInterval = time.Second

// Every looks once in each interval until stop is closed. While look fails, it looks every second.
func Every(interval time.Duration, stop <-chan struct{}, look func() error) {
	wait := interval
	for {
		select {
		case <-stop:
			return
		case <-time.After(wait):
			wait = interval
			if look() != nil {
				wait = min(interval, retryInterval)
			}
		}
	}
}

// File is a file with its parsed content. The content is compared rather than time stamps, which do not change reliably
// behind the symbolic links of a Kubernetes secret. One goroutine at a time may use it.
type File[T any] struct {
	Path  string
	Parse func([]byte) (T, error)

	raw []byte // of the last good one
	err error  // of the last look
}

// Look reads the file, and reports whether anything is new: the content, the error, or the end of an error.
func (f *File[T]) Look() (value T, isNew bool, err error) {
	raw, err := read(f.Path)
	if err == nil && f.err == nil && f.raw != nil && bytes.Equal(raw, f.raw) {
		return value, false, nil
	}
	if err == nil {
		value, err = f.Parse(raw)
	}
	if err != nil {
		err = fmt.Errorf("%s: %w", f.Path, err)
		isNew = f.err == nil || f.err.Error() != err.Error()
		f.err = err
		return value, isNew, err
	}
	f.raw, f.err = raw, nil
	return value, true, nil
}

func read(path string) ([]byte, error) {
	file, err := os.Open(filepath.Clean(path))
	if err != nil {
		return nil, errors.Unwrap(err) // callers name the path
	}
	defer file.Close()
	data, err := io.ReadAll(io.LimitReader(file, maxBytes+1))
	if err == nil && len(data) > maxBytes {
		err = fmt.Errorf("it has more than %d MiB", maxBytes>>20)
	}
	return data, err
}
