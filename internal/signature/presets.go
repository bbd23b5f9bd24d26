// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package signature

import (
	"slices"

	"github.com/cxone-otel/cxonereceiver/internal/signature/parts"
)

// The names of the schemes that are not only a row of the table below.
const (
	DefaultScheme = "monitoring_gateway"
	SchemeCustom  = "custom"
	SchemeRFC9421 = "rfc9421"
	SchemeJWS     = "jws"
	SchemeJWT     = "jwt"
)

// jwsHeader is the header in which most senders put a detached JSON Web Signature.
const jwsHeader = "X-JWS-Signature"

// preset is a scheme as data. A LocationConfig without a name means that the scheme does not have the part.
type preset struct {
	name         string
	algorithm    string // of a key that names none
	secrets      string // the encoding of secrets; raw if empty
	signedString string
	value        ValueConfig
	timestamp    LocationConfig
	unit         string
	keyVersion   LocationConfig
	consumer     LocationConfig
	nonce        LocationConfig
}

// presets is the one table of schemes. A row's comment names where the scheme is documented.
var presets = []preset{
	{
		// Our reading of the vendor's Monitoring Gateway page, an assumption to be confirmed with `cxonectl diagnose`: the
		// page lists the parts (consumer, URL, key version, headers and body, a key pair) but neither names nor string.
		name:         DefaultScheme,
		algorithm:    "rsa_sha256",
		signedString: `{consumer_id}\n{url}\n{timestamp}\n{key_version}\n{body}`,
		value:        ValueConfig{Location: header("X-Signature"), Encoding: "base64"},
		timestamp:    header("X-Timestamp"), unit: "ms",
		keyVersion: header("X-Key-Version"),
		consumer:   header("X-Consumer-Id"),
	},
	{
		// https://developer.walmartdataventures.com/apis/docs/nrt-step-3-generating-signatures and
		// https://corporate.walmartdigital.cl/portal_b2b_lidercl_apidoc/en/v2/authHeaders.html: values sorted by header name.
		name:         "walmart_service_registry",
		algorithm:    "rsa_sha256",
		signedString: `{consumer_id}\n{timestamp}\n{key_version}\n`,
		value:        ValueConfig{Location: header("WM_SEC.AUTH_SIGNATURE"), Encoding: "base64"},
		timestamp:    header("WM_CONSUMER.INTIMESTAMP"), unit: "ms",
		keyVersion: header("WM_SEC.KEY_VERSION"),
		consumer:   header("WM_CONSUMER.ID"),
	},
	{
		// https://developer.walmart.com, "Digital signature" of the marketplace API.
		name:         "walmart_marketplace",
		algorithm:    "rsa_sha256",
		signedString: `{consumer_id}\n{url}\n{method}\n{timestamp}\n`,
		value:        ValueConfig{Location: header("WM_SEC.AUTH_SIGNATURE"), Encoding: "base64"},
		timestamp:    header("WM_SEC.TIMESTAMP"), unit: "ms",
		consumer: header("WM_CONSUMER.ID"),
	},
	{
		// https://expert-help.nice.com, "Webhook integration guide". X-Nexus-Delivery-Id is not part of the signed string.
		name:         "cxone_expert",
		algorithm:    "hmac_sha256",
		signedString: `{timestamp}.{body}`,
		value:        ValueConfig{Location: header("X-Nexus-Signature-256"), Prefix: "sha256=", Encoding: "hex"},
		timestamp:    header("X-Nexus-Timestamp"), unit: "s",
		nonce: header("X-Nexus-Delivery-Id"),
	},
	{
		// https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
		name:         "standard_webhooks",
		algorithm:    "hmac_sha256",
		secrets:      "base64",
		signedString: `{nonce}.{timestamp}.{body}`,
		value: ValueConfig{
			Location: header("webhook-signature"),
			Format:   parts.FormatList, Separator: " ", Prefix: "v1,", Encoding: "base64",
		},
		timestamp: header("webhook-timestamp"), unit: "s",
		nonce: header("webhook-id"),
	},
	{
		// https://docs.github.com/webhooks/using-webhooks/validating-webhook-deliveries
		name:         "github",
		algorithm:    "hmac_sha256",
		signedString: `{body}`,
		value:        ValueConfig{Location: header("X-Hub-Signature-256"), Prefix: "sha256=", Encoding: "hex"},
	},
	{
		// https://docs.stripe.com/webhooks/signature
		name:         "stripe",
		algorithm:    "hmac_sha256",
		signedString: `{timestamp}.{body}`,
		value: ValueConfig{
			Location: header("Stripe-Signature"),
			Format:   parts.FormatPairs, Separator: ",", Select: []string{"v1"}, Encoding: "hex",
		},
		timestamp: LocationConfig{Field: "t"}, unit: "s",
	},
	{
		// https://docs.slack.dev/authentication/verifying-requests-from-slack
		name:         "slack",
		algorithm:    "hmac_sha256",
		signedString: `v0:{timestamp}:{body}`,
		value:        ValueConfig{Location: header("X-Slack-Signature"), Prefix: "v0=", Encoding: "hex"},
		timestamp:    header("X-Slack-Request-Timestamp"), unit: "s",
	},
	{
		// https://shopify.dev/docs/apps/build/webhooks/subscribe/https
		name:         "shopify",
		algorithm:    "hmac_sha256",
		signedString: `{body}`,
		value:        ValueConfig{Location: header("X-Shopify-Hmac-Sha256"), Encoding: "base64"},
	},
}

