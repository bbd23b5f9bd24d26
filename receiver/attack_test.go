// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package receiver

import (
	"bytes"
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/klauspost/compress/gzip"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/config/configoptional"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"

	"github.com/cxone-otel/cxonereceiver/internal/signature"
	"github.com/cxone-otel/cxonereceiver/internal/signature/signaturetest"
)

const (
	theURL      = "https://hooks.example.org/cxone/voice-quality"
	theConsumer = "11111111-2222-3333-4444-555555555555"
)

// guarded is a receiver that accepts only requests signed with its key, under a scheme that covers every part.
type guarded struct {
	*running
	signer *signature.Signer
	secret string // in base64; it must never be shown
}

// fullScheme signs all parts of a request.
func fullScheme() signature.Config {
	cfg, _ := signature.Preset("monitoring_gateway")
	cfg.SignedString = `{method}\n{consumer_id}\n{url}\n{query}\n{timestamp}\n{key_version}\n{body}`
	cfg.URL = theURL
	cfg.ConsumerID = theConsumer
	return cfg
}

func newKeyFile(t *testing.T, bits int) (*rsa.PrivateKey, string) {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, bits)
	require.NoError(t, err)
	file := filepath.Join(t.TempDir(), "key.pub.pem")
	require.NoError(t, os.WriteFile(file, signaturetest.PublicPEM(t, &key.PublicKey), 0o600))
	return key, file
}

func guard(t *testing.T, change func(*Config)) *guarded {
	t.Helper()
	key, file := newKeyFile(t, 2048)
	scheme := fullScheme()
	scheme.Keys = []signature.KeyConfig{
		{Version: "1", Algorithm: "rsa_sha256", PublicKeyFile: file},
		{Version: "old", Algorithm: "rsa_sha256", PublicKeyFile: file, NotAfter: "2020-01-01T00:00:00Z"},
		{Version: "next", Algorithm: "rsa_sha256", PublicKeyFile: file, NotBefore: "2099-01-01T00:00:00Z"},
	}
	cfg := testConfig()
	cfg.AllowUnauthenticated = false
	cfg.Signature = configoptional.Some(SignatureConfig{Config: scheme})
	if change != nil {
		change(cfg)
	}
	signer, err := signature.NewSigner(&scheme, signature.Callback{}, signature.SigningKey{Version: "1", PrivateKey: key})
	require.NoError(t, err)
	return &guarded{running: run(t, cfg), signer: signer, secret: base64.StdEncoding.EncodeToString(key.D.Bytes())}
}

// signed returns a delivery that is accepted as it is.
func (g *guarded) signed(body string) *http.Request {
	g.t.Helper()
	return g.signedAt(body, time.Now())
}

func (g *guarded) signedAt(body string, at time.Time) *http.Request {
	g.t.Helper()
	req, err := http.NewRequest(http.MethodPost, g.url+voicePath, strings.NewReader(body))
	require.NoError(g.t, err)
	require.NoError(g.t, g.signer.Sign(req, []byte(body), at))
	return req
}

func setBody(req *http.Request, body string) {
	req.Body = io.NopCloser(strings.NewReader(body))
	req.ContentLength = int64(len(body))
}

// failures returns how many deliveries were refused for a reason.
func (r *running) failures(reason string) int64 {
	return r.counted("otelcol_receiver_cxone_authentication_failures", "reason", reason)
}

// counted sums a counter's points that have an attribute.
func (r *running) counted(name, key, value string) int64 {
	m, err := r.tel.GetMetric(name)
	if err != nil {
		return 0
	}
	var n int64
	for _, point := range m.Data.(metricdata.Sum[int64]).DataPoints {
		if v, ok := point.Attributes.Value(attribute.Key(key)); ok && v.AsString() == value {
			n += point.Value
		}
	}
	return n
}

// logged returns all that was logged, as text.
func (r *running) logged() string {
	var b strings.Builder
	for _, entry := range r.logs.All() {
		fmt.Fprintln(&b, entry.Message, entry.ContextMap())
	}
	return b.String()
}

func TestSignedDeliveriesAreAccepted(t *testing.T) {
	g := guard(t, nil)
	code, text, _ := g.do(g.signed(leg))
	assert.Equal(t, 200, code, text)
	assert.Contains(t, g.logged(), "KEY VERSIONS:1, old, next")
}

