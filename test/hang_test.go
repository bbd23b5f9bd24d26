// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

//go:build unix

package test

import (
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"math/big"
	"net/http"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestAFileSystemThatHangs replaces each of the files of TLS by a pipe that nobody writes to, so that reading one never
// returns. New connections, deliveries and the end of the collector must go on.
func TestAFileSystemThatHangs(t *testing.T) {
	t.Parallel()
	ours, vendor := newAuthority(t, "ours"), newAuthority(t, "vendor")
	server := ours.server("receiver")
	der, err := x509.CreateRevocationList(rand.Reader, &x509.RevocationList{
		Number: big.NewInt(1), ThisUpdate: time.Now().Add(-time.Minute), NextUpdate: time.Now().Add(time.Hour),
	}, vendor.cert, vendor.key)
	require.NoError(t, err)
	crl := filepath.Join(t.TempDir(), "crl.pem")
	require.NoError(t, os.WriteFile(crl, pem.EncodeToMemory(&pem.Block{Type: "X509 CRL", Bytes: der}), 0o600))
	c := start(t, with(fmt.Sprintf(`    tls: {cert_file: %q, key_file: %q, client_ca_file: %q,
      reload_interval: 100ms, client_ca_file_reload: true}
    client_certificate: {crl_file: %q, crl_reload_interval: 100ms}
`, server.certFile, server.keyFile, vendor.file, crl)))
	for _, file := range []string{server.certFile, vendor.file, crl} {
		require.NoError(t, syscall.Mkfifo(file+".pipe", 0o600))
		require.NoError(t, os.Rename(file+".pipe", file))
		c.waitFor(func() bool { // a pipe can be opened in this way only while a process reads it
			fd, err := syscall.Open(file, syscall.O_WRONLY|syscall.O_NONBLOCK, 0)
			if err == nil {
				t.Cleanup(func() { _ = syscall.Close(fd) })
			}
			return err == nil
		}, file+" to be read")
	}
	gateway := vendor.client("gateway").tls
	for range 3 { // a client, and so a connection, for each
		resp, err := c.postTLS(ours.httpsClient(gateway), voicePath, leg)
		require.NoError(t, err)
		assert.Equal(t, http.StatusOK, resp.StatusCode)
	}
	before := time.Now()
	assert.NoError(t, c.stop())
	assert.Less(t, time.Since(before), 10*time.Second)
}