// defaultComponents is what an RFC 9421 signature must cover if the user does not say: the method, the target and the body.
var defaultComponents = []string{"@method", "@target-uri|@path|@request-target", "content-digest"}

func header(name string) LocationConfig { return LocationConfig{Header: name} }

// keyDefaults are a scheme's defaults for its keys.
type keyDefaults struct {
	algorithm      string
	secretEncoding string
}

// Schemes returns every value that Config.Scheme may have.
func Schemes() []string {
	names := make([]string, 0, len(presets)+4)
	for i := range presets {
		names = append(names, presets[i].name)
	}
	return append(names, SchemeRFC9421, SchemeJWS, SchemeJWT, SchemeCustom)
}

// Preset returns a scheme's configuration, without keys, and whether there is such a scheme. Keys that are added to it must
// name their algorithm; Unmarshal fills in the scheme's.
func Preset(scheme string) (Config, bool) {
	config, _ := newConfig(scheme)
	return config, slices.Contains(Schemes(), scheme)
}

// newConfig returns a scheme's configuration. For an unknown name it is the configuration of custom, which Validate then
// refuses.
func newConfig(scheme string) (Config, keyDefaults) {
	config := Config{
		Scheme:          scheme,
		RefreshInterval: defaultRefreshInterval,
		Value:           ValueConfig{Format: parts.FormatPlain, Separator: ",", Encoding: "base64"},
		Timestamp:       TimestampConfig{Unit: "ms", MaxAge: defaultMaxAge, MaxFuture: defaultMaxFuture},
	}
	defaults := keyDefaults{secretEncoding: "raw"}
	switch scheme {
	case SchemeRFC9421:
		config.Value = ValueConfig{}
		config.Timestamp.Unit = "s"
		config.Components = slices.Clone(defaultComponents)
	case SchemeJWS:
		config.Value.Location = header(jwsHeader)
		config.Timestamp.Unit = "s"
	case SchemeJWT:
		config.Value.Location, config.Value.Prefix = header("Authorization"), "Bearer "
		config.Timestamp.Unit = "s"
	}
	for i := range presets {
		if presets[i].name == scheme {
			presets[i].apply(&config, &defaults)
		}
	}
	return config, defaults
}

// apply sets a row of the table on the plain configuration.
func (p *preset) apply(config *Config, defaults *keyDefaults) {
	config.SignedString = p.signedString
	config.Value.Location = p.value.Location
	config.Value.Prefix = p.value.Prefix
	config.Value.Encoding = p.value.Encoding
	if p.value.Format != "" {
		config.Value.Format = p.value.Format
		config.Value.Separator = p.value.Separator
		config.Value.Select = slices.Clone(p.value.Select)
	}
	config.Timestamp.Location = p.timestamp
	if p.unit != "" {
		config.Timestamp.Unit = p.unit
	}
	config.KeyVersion, config.Consumer, config.Nonce = p.keyVersion, p.consumer, p.nonce
	defaults.algorithm = p.algorithm
	if p.secrets != "" {
		defaults.secretEncoding = p.secrets
	}
}
