// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package test

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/hmac"
	"crypto/md5"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const opensslKeys = "../testdata/signature/openssl/"

func privateKey(t *testing.T, name string) crypto.Signer {
	t.Helper()
	text, err := os.ReadFile(opensslKeys + name + ".key.pem")
	require.NoError(t, err)
	block, _ := pem.Decode(text)
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	require.NoError(t, err)
	return key.(crypto.Signer)
}

func hmacOf(text string) []byte {
	mac := hmac.New(sha256.New, []byte(sharedSecret))
	mac.Write([]byte(text))
	return mac.Sum(nil)
}

func md5Base64(text string) string {
	sum := md5.Sum([]byte(text)) //nolint:gosec // a scheme that some senders have
	return base64.StdEncoding.EncodeToString(sum[:])
}

func base64url(data []byte) string { return base64.RawURLEncoding.EncodeToString(data) }

// TestSchemesOfTheLanguage signs with the standard library, by schemes that are not presets, and delivers to the collector.
// A changed body is refused. If the mathematics shows whether the key or the string was wrong, the log says so.
func TestSchemesOfTheLanguage(t *testing.T) {
	t.Parallel()
	directory, err := filepath.Abs(opensslKeys)
	require.NoError(t, err)
	rsaKey := privateKey(t, "rsa").(*rsa.PrivateKey)
	ecKey := privateKey(t, "P-256").(*ecdsa.PrivateKey)
	const url = "https://hooks.example.org/cxone"
	for name, scheme := range map[string]struct {
		block string
		sign  func(body string) []string // headers
		log   string
	}{
		"a hash encrypted with the private key": {
			block: `{url: "` + url + `", signed_string: "{({consumer_id}\n{url}\n{timestamp}\n{body})|sha256|hex}", keys: [{version: "1", ` +
				`algorithm: rsa_raw, public_key_file: KEYS/rsa.pub.pem}]}`,
			sign: func(body string) []string {
				ms := fmt.Sprint(time.Now().UnixMilli())
				sum := sha256.Sum256([]byte("me\n" + url + "\n" + ms + "\n" + body))
				signature, err := rsa.SignPKCS1v15(nil, rsaKey, 0, []byte(hex.EncodeToString(sum[:])))
				require.NoError(t, err)
				return []string{
					"X-Consumer-Id",
					"me",
					"X-Key-Version",
					"1",
					"X-Timestamp",
					ms,
					"X-Signature",
					base64.StdEncoding.EncodeToString(signature),
				}
			},
			log: "the key fits, the signed string differs: look at signature.url and signed_string",
		},
		"positions": {
			block: `{scheme: custom, signed_string: "{consumer_id}{method}{timestamp}{nonce}{body|md5|base64}",
			  value: {header: Authorization, format: positions, prefix: "amx ", separator: ":", select: ["2"]},
			  consumer: {field: "1"}, nonce: {field: "3"}, timestamp: {field: "4", unit: s}, keys: [{algorithm: hmac_sha256, secret: "` +
				sharedSecret + `"}]}`,
			sign: func(body string) []string {
				s := fmt.Sprint(time.Now().Unix())
				return []string{
					"Authorization",
					"amx app:" + base64.StdEncoding.EncodeToString(hmacOf("appPOST"+s+"n-1"+md5Base64(body))) + ":n-1:" + s,
				}
			},
			log: "no key made this signature",
		},
		"a time in a zone, hex with dashes": {
			block: `{scheme: custom, signed_string: "{timestamp}|{body|json_compact}", value: {header: X-Sign, encoding: hex},
			  timestamp: {header: X-Sent, layout: "02.01.2006 15:04:05", time_zone: Europe/Berlin},
			    keys: [{algorithm: hmac_sha256, secret: "` + sharedSecret + `"}]}`,
			sign: func(body string) []string {
				zone, err := time.LoadLocation("Europe/Berlin")
				require.NoError(t, err)
				at := time.Now().In(zone).Format("02.01.2006 15:04:05")
				var compact bytes.Buffer
				require.NoError(t, json.Compact(&compact, []byte(body)))
				var pairs []string
				for _, b := range hmacOf(at + "|" + compact.String()) {
					pairs = append(pairs, fmt.Sprintf("%02X", b))
				}
				return []string{"X-Sent", at, "X-Sign", strings.Join(pairs, "-")}
			},
			log: "no key made this signature",
		},
		"a JSON Web Token": {
			block: `{scheme: jwt, jwt: {consumer_claim: iss, body_claim: {name: body_sha256}}, keys: [{version: k1, algorithm: ecdsa_sha256, ` +
				`public_key_file: KEYS/P-256.pub.pem}]}`,
			sign: func(body string) []string {
				text := base64url([]byte(`{"alg":"ES256","kid":"k1"}`)) + "." +
					base64url(fmt.Appendf(nil, `{"iss":"acme","iat":%d,"body_sha256":"%x"}`, time.Now().Unix(), sha256.Sum256([]byte(body))))
				sum := sha256.Sum256([]byte(text))
				r, s, err := ecdsa.Sign(rand.Reader, ecKey, sum[:])
				require.NoError(t, err)
				raw := append(r.FillBytes(make([]byte, 32)), s.FillBytes(make([]byte, 32))...)
				return []string{"Authorization", "Bearer " + text + "." + base64url(raw)}
			},
			log: "the body is not the one of the token's claim body_sha256",
		},
		"a detached JSON Web Signature, unencoded": {
			block: `{scheme: jws, keys: [{algorithm: rsa_sha256, public_key_file: KEYS/rsa.pub.pem}]}`,
			sign: func(body string) []string {
				header := base64url([]byte(`{"alg":"RS256","b64":false,"crit":["b64"]}`))
				sum := sha256.Sum256([]byte(header + "." + body))
				signature, err := rsa.SignPKCS1v15(nil, rsaKey, crypto.SHA256, sum[:])
				require.NoError(t, err)
				return []string{"X-JWS-Signature", header + ".." + base64url(signature)}
			},
			log: "the key fits, the signed string differs",
		},
	} {
		t.Run(name, func(t *testing.T) {
			c := start(t, with("    signature: "+strings.ReplaceAll(scheme.block, "KEYS", directory)+"\n"))
			headers := scheme.sign(leg)
			assert.Equal(t, `200 {"accepted": 1}`, c.post(voicePath, leg, headers...).String())
			changed := strings.Replace(leg, "4.", "3.", 1)
			require.NotEqual(t, leg, changed)
			assert.Equal(t, `401 {"error": "authentication failed"}`, c.post(voicePath, changed, headers...).String())
			c.waitLog(scheme.log)
			assert.NotContains(t, c.log.String(), sharedSecret)
		})
	}
}
