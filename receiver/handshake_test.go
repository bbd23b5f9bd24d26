// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package receiver

import (
	"crypto/tls"
	"crypto/x509"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/zap/zapcore"
)

// requireHandshakeRefused waits for a refused handshake that is counted and logged by its reason, and for no other.
func (r *running) requireHandshakeRefused(reason, says string) {
	r.t.Helper()
	message := "refused a TLS handshake: " + reason
	require.Eventually(r.t, func() bool { return r.logs.FilterMessage(message).Len() > 0 }, 10*time.Second, time.Millisecond, r.logged())
	said := r.logs.FilterMessage(message).All()[0]
	assert.Equal(r.t, zapcore.WarnLevel, said.Level)
	assert.Equal(r.t, reason, said.ContextMap()["reason"])
	assert.Contains(r.t, said.ContextMap()["cause"], says)
	assert.Contains(r.t, said.ContextMap()["remote_address"], "127.0.0.1:")
	for _, other := range handshakeReasons {
		if other == reason {
			assert.Positive(r.t, r.counted("otelcol_receiver_cxone_authentication_failures", "reason", other))
		} else {
			assert.Zero(r.t, r.failures(other), other)
		}
	}
}

// TestRefusedHandshakes has clients' mistakes other than in their certificate.
func TestRefusedHandshakes(t *testing.T) {
	p, other := newPKI(t), newPKI(t)
	trusting := func(config *tls.Config) *tls.Config {
		config.RootCAs = x509.NewCertPool()
		config.RootCAs.AddCert(p.cert)
		return config
	}
	handshake := func(config *tls.Config) func(*testing.T, net.Conn) {
		return func(t *testing.T, c net.Conn) {
			config.ServerName = "127.0.0.1"
			require.Error(t, tls.Client(c, config).Handshake())
		}
	}
	send := func(text string) func(*testing.T, net.Conn) {
		return func(t *testing.T, c net.Conn) {
			_, err := io.WriteString(c, text)
			require.NoError(t, err)
			_, _ = io.ReadAll(c)
		}
	}
	for name, tc := range map[string]struct {
		do           func(*testing.T, net.Conn)
		reason, says string
	}{
		"plain HTTP": {send("POST /cxone/voice-quality HTTP/1.1\r\nHost: a\r\n\r\n"), reasonNotTLS, "must begin with https://"},
		"HTTP/2":     {send("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), reasonNotTLS, "must begin with https://"},
		"SSH":        {send("SSH-2.0-OpenSSH_9.9\r\n"), reasonNotTLS, "not TLS"},
		"SSL 2":      {send("\x80\x2e\x01\x00\x02\x00\x15\x00\x00\x00\x10"), reasonNoCommonVersion, "SSL 2"},
		"an old client": {
			handshake(trusting(&tls.Config{MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11})),
			reasonNoCommonVersion,
			"it offers TLS 1.1, TLS 1.0",
		},
		"old ciphers": {
			handshake(trusting(&tls.Config{MaxVersion: tls.VersionTLS12, CipherSuites: []uint16{tls.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA}})),
			reasonNoCommonCipher, "it offers TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA",
		},
		"a client that does not trust us": {
			handshake(&tls.Config{RootCAs: x509.NewCertPool(), MaxVersion: tls.VersionTLS12}), reasonTLS, "does not accept the server's certificate",
		},
		"a client that hangs up": {func(t *testing.T, c net.Conn) {
			config := trusting(&tls.Config{ServerName: "127.0.0.1"})
			config.VerifyConnection = func(tls.ConnectionState) error { return c.Close() }
			require.Error(t, tls.Client(c, config).Handshake())
		}, reasonTLS, "hung up"},
		"a broken hello":    {send("\x16\x03\x01\x00\x05\x01\x00\x00\x01\x00"), reasonTLS, "the handshake failed"},
		"a client too slow": {func(_ *testing.T, c net.Conn) { _, _ = io.ReadAll(c) }, reasonTLS, "within read_header_timeout"},
	} {
		t.Run(name, func(t *testing.T) {
			cfg := other.config()
			cfg.TLS.Get().CertFile, cfg.TLS.Get().KeyFile, cfg.TLS.Get().ClientCAFile = p.certFile, p.keyFile, ""
			cfg.AllowUnauthenticated = true
			cfg.ReadHeaderTimeout = time.Second
			r := run(t, cfg)
			c, err := net.Dial("tcp", r.receiver.address.String())
			require.NoError(t, err)
			defer c.Close()
			tc.do(t, c)
			r.requireHandshakeRefused(tc.reason, tc.says)
			assert.Zero(t, r.counted("otelcol_receiver_cxone_deliveries", "data_type", "unknown"), "a handshake is not a delivery")
		})
	}
}

// TestAProbeIsNotAHandshake connects and hangs up, as load balancers do.
func TestAProbeIsNotAHandshake(t *testing.T) {
	p := newPKI(t)
	r := run(t, p.config())
	for _, linger := range []int{-1, 0} { // 0: with a reset
		c, err := net.Dial("tcp", r.receiver.address.String())
		require.NoError(t, err)
		require.NoError(t, c.(*net.TCPConn).SetLinger(linger))
		require.NoError(t, c.Close())
	}
	code, _ := tryPost(t, p.client(p.issue(nil), false), r.url, leg)
	assert.Equal(t, 200, code)
	require.Eventually(t, func() bool { return strings.Count(r.logged(), "TLS handshake error") == 2 }, 10*time.Second, time.Millisecond)
	for _, reason := range handshakeReasons {
		assert.Zero(t, r.failures(reason))
	}
	assert.Zero(t, r.logs.FilterLevelExact(zapcore.WarnLevel).FilterMessageSnippet("handshake").Len())
}
