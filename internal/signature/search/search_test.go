// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package search

import (
	"bytes"
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/hmac"
	"crypto/md5"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/pem"
	"fmt"
	"hash"
	"math/big"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cxone-otel/cxonereceiver/internal/capture"
	"github.com/cxone-otel/cxonereceiver/internal/signature"
)

const testSecret = "Ycq2Xn6p0Kd8vRf4tLw1sGh7"

// keyPairs makes one key pair of each kind; RSA takes a while.
var keyPairs = sync.OnceValue(func() map[string]crypto.Signer {
	rsaKey, err := rsa.GenerateKey(rand.Reader, 2048)
	must(err)
	p256, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(err)
	p384, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	must(err)
	_, edKey, err := ed25519.GenerateKey(rand.Reader)
	must(err)
	return map[string]crypto.Signer{"rsa": rsaKey, "p256": p256, "p384": p384, "ed25519": edKey}
})

func must(err error) {
	if err != nil {
		panic(err)
	}
}

// call is what a sender sends, before it is signed.
type call struct {
	method, host, path, query string
	at                        time.Time
	consumer, version, nonce  string
	body                      string
	header                    http.Header
}

func (c *call) url() string { return "https://" + c.host + c.path + c.queryMark() }

func (c *call) queryMark() string {
	if c.query == "" {
		return ""
	}
	return "?" + c.query
}

func (c *call) ms() string { return strconv.FormatInt(c.at.UnixMilli(), 10) }
func (c *call) s() string  { return strconv.FormatInt(c.at.Unix(), 10) }

// calls are two that differ in whatever a sender would vary, and a third that the search does not see.
func calls() []*call {
	at := time.Date(2026, 3, 14, 9, 26, 53, 589e6, time.UTC)
	made := []*call{
		{path: "/cxone/voice-quality", body: `{"contactID":"8675309","mos":4.31,"agent":"7"}` + "\n", nonce: "a41c-77", at: at},
		{path: "/cxone/script-api", body: `{"scriptId": 17, "status": 200, "url": "https://crm.example.com/v1?a=b"}`, nonce: "b93f-02", at: at.Add(97 * time.Second)},
		{path: "/cxone/voice-quality", body: `{"contactID":"1","mos":1}`, nonce: "c00d-91", at: at.Add(3 * time.Hour)},
	}
	for _, c := range made {
		c.method, c.host, c.consumer, c.version, c.header = http.MethodPost, "gw.example.com:8443", "acme-7", "3", http.Header{}
		c.header.Set("Content-Type", "application/json")
		c.header.Set("User-Agent", "NICE-Monitoring/4.2")
		c.header.Set("Accept", "*/*")
		c.header.Set("X-Timestamp", c.ms())
		c.header.Set("X-Consumer-Id", c.consumer)
		c.header.Set("X-Key-Version", c.version)
	}
	return made
}

// request is the call as a server reads it, from the text that a receiver captures.
func (c *call) request(t testing.TB, name string) Capture {
	t.Helper()
	u, err := url.Parse(c.url())
	require.NoError(t, err)
	var text bytes.Buffer
	require.NoError(t, capture.Write(&text, &http.Request{Method: c.method, URL: u, Host: c.host, Header: c.header}, []byte(c.body)))
	r, body, err := capture.Read(&text)
	require.NoError(t, err)
	return Capture{Name: name, Request: r, Body: body}
}

// sign signs without any code of package signature.
func sign(t testing.TB, algorithm, text string) []byte {
	t.Helper()
	var made []byte
	var err error
	sum256, sum384, sum512 := sha256.Sum256([]byte(text)), sha512.Sum384([]byte(text)), sha512.Sum512([]byte(text))
	switch algorithm {
	case "rsa_sha256":
		made, err = rsa.SignPKCS1v15(nil, keyPairs()["rsa"].(*rsa.PrivateKey), crypto.SHA256, sum256[:])
	case "rsa_sha512":
		made, err = rsa.SignPKCS1v15(nil, keyPairs()["rsa"].(*rsa.PrivateKey), crypto.SHA512, sum512[:])
	case "rsa_pss_sha256": // the salt as long as it can be, as many libraries make it
		made, err = rsa.SignPSS(rand.Reader, keyPairs()["rsa"].(*rsa.PrivateKey), crypto.SHA256, sum256[:], &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthAuto})
	case "rsa_pss_sha512":
		made, err = rsa.SignPSS(rand.Reader, keyPairs()["rsa"].(*rsa.PrivateKey), crypto.SHA512, sum512[:], &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthEqualsHash})
	case "ecdsa_sha256":
		made, err = ecdsa.SignASN1(rand.Reader, keyPairs()["p256"].(*ecdsa.PrivateKey), sum256[:])
	case "ecdsa_sha256 raw":
		var r, s *big.Int
		r, s, err = ecdsa.Sign(rand.Reader, keyPairs()["p256"].(*ecdsa.PrivateKey), sum256[:])
		made = s.FillBytes(append(r.FillBytes(make([]byte, 32)), make([]byte, 32)...)[32:])
		made = append(r.FillBytes(make([]byte, 32)), made...)
	case "ecdsa_sha384":
		made, err = ecdsa.SignASN1(rand.Reader, keyPairs()["p384"].(*ecdsa.PrivateKey), sum384[:])
	case "ed25519":
		made = ed25519.Sign(keyPairs()["ed25519"].(ed25519.PrivateKey), []byte(text))
	default:
		made = mac(map[string]func() hash.Hash{"hmac_sha256": sha256.New, "hmac_sha512": sha512.New, "hmac_sha1": sha1.New}[algorithm], testSecret, text)
	}
	require.NoError(t, err)
	return made
}

