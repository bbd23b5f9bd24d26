// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// ui is a running bin/ui.
type ui struct {
	base    string // the address that it prints
	command *exec.Cmd
	output  *strings.Builder
}

// play starts bin/ui in the repository's root, and waits until its rush hour is over and the last of its metrics were scraped.
func play(ctx context.Context, root string, story time.Duration) (*ui, error) {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	address := listener.Addr().String()
	if err = listener.Close(); err != nil {
		return nil, err
	}
	u := &ui{base: "http://" + address, output: &strings.Builder{}}
	u.command = exec.Command(filepath.Join(root, "bin/ui"), "-listen", address, "-story", story.String(), "-rate", "25") //nolint:gosec // ours
	u.command.Dir, u.command.Stdout, u.command.Stderr = root, u.output, u.output
	if err = u.command.Start(); err != nil {
		return nil, fmt.Errorf("%w; make test-e2e makes it", err)
	}
	if err = u.answers(ctx); err != nil {
		return nil, errors.Join(err, u.stop())
	}
	const scraped = 15 * time.Second
	select {
	case <-ctx.Done():
		return nil, errors.Join(ctx.Err(), u.stop())
	case <-time.After(story + scraped):
		return u, nil
	}
}

// answers waits until the first page is there.
func (u *ui) answers(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	for {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, u.base+"/", nil)
		if err != nil {
			return err
		}
		response, err := http.DefaultClient.Do(request)
		if err == nil {
			_ = response.Body.Close()
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("bin/ui does not answer: %w", err)
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// stop interrupts it, and waits for its end.
func (u *ui) stop() error {
	if err := u.command.Process.Signal(os.Interrupt); err != nil {
		return fmt.Errorf("bin/ui has ended by itself: %w\n%s", err, u.output)
	}
	if err := u.command.Wait(); err != nil {
		return fmt.Errorf("bin/ui: %w\n%s", err, u.output)
	}
	return nil
}
