// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package search

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/cxone-otel/cxonereceiver/internal/signature"
	"github.com/cxone-otel/cxonereceiver/internal/signature/jose"
	"github.com/cxone-otel/cxonereceiver/internal/signature/keys"
)

// tokenForm is a JSON Web Token, or a JSON Web Signature of the body, perhaps after a word.
var tokenForm = regexp.MustCompile(`^([^ ]+[ =])?(eyJ[A-Za-z0-9_-]+)\.([A-Za-z0-9_-]*)\.([A-Za-z0-9_-]+)$`)

// token is the token in a header or a parameter.
type token struct {
	prefix string
	head   struct{ Alg, Kid string }
	claims map[string]any // nil if the payload is the body
}

func readToken(text string) (token, bool) {
	found := tokenForm.FindStringSubmatch(text)
	if found == nil {
		return token{}, false
	}
	t := token{prefix: found[1]}
	head, err := base64.RawURLEncoding.DecodeString(found[2])
	if err != nil || json.Unmarshal(head, &t.head) != nil || t.head.Alg == "" {
		return token{}, false
	}
	payload, err := base64.RawURLEncoding.DecodeString(found[3])
	if err != nil || len(payload) > 0 && json.Unmarshal(payload, &t.claims) != nil {
		return token{}, false
	}
	return t, true
}

// tryTokens tries every header and parameter that holds a token, which its form shows. The sender has chosen the token's
// algorithm. If this key cannot have that algorithm, the hint says so.
func (s *run) tryTokens() *Finding {
	for _, f := range fieldsOf(s.captures) {
		tokens := make([]token, len(f.texts))
		isToken := true
		for i, text := range f.texts {
			one, ok := readToken(text)
			tokens[i], isToken = one, isToken && ok
		}
		if !isToken {
			continue
		}
		fits := slices.IndexFunc(s.key.algorithms(), func(name string) bool { return keys.AlgorithmNamed(name).JOSE == tokens[0].head.Alg })
		if fits < 0 {
			s.tokenHint = fmt.Sprintf("%s holds a JSON Web Token that says alg %s, and this key is not of that algorithm: give the key that "+
				"the sender means.",
				placeName(f.location), tokens[0].head.Alg)
			continue
		}
		for _, material := range s.key.configs(s.key.algorithms()[fits]) {
			config := s.tokenConfig(f, tokens)
			config.Keys = keysOf(material, tokens, s.options.KeyVersion)
			if finding, err := s.prove(&config); err == nil {
				finding.Certainty = []string{
					fmt.Sprintf("The header says what it is: scheme %s; %s by the receiver's own code.", config.Scheme, s.verified()),
				}
				return finding
			}
		}
		s.tokenHint = fmt.Sprintf("%s holds a JSON Web Token, and this key did not make its signature: is it the right key, and of kid %q?",
			placeName(f.location), tokens[0].head.Kid)
	}
	return nil
}

// keysOf makes a key for each kid that the tokens name.
func keysOf(material signature.KeyConfig, tokens []token, version string) []signature.KeyConfig {
	var all []signature.KeyConfig
	for _, t := range tokens {
		material.Version = t.head.Kid
		if !slices.Contains(all, material) {
			all = append(all, material)
		}
	}
	if len(all) == 1 && all[0].Version == "" {
		all[0].Version = version
	}
	return all
}

// tokenConfig writes a token's configuration, with the claim that holds the body's hash, if there is one.
func (s *run) tokenConfig(f field, tokens []token) signature.Config {
	scheme := signature.SchemeJWT
	if tokens[0].claims == nil {
		scheme = signature.SchemeJWS
	}
	config, _ := signature.Preset(scheme)
	config.Value.Location, config.Value.Prefix = f.location, tokens[0].prefix
	for name := range tokens[0].claims {
		if claim := s.bodyClaim(name, tokens); claim.Name != "" {
			config.JWT.BodyClaim = claim
		}
	}
	for _, name := range []string{"iss", "sub", "client_id", "azp"} {
		isConsumer := func(t token) bool { return t.claims[name] == s.options.ConsumerID }
		if s.options.ConsumerID != "" && config.JWT.ConsumerClaim == "" &&
			!slices.ContainsFunc(tokens, func(t token) bool { return !isConsumer(t) }) {
			config.JWT.ConsumerClaim, config.ConsumerID = name, s.options.ConsumerID
		}
	}
	return config
}

// bodyClaim is the claim of a name, if it holds the hash of every request's body.
func (s *run) bodyClaim(name string, tokens []token) jose.BodyClaim {
	for _, hashName := range []string{"sha256", "sha384", "sha512"} {
		for _, encoding := range []string{"hex", "base64"} {
			claim := jose.BodyClaim{Name: name, Hash: hashName, Encoding: encoding}
			fits := true
			for i, c := range s.captures {
				text, _ := tokens[i].claims[name].(string)
				fits = fits && claim.Holds(text, c.Body)
			}
			if fits {
				return claim
			}
		}
	}
	return jose.BodyClaim{}
}

// tokenTime returns when a token says that it was made: its iat, or shortly before its expiry.
func tokenTime(config *signature.Config, c Capture) (time.Time, bool) {
	t, ok := readToken(strings.Join(textsAt(c.Request, config.Value.Location), ""))
	if !ok {
		return time.Time{}, false
	}
	if at, ok := t.claims["iat"].(float64); ok {
		return time.UnixMilli(int64(at * 1000)), true
	}
	if at, ok := t.claims["exp"].(float64); ok {
		return time.UnixMilli(int64(at * 1000)).Add(-time.Minute), true
	}
	return time.Time{}, false
}
