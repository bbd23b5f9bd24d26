// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package receiver

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/config/configtls"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/collector/receiver/receivertest"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	"go.uber.org/zap/zapcore"

	"github.com/cxone-otel/cxonereceiver/receiver/internal/metadata"
)

// useRSA replaces the server's certificate by one with an RSA key.
func (p *pki) useRSA() {
	p.t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(p.t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(99), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, p.cert, &key.PublicKey, p.key)
	require.NoError(p.t, err)
	keyDER, err := x509.MarshalPKCS8PrivateKey(key)
	require.NoError(p.t, err)
	p.certFile, p.keyFile = p.write("rsa.pem", "CERTIFICATE", der), p.write("rsa.key", "PRIVATE KEY", keyDER)
}

// TestTheVendorsCiphers connects and delivers with exactly the ciphers that the vendor's network asks for, apart from those
// that Go lacks.
func TestTheVendorsCiphers(t *testing.T) {
	for kind, suite := range map[string]uint16{
		"RSA":   tls.TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA,
		"ECDSA": tls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
	} {
		for _, offersHTTP2 := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, offers HTTP/2: %v", kind, offersHTTP2), func(t *testing.T) {
				p := newPKI(t)
				if kind == "RSA" {
					p.useRSA()
				}
				r := run(t, p.config())
				assert.Zero(t, r.logs.FilterMessageSnippet("may not be able to connect").Len())
				client := p.client(p.issue(nil), false)
				transport := client.Transport.(*http.Transport)
				transport.ForceAttemptHTTP2 = offersHTTP2
				transport.TLSClientConfig.MaxVersion = tls.VersionTLS12
				transport.TLSClientConfig.CipherSuites = []uint16{
					tls.TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA,
					tls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, tls.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
				}
				resp, err := client.Post(r.url+voicePath, "application/json", strings.NewReader(leg))
				require.NoError(t, err)
				resp.Body.Close()
				assert.Equal(t, 200, resp.StatusCode)
				assert.Equal(t, suite, resp.TLS.CipherSuite, tls.CipherSuiteName(resp.TLS.CipherSuite))
				assert.Equal(t, offersHTTP2 && kind == "ECDSA", resp.ProtoMajor == 2, "HTTP/2 forbids CBC")
			})
		}
	}
}

// TestOneSuiteWithCBC offers one suite after another. Of those with CBC, the server accepts only the vendor's.
func TestOneSuiteWithCBC(t *testing.T) {
	for _, kind := range []string{"RSA", "ECDSA"} {
		p := newPKI(t)
		if kind == "RSA" {
			p.useRSA()
		}
		r := run(t, p.config())
		certificate := p.issue(nil)
		var taken []string
		for _, suite := range slices.Concat(tls.CipherSuites(), tls.InsecureCipherSuites()) {
			config := p.client(certificate, false).Transport.(*http.Transport).TLSClientConfig
			config.MaxVersion, config.CipherSuites, config.ServerName = tls.VersionTLS12, []uint16{suite.ID}, "127.0.0.1"
			c, err := tls.Dial("tcp", r.receiver.address.String(), config)
			if err == nil {
				taken = append(taken, suite.Name)
				c.Close()
			}
		}
		for _, name := range taken {
			assert.Equal(t, name == "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA", strings.Contains(name, "CBC"), name)
		}
		assert.Len(t, taken, map[string]int{"RSA": 4, "ECDSA": 3}[kind], taken)
	}
}

func TestCiphersOfTheOperator(t *testing.T) {
	const warning = "CXone's network may not be able to connect"
	for name, tc := range map[string]struct {
		change  func(*pki, *configtls.ServerConfig)
		isWarns bool
	}{
		"none":         {func(*pki, *configtls.ServerConfig) {}, false},
		"TLS 1.3 only": {func(_ *pki, c *configtls.ServerConfig) { c.MinVersion = "1.3" }, true},
		"the vendor's for ECDSA": {func(_ *pki, c *configtls.ServerConfig) {
			c.CipherSuites = []string{"TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384"}
		}, false},
		"those of RSA for ECDSA": {func(_ *pki, c *configtls.ServerConfig) {
			c.CipherSuites = []string{"TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA"}
		}, true},
		"a modern list for RSA": {func(p *pki, c *configtls.ServerConfig) {
			p.useRSA()
			c.CertFile, c.KeyFile = p.certFile, p.keyFile
			c.CipherSuites = []string{"TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"}
		}, true},
	} {
		t.Run(name, func(t *testing.T) {
			p := newPKI(t)
			cfg := p.config()
			tc.change(p, cfg.TLS.Get())
			r := run(t, cfg)
			assert.Equal(t, tc.isWarns, r.logs.FilterLevelExact(zapcore.WarnLevel).FilterMessageSnippet(warning).Len() == 1, r.logged())
		})
	}
}

