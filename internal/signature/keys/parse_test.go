// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package keys

import (
	"crypto"
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"math/big"
	"os"
	"strings"
	"testing"

	"github.com/go-jose/go-jose/v4"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cxone-otel/cxonereceiver/internal/signature/signaturetest"
)

func TestPublicKeysInEveryForm(t *testing.T) {
	for name, pair := range signaturetest.KeyPairs() {
		public := pair.Public()
		spki, err := x509.MarshalPKIXPublicKey(public)
		require.NoError(t, err)
		certificate, err := x509.CreateCertificate(rand.Reader, &x509.Certificate{SerialNumber: big.NewInt(1)}, &x509.Certificate{}, public, pair)
		require.NoError(t, err)
		jwk, err := (&jose.JSONWebKey{Key: public, KeyID: "1"}).MarshalJSON()
		require.NoError(t, err)
		forms := map[string][]byte{
			"PEM":                       pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: spki}),
			"PEM with text around":      append([]byte("Bag Attributes\n\n"), pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: spki})...),
			"a certificate":             pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: certificate}),
			"bare base64":               []byte(base64.StdEncoding.EncodeToString(spki)),
			"bare base64, URL alphabet": []byte(base64.RawURLEncoding.EncodeToString(spki) + "\n"),
			"bare base64 in lines":      []byte(wrap(base64.StdEncoding.EncodeToString(spki))),
			"bare base64 certificate":   []byte(base64.StdEncoding.EncodeToString(certificate)),
			"JWK":                       jwk,
		}
		if key, ok := public.(*rsa.PublicKey); ok {
			forms["PKCS#1"] = pem.EncodeToMemory(&pem.Block{Type: "RSA PUBLIC KEY", Bytes: x509.MarshalPKCS1PublicKey(key)})
			forms["bare PKCS#1"] = []byte(base64.StdEncoding.EncodeToString(x509.MarshalPKCS1PublicKey(key)))
		}
		if key, ok := public.(ed25519.PublicKey); ok {
			forms["Standard Webhooks"] = []byte("whpk_" + base64.StdEncoding.EncodeToString(key))
		}
		for form, data := range forms {
			parsed, err := ParsePublicKey(data)
			require.NoError(t, err, "%s as %s", name, form)
			equal, ok := public.(interface{ Equal(crypto.PublicKey) bool })
			require.True(t, ok)
			assert.True(t, equal.Equal(parsed), "%s as %s", name, form)
			_, err = ParseSecret(string(data), "raw")
			require.ErrorIs(t, err, ErrPublicKeyAsSecret, "%s as %s", name, form)
		}
	}
}

func wrap(text string) string {
	var lines strings.Builder
	for len(text) > 40 {
		lines.WriteString(text[:40] + "\r\n")
		text = text[40:]
	}
	return lines.String() + text
}

func TestPrivateKeysInEveryForm(t *testing.T) {
	for name, pair := range signaturetest.KeyPairs() {
		pkcs8, err := x509.MarshalPKCS8PrivateKey(pair)
		require.NoError(t, err)
		jwk, err := (&jose.JSONWebKey{Key: pair, KeyID: "1"}).MarshalJSON()
		require.NoError(t, err)
		forms := map[string][]byte{
			"PKCS#8":      pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: pkcs8}),
			"bare base64": []byte(base64.StdEncoding.EncodeToString(pkcs8)),
			"JWK":         jwk,
		}
		switch key := pair.(type) {
		case *rsa.PrivateKey:
			forms["PKCS#1"] = pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key)})
		case *ecdsa.PrivateKey:
			sec1, err := x509.MarshalECPrivateKey(key)
			require.NoError(t, err)
			forms["SEC1"] = append([]byte("-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n"),
				pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: sec1})...)
		}
		for form, data := range forms {
			parsed, err := ParsePrivateKey(data)
			require.NoError(t, err, "%s as %s", name, form)
			equal, ok := pair.Public().(interface{ Equal(crypto.PublicKey) bool })
			require.True(t, ok)
			assert.True(t, equal.Equal(parsed.Public()), "%s as %s", name, form)
			_, err = ParsePublicKey(data)
			require.ErrorIs(t, err, ErrPrivateKey, "%s as %s", name, form)
			_, err = ParseSecret(string(data), "raw")
			require.NoError(t, err, "%s as %s: the vendor's page calls a shared secret a private key, too", name, form)
			assert.True(t, isPrivate(string(data)), "%s as %s", name, form)
			_, err = ParseSecret(string(data)+string(signaturetest.PublicPEM(t, pair.Public())), "raw")
			require.ErrorIs(t, err, ErrPublicKeyAsSecret, "with a public key behind it")
		}
	}
}

