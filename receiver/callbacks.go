// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package receiver

import (
	"cmp"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"go.uber.org/zap"

	"github.com/cxone-otel/cxonereceiver/internal/signature"
	"github.com/cxone-otel/cxonereceiver/receiver/internal/payload"
	"github.com/cxone-otel/cxonereceiver/receiver/internal/translate"
)

// callback is one data type's URL.
type callback struct {
	dataType     payload.DataType
	path         string
	signatureURL string
	decoders     decoderPool
	want         translate.Signals
	isWritten    bool                // in the configuration, rather than on by default
	verifier     *signature.Verifier // nil without signatures
}

// name is the data type as own telemetry and log lines have it; c is nil for a request that came to no callback.
func (c *callback) name() string {
	if c == nil {
		return dataTypeUnknown
	}
	return c.dataType.String()
}

// decoderPool keeps decoders for reuse. Making a decoder for each delivery takes a fifth of a small delivery's time
// (BenchmarkDelivery).
type decoderPool struct{ pool *sync.Pool }

func newDecoderPool(t payload.DataType, zone *time.Location) decoderPool {
	return decoderPool{&sync.Pool{New: func() any { return payload.NewDecoder(t, zone) }}}
}

func (p decoderPool) get() *payload.Decoder  { return p.pool.Get().(*payload.Decoder) }
func (p decoderPool) put(d *payload.Decoder) { p.pool.Put(d) }

// newCallbacks returns the callbacks that are served: those whose data type has a pipeline.
func newCallbacks(r *cxoneReceiver) ([]*callback, error) {
	var callbacks []*callback
	aggregates := r.aggregates()
	if voice := r.cfg.VoiceQuality.Get(); voice != nil {
		callbacks = append(callbacks, &callback{
			dataType:     payload.VoiceQuality,
			path:         voice.Path,
			signatureURL: voice.SignatureURL,
			decoders:     newDecoderPool(payload.VoiceQuality, time.UTC),
			isWritten:    r.cfg.voiceWritten,
			want: translate.Signals{
				Metrics:    r.next.metrics != nil && voice.Gauges,
				Traces:     r.next.traces != nil && voice.ContactSpans,
				Logs:       r.next.logs != nil,
				Aggregates: aggregates,
			},
		})
	}
	if script := r.cfg.ScriptAPI.Get(); script != nil {
		zone, err := script.zone()
		if err != nil {
			return nil, err
		}
		callbacks = append(callbacks, &callback{
			dataType:     payload.ScriptAPI,
			path:         script.Path,
			signatureURL: script.SignatureURL,
			decoders:     newDecoderPool(payload.ScriptAPI, zone),
			isWritten:    r.cfg.scriptWritten,
			want:         translate.Signals{Traces: r.next.traces != nil, Logs: r.next.logs != nil, Aggregates: aggregates},
		})
	}

	served := callbacks[:0]
	for _, c := range callbacks {
		if c.want != (translate.Signals{}) {
			served = append(served, c)
			continue
		}
		if c.isWritten {
			return nil, fmt.Errorf("%[1]s is configured, but none of its signals has a pipeline (%[2]s); "+
				"add the receiver to a pipeline of one, or switch the data type off with %[1]s: {enabled: false}", c.dataType,
				r.cfg.signalsOf(c.dataType))
		}
		r.settings.Logger.Info("a data type is not served, since none of its signals has a pipeline",
			zap.Stringer("data_type", c.dataType), zap.String("path", c.path), zap.String("signals", r.cfg.signalsOf(c.dataType)))
	}
	return served, nil
}

// aggregates reports whether there are aggregated metrics.
func (r *cxoneReceiver) aggregates() bool {
	return r.cfg.Aggregation.HasValue() && r.next.metrics != nil
}

// signalsOf names the signals that a data type is translated to.
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

// announce logs the fields of the vendor's form, in a line for each callback, and warns of risks.
func (e *endpoint) announce(address net.Addr) {
	e.unsampled.Info("listening", zap.Stringer("address", address), zap.String("authentication", e.cfg.authentication()))
	for _, c := range e.callbacks {
		e.unsampled.Info("serving a callback; this is what belongs in CXone's form", e.form(c)...)
	}
	e.warnOfSignatures()
	if e.cfg.authentication() == noAuthentication {
		e.unsampled.Warn("deliveries are taken from anybody: allow_unauthenticated is set, " +
			"and there is neither signature, client certificate nor auth")
	}
	if !e.cfg.TLS.HasValue() && !isLoopback(address) {
		e.unsampled.Warn("plain HTTP on an address that is not loopback: personal data travels unencrypted; set tls, or put a proxy that "+
			"ends TLS in front",
			zap.Stringer("listening_on", address))
	}
}

// form returns the fields of the vendor's form for a callback, under the form's own names.
func (e *endpoint) form(c *callback) []zap.Field {
	cfg := cmp.Or(e.cfg.Signature.Get(), &SignatureConfig{})
	fields := []zap.Field{
		zap.String("callback_url", callbackURL(cmp.Or(c.signatureURL, cfg.URL), c.path)),
		zap.Stringer("data_type", c.dataType),
		zap.String("method", http.MethodPost),
		zap.String("authentication", e.cfg.authentication()),
	}
	if !e.cfg.Signature.HasValue() {
		return fields
	}
	description := signature.Describe(&cfg.Config)
	return append(fields,
		zap.String("scheme", description.Scheme),
		zap.Strings("algorithms", description.Algorithms),
		zap.String("CONSUMER ID", cmp.Or(strings.Join(consumersOf(cfg), ", "), "any: consumer_id is not set")),
		zap.String("KEY VERSIONS", cmp.Or(strings.Join(description.KeyVersions, ", "), "none is set")),
		zap.String("SIGNATURE URL", cmp.Or(c.signatureURL, cfg.URL, "the callback URL")),
		zap.Stringer("REFRESH RATE", cfg.RefreshInterval))
}

// consumersOf returns the consumers that a request may name; nil if any may be named.
func consumersOf(cfg *SignatureConfig) []string {
	consumers := []string{}
	add := func(id string) {
		if id != "" && !slices.Contains(consumers, id) {
			consumers = append(consumers, id)
		}
	}
	add(cfg.ConsumerID)
	for i := range cfg.Keys {
		add(cfg.Keys[i].ConsumerID)
	}
	return consumers
}

// publicHost stands in for a host that the configuration does not name. The vendor cannot reach the address that the port
// is bound to.
const publicHost = "your public host name"

// callbackURL returns the URL of a callback as the vendor sees it: its host is that of the SIGNATURE URL.
func callbackURL(signatureURL, path string) string {
	known, err := url.Parse(signatureURL)
	if err != nil || known.Host == "" {
		return "https://" + publicHost + path
	}
	return known.Scheme + "://" + known.Host + path
}

func isLoopback(address net.Addr) bool {
	tcp, ok := address.(*net.TCPAddr)
	return !ok || tcp.IP.IsLoopback() // a Unix socket is local too
}
