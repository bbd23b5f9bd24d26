// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// senders is the number of connections to a server.
const senders = 4

// process is a running server.
type process struct {
	command *exec.Cmd
	input   io.WriteCloser
	lines   *bufio.Scanner
	scheme  string
	address string
	clients []*http.Client
	tls     *tls.Config
	number  atomic.Int64
	ticks   bool // its CPU time comes from /proc
}

// startProcess starts this program as a server or, if the name is a path, the collector.
func startProcess(server string, c certificate, profile string) (*process, error) {
	p := &process{scheme: "http://"}
	if strings.HasSuffix(server, "TLS") {
		config, err := c.client()
		if err != nil {
			return nil, err
		}
		p.tls, p.scheme = config, "https://"
	}
	if _, ours := servers[server]; !ours {
		err := p.startCollector(server)
		if err != nil && p.command != nil {
			p.stop()
		}
		return p, err
	}
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	p.command = exec.Command(self, "-serve", server, "-certificates", c.directory, "-profiles", profile) //nolint:gosec // this program
	p.command.Stderr = os.Stderr
	if p.input, err = p.command.StdinPipe(); err != nil {
		return nil, err
	}
	output, err := p.command.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err = p.command.Start(); err != nil {
		return nil, err
	}
	p.lines = bufio.NewScanner(output)
	if !p.lines.Scan() {
		return nil, fmt.Errorf("the server did not start: %w", p.command.Wait())
	}
	p.address = p.lines.Text()
	return p, nil
}

// open makes the clients: one with a kept connection for each sender, or, if a number is given, one for each connection.
func (p *process) open(connections int) {
	for range max(1, connections) {
		transport := &http.Transport{MaxIdleConnsPerHost: senders, DisableCompression: true, TLSClientConfig: p.tls}
		if connections > 0 {
			transport.MaxConnsPerHost = 1
		}
		p.clients = append(p.clients, &http.Client{Transport: transport})
	}
}

func (p *process) stop() {
	if p.ticks {
		_ = p.command.Process.Kill()
	} else {
		_ = p.input.Close()
	}
	_ = p.command.Wait()
}

// usage returns the CPU time that the process has used, in microseconds, and its allocations.
func (p *process) usage() (micros, allocs float64, err error) {
	if p.ticks {
		micros, err = p.procTime()
		return micros, 0, err
	}
	if _, err = fmt.Fprintln(p.input); err != nil {
		return 0, 0, err
	}
	if !p.lines.Scan() {
		return 0, 0, io.ErrUnexpectedEOF
	}
	_, err = fmt.Sscan(p.lines.Text(), &micros, &allocs)
	return micros, allocs, err
}

// send keeps the server busy with deliveries for about this long, and returns how many it took.
func (p *process) send(requests []request, length time.Duration) (int64, error) {
	var sent atomic.Int64
	var first atomic.Pointer[error]
	var group sync.WaitGroup
	end := time.Now().Add(length)
	for range senders {
		group.Go(func() {
			for time.Now().Before(end) && first.Load() == nil {
				for _, r := range requests {
					if err := p.post(r); err != nil {
						first.CompareAndSwap(nil, &err)
						return
					}
				}
				sent.Add(1)
			}
		})
	}
	group.Wait()
	if err := first.Load(); err != nil {
		return 0, *err
	}
	return sent.Load(), nil
}

func (p *process) post(r request) error {
	number := int(p.number.Add(1))
	body := r.body(number)
	request, err := http.NewRequest(http.MethodPost, p.scheme+p.address+r.path, bytes.NewReader(body))
	if err != nil {
		return err
	}
	for name, value := range r.header(body) {
		request.Header.Set(name, value)
	}
	response, err := p.clients[number%len(p.clients)].Do(request)
	if err != nil {
		return err
	}
	defer func() { _ = response.Body.Close() }()
	text, err := io.ReadAll(response.Body)
	if err == nil && response.StatusCode >= 300 {
		err = fmt.Errorf("%s: %s", response.Status, text)
	}
	return err
}