// TestAttacks is the table of attacks: what a sender without the key can try with a request that was once valid.
func TestAttacks(t *testing.T) {
	foreign, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	scheme := fullScheme()
	forger, err := signature.NewSigner(&scheme, signature.Callback{}, signature.SigningKey{
		Version:    "1",
		Algorithm:  "rsa_sha256",
		PrivateKey: foreign,
	})
	require.NoError(t, err)

	set := func(name, value string) func(*http.Request) {
		return func(r *http.Request) { r.Header.Set(name, value) }
	}
	add := func(name, value string) func(*http.Request) {
		return func(r *http.Request) { r.Header.Add(name, value) }
	}
	change := func(name string, f func(string) string) func(*http.Request) {
		return func(r *http.Request) { r.Header.Set(name, f(r.Header.Get(name))) }
	}
	ms := func(at time.Time) string { return fmt.Sprint(at.UnixMilli()) }
	now := time.Now()

	for name, tc := range map[string]struct {
		alter  func(*http.Request)
		reason string
	}{
		"tampered body":                 {func(r *http.Request) { setBody(r, strings.Replace(leg, "4.2", "1.0", 1)) }, "bad_signature"},
		"body with a newline":           {func(r *http.Request) { setBody(r, leg+"\n") }, "bad_signature"},
		"empty body":                    {func(r *http.Request) { setBody(r, "") }, "bad_signature"},
		"tampered URL":                  {func(r *http.Request) { r.URL.RawQuery = "x=1" }, "bad_signature"},
		"tampered timestamp":            {set("X-Timestamp", ms(now.Add(-time.Minute))), "bad_signature"},
		"tampered consumer":             {set("X-Consumer-Id", "somebody"), "unknown_consumer"},
		"signed with another key":       {func(r *http.Request) { require.NoError(t, forger.Sign(r, []byte(leg), now)) }, "bad_signature"},
		"no signature":                  {func(r *http.Request) { r.Header.Del("X-Signature") }, "missing"},
		"empty signature":               {set("X-Signature", ""), "missing"},
		"no timestamp":                  {func(r *http.Request) { r.Header.Del("X-Timestamp") }, "missing"},
		"no key version":                {func(r *http.Request) { r.Header.Del("X-Key-Version") }, "missing"},
		"no consumer":                   {func(r *http.Request) { r.Header.Del("X-Consumer-Id") }, "missing"},
		"truncated signature":           {change("X-Signature", func(s string) string { return s[:40] }), "malformed"},
		"signature twice as long":       {change("X-Signature", func(s string) string { return strings.TrimRight(s, "=") + s }), "malformed"},
		"signature in another encoding": {change("X-Signature", func(s string) string { return fmt.Sprintf("%x", s) }), "malformed"},
		"signature that is noise":       {set("X-Signature", "!!!!"), "malformed"},
		"signature of zeros":            {set("X-Signature", base64.StdEncoding.EncodeToString(make([]byte, 256))), "bad_signature"},
		"two signatures, one right":     {add("X-Signature", "AAAA"), "duplicate"},
		"two timestamps":                {add("X-Timestamp", ms(now)), "duplicate"},
		"two key versions":              {add("X-Key-Version", "1"), "duplicate"},
		"two consumers":                 {add("X-Consumer-Id", theConsumer), "duplicate"},
		"signature in the query instead": {func(r *http.Request) {
			r.URL.RawQuery = "X-Signature=" + r.Header.Get("X-Signature")
			r.Header.Del("X-Signature")
		}, "missing"},
		"stale":                        {func(r *http.Request) { require.NoError(t, resign(r, now.Add(-11*time.Minute))) }, "stale"},
		"future":                       {func(r *http.Request) { require.NoError(t, resign(r, now.Add(2*time.Minute))) }, "future"},
		"seconds for milliseconds":     {set("X-Timestamp", fmt.Sprint(now.Unix())), "stale"},
		"timestamp that is a word":     {set("X-Timestamp", "yesterday"), "malformed"},
		"timestamp that overflows":     {set("X-Timestamp", "99999999999999999999999"), "malformed"},
		"negative timestamp":           {set("X-Timestamp", "-1"), "malformed"},
		"timestamp with a sign":        {set("X-Timestamp", "+"+ms(now)), "malformed"},
		"unknown key version":          {set("X-Key-Version", "7"), "unknown_key"},
		"expired key version":          {set("X-Key-Version", "old"), "expired_key"},
		"key version not yet valid":    {set("X-Key-Version", "next"), "not_yet_valid_key"},
		"direction marks in a version": {set("X-Key-Version", "1\u202e\u0085"), "unknown_key"},
		"a very long identifier":       {set("X-Key-Version", strings.Repeat("A", 5000)), "unknown_key"},
		"forged X-Forwarded headers": {func(r *http.Request) {
			r.URL.RawQuery = "a"
			r.Header.Set("X-Forwarded-Proto", "https")
			r.Header.Set("X-Original-Url", voicePath)
		}, "bad_signature"},
	} {
		t.Run(name, func(t *testing.T) {
			g := guard(t, nil)
			resign = func(r *http.Request, at time.Time) error { return g.signer.Sign(r, []byte(leg), at) }
			req := g.signed(leg)
			given := req.Header.Get("X-Signature")
			tc.alter(req)
			code, text, _ := g.do(req)
			assert.Equal(t, 401, code)
			assert.Equal(t, `{"error": "authentication failed"}`, text, "one text for every cause")
			g.assertNothingCame(t)
			assert.EqualValues(t, 1, g.failures(tc.reason), g.logged())
			assert.EqualValues(t, 1, g.counted("otelcol_receiver_cxone_deliveries", "outcome", "unauthenticated"))
			for _, secret := range []string{given, g.secret, "AvgMos", "\u202e", "\u0085", strings.Repeat("A", 200)} {
				assert.NotContains(t, g.logged(), secret)
			}
		})
	}
}

