// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package signature

import (
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"time"

	"golang.org/x/net/http/httpguts"
)

// minRefreshInterval keeps a typing error from reading files without pause.
const minRefreshInterval = time.Second

// problems collects what is wrong, each with the key that it is about.
type problems struct{ found []error }

func (p *problems) add(path, format string, args ...any) {
	p.found = append(p.found, fmt.Errorf(path+": "+format, args...))
}

func (p *problems) err() error { return errors.Join(p.found...) }

// Validate finds everything that is wrong and needs no file, each fault with the path of its key and what would be right.
func (c *Config) Validate() error {
	return errors.Join(c.validateScheme(), c.validateKeys())
}

// validateScheme checks all but the keys, which a signer brings itself.
func (c *Config) validateScheme() error {
	var p problems
	if !slices.Contains(Schemes(), c.Scheme) {
		p.add("scheme", "unknown scheme %q; known schemes are %s", c.Scheme, strings.Join(Schemes(), ", "))
		return p.err() // what else there is to say depends on the scheme
	}
	if err := checkURL(c.URL); err != nil {
		p.add("url", "%w", err)
	}
	if c.RefreshInterval < minRefreshInterval {
		p.add("refresh_interval", "%s is too short; at least %s", c.RefreshInterval, minRefreshInterval)
	}
	taken := map[place]string{}
	for _, name := range []string{"value", "timestamp", "key_version", "consumer", "nonce"} {
		location := *c.locations()[name]
		c.checkLocation(&p, name, location)
		at := placeOf(location)
		if first, ok := taken[at]; ok && location.IsSet() {
			p.add(name, "%s is where %s travels already", at, first)
		}
		taken[at] = name
	}
	c.checkTimestamp(&p)
	if c.Scheme == SchemeRFC9421 {
		c.checkMessageSignatures(&p)
	} else {
		c.checkValue(&p)
		c.checkSignedString(&p)
		if len(c.Components) > 0 {
			p.add("components", "only scheme: rfc9421 has them; here signed_string says what is covered")
		}
	}
	if c.ConsumerID != "" && !c.Consumer.IsSet() && !strings.Contains(c.SignedString, "{"+atoms[atomConsumer]) {
		p.add("consumer_id", "nothing in the scheme carries a consumer, so this would never be checked: name consumer.header, or leave consumer_id out")
	}
	c.CaptureRejected.check(&p)
	return p.err()
}

func checkURL(text string) error {
	if text == "" {
		return nil
	}
	parsed, err := url.Parse(text)
	if err != nil || parsed.Host == "" || parsed.Scheme != "https" && parsed.Scheme != "http" {
		return fmt.Errorf("%q is not a whole URL such as https://telemetry.example.com/cxone/voice-quality", text)
	}
	return nil
}

func (c *Config) checkLocation(p *problems, part string, l LocationConfig) {
	named := 0
	for _, name := range []string{l.Header, l.Query, l.Field} {
		if name != "" {
			named++
		}
	}
	if named > 1 {
		p.add(part, "header, query and field exclude each other; name one")
	}
	if l.Header != "" && !httpguts.ValidHeaderFieldName(l.Header) {
		p.add(part+".header", "%q is not a header's name", l.Header)
	}
	if l.Field == "" {
		return
	}
	if part == "value" {
		p.add("value.field", "fields of the signature's own value are chosen with value.select")
	} else if c.Value.Format != formatPairs {
		p.add(part+".field", "fields are there only with value.format: pairs")
	}
}

func (c *Config) checkTimestamp(p *problems) {
	if !slices.Contains(unitNames, c.Timestamp.Unit) {
		p.add("timestamp.unit", "unknown unit %q; known units are %s", c.Timestamp.Unit, strings.Join(unitNames, ", "))
	}
	if c.Timestamp.MaxAge <= 0 {
		p.add("timestamp.max_age", "%s accepts nothing; give a time such as 10m", c.Timestamp.MaxAge)
	}
	if c.Timestamp.MaxFuture < 0 {
		p.add("timestamp.max_future", "%s is negative; give a time such as 1m, or 0", c.Timestamp.MaxFuture)
	}
}

func (c *Config) checkValue(p *problems) {
	v := &c.Value
	if !v.IsSet() {
		p.add("value", "nothing says where the signature travels; name value.header or value.query")
	}
	if !slices.Contains(formats, v.Format) {
		p.add("value.format", "unknown format %q; known formats are %s", v.Format, strings.Join(formats, ", "))
	}
	if !slices.Contains(encodings, v.Encoding) {
		p.add("value.encoding", "unknown encoding %q; known encodings are %s", v.Encoding, strings.Join(encodings, ", "))
	}
	if v.Format != formatPlain && v.Separator == "" {
		p.add("value.separator", "%s needs one, such as \",\"", v.Format)
	}
	if v.Format == formatPairs && len(v.Select) == 0 {
		p.add("value.select", "pairs needs the names of the fields that hold signatures, such as [v1]")
	}
	if v.Format != formatPairs && len(v.Select) > 0 {
		p.add("value.select", "only value.format: pairs has fields to select")
	}
}

func (c *Config) checkSignedString(p *problems) {
	if c.SignedString == "" {
		p.add("signed_string", "missing; write what is signed, such as \"{timestamp}.{body}\"")
		return
	}
	parsed, err := parseTemplate(c.SignedString)
	if err != nil {
		p.add("signed_string", "%w", err)
		return
	}
	for _, part := range []struct {
		atom atom
		key  string
		has  bool
	}{
		{atomTimestamp, "timestamp", c.Timestamp.IsSet()},
		{atomKeyVersion, "key_version", c.KeyVersion.IsSet()},
		{atomConsumer, "consumer", c.Consumer.IsSet() || c.ConsumerID != ""},
		{atomNonce, "nonce", c.Nonce.IsSet()},
	} {
		if parsed.uses(part.atom) && !part.has {
			p.add("signed_string", "uses {%s}, but nothing says where that travels; name %s.header or %s.query", atoms[part.atom], part.key, part.key)
		}
	}
	if parsed.uses(atomField) && c.Value.Format != formatPairs {
		p.add("signed_string", "uses {field:...}, but only value.format: pairs has fields")
	}
}

func (c *CaptureConfig) check(p *problems) {
	if c.Directory != "" && c.MaxFiles < 1 {
		p.add("capture_rejected.max_files", "%d captures nothing; at least 1, or leave the directory out", c.MaxFiles)
	}
	for i, text := range c.From {
		if _, err := netip.ParsePrefix(text); err != nil {
			p.add(fmt.Sprintf("capture_rejected.from[%d]", i), "%q is not a CIDR range such as 192.0.2.0/24", text)
		}
	}
}
