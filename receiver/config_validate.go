// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package receiver

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	_ "time/tzdata" // zones must be there in a container without any

	"go.opentelemetry.io/collector/config/confignet"

	"github.com/cxone-otel/cxonereceiver/internal/signature"
	"github.com/cxone-otel/cxonereceiver/receiver/internal/privacy"
	"github.com/cxone-otel/cxonereceiver/receiver/internal/translate"
)

// Validate finds every mistake that can be found without a file or a port. Each error names its key and says what would be
// right.
func (c *Config) Validate() error {
	return errors.Join(
		c.validateServer(),
		c.validateAuthentication(),
		c.validateCallbacks(),
		c.validateLimits(),
		c.validateMetrics(),
	)
}

func (c *Config) validateServer() error {
	var errs []error
	if t := c.NetAddr.Transport; t == confignet.TransportTypeTCP || t == confignet.TransportTypeTCP4 || t == confignet.TransportTypeTCP6 {
		if err := validateEndpoint(c.NetAddr.Endpoint); err != nil {
			errs = append(errs, err)
		}
	}
	for _, algorithm := range c.CompressionAlgorithms {
		if _, ok := decompressors[algorithm]; !ok {
			errs = append(errs, fmt.Errorf("compression_algorithms: %q is not supported; it can list gzip, deflate and zstd", algorithm))
		}
	}
	if c.MaxRequestBodySize <= 0 {
		errs = append(errs, fmt.Errorf("max_request_body_size: %d must be positive", c.MaxRequestBodySize))
	}
	if c.ServiceName == "" {
		errs = append(errs, errors.New("service_name: must not be empty; it is the resource's service.name"))
	}
	return errors.Join(errs...)
}

func validateEndpoint(endpoint string) error {
	_, port, err := net.SplitHostPort(endpoint)
	if err != nil {
		return fmt.Errorf("endpoint: %q is not an address to listen on; write it as host:port, such as 0.0.0.0:8443", endpoint)
	}
	if n, err := strconv.Atoi(port); err != nil || n < 0 || n > 65535 {
		return fmt.Errorf("endpoint: the port of %q must be a number from 0 to 65535", endpoint)
	}
	return nil
}

func (c *Config) validateAuthentication() error {
	var errs []error
	if !c.AllowUnauthenticated && c.authentication() == noAuthentication {
		errs = append(errs, errors.New("no authentication: set signature, tls::client_ca_file (mutual TLS) or auth, "+
			"or allow_unauthenticated: true to take deliveries from anybody"))
	}
	if c.ClientCertificate.narrows() && !c.requiresClientCertificate() {
		errs = append(errs, errors.New("client_certificate: it needs tls::client_ca_file, without which no client is asked for a certificate"))
	}
	return errors.Join(errs...)
}

// narrows reports whether the block has any list.
func (c *ClientCertificateConfig) narrows() bool {
	return len(c.AllowedSubjectNames) > 0 || len(c.AllowedSPKISHA256) > 0 || c.CRLFile != ""
}

// Validate finds names and digests that no certificate can match.
func (c *ClientCertificateConfig) Validate() error {
	var errs []error
	if slices.Contains(c.AllowedSubjectNames, "") {
		errs = append(errs, errors.New("allowed_subject_names: an empty name matches nobody; leave it out"))
	}
	for _, digest := range c.AllowedSPKISHA256 {
		if raw, err := hex.DecodeString(digest); err != nil || len(raw) != sha256.Size {
			errs = append(errs, fmt.Errorf("allowed_spki_sha256: %q is not a SHA-256 in hex; it has 64 hex digits and no colons", digest))
		}
	}
	if c.CRLFile != "" && c.CRLReloadInterval <= 0 {
		errs = append(errs, fmt.Errorf("crl_reload_interval: %v must be positive", c.CRLReloadInterval))
	}
	return errors.Join(errs...)
}

func (c *Config) requiresClientCertificate() bool {
	return c.TLS.HasValue() && c.TLS.Get().ClientCAFile != ""
}

func (c *Config) validateCallbacks() error {
	voice, script := c.VoiceQuality.Get(), c.ScriptAPI.Get()
	switch {
	case voice == nil && script == nil:
		return errors.New("voice_quality and script_api are both switched off; leave at least one on")
	case voice != nil && script != nil && voice.Path == script.Path:
		return fmt.Errorf("voice_quality::path and script_api::path are both %q; each data type needs a path of its own", voice.Path)
	default:
		return nil
	}
}

