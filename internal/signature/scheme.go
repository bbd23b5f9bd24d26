// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package signature

import (
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/cxone-otel/cxonereceiver/internal/signature/jose"
	"github.com/cxone-otel/cxonereceiver/internal/signature/keys"
	"github.com/cxone-otel/cxonereceiver/internal/signature/parts"
	"github.com/cxone-otel/cxonereceiver/internal/signature/refusal"
	"github.com/cxone-otel/cxonereceiver/internal/signature/rfc9421"
	"github.com/cxone-otel/cxonereceiver/internal/signature/template"
)

// method is one way to sign. It knows the parts of the configuration that it needs.
type method interface {
	// Check makes the checks that are cheap and need no body, and returns the one that decides once the body is there.
	Check(m *parts.Message, ring *keys.Ring) (decide func(body []byte) *refusal.Error, refused *refusal.Error)
	// Explain reads a request past every mistake, and returns the string that its signature should be of. The refusal is
	// about the first part that could not be read.
	Explain(m *parts.Message, body []byte) (signed []byte, refused *refusal.Error)
	// Sign writes the parts and the signature into a request.
	Sign(r *http.Request, body []byte, key *keys.SigningKey, now time.Time) error
	// Covers reports whether an attacker cannot change this part of a request.
	Covers(part parts.Name) bool
	// SignsHost reports whether the host is signed. If no URL is configured, the sender chooses it.
	SignsHost() bool
	// Warnings returns what else weakens the method.
	Warnings() []string
}

// kind is what all schemes of one method share. This table is the one place that chooses a method.
type kind struct {
	newMethod func(*Config, *parts.Layout) (method, error)
	// check adds the mistakes in the keys of the configuration that this kind has or does not have.
	check func(*Config, *refusal.Problems)
	// takes returns why a configuration cannot use an algorithm. accepts does the same for a key that has been read.
	takes   func(*Config, *keys.Algorithm) error
	accepts func(*keys.Key) error
	// namesKey reports whether requests name the key that signed them. timed reports whether signatures expire.
	namesKey, timed func(*Config) bool
}

var templates = kind{
	newMethod: func(c *Config, layout *parts.Layout) (method, error) {
		return template.NewMethod(c.SignedString, layout)
	},
	check:    (*Config).checkTemplate,
	takes:    (*Config).checkSecretAtom,
	namesKey: func(c *Config) bool { return c.KeyVersion.IsSet() },
	timed:    func(c *Config) bool { return c.Timestamp.IsSet() },
}

// kinds are those of the schemes that are not templates.
var kinds = map[string]*kind{
	SchemeJWS: {
		newMethod: func(c *Config, layout *parts.Layout) (method, error) {
			return jose.NewDetached(!c.hasOneNamelessKey(), layout), nil
		},
		check:    (*Config).checkDetached,
		takes:    registered("a JSON Web Signature", keys.IsJOSE),
		accepts:  onItsCurve((*keys.Key).JOSE),
		namesKey: func(c *Config) bool { return !c.hasOneNamelessKey() },
		timed:    func(*Config) bool { return false },
	},
	SchemeJWT: {
		newMethod: func(c *Config, layout *parts.Layout) (method, error) {
			return jose.NewToken(c.JWT, !c.hasOneNamelessKey(), layout), nil
		},
		check:    (*Config).checkToken,
		takes:    registered("a JSON Web Token", keys.IsJOSE),
		accepts:  onItsCurve((*keys.Key).JOSE),
		namesKey: func(c *Config) bool { return !c.hasOneNamelessKey() },
		timed:    func(*Config) bool { return true },
	},
	SchemeRFC9421: {
		newMethod: func(c *Config, layout *parts.Layout) (method, error) {
			return rfc9421.NewMethod(c.Components, !c.hasOneNamelessKey(), layout)
		},
		check:    (*Config).checkMessageSignatures,
		takes:    registered("RFC 9421", keys.IsRFC9421),
		accepts:  onItsCurve((*keys.Key).RFC9421),
		namesKey: func(c *Config) bool { return !c.hasOneNamelessKey() },
		timed:    func(*Config) bool { return true },
	},
}

func (c *Config) kind() *kind {
	if special := kinds[c.Scheme]; special != nil {
		return special
	}
	return &templates
}

// registered accepts the algorithms of a standard.
func registered(title string, known func(*keys.Algorithm) bool) func(*Config, *keys.Algorithm) error {
	return func(_ *Config, a *keys.Algorithm) error {
		if known(a) {
			return nil
		}
		return fmt.Errorf("%s is not an algorithm of %s; those are %s", a.Name, title, strings.Join(keys.Names(known), ", "))
	}
}

// onItsCurve accepts keys that have a name in a standard. The names of ECDSA keys contain the curve.
func onItsCurve(name func(*keys.Key) string) func(*keys.Key) error {
	return func(k *keys.Key) error {
		if name(k) == "" {
			return fmt.Errorf(
				"this scheme has %s for keys of one curve only: P-256 with ecdsa_sha256, P-384 with ecdsa_sha384, P-521 with ecdsa_sha512",
				k.Algorithm.Name)
		}
		return nil
	}
}

func (c *Config) hasOneNamelessKey() bool { return len(c.Keys) == 1 && c.Keys[0].Version == "" }

// Callback is the configuration of one of the receiver's endpoints.
type Callback struct {
	// SignatureURL is the URL in the vendor's form, which {url} stands for. If it is empty, it is Config.URL.
	SignatureURL string

	_ struct{}
}

// scheme is a configuration that is prepared for one callback. It both signs and verifies.
type scheme struct {
	name   string
	layout *parts.Layout
	method method
}

func newScheme(config *Config, callback Callback) (*scheme, error) {
	if err := config.validateScheme(); err != nil {
		return nil, err
	}
	url := config.URL
	if callback.SignatureURL != "" {
		url = callback.SignatureURL
	}
	if err := CheckURL(url); err != nil {
		return nil, fmt.Errorf("signature_url: %w", err)
	}
	layout := parts.NewLayout(config.Value, config.Timestamp, config.KeyVersion, config.Consumer, config.Nonce)
	layout.ConsumerID = config.ConsumerID
	layout.Origin = parts.OriginOf(url)
	method, err := config.kind().newMethod(config, layout)
	return &scheme{name: config.Scheme, layout: layout, method: method}, err
}

// explain reads a request past every mistake.
func (s *scheme) explain(r *http.Request, body []byte) (*parts.Message, []byte, *refusal.Error) {
	m := parts.NewMessage(r, s.layout.Origin, time.Time{})
	signed, refused := s.method.Explain(m, body)
	return m, signed, refused
}
