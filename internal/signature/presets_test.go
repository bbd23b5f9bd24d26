// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package signature

import (
	"encoding/base64"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cxone-otel/cxonereceiver/internal/signature/keys"
)

// The RSA key of the answers below is RFC 9421's test-key-rsa, so that anyone can reproduce them.
const (
	rsaPublicFile  = "../../testdata/signature/rfc9421/test-key-rsa.pub.pem"
	rsaPrivateFile = "../../testdata/signature/rfc9421/test-key-rsa.key.pem"
)

// knownAnswer is a request whose signature was not made by this project's code.
type knownAnswer struct {
	scheme  string
	key     KeyConfig
	target  string
	headers []string // name, value, name, value, ...
	body    string
	at      time.Time
	// signature is the header that a signer must write, byte for byte.
	signature string
}

var knownAnswers = map[string]knownAnswer{
	// openssl dgst -sha256 -sign test-key-rsa.key.pem | base64 -w0, of
	// printf 'consumer-1\nhttps://telemetry.example.com/cxone/voice-quality\n1700000000000\n7\n{"contactID":"123"}'
	"monitoring_gateway, by openssl": {
		scheme: "monitoring_gateway",
		key:    KeyConfig{Version: "7", Algorithm: "rsa_sha256", PublicKeyFile: rsaPublicFile},
		target: testURL, body: testBody, at: testNow,
		headers: []string{
			"X-Consumer-Id", "consumer-1", "X-Timestamp", "1700000000000", "X-Key-Version", "7",
			"X-Signature", "cg86zLAdgAv1RPx7HvZnmWeO+1lX+J5NSF/2SEfgVcX5xhyn2fRGxqIRyKvII3fXDQ6d8Z5XsbuCNld2OxkGQ7nVVPO28PzTLwhYZ3eE8AfmYj5kmRo" +
				"FBQC4ctm95BM5hlcv1RyPTAYwwK5W7vXNyq/cEK6z0Ss7NyuZX4BZ39OJt6I9GGDIBJXRue+lts539u2aapXlnjFpzmqcgZF6P+szyv86cKlg64rfb2GBjCnQxnZyEOR6" +
				"cOQD3A58ErfUeVEaNn/IMv9Wo+jRWDqDVZHQwhgh/wo0JtlQ/hPGr5C4CdykWtDFMk5/APM5eFcyNtC8GkGfBqUB4FfCk345jQ==",
		},
		signature: "X-Signature",
	},
	// The example of https://corporate.walmartdigital.cl/portal_b2b_lidercl_apidoc/en/v2/authHeaders.html, signed by
	// printf '83f82845-f12c-48ae-a7a6-8a9b0461c3ab\n1440058729000\n1\n' | openssl dgst -sha256 -sign test-key-rsa.key.pem | base64 -w0
	"walmart_service_registry, documented string, by openssl": {
		scheme: "walmart_service_registry",
		key:    KeyConfig{Version: "1", Algorithm: "rsa_sha256", PublicKeyFile: rsaPublicFile},
		target: testURL, body: testBody, at: time.Unix(1440058729, 0),
		headers: []string{
			"WM_CONSUMER.ID", "83f82845-f12c-48ae-a7a6-8a9b0461c3ab", "WM_CONSUMER.INTIMESTAMP", "1440058729000", "WM_SEC.KEY_VERSION", "1",
			"WM_SEC.AUTH_SIGNATURE", "GET/EjhXjN4vRjTWw3NBSvdmsewJUNs8SKO3ThRUDVpNOKtEyd0q+lfxGt77DRrlUXIivFlJaNzxJg8Xb0E5KgZR3k2XeZ0NU8YT+7Wn2" +
				"0jukB9P8wbUtz0i0y36TtH2n9EEjb+09L3wisf5fYtv4a5lOVxc+2Jwu+umZ3B4XPNY9s7bQOKvqxT1hqgWdn69U+JpGJWIx9dZ8PcSTSNufEdtsCmNCRL45KQfu08oDY" +
				"OspWzwFKcH4JdK4LX8+15mPOeYllvQMtbyN6Zf2OxMs8jeqvt43dZcDmiG5N88jmG1N3H7Cmd1Z/7bf/s4nAqlQwqzEXc8aj4PqXFpICs7rg==",
		},
		signature: "WM_SEC.AUTH_SIGNATURE",
	},
	// printf '83f82845-f12c-48ae-a7a6-8a9b0461c3ab\nhttps://marketplace.example.com/v3/feeds?feedType=item\nPOST\n1440058729000\n' |
	// openssl dgst -sha256 -sign test-key-rsa.key.pem | base64 -w0
	"walmart_marketplace, by openssl": {
		scheme: "walmart_marketplace",
		key:    KeyConfig{Algorithm: "rsa_sha256", PublicKeyFile: rsaPublicFile},
		target: "https://marketplace.example.com/v3/feeds?feedType=item", body: testBody, at: time.Unix(1440058729, 0),
		headers: []string{
			"WM_CONSUMER.ID", "83f82845-f12c-48ae-a7a6-8a9b0461c3ab", "WM_SEC.TIMESTAMP", "1440058729000",
			"WM_SEC.AUTH_SIGNATURE", "STUX7I+Z4ZLstdJ+PAWKWCyfbv5LwEZF/jExMYoC/Fe15GqXK22DjqIyrG7uPIRFK4YkrJSYPvsXvUW0ZP3t33mUWhr0j268x7hMvmMpN" +
				"AEUEoDguNh1znNTyJmIt3E86bS9DuRg36f47rqtcNC/p6g7NgoQKn7+1/tvdV5aXqYcRX8J/02s+mGPS1s4lexuoC4bUUWcULPidEg9ET6OD3dNBz4tBIrbSYyyfzLDyF" +
				"SRzQK1DSA4PzgfGfTMkG3hjdTUwiwMeM1916TTlIvv2/2v9t7ThY3gx7+bLyA3NoSm5OWB/6wnrxi/4QG5sMOgVbr8IoUfRvzGQn0YBrQhQA==",
		},
		signature: "WM_SEC.AUTH_SIGNATURE",
	},
	// printf '1700000000.<event/>' | openssl dgst -sha256 -hmac 0123456789abcdef0123456789abcdef -hex
	"cxone_expert, by openssl": {
		scheme: "cxone_expert",
		key:    KeyConfig{Algorithm: "hmac_sha256", Secret: testSecret},
		target: testURL, body: `<event/>`, at: testNow,
		headers: []string{
			"X-Nexus-Timestamp", "1700000000", "X-Nexus-Event-Type", "Page_Create", "X-Nexus-Delivery-Id", "d-1",
			"X-Nexus-Signature-256", "sha256=0448e8675db8133ff60e271018d968b7f2f0683058985300f885c8785c9f1d2a",
		},
		signature: "X-Nexus-Signature-256",
	},
	// https://github.com/standard-webhooks/standard-webhooks, the libraries' test of the sign function.
	"standard_webhooks, documented vector": {
		scheme: "standard_webhooks",
		key:    KeyConfig{Algorithm: "hmac_sha256", Secret: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", SecretEncoding: "base64"},
		target: testURL, body: `{"test": 2432232314}`, at: time.Unix(1614265330, 0),
		headers: []string{
			"webhook-id", "msg_p5jXN8AQM9LWM0D4loKWxJek", "webhook-timestamp", "1614265330",
			"webhook-signature", "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
		},
		signature: "webhook-signature",
	},
	// https://docs.github.com/webhooks/using-webhooks/validating-webhook-deliveries, "Testing the webhook payload validation".
	"github, documented vector": {
		scheme: "github",
		key:    KeyConfig{Algorithm: "hmac_sha256", Secret: "It's a Secret to Everybody"},
		target: testURL, body: "Hello, World!", at: testNow,
		headers:   []string{"X-Hub-Signature-256", "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"},
		signature: "X-Hub-Signature-256",
	},
	// printf '1700000000.{"contactID":"123"}' | openssl dgst -sha256 -hmac 0123456789abcdef0123456789abcdef -hex
	"stripe, by openssl": {
		scheme: "stripe",
		key:    KeyConfig{Algorithm: "hmac_sha256", Secret: testSecret},
		target: testURL, body: testBody, at: testNow,
		headers:   []string{"Stripe-Signature", "t=1700000000,v1=fada59049d1a44e07f2c632079f63a2a63a04637729a828458eb874fe60bd17e"},
		signature: "Stripe-Signature",
	},
	// https://docs.slack.dev/authentication/verifying-requests-from-slack, the page's example.
	"slack, documented vector": {
		scheme: "slack",
		key:    KeyConfig{Algorithm: "hmac_sha256", Secret: "8f742231b10e8888abcd99yyyzzz85a5"},
		target: testURL, at: time.Unix(1531420618, 0),
		body: "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&" +
			"user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&" +
			"response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&" +
			"trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c",
		headers: []string{
			"X-Slack-Request-Timestamp", "1531420618",
			"X-Slack-Signature", "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503",
		},
		signature: "X-Slack-Signature",
	},
	// printf '{"contactID":"123"}' | openssl dgst -sha256 -hmac 0123456789abcdef0123456789abcdef -binary | base64
	"shopify, by openssl": {
		scheme: "shopify",
		key:    KeyConfig{Algorithm: "hmac_sha256", Secret: testSecret},
		target: testURL, body: testBody, at: testNow,
		headers:   []string{"X-Shopify-Hmac-Sha256", "t4RasInm7CtyyhPLjszTQt4bNxCatSqv6hdWjCbSNFQ="},
		signature: "X-Shopify-Hmac-Sha256",
	},
}

func (k *knownAnswer) config(t *testing.T) *Config {
	config, ok := Preset(k.scheme)
	require.True(t, ok)
	config.Keys = []KeyConfig{k.key}
	return &config
}

func (k *knownAnswer) request(t *testing.T) *http.Request {
	r := newRequest(t, http.MethodPost, k.target)
	for i := 0; i < len(k.headers); i += 2 {
		r.Header.Set(k.headers[i], k.headers[i+1])
	}
	return r
}

func TestPresetsVerifyKnownAnswers(t *testing.T) {
	seen := map[string]bool{}
	for name, known := range knownAnswers {
		seen[known.scheme] = true
		t.Run(name, func(t *testing.T) {
			verifier := newVerifier(t, known.config(t))
			received := overTheWire(t, known.request(t))
			_, err := judge(verifier, received, known.body, known.at.Add(30*time.Second))
			require.NoError(t, err)
			known.requireTamperProof(t, verifier)
		})
	}
	for i := range presets {
		assert.True(t, seen[presets[i].name], "preset %s has no known answer", presets[i].name)
	}
}

// requireTamperProof changes each part that the scheme covers, one at a time.
func (k *knownAnswer) requireTamperProof(t *testing.T, verifier *Verifier) {
	covered, _ := Coverage(k.config(t))
	for _, part := range covered {
		r, body := k.request(t), k.body
		switch part {
		case "body":
			body += " "
		case "url":
			r = newRequest(t, http.MethodPost, k.target+"/elsewhere")
			r.Header = k.request(t).Header
		case "method":
			r.Method = http.MethodPut
		default:
			k.tamperHeader(t, r, part)
		}
		_, err := judge(verifier, overTheWire(t, r), body, k.at)
		require.Error(t, err, part)
		assert.True(t, isRefusal(err), part)
	}
}

// tamperHeader changes the part's last character to another valid one.
func (k *knownAnswer) tamperHeader(t *testing.T, r *http.Request, part string) {
	config := k.config(t)
	location := map[string]LocationConfig{
		"timestamp": config.Timestamp.Location, "key_version": config.KeyVersion, "consumer_id": config.Consumer, "nonce": config.Nonce,
	}[part]
	if location.Field != "" {
		value := r.Header.Get(config.Value.Header)
		require.Contains(t, value, "t=1700000000")
		r.Header.Set(config.Value.Header, strings.Replace(value, "t=1700000000", "t=1700000001", 1))
		return
	}
	value := []byte(r.Header.Get(location.Header))
	require.NotEmpty(t, value, part)
	value[len(value)-1] ^= 1
	r.Header.Set(location.Header, string(value))
}

func TestSignerWritesKnownAnswers(t *testing.T) {
	private, err := os.ReadFile(rsaPrivateFile)
	require.NoError(t, err)
	rsaKey, err := keys.ParsePrivateKey(private)
	require.NoError(t, err)
	for name, known := range knownAnswers {
		t.Run(name, func(t *testing.T) {
			config := known.config(t)
			wanted := known.request(t)
			key := SigningKey{Version: known.key.Version, Consumer: wanted.Header.Get(config.Consumer.Header)}
			if known.key.Secret != "" {
				key.Secret, err = keys.ParseSecret(string(known.key.Secret), known.key.SecretEncoding)
				require.NoError(t, err)
			} else {
				key.PrivateKey = rsaKey
			}
			signer, err := NewSigner(config, Callback{}, key)
			require.NoError(t, err)
			r := known.request(t)
			r.Header.Del(known.signature)
			require.NoError(t, signer.Sign(r, []byte(known.body), known.at))
			assert.Equal(t, wanted.Header, r.Header)
		})
	}
}

func TestStandardWebhooksAgreesWithItsLibrary(t *testing.T) {
	secret := "whsec_" + base64.StdEncoding.EncodeToString([]byte("a secret of more than 24 bytes!!"))
	library, err := standardwebhooks.NewWebhook(secret)
	require.NoError(t, err)
	config := fromYAML(t, `{scheme: standard_webhooks, keys: [{secret: "`+secret+`"}]}`)
	verifier := newVerifier(t, config)
	for _, body := range []string{"", "{}", testBody, strings.Repeat("x", 100_000), "\xff\x00\n"} {
		signature, err := library.Sign("msg_1", testNow, []byte(body))
		require.NoError(t, err)
		r := newRequest(t, http.MethodPost, testURL)
		r.Header.Set("webhook-id", "msg_1")
		r.Header.Set("webhook-timestamp", "1700000000")
		// During a rotation there are several, some of them of other versions.
		r.Header.Set("webhook-signature", "v1a,AAAA v1,"+base64.StdEncoding.EncodeToString(make([]byte, 32))+" "+signature)
		_, err = judge(verifier, overTheWire(t, r), body, testNow)
		require.NoError(t, err)

		signer, err := NewSigner(config, Callback{}, SigningKey{Secret: []byte("a secret of more than 24 bytes!!")})
		require.NoError(t, err)
		require.NoError(t, signer.Sign(r, []byte(body), testNow))
		require.NoError(t, library.VerifyIgnoringTimestamp([]byte(body), r.Header))
	}
}
