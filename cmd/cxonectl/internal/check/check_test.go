// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package check

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// answering answers the probes of check as the receiver does.
func answering(w http.ResponseWriter, r *http.Request) {
	refuse := func(status int) {
		w.WriteHeader(status)
		fmt.Fprint(w, `{"error": "refused"}`)
	}
	switch {
	case r.URL.Path != "/hook":
		refuse(http.StatusNotFound)
	case r.Method != http.MethodPost:
		w.Header().Set("Allow", http.MethodPost)
		refuse(http.StatusMethodNotAllowed)
	case r.Header.Get("X_Wm.Signature") == "":
		refuse(http.StatusUnauthorized)
	default:
		refuse(http.StatusBadRequest)
	}
}

func sign(r *http.Request, _ []byte) error {
	r.Header.Set("X_Wm.Signature", "signed")
	return nil
}

// findings runs the checks, and returns a line for each: "FAIL GET".
func findings(t *testing.T, endpoint *Endpoint) (lines []string, text string) {
	t.Helper()
	endpoint.Timeout = 10 * time.Second
	endpoint.BodyBytes = 7 << 20
	var all strings.Builder
	Run(t.Context(), endpoint, func(f Finding) {
		assert.Equal(t, f.Level == OK, f.Remedy == "", "a remedy belongs to what is not well: %+v", f)
		lines = append(lines, string(f.Level)+" "+f.What)
		fmt.Fprintf(&all, "%+v\n", f)
	})
	return lines, all.String()
}

func hook(t *testing.T, base string) *url.URL {
	t.Helper()
	u, err := url.Parse(base + "/hook")
	require.NoError(t, err)
	return u
}

