// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package receiver

import (
	"time"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/config/confighttp"
	"go.opentelemetry.io/collector/config/configopaque"
	"go.opentelemetry.io/collector/config/configoptional"
	"go.opentelemetry.io/collector/confmap"

	"github.com/cxone-otel/cxonereceiver/receiver/internal/configkeys"
	"github.com/cxone-otel/cxonereceiver/receiver/internal/metadata"
	"github.com/cxone-otel/cxonereceiver/receiver/internal/privacy"
	"github.com/cxone-otel/cxonereceiver/receiver/internal/translate"
)

// Config is the receiver's configuration. Its keys are a public contract.
type Config struct {
	// ServerConfig is the collector's own HTTP server: endpoint (default localhost:8443), tls, auth, timeouts and more.
	// max_request_body_size is 8 MiB, read_header_timeout 10s, read_timeout 30s and write_timeout 60s here;
	// compression_algorithms is the list of Content-Encodings that are taken: gzip, deflate, zstd.
	confighttp.ServerConfig `mapstructure:",squash"`

	// ClientCertificate names the clients that may deliver, among those with a certificate from tls::client_ca_file. One
	// match is enough.
	ClientCertificate ClientCertificateConfig `mapstructure:"client_certificate"`

	// Signature says how deliveries are signed. Without the block they are not verified.
	Signature configoptional.Optional[SignatureConfig] `mapstructure:"signature"`

	// AllowUnauthenticated must be set to run with none of signature, tls::client_ca_file and auth. Default: false.
	AllowUnauthenticated bool `mapstructure:"allow_unauthenticated"`

	// VoiceQuality is the callback for call legs. On by default.
	VoiceQuality configoptional.Optional[VoiceQualityConfig] `mapstructure:"voice_quality"`

	// ScriptAPI is the callback for API calls made by Studio scripts. On by default.
	ScriptAPI configoptional.Optional[ScriptAPIConfig] `mapstructure:"script_api"`

	// Aggregation is for the metrics over all records. On by default; it needs a metrics pipeline.
	Aggregation configoptional.Optional[AggregationConfig] `mapstructure:"aggregation"`

	// ServiceName is the resource's service.name. Default: cxone.
	ServiceName string `mapstructure:"service_name"`

	// Namespace is mixed into every trace, span and log ID. Tenants that share a backend each need a different one.
	// Default: empty.
	Namespace string `mapstructure:"namespace"`

	// Privacy decides how personal data leaves the receiver, in every signal.
	Privacy PrivacyConfig `mapstructure:"privacy"`

	// ReplayWindow bounds the memory of accepted deliveries, which recognises repeats.
	ReplayWindow ReplayWindowConfig `mapstructure:"replay_window"`

	// MaxConcurrentDeliveries is how many deliveries may be in the pipeline at once. A delivery counts once its body is
	// complete, so slow senders do not count. Default: 1024.
	MaxConcurrentDeliveries int `mapstructure:"max_concurrent_deliveries"`

	// MaxInflightBytes bounds the bytes of all bodies in memory together. Default: 64 MiB.
	MaxInflightBytes int64 `mapstructure:"max_inflight_bytes"`

	// DeliveryTimeout is how long the pipelines may take to accept a delivery. Default: 25s.
	DeliveryTimeout time.Duration `mapstructure:"delivery_timeout"`

	// RetryAfter is how long a sender is asked to wait before it tries again. Default: 5s.
	RetryAfter time.Duration `mapstructure:"retry_after"`

	// MetricsBuilderConfig has metrics (per metric enabled and attributes) and resource_attributes.
	metadata.MetricsBuilderConfig `mapstructure:",squash"`

	// voiceWritten and scriptWritten report whether the configuration has the data type's block.
	voiceWritten, scriptWritten bool

	// prevent unkeyed literal initialization
	_ struct{}
}

