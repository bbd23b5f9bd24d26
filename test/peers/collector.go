// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// collectorConfig is a minimal collector: it limits its memory, and drops everything. It has no batch processor, as the
// guarantees demand.
const collectorConfig = `
receivers: {cxone: {endpoint: %q, signature: {scheme: github, keys: [{secret: %q}]}}}
processors: {memory_limiter: {check_interval: 1s, limit_mib: 1000}}
exporters: {nop: {}}
service:
  telemetry: {metrics: {level: none}, logs: {level: error}}
  pipelines:
    metrics: {receivers: [cxone], processors: [memory_limiter], exporters: [nop]}
    traces: {receivers: [cxone], processors: [memory_limiter], exporters: [nop]}
    logs: {receivers: [cxone], processors: [memory_limiter], exporters: [nop]}
`

func (p *process) startCollector(program string) error {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	p.address, p.ticks = listener.Addr().String(), true
	_ = listener.Close()
	directory, err := os.MkdirTemp("", "peers")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(directory) }()
	file := filepath.Join(directory, "collector.yaml")
	if err = os.WriteFile(file, fmt.Appendf(nil, collectorConfig, p.address, secret), 0o600); err != nil {
		return err
	}
	p.command = exec.Command(program, "--config", file) //nolint:gosec // what the user named
	p.command.Stderr = os.Stderr
	if err = p.command.Start(); err != nil {
		p.command = nil
		return err
	}
	for range 300 {
		if connection, dialErr := net.Dial("tcp", p.address); dialErr == nil {
			return connection.Close()
		}
		time.Sleep(100 * time.Millisecond)
	}
	return errors.New("the collector does not listen")
}

// procTime reads the CPU time from /proc, in ticks of 10 ms.
func (p *process) procTime() (micros float64, err error) {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", p.command.Process.Pid))
	if err != nil {
		return 0, err
	}
	_, rest, _ := strings.Cut(string(stat), ") ")
	fields := strings.Fields(rest)
	const userTime, systemTime = 11, 12 // the 14th and the 15th, proc(5)
	for _, field := range []int{userTime, systemTime} {
		ticks, parseErr := strconv.ParseFloat(fields[field], 64)
		if parseErr != nil {
			return 0, parseErr
		}
		micros += ticks * 1e4
	}
	return micros, nil
}
