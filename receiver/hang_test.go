// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

//go:build unix

package receiver

import (
	"fmt"
	"net/http"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestAFileSystemThatHangs replaces all files of TLS by pipes that nobody writes to, so that reading one does not return.
// New connections, deliveries and the shutdown must go on.
func TestAFileSystemThatHangs(t *testing.T) {
	p := newPKI(t)
	cfg := p.config()
	cfg.TLS.Get().ReloadInterval = time.Millisecond
	cfg.ClientCertificate.CRLFile = p.revoke()
	cfg.ClientCertificate.CRLReloadInterval = time.Millisecond
	var ends []int
	t.Cleanup(func() { // runs after the shutdown, which waits for no reader; now the readers end
		for _, fd := range ends {
			_ = syscall.Close(fd)
		}
	})
	r := run(t, cfg)
	files := []string{p.certFile, p.caFile, cfg.ClientCertificate.CRLFile}
	for _, file := range files {
		pipe := file + ".pipe"
		require.NoError(t, syscall.Mkfifo(pipe, 0o600))
		require.NoError(t, os.Rename(pipe, file))
	}
	for _, file := range files {
		require.Eventually(t, func() bool { // a pipe can be opened in this way only while a process reads it
			fd, err := syscall.Open(file, syscall.O_WRONLY|syscall.O_NONBLOCK, 0)
			if err == nil {
				ends = append(ends, fd)
			}
			return err == nil
		}, 10*time.Second, time.Millisecond, file)
	}
	client := p.client(p.issue(nil), false) // a connection for each delivery
	client.Timeout = 10 * time.Second
	for i := range 3 {
		resp, err := client.Post(r.url+voicePath, "application/json", strings.NewReader(fmt.Sprintf(`{"ContactId": %d}`, i)))
		require.NoError(t, err)
		resp.Body.Close()
		assert.Equal(t, http.StatusOK, resp.StatusCode)
	}
}
