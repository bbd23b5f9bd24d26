// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"
)

const (
	startTimeout = time.Minute
	stopTimeout  = 15 * time.Second
)

// collector is the collector's process.
type collector struct {
	process *os.Process
	started time.Time
	log     string        // the file that its log goes to
	ended   chan struct{} // closed when the process is no more
}

func startCollector(binary, config, logFile string) (*collector, error) {
	log, err := os.Create(logFile) //nolint:gosec // in a directory of our own
	if err != nil {
		return nil, err
	}
	defer func() { _ = log.Close() }()                  // the process has its own descriptor
	command := exec.Command(binary, "--config", config) //nolint:gosec // what the user asked for; stopped by stop
	command.Stdout, command.Stderr = log, log
	if err = command.Start(); err != nil {
		return nil, fmt.Errorf("start the collector: %w; `make build` makes it", err)
	}
	c := &collector{process: command.Process, started: time.Now(), log: logFile, ended: make(chan struct{})}
	go func() {
		_ = command.Wait() // how it ended is in its log
		close(c.ended)
	}()
	return c, nil
}

func (c *collector) age() time.Duration { return time.Since(c.started) }

// waitHealthy waits until the health check answers 200.
func (c *collector) waitHealthy(ctx context.Context, url string) error {
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	for {
		if err := get(ctx, url, nil); err == nil {
			return nil
		}
		select {
		case <-c.ended:
			return c.explain(errors.New("the collector did not start"))
		case <-ctx.Done():
			return c.explain(fmt.Errorf("the collector is not healthy after %s: %w", seconds(c.age()), ctx.Err()))
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// stop ends the process and waits for its end: in peace, and after a while by force.
func (c *collector) stop() error {
	if c.process.Signal(syscall.SIGTERM) != nil {
		_ = c.process.Kill() // gone already, or an operating system without SIGTERM
	}
	select {
	case <-c.ended:
		return nil
	case <-time.After(stopTimeout):
	}
	_ = c.process.Kill()
	<-c.ended
	return c.explain(fmt.Errorf("the collector did not stop within %s and was killed", seconds(stopTimeout)))
}

// explain adds the end of the collector's log to an error: the file itself is about to be removed.
func (c *collector) explain(err error) error {
	text, readErr := os.ReadFile(c.log)
	if readErr != nil || errors.Is(err, context.Canceled) {
		return err
	}
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	const most = 15
	lines = lines[max(0, len(lines)-most):]
	for i := range lines {
		lines[i] = clip(lines[i], 1000)
	}
	return fmt.Errorf("%w\nthe end of the collector's log:\n  %s", err, strings.Join(lines, "\n  "))
}

// get fetches a URL and hands its body to read, unless the answer is anything but 200.
func get(ctx context.Context, url string, read func(*http.Response) error) error {
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
