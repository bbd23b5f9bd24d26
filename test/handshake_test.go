// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package test

import (
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// dial makes a TLS handshake as a client, and sends a request. In TLS 1.3 the server's refusal comes after the client's
// part.
func (c *collector) dial(config *tls.Config) error {
	c.t.Helper()
	config.ServerName = "localhost"
	conn, err := tls.DialWithDialer(&net.Dialer{Timeout: 10 * time.Second}, "tcp", c.address, config)
	if err != nil {
		return err
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(10 * time.Second))
	if _, err = io.WriteString(conn, "GET / HTTP/1.1\r\nHost: a\r\n\r\n"); err != nil {
		return err
	}
	_, err = conn.Read(make([]byte, 1))
	return err
}

// TestRefusedHandshakes makes every mistake of a sender or a proxy in a handshake. Each is logged with its cause and
// counted by its reason, and none is a delivery.
func TestRefusedHandshakes(t *testing.T) {
	t.Parallel()
	ours, vendor := newAuthority(t, "ours"), newAuthority(t, "vendor")
	c := start(t, strings.Replace(with(serverTLS(ours.server("receiver"), vendor.file)), "level: debug", "level: info", 1))
	show := func(p pair, config *tls.Config) error {
		// Go's client would show no certificate rather than one of another authority.
		config.RootCAs = ours.pool
		config.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return &p.tls, nil }
		return c.dial(config)
	}
	send := func(text string) error {
		conn, err := net.Dial("tcp", c.address)
		require.NoError(t, err)
		defer conn.Close()
		_, err = io.WriteString(conn, text)
		require.NoError(t, err)
		_, _ = io.ReadAll(conn)
		return io.EOF
	}
	good := vendor.client("gateway")
	require.NoError(t, show(good, &tls.Config{}))
	expired := vendor.issue("expired", func(c *x509.Certificate) { c.NotAfter = time.Now().Add(-time.Minute) })
	for _, tc := range []struct {
		name, reason, says string
		do                 func() error
	}{
		{
			"no certificate",
			"missing_certificate",
			"the client showed no certificate",
			func() error { return c.dial(&tls.Config{RootCAs: ours.pool}) },
		},
		{
			"of another authority",
			"unknown_authority",
			"is not from an authority in tls::client_ca_file",
			func() error { return show(newAuthority(t, "vendor").client("gateway"), &tls.Config{}) },
		},
		{"expired", "expired_certificate", "has expired or is not valid yet", func() error { return show(expired, &tls.Config{}) }},
		{"for servers", "tls_handshake", "lacks clientAuth", func() error { return show(vendor.server("server"), &tls.Config{}) }},
		{"ciphers", "no_common_cipher", "it offers TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", func() error {
			return show(good, &tls.Config{MaxVersion: tls.VersionTLS12, CipherSuites: []uint16{tls.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256}})
		}},
		{"versions", "no_common_version", "it offers TLS 1.1, TLS 1.0", func() error {
			return show(good, &tls.Config{MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11}) //nolint:gosec // what is refused
		}},
		{
			"plain HTTP",
			"not_tls",
			"the callback URL must begin with https://",
			func() error { return send("POST " + voicePath + " HTTP/1.1\r\nHost: a\r\n\r\n") },
		},
		{
			"distrust",
			"tls_handshake",
			"the client does not accept the server's certificate",
			func() error { return c.dial(&tls.Config{RootCAs: vendor.pool}) },
		},
	} {
		label := fmt.Sprintf("reason=%q", tc.reason)
		counted := func() float64 { return c.own("receiver_cxone_authentication_failures", `data_type="unknown"`, label) }
		before := counted()
		require.Error(t, tc.do(), tc.name)
		c.waitFor(func() bool { return counted() == before+1 }, tc.name+" to be counted")
		c.waitLog(tc.says)
		line := lineWith(c.log.String(), tc.says)
		assert.Contains(t, line, "\twarn\t", tc.name)
		assert.Contains(t, line, "refused a TLS handshake: "+tc.reason)
		assert.Contains(t, line, `"remote_address": "127.0.0.1:`)
	}
	c.await(0, 0, 0)
	assert.Zero(t, c.own("receiver_cxone_deliveries", `data_type="unknown"`, `outcome="unauthenticated"`))

	before := strings.Count(c.log.String(), "\n")
	for range 300 {
		_ = send("GET / HTTP/1.0\r\n\r\n")
	}
	c.waitFor(func() bool { return c.own("receiver_cxone_authentication_failures", `reason="not_tls"`) == 301 }, "all to be counted")
	assert.Less(t, strings.Count(c.log.String(), "\n")-before, 10, "what anybody can cause is logged a few times a minute")
	assert.NotContains(t, c.log.String(), "\terror\t", "a sender who gets it wrong is no error of the collector's")
}

// lineWith returns the first line that holds a text.
func lineWith(log, text string) string {
	for line := range strings.Lines(log) {
		if strings.Contains(line, text) {
			return line
		}
	}
	return ""
}

