// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package search

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto"
	"crypto/md5"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cxone-otel/cxonereceiver/internal/signature"
	"github.com/cxone-otel/cxonereceiver/internal/signature/keys"
)

// search runs a search that is bound to end.
func search(t *testing.T, key *Key, options Options, captures ...Capture) *Result {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	result, err := Run(ctx, captures, key, options)
	require.NoError(t, err)
	t.Logf("%d strings, %s, stopped by %q", result.Tried, result.Elapsed.Round(time.Millisecond), result.Stopped)
	return result
}

func TestEveryPresetIsFound(t *testing.T) {
	for _, scheme := range signature.Schemes() {
		if scheme == signature.SchemeCustom {
			continue
		}
		algorithm := "hmac_sha256"
		if strings.HasPrefix(scheme, "walmart") || scheme == signature.DefaultScheme {
			algorithm = "rsa_sha256"
		}
		t.Run(scheme, func(t *testing.T) {
			captures := signedByPreset(t, scheme, algorithm)
			result := search(t, keyOf(t, algorithm), Options{}, captures[0])
			require.NotNil(t, result.Finding)
			assert.Equal(t, scheme, result.Finding.Scheme)
			assert.Less(t, result.Tried, uint64(100))
			assert.NotContains(t, result.Finding.YAML, "signed_string", "the preset's name says it all")
			requireAccepts(t, result.Finding.YAML, captures...)
		})
	}
}

func signedByPreset(t *testing.T, scheme, algorithm string) []Capture {
	t.Helper()
	config, _ := signature.Preset(scheme)
	key := signature.SigningKey{Version: "3", Consumer: "acme-7", Algorithm: algorithm, Secret: []byte(testSecret)}
	if algorithm != "hmac_sha256" {
		key.PrivateKey = ours().pair(algorithm)
	}
	signer, err := signature.NewSigner(&config, signature.Callback{}, key)
	require.NoError(t, err)
	var captures []Capture
	for _, c := range calls() {
		c.header = http.Header{"Content-Type": {"application/json"}}
		r, err := http.NewRequest(c.method, c.url(), http.NoBody)
		require.NoError(t, err)
		require.NoError(t, signer.Sign(r, []byte(c.body), c.at))
		c.header = r.Header
		captures = append(captures, c.request(t, scheme))
	}
	return captures
}

func TestAMessageSignatureOfFewerComponents(t *testing.T) {
	config, _ := signature.Preset(signature.SchemeRFC9421)
	config.Components = []string{"@authority", "content-digest", "content-type"}
	signer, err := signature.NewSigner(&config, signature.Callback{}, signature.SigningKey{
		Version:    "k",
		Algorithm:  "ed25519",
		PrivateKey: ours().pair("ed25519"),
	})
	require.NoError(t, err)
	c := calls()[0]
	r, err := http.NewRequest(c.method, c.url(), http.NoBody)
	require.NoError(t, err)
	r.Header.Set("Content-Type", "application/json")
	require.NoError(t, signer.Sign(r, []byte(c.body), c.at))
	c.header = r.Header
	received := c.request(t, "a")
	result := search(t, keyOf(t, "ed25519"), Options{}, received)
	require.NotNil(t, result.Finding)
	assert.Contains(t, result.Finding.YAML, `components: ['@authority', content-digest, content-type]`)
	requireAccepts(t, result.Finding.YAML, received)
}

// signedCalls are the first two calls, signed with RSA over a text and then changed on the way.
func signedCalls(t *testing.T, text func(*call) string, change func(*call)) []Capture {
	t.Helper()
	var captures []Capture
	for _, c := range calls()[:2] {
		inHeader(c, b64(sign(t, "rsa_sha256", text(c))))
		if change != nil {
			change(c)
		}
		captures = append(captures, c.request(t, "a"))
	}
	return captures
}

func TestNearMisses(t *testing.T) {
	for name, test := range map[string]struct {
		change func(*call)
		want   string
	}{
		"compressed": {func(c *call) {
			var packed bytes.Buffer
			w := gzip.NewWriter(&packed)
			_, _ = w.Write([]byte(c.body))
			_ = w.Close()
			c.body = packed.String()
			c.header.Set("Content-Encoding", "gzip")
		}, "before it compresses it"},
		"written anew":   {func(c *call) { c.body = strings.ReplaceAll(c.body, "\t", "") }, "the JSON indented by tabs"},
		"with CR and LF": {func(c *call) { c.body = "{\r\n" + c.body[1:] }, "line ends LF"},
	} {
		t.Run(name, func(t *testing.T) {
			text := timeAndBody
			switch name {
			case "with CR and LF":
				text = func(c *call) string { return c.ms() + ".{\n" + c.body[1:] }
			case "written anew":
				text = func(c *call) string {
					var out bytes.Buffer
					require.NoError(t, json.Indent(&out, []byte(strings.TrimSpace(c.body)), "", "\t"))
					return c.ms() + "." + out.String()
				}
			}
			result := search(t, keyOf(t, "rsa"), Options{}, signedCalls(t, text, test.change)...)
			require.Nil(t, result.Finding)
			require.NotNil(t, result.NearMiss)
			assert.Equal(t, "{timestamp}.{body}", result.NearMiss.SignedString)
			assert.Contains(t, strings.Join(result.NearMiss.Faults, " "), test.want)
		})
	}
}