func TestAnswers(t *testing.T) {
	// All of these warn about the name and the missing TLS, since the server is on this machine.
	start := []string{"warn name", "ok connection", "warn tls"}
	answer := func(status int, text string, header ...string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			if len(header) > 0 {
				w.Header().Set(header[0], header[1])
			}
			w.WriteHeader(status)
			fmt.Fprint(w, text)
		}
	}
	on := func(applies func(*http.Request) bool, then http.HandlerFunc) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			if applies(r) {
				then(w, r)
				return
			}
			answering(w, r)
		}
	}
	post := func(r *http.Request) bool { return r.Method == http.MethodPost }
	for name, tc := range map[string]struct {
		handler http.HandlerFunc
		keyless bool
		want    []string
		says    string
	}{
		"all is well": {
			handler: answering,
			want:    []string{"ok GET", "ok path", "ok POST", "ok signature", "ok headers", "ok body"},
			says:    "names with dots or underscores arrive: X_wm.signature",
		},
		"no key to sign with": {
			handler: answering, keyless: true,
			want: []string{"ok GET", "ok path", "ok POST", "warn signature", "ok body"},
			says: "--private-key-file",
		},
		"a proxy drops header names with dots and underscores": {
			handler: func(w http.ResponseWriter, r *http.Request) {
				for name := range r.Header {
					if strings.ContainsAny(name, "._") {
						delete(r.Header, name)
					}
				}
				answering(w, r)
			},
			want: []string{"ok GET", "ok path", "ok POST", "FAIL signature", "ok body"},
			says: "underscores_in_headers on",
		},
		"another path": {
			handler: answer(http.StatusNotFound, `{"error": "no such path"}`),
			want:    []string{"FAIL GET"}, says: "paths match exactly",
		},
		"a redirect": {
			handler: answer(http.StatusMovedPermanently, "", "Location", "https://elsewhere.example/hook"),
			want:    []string{"FAIL GET"}, says: "follows no redirect",
		},
		"a proxy without a collector": {
			handler: answer(http.StatusBadGateway, "<html>"),
			want:    []string{"FAIL GET"}, says: "does not reach the collector",
		},
		"a web page": {
			handler: answer(http.StatusOK, "<html>"),
			want:    []string{"FAIL GET"}, says: "something else answers",
		},
		"a server-auth extension": {
			handler: answer(http.StatusUnauthorized, `{"error": "authentication failed"}`),
			want:    []string{"ok GET", "ok path", "ok POST", "FAIL signature", "ok body"},
			says:    "asks for credentials before all else",
		},
		"nobody is asked who they are": {
			handler: on(post, answer(http.StatusBadRequest, `{"error": "not a voice quality record"}`)),
			want:    []string{"ok GET", "ok path", "FAIL POST", "ok body"},
			says:    "nobody is asked who they are",
		},
		"everything is accepted": {
			handler: on(post, answer(http.StatusOK, `{"accepted": 0}`)),
			want:    []string{"ok GET", "ok path", "FAIL POST", "FAIL body"},
			says:    "not the receiver's answer",
		},
		"shutting down": {
			handler: on(post, answer(http.StatusServiceUnavailable, `{"error": "shutting down"}`)),
			want:    []string{"ok GET", "ok path", "FAIL POST", "ok body"},
			says:    "no room",
		},
		"other paths are another server's": {
			handler: on(func(r *http.Request) bool { return r.URL.Path != "/hook" }, answer(http.StatusOK, "<html>")),
			want:    []string{"ok GET", "warn path", "ok POST", "ok signature", "ok headers", "ok body"},
			says:    "other paths of this host",
		},
		"a proxy's limit of bodies": {
			handler: on(func(r *http.Request) bool { return r.ContentLength > 1<<20 }, answer(http.StatusRequestEntityTooLarge, "<html>")),
			want:    []string{"ok GET", "ok path", "ok POST", "ok signature", "ok headers", "FAIL body"},
			says:    "client_max_body_size",
		},
		"a body is asked for": {
			handler: on(func(r *http.Request) bool { return r.ContentLength > 1<<20 }, func(_ http.ResponseWriter, r *http.Request) {
				_, _ = io.Copy(io.Discard, r.Body)
			}),
			want: []string{"ok GET", "ok path", "ok POST", "ok signature", "ok headers", "ok body"},
			says: "is let through",
		},
		"the receiver's own smaller limit": {
			handler: on(func(r *http.Request) bool { return r.ContentLength > 1<<20 },
				answer(http.StatusRequestEntityTooLarge, `{"error": "at most 1 MiB"}`)),
			want: []string{"ok GET", "ok path", "ok POST", "ok signature", "ok headers", "warn body"},
			says: "max_request_body_size",
		},
		"a clock an hour ahead": {
			handler: func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Date", time.Now().Add(time.Hour).UTC().Format(http.TimeFormat))
				answering(w, r)
			},
			want: []string{"warn clock", "ok GET", "ok path", "ok POST", "ok signature", "ok headers", "ok body"},
			says: "NTP",
		},
	} {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewServer(tc.handler)
			defer server.Close()
			endpoint := &Endpoint{URL: hook(t, server.URL), Sign: sign}
			if tc.keyless {
				endpoint.Sign = nil
			}
			lines, text := findings(t, endpoint)
			assert.Equal(t, append(slices.Clip(start), tc.want...), lines, text)
			assert.Contains(t, text, tc.says)
		})
	}
}

func TestWayThere(t *testing.T) {
	t.Run("unknown name", func(t *testing.T) {
		lines, text := findings(t, &Endpoint{URL: &url.URL{Scheme: "https", Host: "no-such-host.invalid", Path: "/hook"}})
		assert.Equal(t, []string{"FAIL name"}, lines, text)
	})
	t.Run("nobody listens", func(t *testing.T) {
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		require.NoError(t, err)
		address := listener.Addr().String()
		require.NoError(t, listener.Close())
		lines, text := findings(t, &Endpoint{URL: hook(t, "https://"+address)})
		assert.Equal(t, []string{"warn name", "FAIL connection"}, lines, text)
	})
	t.Run("a signature that cannot be made", func(t *testing.T) {
		server := httptest.NewServer(http.HandlerFunc(answering))
		defer server.Close()
		lines, text := findings(t, &Endpoint{
			URL:  hook(t, server.URL),
			Sign: func(*http.Request, []byte) error { return errors.New("no such field") },
		})
		assert.Contains(t, lines, "FAIL signature")
		assert.Contains(t, text, "no such field")
	})
}

// issue makes a certificate that parent signs; if parent is nil, it signs itself.
func issue(t *testing.T, parent *tls.Certificate, change func(*x509.Certificate)) tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	return issueFor(t, key, parent, change)
}