// VoiceQualityConfig is the callback for voice quality metrics.
type VoiceQualityConfig struct {
	// Path of the callback URL. Default: /cxone/voice-quality.
	Path string `mapstructure:"path"`

	// SignatureURL overrides signature::url for this callback.
	SignatureURL string `mapstructure:"signature_url"`

	// ContactSpans makes a span for each call leg. Default: true.
	ContactSpans bool `mapstructure:"contact_spans"`

	// ZeroIsUnmeasured names the figures whose zero means "not measured". Default: mos and score, since their scales begin
	// at 1.
	ZeroIsUnmeasured []string `mapstructure:"zero_is_unmeasured"`

	// Units of the vendor's numbers. The vendor does not publish them.
	Units UnitsConfig `mapstructure:"units"`

	// Thresholds past which a call counts as degraded.
	Thresholds ThresholdsConfig `mapstructure:"thresholds"`

	// MetricAttributes names the opt-in attributes that are added to every gauge.
	MetricAttributes []string `mapstructure:"metric_attributes"`

	// Gauges makes a data point for each measured figure. Default: true.
	Gauges bool `mapstructure:"gauges"`

	// prevent unkeyed literal initialization
	_ struct{}
}

// ScriptAPIConfig is the callback for script API calls.
type ScriptAPIConfig struct {
	// Path of the callback URL. Default: /cxone/script-api.
	Path string `mapstructure:"path"`

	// SignatureURL overrides signature::url for this callback.
	SignatureURL string `mapstructure:"signature_url"`

	// TimeZone is the IANA name of the zone of the vendor's times, which do not name one. Default: UTC.
	TimeZone string `mapstructure:"time_zone"`

	// TimestampIs says what dateTime is: the "end" of the API call (the default) or its "start".
	TimestampIs string `mapstructure:"timestamp_is"`

	// SpanParent is the parent of API spans: their contact's span ("contact", the default) or "none".
	SpanParent string `mapstructure:"span_parent"`

	// Units of the vendor's numbers.
	Units ScriptUnitsConfig `mapstructure:"units"`

	// prevent unkeyed literal initialization
	_ struct{}
}

// ScriptUnitsConfig is the unit of responseTime: ns, us, ms or s (the default).
type ScriptUnitsConfig struct {
	ResponseTime string `mapstructure:"response_time"`

	// prevent unkeyed literal initialization
	_ struct{}
}

// ClientCertificateConfig narrows mutual TLS. It is checked with every request, so that a revocation also ends resumed
// sessions and connections that are kept alive.
type ClientCertificateConfig struct {
	// AllowedSubjectNames are common names, and DNS, URI, e-mail and IP SANs.
	AllowedSubjectNames []string `mapstructure:"allowed_subject_names"`

	// AllowedSPKISHA256 are hex SHA-256 digests of the certificate's SubjectPublicKeyInfo.
	AllowedSPKISHA256 []string `mapstructure:"allowed_spki_sha256"`

	// CRLFile holds revocation lists, in PEM or DER. If a list is missing, expired or from another issuer, the certificate
	// is refused.
	CRLFile string `mapstructure:"crl_file"`

	// CRLReloadInterval is how often the file is checked for changes. Default: 5m.
	CRLReloadInterval time.Duration `mapstructure:"crl_reload_interval"`

	// prevent unkeyed literal initialization
	_ struct{}
}

// PrivacyConfig decides about each kind of personal data: keep, mask, hash or drop.
type PrivacyConfig struct {
	PhoneNumbers    privacy.Policy `mapstructure:"phone_numbers"`    // Default: mask.
	AgentNames      privacy.Policy `mapstructure:"agent_names"`      // Default: keep.
	URLQuery        privacy.Policy `mapstructure:"url_query"`        // keep or drop. Default: drop.
	ResponseMessage privacy.Policy `mapstructure:"response_message"` // keep or drop. Default: keep.
	ExtraFields     privacy.Policy `mapstructure:"extra_fields"`     // keep or drop. Default: keep.

	// HashKey is the HMAC key for hash. It has 16 bytes at least.
	HashKey configopaque.String `mapstructure:"hash_key"`

	// prevent unkeyed literal initialization
	_ struct{}
}

