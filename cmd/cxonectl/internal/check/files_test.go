// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package check

import (
	"crypto"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/confmap"

	"github.com/cxone-otel/cxonereceiver/receiver"
)

// room is a directory with the files that a configuration names.
type room struct {
	t         *testing.T
	directory string
}

func (r *room) in(name string) string { return filepath.Join(r.directory, name) }

func (r *room) write(name string, mode os.FileMode, text []byte) {
	require.NoError(r.t, os.WriteFile(r.in(name), text, mode))
	require.NoError(r.t, os.Chmod(r.in(name), mode))
}

// certificate writes NAME.crt, with its chain, and NAME.key.
func (r *room) certificate(name string, chain ...tls.Certificate) {
	var text []byte
	for _, each := range chain {
		text = append(text, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: each.Certificate[0]})...)
	}
	r.write(name+".crt", 0o644, text)
	key, err := x509.MarshalPKCS8PrivateKey(chain[0].PrivateKey)
	require.NoError(r.t, err)
	r.write(name+".key", 0o600, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: key}))
	public, err := x509.MarshalPKIXPublicKey(chain[0].Leaf.PublicKey)
	require.NoError(r.t, err)
	r.write(name+".pub", 0o644, pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: public}))
}

func (r *room) list(name string, ca tls.Certificate, until time.Time) {
	template := &x509.RevocationList{Number: big.NewInt(1), ThisUpdate: time.Now().Add(-time.Hour), NextUpdate: until}
	der, err := x509.CreateRevocationList(rand.Reader, template, ca.Leaf, ca.PrivateKey.(crypto.Signer))
	require.NoError(r.t, err)
	r.write(name, 0o644, der)
}

