// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package signature

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/net/http/httpguts"

	"github.com/cxone-otel/cxonereceiver/internal/signature/parts"
	"github.com/cxone-otel/cxonereceiver/internal/signature/refusal"
	"github.com/cxone-otel/cxonereceiver/internal/signature/rfc9421"
	"github.com/cxone-otel/cxonereceiver/internal/signature/template"
)

// minRefreshInterval keeps a typing error from reading files without pause.
const minRefreshInterval = time.Second

// Validate finds every mistake that can be found without a file. Each error names its key and says what would be right.
func (c *Config) Validate() error {
	return errors.Join(c.validateScheme(), c.validateKeys())
}

// validateScheme checks all but the keys. A signer has a key of its own.
func (c *Config) validateScheme() error {
	var p refusal.Problems
	if !slices.Contains(Schemes(), c.Scheme) {
		p.Add("scheme", "unknown scheme %q; known schemes are %s", c.Scheme, strings.Join(Schemes(), ", "))
		return p.Err() // the other checks depend on the scheme
	}
	if err := CheckURL(c.URL); err != nil {
		p.Add("url", "%w", err)
	}
	if c.RefreshInterval < minRefreshInterval {
		p.Add("refresh_interval", "%s is too short; at least %s", c.RefreshInterval, minRefreshInterval)
	}
	taken := map[parts.Place]string{}
	for _, name := range []string{"value", "timestamp", "key_version", "consumer", "nonce"} {
		location := *c.locations()[name]
		c.checkLocation(&p, name, location)
		at := location.Place()
		if first, ok := taken[at]; ok && location.IsSet() {
			p.Add(name, "%s is where %s travels already", at, first)
		}
		taken[at] = name
	}
	c.checkTimestamp(&p)
	c.kind().check(c, &p)
	if (c.JWT != JWTConfig{}) && c.Scheme != SchemeJWT {
		p.Add("jwt", "only scheme: jwt has it")
	}
	if c.ConsumerID != "" && !c.carriesConsumer() && !strings.Contains(c.SignedString, "{"+string(parts.Consumer)) {
		p.Add("consumer_id",
			"nothing in the scheme carries a consumer, so this would never be checked: name consumer.header, or leave consumer_id out")
	}
	return p.Err()
}

// CheckURL refuses a text that is not the whole URL of a callback. An empty text is accepted: it stands for the URL that a
// request came to.
func CheckURL(text string) error {
	if text == "" {
		return nil
	}
	parsed, err := url.Parse(text)
	if err != nil || parsed.Host == "" || parsed.Scheme != "https" && parsed.Scheme != "http" {
		return fmt.Errorf("%q is not a whole URL such as https://telemetry.example.com/cxone/voice-quality", text)
	}
	return nil
}

func (c *Config) checkLocation(p *refusal.Problems, part string, l LocationConfig) {
	named := 0
	for _, name := range []string{l.Header, l.Query, l.Field} {
		if name != "" {
			named++
		}
	}
	if named > 1 {
		p.Add(part, "header, query and field exclude each other; name one")
	}
	if l.Header != "" && !httpguts.ValidHeaderFieldName(l.Header) {
		p.Add(part+".header", "%q is not a header's name", l.Header)
	}
	if l.Field == "" {
		return
	}
	if part == "value" {
		p.Add("value.field", "fields of the signature's own value are chosen with value.select")
	} else if !c.Value.HasFields() {
		p.Add(part+".field", "fields are there only with value.format: pairs or positions")
	} else {
		c.checkPosition(p, part+".field", l.Field)
	}
}

func (c *Config) checkTimestamp(p *refusal.Problems) {
	if !slices.Contains(parts.Units, c.Timestamp.Unit) {
		p.Add("timestamp.unit", "unknown unit %q; known units are %s", c.Timestamp.Unit, strings.Join(parts.Units, ", "))
	} else {
		c.Timestamp.CheckForm(p)
	}
	if c.Timestamp.MaxAge <= 0 {
		p.Add("timestamp.max_age", "%s accepts nothing; give a time such as 10m", c.Timestamp.MaxAge)
	}
	if c.Timestamp.MaxFuture < 0 {
		p.Add("timestamp.max_future", "%s is negative; give a time such as 1m, or 0", c.Timestamp.MaxFuture)
	}
}

// checkTemplate checks the configuration of a scheme that is a template.
func (c *Config) checkTemplate(p *refusal.Problems) {
	c.checkValue(p)
	c.checkSignedString(p)
	if len(c.Components) > 0 {
		p.Add("components", "only scheme: rfc9421 has them; here signed_string says what is covered")
	}
}