func TestALostLineEndIsNoObstacle(t *testing.T) {
	captures := signedCalls(t, func(c *call) string { c.body = strings.TrimSpace(c.body) + "\n"; return timeAndBody(c) },
		func(c *call) { c.body = strings.TrimSpace(c.body) })
	result := search(t, keyOf(t, "rsa"), Options{}, captures...)
	require.NotNil(t, result.Finding)
	assert.Equal(t, `{timestamp}.{body}\n`, result.Finding.Config.SignedString)
}

func TestTheWrongKeyIsToldFromTheWrongString(t *testing.T) {
	captures := signedCalls(t, func(c *call) string { return "nobody would ever sign this: " + c.ms() }, nil)
	result := search(t, keyOf(t, "rsa"), Options{MaxCandidates: 50_000}, captures...)
	require.Nil(t, result.Finding)
	assert.Equal(t, "max-candidates", result.Stopped)
	assert.GreaterOrEqual(t, result.Level, 1)
	assert.GreaterOrEqual(t, result.Tried, uint64(50_000))
	require.Len(t, result.Sites, 1)
	assert.Equal(t, Site{
		Where: "header X-Signature, base64, 256 bytes", Opened: "opens with this key: RSA PKCS#1 v1.5, SHA-256", KeyFits: true,
	}, result.Sites[0])
	assert.Contains(t, result.Hints[0], "The key is right")

	other, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	key := keyOf(t, "rsa")
	key.public = other.Public()
	result = search(t, key, Options{}, captures...)
	require.Nil(t, result.Finding)
	assert.Less(t, result.Tried, uint64(100), "no string can help")
	assert.False(t, result.Sites[0].KeyFits)
	assert.Contains(t, result.Sites[0].Opened, "does not open with this key")
	assert.Contains(t, result.Hints[0], "The key opens none")
}

func TestAnAlgorithmThatTheReceiverLacksIsNamed(t *testing.T) {
	private := ours().pair("rsa_sha256").(*rsa.PrivateKey)
	sum := sha1.Sum([]byte("x"))
	md5Sum := make([]byte, md5.Size)
	for want, make := range map[string]func() ([]byte, error){
		"PKCS#1 v1.5, MD5;":                      func() ([]byte, error) { return rsa.SignPKCS1v15(nil, private, crypto.MD5, md5Sum) },
		"PSS, SHA-1;":                            func() ([]byte, error) { return rsa.SignPSS(rand.Reader, private, crypto.SHA1, sum[:], nil) },
		"20 bytes that do not say by which hash": func() ([]byte, error) { return rsa.SignPKCS1v15(nil, private, 0, sum[:]) },
	} {
		signed, err := make()
		require.NoError(t, err)
		c := calls()[0]
		inHeader(c, b64(signed))
		result := search(t, keyOf(t, "rsa"), Options{MaxCandidates: 1000}, c.request(t, "a"))
		require.Nil(t, result.Finding)
		assert.Contains(t, result.Sites[0].Opened, want)
	}
}

// PSS with the longest salt leaves one byte that shows its hash, so one signature of 128 seems to be of another hash.
func TestASignatureThatTwoHashesCanRead(t *testing.T) {
	private := ours().pair("rsa_sha256").(*rsa.PrivateKey)
	c := calls()[0]
	c.t, c.keys = t, ours()
	sum := sha512.Sum512([]byte(timeAndBody(c)))
	for {
		signed, err := rsa.SignPSS(rand.Reader, private, crypto.SHA512, sum[:], nil)
		require.NoError(t, err)
		if readings := keys.Open(&private.PublicKey, signed); readings[0].Hash != crypto.SHA512 {
			inHeader(c, b64(signed))
			break
		}
	}
	result := search(t, keyOf(t, "rsa"), Options{}, c.request(t, "a"))
	require.NotNil(t, result.Finding)
	assert.Equal(t, "rsa_pss_sha512", result.Finding.Config.Keys[0].Algorithm)
}