func TestFiles(t *testing.T) {
	authority := func(c *x509.Certificate) {
		c.Subject.CommonName = "the authority"
		c.IsCA, c.KeyUsage = true, x509.KeyUsageCertSign|x509.KeyUsageCRLSign
	}
	ca := issue(t, nil, authority)
	other := issue(t, nil, authority)
	r := &room{t, t.TempDir()}
	named := func(name string) func(*x509.Certificate) {
		return func(c *x509.Certificate) { c.DNSNames = []string{name} }
	}
	r.certificate("good", issue(t, &ca, named("hooks.example.org")))
	r.certificate("other-name", issue(t, &ca, named("elsewhere.example.org")))
	r.certificate("expired", issue(t, &ca, func(c *x509.Certificate) { c.NotAfter = time.Now().Add(-time.Minute) }))
	r.certificate("soon", issue(t, &ca, func(c *x509.Certificate) { c.NotAfter = time.Now().Add(50 * time.Hour) }))
	r.certificate("mixed", issue(t, &ca, named("hooks.example.org")), issue(t, nil, func(*x509.Certificate) {}))
	r.certificate("ca", ca)
	r.list("good.crl", ca, time.Now().AddDate(0, 0, 7))
	r.list("old.crl", ca, time.Now().Add(-time.Minute))
	r.list("soon.crl", ca, time.Now().Add(time.Hour))
	r.list("other.crl", other, time.Now().AddDate(0, 0, 7))
	r.write("empty", 0o600, nil)
	r.write("base64", 0o600, []byte("MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=\n"))
	r.write("hex", 0o600, []byte("30313233343536373839616263646566\n"))
	r.write("words", 0o600, []byte("a pass phrase of several words\n"))
	r.write("short", 0o600, []byte("short\n"))
	r.write("open", 0o644, []byte("a pass phrase of several words\n"))
	for name, mode := range map[string]os.FileMode{"private": 0o700, "public": 0o755, "full": 0o700} {
		require.NoError(t, os.Mkdir(r.in(name), mode))
		require.NoError(t, os.Chmod(r.in(name), mode))
	}
	for i := range 2 {
		r.write(fmt.Sprintf("full/rejected-%d.http", i), 0o600, nil)
	}

	const signed = `signature: {url: "https://hooks.example.org/cxone", keys: [{version: "1", algorithm: ecdsa_sha256, public_key_file: ` +
		`DIR/good.pub}]}`
	hmac := func(key string) string {
		return `signature: {scheme: github, keys: [{` + key + `}]}`
	}
	captures := func(directory string) string {
		return strings.TrimSuffix(signed, "}") + `, capture_rejected: {directory: DIR/` + directory + `, max_files: 2}}`
	}
	tlsOf := func(name string) string {
		return signed + "\ntls: {cert_file: DIR/" + name + ".crt, key_file: DIR/" + name + ".key}"
	}
	clients := func(ca, crl string) string {
		text := "tls: {cert_file: DIR/good.crt, key_file: DIR/good.key, client_ca_file: DIR/" + ca + "}"
		if crl != "" {
			text += "\nclient_certificate: {crl_file: DIR/" + crl + "}"
		}
		return text
	}
	for name, tc := range map[string]struct{ block, want, says string }{
		"a key":         {signed, "ok key", "ECDSA, P-256"},
		"no such key":   {`signature: {keys: [{version: "1", public_key_file: DIR/none}]}`, "FAIL key", "make a key pair with"},
		"a private key": {`signature: {keys: [{version: "1", public_key_file: DIR/good.key}]}`, "FAIL key", "private key"},
		"a key that has ended": {
			`signature: {keys: [{version: "1", algorithm: ecdsa_sha256, public_key_file: DIR/good.pub}, {version: "0", public_key_file: ` +
				`DIR/good.pub, not_after: "2020-01-01T00:00:00Z"}]}`,
			"warn key",
			"key version 0 is not accepted since 2020",
		},
		"base64, used raw":         {hmac("secret_file: DIR/base64"), "warn key", "set secret_encoding: base64"},
		"base64, decoded":          {hmac("secret_file: DIR/base64, secret_encoding: base64"), "ok key", "32 bytes, read as base64"},
		"hex, used raw":            {hmac("secret_file: DIR/hex"), "warn key", "set secret_encoding: hex"},
		"words":                    {hmac("secret_file: DIR/words"), "ok key", "30 bytes, read as raw"},
		"a short secret":           {hmac("secret_file: DIR/short"), "FAIL key", "16 bytes"},
		"no such secret":           {hmac("secret_file: DIR/none"), "FAIL key", "--algorithm hmac_sha256"},
		"a secret for all to read": {hmac("secret_file: DIR/open"), "warn key", "chmod 600"},
		"a secret in place":        {hmac(`secret: "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="`), "warn key", "secret looks like base64"},
		"captures":                 {captures("private"), "ok captures", "0 of 2 files"},
		"captures, to be made":     {captures("not-yet"), "ok captures", "will be made"},
		"captures for all to see":  {captures("public"), "warn captures", "chmod 700"},
		"captures, full":           {captures("full"), "warn captures", "nothing more is captured"},
		"captures into a file":     {captures("empty"), "FAIL captures", "not a directory"},
		"a server's certificate":   {tlsOf("good"), "warn certificate", "for hooks.example.org"},
		"ciphers":                  {tlsOf("good"), "ok ciphers", "ECDHE-ECDSA-AES128-GCM-SHA256"},
		"for another name":         {tlsOf("other-name"), "FAIL certificate", "elsewhere.example.org"},
		"expired":                  {tlsOf("expired"), "FAIL certificate", "renew it"},
		"soon":                     {strings.Replace(tlsOf("soon"), "hooks.example.org", "127.0.0.1", 1), "warn certificate", "2 days"},
		"out of order":             {tlsOf("mixed"), "warn certificate", "put them in order"},
		"an authority's":           {tlsOf("ca"), "warn certificate", "is the certificate of an authority"},
		"no such certificate":      {tlsOf("none"), "FAIL certificate", "cert_file and tls.key_file belong together"},
		"TLS 1.3 only": {
			strings.Replace(tlsOf("good"), "tls: {", `tls: {min_version: "1.3", `, 1),
			"warn ciphers",
			"leave TLS 1.2 on",
		},
		"no cipher of the vendor's": {
			strings.Replace(tlsOf("good"), "tls: {", `tls: {cipher_suites: [TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA], `, 1),
			"warn ciphers",
			"key of ECDSA",
		},
		"an authority of clients":   {clients("ca.crt", ""), "ok client ca", "the authority, valid until"},
		"a client for an authority": {clients("good.crt", ""), "FAIL client ca", "not the certificate of an authority"},
		"no authority at all":       {clients("empty", ""), "FAIL client ca", "no certificate in PEM form"},
		"no such authority":         {clients("none", ""), "FAIL client ca", "correct tls.client_ca_file"},
		"a list":                    {clients("ca.crt", "good.crl"), "ok crl", "the authority revokes 0"},
		"an old list":               {clients("ca.crt", "old.crl"), "FAIL crl", "out of date"},
		"a list that ends today":    {clients("ca.crt", "soon.crl"), "warn crl", "fetch the next one"},
		"another authority's list":  {clients("ca.crt", "other.crl"), "warn crl", "not issued by an authority in tls.client_ca_file"},
		"no list":                   {clients("ca.crt", "ca.crt"), "FAIL crl", "PEM or DER"},
		"no such list":              {clients("ca.crt", "none"), "FAIL crl", "without one every client certificate is refused"},
		"it starts":                 {signed, "ok start", "reads all its files and starts"},
		"it does not": {
			`signature: {keys: [{version: "1", public_key_file: DIR/none}]}`,
			"FAIL start",
			"the receiver does not start",
		},
		"what the receiver warns of": {
			`signature: {scheme: walmart_service_registry, keys: [{version: "1", algorithm: ecdsa_sha256, public_key_file: DIR/good.pub}]}`,
			"warn start",
			"signature does not cover: ",
		},
		"an authenticator beside it":   {signed + "\nauth: {authenticator: basicauth}", "ok start", "starts"},
		"nobody is asked who they are": {"allow_unauthenticated: true", "warn start", "taken from anybody"},
	} {
		t.Run(name, func(t *testing.T) {
			retrieved, err := confmap.NewRetrievedFromYAML([]byte(strings.ReplaceAll(tc.block, "DIR", r.directory)))
			require.NoError(t, err)
			conf, err := retrieved.AsConf()
			require.NoError(t, err)
			config := receiver.NewFactory().CreateDefaultConfig().(*receiver.Config)
			require.NoError(t, conf.Unmarshal(config))
			require.NoError(t, confmap.Validate(config))
			roots := x509.NewCertPool()
			roots.AddCert(ca.Leaf)
			var said []string
			forms := Files(t.Context(), config, roots, func(f Finding) {
				assert.Equal(t, f.Level == OK, f.Remedy == "", "a remedy belongs to what is not well: %+v", f)
				said = append(said, fmt.Sprintf("%s %s: %s -> %s", f.Level, f.What, f.Text, f.Remedy))
			})
			all := strings.Join(said, "\n")
			found := false
			for _, line := range said {
				found = found || strings.HasPrefix(line, tc.want+": ") && strings.Contains(line, tc.says)
			}
			assert.True(t, found, "no %s that says %q in\n%s", tc.want, tc.says, all)
			assert.NotContains(t, all, "pass phrase")
			assert.NotContains(t, all, "MDEyMzQ1")
			if strings.Contains(all, "ok start") {
				require.Len(t, forms, 2, "one for each callback")
				assert.Contains(t, fmt.Sprint(forms), "voice_quality")
			}
		})
	}
	assert.NoDirExists(t, r.in("not-yet"), "nothing is made by looking")
}