// Keys with the object identifier of PSS, which crypto/x509 does not read:
// openssl genpkey -algorithm RSA-PSS -pkeyopt rsa_keygen_bits:2048; openssl pkey -pubout.
func TestRSAKeysForPSSOnly(t *testing.T) {
	private, err := os.ReadFile("../../../testdata/signature/rsa-pss-only.key.pem")
	require.NoError(t, err)
	signer, err := ParsePrivateKey(private)
	require.NoError(t, err)
	data, err := os.ReadFile("../../../testdata/signature/rsa-pss-only.pub.pem")
	require.NoError(t, err)
	public, err := ParsePublicKey(data)
	require.NoError(t, err)
	assert.Equal(t, signer.Public(), public)
	block, _ := pem.Decode(data)
	_, err = ParseSecret(base64.StdEncoding.EncodeToString(block.Bytes), "raw")
	require.ErrorIs(t, err, ErrPublicKeyAsSecret)
	_, err = ParsePublicKey(private)
	require.ErrorIs(t, err, ErrPrivateKey)

	// printf 'signed by openssl' |
	// openssl dgst -sha256 -sign rsa-pss-only.key.pem -sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:32 | base64 -w0
	signature, err := base64.StdEncoding.DecodeString("sYwLo9W2+97mppQKGaRnwY0vH6aWGG7ao/gqxrYwGng2XWHiXPEbBMHhyInSq7/3GF4s3Fs6Zk5rmY6s2j" +
		"/HxDwonrbxxfmx+uD39DBkN0ska1MUbkA79wG37TgJqbm5PHJTEZvbfF22fXjpxI+g8Oe/FojoWjTklO2LfHU6sHj8++v0+7YXyeY4DCe79dZ15GrGNpqvzPkz/OFu65tvG" +
		"ejluSZ154Ta4cZhpNCoP5K0XCd0ByaydNHyF/aCdloeHk05HD3xPSuQ1CgP8agZZq1D9CmfVbv94dIns/ncaoW4OkeZYQ3bQqmClV9D7be/TuQ1anoz4sQh127h6eEWmQ==")
	require.NoError(t, err)
	assert.True(t, VerifyMessage("rsa_pss_sha256", public, []byte("signed by openssl"), signature))
	assert.False(t, VerifyMessage("rsa_pss_sha256", public, []byte("signed by nobody"), signature))
}

func TestKeysThatAreNone(t *testing.T) {
	exchange, err := ecdh.X25519().GenerateKey(rand.Reader)
	require.NoError(t, err)
	public, err := x509.MarshalPKIXPublicKey(exchange.PublicKey())
	require.NoError(t, err)
	private, err := x509.MarshalPKCS8PrivateKey(exchange)
	require.NoError(t, err)
	for name, data := range map[string]string{
		"empty": "", "blank": " \n", "words": "not a key at all", "base64 of words": "bm90IGEga2V5",
		"an empty PEM block": "-----BEGIN PUBLIC KEY-----",
		"a broken PEM block": "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n", "JSON": "{}", "broken JSON": "{",
		"a JWK set":             `{"keys":[]}`,
		"a JWK of half a curve": `{"kty":"EC","crv":"P-256","x":"AAAA"}`, "a point off the curve": `{"kty":"EC","crv":"P-256",` +
			`"x":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA","y":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAE"}`,
		"a secret JWK": `{"kty":"oct","k":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}`, "whpk_ of too few": "whpk_AAAA", "whpk_ of nothing": "whpk_",
		"X25519": string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: public})),
	} {
		_, err := ParsePublicKey([]byte(data))
		require.ErrorIs(t, err, ErrNotAKey, name)
		_, err = ParsePrivateKey([]byte(data))
		require.ErrorIs(t, err, ErrNotAPrivateKey, name)
	}
	_, err = ParsePrivateKey(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private}))
	require.ErrorIs(t, err, ErrNotAPrivateKey)
	_, err = ParsePrivateKey([]byte("-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----"))
	require.ErrorIs(t, err, ErrEncryptedKey)
	_, err = ParsePrivateKey(signaturetest.PublicPEM(t, signaturetest.KeyPairs()["rsa"].Public()))
	require.ErrorIs(t, err, ErrNotAPrivateKey)
}

