// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package receiver

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
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
	"go.opentelemetry.io/collector/config/configoptional"
	"go.opentelemetry.io/collector/config/configtls"
)

// pki is a certificate authority made for a test, with a server certificate in files.
type pki struct {
	t                         *testing.T
	dir                       string
	cert                      *x509.Certificate
	key                       *ecdsa.PrivateKey
	caFile, certFile, keyFile string
	serial                    int64
}

func newPKI(t *testing.T) *pki {
	t.Helper()
	p := &pki{t: t, dir: t.TempDir(), serial: 1}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test authority"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageCRLSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	require.NoError(t, err)
	p.cert, err = x509.ParseCertificate(der)
	require.NoError(t, err)
	p.key = key
	p.caFile = p.write("ca.pem", "CERTIFICATE", der)

	server := p.issue(func(c *x509.Certificate) {
		c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
		c.IPAddresses = []net.IP{net.IPv4(127, 0, 0, 1)}
	})
	p.certFile = p.write("server.pem", "CERTIFICATE", server.Certificate[0])
	keyDER, err := x509.MarshalPKCS8PrivateKey(server.PrivateKey)
	require.NoError(t, err)
	p.keyFile = p.write("server.key", "PRIVATE KEY", keyDER)
	return p
}

func (p *pki) write(name, kind string, der []byte) string {
	p.t.Helper()
	path := filepath.Join(p.dir, name)
	require.NoError(p.t, os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600))
	return path
}

// issue makes a certificate. It is for clients, unless change alters that.
func (p *pki) issue(change func(*x509.Certificate)) *tls.Certificate {
	p.t.Helper()
	p.serial++
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(p.t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(p.serial), Subject: pkix.Name{CommonName: "cxone"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
	}
	if change != nil {
		change(template)
	}
	der, err := x509.CreateCertificate(rand.Reader, template, p.cert, &key.PublicKey, p.key)
	require.NoError(p.t, err)
	return &tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

// revoke writes a revocation list.
func (p *pki) revoke(serials ...int64) string {
	p.t.Helper()
	template := &x509.RevocationList{
		Number:     big.NewInt(p.serial),
		ThisUpdate: time.Now().Add(-time.Minute),
		NextUpdate: time.Now().Add(time.Hour),
	}
	for _, serial := range serials {
		template.RevokedCertificateEntries = append(template.RevokedCertificateEntries,
			x509.RevocationListEntry{SerialNumber: big.NewInt(serial), RevocationTime: time.Now()})
	}
	der, err := x509.CreateRevocationList(rand.Reader, template, p.cert, p.key)
	require.NoError(p.t, err)
	return p.write("crl.pem", "X509 CRL", der)
}

func (p *pki) config() *Config {
	cfg := testConfig()
	cfg.AllowUnauthenticated = false
	server := configtls.NewDefaultServerConfig()
	server.ClientCAFile = p.caFile
	server.ReloadClientCAFile = true
	server.CertFile, server.KeyFile = p.certFile, p.keyFile
	cfg.TLS = configoptional.Some(server)
	return cfg
}

// client returns a client with a certificate, nil for none. Sessions are resumed.
func (p *pki) client(cert *tls.Certificate, keepAlive bool) *http.Client {
	roots := x509.NewCertPool()
	roots.AddCert(p.cert)
	config := &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12, ClientSessionCache: tls.NewLRUClientSessionCache(4)}
	if cert != nil {
		config.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return cert, nil }
	}
	transport := &http.Transport{TLSClientConfig: config, DisableKeepAlives: !keepAlive}
	p.t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport}
}

func TestMutualTLS(t *testing.T) {
	p, other := newPKI(t), newPKI(t)
	good := p.issue(nil)
	forServers := p.issue(func(c *x509.Certificate) { c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth} })
	selfSigned := &tls.Certificate{Certificate: [][]byte{other.cert.Raw}, PrivateKey: other.key}
	for name, tc := range map[string]struct {
		cert   *tls.Certificate
		status int // 0: refused inside TLS
		reason string
	}{
		"a good certificate": {good, 200, ""},
		"none":               {nil, 0, reasonNoCertificate},
		"another authority":  {other.issue(nil), 0, reasonUnknownAuthority},
		"self-signed":        {selfSigned, 0, reasonUnknownAuthority},
		"expired":            {p.issue(func(c *x509.Certificate) { c.NotAfter = time.Now().Add(-time.Second) }), 0, reasonExpiredCertificate},
		"not valid yet":      {p.issue(func(c *x509.Certificate) { c.NotBefore = time.Now().Add(time.Minute) }), 0, reasonExpiredCertificate},
		"for servers only":   {forServers, 0, reasonTLS},
		"not allowed":        {p.issue(func(c *x509.Certificate) { c.Subject.CommonName = "somebody" }), 403, "certificate_not_allowed"},
	} {
		t.Run(name, func(t *testing.T) {
			cfg := p.config()
			cfg.ClientCertificate.AllowedSubjectNames = []string{"cxone"}
			r := run(t, cfg)
			code, text := tryPost(t, p.client(tc.cert, true), r.url, leg)
			assert.Equal(t, tc.status, code, text)
			_, spans, _ := r.emitted()
			switch tc.status {
			case 200:
				assert.Equal(t, 1, spans)
			case 403:
				assert.Zero(t, spans)
				assert.Equal(t, `{"error": "the client certificate may not deliver here"}`, text)
				assert.EqualValues(t, 1, r.failures(tc.reason))
				assert.EqualValues(t, 1, r.counted("otelcol_receiver_cxone_deliveries", "outcome", "forbidden"))
			default:
				assert.Zero(t, spans)
				r.requireHandshakeRefused(tc.reason, "certificate")
			}
		})
	}
}