func (c *Config) validateLimits() error {
	var errs []error
	refuse := func(format string, args ...any) { errs = append(errs, fmt.Errorf(format, args...)) }
	if c.ReplayWindow.Size < 0 {
		refuse("replay_window::size: %d must be 0 (off) or more", c.ReplayWindow.Size)
	}
	if c.ReplayWindow.Size > 0 && c.ReplayWindow.TTL < time.Second {
		refuse("replay_window::ttl: %v is too short; write it with its unit, such as 15m (replay_window::size: 0 switches the memory off)",
			c.ReplayWindow.TTL)
	}
	if s := c.Signature.Get(); s != nil && c.ReplayWindow.Size > 0 && s.IsTimed() {
		if longest := s.Timestamp.MaxAge + s.Timestamp.MaxFuture; c.ReplayWindow.TTL < longest {
			refuse("replay_window::ttl: %v is shorter than signature::timestamp::max_age plus max_future (%v), so that a recorded delivery "+
				"could be replayed",
				c.ReplayWindow.TTL, longest)
		}
	}
	if c.MaxConcurrentDeliveries <= 0 {
		refuse("max_concurrent_deliveries: %d must be positive", c.MaxConcurrentDeliveries)
	}
	if c.MaxInflightBytes < c.MaxRequestBodySize {
		refuse("max_inflight_bytes: %d is less than max_request_body_size (%d), so that a body of that size could never be taken",
			c.MaxInflightBytes, c.MaxRequestBodySize)
	}
	if c.DeliveryTimeout < time.Millisecond {
		refuse("delivery_timeout: %v is too short; write it with its unit, such as 25s", c.DeliveryTimeout)
	}
	if c.RetryAfter < time.Second {
		refuse("retry_after: %v must be 1s or more; it travels in whole seconds", c.RetryAfter)
	}
	if c.WriteTimeout > 0 && c.WriteTimeout <= c.DeliveryTimeout {
		refuse("write_timeout: %v must be longer than delivery_timeout (%v), or what was accepted could not be acknowledged",
			c.WriteTimeout, c.DeliveryTimeout)
	}
	return errors.Join(errs...)
}

// Validate finds wrong settings of the voice quality callback.
func (c *VoiceQualityConfig) Validate() error {
	errs := []error{validatePath(c.Path), validateSignatureURL(c.SignatureURL)}
	for _, name := range c.ZeroIsUnmeasured {
		if _, err := translate.ParseFigure(name); err != nil {
			errs = append(errs, fmt.Errorf("zero_is_unmeasured: %w", err))
		}
	}
	for figure, unit := range c.Units.byFigure() {
		if _, err := translate.ParseUnit(figure, *unit); err != nil {
			errs = append(errs, fmt.Errorf("units::%s: %w", figure, err))
		}
	}
	known := translate.MetricAttributes()
	for _, name := range c.MetricAttributes {
		if !slices.Contains(known, name) {
			errs = append(errs, fmt.Errorf("metric_attributes: %q is not an attribute that a gauge can have; it can be one of %s",
				name, strings.Join(known, ", ")))
		}
	}
	return errors.Join(errs...)
}

// Validate finds wrong settings of the script API callback.
func (c *ScriptAPIConfig) Validate() error {
	errs := []error{
		validatePath(c.Path),
		validateSignatureURL(c.SignatureURL),
		validateOneOf("timestamp_is", c.TimestampIs, timestampIsEnd, timestampIsStart),
		validateOneOf("span_parent", c.SpanParent, spanParentContact, spanParentNone),
	}
	if _, err := loadZone(c.TimeZone); err != nil {
		errs = append(errs, err)
	}
	if _, err := translate.ParseDurationUnit(c.Units.ResponseTime); err != nil {
		errs = append(errs, fmt.Errorf("units::response_time: %w", err))
	}
	return errors.Join(errs...)
}

// loadZone finds a time zone by its IANA name. "Local" would differ from one machine to the next.
func loadZone(name string) (*time.Location, error) {
	zone, err := time.LoadLocation(name)
	if err != nil || name == "" || name == "Local" {
		return nil, fmt.Errorf("time_zone: %q is not an IANA time zone; write it as UTC or America/Denver", name)
	}
	return zone, nil
}

// Validate finds unknown policies, and a hash without a key.
func (c *PrivacyConfig) Validate() error {
	var errs []error
	for _, personal := range []struct {
		key    string
		policy privacy.Policy
	}{{"phone_numbers", c.PhoneNumbers}, {"agent_names", c.AgentNames}} {
		errs = append(errs, validateOneOf(personal.key, personal.policy,
			privacy.Keep, privacy.Mask, privacy.Hash, privacy.Drop))
		if personal.policy == privacy.Hash && len(c.HashKey) < privacy.MinHashKey {
			errs = append(errs, fmt.Errorf("%s: hash needs hash_key with %d bytes at least", personal.key, privacy.MinHashKey))
		}
	}
	errs = append(errs,
		validateOneOf("url_query", c.URLQuery, privacy.Keep, privacy.Drop),
		validateOneOf("response_message", c.ResponseMessage, privacy.Keep, privacy.Drop),
		validateOneOf("extra_fields", c.ExtraFields, privacy.Keep, privacy.Drop),
	)
	return errors.Join(errs...)
}

func validateOneOf[S ~string](key string, value S, allowed ...S) error {
	if slices.Contains(allowed, value) {
		return nil
	}
	return fmt.Errorf("%s: %q is not known; it can be %s", key, value, joinWords(allowed))
}

func joinWords[S ~string](words []S) string {
	var b strings.Builder
	for i, word := range words {
		switch {
		case i > 0 && i == len(words)-1:
			b.WriteString(" or ")
		case i > 0:
			b.WriteString(", ")
		}
		b.WriteString(string(word))
	}
	return b.String()
}

func validateSignatureURL(text string) error {
	if err := signature.CheckURL(text); err != nil {
		return fmt.Errorf("signature_url: %w", err)
	}
	return nil
}

// validatePath makes sure that a request's path can match. Paths are compared byte for byte with what was sent.
func validatePath(path string) error {
	if !strings.HasPrefix(path, "/") {
		return fmt.Errorf("path: %q must start with /", path)
	}
	u, err := url.ParseRequestURI(path)
	if err != nil || u.EscapedPath() != path {
		return fmt.Errorf("path: %q is not the path of a URL as it is sent; leave out query and fragment, and percent-encode what needs it", path)
	}
	return nil
}
