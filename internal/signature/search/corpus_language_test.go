// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package search

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf16"
)

// placeCorpus are other ways to write the value: positions, quotes, encodings.
func placeCorpus() []corpusScheme {
	return []corpusScheme{
		{
			kind: "positions", name: "time.signature", algorithm: "hmac_sha256",
			text: func(c *call) string {
				return c.s() + "." +
					c.body
			}, put: func(c *call, s []byte) { c.bare().set("X-Signature", c.s()+"."+hexOf(s)) }, unbound: "url",
			byHand: signed(`{timestamp}.{body}`) + "value: {header: X-Signature, format: positions, separator: ., select: ['2'], encoding: " +
				"hex}\ntimestamp: {field: '1', unit: s}\n",
		},
		{
			kind: "positions", name: "app:signature:nonce:time", algorithm: "hmac_sha256",
			text: func(c *call) string { return "acme-7" + c.method + c.path + c.s() + c.nonce + b64(hashMD5(c.body)) },
			put: func(c *call, s []byte) {
				c.bare().set("Authorization", "amx "+strings.Join([]string{"acme-7", b64(s), c.nonce, c.s()}, ":"))
			},
			byHand: signed(`{consumer_id}{method}{path}{timestamp}{field:3}{body|md5|base64}`) +
				"value: {header: Authorization, format: positions, separator: ':', prefix: 'amx ', select: ['2']}\ntimestamp: {field: '4', unit: " +
				"s}\nconsumer: {field: '1'}\n",
		},
		{
			kind: "quoted pairs", name: "key, time and signature", algorithm: "rsa_sha256",
			text: func(c *call) string { return lines(c.method, c.path, c.s(), c.body) },
			put: func(c *call, s []byte) {
				c.bare().set("Authorization", fmt.Sprintf(`Signature keyId="3",created="%s",algorithm="rsa-sha256",signature="%s"`, c.s(), b64(s)))
			},
			byHand: signed(`{method}\n{path}\n{timestamp}\n{body}`) + "value: {header: Authorization, format: pairs, prefix: 'Signature ', " +
				"select: [signature]}\ntimestamp: {field: created, unit: s}\nkey_version: {field: keyId}\n",
		},
		{
			kind: "quoted pairs", name: "the headers named, as the HTTP signatures of before the RFC", algorithm: "rsa_sha256",
			prepare: func(c *call) {
				c.bare().set("Date", c.at.Format(http.TimeFormat))
				c.set("Digest", "SHA-256="+b64(hash256(c.body)))
			},
			text: func(c *call) string {
				return lines("(request-target): post "+c.target(), "host: "+c.host, "date: "+c.header.Get("Date"), "digest: "+c.header.Get("Digest"))
			},
			put: func(c *call, s []byte) {
				c.set("Signature", fmt.Sprintf(`keyId="3",algorithm="rsa-sha256",headers="(request-target) host date digest",signature="%s"`, b64(s)))
			},
			byHand: signed(`(request-target): {method|lower} {path}\nhost: {authority}\ndate: {timestamp}\ndigest: SHA-256={body|sha256|base64}`) +
				"value: {header: Signature, format: pairs, select: [signature]}\ntimestamp: {header: Date, unit: http_date}\nkey_version: {field: " +
				"keyId}\n",
		},
		{
			kind: "quoted pairs", name: "the headers named, with created and an HMAC", algorithm: "hmac_sha256",
			text: func(c *call) string {
				return lines("(request-target): post "+c.target(), "(created): "+c.s(), "content-type: application/json",
					"digest: SHA-256="+b64(hash256(c.body)))
			},
			put: func(c *call, s []byte) {
				c.bare().set("Digest", "SHA-256="+b64(hash256(c.body)))
				c.set("Authorization", fmt.Sprintf(`Signature keyId="3",algorithm="hs2019",created=%s,headers="(request-target) (created) `+
					`content-type digest",signature="%s"`, c.s(), b64(s)))
			},
			byHand: signed(`(request-target): {method|lower} {path}\n(created): {timestamp}\ncontent-type: {header:Content-Type}\ndigest: `+
				`SHA-256={body|sha256|base64}`) +
				"value: {header: Authorization, format: pairs, prefix: 'Signature ', select: [signature]}\ntimestamp: {field: created, unit: " +
				"s}\nkey_version: {field: keyId}\n",
		},
		{
			kind: "base64 of hex", name: "HMAC", algorithm: "hmac_sha256",
			text: func(c *call) string { return c.ms() + c.path + c.body }, put: func(c *call, s []byte) { inHeader(c, b64(hexOf(s))) },
			byHand: signed(`{timestamp}{path}{body}`) + "value: {header: X-Signature, encoding: base64_of_hex}\n" + atMilliseconds,
		},
		{
			kind: "separated hex", name: "colons", algorithm: "hmac_sha256",
			text: func(c *call) string { return c.path + c.ms() + c.body }, put: func(c *call, s []byte) { inHeader(c, separated(s, ":")) },
			byHand: signed(`{path}{timestamp}{body}`) + inXSignHex + atMilliseconds,
		},
		{
			kind: "separated hex", name: "dashes, as .NET's BitConverter writes it", algorithm: "hmac_sha512",
			text: func(c *call) string {
				return c.ms() + "|" + c.path + "|" +
					c.body
			}, put: func(c *call, s []byte) { inHeader(c, strings.ToUpper(separated(s, "-"))) },
			byHand: signed(`{timestamp}|{path}|{body}`) + inXSignHex + atMilliseconds,
		},
	}
}

