// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

// Package process runs a server program, such as the collector, for as long as the caller runs: with its log in a file,
// until it is healthy, and stopped however the caller ends.
package process

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"
	"unicode"
)

const (
	startTimeout = time.Minute
	stopTimeout  = 15 * time.Second
)

// Process is a running program.
type Process struct {
	// Name names it to a reader, such as "the collector".
	Name string
	// Ended is closed when the process has ended.
	Ended <-chan struct{}

	process *os.Process
	started time.Time
	log     string // the file that its output goes to
}

// Start starts a program, with its output in a new file. Stop must be called.
func Start(name, logFile, binary string, args ...string) (*Process, error) {
	log, err := os.Create(logFile) //nolint:gosec // in a directory of the caller's
	if err != nil {
		return nil, err
	}
	defer func() { _ = log.Close() }()       // the process has its own descriptor
	command := exec.Command(binary, args...) //nolint:gosec // what the user asked for; stopped by Stop
	command.Stdout, command.Stderr = log, log
	if err = command.Start(); err != nil {
		return nil, fmt.Errorf("start %s: %w; `make build` makes it", name, err)
	}
	ended := make(chan struct{})
	go func() {
		_ = command.Wait() // the reason for its end is in its log
		close(ended)
	}()
	return &Process{Ended: ended, Name: name, process: command.Process, started: time.Now(), log: logFile}, nil
}

// Age is how long it has been running.
func (p *Process) Age() time.Duration { return time.Since(p.started) }

// WaitHealthy waits, a minute at most, until the address of the health check answers 200.
func (p *Process) WaitHealthy(ctx context.Context, url string) error {
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	for {
		if err := Get(ctx, url, nil); err == nil {
			return nil
		}
		select {
		case <-p.Ended:
			return p.Explain(fmt.Errorf("%s did not start", p.Name))
		case <-ctx.Done():
			return p.Explain(fmt.Errorf("%s is not healthy after %.1f s: %w", p.Name, p.Age().Seconds(), ctx.Err()))
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// Stop ends the process and waits for its end. After a while it kills it.
func (p *Process) Stop() error {
	if p.process.Signal(syscall.SIGTERM) != nil {
		_ = p.process.Kill() // it has ended already, or the operating system has no SIGTERM
	}
	select {
	case <-p.Ended:
		return nil
	case <-time.After(stopTimeout):
	}
	_ = p.process.Kill()
	<-p.Ended
	return p.Explain(fmt.Errorf("%s did not stop within %.0f s and was killed", p.Name, stopTimeout.Seconds()))
}

// Explain adds the end of the process's log to an error, since the file itself is mostly about to be removed.
func (p *Process) Explain(err error) error {
	text, readErr := os.ReadFile(p.log)
	if readErr != nil || errors.Is(err, context.Canceled) {
		return err
	}
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	const most, longest = 15, 1000
	lines = lines[max(0, len(lines)-most):]
	for i, line := range lines {
		lines[i] = strings.Join(strings.FieldsFunc(line, unicode.IsControl), " ") // a terminal would obey control characters
		if runes := []rune(lines[i]); len(runes) > longest {
			lines[i] = string(runes[:longest-1]) + "…"
		}
	}
	return fmt.Errorf("%w\nthe end of %s's log:\n  %s", err, p.Name, strings.Join(lines, "\n  "))
}

// Get fetches a URL and passes its answer to read, if its status is 200.
func Get(ctx context.Context, url string, read func(*http.Response) error) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("%s answers %s", url, response.Status)
	}
	if read == nil {
		return nil
	}
	return read(response)
}

// FreeAddress finds an address of the loopback interface on which nothing listens.
func FreeAddress(ctx context.Context) (string, error) {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", "localhost:0")
	if err != nil {
		return "", err
	}
	_, port, err := net.SplitHostPort(listener.Addr().String())
	return net.JoinHostPort("localhost", port), errors.Join(err, listener.Close())
}
