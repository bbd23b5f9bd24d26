// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package test

import (
	"crypto/tls"
	"fmt"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// serverTLS is the receiver's tls block; clientCA is "" for TLS without client certificates.
func serverTLS(server pair, clientCA string) string {
	block := fmt.Sprintf("    tls: {cert_file: %q, key_file: %q", server.certFile, server.keyFile)
	if clientCA != "" {
		block += fmt.Sprintf(", client_ca_file: %q", clientCA)
	}
	return block + "}\n"
}

func TestTLS(t *testing.T) {
	t.Parallel()
	ours := newAuthority(t, "ours")
	c := start(t, with(open+serverTLS(ours.server("receiver"), "")))

	resp, err := c.postTLS(ours.httpsClient(), voicePath, leg)
	require.NoError(t, err)
	assert.Equal(t, http.StatusOK, resp.StatusCode)
	assert.Equal(t, 2, resp.ProtoMajor, "HTTP/2 is offered")
	assert.GreaterOrEqual(t, resp.TLS.Version, uint16(tls.VersionTLS12))

	_, err = c.postTLS(newAuthority(t, "others").httpsClient(), voicePath, leg)
	assert.ErrorContains(t, err, "certificate signed by unknown authority", "the server shows the certificate it was given")
	_, err = c.postTLS(ours.httpsClientWith(&tls.Config{
		RootCAs: ours.pool, MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11, //nolint:gosec // what is refused
	}), voicePath, leg)
	assert.ErrorContains(t, err, "protocol version", "TLS below 1.2")
	plain := c.post(voicePath, leg)
	assert.Equal(t, http.StatusBadRequest, plain.status, "plain HTTP where TLS is spoken; net/http's own answer")

	c.await(1, 1, 1)
	assert.NotContains(t, c.log.String(), "\terror\t", "a sender who fails the handshake is no error of the collector's")
}

func TestMutualTLS(t *testing.T) {
	t.Parallel()
	ours, vendor := newAuthority(t, "ours"), newAuthority(t, "vendor")
	c := start(t, with(serverTLS(ours.server("receiver"), vendor.file)))

	resp, err := c.postTLS(ours.httpsClient(vendor.client("gateway").tls), voicePath, leg)
	require.NoError(t, err)
	assert.Equal(t, http.StatusOK, resp.StatusCode)

	refusedHandshakes := func() float64 { return c.own("receiver_cxone_authentication_failures", `data_type="unknown"`) }
	before := refusedHandshakes()
	_, err = c.postTLS(ours.httpsClient(), voicePath, leg)
	assert.Error(t, err, "no client certificate") // in TLS 1.3 the client may only notice a broken connection
	forged := newAuthority(t, "vendor").client("gateway").tls
	_, err = c.postTLS(ours.httpsClientWith(&tls.Config{
		RootCAs: ours.pool, MinVersion: tls.VersionTLS12,
		// Go's client would send no certificate rather than one of another authority.
		GetClientCertificate: func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return &forged, nil },
	}), voicePath, leg)
	assert.Error(t, err, "another authority of the same name")
	server := vendor.server("not a client").tls
	_, err = c.postTLS(ours.httpsClient(server), voicePath, leg)
	assert.Error(t, err, "a certificate that is for servers only")

	c.await(1, 1, 1)
	assert.Contains(t, c.log.String(), `"authentication": "mutual TLS"`)
	c.waitFor(func() bool { return refusedHandshakes() == before+3 }, "the refused handshakes to be counted")
	assert.NotContains(t, c.log.String(), "\terror\t")
}
