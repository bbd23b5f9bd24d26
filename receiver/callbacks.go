// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package receiver

import (
	"cmp"
	"fmt"
	"net"
	"strings"
	"sync"
	"time"

	"go.uber.org/zap"

	"github.com/cxone-otel/cxonereceiver/internal/signature"
	"github.com/cxone-otel/cxonereceiver/receiver/internal/payload"
	"github.com/cxone-otel/cxonereceiver/receiver/internal/translate"
)

// newCallbacks returns the callbacks that are served: those whose data type has a pipeline.
func newCallbacks(r *cxoneReceiver) ([]*callback, error) {
	var callbacks []*callback
	aggregates := r.aggregates()
	if voice := r.cfg.VoiceQuality.Get(); voice != nil {
		c := newCallback(payload.VoiceQuality, voice.Path, time.UTC)
		c.signatureURL = voice.SignatureURL
		c.want = translate.Signals{
			Metrics:    r.next.metrics != nil && voice.Gauges,
			Traces:     r.next.traces != nil && voice.ContactSpans,
			Logs:       r.next.logs != nil,
			Aggregates: aggregates,
		}
		callbacks = append(callbacks, c)
	}
	if script := r.cfg.ScriptAPI.Get(); script != nil {
		zone, err := script.zone()
		if err != nil {
			return nil, err
		}
		c := newCallback(payload.ScriptAPI, script.Path, zone)
		c.signatureURL = script.SignatureURL
		c.want = translate.Signals{Traces: r.next.traces != nil, Logs: r.next.logs != nil, Aggregates: aggregates}
		callbacks = append(callbacks, c)
	}

	served := callbacks[:0]
	for _, c := range callbacks {
		if c.want != (translate.Signals{}) {
			served = append(served, c)
			continue
		}
		if r.cfg.isWritten(c.dataType) {
			return nil, fmt.Errorf("%[1]s is configured, but none of its signals has a pipeline (%[2]s); "+
				"add the receiver to a pipeline of one, or switch the data type off with %[1]s: {enabled: false}", c.dataType, r.cfg.signalsOf(c.dataType))
		}
		r.settings.Logger.Info("a data type is not served, since none of its signals has a pipeline",
			zap.Stringer("data_type", c.dataType), zap.String("path", c.path), zap.String("signals", r.cfg.signalsOf(c.dataType)))
	}
	return served, nil
}

func newCallback(t payload.DataType, path string, zone *time.Location) *callback {
	return &callback{
		dataType: t,
		path:     path,
		decoders: decoderPool{sync.Pool{New: func() any { return payload.NewDecoder(t, zone) }}},
	}
}

// decoderPool keeps decoders for reuse.
type decoderPool struct{ pool sync.Pool }

func (p *decoderPool) get() *payload.Decoder  { return p.pool.Get().(*payload.Decoder) }
func (p *decoderPool) put(d *payload.Decoder) { p.pool.Put(d) }

// aggregates reports whether there are aggregated metrics.
func (r *cxoneReceiver) aggregates() bool {
	return r.cfg.Aggregation.HasValue() && r.next.metrics != nil
}

// signalsOf names the signals that a data type gives.
func (c *Config) signalsOf(t payload.DataType) string {
	isVoice := t == payload.VoiceQuality
	var signals []string
	if c.Aggregation.HasValue() || isVoice && c.VoiceQuality.Get().Gauges {
		signals = append(signals, "metrics")
	}
	if !isVoice || c.VoiceQuality.Get().ContactSpans {
		signals = append(signals, "traces")
	}
	return strings.Join(append(signals, "logs"), ", ")
}

// isWritten says whether a data type's block is written out in the configuration.
func (c *Config) isWritten(t payload.DataType) bool {
	if t == payload.VoiceQuality {
		return c.voiceWritten
	}
	return c.scriptWritten
}

// announce logs what belongs in the vendor's form, a line for each callback, and what is risky.
func (e *endpoint) announce(address net.Addr) {
	scheme := "http"
	if e.cfg.TLS.HasValue() {
		scheme = "https"
	}
	for _, c := range e.callbacks {
		fields := []zap.Field{
			zap.String("callback_url", scheme+"://"+e.cfg.NetAddr.Endpoint+c.path),
			zap.Stringer("data_type", c.dataType),
			zap.String("authentication", e.cfg.authentication()),
			zap.Stringer("listening_on", address),
		}
		if cfg := e.cfg.Signature.Get(); cfg != nil {
			description := signature.Describe(&cfg.Config)
			fields = append(fields,
				zap.String("scheme", description.Scheme),
				zap.Strings("algorithms", description.Algorithms),
				zap.Strings("key_versions", description.KeyVersions),
				zap.String("signature_url", cmp.Or(c.signatureURL, cfg.URL)))
		}
		e.unsampled.Info("serving a callback; this is what belongs in CXone's form", fields...)
	}
	e.warnOfSignatures()
	if e.cfg.authentication() == noAuthentication {
		e.unsampled.Warn("deliveries are taken from anybody: allow_unauthenticated is set, and there is neither signature, client certificate nor auth")
	}
	if !e.cfg.TLS.HasValue() && !isLoopback(address) {
		e.unsampled.Warn("plain HTTP on an address that is not loopback: personal data travels unencrypted; set tls, or put a proxy that ends TLS in front",
			zap.Stringer("listening_on", address))
	}
}

const noAuthentication = "none"

// authentication names the methods in force.
func (c *Config) authentication() string {
	var methods []string
	if c.Signature.HasValue() {
		methods = append(methods, "signature")
	}
	if c.requiresClientCertificate() {
		methods = append(methods, "mutual TLS")
	}
	if c.Auth.HasValue() {
		methods = append(methods, c.Auth.Get().Config.AuthenticatorID.String())
	}
	if len(methods) == 0 {
		return noAuthentication
	}
	return strings.Join(methods, " and ")
}

func isLoopback(address net.Addr) bool {
	tcp, ok := address.(*net.TCPAddr)
	return !ok || tcp.IP.IsLoopback() // a Unix socket is as local as it gets
}
