// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package jose

import (
	"crypto"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"slices"
	"strconv"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/cxone-otel/cxonereceiver/internal/signature/keys"
	"github.com/cxone-otel/cxonereceiver/internal/signature/parts"
	"github.com/cxone-otel/cxonereceiver/internal/signature/refusal"
)

// claims are those of a token, each as JSON.
type claims map[string]jsontext.Value

// parseClaims refuses objects with a name twice, since readers differ in which of the two counts.
func parseClaims(payload []byte) (claims, *refusal.Error) {
	var parsed claims
	if err := json.Unmarshal(payload, &parsed); err != nil || parsed == nil {
		return nil, refusal.New(refusal.ReasonMalformed, "the token's claims are not a JSON object with each name once")
	}
	return parsed, nil
}

// text returns a claim that is a string, or a list of one string, as aud can be.
func (c claims) text(name string) (string, *refusal.Error) {
	value, ok := c[name]
	if !ok {
		return "", refusal.New(refusal.ReasonMissing, "the token has no claim %s", name)
	}
	var text string
	if json.Unmarshal(value, &text) == nil && text != "" {
		return text, nil
	}
	var list []string
	if json.Unmarshal(value, &list) == nil && len(list) == 1 && list[0] != "" {
		return list[0], nil
	}
	return "", refusal.New(refusal.ReasonMalformed, "the token's claim %s is not a text", name)
}

// date returns a claim that is a time in seconds, which can have a fraction, and whether the claim is there.
func (c claims) date(name string) (at time.Time, found bool, refused *refusal.Error) {
	value, ok := c[name]
	if !ok {
		return time.Time{}, false, nil
	}
	seconds, err := strconv.ParseFloat(string(value), 64)
	if value.Kind() != '0' || err != nil || seconds < 0 || seconds > parts.MaxUnixSeconds {
		return time.Time{}, true, refusal.New(refusal.ReasonMalformed, "the token's claim %s is not a time in seconds", name)
	}
	return time.UnixMilli(int64(seconds * 1000)), true, nil
}

// checkDates compares iat, nbf and exp with the clock. At least one of iat and exp must be there, and must bound the time
// in which the token can be sent again.
func (c claims) checkDates(window *parts.Timestamp, now time.Time) *refusal.Error {
	issued, hasIssued, refused := c.date("iat")
	if refused != nil {
		return refused
	}
	expires, hasExpires, refused := c.date("exp")
	if refused != nil {
		return refused
	}
	begins, hasBegins, refused := c.date("nbf")
	switch {
	case refused != nil:
		return refused
	case !hasIssued && !hasExpires:
		return refusal.New(refusal.ReasonMissing, "the token has neither iat nor exp, so it would be good forever")
	case hasExpires && now.After(expires):
		return refusal.New(refusal.ReasonStale, "the token's exp passed %s ago", now.Sub(expires).Round(time.Second))
	case hasBegins && begins.After(now.Add(window.MaxFuture)):
		return refusal.New(refusal.ReasonFuture,
			"the token's nbf is %s ahead, max_future is %s", begins.Sub(now).Round(time.Second), window.MaxFuture)
	case hasIssued:
		_, refused := window.Within(window.Text(issued), now)
		return refused
	case expires.After(now.Add(window.MaxAge)):
		return refusal.New(refusal.ReasonFuture,
			"the token has no iat, and its exp is %s ahead, more than max_age, which is %s: ask the sender for iat, or set timestamp.max_age",
			expires.Sub(now).Round(time.Second), window.MaxAge)
	}
	return nil
}

// BodyClaim is a claim that holds the body's hash.
type BodyClaim struct {
	// Name is the claim's name.
	Name string `mapstructure:"name"`
	// Hash is sha256, sha384 or sha512. Default sha256.
	Hash string `mapstructure:"hash"`
	// Encoding is hex, base64 or base64url. For the latter two, reading accepts either alphabet, padded or not. Default
	// hex.
	Encoding string `mapstructure:"encoding"`

	_ struct{}
}

const encodingBase64URL = "base64url"

var bodyHashes = map[string]crypto.Hash{"sha256": crypto.SHA256, "sha384": crypto.SHA384, "sha512": crypto.SHA512}

// Check adds the mistakes in its keys.
func (b *BodyClaim) Check(p *refusal.Problems) {
	if bodyHashes[b.Hash] == 0 {
		p.Add("jwt.body_claim.hash", "unknown hash %q; known hashes are sha256, sha384, sha512", refusal.Cut(b.Hash))
	}
	if !slices.Contains([]string{parts.EncodingHex, parts.EncodingBase64, encodingBase64URL}, b.Encoding) {
		p.Add("jwt.body_claim.encoding", "unknown encoding %q; known encodings are hex, base64, base64url", refusal.Cut(b.Encoding))
	}
}

// read returns the body's hash from the claims.
func (b *BodyClaim) read(c claims) ([]byte, *refusal.Error) {
	text, refused := c.text(b.Name)
	if refused != nil {
		return nil, refused
	}
	return b.decode(text)
}

// Holds reports whether a claim's text is the hash of this body.
func (b *BodyClaim) Holds(text string, body []byte) bool {
	stated, refused := b.decode(text)
	return refused == nil && b.matches(stated, body) == nil
}

func (b *BodyClaim) decode(text string) ([]byte, *refusal.Error) {
	encoding := b.Encoding
	if encoding == encodingBase64URL {
		encoding = parts.EncodingBase64
	}
	stated, err := (&parts.Value{Encoding: encoding}).Signatures(text)
	if err != nil || len(stated) == 0 || len(stated[0]) != bodyHashes[b.Hash].Size() {
		return nil, refusal.New(refusal.ReasonMalformed, "the token's claim %s is not a %s in %s", b.Name, b.Hash, b.Encoding)
	}
	return stated[0], nil
}

// matches compares the body's hash with the stated one.
func (b *BodyClaim) matches(stated, body []byte) *refusal.Error {
	if subtle.ConstantTimeCompare(stated, keys.Bytes(body).Digest(bodyHashes[b.Hash])) != 1 {
		return refusal.New(refusal.ReasonBadDigest, "the body is not the one of the token's claim %s", b.Name)
	}
	return nil
}

// write is the inverse of read.
func (b *BodyClaim) write(body []byte) string {
	digest := keys.Bytes(body).Digest(bodyHashes[b.Hash])
	switch b.Encoding {
	case parts.EncodingHex:
		return hex.EncodeToString(digest)
	case encodingBase64URL:
		return base64.RawURLEncoding.EncodeToString(digest)
	default:
		return base64.StdEncoding.EncodeToString(digest)
	}
}