func FuzzParseKey(f *testing.F) {
	for _, pair := range signaturetest.KeyPairs() {
		f.Add(signaturetest.PublicPEM(f, pair.Public()))
		jwk, err := (&jose.JSONWebKey{Key: pair}).MarshalJSON()
		require.NoError(f, err)
		f.Add(jwk)
		pkcs8, err := x509.MarshalPKCS8PrivateKey(pair)
		require.NoError(f, err)
		f.Add(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: pkcs8}))
		f.Add([]byte(base64.StdEncoding.EncodeToString(pkcs8)))
	}
	for _, file := range []string{"rsa-pss-only.pub.pem", "rsa-pss-only.key.pem"} {
		data, err := os.ReadFile("../../../testdata/signature/" + file)
		require.NoError(f, err)
		f.Add(data)
	}
	f.Add([]byte("whpk_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="))
	f.Add([]byte(`{"kty":"oct","k":"AAAA"}`))
	f.Add([]byte("-----BEGIN EC PARAMETERS-----\n-----END EC PARAMETERS-----\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		public, err := ParsePublicKey(data)
		if err == nil {
			for i := range algorithms {
				if algorithms[i].CheckPublic(public) == nil {
					algorithms[i].verifyPublic(public, make([]byte, 64), make([]byte, 64))
				}
			}
			if _, err := ParseSecret(string(data), "raw"); err == nil {
				t.Fatal("a public key was taken as a secret")
			}
		}
		if signer, err := ParsePrivateKey(data); err == nil && signer.Public() == nil {
			t.Fatal("a private key without a public half")
		}
		for _, encoding := range secretEncodings {
			_, _ = ParseSecret(string(data), encoding)
		}
	})
}

func TestSecrets(t *testing.T) {
	for _, test := range []struct {
		text, encoding, want string
		err                  error
	}{
		{signaturetest.Secret, "", signaturetest.Secret, nil},
		{signaturetest.Secret, "raw", signaturetest.Secret, nil},
		{signaturetest.Secret, "hex", "\x01\x23\x45\x67\x89\xab\xcd\xef\x01\x23\x45\x67\x89\xab\xcd\xef", nil},
		{" MDEyMzQ1Njc4OWFiY2RlZg== \n", "base64", "0123456789abcdef", nil},
		{"MDEyMzQ1Njc4OWFiY2RlZg", "base64", "0123456789abcdef", nil},
		{"whsec_MDEyMzQ1Njc4OWFiY2RlZg==", "base64", "0123456789abcdef", nil},
		{"whsec_MDEyMzQ1Njc4OWFiY2RlZg==", "raw", "whsec_MDEyMzQ1Njc4OWFiY2RlZg==", nil},
		{"", "raw", "", ErrShortSecret},
		{"fifteen-bytes-x", "raw", "", ErrShortSecret},
		{"whsec_", "base64", "", ErrSecretEncoding},
		{"?", "base64", "", ErrSecretEncoding},
		{"0", "hex", "", ErrSecretEncoding},
		{strings.Repeat("x", 64), "raw", "", ErrRepeatedSecret},
		{strings.Repeat("x", 64) + "y", "raw", strings.Repeat("x", 64) + "y", nil},
		{strings.Repeat("0", 64), "hex", "", ErrRepeatedSecret},
		{strings.Repeat("ab", 32), "hex", "", ErrRepeatedSecret},
		{"80818283848586878889aaabacadaeaf", "hex", "\x80\x81\x82\x83\x84\x85\x86\x87\x88\x89\xaa\xab\xac\xad\xae\xaf", nil},
		{strings.Repeat("A", 44), "base64", "", ErrRepeatedSecret},
		{strings.Repeat(" ", 64), "raw", "", ErrRepeatedSecret},
	} {
		secret, err := ParseSecret(test.text, test.encoding)
		require.ErrorIs(t, err, test.err, test.text)
		assert.Equal(t, test.want, string(secret))
	}
}