// tryPost delivers, and returns 0 if the connection was refused.
func tryPost(t *testing.T, client *http.Client, url, body string) (status int, text string) {
	t.Helper()
	req, err := http.NewRequest(http.MethodPost, url+voicePath, strings.NewReader(body))
	require.NoError(t, err)
	resp, err := client.Do(req)
	if err != nil {
		return 0, err.Error()
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	return resp.StatusCode, strings.TrimSpace(string(answer))
}

func TestTLSBelow12IsRefused(t *testing.T) {
	p := newPKI(t)
	r := run(t, p.config())
	client := p.client(p.issue(nil), false)
	config := client.Transport.(*http.Transport).TLSClientConfig
	config.MinVersion, config.MaxVersion = tls.VersionTLS10, tls.VersionTLS11 //nolint:gosec // the versions that are refused
	code, text := tryPost(t, client, r.url, leg)
	assert.Zero(t, code)
	assert.Contains(t, text, "protocol version")
	r.requireHandshakeRefused(reasonNoCommonVersion, "it offers TLS 1.1, TLS 1.0")
}

func TestARevokedCertificate(t *testing.T) {
	for name, keepAlive := range map[string]bool{"on a connection kept alive": true, "on a resumed session": false} {
		t.Run(name, func(t *testing.T) {
			p := newPKI(t)
			cert := p.issue(nil)
			cfg := p.config()
			cfg.ClientCertificate.CRLFile = p.revoke()
			cfg.ClientCertificate.CRLReloadInterval = time.Millisecond
			r := run(t, cfg)
			r.client = p.client(cert, keepAlive)
			resumed := func(n int) (int, bool) {
				resp, err := r.client.Post(r.url+voicePath, "application/json", strings.NewReader(fmt.Sprintf(`{"ContactId": %d}`, n)))
				require.NoError(t, err)
				_, err = io.Copy(io.Discard, resp.Body) // or the connection is not kept
				require.NoError(t, err)
				resp.Body.Close()
				return resp.StatusCode, resp.TLS.DidResume
			}
			code, _ := resumed(1)
			assert.Equal(t, 200, code)
			code, did := resumed(2)
			assert.Equal(t, 200, code)
			assert.Equal(t, !keepAlive, did, "the test is about what it says")

			p.revoke(p.serial)
			leaf, err := x509.ParseCertificate(cert.Certificate[0])
			require.NoError(t, err)
			require.Eventually(t, func() bool { // the file is read in the background
				return r.receiver.endpoint.certificates.Check(&tls.ConnectionState{PeerCertificates: []*x509.Certificate{leaf}}, time.Now()) != nil
			}, 10*time.Second, time.Millisecond)
			code, did = resumed(3)
			assert.Equal(t, 403, code)
			assert.Equal(t, !keepAlive, did)
			assert.EqualValues(t, 1, r.failures("revoked"))
			assert.Equal(t, 2, r.traces.SpanCount())
		})
	}
}

func TestAnAuthorityThatIsNoLongerTrusted(t *testing.T) {
	p, next := newPKI(t), newPKI(t)
	r := run(t, p.config())
	r.client = p.client(p.issue(nil), true)
	code, _, _ := r.post(voicePath, `{"ContactId": 1}`)
	assert.Equal(t, 200, code)

	ca, err := os.ReadFile(next.caFile)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(p.caFile, ca, 0o600))
	assert.Eventually(t, func() bool {
		code, text, _ := r.post(voicePath, fmt.Sprintf(`{"ContactId": %d}`, time.Now().UnixNano()))
		return code == 401 && text == `{"error": "authentication failed"}`
	}, 10*time.Second, 50*time.Millisecond, "the connection is older than the change")
	assert.Positive(t, r.failures("bad_certificate"))
}

func TestMutualTLSAndSignatureMustBothHold(t *testing.T) {
	p := newPKI(t)
	g := guard(t, func(cfg *Config) {
		with := p.config()
		cfg.TLS = with.TLS
	})
	g.client = p.client(p.issue(nil), true)
	code, text, _ := g.do(g.signed(leg))
	assert.Equal(t, 200, code, text)
	code, _, _ = g.post(voicePath, `{"ContactId": 5}`)
	assert.Equal(t, 401, code, "a certificate without a signature")

	bare, _ := tryPost(t, p.client(nil, true), g.url, leg)
	assert.Zero(t, bare, "a signature without a certificate does not even connect")
}

func TestHTTP2(t *testing.T) {
	p := newPKI(t)
	r := run(t, p.config())
	r.client = p.client(p.issue(nil), true)
	r.client.Transport.(*http.Transport).ForceAttemptHTTP2 = true
	resp, err := r.client.Post(r.url+voicePath, "application/json", strings.NewReader(leg))
	require.NoError(t, err)
	defer resp.Body.Close()
	assert.Equal(t, 2, resp.ProtoMajor)
	assert.Equal(t, 200, resp.StatusCode)
	assert.Equal(t, 1, r.traces.SpanCount())

	resp, err = r.client.Post(r.url+voicePath, "application/json", strings.NewReader(strings.Repeat(" ", 9<<20)))
	require.NoError(t, err)
	resp.Body.Close()
	assert.Equal(t, 413, resp.StatusCode)
}