// TestTheVendorsCiphers delivers with exactly the cipher suites that the vendor's network asks for, apart from the one that
// Go lacks.
func TestTheVendorsCiphers(t *testing.T) {
	t.Parallel()
	ours := newAuthority(t, "ours")
	for kind, server := range map[string]pair{"RSA": ours.rsaServer("rsa"), "ECDSA": ours.server("ecdsa")} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			c := start(t, with(open+serverTLS(server, "")))
			resp, err := c.postTLS(ours.httpsClientWith(&tls.Config{RootCAs: ours.pool, MaxVersion: tls.VersionTLS12, CipherSuites: []uint16{
				tls.TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA, tls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, tls.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
			}}), voicePath, leg)
			require.NoError(t, err)
			assert.Equal(t, http.StatusOK, resp.StatusCode)
			c.await(1, 1, 1)
			assert.NotContains(t, c.log.String(), "may not be able to connect")
		})
	}
}

// TestRevocation replaces the revocation list of a running collector, by one that revokes, and by a delta list.
func TestRevocation(t *testing.T) {
	t.Parallel()
	ours, vendor := newAuthority(t, "ours"), newAuthority(t, "vendor")
	gateway := vendor.client("gateway")
	file := filepath.Join(t.TempDir(), "vendor.crl.pem")
	list := func(number int64, revoked ...*big.Int) []byte {
		template := &x509.RevocationList{
			Number:     big.NewInt(number),
			ThisUpdate: time.Now().Add(-time.Minute),
			NextUpdate: time.Now().Add(time.Hour),
		}
		for _, serial := range revoked {
			template.RevokedCertificateEntries = append(template.RevokedCertificateEntries,
				x509.RevocationListEntry{SerialNumber: serial, RevocationTime: time.Now()})
		}
		der, err := x509.CreateRevocationList(rand.Reader, template, vendor.cert, vendor.key)
		require.NoError(t, err)
		return pem.EncodeToMemory(&pem.Block{Type: "X509 CRL", Bytes: der})
	}
	keep := func(lists ...[]byte) {
		var all []byte
		for _, l := range lists {
			all = append(all, l...)
		}
		require.NoError(t, os.WriteFile(file+".new", all, 0o600))
		require.NoError(t, os.Rename(file+".new", file))
	}
	keep(list(1))
	c := start(t, with(serverTLS(ours.server("receiver"), vendor.file)+
		fmt.Sprintf("    client_certificate: {crl_file: %q, crl_reload_interval: 100ms}\n", file)))
	client := ours.httpsClient(gateway.tls)
	status := func() int {
		resp, err := c.postTLS(client, voicePath, leg)
		require.NoError(t, err)
		return resp.StatusCode
	}
	require.Equal(t, http.StatusOK, status())
	require.InDelta(t, time.Now().Add(time.Hour).Unix(), c.own("receiver_cxone_credential_expiry_time", `kind="crl"`,
		`name="vendor.crl.pem"`), 60)
	require.InDelta(t, vendor.cert.NotAfter.Unix(), c.own("receiver_cxone_credential_expiry_time", `kind="client_ca"`), 0)

	keep(list(1), list(2, gateway.leaf.SerialNumber)) // the older one comes first
	c.waitFor(func() bool { return status() == http.StatusForbidden }, "the revocation to be in force on the open connection")
	c.waitLog("is revoked by revocation list 2")
	assert.Positive(t, c.own("receiver_cxone_authentication_failures", `reason="revoked"`))
	keep(list(3))
	c.waitFor(func() bool { return status() == http.StatusOK }, "the newest list to be in force")
	require.NoError(t, os.Remove(file))
	c.waitFor(func() bool { return status() == http.StatusForbidden }, "everybody to be refused without a list")
	assert.Positive(t, c.own("receiver_cxone_authentication_failures", `reason="crl_unavailable"`))
}

// TestTLSMistakesAtStartUp checks that the collector ends or warns, and says what to do.
func TestTLSMistakesAtStartUp(t *testing.T) {
	t.Parallel()
	ours := newAuthority(t, "ours")
	server := ours.server("receiver")
	text, err := os.ReadFile(server.certFile)
	require.NoError(t, err)
	withMark := filepath.Join(t.TempDir(), "mark.pem")
	require.NoError(t, os.WriteFile(withMark, append([]byte("\xef\xbb\xbf"), text...), 0o600))
	expired := ours.issue("expired", func(c *x509.Certificate) { c.NotAfter = time.Now().Add(-time.Minute) })
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { taken.Close() })
	for name, tc := range map[string]struct{ receiver, says string }{
		"mixed up": {
			serverTLS(pair{certFile: server.keyFile, keyFile: server.certFile}, ""),
			"it holds PRIVATE KEY where CERTIFICATE is expected",
		},
		"a byte order mark": {serverTLS(pair{certFile: withMark, keyFile: server.keyFile}, ""), "byte order mark"},
		"a server for a CA": {serverTLS(server, server.certFile), "it holds no certificate authority's certificate"},
		"expired":           {serverTLS(expired, ""), "the server's certificate is not valid now"},
		"TLS 1.3 only": {
			strings.Replace(serverTLS(server, ""), "}", `, min_version: "1.3"}`, 1),
			"CXone's network may not be able to connect",
		},
		"a port that is taken": {"    endpoint: " + taken.Addr().String() + "\n", "the port is taken"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			config := with(open + tc.receiver)
			if strings.Contains(tc.receiver, "endpoint") {
				config = strings.Replace(config, "    endpoint: 127.0.0.1:${PORT}\n", "", 1)
			}
			c := launch(t, config)
			deadline := time.Now().Add(30 * time.Second)
			for !strings.Contains(c.log.String(), tc.says) && time.Now().Before(deadline) {
				time.Sleep(20 * time.Millisecond)
			}
			assert.Contains(t, c.log.String(), tc.says)
		})
	}
}
