// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package search

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// Where the parts are in most of the schemes.
const (
	atMilliseconds = "timestamp: {header: X-Timestamp, unit: ms}\n"
	atConsumer     = "consumer: {header: X-Consumer-Id}\n"
	atVersion      = "key_version: {header: X-Key-Version}\n"
	inXSignature   = "value: {header: X-Signature, encoding: base64}\n"
	inXSignHex     = "value: {header: X-Signature, encoding: hex}\n"
)

func signed(template string) string { return "signed_string: '" + template + "'\n" }

func fiveParts(c *call) string   { return lines(c.consumer, c.url(), c.ms(), c.version, c.body) }
func timeAndBody(c *call) string { return c.ms() + "." + c.body }

// plainCorpus are parts joined by separators.
func plainCorpus() []corpusScheme {
	const five = `{consumer_id}\n{url}\n{timestamp}\n{key_version}\n{body}`
	return []corpusScheme{
		{
			kind: "the form's five parts", name: "RSA", algorithm: "rsa_sha256", text: fiveParts, put: inB64("X-Nice-Sign", ""),
			byHand: signed(five) + "value: {header: X-Nice-Sign}\n" + atMilliseconds + atConsumer + atVersion,
		},
		{
			kind: "the form's five parts", name: "ECDSA", algorithm: "ecdsa_sha256", text: fiveParts, put: inB64("X-Nice-Sign", ""),
			byHand: signed(five) + "value: {header: X-Nice-Sign}\n" + atMilliseconds + atConsumer + atVersion,
		},
		{
			kind: "the form's five parts", name: "Ed25519", algorithm: "ed25519", text: fiveParts, put: inB64("X-Nice-Sign", ""),
			byHand: signed(five) + "value: {header: X-Nice-Sign}\n" + atMilliseconds + atConsumer + atVersion,
		},
		{
			kind: "the form's five parts", name: "behind a proxy", algorithm: "rsa_sha256",
			text: func(c *call) string {
				return lines("acme-7", "https://hooks.example.org/nice", c.ms(), "3", c.body)
			},
			put: inB64("X-Nice-Sign", ""), options: Options{SignatureURL: "https://hooks.example.org/nice"}, unbound: "url",
			byHand: signed(five) + "value: {header: X-Nice-Sign}\nurl: https://hooks.example.org/nice\n" + atMilliseconds + atConsumer + atVersion,
		},
		{
			kind: "the form's five parts", name: "two of them not sent", algorithm: "rsa_sha256",
			prepare: func(c *call) { c.header.Del("X-Consumer-Id"); c.header.Del("X-Key-Version") },
			text:    fiveParts, put: inB64("X-Signature", ""), options: Options{ConsumerID: "acme-7", KeyVersion: "3"},
			byHand: signed(`{consumer_id}\n{url}\n{timestamp}\n3\n{body}`) + "consumer_id: acme-7\n" + inXSignature + atMilliseconds,
		},
		{
			kind: "the form's five parts", name: "among proxies' headers", algorithm: "hmac_sha256", prepare: addProxies, text: fiveParts,
			put:    inB64("X-Nice-Sign", ""),
			byHand: signed(five) + "value: {header: X-Nice-Sign}\n" + atMilliseconds + atConsumer + atVersion,
		},

		{
			kind: "seven parts", name: "RSA", algorithm: "rsa_sha256", prepare: withNonce,
			text: func(c *call) string {
				return lines(c.method, c.url(), c.consumer, c.nonce, c.ms(), c.version, c.body)
			}, put: inB64("X-Signature", ""),
			byHand: signed(`{method}\n{url}\n{consumer_id}\n{nonce}\n{timestamp}\n{key_version}\n{body}`) + inXSignature + atMilliseconds +
				atConsumer + atVersion + "nonce: {header: X-Nonce}\n",
		},
		{
			kind: "seven parts", name: "ECDSA", slow: true, algorithm: "ecdsa_sha256", prepare: withNonce,
			text: func(c *call) string {
				return lines(c.method, c.path, c.consumer, c.version, c.ms(), c.nonce, hexOf(hash256(c.body)))
			}, put: inB64("X-Signature", ""), byHand: signed(`{method}\n{path}\n{consumer_id}\n{key_version}\n{timestamp}\n{nonce}\n{body|sha25`+
				`6|hex}`) + inXSignature + atMilliseconds + atConsumer + atVersion + "nonce: {header: X-Nonce}\n",
		},
		{
			kind: "seven parts", name: "Ed25519", slow: true, algorithm: "ed25519", prepare: withNonce,
			text: func(c *call) string {
				return strings.Join([]string{c.method, c.path, c.consumer, c.version, c.nonce, c.ms(), c.body}, "|")
			}, put: inB64("X-Signature", ""), byHand: signed(`{method}|{path}|{consumer_id}|{key_version}|{nonce}|{timestamp}|{body}`) +
				inXSignature + atMilliseconds + atConsumer + atVersion + "nonce: {header: X-Nonce}\n",
		},

		{
			kind: "in the query", name: "with other parameters", algorithm: "rsa_sha256",
			prepare: func(c *call) { c.query = "tenant=eu%2F1&v=2" },
			text:    func(c *call) string { return c.url() + c.ms() + c.body },
			put:     func(c *call, s []byte) { c.query += "&sig=" + url.QueryEscape(b64(s)) },
			byHand:  signed(`{url}{timestamp}{body}`) + "value: {query: sig}\n" + atMilliseconds,
		},
		{
			kind: "in the query", name: "with the time", algorithm: "hmac_sha256",
			prepare: func(c *call) { c.bare().query = "ts=" + c.s() },
			text:    func(c *call) string { return c.s() + c.path + c.body },
			put:     func(c *call, s []byte) { c.query += "&hmac=" + hexOf(s) },
			byHand:  signed(`{timestamp}{path}{body}`) + "value: {query: hmac, encoding: hex}\ntimestamp: {query: ts, unit: s}\n",
		},

		{
			kind: "the body's hash", name: "hex", algorithm: "hmac_sha256",
			text:   func(c *call) string { return lines(c.method, c.path, c.ms(), hexOf(hash256(c.body))) },
			put:    inHex("X-Signature", ""),
			byHand: signed(`{method}\n{path}\n{timestamp}\n{body|sha256|hex}`) + inXSignHex + atMilliseconds,
		},
		{
			kind: "the body's hash", name: "SHA-512 in base64", algorithm: "hmac_sha512", prepare: withNonce,
			text: func(c *call) string { return c.nonce + c.ms() + c.consumer + b64(hash512(c.body)) },
			put:  func(c *call, s []byte) { inHeader(c, base64.URLEncoding.EncodeToString(s)) }, unbound: "url",
			byHand: signed(`{nonce}{timestamp}{consumer_id}{body|sha512|base64}`) + inXSignature + atMilliseconds + atConsumer +
				"nonce: {header: X-Nonce}\n",
		},
		{
			kind: "the body's hash", name: "Content-MD5 and Date", algorithm: "rsa_sha256",
			prepare: func(c *call) { c.bare().set("Date", c.at.Format(http.TimeFormat)) },
			text: func(c *call) string {
				return lines(c.method, b64(hashMD5(c.body)), "application/json", c.header.Get("Date"), c.path)
			},
			put: inB64("Authorization", "NICE acme-7:"),
			byHand: signed(`{method}\n{body|md5|base64}\n{header:Content-Type}\n{timestamp}\n{path}`) +
				"value: {header: Authorization, prefix: 'NICE acme-7:'}\ntimestamp: {header: Date, unit: http_date}\n",
		},
		{
			kind: "the body's hash", name: "many parts under Ed25519", algorithm: "ed25519",
			text:   func(c *call) string { return lines(c.method, c.url(), c.consumer, c.ms(), hexOf(hash256(c.body))) },
			put:    inB64("X-Signature", ""),
			byHand: signed(`{method}\n{url}\n{consumer_id}\n{timestamp}\n{body|sha256|hex}`) + inXSignature + atMilliseconds + atConsumer,
		},

		{
			kind: "a signed digest header", name: "Digest", algorithm: "rsa_sha256",
			prepare: func(c *call) { c.set("Digest", "SHA-256="+b64(hash256(c.body))) },
			text:    func(c *call) string { return lines(c.path, c.ms(), c.header.Get("Digest")) }, put: inB64("X-Signature", ""),
			byHand: signed(`{path}\n{timestamp}\nSHA-256={body|sha256|base64}`) + inXSignature + atMilliseconds,
		},
		{
			kind: "a signed digest header", name: "Content-Digest", algorithm: "hmac_sha256",
			prepare: func(c *call) { c.set("Content-Digest", "sha-256=:"+b64(hash256(c.body))+":") },
			text:    func(c *call) string { return lines(c.ms(), c.header.Get("Content-Digest")) }, put: inB64("X-Signature", ""), unbound: "url",
			byHand: signed(`{timestamp}\nsha-256=:{body|sha256|base64}:`) + inXSignature + atMilliseconds,
		},
		{
			kind: "a signed digest header", name: "a hash in a header of its own", slow: true, algorithm: "ecdsa_sha256 raw",
			prepare: func(c *call) { c.set("X-Body-Hash", hexOf(hash256(c.body))) },
			text:    func(c *call) string { return c.ms() + ";" + c.header.Get("X-Body-Hash") + ";" + c.path }, put: inB64("X-Signature", ""),
			byHand: signed(`{timestamp};{body|sha256|hex};{path}`) + inXSignature + atMilliseconds,
		},

		{
			kind: "kinds of URL", name: "without its query", algorithm: "rsa_sha512",
			prepare: func(c *call) { c.query = "a=1" },
			text: func(c *call) string {
				return strings.Join([]string{
					"https://" + c.host + c.path,
					c.ms(),
					c.body,
				}, "|")
			}, put: inB64("X-Signature", ""),
			byHand: signed(`https://{authority}{path}|{timestamp}|{body}`) + inXSignature + atMilliseconds,
		},
		{
			kind: "kinds of URL", name: "the host without its port", algorithm: "rsa_sha256",
			text: func(c *call) string { return "https://gw.example.com" + c.path + "|" + c.ms() + "|" + c.body }, put: inB64("X-Signature", ""),
			byHand: signed(`https://gw.example.com{path}|{timestamp}|{body}`) + inXSignature + atMilliseconds,
		},
		{
			kind: "kinds of URL", name: "host and path apart", algorithm: "hmac_sha256",
			text: func(c *call) string { return lines(c.method, c.host, c.path, c.ms(), c.body) }, put: inHex("X-Signature", ""),
			byHand: signed(`{method}\n{authority}\n{path}\n{timestamp}\n{body}`) + inXSignHex + atMilliseconds,
		},

		{
			kind: "a time in the URL", name: "the whole URL signed", algorithm: "hmac_sha256",
			prepare: func(c *call) { c.bare().query = "tenant=7&ts=" + c.s() },
			text:    func(c *call) string { return c.url() + c.body }, put: inB64("X-Signature", ""),
			byHand: signed(`{url}{body}`) + inXSignature + "timestamp: {query: ts, unit: s}\n",
		},
		{
			kind: "a time in the URL", name: "path and query signed", algorithm: "rsa_sha256",
			prepare: func(c *call) { c.bare().query = "timestamp=" + c.ms() + "&v=1" },
			text:    func(c *call) string { return lines(c.method, c.target(), c.body) }, put: inB64("X-Signature", ""),
			byHand: signed(`{method}\n{path}?{query}\n{body}`) + inXSignature + "timestamp: {query: timestamp, unit: ms}\n",
		},
		{
			kind: "a time in the URL", name: "consumer and version there too", algorithm: "ecdsa_sha256",
			prepare: func(c *call) { c.bare().query = "client_id=acme-7&key_version=3&t=" + c.s() },
			text: func(c *call) string {
				return c.target() + "\n" +
					c.body
			}, put: inB64("X-Signature", ""), options: Options{ConsumerID: "acme-7", KeyVersion: "3"},
			byHand: signed(`{path}?{query}\n{body}`) + inXSignature + "timestamp: {query: t, unit: s}\nconsumer: {query: " +
				"client_id}\nkey_version: {query: key_version}\n",
		},

		{
			kind: "encodings of the signature", name: "hex in upper case", algorithm: "hmac_sha256",
			text: func(c *call) string { return c.ms() + c.body }, put: func(c *call, s []byte) { inHeader(c, strings.ToUpper(hexOf(s))) },
			unbound: "url",
			byHand:  signed(`{timestamp}{body}`) + inXSignHex + atMilliseconds,
		},
		{
			kind: "encodings of the signature", name: "base64url without padding", algorithm: "ecdsa_sha256 raw",
			text: func(c *call) string { return c.method + " " + c.path + " " + c.ms() + " " + c.body },
			put:  func(c *call, s []byte) { inHeader(c, b64url(s)) }, byHand: signed(`{method} {path} {timestamp} {body}`) + inXSignature +
				atMilliseconds,
		},
		{
			kind: "ECDSA", name: "P-384, DER", algorithm: "ecdsa_sha384 P-384", prepare: func(c *call) { c.set("X-Request-Id", c.nonce) },
			text: func(c *call) string { return c.nonce + "." + c.ms() + "." + c.body }, put: inB64("X-Signature", ""), unbound: "url",
			byHand: signed(`{nonce}.{timestamp}.{body}`) + inXSignature + atMilliseconds + "nonce: {header: X-Request-Id}\n",
		},
		{
			kind: "Ed25519", name: "time and body", algorithm: "ed25519",
			text: func(c *call) string { return c.ms() + c.body }, put: inHex("X-Signature-Ed25519", ""), unbound: "url",
			byHand: signed(`{timestamp}{body}`) + "value: {header: X-Signature-Ed25519, encoding: hex}\n" + atMilliseconds,
		},
		{
			kind: "RSA-PSS", name: "the longest salt", algorithm: "rsa_pss_sha256",
			text: func(c *call) string { return lines(c.consumer, c.ms(), c.version, c.body) }, put: inB64("X-Signature", ""), unbound: "url",
			byHand: signed(`{consumer_id}\n{timestamp}\n{key_version}\n{body}`) + inXSignature + atMilliseconds + atConsumer + atVersion,
		},
		{
			kind: "RSA-PSS", name: "SHA-512", algorithm: "rsa_pss_sha512",
			text: func(c *call) string { return c.ms() + ":" + c.body }, put: inB64("X-Signature", "keyId=3;"), unbound: "url",
			byHand: signed(`{timestamp}:{body}`) + "value: {header: X-Signature, prefix: keyId=3;}\n" + atMilliseconds,
		},
		{
			kind: "old hashes", name: "HMAC-SHA1 over URL and body", algorithm: "hmac_sha1",
			text: func(c *call) string { return c.url() + c.body }, put: inB64("X-Signature", ""), unbound: "time",
			byHand: signed(`{url}{body}`) + inXSignature,
		},
		{
			kind: "the body alone", name: "HMAC-SHA512", algorithm: "hmac_sha512", text: func(c *call) string { return c.body },
			put: inHex("X-Signature", ""), unbound: "url time",
			byHand: signed(`{body}`) + inXSignHex,
		},
		{
			kind: "the body alone", name: "trimmed, with a time", algorithm: "rsa_sha256", text: func(c *call) string {
				return c.ms() +
					"." + strings.TrimSpace(c.body)
			}, put: inB64("X-Signature", ""), unbound: "url",
			byHand: signed(`{timestamp}.{body|trim}`) + inXSignature + atMilliseconds,
		},

		{
			kind: "times", name: "RFC 3339", algorithm: "hmac_sha256",
			prepare: func(c *call) { c.bare().set("X-Sent-At", c.at.Format(time.RFC3339Nano)) },
			text:    func(c *call) string { return c.header.Get("X-Sent-At") + "." + c.body }, put: inB64("X-Signature", ""), unbound: "url",
			byHand: signed(`{timestamp}.{body}`) + inXSignature + "timestamp: {header: X-Sent-At, unit: rfc3339}\n",
		},
		{
			kind: "a list", name: "with prefixes", algorithm: "hmac_sha256",
			text: func(c *call) string { return c.version + "." + c.ms() + "." + c.body },
			put:  func(c *call, s []byte) { inHeader(c, "v0:"+b64(make([]byte, 32))+", v1:"+b64(s)) }, unbound: "url",
			byHand: signed(`{key_version}.{timestamp}.{body}`) +
				"value: {header: X-Signature, format: list, prefix: 'v1:', encoding: base64}\n" + atMilliseconds + atVersion,
		},
		{
			kind: "pairs", name: "time, key and signature", algorithm: "hmac_sha256",
			text: func(c *call) string { return c.path + ";" + c.s() + ";" + c.body },
			put:  func(c *call, s []byte) { c.bare().set("X-Hook", fmt.Sprintf("ts=%s; kid=3; sig=%s", c.s(), b64(s))) },
			byHand: signed(`{path};{timestamp};{body}`) + "value: {header: X-Hook, format: pairs, separator: ';', select: [sig]}\ntimestamp: " +
				"{field: ts, unit: s}\nkey_version: {field: kid}\n",
		},
		{
			kind: "separators", name: "a line end behind", algorithm: "rsa_sha256",
			text: func(c *call) string { return lines(c.ms(), c.url(), c.body, "") }, put: inB64("X-Signature", ""),
			byHand: signed(`{timestamp}\n{url}\n{body}\n`) + inXSignature + atMilliseconds,
		},
		{
			kind: "separators", name: "one that differs", algorithm: "rsa_sha256",
			text: func(c *call) string { return c.method + " " + c.path + "\n" + c.ms() + "\n" + c.body }, put: inB64("X-Signature", ""),
			byHand: signed(`{method} {path}\n{timestamp}\n{body}`) + inXSignature + atMilliseconds,
		},
		{
			kind: "separators", name: "CR LF", algorithm: "hmac_sha256",
			text: func(c *call) string { return strings.Join([]string{c.method, c.path, c.ms(), c.body}, "\r\n") }, put: inHex("X-Signature", ""),
			byHand: "signed_string: \"{method}\\r\\\\n{path}\\r\\\\n{timestamp}\\r\\\\n{body}\"\n" + inXSignHex + atMilliseconds,
		},
		{
			kind: "a constant before", name: "the version of the scheme", algorithm: "hmac_sha256",
			text: func(c *call) string { return "v2:" + c.ms() + ":" + c.body }, put: inHex("X-Signature", "v2="), unbound: "url",
			byHand: signed(`v2:{timestamp}:{body}`) + "value: {header: X-Signature, prefix: v2=, encoding: hex}\n" + atMilliseconds,
		},
	}
}

func withNonce(c *call) { c.set("X-Nonce", c.nonce) }