// TestCiphersHoldWithReloadedAuthorities is about a fault of configtls, which forgets cipher_suites with
// client_ca_file_reload.
func TestCiphersHoldWithReloadedAuthorities(t *testing.T) {
	p := newPKI(t)
	cfg := p.config()
	cfg.TLS.Get().CipherSuites = []string{"TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384"}
	r := run(t, cfg)
	client := p.client(p.issue(nil), false)
	client.Transport.(*http.Transport).TLSClientConfig.MaxVersion = tls.VersionTLS12
	client.Transport.(*http.Transport).TLSClientConfig.CipherSuites = []uint16{tls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256}
	code, text := tryPost(t, client, r.url, leg)
	assert.Zero(t, code, text)
	r.requireHandshakeRefused(reasonNoCommonCipher, "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256")
}

// startErr starts a receiver that must not start, and returns its error.
func startErr(t *testing.T, cfg *Config) error {
	t.Helper()
	require.NoError(t, cfg.Validate())
	c, err := NewFactory().CreateLogs(context.Background(), receivertest.NewNopSettings(metadata.Type), cfg, new(consumertest.LogsSink))
	require.NoError(t, err)
	err = c.Start(context.Background(), componenttest.NewNopHost())
	require.NoError(t, c.Shutdown(context.Background()))
	require.Error(t, err)
	return err
}

func TestTLSFilesThatCannotBeUsed(t *testing.T) {
	p, other := newPKI(t), newPKI(t)
	read := func(file string) string {
		data, err := os.ReadFile(file)
		require.NoError(t, err)
		return string(data)
	}
	keep := func(text string) string {
		file := filepath.Join(t.TempDir(), "file.pem")
		require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
		return file
	}
	for name, tc := range map[string]struct {
		change func(*configtls.ServerConfig)
		says   []string
	}{
		"mixed up": {
			func(c *configtls.ServerConfig) { c.CertFile, c.KeyFile = c.KeyFile, c.CertFile },
			[]string{"tls::cert_file", "it holds PRIVATE KEY where CERTIFICATE is expected"},
		},
		"a certificate for a key": {
			func(c *configtls.ServerConfig) { c.KeyFile = c.CertFile },
			[]string{"tls::key_file", "it holds CERTIFICATE where PRIVATE KEY"},
		},
		"another key": {
			func(c *configtls.ServerConfig) { c.KeyFile = other.keyFile },
			[]string{"private key does not match public key"},
		},
		"an indented key": {
			func(c *configtls.ServerConfig) { c.KeyFile = keep("  " + read(p.keyFile)) },
			[]string{"tls::key_file", "indented"},
		},
		"a byte order mark": {
			func(c *configtls.ServerConfig) { c.CertFile = keep("\xef\xbb\xbf" + read(p.certFile)) },
			[]string{"tls::cert_file", "byte order mark"},
		},
		"an encrypted key": {func(c *configtls.ServerConfig) {
			c.KeyFile = keep(strings.ReplaceAll(read(p.keyFile), "PRIVATE KEY", "ENCRYPTED PRIVATE KEY"))
		}, []string{"tls::key_file", "holds ENCRYPTED PRIVATE KEY", "openssl pkey"}},
		"no file": {func(c *configtls.ServerConfig) { c.CertFile = "missing.pem" }, []string{"tls::cert_file", "missing.pem"}},
		"a client for a CA": {
			func(c *configtls.ServerConfig) { c.ClientCAFile = p.certFile },
			[]string{"tls::client_ca_file", "no certificate authority", "allowed_subject_names"},
		},
		"a key for a CA": {
			func(c *configtls.ServerConfig) { c.ClientCAFile = p.keyFile },
			[]string{"tls::client_ca_file", "it holds PRIVATE KEY where CERTIFICATE"},
		},
		"a CA behind a byte order mark": {func(c *configtls.ServerConfig) {
			c.ClientCAFile = keep("\xef\xbb\xbf" + read(p.caFile) + read(other.caFile))
		}, []string{"tls::client_ca_file", "byte order mark"}},
	} {
		t.Run(name, func(t *testing.T) {
			cfg := p.config()
			tc.change(cfg.TLS.Get())
			err := startErr(t, cfg)
			for _, says := range tc.says {
				assert.ErrorContains(t, err, says)
			}
		})
	}
}