func mac(kind func() hash.Hash, secret, text string) []byte {
	state := hmac.New(kind, []byte(secret))
	state.Write([]byte(text))
	return state.Sum(nil)
}

// keyOf is what the operator has.
func keyOf(t testing.TB, algorithm string) *Key {
	t.Helper()
	file := filepath.Join(t.TempDir(), "key")
	pair := keyPairs()[map[string]string{"rsa": "rsa", "ecdsa_sha256": "p256", "ecdsa_sha256 raw": "p256", "ecdsa_sha384": "p384", "ed25519": "ed25519"}[strings.Split(algorithm, "_")[0]]]
	if strings.HasPrefix(algorithm, "ecdsa") {
		pair = keyPairs()[map[bool]string{true: "p384", false: "p256"}[strings.Contains(algorithm, "384")]]
	}
	if pair == nil {
		require.NoError(t, os.WriteFile(file, []byte(testSecret+"\n"), 0o600))
		key, err := SecretFile(file, "")
		require.NoError(t, err)
		return key
	}
	der, err := x509.MarshalPKIXPublicKey(pair.Public())
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}), 0o600))
	key, err := PublicKey(file)
	require.NoError(t, err)
	return key
}

func b64(data []byte) string { return base64.StdEncoding.EncodeToString(data) }
func sha256Hex(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}
func md5Base64(text string) string  { sum := md5.Sum([]byte(text)); return b64(sum[:]) }
func sha512B64(text string) string  { sum := sha512.Sum512([]byte(text)); return b64(sum[:]) }
func lines(parts ...string) string  { return strings.Join(parts, "\n") }
func inHeader(c *call, sign string) { c.header.Set("X-Signature", sign) }

// sent are the calls, signed, as captures.
func (u *unknownScheme) sent(t testing.TB) []Capture {
	var captures []Capture
	for i, c := range calls() {
		if u.prepare != nil {
			u.prepare(c)
		}
		u.put(c, sign(t, u.algorithm, u.text(c)))
		captures = append(captures, c.request(t, fmt.Sprintf("%d.http", i+1)))
	}
	return captures
}

func TestSchemesThatAreNoPresetAreFound(t *testing.T) {
	for name, scheme := range unknownSchemes {
		t.Run(name, func(t *testing.T) {
			captures := scheme.sent(t)
			known := captures[:2]
			if scheme.one {
				known = captures[:1]
			}
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			result, err := Run(ctx, known, keyOf(t, scheme.algorithm), scheme.options)
			require.NoError(t, err)
			t.Logf("%d strings, %s, level %d", result.Tried, result.Elapsed.Round(time.Millisecond), result.Level+1)
			require.NotNil(t, result.Finding, "sites %v, near miss %v", result.Sites, result.NearMiss)
			assert.Equal(t, scheme.template, result.Finding.Config.SignedString, result.Finding.YAML)
			requireAccepts(t, result.Finding.YAML, captures...)
		})
	}
}

// requireAccepts pastes the block and has the receiver's code verify requests, one of which the search has not seen.
func requireAccepts(t *testing.T, yaml string, captures ...Capture) {
	t.Helper()
	config, err := readBlock(yaml)
	require.NoError(t, err, yaml)
	ring, err := signature.NewKeyring(config, signature.KeyringOptions{})
	require.NoError(t, err)
	require.NoError(t, ring.Load())
	verifier, err := signature.NewVerifier(config, ring, signature.Callback{})
	require.NoError(t, err)
	for i, c := range captures {
		attempt, err := verifier.Check(c.Request, calls()[i].at.Add(time.Second))
		require.NoError(t, err, yaml)
		require.NoError(t, attempt.Verify(c.Body), yaml)
	}
}