func separated(data []byte, by string) string {
	var all []string
	for _, b := range data {
		all = append(all, fmt.Sprintf("%02x", b))
	}
	return strings.Join(all, by)
}

// keyCorpus are other algorithms, and changes of the string before it is signed.
func keyCorpus() []corpusScheme {
	five := `{consumer_id}\n{url}\n{timestamp}\n{key_version}\n{body}`
	places := atMilliseconds + atConsumer + atVersion
	raw := func(name string, digest func(string) []byte, write func([]byte) string, group string) corpusScheme {
		return corpusScheme{
			kind: "the hash encrypted with the private key", name: name, algorithm: "rsa_raw",
			text: func(c *call) string { return write(digest(fiveParts(c))) }, put: inB64("X-Signature", ""),
			byHand: signed(`{(`+five+`)|`+group+`}`) + inXSignature + places,
		}
	}
	asIs := func(data []byte) string { return string(data) }
	return []corpusScheme{
		raw("the bare digest", hash256, asIs, "sha256"),
		raw("the digest in hex", hash256, hexOf, "sha256|hex"),
		raw("the digest in base64", hash256, b64[[]byte], "sha256|base64"),
		raw("SHA-512, bare", hash512, asIs, "sha512"),
		raw("SHA-1 in hex", hash1, hexOf, "sha1|hex"),
		raw("MD5 in hex", hashMD5, hexOf, "md5|hex"),
		{
			kind: "a hash that is signed", name: "hex, RSA", slow: true, algorithm: "rsa_sha256",
			text: func(c *call) string { return hexOf(hash256(fiveParts(c))) }, put: inB64("X-Signature", ""),
			byHand: signed(`{(`+five+`)|sha256|hex}`) + inXSignature + places,
		},
		{
			kind: "a hash that is signed", name: "bare, RSA", slow: true, algorithm: "rsa_sha256",
			text: func(c *call) string { return string(hash256(fiveParts(c))) }, put: inB64("X-Signature", ""),
			byHand: signed(`{(`+five+`)|sha256}`) + inXSignature + places,
		},
		{
			kind: "a hash that is signed", name: "bare, ECDSA", slow: true, algorithm: "ecdsa_sha256",
			text: func(c *call) string { return string(hash256(lines(c.ms(), c.path, c.body))) }, put: inB64("X-Signature", ""),
			byHand: signed(`{({timestamp}\n{path}\n{body})|sha256}`) + inXSignature + atMilliseconds,
		},
		{
			kind: "a hash that is signed", name: "bare, Ed25519", slow: true, algorithm: "ed25519",
			text: func(c *call) string { return string(hash512(c.ms() + "." + c.body)) }, put: inB64("X-Signature", ""), unbound: "url",
			byHand: signed(`{({timestamp}.{body})|sha512}`) + inXSignature + atMilliseconds,
		},
		{
			kind: "a hash that is signed", name: "MD5 in hex, HMAC", slow: true, algorithm: "hmac_sha256",
			text: func(c *call) string { return hexOf(hashMD5(c.path + c.ms() + c.body)) }, put: inHex("X-Signature", ""),
			byHand: signed(`{({path}{timestamp}{body})|md5|hex}`) + inXSignHex + atMilliseconds,
		},
		{
			kind: "a string that is encoded", name: "base64, HMAC", slow: true, algorithm: "hmac_sha256",
			text: func(c *call) string { return b64(lines(c.method, c.path, c.ms(), c.body)) }, put: inHex("X-Signature", ""),
			byHand: signed(`{({method}\n{path}\n{timestamp}\n{body})|base64}`) + inXSignHex + atMilliseconds,
		},
		{
			kind: "a string that is encoded", name: "UTF-16, as .NET's Encoding.Unicode", slow: true, algorithm: "hmac_sha256",
			text: func(c *call) string { return utf16Text(c.ms() + c.path + c.body) }, put: inB64("X-Signature", ""),
			byHand: signed(`{({timestamp}{path}{body})|utf16le}`) + inXSignature + atMilliseconds,
		},
		{
			kind: "a digest with a secret", name: "the secret behind", algorithm: "digest_sha256",
			text: func(c *call) string { return c.path + c.ms() + c.body + c.keys.secret }, put: inHex("X-Signature", ""),
			byHand: signed(`{path}{timestamp}{body}{secret}`) + inXSignHex + atMilliseconds,
		},
		{
			kind: "a digest with a secret", name: "the secret first", algorithm: "digest_sha512",
			text: func(c *call) string { return strings.Join([]string{c.keys.secret, c.ms(), c.path, c.body}, ":") }, put: inHex("X-Signature", ""),
			byHand: signed(`{secret}:{timestamp}:{path}:{body}`) + inXSignHex + atMilliseconds,
		},
		{
			kind: "key=secret", name: "sorted parameters, the secret behind", algorithm: "digest_sha256",
			text: func(c *call) string {
				return "body=" + c.body + "&client_id=acme-7&nonce=" + c.nonce + "&timestamp=" + c.s() + "&key=" + c.keys.secret
			},
			put: func(c *call, s []byte) {
				c.bare().query = "client_id=acme-7&nonce=" + c.nonce + "&timestamp=" + c.s() + "&sign=" + strings.ToUpper(hexOf(s))
			}, unbound: "url",
			byHand: signed(`body={body}&client_id={consumer_id}&nonce={nonce}&timestamp={timestamp}&key={secret}`) +
				"value: {query: sign, encoding: hex}\ntimestamp: {query: timestamp, unit: s}\nconsumer: {query: client_id}\nnonce: {query: nonce}\n",
		},
		{
			kind: "key=secret", name: "the secret first", slow: true, algorithm: "digest_sha256",
			text: func(c *call) string {
				return "key=" + c.keys.secret + "&timestamp=" + c.ms() + "&body=" +
					c.body
			}, put: inHex("X-Signature", ""), unbound: "url",
			byHand: signed(`key={secret}&timestamp={timestamp}&body={body}`) + inXSignHex + atMilliseconds,
		},
		{
			kind: "a private key's text as a secret", name: "HMAC", algorithm: "hmac_sha256 pem", text: fiveParts, put: inB64("X-Signature", ""),
			byHand: signed(five) + inXSignature + places,
		},
		{
			kind:      "hashes and curves",
			name:      "RSA with SHA-384",
			algorithm: "rsa_sha384",
			text:      fiveParts,
			put:       inB64("X-Signature", ""),
			byHand:    signed(five) + inXSignature + places,
		},
		{
			kind:      "hashes and curves",
			name:      "RSA with SHA-1",
			algorithm: "rsa_sha1",
			text:      fiveParts,
			put:       inB64("X-Signature", ""),
			byHand:    signed(five) + inXSignature + places,
		},
		{
			kind:      "hashes and curves",
			name:      "PSS with SHA-384",
			algorithm: "rsa_pss_sha384",
			text:      fiveParts,
			put:       inB64("X-Signature", ""),
			byHand:    signed(five) + inXSignature + places,
		},
		{
			kind:      "hashes and curves",
			name:      "HMAC-SHA384",
			algorithm: "hmac_sha384",
			text:      fiveParts,
			put:       inHex("X-Signature", ""),
			byHand:    signed(five) + inXSignHex + places,
		},
		{
			kind: "hashes and curves", name: "P-521 with SHA-512", slow: true, algorithm: "ecdsa_sha512 P-521",
			text: func(c *call) string { return lines(c.ms(), c.path, c.body) }, put: inB64("X-Signature", ""),
			byHand: signed(`{timestamp}\n{path}\n{body}`) + inXSignature + atMilliseconds,
		},
		{
			kind: "hashes and curves", name: "P-256 with SHA-512", slow: true, algorithm: "ecdsa_sha512 raw",
			text: func(c *call) string { return lines(c.ms(), c.path, c.body) }, put: inB64("X-Signature", ""),
			byHand: signed(`{timestamp}\n{path}\n{body}`) + inXSignature + atMilliseconds,
		},
	}
}