func TestNothingThatCanBeASignature(t *testing.T) {
	result := search(t, keyOf(t, "rsa"), Options{}, calls()[0].request(t, "a"))
	assert.Empty(t, result.Sites)
	assert.Contains(t, result.Hints[0], "No header and no query parameter")
	result = search(t, keyOf(t, "hmac_sha256"), Options{}, calls()[0].request(t, "a"))
	assert.Contains(t, result.Hints[0], "HMAC's length")
	_, err := Run(t.Context(), nil, keyOf(t, "rsa"), Options{})
	require.ErrorIs(t, err, ErrNoCapture)
}

func TestTimeIsBounded(t *testing.T) {
	captures := signedCalls(t, func(c *call) string { return "nobody would ever sign this: " + c.ms() }, nil)
	ctx, cancel := context.WithTimeout(t.Context(), 700*time.Millisecond)
	defer cancel()
	var calls int
	result, err := Run(ctx, captures, keyOf(t, "rsa"), Options{Progress: func(p Progress) { calls++; assert.Positive(t, p.Elapsed) }})
	require.NoError(t, err)
	assert.Equal(t, "timeout", result.Stopped)
	assert.Less(t, result.Elapsed, 5*time.Second)
	assert.Positive(t, calls)
}

func TestASecondRequestDropsCoincidences(t *testing.T) {
	// In the first request, the key's version and the API's version are equal by chance.
	var captures []Capture
	for i, c := range calls() {
		c.header.Del("X-Key-Version")
		c.header.Set("X-Api-Level", "3")
		c.header.Set("X-Shard", []string{"3", "5", "9"}[i])
		inHeader(c, b64(sign(t, "rsa_sha256", lines(c.ms(), c.header.Get("X-Shard"), c.body))))
		captures = append(captures, c.request(t, "a"))
	}
	key := keyOf(t, "rsa")
	one := search(t, key, Options{}, captures[0])
	require.NotNil(t, one.Finding)
	assert.Contains(t, strings.Join(one.Finding.Certainty, "\n"), "{header:X-Api-Level} could as well be {header:X-Shard}")
	assert.Contains(t, strings.Join(one.Finding.Certainty, "\n"), "give a second one")
	two := search(t, key, Options{}, captures[:2]...)
	require.NotNil(t, two.Finding)
	assert.Equal(t, `{timestamp}\n{header:X-Shard}\n{body}`, two.Finding.Config.SignedString)
	assert.Equal(t, []string{
		"The bytes that are signed are certain: all 2 requests verify by the receiver's own code.",
	}, two.Finding.Certainty)
	requireAccepts(t, two.Finding.YAML, captures...)
}

func TestSecretsInAnyEncoding(t *testing.T) {
	secret := []byte("\x01\x02 bytes that are no text \xff")
	for encoding, text := range map[string]string{"base64": base64.StdEncoding.EncodeToString(secret), "hex": hex.EncodeToString(secret)} {
		file := filepath.Join(t.TempDir(), "secret")
		require.NoError(t, os.WriteFile(file, []byte(text+"\n"), 0o600))
		key, err := SecretFile(file, "")
		require.NoError(t, err)
		c := calls()[0]
		inHeader(c, hex.EncodeToString(mac(sha256.New, string(secret), timeAndBody(c))))
		result := search(t, key, Options{}, c.request(t, "a"))
		require.NotNil(t, result.Finding)
		assert.Contains(t, result.Finding.YAML, "secret_encoding: "+encoding)
		requireAccepts(t, result.Finding.YAML, c.request(t, "a"))
	}
}

func TestKeysThatTheReceiverWouldRefuse(t *testing.T) {
	write := func(text string) string {
		file := filepath.Join(t.TempDir(), "key")
		require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
		return file
	}
	_, err := SecretFile(write("short"), "")
	require.ErrorIs(t, err, keys.ErrShortSecret)
	_, err = SecretFile(keyOf(t, "rsa").file, "")
	require.ErrorIs(t, err, keys.ErrPublicKeyAsSecret)
	_, err = PublicKey(write("nothing"))
	require.ErrorIs(t, err, keys.ErrNotAKey)
	_, err = PublicKey(filepath.Join(t.TempDir(), "none"))
	require.ErrorIs(t, err, os.ErrNotExist)
}

func TestADollarInABlockIsNoVariable(t *testing.T) {
	c := calls()[0]
	inHeader(c, "$v="+b64(sign(t, "rsa_sha256", timeAndBody(c))))
	result := search(t, keyOf(t, "rsa"), Options{}, c.request(t, "a"))
	require.NotNil(t, result.Finding)
	assert.Equal(t, "$v=", result.Finding.Config.Value.Prefix)
	assert.Contains(t, result.Finding.YAML, "prefix: $$v=")
}