// resign is set by each case to its own receiver's signer.
var resign func(*http.Request, time.Time) error

func (g *guarded) assertNothingCame(t *testing.T) {
	t.Helper()
	points, spans, records := g.emitted()
	assert.Equal(t, [3]int{}, [3]int{points, spans, records})
}

func TestTheSameRequestWithoutItsAttackIsAccepted(t *testing.T) {
	g := guard(t, nil)
	for name, alter := range map[string]func(*http.Request){
		"a forged Host, since the URL is configured": func(r *http.Request) { r.Host = "evil.example.org" },
		"forged X-Forwarded headers that nobody asks": func(r *http.Request) {
			r.Header.Set("X-Forwarded-Host", "evil")
			r.Header.Set("X-Forwarded-For", "127.0.0.1")
		},
		"header names in another case": func(r *http.Request) {
			for name, values := range r.Header.Clone() {
				r.Header.Del(name)
				r.Header[strings.ToUpper(name)] = values
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			req := g.signed(fmt.Sprintf(`{"ContactId": %q}`, name))
			alter(req)
			code, text, _ := g.do(req)
			assert.Equal(t, 200, code, text)
		})
	}
}

func TestASignatureIsVerifiedBeforeDecompression(t *testing.T) {
	g := guard(t, nil)
	compressed := string(gzipped(t, leg))
	req := g.signed(compressed)
	req.Header.Set("Content-Encoding", "gzip")
	code, text, _ := g.do(req)
	assert.Equal(t, 200, code, text)

	req = g.signed(leg + " ") // over the plain bytes
	setBody(req, string(gzipped(t, leg+" ")))
	req.Header.Set("Content-Encoding", "gzip")
	code, _, _ = g.do(req)
	assert.Equal(t, 401, code)

	bomb := gzipped(t, strings.Repeat(" ", 64<<20))
	req = g.signed(leg)
	setBody(req, string(bomb))
	req.Header.Set("Content-Encoding", "gzip")
	code, _, _ = g.do(req)
	assert.Equal(t, 401, code, "an unsigned bomb is not even opened")

	req = g.signed(string(bomb))
	req.Header.Set("Content-Encoding", "gzip")
	code, _, _ = g.do(req)
	assert.Equal(t, 413, code)

	req = g.signed(leg + "  ")
	req.Header.Set("Content-Encoding", "br")
	code, _, _ = g.do(req)
	assert.Equal(t, 415, code, "the encoding is looked at only after the signature")
}

func TestReplayWithinTheWindow(t *testing.T) {
	g := guard(t, nil)
	at := time.Now()
	code, text, _ := g.do(g.signedAt(leg, at))
	assert.Equal(t, `200 {"accepted": 1}`, fmt.Sprint(code, " ", text))
	code, text, _ = g.do(g.signedAt(leg, at))
	assert.Equal(t, `200 {"accepted": 1, "duplicate": true}`, fmt.Sprint(code, " ", text))
	code, text, _ = g.do(g.signedAt(leg, at.Add(time.Second)))
	assert.Equal(t, `200 {"accepted": 1, "duplicate": true}`, fmt.Sprint(code, " ", text), "a new signature makes no new delivery")
	_, spans, _ := g.emitted()
	assert.Equal(t, 1, spans)
}

func gzipped(t *testing.T, s string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, err := io.WriteString(w, s)
	require.NoError(t, err)
	require.NoError(t, w.Close())
	return b.Bytes()
}
