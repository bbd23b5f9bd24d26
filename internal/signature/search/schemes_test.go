// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package search

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// unknownScheme is a way to sign that is no preset.
type unknownScheme struct {
	algorithm string
	one       bool // found from the first request alone
	prepare   func(c *call)
	text      func(c *call) string
	put       func(c *call, signature []byte)
	options   Options
	template  string // what should be found
}

var unknownSchemes = map[string]unknownScheme{
	"the five parts, other names": {
		algorithm: "rsa_sha256", one: true,
		text:     func(c *call) string { return lines(c.consumer, c.url(), c.ms(), c.version, c.body) },
		put:      func(c *call, s []byte) { c.header.Set("X-Nice-Sign", b64(s)) },
		template: `{consumer_id}\n{url}\n{timestamp}\n{key_version}\n{body}`,
	},
	"in the query": {
		algorithm: "rsa_sha256",
		prepare:   func(c *call) { c.query = "tenant=eu%2F1&v=2" },
		text:      func(c *call) string { return c.url() + c.ms() + c.body },
		put:       func(c *call, s []byte) { c.query += "&sig=" + url.QueryEscape(b64(s)) },
		template:  `{url}{timestamp}{body}`,
	},
	"the body's hash": {
		algorithm: "hmac_sha256", one: true,
		text:     func(c *call) string { return lines(c.method, c.path, c.ms(), sha256Hex(c.body)) },
		put:      func(c *call, s []byte) { inHeader(c, hex.EncodeToString(s)) },
		template: `{method}\n{path}\n{timestamp}\n{body|sha256|hex}`,
	},
	"the URL without its query": {
		algorithm: "rsa_sha512",
		prepare:   func(c *call) { c.query = "a=1" },
		text:      func(c *call) string { return strings.Join([]string{"https://" + c.host + c.path, c.ms(), c.body}, "|") },
		put:       func(c *call, s []byte) { inHeader(c, b64(s)) },
		template:  `https://{header:Host}{path}|{timestamp}|{body}`,
	},
	"hex in upper case": {
		algorithm: "hmac_sha256", one: true,
		text:     func(c *call) string { return c.ms() + c.body },
		put:      func(c *call, s []byte) { inHeader(c, strings.ToUpper(hex.EncodeToString(s))) },
		template: `{timestamp}{body}`,
	},
	"raw r and s": {
		algorithm: "ecdsa_sha256 raw",
		text:      func(c *call) string { return c.method + " " + c.path + " " + c.ms() + " " + c.body },
		put:       func(c *call, s []byte) { inHeader(c, base64.RawURLEncoding.EncodeToString(s)) },
		template:  `{method} {path} {timestamp} {body}`,
	},
	"ECDSA on P-384, DER": {
		algorithm: "ecdsa_sha384",
		text:      func(c *call) string { return c.nonce + "." + c.ms() + "." + c.body },
		prepare:   func(c *call) { c.header.Set("X-Request-Id", c.nonce) },
		put:       func(c *call, s []byte) { inHeader(c, b64(s)) },
		template:  `{nonce}.{timestamp}.{body}`,
	},
	"ECDSA over all five parts": {
		algorithm: "ecdsa_sha256",
		text:      func(c *call) string { return lines(c.consumer, c.url(), c.ms(), c.version, c.body) },
		put:       func(c *call, s []byte) { c.header.Set("X-Nice-Sign", b64(s)) },
		template:  `{consumer_id}\n{url}\n{timestamp}\n{key_version}\n{body}`,
	},
	"Ed25519": {
		algorithm: "ed25519",
		text:      func(c *call) string { return c.ms() + c.body },
		put:       func(c *call, s []byte) { c.header.Set("X-Signature-Ed25519", hex.EncodeToString(s)) },
		template:  `{timestamp}{body}`,
	},
	"Ed25519 over many parts": {
		algorithm: "ed25519",
		text:      func(c *call) string { return lines(c.method, c.url(), c.consumer, c.ms(), sha256Hex(c.body)) },
		put:       func(c *call, s []byte) { inHeader(c, b64(s)) },
		template:  `{method}\n{url}\n{consumer_id}\n{timestamp}\n{body|sha256|hex}`,
	},
	"PSS, longest salt": {
		algorithm: "rsa_pss_sha256",
		text:      func(c *call) string { return lines(c.consumer, c.ms(), c.version, c.body) },
		put:       func(c *call, s []byte) { inHeader(c, b64(s)) },
		template:  `{consumer_id}\n{timestamp}\n{key_version}\n{body}`,
	},
	"PSS, SHA-512": {
		algorithm: "rsa_pss_sha512", one: true,
		text:     func(c *call) string { return c.ms() + ":" + c.body },
		put:      func(c *call, s []byte) { inHeader(c, "keyId=3;"+b64(s)) },
		template: `{timestamp}:{body}`,
	},
	"time as RFC 3339": {
		algorithm: "hmac_sha256",
		prepare: func(c *call) {
			c.header.Del("X-Timestamp")
			c.header.Set("X-Sent-At", c.at.Format(time.RFC3339Nano))
		},
		text:     func(c *call) string { return c.header.Get("X-Sent-At") + "." + c.body },
		put:      func(c *call, s []byte) { inHeader(c, b64(s)) },
		template: `{timestamp}.{body}`,
	},
	"the Date header": {
		algorithm: "rsa_sha256",
		prepare: func(c *call) {
			c.header.Del("X-Timestamp")
			c.header.Set("Date", c.at.Format(http.TimeFormat))
		},
		text: func(c *call) string {
			return lines(c.method, md5Base64(c.body), "application/json", c.header.Get("Date"), c.path)
		},
		put:      func(c *call, s []byte) { c.header.Set("Authorization", "NICE acme-7:"+b64(s)) },
		template: `{method}\n{body|md5|base64}\n{header:Content-Type}\n{timestamp}\n{path}`,
	},
	"a nonce": {
		algorithm: "hmac_sha512",
		prepare:   func(c *call) { c.header.Set("X-Nonce", c.nonce) },
		text:      func(c *call) string { return c.nonce + c.ms() + c.consumer + sha512B64(c.body) },
		put:       func(c *call, s []byte) { inHeader(c, base64.URLEncoding.EncodeToString(s)) },
		template:  `{nonce}{timestamp}{consumer_id}{body|sha512|base64}`,
	},
	"a list with prefixes": {
		algorithm: "hmac_sha256",
		text:      func(c *call) string { return c.version + "." + c.ms() + "." + c.body },
		put: func(c *call, s []byte) {
			inHeader(c, "v0:"+b64(make([]byte, 32))+", v1:"+b64(s))
		},
		template: `{key_version}.{timestamp}.{body}`,
	},
	"pairs": {
		algorithm: "hmac_sha256",
		text:      func(c *call) string { return c.path + ";" + c.s() + ";" + c.body },
		put: func(c *call, s []byte) {
			c.header.Del("X-Timestamp")
			c.header.Set("X-Hook", fmt.Sprintf("ts=%s; kid=3; sig=%s", c.s(), b64(s)))
		},
		template: `{path};{timestamp};{body}`,
	},
	"a line end behind": {
		algorithm: "rsa_sha256", one: true,
		text:     func(c *call) string { return lines(c.ms(), c.url(), c.body, "") },
		put:      func(c *call, s []byte) { inHeader(c, b64(s)) },
		template: `{timestamp}\n{url}\n{body}\n`,
	},
	"the body alone, HMAC of SHA-512": {
		algorithm: "hmac_sha512", one: true,
		text:     func(c *call) string { return c.body },
		put:      func(c *call, s []byte) { inHeader(c, hex.EncodeToString(s)) },
		template: `{body}`,
	},
	"HMAC of SHA-1 over URL and body": {
		algorithm: "hmac_sha1",
		text:      func(c *call) string { return c.url() + c.body },
		put:       func(c *call, s []byte) { inHeader(c, b64(s)) },
		template:  `{url}{body}`,
	},
	"the body trimmed": {
		algorithm: "rsa_sha256", one: true,
		text:     func(c *call) string { return c.ms() + "." + strings.TrimSpace(c.body) },
		put:      func(c *call, s []byte) { inHeader(c, b64(s)) },
		template: `{timestamp}.{body|trim}`,
	},
	"the vendor form's URL, behind a proxy": {
		algorithm: "rsa_sha256",
		text: func(c *call) string {
			return lines("acme-7", "https://hooks.example.org/nice", c.ms(), "3", c.body)
		},
		put:      func(c *call, s []byte) { c.header.Set("X-Nice-Sign", b64(s)) },
		options:  Options{SignatureURL: "https://hooks.example.org/nice"},
		template: `{consumer_id}\n{url}\n{timestamp}\n{key_version}\n{body}`,
	},
	"consumer and version that no request carries": {
		algorithm: "rsa_sha256",
		prepare: func(c *call) {
			c.header.Del("X-Consumer-Id")
			c.header.Del("X-Key-Version")
		},
		text:     func(c *call) string { return lines("acme-7", c.url(), c.ms(), "3", c.body) },
		put:      func(c *call, s []byte) { inHeader(c, b64(s)) },
		options:  Options{ConsumerID: "acme-7", KeyVersion: "3"},
		template: `{consumer_id}\n{url}\n{timestamp}\n3\n{body}`,
	},
	"separators that differ": {
		algorithm: "rsa_sha256",
		text:      func(c *call) string { return c.method + " " + c.path + "\n" + c.ms() + "\n" + c.body },
		put:       func(c *call, s []byte) { inHeader(c, b64(s)) },
		template:  `{method} {path}\n{timestamp}\n{body}`,
	},
	"a constant before": {
		algorithm: "hmac_sha256", one: true,
		text:     func(c *call) string { return "v2:" + c.ms() + ":" + c.body },
		put:      func(c *call, s []byte) { inHeader(c, "v2="+hex.EncodeToString(s)) },
		template: `v2:{timestamp}:{body}`,
	},
	"the host without its port": {
		algorithm: "rsa_sha256",
		text:      func(c *call) string { return "https://gw.example.com" + c.path + "|" + c.ms() + "|" + c.body },
		put:       func(c *call, s []byte) { inHeader(c, b64(s)) },
		template:  `https://gw.example.com{path}|{timestamp}|{body}`,
	},
}