// rsaOf is a server's certificate with an RSA key.
func rsaOf(t *testing.T, parent *tls.Certificate) tls.Certificate {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	return issueFor(t, key, parent, func(*x509.Certificate) {})
}

func issueFor(t *testing.T, key crypto.Signer, parent *tls.Certificate, change func(*x509.Certificate)) tls.Certificate {
	t.Helper()
	template := &x509.Certificate{
		Subject: pkix.Name{CommonName: "check"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().AddDate(0, 3, 0),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, BasicConstraintsValid: true,
	}
	change(template)
	signer, signerKey := template, any(key)
	if parent != nil {
		signer, signerKey = parent.Leaf, parent.PrivateKey
	}
	der, err := x509.CreateCertificate(rand.Reader, template, signer, key.Public(), signerKey)
	require.NoError(t, err)
	leaf, err := x509.ParseCertificate(der)
	require.NoError(t, err)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key, Leaf: leaf}
}

func TestTLS(t *testing.T) {
	ca := issue(t, nil, func(c *x509.Certificate) {
		c.Subject.CommonName = "the authority"
		c.IsCA, c.KeyUsage = true, x509.KeyUsageCertSign
	})
	roots, others := x509.NewCertPool(), x509.NewCertPool()
	roots.AddCert(ca.Leaf)
	unknown := issue(t, nil, func(c *x509.Certificate) { c.Subject.CommonName = "unknown" })
	others.AddCert(unknown.Leaf)
	good := issue(t, &ca, func(*x509.Certificate) {})
	start, rest := []string{"warn name", "ok connection"}, []string{"ok GET", "ok path", "ok POST", "ok signature", "ok headers", "ok body"}
	with := func(middle ...string) []string { return append(append(start[:2:2], middle...), rest...) }
	// Nothing signed is sent to a server that was not verified.
	unverified := []string{
		"warn name", "ok connection", "ok tls", "FAIL certificate", "ok ciphers", "ok client certificate", "ok GET",
		"ok path", "ok POST", "warn signature", "ok body",
	}
	for name, tc := range map[string]struct {
		certificate tls.Certificate
		server      *tls.Config
		client      *tls.Config
		want        []string
		says        string
	}{
		"of one's own authority": {
			certificate: good,
			want:        with("ok tls", "warn certificate", "ok ciphers", "ok client certificate"),
			says:        "not by one that this machine trusts",
		},
		"of an authority that nobody knows": {
			certificate: good, client: &tls.Config{RootCAs: others},
			want: unverified,
			says: "sent no intermediate certificate",
		},
		"self-signed": {
			certificate: unknown,
			want:        unverified,
			says:        "self-signed",
		},
		"expired": {
			certificate: issue(t, &ca, func(c *x509.Certificate) { c.NotAfter = time.Now().Add(-time.Minute) }),
			want:        unverified,
			says:        "renew it: it was valid until",
		},
		"not valid yet": {
			certificate: issue(t, &ca, func(c *x509.Certificate) { c.NotBefore = time.Now().Add(time.Hour) }),
			want:        unverified,
			says:        "is a clock wrong",
		},
		"for another name": {
			certificate: issue(t, &ca, func(c *x509.Certificate) { c.IPAddresses, c.DNSNames = nil, []string{"other.example"} }),
			want:        unverified,
			says:        "the certificate is for other.example",
		},
		"expires soon": {
			certificate: issue(t, &ca, func(c *x509.Certificate) { c.NotAfter = time.Now().Add(73 * time.Hour) }),
			want:        with("ok tls", "warn certificate", "ok ciphers", "ok client certificate"),
			says:        "3 days",
		},
		"none of the vendor's ciphers": {
			certificate: rsaOf(t, &ca), server: &tls.Config{
				CipherSuites: []uint16{tls.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256},
				MinVersion:   tls.VersionTLS12,
			},
			want: with("ok tls", "warn certificate", "warn ciphers", "ok client certificate"),
			says: "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA",
		},
		"TLS 1.3 only": {
			certificate: good, server: &tls.Config{MinVersion: tls.VersionTLS13},
			want: with("ok tls", "warn certificate", "warn ciphers", "ok client certificate"),
			says: "leave TLS 1.2 on",
		},
		"an RSA certificate with Go's own ciphers": {
			certificate: rsaOf(t, &ca), server: &tls.Config{MinVersion: tls.VersionTLS12},
			want: with("ok tls", "warn certificate", "ok ciphers", "ok client certificate"),
			says: "ECDHE-RSA-AES128-CBC-SHA",
		},
		"TLS 1.0 is taken too": {
			certificate: good, server: &tls.Config{MinVersion: tls.VersionTLS10},
			want: with("ok tls", "warn certificate", "ok ciphers", "warn tls", "ok client certificate"),
			says: "TLS 1.1 is accepted too",
		},
		"a client certificate is asked for, and none given": {
			certificate: good, server: &tls.Config{ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: roots, MinVersion: tls.VersionTLS13},
			want: append(start[:2:2], "ok client certificate", "ok tls", "warn certificate", "warn ciphers", "ok GET"),
			says: "asks for a certificate of CN=the authority",
		},
		"before TLS 1.3, too": {
			certificate: good, server: &tls.Config{ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: roots, MaxVersion: tls.VersionTLS12},
			want: append(start[:2:2], "ok client certificate", "FAIL tls"),
			says: "give --cert-file and --key-file",
		},
		"a client certificate is asked for, and given": {
			certificate: good, server: &tls.Config{ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: roots},
			client: &tls.Config{Certificates: []tls.Certificate{issue(t, &ca, func(c *x509.Certificate) {
				c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}
			})}},
			want: append(append(start[:2:2], "ok client certificate", "ok tls", "warn certificate", "ok ciphers"), rest...),
			says: "the one given is",
		},
		"another authority's client certificate": {
			certificate: good, server: &tls.Config{ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: roots, MinVersion: tls.VersionTLS13},
			client: &tls.Config{Certificates: []tls.Certificate{unknown}},
			want:   append(start[:2:2], "FAIL client certificate", "ok tls", "warn certificate", "warn ciphers", "FAIL GET"),
			says:   "put this one's authority into tls.client_ca_file",
		},
		"a client certificate that nobody asked for": {
			certificate: good, client: &tls.Config{Certificates: []tls.Certificate{unknown}},
			want: with("ok tls", "warn certificate", "ok ciphers", "FAIL client certificate"),
			says: "let it pass TLS through",
		},
	} {
		t.Run(name, func(t *testing.T) {
			var signed atomic.Bool
			server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				signed.Store(signed.Load() || r.Header.Get("X_Wm.Signature") != "")
				answering(w, r)
			}))
			server.Config.ErrorLog = log.New(io.Discard, "", 0)
			server.EnableHTTP2 = true
			server.TLS = &tls.Config{MinVersion: tls.VersionTLS12}
			if tc.server != nil {
				server.TLS = tc.server
			}
			server.TLS.Certificates = []tls.Certificate{tc.certificate}
			server.StartTLS()
			defer server.Close()
			client := &tls.Config{MinVersion: tls.VersionTLS12}
			if tc.client != nil {
				client = tc.client
			}
			if client.RootCAs == nil {
				client.RootCAs = roots
			}
			lines, text := findings(t, &Endpoint{URL: hook(t, server.URL), TLS: client, Sign: sign})
			assert.Equal(t, tc.want, lines, text)
			assert.Contains(t, text, tc.says)
			assert.Equal(t, slices.Contains(lines, "ok signature"), signed.Load(), "whether the server saw a signature")
		})
	}

	t.Run("plain HTTP to a server that speaks TLS", func(t *testing.T) {
		server := httptest.NewUnstartedServer(http.HandlerFunc(answering))
		server.Config.ErrorLog = log.New(io.Discard, "", 0)
		server.StartTLS()
		defer server.Close()
		lines, text := findings(t, &Endpoint{URL: hook(t, strings.Replace(server.URL, "https", "http", 1))})
		assert.Equal(t, append(start[:2:2], "warn tls", "FAIL GET"), lines, text)
		assert.Contains(t, text, "use https://")
	})
	t.Run("TLS to a server that speaks plain HTTP", func(t *testing.T) {
		server := httptest.NewServer(http.HandlerFunc(answering))
		defer server.Close()
		lines, text := findings(t, &Endpoint{URL: hook(t, strings.Replace(server.URL, "http", "https", 1))})
		assert.Equal(t, append(start[:2:2], "FAIL tls"), lines, text)
		assert.Contains(t, text, "does not speak TLS")
	})
}