// ReplayWindowConfig bounds the memory of accepted deliveries.
type ReplayWindowConfig struct {
	// Size in deliveries; 0 switches the memory off. Default: 262144.
	Size int `mapstructure:"size"`

	// TTL is how long a delivery is remembered. Default: 15m.
	TTL time.Duration `mapstructure:"ttl"`

	// prevent unkeyed literal initialization
	_ struct{}
}

const (
	timestampIsEnd    = "end"
	timestampIsStart  = "start"
	spanParentContact = "contact"
	spanParentNone    = "none"
)

func createDefaultConfig() component.Config {
	server := confighttp.NewDefaultServerConfig()
	server.NetAddr.Endpoint = "localhost:8443"
	server.MaxRequestBodySize = 8 << 20
	server.CompressionAlgorithms = []string{encodingGzip, encodingDeflate, encodingZstd}
	server.ReadHeaderTimeout = 10 * time.Second // bounds the TLS handshake too: a client that sends nothing holds a file descriptor
	server.ReadTimeout = 30 * time.Second
	server.WriteTimeout = 60 * time.Second // an answer must still be possible after read_timeout and delivery_timeout

	return &Config{
		ServerConfig:      server,
		ClientCertificate: ClientCertificateConfig{CRLReloadInterval: 5 * time.Minute},
		VoiceQuality: configoptional.Some(VoiceQualityConfig{
			Path:             "/cxone/voice-quality",
			ContactSpans:     true,
			Gauges:           true,
			ZeroIsUnmeasured: []string{translate.Mos.String(), translate.Score.String()},
			Units:            defaultUnits(),
			Thresholds: ThresholdsConfig{
				Mos:        3.6,
				RFactor:    70,
				Jitter:     30 * time.Millisecond,
				PacketLoss: 0.01,
				RTT:        300 * time.Millisecond,
			},
		}),
		ScriptAPI: configoptional.Some(ScriptAPIConfig{
			Path:        "/cxone/script-api",
			TimeZone:    "UTC",
			TimestampIs: timestampIsEnd,
			SpanParent:  spanParentContact,
			Units:       ScriptUnitsConfig{ResponseTime: "s"},
		}),
		Aggregation: configoptional.Some(defaultAggregation()),
		ServiceName: "cxone",
		Privacy: PrivacyConfig{
			PhoneNumbers:    privacy.Mask,
			AgentNames:      privacy.Keep,
			URLQuery:        privacy.Drop,
			ResponseMessage: privacy.Keep,
			ExtraFields:     privacy.Keep,
		},
		ReplayWindow:            ReplayWindowConfig{Size: 262144, TTL: 15 * time.Minute},
		MaxConcurrentDeliveries: 1024,
		MaxInflightBytes:        64 << 20,
		DeliveryTimeout:         25 * time.Second,
		RetryAfter:              5 * time.Second,
		MetricsBuilderConfig:    metadata.NewDefaultMetricsBuilderConfig(),
	}
}

// Unmarshal implements confmap.Unmarshaler. Both data types and aggregation are on by default; a block set to null switches
// one off. A data type whose block is written out must have a pipeline.
func (c *Config) Unmarshal(conf *confmap.Conf) error {
	keys := conf.ToStringMap()
	if err := configkeys.CheckKnown(keys, c); err != nil {
		return err
	}
	if err := conf.Unmarshal(c); err != nil {
		return configkeys.Explain(err, keys, c)
	}
	voice, hasVoice := keys["voice_quality"]
	script, hasScript := keys["script_api"]
	if hasVoice && voice == nil {
		c.VoiceQuality = configoptional.None[VoiceQualityConfig]()
	}
	if hasScript && script == nil {
		c.ScriptAPI = configoptional.None[ScriptAPIConfig]()
	}
	if aggregation, ok := keys["aggregation"]; ok && aggregation == nil {
		c.Aggregation = configoptional.None[AggregationConfig]()
	}
	c.voiceWritten, c.scriptWritten = hasVoice, hasScript
	return nil
}