func TestDatesAreWarnedAbout(t *testing.T) {
	p := newPKI(t)
	for name, tc := range map[string]struct {
		change func(*x509.Certificate)
		says   string
	}{
		"expired":       {func(c *x509.Certificate) { c.NotAfter = time.Now().Add(-time.Minute) }, "expired on"},
		"not yet valid": {func(c *x509.Certificate) { c.NotBefore = time.Now().Add(time.Minute) }, "valid only from"},
	} {
		t.Run(name, func(t *testing.T) {
			cfg := p.config()
			certificate := p.issue(tc.change)
			key, err := x509.MarshalPKCS8PrivateKey(certificate.PrivateKey)
			require.NoError(t, err)
			cfg.TLS.Get().CertFile = p.write("dated.pem", "CERTIFICATE", certificate.Certificate[0])
			cfg.TLS.Get().KeyFile = p.write("dated.key", "PRIVATE KEY", key)
			r := run(t, cfg)
			said := r.logs.FilterMessageSnippet("the server's certificate is not valid now").All()
			require.Len(t, said, 1)
			assert.Equal(t, zapcore.WarnLevel, said[0].Level)
			assert.Contains(t, said[0].ContextMap()["error"], tc.says)
		})
	}
}

// expiry returns a credential's expiry as the gauge shows it; 0 if there is none.
func (r *running) expiry(kind, name string) float64 {
	r.t.Helper()
	m, err := r.tel.GetMetric("otelcol_receiver_cxone_credential_expiry_time")
	require.NoError(r.t, err)
	for _, point := range m.Data.(metricdata.Gauge[float64]).DataPoints {
		k, _ := point.Attributes.Value(attribute.Key("kind"))
		n, _ := point.Attributes.Value(attribute.Key("name"))
		if k.AsString() == kind && n.AsString() == name {
			return point.Value
		}
	}
	return 0
}

func TestCredentialsExpiry(t *testing.T) {
	p := newPKI(t)
	g := guard(t, func(cfg *Config) {
		cfg.TLS = p.config().TLS
		cfg.TLS.Get().ReloadInterval = 10 * time.Millisecond
		cfg.ClientCertificate.CRLFile = p.revoke()
		cfg.ClientCertificate.CRLReloadInterval = 10 * time.Millisecond
		cfg.Signature.Get().Keys[0].NotAfter = "2099-01-01T00:00:00Z"
	})
	assert.InDelta(t, p.cert.NotAfter.Unix(), g.expiry("client_ca", "ca.pem"), 0)
	assert.InDelta(t, time.Now().Add(time.Hour).Unix(), g.expiry("crl", "crl.pem"), 60)
	assert.InDelta(t, time.Now().Add(time.Hour).Unix(), g.expiry("server_certificate", "server.pem"), 60)
	assert.InDelta(t, 4070908800, g.expiry("key", "1"), 0)

	renewed := p.issue(func(c *x509.Certificate) {
		c.NotAfter = time.Now().Add(48 * time.Hour)
		c.ExtKeyUsage, c.IPAddresses = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}, []net.IP{net.IPv4(127, 0, 0, 1)}
	})
	key, err := x509.MarshalPKCS8PrivateKey(renewed.PrivateKey)
	require.NoError(t, err)
	p.write("server.pem", "CERTIFICATE", renewed.Certificate[0]) // for a moment, the key does not match
	require.Eventually(t, func() bool {
		return g.logs.FilterMessageSnippet("cannot read the server's certificate again").Len() > 0
	}, 10*time.Second, time.Millisecond)
	code, text := tryPost(t, p.client(p.issue(nil), false), g.url, leg)
	assert.Equal(t, 401, code, "the last good certificate is in force, and only the signature is missing: %s", text)
	p.write("server.key", "PRIVATE KEY", key)
	require.Eventually(t, func() bool {
		return g.expiry("server_certificate", "server.pem") > float64(time.Now().Add(47*time.Hour).Unix())
	}, 10*time.Second, time.Millisecond)
	assert.Equal(t, 1, g.logs.FilterMessage("the server's certificate has changed").Len())
	assert.Equal(t, 1, g.logs.FilterMessageSnippet("cannot read the server's certificate again").Len(), "one problem is logged once")
	code, text = tryPost(t, p.client(p.issue(nil), false), g.url, leg)
	assert.Equal(t, 401, code, text)
}

func TestPlainHTTPHasNoCredentials(t *testing.T) {
	r := run(t, testConfig())
	_, err := r.tel.GetMetric("otelcol_receiver_cxone_credential_expiry_time")
	assert.Error(t, err)
}

func TestAnEndpointThatCannotBeListenedOn(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer taken.Close()
	cfg := testConfig()
	cfg.NetAddr.Endpoint = taken.Addr().String()
	assert.ErrorContains(t, startErr(t, cfg), "the port is taken")
	cfg = testConfig()
	cfg.NetAddr.Endpoint = "192.0.2.1:8443"
	assert.ErrorContains(t, startErr(t, cfg), "this machine does not have that address")

	denied := explainListen("0.0.0.0:443", &net.OpError{Op: "listen", Err: os.NewSyscallError("bind", syscall.EACCES)})
	assert.ErrorContains(t, denied, "AmbientCapabilities=CAP_NET_BIND_SERVICE")
	assert.ErrorContains(t, denied, "setcap")
	assert.EqualError(t, explainListen("a:1", errors.New("else")), "cannot listen on endpoint a:1: else")
}
