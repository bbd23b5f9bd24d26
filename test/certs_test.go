// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// authority issues certificates, made anew for each test.
type authority struct {
	t    testing.TB
	dir  string
	file string // its own certificate, in PEM
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
	pool *x509.CertPool
}

// pair is a certificate with its key, as files and in the form for a client.
type pair struct {
	certFile, keyFile string
	leaf              *x509.Certificate
	tls               tls.Certificate
}

func newAuthority(t testing.TB, name string) *authority {
	t.Helper()
	a := &authority{t: t, dir: t.TempDir(), pool: x509.NewCertPool()}
	var err error
	a.key, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := newTemplate(t, name)
	template.IsCA, template.BasicConstraintsValid = true, true
	template.KeyUsage = x509.KeyUsageCertSign | x509.KeyUsageCRLSign
	der, err := x509.CreateCertificate(rand.Reader, template, template, &a.key.PublicKey, a.key)
	require.NoError(t, err)
	a.cert, err = x509.ParseCertificate(der)
	require.NoError(t, err)
	a.pool.AddCert(a.cert)
	a.file = a.write(name+".ca.pem", "CERTIFICATE", der)
	return a
}

func newTemplate(t testing.TB, name string) *x509.Certificate {
	t.Helper()
	serial, err := rand.Int(rand.Reader, big.NewInt(1<<62))
	require.NoError(t, err)
	return &x509.Certificate{
		SerialNumber: serial,
		Subject:      pkix.Name{CommonName: name},
		NotBefore:    time.Now().Add(-time.Hour),
		NotAfter:     time.Now().Add(time.Hour),
	}
}

// server issues a certificate for the loopback address.
func (a *authority) server(name string) pair {
	a.t.Helper()
	return a.issue(name, forLoopback)
}

func forLoopback(c *x509.Certificate) {
	c.DNSNames, c.IPAddresses = []string{"localhost"}, []net.IP{net.IPv4(127, 0, 0, 1)}
	c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
}

// rsaServer issues a certificate for the loopback address whose key is RSA.
func (a *authority) rsaServer(name string) pair {
	a.t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(a.t, err)
	return a.issueFor(name, key, forLoopback)
}

// client issues a client's certificate.
func (a *authority) client(name string) pair {
	a.t.Helper()
	return a.issue(name, func(c *x509.Certificate) { c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth} })
}

// issue issues a certificate. A test can change its template.
func (a *authority) issue(name string, change func(*x509.Certificate)) pair {
	a.t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(a.t, err)
	return a.issueFor(name, key, change)
}

func (a *authority) issueFor(name string, key crypto.Signer, change func(*x509.Certificate)) pair {
	a.t.Helper()
	template := newTemplate(a.t, name)
	template.KeyUsage = x509.KeyUsageDigitalSignature
	change(template)
	der, err := x509.CreateCertificate(rand.Reader, template, a.cert, key.Public(), a.key)
	require.NoError(a.t, err)
	keyDER, err := x509.MarshalPKCS8PrivateKey(key)
	require.NoError(a.t, err)
	p := pair{certFile: a.write(name+".pem", "CERTIFICATE", der), keyFile: a.write(name+".key.pem", "PRIVATE KEY", keyDER)}
	p.leaf, err = x509.ParseCertificate(der)
	require.NoError(a.t, err)
	p.tls, err = tls.LoadX509KeyPair(p.certFile, p.keyFile)
	require.NoError(a.t, err)
	return p
}

func (a *authority) write(name, kind string, der []byte) string {
	a.t.Helper()
	file := filepath.Join(a.dir, strings.ReplaceAll(name, " ", "-"))
	require.NoError(a.t, os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600))
	return file
}

// httpsClient returns a client that trusts the authority and has these certificates.
func (a *authority) httpsClient(certificates ...tls.Certificate) *http.Client {
	return a.httpsClientWith(&tls.Config{RootCAs: a.pool, Certificates: certificates, MinVersion: tls.VersionTLS12})
}

func (a *authority) httpsClientWith(config *tls.Config) *http.Client {
	transport := &http.Transport{TLSClientConfig: config, ForceAttemptHTTP2: true}
	a.t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport, Timeout: 20 * time.Second}
}

// postTLS delivers over HTTPS. An error is a refusal within TLS, before there is an answer.
func (c *collector) postTLS(client *http.Client, path, body string) (*http.Response, error) {
	c.t.Helper()
	resp, err := client.Post("https://"+c.address+path, "application/json", strings.NewReader(body))
	if err == nil {
		resp.Body.Close()
	}
	return resp, err
}

// postAs delivers over HTTPS as the user "vendor", and returns the answer's status.
func (c *collector) postAs(client *http.Client, password, body string) int {
	c.t.Helper()
	req, err := http.NewRequest(http.MethodPost, "https://"+c.address+voicePath, strings.NewReader(body))
	require.NoError(c.t, err)
	req.SetBasicAuth("vendor", password)
	resp, err := client.Do(req)
	require.NoError(c.t, err)
	resp.Body.Close()
	return resp.StatusCode
}