func utf16Text(text string) string {
	var out []byte
	for _, unit := range utf16.Encode([]rune(text)) {
		out = binary.LittleEndian.AppendUint16(out, unit)
	}
	return string(out)
}

// tokenCorpus are the standards whose signatures name their own form.
func tokenCorpus() []corpusScheme {
	token := func(c *call, algorithm, head, payload string) string {
		text := b64url(head) + "." + b64url(payload)
		return text + "." + b64url(c.sign(algorithm, text))
	}
	claims := func(c *call, more string) string {
		return fmt.Sprintf(`{"iss":"acme-7","iat":%s,"exp":%d%s}`, c.s(), c.at.Unix()+120, more)
	}
	return []corpusScheme{
		{
			kind: "JWT", name: "RS256, the body's hash in a claim", algorithm: "rsa_sha256",
			send: func(c *call) {
				c.bare().set("Authorization", "Bearer "+token(c, "rsa_sha256", `{"alg":"RS256","typ":"JWT","kid":"3"}`,
					claims(c, `,"body_sha256":"`+hexOf(hash256(c.body))+`"`)))
			}, unbound: "url",
			byHand: "scheme: jwt\njwt: {body_claim: {name: body_sha256}}\n",
		},
		{
			kind: "JWT", name: "HS256 in a header of its own", algorithm: "hmac_sha256",
			send: func(c *call) {
				c.bare().set("X-Request-Token", token(c, "hmac_sha256", `{"alg":"HS256","typ":"JWT","kid":"3"}`,
					claims(c, `,"htb":"`+b64url(hash256(c.body))+`"`)))
			}, unbound: "url", options: Options{ConsumerID: "acme-7"},
			byHand: "scheme: jwt\nvalue: {header: X-Request-Token, prefix: ''}\njwt: {consumer_claim: iss, body_claim: {name: htb, encoding: " +
				"base64}}\n",
		},
		{
			kind: "JWT", name: "ES256 without the body", algorithm: "ecdsa_sha256 raw",
			send: func(c *call) {
				c.bare().set("Authorization", "Bearer "+token(c, "ecdsa_sha256 raw", `{"alg":"ES256","kid":"3"}`, claims(c, "")))
			}, unbound: "url body",
			byHand: "scheme: jwt\n",
		},
		{
			kind: "JWS", name: "detached, RS256", algorithm: "rsa_sha256",
			send: func(c *call) {
				head := b64url(`{"alg":"RS256","kid":"3"}`)
				c.bare().set("X-JWS-Signature", head+".."+b64url(c.sign("rsa_sha256", head+"."+b64url(c.body))))
			}, unbound: "url time",
			byHand: "scheme: jws\n",
		},
		{
			kind: "JWS", name: "detached and not encoded, EdDSA", algorithm: "ed25519",
			send: func(c *call) {
				head := b64url(`{"alg":"EdDSA","b64":false,"crit":["b64"],"kid":"3"}`)
				c.bare().set("X-Body-Signature", head+".."+b64url(c.sign("ed25519", head+"."+c.body)))
			}, unbound: "url time",
			byHand: "scheme: jws\nvalue: {header: X-Body-Signature}\n",
		},
	}
}

