// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package signature

import (
	"slices"
	"strings"

	"github.com/cxone-otel/cxonereceiver/internal/signature/keys"
	"github.com/cxone-otel/cxonereceiver/internal/signature/parts"
	"github.com/cxone-otel/cxonereceiver/internal/signature/template"
)

// Description is what the start-up log line has of a configuration. It holds no secret.
type Description struct {
	Scheme      string
	Algorithms  []string // each once, in the order of the keys
	KeyVersions []string // in the order of the keys; of another consumer's key, version@consumer
}

// Describe summarises a configuration.
func Describe(config *Config) Description {
	d := Description{Scheme: config.Scheme}
	for i := range config.Keys {
		k := &config.Keys[i]
		if !slices.Contains(d.Algorithms, k.Algorithm) {
			d.Algorithms = append(d.Algorithms, k.Algorithm)
		}
		version := k.Version
		if k.ConsumerID != "" {
			version += "@" + k.ConsumerID
		}
		d.KeyVersions = append(d.KeyVersions, version)
	}
	return d
}

// String returns the description in one line: "monitoring_gateway, rsa_sha256, key versions 1, 2".
func (d Description) String() string {
	text := d.Scheme + ", " + strings.Join(d.Algorithms, " and ")
	if versions := slices.DeleteFunc(slices.Clone(d.KeyVersions), func(v string) bool { return v == "" }); len(versions) > 0 {
		text += ", key versions " + strings.Join(versions, ", ")
	}
	return text
}

// Coverage names the parts of a request that an attacker cannot change, and those that he can. body, url, method and
// timestamp are in one of the two for every scheme: without a timestamp, a request can be sent again at any time.
// key_version, consumer_id and nonce are in one of the two if the scheme has them. A configuration that Validate refuses
// covers nothing.
func Coverage(config *Config) (covered, notCovered []string) {
	made, err := newScheme(config, Callback{})
	for _, part := range []struct {
		name   parts.Name
		exists bool
	}{
		{parts.Body, true},
		{parts.URL, true},
		{parts.Method, true},
		{parts.Time, true},
		{parts.KeyVersion, err == nil && made.layout.HasVersion()},
		{parts.Consumer, err == nil && made.layout.HasConsumer()},
		{parts.Nonce, err == nil && made.layout.HasNonce()},
	} {
		switch {
		case !part.exists:
		case err == nil && made.method.Covers(part.name):
			covered = append(covered, string(part.name))
		default:
			notCovered = append(notCovered, string(part.name))
		}
	}
	return covered, notCovered
}

// Warnings returns what an operator should know about a valid configuration, one sentence each. The callbacks are those
// that it serves; without any, only Config.URL counts.
func Warnings(config *Config, callbacks ...Callback) []string {
	made, err := newScheme(config, Callback{})
	if err != nil {
		return nil
	}
	var warnings []string
	if _, missing := Coverage(config); len(missing) > 0 {
		warnings = append(warnings, "signature does not cover: "+strings.Join(missing, ", "))
	}
	if len(callbacks) == 0 {
		callbacks = []Callback{{}}
	}
	saysURL := func(c Callback) bool { return config.URL != "" || c.SignatureURL != "" }
	if made.method.SignsHost() && slices.ContainsFunc(callbacks, func(c Callback) bool { return !saysURL(c) }) {
		warnings = append(warnings,
			"the signed URL is made from the Host header, which is the sender's word: set signature.url or the callback's signature_url "+
				"to the vendor form's SIGNATURE URL; leave them empty only where the sender signs the URL that it calls, another for each callback")
	}
	for _, name := range Describe(config).Algorithms {
		a := keys.AlgorithmNamed(name)
		if a == nil {
			continue
		}
		if a.Weak != "" {
			warnings = append(warnings, name+" "+a.Weak)
		}
		if parsed, err := template.Parse(config.SignedString); err == nil && a.IsShort() && parsed.HasWholeBody() {
			warnings = append(warnings,
				name+" signs 64 bytes at most, and signed_string has the whole {body}: hash it, as in {({timestamp}{body})|sha256}")
		}
	}
	return append(warnings, made.method.Warnings()...)
}