func (c *Config) checkValue(p *refusal.Problems) {
	v := &c.Value
	if !v.IsSet() {
		p.Add("value", "nothing says where the signature travels; name value.header or value.query")
	}
	if !slices.Contains(parts.Formats, v.Format) {
		p.Add("value.format", "unknown format %q; known formats are %s", v.Format, strings.Join(parts.Formats, ", "))
	}
	if !slices.Contains(parts.Encodings, v.Encoding) {
		p.Add("value.encoding", "unknown encoding %q; known encodings are %s", v.Encoding, strings.Join(parts.Encodings, ", "))
	}
	if v.Format != parts.FormatPlain && v.Separator == "" {
		p.Add("value.separator", "%s needs one, such as \",\"", v.Format)
	}
	if v.HasFields() && len(v.Select) == 0 {
		p.Add("value.select", "%s needs the names of the fields that hold signatures, such as [v1], or [\"2\"] for the second position", v.Format)
	}
	if !v.HasFields() && len(v.Select) > 0 {
		p.Add("value.select", "only value.format: pairs or positions has fields to select")
	}
	for _, name := range v.Select {
		c.checkPosition(p, "value.select", name)
	}
}

// maxPosition is far more than any header has.
const maxPosition = 64

// checkPosition checks that the name of a position is a number.
func (c *Config) checkPosition(p *refusal.Problems, path, name string) {
	if c.Value.Format != parts.FormatPositions {
		return
	}
	if n, err := strconv.Atoi(name); err != nil || n < 1 || n > maxPosition || strconv.Itoa(n) != name {
		p.Add(path, "%q is not a position: the parts between separators are called 1, 2, ...", refusal.Cut(name))
	}
}

func (c *Config) checkSignedString(p *refusal.Problems) {
	if c.SignedString == "" {
		p.Add("signed_string", "missing; write what is signed, such as \"{timestamp}.{body}\"")
		return
	}
	parsed, err := template.Parse(c.SignedString)
	if err != nil {
		p.Add("signed_string", "%w", err)
		return
	}
	for _, part := range []struct {
		name parts.Name
		key  string
		has  bool
	}{
		{parts.Time, "timestamp", c.Timestamp.IsSet()},
		{parts.KeyVersion, "key_version", c.KeyVersion.IsSet()},
		{parts.Consumer, "consumer", c.Consumer.IsSet() || c.ConsumerID != ""},
		{parts.Nonce, "nonce", c.Nonce.IsSet()},
	} {
		if parsed.Uses(part.name) && !part.has {
			p.Add("signed_string", "uses {%s}, but nothing says where that travels; name %s.header or %s.query", part.name, part.key, part.key)
		}
	}
	if parsed.UsesFields() && !c.Value.HasFields() {
		p.Add("signed_string", "uses {field:...}, but only value.format: pairs or positions has fields")
	}
}

// checkMessageSignatures checks the configuration of RFC 9421.
func (c *Config) checkMessageSignatures(p *refusal.Problems) {
	if err := rfc9421.CheckComponents(c.Components); err != nil {
		p.Add("components", "%w", err)
	}
	if len(c.Components) == 0 {
		p.Add("components", "empty, so a signature that covers nothing would do; leave the key out for %s", strings.Join(defaultComponents, ", "))
	}
	if c.Value.IsSet() {
		p.Add("value", "RFC 9421 says where this is; leave it out")
	}
	c.checkFixed(p, "RFC 9421")
}

// checkFixed refuses parts whose place a standard defines.
func (c *Config) checkFixed(p *refusal.Problems, standard string) {
	for _, part := range []struct {
		key string
		set bool
	}{
		{"signed_string", c.SignedString != ""},
		{"timestamp", c.Timestamp.IsSet()},
		{"key_version", c.KeyVersion.IsSet()},
		{"nonce", c.Nonce.IsSet()},
	} {
		if part.set {
			p.Add(part.key, "%s says where this is; leave it out", standard)
		}
	}
	if c.Timestamp.Unit != "s" {
		p.Add("timestamp.unit", "%s counts in s; leave it out", standard)
	}
}

// checkDetached checks the configuration of a detached JSON Web Signature.
func (c *Config) checkDetached(p *refusal.Problems) {
	c.checkTokenValue(p)
	c.checkFixed(p, "a JSON Web Signature")
}

// checkToken checks the configuration of a JSON Web Token.
func (c *Config) checkToken(p *refusal.Problems) {
	c.checkTokenValue(p)
	c.checkFixed(p, "a JSON Web Token")
	switch claim := &c.JWT.BodyClaim; {
	case claim.Name != "":
		claim.Check(p)
	case claim.Hash != "" || claim.Encoding != "":
		p.Add("jwt.body_claim.name", "missing; name the claim that holds the body's hash")
	}
}

// checkTokenValue checks that a token is the whole value of its header, apart from a prefix.
func (c *Config) checkTokenValue(p *refusal.Problems) {
	switch {
	case !c.Value.IsSet():
		p.Add("value", "nothing says where the token travels; name value.header or value.query")
	case c.Value.Format != parts.FormatPlain || len(c.Value.Select) > 0:
		p.Add("value.format", "a token is the whole value of its header or parameter; leave format and select out, prefix may stay")
	case c.Value.Encoding != parts.EncodingBase64:
		p.Add("value.encoding", "a token says how it is encoded; leave it out")
	}
	if len(c.Components) > 0 {
		p.Add("components", "only scheme: rfc9421 has them")
	}
}

// carriesConsumer reports whether requests name a consumer.
func (c *Config) carriesConsumer() bool { return c.Consumer.IsSet() || c.JWT.ConsumerClaim != "" }
