// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package search

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
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

	"github.com/stretchr/testify/require"

	"github.com/cxone-otel/cxonereceiver/internal/capture"
	"github.com/cxone-otel/cxonereceiver/internal/signature/signaturetest"
)

// The rest is a sender. It signs without any code of package signature.

// call is a sender's request before it is signed.
type call struct {
	t                         testing.TB
	keys                      *senderKeys
	method, host, path, query string
	at                        time.Time
	consumer, version, nonce  string
	body                      string
	header                    http.Header
}

// calls are two that differ in everything that a sender varies, and a third that the search does not see.
func calls() []*call {
	at := time.Date(2026, 3, 14, 9, 26, 53, 589e6, time.UTC)
	made := []*call{
		{path: "/cxone/voice-quality", body: `{"contactID":"8675309","mos":4.31,"agent":"7"}` + "\n", nonce: "a41c-77", at: at},
		{
			path:  "/cxone/script-api",
			body:  `{"scriptId": 17, "status": 200, "agent": "Zoë", "url": "https://crm.example.com/v1?a=b"}`,
			nonce: "b93f-02",
			at:    at.Add(97 * time.Second),
		},
		{path: "/cxone/voice-quality", body: `{"contactID":"1","mos":1}`, nonce: "c00d-91", at: at.Add(3 * time.Hour)},
	}
	for _, c := range made {
		c.keys = ours()
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

// bare removes the headers of the parts.
func (c *call) bare() *call {
	for _, name := range []string{"X-Timestamp", "X-Consumer-Id", "X-Key-Version"} {
		c.header.Del(name)
	}
	return c
}

func (c *call) set(name, value string) { c.header.Set(name, value) }

func (c *call) target() string {
	if c.query == "" {
		return c.path
	}
	return c.path + "?" + c.query
}

func (c *call) url() string { return "https://" + c.host + c.target() }
func (c *call) ms() string  { return strconv.FormatInt(c.at.UnixMilli(), 10) }
func (c *call) s() string   { return strconv.FormatInt(c.at.Unix(), 10) }

// sign signs with the call's keys.
func (c *call) sign(algorithm, text string) []byte { return c.keys.sign(c.t, algorithm, text) }

// request returns the call as a server reads it, from the text that a receiver captures.
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

// senderKeys are keys of each kind.
type senderKeys struct {
	pairs  func() map[string]crypto.Signer
	secret string
}

const testSecret = "Ycq2Xn6p0Kd8vRf4tLw1sGh7"

var (
	ours   = sync.OnceValue(func() *senderKeys { return &senderKeys{signaturetest.KeyPairs, testSecret} })
	others = sync.OnceValue(newSenderKeys)
)

func newSenderKeys() *senderKeys {
	return &senderKeys{sync.OnceValue(signaturetest.NewKeyPairs), rand.Text()}
}

// pair returns the key pair for an algorithm; nil for one with a secret. A word after the algorithm's name is the curve, or
// the form in which the signature or the secret is written.
func (k *senderKeys) pair(algorithm string) crypto.Signer {
	kind, _, _ := strings.Cut(algorithm, "_")
	switch {
	case strings.Contains(algorithm, "P-384"):
		kind = "p384"
	case strings.Contains(algorithm, "P-521"):
		kind = "p521"
	case kind == "ecdsa":
		kind = "p256"
	}
	return k.pairs()[kind]
}

// pemSecret is the text of a private key that a sender uses as a secret.
func (k *senderKeys) pemSecret() string {
	der, err := x509.MarshalPKCS8PrivateKey(k.pair("ecdsa_sha256"))
	if err != nil {
		panic(err)
	}
	return strings.TrimSpace(string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})))
}

func (k *senderKeys) secretFor(algorithm string) string {
	if strings.HasSuffix(algorithm, " pem") {
		return k.pemSecret()
	}
	return k.secret
}

var hashNames = map[string]crypto.Hash{"sha1": crypto.SHA1, "sha256": crypto.SHA256, "sha384": crypto.SHA384, "sha512": crypto.SHA512}

