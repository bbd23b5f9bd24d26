// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package jose

import (
	"net/http"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-json-experiment/json"

	"github.com/cxone-otel/cxonereceiver/internal/signature/keys"
	"github.com/cxone-otel/cxonereceiver/internal/signature/parts"
	"github.com/cxone-otel/cxonereceiver/internal/signature/refusal"
)

// TokenConfig says how the claims of a JSON Web Token are checked, besides its times.
type TokenConfig struct {
	// ConsumerClaim is the claim that names the consumer, such as iss. Default: none.
	ConsumerClaim string `mapstructure:"consumer_claim"`
	// BodyClaim is the claim that holds the body's hash. Default: none; the token then does not sign the body.
	BodyClaim BodyClaim `mapstructure:"body_claim"`

	_ struct{}
}

// Token signs and verifies JSON Web Tokens.
type Token struct {
	base
	config TokenConfig
}

// NewToken makes the method. Unless namesKey is set, a token may leave kid out.
func NewToken(config TokenConfig, namesKey bool, layout *parts.Layout) *Token {
	layout.Token = true
	return &Token{base{layout, namesKey, algorithms()}, config}
}

// lookAtToken is what may have been changed if the key is right: a token signs itself.
const lookAtToken = "the token, which something on the way may have changed"

// Check makes the checks that are cheap and need no body. The claims are read before the signature is verified, as the
// parts of every other scheme are: they choose the key, and a stale token costs no verification.
func (t *Token) Check(m *parts.Message, ring *keys.Ring) (decide func(body []byte) *refusal.Error, refused *refusal.Error) {
	if refused := t.layout.Read(m); refused != nil {
		return nil, refused
	}
	signature, err := jose.ParseSignedCompact(m.Token, t.known)
	if err != nil {
		return nil, refuseParsing(err, "JSON Web Token")
	}
	if refused := checkCritical(header(signature), ""); refused != nil {
		return nil, refused
	}
	read, refused := parseClaims(signature.UnsafePayloadWithoutVerification())
	if refused != nil {
		return nil, refused
	}
	if refused := t.readConsumer(m, read); refused != nil {
		return nil, refused
	}
	if refused := read.checkDates(&t.layout.Timestamp, m.Now); refused != nil {
		return nil, refused
	}
	var stated []byte
	if t.config.BodyClaim.Name != "" {
		if stated, refused = t.config.BodyClaim.read(read); refused != nil {
			return nil, refused
		}
	}
	key, refused := t.find(m, ring, signature)
	if refused != nil {
		return nil, refused
	}
	return func(body []byte) *refusal.Error {
		if refused := verify(key, signature, keys.Bytes(signedPart(m.Token)), lookAtToken); refused != nil || stated == nil {
			return refused
		}
		return t.config.BodyClaim.matches(stated, body)
	}, nil
}

// readConsumer reads the consumer from its claim. It must be the one that the request and the configuration name.
func (t *Token) readConsumer(m *parts.Message, read claims) *refusal.Error {
	if t.config.ConsumerClaim == "" {
		return nil
	}
	named, refused := read.text(t.config.ConsumerClaim)
	if refused != nil {
		return refused
	}
	expected := m.Consumer // the one in a header, or consumer_id
	m.Consumer = named
	if expected != "" && named != expected {
		return refusal.New(refusal.ReasonUnknownConsumer,
			"the token's claim %s is %s, which is not the expected consumer", t.config.ConsumerClaim, refusal.Quote(named))
	}
	return nil
}

// Explain reads a request past every mistake, and returns the string that its signature should be of.
func (t *Token) Explain(m *parts.Message, _ []byte) ([]byte, *refusal.Error) {
	refused := t.layout.ReadAll(m)
	signature, err := jose.ParseSignedCompact(m.Token, t.known)
	if err != nil {
		if refused == nil {
			refused = refuseParsing(err, "JSON Web Token")
		}
		return nil, refused
	}
	m.Version, m.Signatures = header(signature).KeyID, [][]byte{signature.Signatures[0].Signature}
	if read, refused := parseClaims(signature.UnsafePayloadWithoutVerification()); refused == nil {
		if named, refused := read.text(t.config.ConsumerClaim); refused == nil && t.config.ConsumerClaim != "" {
			m.Consumer = named
		}
		m.Timestamp = string(read["iat"])
	}
	return signedPart(m.Token), refused
}

// signedPart returns the signed part of a token: its header and its claims as they were sent.
func signedPart(token string) []byte { return []byte(token[:strings.LastIndexByte(token, '.')]) }

// Sign issues a token for this body.
func (t *Token) Sign(r *http.Request, body []byte, key *keys.SigningKey, now time.Time) error {
	m := t.layout.Write(r, key.Version, key.Consumer, now)
	made := map[string]any{"iat": now.Unix(), "exp": now.Add(t.layout.Timestamp.MaxAge).Unix()}
	if t.config.ConsumerClaim != "" {
		made[t.config.ConsumerClaim] = key.Consumer
	}
	if claim := &t.config.BodyClaim; claim.Name != "" {
		made[claim.Name] = claim.write(body)
	}
	payload, err := json.Marshal(made, json.Deterministic(true))
	if err != nil {
		return err
	}
	signature, err := sign(key, payload, "JWT")
	if err != nil {
		return err
	}
	text, err := signature.CompactSerialize()
	if err == nil {
		t.layout.WriteToken(m, text)
	}
	return err
}

// Covers reports whether an attacker cannot change this part of a request.
func (t *Token) Covers(part parts.Name) bool {
	switch part {
	case parts.Body:
		return t.config.BodyClaim.Name != ""
	case parts.Consumer:
		return t.config.ConsumerClaim != ""
	default:
		return part == parts.Time || part == parts.KeyVersion
	}
}

// SignsHost is false: the host is not signed.
func (t *Token) SignsHost() bool { return false }

// Warnings returns none: Covers says what is not signed.
func (t *Token) Warnings() []string { return nil }