// writtenCorpus are strings with the names of parts, and with times and JSON as other languages write them.
func writtenCorpus() []corpusScheme {
	at := func(name, layout, byHand string) corpusScheme {
		return corpusScheme{
			kind: "times", name: name, algorithm: "hmac_sha256",
			prepare: func(c *call) { c.bare().set("X-Sent-At", c.at.Format(layout)) },
			text:    func(c *call) string { return lines(c.path, c.header.Get("X-Sent-At"), c.body) }, put: inHex("X-Signature", ""),
			byHand: signed(`{path}\n{timestamp}\n{body}`) + inXSignHex + "timestamp: {header: X-Sent-At, " + byHand + "}\n",
		}
	}
	ticks := at(".NET ticks", "", "unit: dotnet_ticks")
	ticks.prepare = func(c *call) {
		c.bare().set("X-Sent-At", strconv.FormatInt(c.at.UnixMilli()*10_000+621355968000000000, 10))
	}
	fraction := at("seconds with a fraction", "", "unit: s")
	fraction.prepare = func(c *call) { c.bare().set("X-Sent-At", fmt.Sprintf("%.3f", float64(c.at.UnixMilli())/1000)) }
	return []corpusScheme{
		at("the US form", "1/2/2006 3:04:05 PM", "unit: us_date"),
		at("ISO 8601 without a zone", "2006-01-02T15:04:05", "unit: iso8601"),
		at("ISO 8601's basic form", "20060102T150405Z", "unit: iso8601_basic"),
		at("a layout with a blank", "2006-01-02 15:04:05", "unit: layout, layout: '2006-01-02 15:04:05'"),
		at("fourteen digits", "20060102150405", "unit: layout, layout: '20060102150405'"),
		ticks, fraction,
		{
			kind: "name=value&", name: "sorted", algorithm: "hmac_sha256",
			text: func(c *call) string {
				return "body=" + c.body + "&consumer_id=acme-7&key_version=3&timestamp=" + c.ms()
			}, put: inHex("X-Signature", ""), unbound: "url",
			byHand: signed(`body={body}&consumer_id={consumer_id}&key_version={key_version}&timestamp={timestamp}`) + inXSignHex +
				atMilliseconds + atConsumer + atVersion,
		},
		{
			kind: "name=value&", name: "in the order of the form, RSA", algorithm: "rsa_sha256",
			text: func(c *call) string {
				return "consumerId=acme-7&url=" + c.url() + "&timestamp=" + c.ms() + "&keyVersion=3&body=" + c.body
			}, put: inB64("X-Signature", ""),
			byHand: signed(`consumerId={consumer_id}&url={url}&timestamp={timestamp}&keyVersion={key_version}&body={body}`) +
				inXSignature + atMilliseconds + atConsumer + atVersion,
		},
		{
			kind: "name=value&", name: "ECDSA", slow: true, algorithm: "ecdsa_sha256",
			text:   func(c *call) string { return "path=" + c.path + "&timestamp=" + c.ms() + "&body=" + c.body },
			put:    inB64("X-Signature", ""),
			byHand: signed(`path={path}&timestamp={timestamp}&body={body}`) + inXSignature + atMilliseconds,
		},
		{
			kind: "Name: value", name: "headers as they are sent", slow: true, algorithm: "rsa_sha256",
			text: func(c *call) string {
				return lines("X-Consumer-Id: acme-7", "X-Key-Version: 3", "X-Timestamp: "+c.ms(), c.body)
			}, put: inB64("X-Signature", ""), unbound: "url",
			byHand: signed(`X-Consumer-Id: {consumer_id}\nX-Key-Version: {key_version}\nX-Timestamp: {timestamp}\n{body}`) + inXSignature +
				atMilliseconds + atConsumer + atVersion,
		},
		{
			kind: "Name: value", name: "everything named", algorithm: "hmac_sha256",
			text: func(c *call) string {
				return lines("method: POST", "path: "+c.path, "timestamp: "+c.ms(), "body: "+c.body)
			}, put: inHex("X-Signature", ""),
			byHand: signed(`method: {method}\npath: {path}\ntimestamp: {timestamp}\nbody: {body}`) + inXSignHex + atMilliseconds,
		},
		{
			kind: "Name: value", name: "lower-case names below the method", algorithm: "hmac_sha256",
			text: func(c *call) string {
				return lines("POST", c.path, "x-consumer-id:acme-7", "x-timestamp:"+c.ms(), hexOf(hash256(c.body)))
			}, put: inHex("X-Signature", ""),
			byHand: signed(`{method}\n{path}\nx-consumer-id:{consumer_id}\nx-timestamp:{timestamp}\n{body|sha256|hex}`) + inXSignHex +
				atMilliseconds + atConsumer,
		},
		{
			kind: "a canonical request", name: "hashed below a first line", algorithm: "hmac_sha256",
			prepare: func(c *call) { c.bare().set("X-Date", c.at.Format("20060102T150405Z")) },
			text: func(c *call) string {
				canonical := lines(c.method, c.path, "", "host:"+c.host, "x-date:"+c.header.Get("X-Date"), "", "host;x-date", hexOf(hash256(c.body)))
				return lines("NICE-HMAC-SHA256", c.header.Get("X-Date"), hexOf(hash256(canonical)))
			},
			put: inHex("Authorization", "NICE-HMAC-SHA256 Credential=acme-7, SignedHeaders=host;x-date, Signature="),
			byHand: signed(`NICE-HMAC-SHA256\n{timestamp}\n{({method}\n{path}\n\nhost:{authority}\nx-date:{timestamp}\n\nhost;`+
				`x-date\n{body|sha256|hex})|sha256|hex}`) +
				"value: {header: Authorization, format: pairs, select: [Signature], encoding: hex}\ntimestamp: {header: X-Date, unit: iso8601_basic}\n",
		},
		{
			kind: "a canonical request", name: "signed as it is, RSA", algorithm: "rsa_sha256",
			prepare: func(c *call) { c.bare().set("X-Date", c.at.Format("20060102T150405Z")) },
			text: func(c *call) string {
				return lines(c.method, c.path, "", "content-type:application/json", "host:"+c.host, "x-date:"+c.header.Get("X-Date"), "",
					"content-type;host;x-date", hexOf(hash256(c.body)))
			},
			put: inB64("Authorization", "NICE-RSA-SHA256 Credential=acme-7, SignedHeaders=content-type;host;x-date, Signature="),
			byHand: signed(`{method}\n{path}\n\ncontent-type:{header:Content-Type}\nhost:{authority}\nx-date:{timestamp}\n\ncontent-type;host;`+
				`x-date\n{body|sha256|hex}`) +
				"value: {header: Authorization, format: pairs, select: [Signature]}\ntimestamp: {header: X-Date, unit: iso8601_basic}\n",
		},
		{
			kind: "JSON of the parts", name: "compact", algorithm: "hmac_sha256",
			text: func(c *call) string {
				return `{"timestamp":` + c.ms() + `,"body":` + strings.TrimSpace(c.body) +
					`}`
			}, put: inHex("X-Signature", ""), unbound: "url",
			byHand: signed(`\{"timestamp":{timestamp},"body":{body|trim}\}`) + inXSignHex + atMilliseconds,
		},
		{
			kind: "JSON of the parts", name: "sorted, texts, RSA", slow: true, algorithm: "rsa_sha256",
			text: func(c *call) string {
				text, _ := json.Marshal(map[string]string{
					"consumerId": "acme-7",
					"keyVersion": "3",
					"path":       c.path,
					"timestamp":  c.ms(),
					"bodyHash":   hexOf(hash256(c.body)),
				})
				return string(text)
			}, put: inB64("X-Signature", ""),
			byHand: signed(`\{"bodyHash":"{body|sha256|hex}","consumerId":"{consumer_id}","keyVersion":"{key_version}","path":"{path}",`+
				`"timestamp":"{timestamp}"\}`) + inXSignature + atMilliseconds + atConsumer + atVersion,
		},
		{
			kind: "an encoded URL", name: "joined by &", algorithm: "hmac_sha256",
			text: func(c *call) string {
				return c.method + "&" + strings.ReplaceAll(url.QueryEscape(c.url()), "+", "%20") + "&" + c.ms() + "&" + c.body
			}, put: inB64("X-Signature", ""),
			byHand: signed(`{method}&{url|urlencode}&{timestamp}&{body}`) + inXSignature + atMilliseconds,
		},
		{
			kind: "an encoded URL", name: "ECDSA", slow: true, algorithm: "ecdsa_sha256",
			text: func(c *call) string { return lines(url.QueryEscape(c.url()), c.ms(), c.body) }, put: inB64("X-Signature", ""),
			byHand: signed(`{url|urlencode}\n{timestamp}\n{body}`) + inXSignature + atMilliseconds,
		},
		{
			kind: "JSON written anew", name: "compact signed, blanks sent", algorithm: "rsa_sha256",
			text: func(c *call) string {
				compact := strings.TrimSpace(c.body)
				c.body = strings.ReplaceAll(strings.ReplaceAll(compact, `":`, `" : `), `,"`, ` , "`)
				return c.ms() + "." + strings.ReplaceAll(strings.ReplaceAll(compact, `": `, `":`), `, "`, `,"`)
			}, put: inB64("X-Signature", ""), unbound: "url",
			byHand: signed(`{timestamp}.{body|json_compact}`) + inXSignature + atMilliseconds,
		},
		{
			kind: "JSON written anew", name: "canonical signed, sent in another order", algorithm: "hmac_sha256",
			text: func(c *call) string {
				var fields map[string]any
				_ = json.Unmarshal([]byte(c.body), &fields)
				names := []string{}
				for name := range fields {
					names = append(names, name)
				}
				slices.Sort(names)
				var sorted []string
				for _, name := range names {
					value, _ := json.Marshal(fields[name])
					sorted = append(sorted, `"`+name+`":`+string(value))
				}
				return lines(c.path, c.ms(), "{"+strings.Join(sorted, ",")+"}")
			}, put: inHex("X-Signature", ""),
			byHand: signed(`{path}\n{timestamp}\n{body|json_canonical}`) + inXSignHex + atMilliseconds,
		},
		{
			kind: "a time that lies ahead", name: "an expiry", algorithm: "hmac_sha256",
			prepare: func(c *call) { c.bare().set("X-Expires", strconv.FormatInt(c.at.Add(5*time.Minute).Unix(), 10)) },
			text:    func(c *call) string { return lines(c.path, c.header.Get("X-Expires"), c.body) }, put: inHex("X-Signature", ""),
			byHand: signed(`{path}\n{timestamp}\n{body}`) + inXSignHex + "timestamp: {header: X-Expires, unit: s, max_future: 6m}\n",
		},
	}
}
