// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package test

import (
	"fmt"
	"net"
	"net/http"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestNoFileDescriptorIsLeft has silent connections that use all file descriptors. The collector logs this, and recovers
// once read_header_timeout has ended them.
func TestNoFileDescriptorIsLeft(t *testing.T) {
	t.Parallel()
	prlimit, err := exec.LookPath("prlimit")
	if err != nil {
		t.Skip("prlimit, of util-linux, lowers the limit of a running process")
	}
	c := start(t, strings.ReplaceAll(with(open+"    read_header_timeout: 3s\n"), "level: debug", "level: info"))
	const limit = 64
	output, err := exec.Command(prlimit, "--pid", fmt.Sprint(c.cmd.Process.Pid), fmt.Sprintf("--nofile=%d:%d", limit, limit)).CombinedOutput()
	require.NoError(t, err, string(output))
	for range 2 * limit {
		conn, err := net.Dial("tcp", c.address)
		require.NoError(t, err)
		defer conn.Close()
	}
	c.waitLog("too many open files")
	assert.Contains(t, c.log.String(), "\terror\t")
	assert.Contains(t, c.log.String(), "the HTTP server is in trouble")
	patient := &http.Client{Timeout: 25 * time.Second}
	resp, err := patient.Post("http://"+c.address+voicePath, "application/json", strings.NewReader(leg))
	require.NoError(t, err)
	resp.Body.Close()
	assert.Equal(t, http.StatusOK, resp.StatusCode, "once the silent ones are gone")
}