func (k *senderKeys) sign(t testing.TB, algorithm, text string) []byte {
	name, how, _ := strings.Cut(algorithm, " ")
	family, rest, _ := strings.Cut(name, "_")
	kind := hashNames[rest[strings.LastIndex(rest, "_")+1:]]
	var sum []byte
	if kind != 0 {
		state := kind.New()
		state.Write([]byte(text))
		sum = state.Sum(nil)
	}
	var made []byte
	var err error
	switch {
	case family == "hmac":
		return mac(kind.New, k.secretFor(algorithm), text)
	case family == "digest":
		return sum
	case name == "rsa_raw":
		made, err = rsa.SignPKCS1v15(nil, k.pair(name).(*rsa.PrivateKey), 0, []byte(text))
	case strings.HasPrefix(name, "rsa_pss"): // the salt as long as it can be, as many libraries make it
		made, err = rsa.SignPSS(rand.Reader, k.pair(name).(*rsa.PrivateKey), kind, sum, &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthAuto})
	case family == "rsa":
		made, err = rsa.SignPKCS1v15(nil, k.pair(name).(*rsa.PrivateKey), kind, sum)
	case family == "ecdsa" && strings.HasSuffix(how, "raw"):
		private := k.pair(algorithm).(*ecdsa.PrivateKey)
		var r, s *big.Int
		r, s, err = ecdsa.Sign(rand.Reader, private, sum)
		n := (private.Params().BitSize + 7) / 8
		made = append(r.FillBytes(make([]byte, n)), s.FillBytes(make([]byte, n))...)
	case family == "ecdsa":
		made, err = ecdsa.SignASN1(rand.Reader, k.pair(algorithm).(*ecdsa.PrivateKey), sum)
	default:
		made = ed25519.Sign(k.pair(name).(ed25519.PrivateKey), []byte(text))
	}
	require.NoError(t, err)
	return made
}

// keyFor is the operator's key for an algorithm.
func (k *senderKeys) keyFor(t testing.TB, algorithm string) *Key {
	t.Helper()
	file := filepath.Join(t.TempDir(), "key")
	pair := k.pair(algorithm)
	if pair == nil {
		require.NoError(t, os.WriteFile(file, []byte(k.secretFor(algorithm)+"\n"), 0o600))
		key, err := SecretFile(file, "")
		require.NoError(t, err)
		return key
	}
	require.NoError(t, os.WriteFile(file, signaturetest.PublicPEM(t, pair.Public()), 0o600))
	key, err := PublicKey(file)
	require.NoError(t, err)
	return key
}

func sign(t testing.TB, algorithm, text string) []byte { return ours().sign(t, algorithm, text) }
func keyOf(t testing.TB, algorithm string) *Key        { return ours().keyFor(t, algorithm) }

func mac(kind func() hash.Hash, secret, text string) []byte {
	state := hmac.New(kind, []byte(secret))
	state.Write([]byte(text))
	return state.Sum(nil)
}

func b64[T ~[]byte | ~string](data T) string { return base64.StdEncoding.EncodeToString([]byte(data)) }

func b64url[T ~[]byte | ~string](data T) string {
	return base64.RawURLEncoding.EncodeToString([]byte(data))
}
func hexOf(data []byte) string      { return hex.EncodeToString(data) }
func hash256(text string) []byte    { sum := sha256.Sum256([]byte(text)); return sum[:] }
func hash512(text string) []byte    { sum := sha512.Sum512([]byte(text)); return sum[:] }
func hash1(text string) []byte      { sum := sha1.Sum([]byte(text)); return sum[:] }
func hashMD5(text string) []byte    { sum := md5.Sum([]byte(text)); return sum[:] }
func lines(parts ...string) string  { return strings.Join(parts, "\n") }
func inHeader(c *call, sign string) { c.header.Set("X-Signature", sign) }

// Functions that put a signature into a header, after a prefix, in an encoding.
func inB64(header, prefix string) func(*call, []byte) {
	return func(c *call, s []byte) { c.set(header, prefix+b64(s)) }
}

func inHex(header, prefix string) func(*call, []byte) {
	return func(c *call, s []byte) { c.set(header, prefix+hexOf(s)) }
}
